"""Studies of a fit (power, placebos, confounding) as plain values of a header, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from talion.fit.case.selection import (
    ConfoundingStudy,
    LinkConfounding,
    LinkPlacebo,
    LinkPower,
    PlaceboStudy,
    PowerStudy,
    Rate,
)

if TYPE_CHECKING:
    from talion.fit.case.result import CaseFit

__all__ = ["pack_studies", "unpack_studies"]

_STUDIES: dict[str, tuple[type[Any], type[Any]]] = {
    "power": (PowerStudy, LinkPower),
    "placebos": (PlaceboStudy, LinkPlacebo),
    "confounding": (ConfoundingStudy, LinkConfounding),
}


def pack_studies(fit: CaseFit) -> dict[str, Any]:
    """Return the studies of a fit, fit for JSON: None where not done, and for a missing number."""
    found = {name: getattr(fit, name) for name in _STUDIES}
    return {name: None if s is None else _plain(asdict(s)) for name, s in found.items()}


def unpack_studies(header: Mapping[str, Any]) -> dict[str, Any]:
    """Return the studies that were packed, by name.

    Raises:
        KeyError, TypeError, ValueError: the header holds no such studies.
    """
    found: dict[str, Any] = {}
    for name, (study, link) in _STUDIES.items():
        stated = header[name]
        if stated is not None:
            links = tuple(_made(link, part) for part in stated["links"])
            stated = _made(study, {**stated, "links": links})
        found[name] = stated
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _made(kind: type[Any], stated: Mapping[str, Any]) -> Any:
    """Make a study or its row; every value must be of the type that its field has."""
    types = {field.name: str(field.type) for field in fields(kind)}
    if set(stated) != set(types):
        raise ValueError(f"{kind.__name__} with fields {sorted(stated)}")
    return kind(**{name: _value(types[name], stated[name]) for name in types})


def _value(kind: str, value: Any) -> Any:
    if kind == "Rate":
        return Rate(_whole(value["count"]), _whole(value["of"]))
    if kind == "float":
        return _number(value)
    if kind == "tuple[float, ...]":
        return tuple(_number(item) for item in value)
    if kind == "tuple[str, ...]":
        return tuple(_text(item) for item in value)
    if kind == "int":
        return _whole(value)
    return _text(value) if kind == "str" else value


def _number(value: Any) -> float:
    if value is not None and type(value) not in (int, float):
        raise TypeError(f"no number: {value!r}")
    return math.nan if value is None else float(value)


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"no whole number: {value!r}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"no text: {value!r}")
    return value
