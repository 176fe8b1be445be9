"""KTAB's CSV files: a line on the scenario, a line of headings, a line for each actor.

    name, description, number of actors, number of dimensions,
    Actor, Description, Power, Position 1, Salience 1, Position 2, Salience 2, ...
    A, somebody, 100, 30, 24, 20, 48,

A comma may end each line. A CSV file holds no options: those of `SpatialOptions()` are KTAB's own.
"""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

from talion.errors import InputError, Problems
from talion.model.bargaining.ktab import Scenario, as_ktab, repeated_actor
from talion.model.bargaining.positions import Dimension, Issue, Stake, stake_faults
from talion.model.bargaining.spatial_options import SpatialOptions
from talion.record.sheet import cells_of, text_of
from talion.record.writing import write_files

__all__ = ["ktab_csv_text", "parse_ktab_csv", "read_ktab_csv", "write_ktab_csv"]

_BEFORE = 3  # actor, description, power
_MOST = 10_000


def read_ktab_csv(file: Path | str) -> Scenario:
    """Read a scenario from a CSV file of KTAB.

    Raises:
        InputError, Problems: no such file, or a cell that cannot be used; names file and line.
    """
    path = Path(file)
    return parse_ktab_csv(text_of(path), str(path))


def parse_ktab_csv(text: str, name: str = "text") -> Scenario:
    """Read a scenario from the text of a CSV file of KTAB.

    Args:
        text: the file.
        name: what to call it in errors.

    Raises:
        InputError, Problems: a cell that cannot be used; names file and line.

    >>> text = '''cars,years of delay,2,1,
    ... Actor,Description,Power,Years,Salience,
    ... A,,10,30,24,
    ... B,,20,70,50,'''
    >>> parse_ktab_csv(text).issue.actors
    ('A', 'B')
    """
    head, rows = cells_of(text, name)
    title, described, actors, dimensions = _first_line(head, name)
    if len(rows) < 1 + actors:
        raise InputError(
            f"the first line announces {actors} actors",
            place=f"{name}:1",
            value=max(0, len(rows) - 1),
            remedy="correct the number, or add the lines that are missing",
        )
    scales = _second_line(rows[0], dimensions, name)
    faults: list[InputError] = []
    stakes: list[Stake] = []
    for line, cells in rows[1:]:
        place = f"{name}:{line}"
        if len(stakes) + len(faults) >= actors and not faults:
            remedy = "correct the number in the first line"
            raise InputError(
                "more actors than announced", place=place, value=cells[0], remedy=remedy
            )
        try:
            found = _actor_line(cells, scales, place)
        except InputError as error:
            faults.append(error)
            continue
        faults += stake_faults(found, scales, place)
        faults += repeated_actor(found.actor, stakes, place)
        stakes.append(found)
    Problems.raise_any(faults)
    return Scenario(Issue(title, scales, tuple(stakes), described), SpatialOptions())


def _first_line(cells: list[str], name: str) -> tuple[str, str, int, int]:
    place = f"{name}:1"
    if len(cells) < 4:
        raise InputError(
            "the first line must have name, description, number of actors, number of dimensions",
            place=place,
            value=",".join(cells),
        )
    title = cells[0].strip()
    counts = [
        _count(cells[at], f"{place}, number of {what}")
        for at, what in ((2, "actors"), (3, "dimensions"))
    ]
    return title or "scenario", _unquoted(cells[1]), counts[0], counts[1]


def _count(cell: str, place: str) -> int:
    if not (cell.strip().isdecimal() and 1 <= int(cell) <= _MOST):
        raise InputError("must be a whole number of at least 1", place=place, value=cell.strip())
    return int(cell)


def _second_line(row: tuple[int, list[str]], dimensions: int, name: str) -> tuple[Dimension, ...]:
    line, cells = row
    names = [cell.strip() for cell in cells[_BEFORE : _BEFORE + 2 * dimensions : 2]]
    if len(names) < dimensions or not all(names):
        raise InputError(
            f"headings for {dimensions} dimension(s) are needed, a position and a salience each",
            place=f"{name}:{line}",
            value=",".join(cells),
        )
    return tuple(Dimension(each) for each in names)


def _actor_line(cells: list[str], scales: tuple[Dimension, ...], place: str) -> Stake:
    needed = _BEFORE + 2 * len(scales)
    if len(cells) < needed:
        raise InputError(f"{needed} cells are needed", place=place, value=",".join(cells))
    if any(cell.strip() for cell in cells[needed:]):
        raise InputError(
            f"more than {needed} cells", place=place, value=",".join(cells[needed:]).strip()
        )
    actor = cells[0].strip()
    if not actor:
        raise InputError("an actor without a name", place=place, value=cells[0])
    power = _number(cells[2], f"{place}, capability")
    pairs = [
        (
            _number(cells[_BEFORE + 2 * k], f"{place}, position on {scale.name!r}"),
            _number(cells[_BEFORE + 2 * k + 1], f"{place}, salience on {scale.name!r}"),
        )
        for k, scale in enumerate(scales)
    ]
    return Stake(
        actor,
        tuple(at for at, _ in pairs),
        tuple(care for _, care in pairs),
        (power,) * len(scales),
        _unquoted(cells[1]),
    )


def _number(cell: str, place: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise InputError("not a number", place=place, value=cell.strip()) from None
    if not math.isfinite(value):
        raise InputError("not a finite number", place=place, value=cell.strip())
    return value


def _unquoted(cell: str) -> str:
    """KTAB takes quotes off a cell even where a blank stands before them."""
    text = cell.strip()
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] == '"' else text


def ktab_csv_text(scenario: Scenario) -> str:
    """Return a scenario as the text of a CSV file of KTAB.

    Raises:
        InputError: something a CSV file cannot hold: options, capabilities that differ by dimension.

    >>> from talion.model.bargaining.positions import one_dimension
    >>> pause = Scenario(one_dimension("pause", {"A": (30, 24, 10)}), SpatialOptions())
    >>> ktab_csv_text(pause).splitlines()[2]
    'A,,10.0,30.0,24.0'
    """
    if scenario.options != SpatialOptions():
        raise InputError(
            "a CSV file of KTAB holds no options",
            place=f"issue {scenario.issue.name!r}, options",
            remedy="write XML, or leave the options at their defaults",
        )
    issue = as_ktab(scenario).issue
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([issue.name, issue.description, len(issue.stakes), len(issue.dimensions)])
    heads = [cell for d in issue.dimensions for cell in (d.name, f"{d.name} Salience")]
    writer.writerow(["Actor", "Description", "Power", *heads])
    for each in issue.stakes:
        pairs = zip(each.position, each.salience, strict=True)
        values = [repr(float(number)) for pair in pairs for number in pair]
        writer.writerow([each.actor, each.description, repr(float(each.capability[0])), *values])
    return out.getvalue()


def write_ktab_csv(scenario: Scenario, file: Path | str) -> None:
    """Write a scenario as a CSV file of KTAB, whole or not at all.

    Raises:
        InputError: something a CSV file cannot hold.
        OutputError: the file cannot be written; an older one is left as it was.
    """
    path = Path(file)
    write_files(path.parent, {path.name: ktab_csv_text(scenario)})
