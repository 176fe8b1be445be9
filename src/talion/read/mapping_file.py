"""`mapping.yaml`: how a spreadsheet became this record, kept so that the next import does the same."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from talion.errors import RecordError
from talion.read.choices import Choices

__all__ = ["NAME", "MappingFile", "mapping_text", "read_mapping"]

NAME = "mapping.yaml"
_HEAD = """\
# How the spreadsheet became this record. `talion start --again FOLDER` reads it; edit it to change
# how columns are read. `choices` are yours; the ids below them keep names the same at every import.
"""


class MappingFile(BaseModel):
    """The contents of `mapping.yaml`.

    Attributes:
        talion_mapping: version of the format.
        file: the spreadsheet, relative to the folder.
        sha256: of it, as last imported.
        brief: file of the brief, relative to the folder; None if none was given.
        choices: every decision.
        next_number: number of the next new row.
        case_sha256: of case.yaml as last written by an import.
        acts, actors, sources: ids by the words of the sheet.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    talion_mapping: int = Field(default=1, ge=1, le=1)
    file: str
    sha256: str
    brief: str | None = None
    choices: Choices
    next_number: int = Field(ge=1)
    case_sha256: str
    acts: dict[str, str] = Field(default_factory=dict)
    actors: dict[str, str] = Field(default_factory=dict)
    sources: dict[str, str] = Field(default_factory=dict)


def mapping_text(mapping: MappingFile) -> str:
    """Return the YAML text of a mapping."""
    import yaml

    data = mapping.model_dump(mode="json", exclude_none=True)
    data["choices"] = mapping.choices.model_dump(
        mode="json", exclude_none=True, exclude_defaults=True
    )
    body: str = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)
    return _HEAD + body


def read_mapping(folder: Path) -> MappingFile:
    """Read the mapping of a project folder.

    Raises:
        CaseError, RecordError: missing, not YAML, or with keys that mean nothing.
    """
    from talion.model.document import read_document

    path = folder / NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RecordError(
            "not a folder that `talion start` has made: it holds no mapping.yaml",
            place=str(folder),
            remedy="give the folder of an earlier import, or choose a new one with --out",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(
            "cannot be read", place=str(path), remedy="check its rights; save it as UTF-8"
        ) from error
    document = read_document(text, str(path))
    try:
        return MappingFile.model_validate(document.data)
    except ValidationError as error:
        first = error.errors()[0]
        raise RecordError(
            str(first["msg"]).removeprefix("Value error, "),
            place=document.place(tuple(first["loc"])),
            value=first["input"],
            remedy="correct it, or begin anew in another folder",
        ) from error
