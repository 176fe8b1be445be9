"""Make the tutorial's files: a spreadsheet and a brief of a border crisis that never happened.

python make_border_crisis.py [FOLDER]

Writes border-crisis.xlsx (dated events and two running totals, July 2023 to February 2024) and
border-brief.docx (one page, five judgments). Every run of this script makes the same rows and the same
sentences. States, groups, places and sources are invented.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from dataclasses import dataclass
from pathlib import Path

FIRST, LAST = dt.date(2023, 7, 1), dt.date(2024, 2, 29)
SEED = 1868
DAY = dt.timedelta(days=1)

FRONT, LETHANY, CORVANE = "Hill Front", "Lethany", "Corvane"
AMBUSH, STRIKE, TALKS = "Ambush", "Air strike", "Border talks"
AMBUSHES_SAID, STRIKES_SAID = "Running total of ambushes", "Running total of air strikes"

PASSES = ("Ostel Pass", "Grey Ford", "Marn", "the Quarry road", "Dunhallow", "Sel Bridge")
VALLEYS = ("Upper Ferrin", "Lower Ferrin", "the Hollows", "Kestrel Ridge")
HEADER = ("Date", "By", "Against", "What", "Number", "Killed", "Place", "Source")

Cell = dt.date | str | int | None


@dataclass(frozen=True)
class Row:
    """One row of the spreadsheet; what is unknown is None."""

    day: dt.date
    by: str
    against: str
    what: str
    number: int
    killed: int | None
    place: str
    source: str

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells in the order of `HEADER`."""
        return (
            self.day, self.by, self.against, self.what, self.number, self.killed, self.place,
            self.source,
        )  # fmt: skip


def happened(chance: random.Random) -> list[Row]:
    """What happened, listed or not: ambushes, strikes that answer them, and monthly talks.

    Ambushes come at 12 a month, at 5 in the four weeks after talks and at 14 from December on; three
    in ten draw an air strike within six days. Each air strike raises them a little for ten days.
    """
    rows: list[Row] = []
    meetings = [FIRST + days * DAY for days in (11, 46, 74, 110, 139)]
    for day in (FIRST + n * DAY for n in range((LAST - FIRST).days + 1)):
        calm = any(0 <= (day - meeting).days < 28 for meeting in meetings)
        answered = sum(r.what == STRIKE and 0 < (day - r.day).days <= 10 for r in rows)
        monthly = (14 if day >= dt.date(2023, 12, 1) else 5 if calm else 12) + 2.0 * answered
        if day in meetings:
            rows.append(talks(day))
        if chance.random() < monthly / 30.4:
            rows.append(ambush(day, chance))
            if chance.random() < 0.3:
                rows.append(strike(min(day + chance.randint(1, 6) * DAY, LAST), chance))
    return sorted(rows, key=lambda r: (r.day, r.what))


def ambush(day: dt.date, chance: random.Random) -> Row:
    """An ambush: who was killed is often not said."""
    killed = chance.choice((None, None, 0, 0, 0, 1, 1, 2, 4))
    source = chance.choice(("Lethany Courier", "Lethany Courier", "Marenne Watch"))
    return Row(day, FRONT, LETHANY, AMBUSH, 1, killed, chance.choice(PASSES), source)


def strike(day: dt.date, chance: random.Random) -> Row:
    """An air strike: one or several in a night."""
    number = chance.choice((1, 1, 1, 2))
    killed = chance.choice((None, None, 0, 2, 3))
    return Row(day, LETHANY, FRONT, STRIKE, number, killed, chance.choice(VALLEYS), "Marenne Watch")


def talks(day: dt.date) -> Row:
    """A meeting of the two governments."""
    return Row(day, LETHANY, CORVANE, TALKS, 1, None, "Sel Bridge", "Joint communiqué")


def listed(rows: list[Row], chance: random.Random) -> list[Row]:
    """What the log lists: nine in ten ambushes, every air strike, every meeting."""
    return [row for row in rows if row.what != AMBUSH or chance.random() < 0.9]


def totals(rows: list[Row]) -> list[Row]:
    """The two running totals: a ministry's of ambushes, a monitor's of air strikes."""
    said = []
    for month_end in (dt.date(2023, 8, 31), dt.date(2023, 10, 31), dt.date(2023, 12, 31), LAST):
        for act, kind, by, against, source in (
            (AMBUSH, AMBUSHES_SAID, FRONT, LETHANY, "Ministry of the Interior"),
            (STRIKE, STRIKES_SAID, LETHANY, FRONT, "Marenne Watch"),
        ):
            count = sum(row.number for row in rows if row.what == act and row.day <= month_end)
            said.append(Row(month_end, by, against, kind, count, None, "", source))
    return said


def log() -> list[Row]:
    """The rows of the spreadsheet by day; running totals stand after the acts of their day."""
    chance = random.Random(SEED)  # noqa: S311 - made-up events, not secrets
    rows = happened(chance)
    return sorted(listed(rows, chance) + totals(rows), key=lambda r: (r.day, "Running" in r.what))


BRIEF = """\
Title: The Marenne border: what to expect this spring
Normal: Note of 1 March 2024. All states, groups and places in it are invented.
Heading 1: Where things stand
Normal: Since last summer the Hill Front has ambushed Lethany's border police in the Marenne passes, at
 first twice a week, since December three times a week. Corvane shelters the Front and denies it.
 Lethany answers some of the ambushes from the air, mostly within a week.
Normal: The two governments met at Sel Bridge five times. After each meeting the passes were calmer for
 some weeks. They have not met since November.
Normal: The log lists what the papers report. The ministry counts more ambushes than the papers do.
Heading 1: Judgments
List Number: The ambushes will continue through the spring.
List Number: Lethany will probably go on striking from the air.
List Number: If Corvane closed its camps to the Front, that would not stop the ambushes.
List Number: The air strikes bring the Front recruits and so more ambushes.
List Number: The Front seemingly wants Lethany out of the passes rather than money.
"""


def paragraphs() -> list[tuple[str, str]]:
    """The brief as (style, text); a line that begins with a space goes on with the one before."""
    whole = BRIEF.replace("\n ", " ").splitlines()
    return [(style, text) for style, _, text in (line.partition(": ") for line in whole)]


def write_spreadsheet(path: Path) -> None:
    """Write the log as a workbook: a title, one header row, dates as dates, blanks for the unknown."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Log"
    sheet.append(["Marenne border log (invented)"])
    sheet.append([])
    sheet.append(HEADER)
    for row in log():
        sheet.append(row.cells)
        sheet.cell(sheet.max_row, 1).number_format = "yyyy-mm-dd"
    for letter, width in zip("ABCDEFGH", (12, 14, 12, 26, 9, 8, 18, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    book.save(path)


def write_brief(path: Path) -> None:
    """Write the brief as a Word document."""
    from docx import Document

    document = Document()
    for style, text in paragraphs():
        document.add_paragraph(text, style=style)
    document.save(str(path))


def main() -> int:
    """Write both files into a folder, made if need be."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    folder.mkdir(parents=True, exist_ok=True)
    write_spreadsheet(folder / "border-crisis.xlsx")
    write_brief(folder / "border-brief.docx")
    acts = sum("Running" not in row.what for row in log())
    print(f"{folder}: border-crisis.xlsx ({acts} acts, 8 totals), border-brief.docx")
    return 0


if __name__ == "__main__":
    sys.exit(main())
