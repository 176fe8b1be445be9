"""What is wrong with a row: column, value, message, remedy; all of a row's faults at once.

>>> error = RowError("event kh-1", [Fault("end", "2024-01-01", "the event ends before it starts",
...                                         "swap start and end")])
>>> print(error)
event kh-1, end: the event ends before it starts (got '2024-01-01'); swap start and end
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from talion.errors import RecordError

__all__ = ["Fault", "RowError", "identifier_fault", "text_faults"]

IDENTIFIER = re.compile(r"\w[\w.\-]*")


class Fault(NamedTuple):
    """One fault of one row: the column it is in, the value found, what is wrong, what to do."""

    column: str
    value: object
    message: str
    remedy: str


class RowError(RecordError):
    """A row that breaks an invariant; holds every fault found in it, its text names the first.

    Args:
        place: which row, as `event kh-1`.
        faults: at least one fault.
    """

    def __init__(self, place: str, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        where = f"{place}, {first.column}"
        super().__init__(first.message, place=where, value=first.value, remedy=first.remedy)
        self._row = place

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the faults held."""
        return RowError, (self._row, self.faults)


def identifier_fault(column: str, value: str) -> list[Fault]:
    """Return the fault of a malformed id, or nothing.

    >>> identifier_fault("id", "us_forces"), identifier_fault("id", "a;b")[0].message
    ([], 'not an id')
    """
    if IDENTIFIER.fullmatch(value):
        return []
    remedy = "use letters, digits, '_', '-' and '.', starting with a letter or digit"
    return [Fault(column, value, "not an id", remedy)]


def text_faults(**texts: str) -> list[Fault]:
    """Return a fault for each text that holds a control character other than newline and tab."""
    return [
        Fault(column, text, "a control character in a text", "remove it")
        for column, text in texts.items()
        if not text.isprintable() and any(_is_control(c) for c in text)
    ]


def _is_control(character: str) -> bool:
    code = ord(character)
    surrogate = 0xD800 <= code <= 0xDFFF
    return surrogate or (character not in "\n\t" and (code < 0x20 or 0x7F <= code < 0xA0))
