"""The fingerprint of a record: SHA-256 over one canonical text of its rows.

Whether a source may be passed on says nothing about what happened, so it is left out: marking one
costs no new fit.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from talion.record.record import Record

__all__ = ["content_hash"]

_UNSEEN = frozenset({"shared"})


def content_hash(record: Record) -> str:
    """Return the SHA-256 of a record's content; order of rows does not matter, all else does."""
    tables = {
        field.name: sorted(_canonical(row) for row in getattr(record, field.name))
        for field in fields(record)
        if field.name != "period"
    }
    text = _canonical({"period": record.period, "tables": tables})
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, default=_plain, sort_keys=True, ensure_ascii=True, allow_nan=False)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        names = (field.name for field in fields(value) if field.name not in _UNSEEN)
        return {name: getattr(value, name) for name in names}
    raise TypeError(f"no canonical form for {type(value).__name__}")
