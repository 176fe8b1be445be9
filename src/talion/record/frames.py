"""A record as polars frames: one per table, dates as dates, unknown as null."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talion.record.layout import TABLES
from talion.record.writing import rows_of

if TYPE_CHECKING:
    import polars as pl

    from talion.record.record import Record

__all__ = ["to_frames"]


def to_frames(record: Record) -> dict[str, pl.DataFrame]:
    """Return one frame per native table, named and with columns as in the files.

    Lists of names are lists, splits are text. A merged event is one row.
    """
    import polars as pl

    kinds: dict[str, pl.DataType | type[pl.DataType]] = {
        "text": pl.String,
        "day": pl.Date,
        "integer": pl.Int64,
        "number": pl.Float64,
        "flag": pl.Boolean,
        "names": pl.List(pl.String),
    }
    frames = {}
    for table, rows in rows_of(record).items():
        schema = {column.name: kinds[column.kind] for column in TABLES[table]}
        values = {
            column.name: [
                column.write(row[column.name])
                if column.name == "split"
                else _value(row.get(column.name))
                for row in rows
            ]
            for column in TABLES[table]
        }
        frames[table] = pl.DataFrame(values, schema=schema)
    return frames


def _value(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
