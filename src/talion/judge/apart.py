"""Several changes run apart: the earlier run made again with one of the later run's changes alone.

For each unit of change u the case A is taken with the part u of case B put in its place (or with the
rows of B's record), and simulated with A's seed and sizes. What then moves beyond noise, u moves when
it comes first and alone. Changes may act together: what none of them moves alone and both together do
is said to be so.

The reading with the record is left out, since each of these cases would need a fit of its own. So A is
made again without it, too; its other numbers must come out as they were, or nothing is said.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from talion.errors import InputError, TalionError
from talion.judge.kept_results import KeptResults
from talion.judge.moved import Comparison, compare_runs
from talion.judge.record_changes import rows_by_key
from talion.judge.run_folder import WITHHELD, KeptRun, Row, Tables
from talion.model.case import parse_case
from talion.record.layout import TABLES
from talion.record.record import Record
from talion.record.tables import read_record

__all__ = ["MOST_UNITS", "Apart", "run_apart", "together_only", "units_apart"]

MOST_UNITS = 12
_NEVER = frozenset({"version", "fit", "case"})  # they are no part of a case

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Apart:
    """One unit of change run alone.

    Attributes:
        unit: what was changed.
        comparison: the earlier run against it; None if it cannot be run.
        why: why not; "" if it was.
    """

    unit: str
    comparison: Comparison | None
    why: str = ""


def units_apart(comparison: Comparison) -> tuple[str, ...]:
    """Return the units of change that can move a number and are no judgment's own, in order."""
    own = (u for u in dict.fromkeys(c.unit for c in comparison.bearing))
    return tuple(u for u in own if not u.startswith("judgments.") and u not in _NEVER)


def run_apart(
    comparison: Comparison, *, workers: int | None = None, progress: Progress | None = None
) -> tuple[Apart, ...]:
    """Make the earlier run again with each change alone.

    Args:
        comparison: of two runs that kept their case and record.
        workers: threads.
        progress: called with (unit, histories done, of).

    Raises:
        InputError: a run kept no case or no record, or too many things changed.
    """
    before, after = comparison.before, comparison.after
    for run in (before, after):
        if run.case is None or run.tables is None:
            raise InputError(
                "the run kept no copy of its case and record, so nothing can be run apart",
                place=str(run.folder),
                remedy="make the run again: `talion run CASE --out DIR`",
            )
    units = units_apart(comparison)
    if len(units) > MOST_UNITS:
        raise InputError(
            f"{len(units)} things changed; at most {MOST_UNITS} are run apart",
            place="--apart",
            value=", ".join(units),
            remedy="make runs in between, with fewer changes each, and compare those",
        )
    if not units:
        return ()
    again = _run(comparison, "", workers, progress)
    _check_again(before, again)
    return tuple(_alone(comparison, again, unit, workers, progress) for unit in units)


def _alone(
    comparison: Comparison,
    again: KeptRun,
    unit: str,
    workers: int | None,
    progress: Progress | None,
) -> Apart:
    try:
        return Apart(unit, compare_runs(again, _run(comparison, unit, workers, progress)))
    except TalionError as error:  # the part may need another part of B, such as a factor it names
        first = str(error).splitlines()[0]
        return Apart(unit, None, f"it does not stand alone: {first}")


def _run(
    comparison: Comparison, unit: str, workers: int | None, progress: Progress | None
) -> KeptRun:
    """Return the earlier run made again with one unit of the later one; with none for ""."""
    from talion.judge.run import judge_case

    before, after = comparison.before, comparison.after
    if before.case is None or after.case is None or before.tables is None or after.tables is None:
        raise InputError("the run kept no case or no record", place=str(before.folder))
    data = mixed_data(before.case, after.case, unit)
    named = (c for c in comparison.changes if c.area == "record" and c.unit == unit)
    keys = {change.key.split(",", maxsplit=1)[0] for change in named}
    tables = mixed_tables(before.tables, after.tables, keys)
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000)
    receipt = before.results.receipt
    result = judge_case(
        parse_case(text, before.results.case, record_from(tables)),
        draws=receipt.draws,
        histories=receipt.histories,
        seed=receipt.seed,
        workers=workers,
        progress=None if progress is None else lambda done, of: progress(unit, done, of),
    )
    found = KeptResults.model_validate_json(result.to_json())
    return KeptRun(before.folder, found, data, tables, "")


