"""The table of judgments in words: the same cells in Word, on slides and in plain text.

What stands in a cell is what the report's own functions said when the run was made.
"""

from __future__ import annotations

from talion.report.office.dossier import Dossier, JudgmentEntry, SignLine
from talion.report.rests import share_said
from talion.report.results_table import AS_WRITTEN, NO_VIEW, SHOWN, WITH_RECORD
from talion.report.words import DASH, day, percent, sentence

__all__ = [
    "NOT_A_FORECAST",
    "OWN_LINES",
    "TableWords",
    "as_of_line",
    "details_said",
    "label_said",
    "word_said",
]

NOT_A_FORECAST = "Model output, not a forecast."
OWN_LINES = "From the case: its author's own lines, with no number behind them."
_MOST_SIGNS, _MOST_RESTS = 3, 3
_SHARES = {2: (0.37, 0.14, 0.145, 0.145, 0.2), 3: (0.30, 0.115, 0.13, 0.13, 0.13, 0.195)}
"""By the number of readings, of the width: judgment, author's word, readings, label."""
_NAMES = {reading: name for reading, name, _ in SHOWN}


def as_of_line(dossier: Dossier) -> str:
    """Return the cut-off with its note, and what the numbers are not."""
    note = f" {sentence(dossier.as_of_note)}" if dossier.as_of_note else ""
    return f"As of {day(dossier.as_of)}.{note} {NOT_A_FORECAST}"


def word_said(judgment: JudgmentEntry) -> str:
    """Return the author's word and the range it claims."""
    return f"{judgment.word} ({judgment.word_says})"


def label_said(judgment: JudgmentEntry) -> str:
    """Return the label with its sign, and the outcome of a count in the record."""
    outcome = f": {judgment.outcome}" if judgment.outcome else ""
    return f"{judgment.sign} {judgment.label}{outcome}"


def details_said(judgment: JudgmentEntry) -> list[str]:
    """Return what a judgment rests on, where it flips and what to watch, a sentence each.

    Of each the first few: the workbook and the report have all.
    """
    found = []
    for name in dict.fromkeys(one.reading for one in judgment.rests):
        mine = [one for one in judgment.rests if one.reading == name][:_MOST_RESTS]
        rests = "; ".join(f"{one.says} ({share_said(one.share)})" for one in mine)
        found.append(f"Rests on, {name[0].lower()}{name[1:]}, with its share: {rests}.")
    for flip in judgment.flips:
        name = flip.reading
        found.append(f"What would change it, {name[0].lower()}{name[1:]}: {flip.says}")
    firsts: dict[tuple[str, str], SignLine] = {}  # under the reading that the list is ranked by
    for line in judgment.signs:
        firsts.setdefault((line.title, line.sign), line)
    for sign in list(firsts.values())[:_MOST_SIGNS]:
        found.append(
            f"Watch: {sign.title}: {sign.sign}: from {percent(sign.now)} to {percent(sign.seen)}, else "
            f"{percent(sign.unseen)}; chance to see it {percent(sign.chance)}."
        )
    return found


class TableWords:
    """Heads and cells of the table, with the readings that a run has to show, always in one order.

    No view, as written, and, with a fit, with the record.

    Args:
        dossier: of a run.
    """

    def __init__(self, dossier: Dossier) -> None:
        with_record = (WITH_RECORD,) if dossier.fitted else ()
        self.readings = (NO_VIEW, AS_WRITTEN, *with_record)

    @property
    def shares(self) -> tuple[float, ...]:
        """Of the width of the table, for each column."""
        return _SHARES[len(self.readings)]

    def heads(self) -> tuple[str, ...]:
        """Return the heads of the columns."""
        return ("Judgment", "Author’s word", *(_NAMES[name] for name in self.readings), "Label")

    def cells(self, judgment: JudgmentEntry) -> tuple[str, ...]:
        """Return the cells of a judgment; a new line where a paragraph begins."""
        label = label_said(judgment) + ("\nno data here" if judgment.no_data else "")
        return (
            f"{judgment.id}. {judgment.claim}",
            f"{judgment.word}\n{judgment.word_says}",
            *(self.reading(judgment, name) for name in self.readings),
            label,
        )

    def reading(self, judgment: JudgmentEntry, name: str) -> str:
        """Return what a reading gives in words, a dash where nothing was simulated."""
        return next((r.said for r in judgment.readings if r.id == name), DASH)
