"""The results table: one row a judgment, in the order of the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from talion.judge.results import JudgmentResult, PartResult, RunResult
from talion.report.labels import LabelLook, look
from talion.report.marks import Mark, draw_marks, draw_word
from talion.report.system import anchor
from talion.report.words import DASH, percent, percent_range

NO_VIEW, AS_WRITTEN, WITH_RECORD = "no_view", "as_written", "with_record"
# Reading id, name in the table, how its mark is drawn.
SHOWN = (
    (NO_VIEW, "No view", "none"),
    (AS_WRITTEN, "As written", "half"),
    (WITH_RECORD, "With the record", "full"),
)


NAMED = 5
"""Links named in a row; the judgment's section has them all."""


@dataclass(frozen=True)
class Reading:
    """One reading of a test in words: its name, "62 % (35 to 84 %)", or why there is nothing."""

    name: str
    said: str
    present: bool


@dataclass(frozen=True)
class ResultRow:
    """A judgment as the table shows it."""

    id: str
    anchor: str
    claim: str
    holder: str
    word: str
    word_says: str
    word_bar: Markup
    label: LabelLook
    no_data: bool
    outcome: str
    test_note: str
    marks: Markup | None
    readings: tuple[Reading, ...]
    rests: str
    links: tuple[tuple[str, str], ...]
    more_links: int
    watch: tuple[str, ...]


@dataclass(frozen=True)
class ResultsTable:
    """Section 2: the rows, and how many have each label, in the order of `LOOKS`."""

    rows: tuple[ResultRow, ...]
    tally: tuple[tuple[LabelLook, int], ...]
    fitted: bool


def build_results(result: RunResult) -> ResultsTable:
    """Return the results table of a run."""
    counts = Counter(j.label for j in result.judgments)
    return ResultsTable(
        tuple(_row(result, j) for j in result.judgments),
        tuple((look(label), n) for label, n in counts.most_common()),
        is_fitted(result),
    )


def is_provisional(result: RunResult) -> bool:
    """Whether what stands under *with the record* comes from a fit that has not converged."""
    return result.fit is not None and bool(result.fit.verdict)


def is_fitted(result: RunResult) -> bool:
    """Whether the run has the reading *with the record*."""
    return result.fit is not None


def holder_name(result: RunResult, held_by: str) -> str:
    """Return who holds a claim, as printed."""
    actor = result.case.actors.get(held_by)
    return actor.name if actor else held_by.replace("_", " ")


def _row(result: RunResult, j: JudgmentResult) -> ResultRow:
    main = j.main
    # The label of a judgment is that of its main part.
    tested = replace(main, label=j.label) if main is not None and main.kind != "record" else None
    return ResultRow(
        id=j.id,
        anchor=anchor(j.id),
        claim=j.judgment.claim,
        holder=holder_name(result, j.judgment.held_by),
        word=j.judgment.word,
        word_says=word_range_said(j.word_range),
        word_bar=draw_word(j.word_range),
        label=look(j.label),
        no_data=j.no_data,
        outcome=main.record.outcome if main is not None and main.record is not None else "",
        test_note=_test_note(j),
        marks=draw_marks(marks_of(tested), j.word_range) if tested else None,
        readings=readings_of(tested, provisional=is_provisional(result)) if tested else (),
        rests=_rests(j),
        links=tuple((link, anchor(link)) for link in j.path[:NAMED]),
        more_links=max(0, len(j.path) - NAMED),
        watch=j.judgment.watch,
    )


def _test_note(j: JudgmentResult) -> str:
    """Return what the numbers are shares of, where the table must say so."""
    if j.main is None:
        return ""
    if j.main.kind == "effect":
        return "share of parameter draws whose effect is as large as claimed"
    return f"horizon {j.main.horizon}" if j.main.horizon else ""


def word_range_said(word: tuple[float, float] | None) -> str:
    """Return what the author's word claims.

    >>> word_range_said((0.9, 1.0)), word_range_said((0.05, 1.0)), word_range_said(None)
    ('at least 90 %', 'at least 5 %', 'no range')
    """
    if word is None:
        return "no range"
    low, high = (round(100 * p) for p in word)
    if high >= 100:
        return f"at least {low} %"
    return f"at most {high} %" if low <= 0 else f"{low} to {high} %"


def marks_of(part: PartResult) -> list[Mark]:
    """Return the drawn marks of a part: no view, as written, with the record."""
    return [_mark(part, reading, name, style) for reading, name, style in SHOWN]


def _mark(part: PartResult, reading: str, name: str, style: str) -> Mark:
    share = part.readings.get(reading)
    if share is None:
        return Mark(name, style, why=_why(part, reading))
    if not part.gives_chance:
        return Mark(name, style, why="the form of the test fixes the answer")
    spread = (share.low, share.high) if share.low < share.high else (None, None)
    return Mark(name, style, share.probability, *spread)


def _why(part: PartResult, reading: str) -> str:
    if reading == WITH_RECORD and reading not in part.readings:
        return "no fit yet"
    return "no history can answer"


def readings_of(part: PartResult, *, provisional: bool = False) -> tuple[Reading, ...]:
    """Return the three readings of a part in words; a dash where its form fixes the answer.

    Args:
        part: with a simulated test.
        provisional: the fit behind the reading with the record has not converged.
    """
    found = []
    for reading, name, _ in SHOWN:
        share = part.readings.get(reading)
        if share is None:
            found.append(Reading(name, f"{DASH} ({_why(part, reading)})", False))
            continue
        if not part.gives_chance:
            found.append(Reading(name, DASH, False))
            continue
        said = percent(share.probability)
        spread = percent_range(share.low, share.high)
        if share.low < share.high and spread != said:
            said += f" ({spread})"
        if provisional and reading == WITH_RECORD:
            said += ", provisional"
        found.append(Reading(name, said, True))
    return tuple(found)


def _rests(j: JudgmentResult) -> str:
    if j.main is None:
        return j.judgment.because
    if j.main.kind == "record":
        return "the record as coded; see its gaps"
    return "" if j.path else "no link: usual rates and the shape of the test"


def labels_in_words(tally: Sequence[tuple[LabelLook, int]]) -> str:
    """Return the tally as part of a sentence."""
    return "; ".join(f"{n} {look_.words.lower()}" for look_, n in tally)
