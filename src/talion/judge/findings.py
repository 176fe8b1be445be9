"""Findings of `talion check`: where, what, with which value, why it matters and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from talion.errors import UNSET, TalionError

__all__ = ["SEVERITIES", "Finding", "Severity"]

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
LONGEST = 80  # characters of a value that are shown
_PLACE = re.compile(r"(?P<file>[^,]*?)(?::(?P<line>\d+))?(?::(?P<column>\d+))?(?:, (?P<key>.*))?\Z")


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    Attributes:
        severity: `error` stops a run; `warning` would mislead who reads the result; `note` is worth
            knowing.
        code: a short name of the kind of finding, the same in every version.
        place: file, line, column and key.
        message: what is so, as a clause without a full stop.
        value: what stands there, in words; "" where the message says it.
        why: why it matters, in a sentence without a full stop.
        remedy: what to do.
    """

    severity: Severity
    code: str
    place: str
    message: str
    why: str
    remedy: str
    value: str = ""

    @classmethod
    def of_error(cls, error: TalionError, code: str, why: str) -> Finding:
        """Return an error as a finding."""
        value = "" if error.value is UNSET else str(error.value)
        place, remedy = error.place or "", error.remedy or "mend it there"
        return cls("error", code, place, error.message, why, remedy, value)

    def __str__(self) -> str:
        """Return it in one line, without why it matters."""
        value = f" ({_short(self.value)})" if self.value else ""
        return f"{self.place}: {self.message}{value}; {self.remedy}"

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data, the place in its parts.

        >>> Finding("note", "x", "case.yaml:3:5, links.L1", "m", "w", "r").as_data()["line"]
        3
        """
        found = _PLACE.match(self.place)
        parts = found.groupdict() if found is not None else {"file": self.place}
        return {
            "severity": self.severity,
            "code": self.code,
            "file": parts.get("file") or None,
            "line": int(parts["line"]) if parts.get("line") else None,
            "column": int(parts["column"]) if parts.get("column") else None,
            "key": parts.get("key") or None,
            "message": self.message,
            "value": self.value or None,
            "why": self.why,
            "remedy": self.remedy,
        }


def _short(value: str) -> str:
    text = " ".join(value.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 3].rstrip() + "..."
