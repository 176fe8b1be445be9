"""The folder of a run: what is kept beside its results so that it can be compared and frozen later.

| file | what |
|---|---|
| results.json | judgments, forecasts, receipts (`RunResult.to_json`) |
| case-as-run.yaml | the case file, byte for byte as it was run |
| record-as-run.json | the rows of the record as known on the cut-off, as the native tables write them |

The case's copy does not bear the name `case.yaml`: a run written into the case's own folder must
never put an older text over one that was edited meanwhile. No text of a source is copied.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from talion.errors import CaseError, InputError
from talion.judge.kept_results import KeptResults
from talion.model.case import Case
from talion.model.document import read_document
from talion.record.layout import TABLES
from talion.record.record import Record
from talion.record.writing import rows_of

__all__ = [
    "CASE",
    "RECORD",
    "RESULTS",
    "ROW_KEYS",
    "WITHHELD",
    "KeptRun",
    "Row",
    "Tables",
    "case_text",
    "read_run",
    "record_text",
]

RESULTS, CASE, RECORD = "results.json", "case-as-run.yaml", "record-as-run.json"
WITHHELD = "withheld"  # the cell that stands for all others of a row that may not be passed on
_LARGEST = 512 * 1024 * 1024  # bytes; results.json of the built-in case has a few MB

Row: TypeAlias = Mapping[str, str]
Tables: TypeAlias = Mapping[str, tuple[Row, ...]]
"""Table -> its rows as cells by column, blank cells left out."""

ROW_KEYS: Mapping[str, tuple[str, ...]] = {
    "sources": ("id",),
    "actors": ("id",),
    "events": ("id",),
    "evidence": ("event", "source", "start"),
    "conflicts": ("event", "field", "source"),
    "totals": ("series", "on", "country"),
    "absences": ("of", "start", "country"),
    "coverage": ("of", "start"),
}
"""What makes a row of a table the same row in another version of the record."""


@dataclass(frozen=True)
class KeptRun:
    """A run read back.

    Attributes:
        folder: where it lies.
        results: what it found.
        case: the case file as data (dictionaries, lists, scalars); None if the run kept none.
        tables: the rows of the record; None if the run kept none.
        results_hash: SHA-256 of results.json.
    """

    folder: Path
    results: KeptResults
    case: Mapping[str, Any] | None
    tables: Tables | None
    results_hash: str

    @property
    def order(self) -> tuple[str, ...]:
        """The judgments' ids in the order of the case; of results.json where no case is kept."""
        found = self.results.judgments
        stated = (self.case or {}).get("judgments") or {}
        return (*(n for n in stated if n in found), *(n for n in found if n not in stated))


def case_text(case: Case) -> str:
    """Return the text of a case's file, which must still be what was loaded.

    Raises:
        CaseError: the file is gone or was changed since.
    """
    if case.path is None:
        raise CaseError("a case in memory has no file", place=case.name, remedy="load it by path")
    remedy = "run it again"
    try:
        data = case.path.read_bytes()
    except OSError as error:
        message = f"cannot be read any more: {error.strerror or type(error).__name__}"
        raise CaseError(message, place=str(case.path), remedy=remedy) from None
    if hashlib.sha256(data).hexdigest() != case.text_hash:
        raise CaseError("was changed while it was loaded", place=str(case.path), remedy=remedy)
    return data.decode("utf-8")


def record_text(record: Record, private_texts: Collection[str] = ()) -> str:
    """Return the rows of a record as JSON, one row a line; equal records give equal text.

    Args:
        record: as known on the cut-off; of a merged event the reports are written.
        private_texts: ids of the case's own sources that may not be passed on, beside those that
            the record marks.
    """
    rows = rows_of(record.unmerged())
    private = _private_rows(rows, private_texts)
    tables = {
        table: sorted(
            _row_text(table, row, withheld=i in private[table]) for i, row in enumerate(rows[table])
        )
        for table in TABLES
    }
    head = {
        "talion_record": 1,
        "record_hash": record.content_hash(),
        "tables_hash": _tables_hash({t: [json.loads(r) for r in rows] for t, rows in tables.items()}),
    }  # fmt: skip
    said = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    listed = [
        f"  {json.dumps(table)}: [" + ",".join(f"\n   {row}" for row in rows) + "]"
        for table, rows in tables.items()
    ]
    said.append(' "tables": {\n' + ",\n".join(listed) + "\n }")
    return "{\n" + ",\n".join(said) + "\n}\n"


