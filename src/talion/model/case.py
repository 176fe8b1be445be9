"""A case: one YAML file and the record beside it, loaded, checked and frozen.

`load_case` is the only way in. It reads the file with its marks, checks its form (`schema.py`) and
its names (`names.py`), reads the record's tables and keeps what was published by `as_of`.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from talion.errors import CaseError, Problems
from talion.model import schema
from talion.model.arrows import Arrow, parse_arrow
from talion.model.document import Document, read_document, read_document_file
from talion.model.limits import limit_problems
from talion.model.names import name_problems
from talion.model.schema import CaseDocument
from talion.record.record import Record
from talion.record.replacing import finish_replacing

__all__ = [
    "EPOCH",
    "Case",
    "built_in_cases",
    "cases_folder",
    "day_number",
    "load_case",
    "parse_case",
]

EPOCH = dt.date(1970, 1, 1)


def day_number(day: dt.date) -> int:
    """Return days since 1 January 1970.

    >>> day_number(dt.date(2024, 2, 13))
    19766
    """
    return (day - EPOCH).days


@dataclass(frozen=True)
class Case:
    """A case as loaded; all parts are frozen.

    Attributes:
        name: short name, such as `baghdad-2024`.
        document: what the file says.
        record: events, counts and sources published by `as_of`, reports of one event merged.
        arrows: every arrow of every link, in the file's order.
        path: the case file, or None for a case made in memory.
        text_hash: SHA-256 of the file's bytes.
        outcomes: what was published later; may score a forecast, never enters one.
    """

    name: str
    document: CaseDocument
    record: Record
    arrows: tuple[Arrow, ...]
    path: Path | None
    text_hash: str
    outcomes: Record | None = None
    marks: Document | None = field(default=None, repr=False, compare=False)

    @property
    def title(self) -> str:
        """The case's title."""
        return self.document.title

    @property
    def as_of(self) -> dt.date:
        """The day after whose publications nothing is used."""
        return self.document.as_of

    @property
    def as_of_day(self) -> int:
        """`as_of` as days since 1 January 1970."""
        return day_number(self.as_of)

    @property
    def horizons(self) -> tuple[int, ...]:
        """The default horizons in days, ascending."""
        return tuple(sorted(self.document.horizon))

    @property
    def actors(self) -> Mapping[str, schema.ActorEntry]:
        """Actors by id."""
        return self.document.actors

    @property
    def events(self) -> Mapping[str, schema.EventType]:
        """Event types by id."""
        return self.document.events

    @property
    def series(self) -> Mapping[str, tuple[str, ...]]:
        """Named sums of event types."""
        return self.document.series

    @property
    def factors(self) -> Mapping[str, schema.Factor]:
        """Factors by id."""
        return self.document.factors

    @property
    def links(self) -> Mapping[str, schema.Link]:
        """Links by id."""
        return self.document.links

    @property
    def issues(self) -> Mapping[str, schema.Issue]:
        """Issues by id."""
        return self.document.issues

    @property
    def decisions(self) -> Mapping[str, schema.Decision]:
        """Decisions by id."""
        return self.document.decisions

    @property
    def what_ifs(self) -> Mapping[str, schema.WhatIf]:
        """Named interventions; the baseline is implicit."""
        return self.document.what_ifs

    @property
    def judgments(self) -> Mapping[str, schema.Judgment]:
        """Judgments by id, in the order of the file."""
        return self.document.judgments

    @property
    def sources(self) -> Mapping[str, schema.SourceEntry]:
        """Texts that evidence points into."""
        return self.document.sources

    def what_if_day(self, name: str) -> int:
        """Return the day a what-if begins to act; `baseline` begins at `as_of`."""
        if name == "baseline":
            return self.as_of_day
        stated = self.what_ifs[name].from_
        return self.as_of_day if stated == "as_of" else day_number(dt.date.fromisoformat(stated))

    def start_day(self, name: str) -> int:
        """Return the day from which a world is simulated; earlier than `as_of` for a replay."""
        what_if = self.what_ifs.get(name)
        until = what_if.history_until if what_if else None
        return day_number(until) if until else self.as_of_day

    def what_if_days(self) -> dict[str, int]:
        """Return the first day of every what-if, the baseline included."""
        return {name: self.what_if_day(name) for name in ("baseline", *self.what_ifs)}


def built_in_cases() -> dict[str, str]:
    """Return the names of the cases that come with the package and their titles.

    >>> "baghdad-2024" in built_in_cases()
    True
    """
    found: dict[str, str] = {}
    for folder in sorted(cases_folder().iterdir()):
        file = folder / "case.yaml"
        if file.is_file():
            data = read_document(file.read_text(encoding="utf-8"), file.name).data
            found[folder.name.replace("_", "-")] = str(data.get("title", ""))
    return found


