"""The numbers behind the charts as one table, to be filtered, pivoted and drawn again.

A row is one point of a chart: of which chart and part of it, from and to when, of what, and its measures.
Points and lines without a number (the cut-off, acts taken out) have none. What only places ink
(base lines, shades, sizes) is left out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import TypeAlias

from talion.report.office.dossier import Cell, ChartData

__all__ = ["Row", "chart_rows"]

When: TypeAlias = dt.date | dt.datetime | None
Row: TypeAlias = tuple[str, str, When, When, str, str, dict[str, int | float]]
_INK = frozenset({"zero", "shade", "size", "dash", "at", "status"})
_STARTS, _ENDS = ("day", "start", "middle"), ("end",)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T[\d:.]+)?")


def chart_rows(chart: ChartData) -> Iterator[Row]:
    """Yield the rows of one chart.

    Args:
        chart: of a dossier.

    Yields:
        Chart id, part, from, to, name, detail, measures by name.
    """
    for part, columns in chart.datasets.items():
        names = [name for name in columns if name not in _INK]
        size = len(next(iter(columns.values()), ()))
        for i in range(size):
            yield (chart.id, part, *_point({name: columns[name][i] for name in names}))


def _point(point: dict[str, Cell]) -> tuple[When, When, str, str, dict[str, int | float]]:
    start = next((_when(point[k]) for k in _STARTS if _when(point.get(k))), None)
    end = next((_when(point[k]) for k in _ENDS if _when(point.get(k))), None)
    texts = [
        value for key, value in point.items()
        if isinstance(value, str) and value and key not in (*_STARTS, *_ENDS)
    ]  # fmt: skip
    if isinstance(point.get("path"), int):
        texts.append(f"simulated history {int(point['path'] or 0) + 1}")
    numbers = {
        key: value for key, value in point.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and key != "path"
    }  # fmt: skip
    return start, end, (texts or [""])[0], "; ".join(texts[1:]), numbers


def _when(value: Cell) -> When:
    """Return a day or a moment written as text; None for anything else."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    return dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)