def _private_rows(
    rows: Mapping[str, list[dict[str, Any]]], private_texts: Collection[str]
) -> dict[str, set[int]]:
    """Return table -> numbers of the rows that rest on a source which may not be passed on."""
    sources = {row["id"] for row in rows["sources"] if not row["shared"]} | {*private_texts}
    pointers = [*rows["evidence"], *rows["conflicts"]]
    events = {row["event"] for row in pointers if row["source"] in sources}
    events |= {row["id"] for row in rows["events"] if not sources.isdisjoint(row["sources"])}

    def rests(table: str, row: Mapping[str, Any]) -> bool:
        if table == "sources":
            return row["id"] in sources
        if table == "events":
            return row["id"] in events
        return row.get("source") in sources or row.get("event") in events

    return {t: {i for i, row in enumerate(of) if rests(t, row)} for t, of in rows.items()}


def _row_text(table: str, row: Mapping[str, Any], *, withheld: bool) -> str:
    cells = {}
    for column in TABLES[table]:
        value = row.get(column.name)
        text = "" if value is None else column.write(value)
        if text:
            cells[column.name] = text
    whole = json.dumps(cells, sort_keys=True, ensure_ascii=False)
    if not withheld:
        return whole
    kept = {name: cells[name] for name in ROW_KEYS[table] if name in cells}
    kept[WITHHELD] = hashlib.sha256(whole.encode()).hexdigest()
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)


def _tables_hash(tables: Mapping[str, Any]) -> str:
    text = json.dumps(tables, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- reading back --------------------------------------------------------------------------------


class _RecordFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    talion_record: int = Field(ge=1, le=1)
    record_hash: str
    tables_hash: str
    tables: dict[str, tuple[dict[str, str], ...]]


_AGAIN = "make the run again: `talion run CASE --out DIR`"


def read_run(folder: Path) -> KeptRun:
    """Read the folder of a run and check that its files belong together.

    Args:
        folder: as `talion run CASE --out FOLDER` wrote it; its results.json will do too.

    Raises:
        InputError: no run lies there, it is of an older version, or a file was changed since.
    """
    if folder.name == RESULTS and folder.is_file():
        folder = folder.parent
    if not folder.is_dir():
        remedy = "give the folder that `talion run CASE --out FOLDER` wrote"
        raise InputError("no such folder", place=str(folder), remedy=remedy)
    text = _text(folder / RESULTS, needed=True)
    results = _results(text, folder / RESULTS)
    return KeptRun(
        folder,
        results,
        _case(folder, results),
        _tables(folder, results),
        hashlib.sha256(text.encode()).hexdigest(),
    )


def _text(path: Path, *, needed: bool = False) -> str:
    """Return a file's text; "" for one that is not there and need not be."""
    try:
        if path.stat().st_size > _LARGEST:
            message = f"larger than {_LARGEST // 1024**2} MB"
            raise InputError(message, place=str(path), remedy=_AGAIN)
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        if not needed:
            return ""
        remedy = "give the folder that `talion run CASE --out FOLDER` wrote"
        raise InputError("no run lies here", place=str(path), remedy=remedy) from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"not UTF-8 at byte {error.start}", place=str(path), remedy=_AGAIN
        ) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror or type(error).__name__}"
        raise InputError(message, place=str(path), remedy="check its permissions") from None


def _results(text: str, path: Path) -> KeptResults:
    data = _json(text, path)
    if isinstance(data, dict) and "judgments" in data and "forecasts" not in data:
        raise InputError("a run of an older version of Talion", place=str(path), remedy=_AGAIN)
    try:
        return KeptResults.model_validate(data)
    except ValidationError as error:
        raise _not_as_written(error, path) from None


def _json(text: str, path: Path) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        message = f"not readable as JSON: {error}"
        raise InputError(message, place=str(path), remedy=_AGAIN) from None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _not_as_written(error: ValidationError, path: Path) -> InputError:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return InputError(
        f"not as a run of this version writes it: {str(first['msg']).lower()}",
        place=f"{path}, {where}" if where else str(path),
        remedy=_AGAIN,
    )


def _changed(path: Path, of: str) -> InputError:
    remedy = f"{_AGAIN}; a changed copy says nothing of this run"
    return InputError(f"is not the {of} of this run any more", place=str(path), remedy=remedy)


def _case(folder: Path, results: KeptResults) -> Mapping[str, Any] | None:
    path = folder / CASE
    text = _text(path)
    if not text:
        return None
    if hashlib.sha256(text.encode()).hexdigest() != results.receipt.case_hash:
        raise _changed(path, "case")
    data = read_document(text.removeprefix("\ufeff"), path.name).data
    if not isinstance(data, dict):
        raise _changed(path, "case")
    return data


def _tables(folder: Path, results: KeptResults) -> Tables | None:
    path = folder / RECORD
    text = _text(path)
    if not text:
        return None
    try:
        found = _RecordFile.model_validate(_json(text, path))
    except ValidationError as error:
        raise _not_as_written(error, path) from None
    tables: dict[str, tuple[dict[str, str], ...]] = found.tables
    same = found.record_hash == results.receipt.record_hash
    if not same or _tables_hash(tables) != found.tables_hash:
        raise _changed(path, "record")
    return tables