def cases_folder() -> Path:
    """Return the folder of the cases that come with the package."""
    return Path(str(resources.files("talion") / "cases"))


def _find(name_or_path: str | Path) -> Path:
    """Return the case file for a built-in name, a folder or a file."""
    path = Path(name_or_path)
    if path.is_dir():
        return path / "case.yaml"
    if not path.exists() and path.name == str(name_or_path) and not path.suffix:
        built_in = cases_folder() / path.name.replace("-", "_") / "case.yaml"
        if built_in.is_file():
            return built_in
        raise CaseError(
            "no case of this name and no such file",
            value=str(name_or_path),
            remedy=f"built-in cases: {', '.join(built_in_cases())}; or give a path to case.yaml",
        )
    return path


def load_case(name_or_path: str | Path) -> Case:
    """Load a built-in case by name, or a case file or folder by path.

    Args:
        name_or_path: `baghdad-2024`, a folder with `case.yaml`, or a file.

    Returns:
        The case, checked, with the record as it was known at `as_of`.

    Raises:
        CaseError, RecordError: something is missing or wrong; the message names the place.
        Problems: several such errors at once.
        OutputError: an import into its folder was cut off and cannot be completed.

    >>> load_case("baghdad-2024").as_of
    datetime.date(2024, 2, 13)
    """
    path = _find(name_or_path)
    finish_replacing(path.parent)
    document = read_document_file(path)
    name = path.parent.name.replace("_", "-") if path.name == "case.yaml" else path.stem
    return _build(document, path, name, hashlib.sha256(path.read_bytes()).hexdigest())


def parse_case(text: str, name: str = "case", record: Record | None = None) -> Case:
    """Build a case from YAML text, without a file; for tests, notebooks and the workbench.

    Args:
        text: the YAML.
        name: short name, used in messages.
        record: the record; an empty one covering `history_from` to `as_of` if omitted.

    Raises:
        CaseError, Problems: as `load_case`.
    """
    document = read_document(text, f"{name}.yaml")
    return _build(document, None, name, hashlib.sha256(text.encode()).hexdigest(), record)


def _build(
    document: Document, path: Path | None, name: str, text_hash: str, record: Record | None = None
) -> Case:
    case = _validate(document)
    Problems.raise_any(limit_problems(case, document))
    outcomes = None
    if record is None and case.record_folder is not None:
        if path is None:
            place = document.place(("record",))
            raise CaseError("a case in memory has no folder", place=place, remedy="pass `record`")
        record, outcomes = _read_tables(path.parent / case.record_folder)
    record = _as_known(record, case)
    Problems.raise_any(name_problems(case, document, record))
    arrows = tuple(
        parse_arrow(case, link_id, says)
        for link_id, link in case.links.items()
        for says in link.says
    )
    return Case(name, case, record, arrows, path, text_hash, outcomes, document)


def _read_tables(folder: Path) -> tuple[Record, Record | None]:
    from talion.record.tables import read_outcomes, read_record

    has_outcomes = (folder / "outcomes.csv").exists()
    return read_record(folder), read_outcomes(folder) if has_outcomes else None


def _as_known(record: Record | None, case: CaseDocument) -> Record:
    from talion.record.merge import merge_reports

    if record is None:
        start = case.history_from or case.as_of - dt.timedelta(days=365)
        return Record(period=(start, case.as_of))
    return merge_reports(record.known_by(case.as_of))


def _validate(document: Document) -> CaseDocument:
    if not isinstance(document.data, dict):
        raise CaseError(
            "a case is a mapping of keys", place=document.name, remedy="see `talion new`"
        )
    try:
        return CaseDocument.model_validate(document.data)
    except ValidationError as error:
        raise Problems([_translate(document, item) for item in error.errors()]) from None


def _all_keys() -> set[str]:
    keys: set[str] = set()
    for member in vars(schema).values():
        if isinstance(member, type) and issubclass(member, BaseModel):
            for name, info in member.model_fields.items():
                keys.add(info.alias or name)
    return keys


def _translate(document: Document, item: Any) -> CaseError:
    """Turn one finding of pydantic into our one-line form."""
    path = tuple(item["loc"])
    place = document.place(path)
    last = str(path[-1]) if path else ""
    if item["type"] == "extra_forbidden":
        near = difflib.get_close_matches(last, sorted(_all_keys()), n=1)
        remedy = f"did you mean `{near[0]}`?" if near else "remove it; see `talion schema`"
        return CaseError("unknown key", place=place, value=last, remedy=remedy)
    if item["type"] == "missing":
        return CaseError(f"`{last}` is missing", place=place, remedy=f"add `{last}: ...`")
    message = str(item["msg"]).removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    return CaseError(message, place=place, value=item["input"], remedy="see `talion schema`")
