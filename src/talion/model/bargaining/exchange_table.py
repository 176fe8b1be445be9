"""What an exchange model reads: several issues, and what each actor wants and can do on each.

Positions are shares of an issue's scale from 0 to 100, salience is 0 to 1, power is any number that
is not negative. An actor may take no part in an issue. The file layout is that of the program
`decide-exchange-model`: one row each for an actor (`#A`), an issue (`#P`), a point of its scale
(`#M`) and a position (`#D`: actor, issue, position, salience, power).
"""

from __future__ import annotations

import csv
import difflib
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError, Problems
from talion.model.text_file import read_text_file, write_text_file

__all__ = ["ExchangeTable", "exchange_table", "read_exchange_csv", "write_exchange_csv"]

F8 = NDArray[np.float64]
Stake = tuple[float, float, float]

MOST_PROBLEMS = 20
_WIDTHS = {"#A": (2, 4), "#P": (2, 4), "#M": (3, 4), "#D": (6, 7)}
_LAYOUT = "rows are #A actor, #P issue, #M issue value, #D actor issue position salience power"


@dataclass(frozen=True, eq=False)
class ExchangeTable:
    """Positions, salience and power of actors on issues.

    Attributes:
        actors: names, (N,).
        issues: names, (P,).
        scales: low and high end of each issue, in its own unit, (P,).
        positions: (N, P), 0 to 100; not a number where an actor takes no part.
        salience: (N, P), 0 to 1; 0 where an actor takes no part.
        power: (N, P), capability; 0 where an actor takes no part.

    Raises:
        InputError: arrays of another shape, or an issue on which nobody has salience and power.
    """

    actors: tuple[str, ...]
    issues: tuple[str, ...]
    scales: tuple[tuple[float, float], ...]
    positions: F8
    salience: F8
    power: F8

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit; `exchange_table` checks every number by its name."""
        shape = (len(self.actors), len(self.issues))
        for name, array in (("positions", self.positions), ("salience", self.salience), ("power", self.power)):  # fmt: skip
            if array.shape != shape:
                raise InputError(
                    "one row for each actor, one column for each issue", place=name,
                    value=array.shape, remedy=f"give {shape}",
                )  # fmt: skip
        weight = (self.salience * self.power).sum(axis=0)
        if not (weight > 0.0).all():
            raise InputError(
                "nobody has both salience and power on an issue", place="power",
                value=self.issues[int((weight > 0.0).argmin())], remedy="leave the issue out",
            )  # fmt: skip

    def unscaled(self, values: F8) -> F8:
        """Return positions of shape (..., P) on the issues' own scales.

        >>> table = exchange_table({"tax": (2, 4)}, {("A", "tax"): (3, 1, 1)})
        >>> table.positions.item(), table.unscaled(table.positions).item()
        (50.0, 3.0)
        """
        low = np.array([s[0] for s in self.scales])
        high = np.array([s[1] for s in self.scales])
        return np.asarray(low + values / 100.0 * (high - low))


def exchange_table(
    scales: Mapping[str, tuple[float, float]], stakes: Mapping[tuple[str, str], Stake]
) -> ExchangeTable:
    """Return a table from what each actor wants.

    Args:
        scales: issue -> low and high end of its scale, in any unit.
        stakes: (actor, issue) -> position in that unit, salience 0 to 1, power.

    Raises:
        InputError, Problems: a scale without length, a position off it, a salience beyond 0 to 1, a
            negative power, an issue without a scale, an issue on which nobody has weight.

    >>> table = exchange_table(
    ...     {"pay": (0, 10), "date": (2024, 2030)},
    ...     {("A", "pay"): (0, 0.9, 1), ("A", "date"): (2024, 0.2, 1), ("B", "pay"): (10, 0.3, 1)})
    >>> table.actors, table.positions[0].tolist(), bool(np.isnan(table.positions[1, 1]))
    (('A', 'B'), [0.0, 0.0], True)
    """
    draft = _Draft("")
    for name, ends in scales.items():
        draft.add_scale(name, ends, f"scale of {name!r}")
    for (actor, issue), stake in stakes.items():
        draft.actors.setdefault(actor, actor)
        draft.add_stake(actor, issue, stake, f"stake of {actor!r} in {issue!r}")
    return draft.table()


@dataclass
class _Draft:
    """A table in the making, with the problems found so far."""

    file: str
    actors: dict[str, str] = field(default_factory=dict)
    issues: dict[str, str] = field(default_factory=dict)
    scales: dict[str, tuple[float, float]] = field(default_factory=dict)
    stakes: dict[tuple[str, str], Stake] = field(default_factory=dict)
    errors: list[InputError] = field(default_factory=list)

    def refuse(self, message: str, place: str, value: object, remedy: str) -> None:
        self.errors.append(InputError(message, place=place, value=value, remedy=remedy))

    def add_scale(self, name: str, ends: Sequence[float], place: str) -> None:
        self.issues.setdefault(name, place)
        if not all(math.isfinite(v) for v in ends) or min(ends) >= max(ends):
            self.refuse("a scale needs two ends that differ", place, ends, "give low and high")
        else:
            self.scales[name] = (float(min(ends)), float(max(ends)))

    def add_stake(self, actor: str, issue: str, stake: Stake, place: str) -> None:
        position, salience, power = stake
        if (actor, issue) in self.stakes:
            self.refuse(
                "a second position of one actor on one issue", place, (actor, issue), "keep one"
            )
            return
        if issue not in self.issues:
            self.refuse("no such issue", place, issue, f"there are: {_some(self.issues, issue)}")
            return
        if issue not in self.scales:
            return  # its scale was refused already
        low, high = self.scales[issue]
        if not low <= position <= high:
            self.refuse(
                f"position off the scale of {issue!r}", place, position,
                f"give a number from {low:g} to {high:g}, or change the scale",
            )  # fmt: skip
        if not 0.0 <= salience <= 1.0:
            self.refuse("salience must be from 0 to 1", place, salience, "divide per cent by 100")
        if not (math.isfinite(power) and power >= 0.0):
            self.refuse("power must be 0 or more", place, power, "give a finite number")
        self.stakes[actor, issue] = stake

    def table(self) -> ExchangeTable:
        """The table, if nothing was wrong with it."""
        for name, place in self.issues.items():
            weight = sum(s * c for (_, issue), (_, s, c) in self.stakes.items() if issue == name)
            if not self.errors and weight <= 0.0:
                self.refuse(
                    "nobody has both salience and power on the issue", place, name,
                    "give at least one actor both, or leave the issue out",
                )  # fmt: skip
        if not self.errors and not self.issues:
            self.refuse("no issues", self.file or "scales", 0, "give at least one issue")
        Problems.raise_any(self.errors[:MOST_PROBLEMS])
        n, p = len(self.actors), len(self.issues)
        rows = {name: i for i, name in enumerate(self.actors)}
        columns = {name: i for i, name in enumerate(self.issues)}
        positions, salience, power = np.full((n, p), np.nan), np.zeros((n, p)), np.zeros((n, p))
        for (actor, issue), (x, s, c) in self.stakes.items():
            low, high = self.scales[issue]
            at = rows[actor], columns[issue]
            positions[at] = 100.0 * (x - low) / (high - low)
            salience[at], power[at] = s, c
        scales = tuple(self.scales[name] for name in self.issues)
        return ExchangeTable(tuple(rows), tuple(columns), scales, positions, salience, power)


def _some(known: Iterable[str], name: str) -> str:
    """The names nearest to one that is unknown, or the first few."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=3) or names[:6]
    return ", ".join(near) or "none"