def _check_again(before: KeptRun, again: KeptRun) -> None:
    """Refuse to go on if the earlier run does not come out as it was."""
    for name, judged in before.results.judgments.items():
        for part, new in zip(judged.parts, again.results.judgments[name].parts, strict=True):
            for reading, share in new.readings.items():
                if reading in part.readings and part.readings[reading] != share:
                    raise InputError(
                        "the earlier run, made again here, gives other numbers",
                        place=f"{before.folder}, {name}, {reading}",
                        remedy="run both cases anew with this version, and compare those",
                    )


# --- the case in between -------------------------------------------------------------------------


def mixed_data(before: Mapping[str, Any], after: Mapping[str, Any], unit: str) -> dict[str, Any]:
    """Return the earlier case file's data with one unit of the later one.

    >>> mixed_data({"links": {"a": 1, "b": 2}}, {"links": {"b": 3, "c": 4}}, "links.b")
    {'links': {'a': 1, 'b': 3}}
    >>> mixed_data({"links": {"a": 1}}, {"links": {"c": 4, "a": 2}}, "links.c")
    {'links': {'c': 4, 'a': 1}}
    """
    section, _, name = unit.partition(".")
    if unit in ("", "record"):
        return dict(before)
    if not name:
        return _replaced(before, after, section)
    old, new = dict(before.get(section) or {}), dict(after.get(section) or {})
    if name not in new:
        old.pop(name, None)
    elif name in old:
        old[name] = new[name]
    else:  # where it stands in the later case: classes and links are numbered by order
        held = {**old, name: new[name]}
        order = [key for key in new if key in held] + [key for key in old if key not in new]
        old = {key: held[key] for key in order}
    return {**before, section: old}


def _replaced(before: Mapping[str, Any], after: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the data with one top-level key of the other; of a section only its order."""
    mine, other = before.get(key), after.get(key)
    if isinstance(mine, Mapping) and isinstance(other, Mapping):
        order = [name for name in other if name in mine] + [n for n in mine if n not in other]
        return {**before, key: {name: mine[name] for name in order}}
    found = dict(before)
    if key in after:
        found[key] = other
    else:
        found.pop(key, None)
    return found


def mixed_tables(before: Tables, after: Tables, keys: set[str]) -> dict[str, tuple[Row, ...]]:
    """Return the earlier record's rows with those named taken from the later one."""
    found: dict[str, tuple[Row, ...]] = {}
    for table in TABLES:
        old, new = (rows_by_key(table, tables.get(table, ())) for tables in (before, after))
        for key in {*old, *new}:
            if f"{table} {key}" not in keys:
                continue
            if key in new:
                old[key] = new[key]
            else:
                old.pop(key, None)
        found[table] = tuple(old.values())
    return found


def record_from(tables: Tables) -> Record:
    """Return the record that rows make.

    Raises:
        InputError: rows are withheld. RecordError, Problems: the rows do not fit together.
    """
    if any(WITHHELD in row for rows in tables.values() for row in rows):
        raise InputError(
            "rows of the record are withheld, since their source may not be passed on",
            place="record-as-run.json",
            remedy="run the changed cases themselves with `talion run`, and compare those",
        )
    with tempfile.TemporaryDirectory(prefix="talion-") as folder:
        for table, rows in tables.items():
            Path(folder, f"{table}.csv").write_text(_csv(table, rows), encoding="utf-8", newline="")
        return read_record(folder)


def _csv(table: str, rows: tuple[Row, ...]) -> str:
    out = io.StringIO(newline="")
    names = [column.name for column in TABLES[table]]
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def together_only(comparison: Comparison, apart: Sequence[Apart]) -> Iterator[str]:
    """Yield the judgments that moved and that no change moved alone."""
    ran = [one.comparison for one in apart if one.comparison is not None]
    alone = {j.id for found in ran for j in found.judgments if j.moved}
    for judged in comparison.judgments:
        if judged.moved and len(judged.reasons) > 1 and judged.id not in alone:
            yield judged.id