def read_exchange_csv(path: str | Path) -> ExchangeTable:
    """Read a table in the layout of `decide-exchange-model`.

    Cells are parted by tabs, commas or semicolons and may stand in single or double quotes. The
    least and the largest `#M` value of an issue are the ends of its scale.

    Raises:
        InputError, Problems: the file cannot be read, or a row is wrong; each names file and line.
    """
    file = Path(path)
    draft = _Draft(str(file))
    rows = _rows(read_text_file(file), str(file))
    points: dict[str, list[float]] = {}
    for place, cells in rows:
        if cells[0] == "#A":
            _declare(draft, draft.actors, cells[1], place)
        elif cells[0] == "#P":
            _declare(draft, draft.issues, cells[1], place)
    for place, cells in rows:
        if cells[0] == "#M":
            value = _number(draft, cells[2], "scale value", place)
            if cells[1] not in draft.issues:
                known = _some(draft.issues, cells[1])
                draft.refuse("no such issue", place, cells[1], f"there are: {known}")
            elif value is not None:
                points.setdefault(cells[1], []).append(value)
    for name, place in draft.issues.items():
        found = points.get(name, [])
        if len(set(found)) < 2:
            draft.refuse(
                "no scale", place, name, "give two #M rows with its lowest and highest value"
            )
        else:
            draft.add_scale(name, (min(found), max(found)), place)
    for place, cells in rows:
        if cells[0] == "#D":
            _stake(draft, cells, place)
    return draft.table()


def _declare(draft: _Draft, names: dict[str, str], name: str, place: str) -> None:
    if not name:
        draft.refuse("a name is missing", place, name, "name it in the second cell")
    elif name in names:
        draft.refuse("a name that was given before", place, name, "give every name once")
    else:
        names[name] = place


def _stake(draft: _Draft, cells: list[str], place: str) -> None:
    actor, issue = cells[1], cells[2]
    words = ("position", "salience", "power")
    numbers = [_number(draft, c, w, place) for c, w in zip(cells[3:6], words, strict=True)]
    if actor not in draft.actors:
        draft.refuse("no such actor", place, actor, f"there are: {_some(draft.actors, actor)}")
    elif None not in numbers:
        x, s, c = (v for v in numbers if v is not None)
        draft.add_stake(actor, issue, (x, s, c), place)


def _number(draft: _Draft, text: str, word: str, place: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    draft.refuse(f"{word} is no number", place, text, "write numbers as 12.5, with a point")
    return None


def _rows(text: str, name: str) -> list[tuple[str, list[str]]]:
    """Place and cells of every row that is not empty, with its tag and width checked."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = max("\t,;", key=first.count)
    quote = "'" if first.lstrip().startswith("'") else '"'
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, quotechar=quote, strict=True)
    errors: list[InputError] = []
    found = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            place = f"{name}:{reader.line_num}"
            low, high = _WIDTHS.get(cells[0], (0, 0))
            if not high:
                errors.append(
                    InputError("no such row", place=place, value=cells[0], remedy=_LAYOUT)
                )
            elif not low <= len(cells) <= high:
                errors.append(
                    InputError(
                        f"{len(cells)} cells in a row of {cells[0]}",
                        place=place,
                        value=mark.join(row),
                        remedy=_LAYOUT,
                    )
                )
            else:
                found.append((place, cells))
    except csv.Error as error:
        place = f"{name}:{reader.line_num}"
        errors.append(InputError(f"not CSV: {error}", place=place, remedy="check its quotes"))
    if not found and not errors:
        errors.append(InputError("an empty file", place=name, remedy=_LAYOUT))
    Problems.raise_any(errors[:MOST_PROBLEMS])
    return found


def write_exchange_csv(table: ExchangeTable, path: str | Path) -> None:
    """Write a table in the layout of `decide-exchange-model`; `read_exchange_csv` reads it again.

    Positions are written on the issues' own scales. The file is replaced whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter="\t", quotechar="'", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n"
    )
    writer.writerows(["#A", name, name, ""] for name in table.actors)
    for name, (low, high) in zip(table.issues, table.scales, strict=True):
        writer.writerows([["#P", name, name, ""], ["#M", name, low], ["#M", name, high]])
    own = table.unscaled(table.positions)
    for i, p in zip(*np.nonzero(np.isfinite(own)), strict=True):
        stake = (own[i, p], table.salience[i, p], table.power[i, p])
        writer.writerow(["#D", table.actors[i], table.issues[p], *map(float, stake)])
    write_text_file(path, out.getvalue())
