"""The exception tree: everything Talion raises on purpose.

Each error says where (`place`), what is wrong (`message`), what was found (`value`) and what to do
(`remedy`), and its text is one line, so that a command can print it and stop:

    place: message (got VALUE); remedy

A message that is a question, or ends with a full stop, is followed by the remedy as a sentence.

>>> print(CaseError("half-life must be positive", place="case.yaml:41:12, links.A1.half_life",
...                 value=-3, remedy="give a number of days, such as 7"))
case.yaml:41:12, links.A1.half_life: half-life must be positive (got -3); give a number of days, such as 7
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

__all__ = [
    "CaseError",
    "FitError",
    "InputError",
    "JudgmentTestError",
    "OutputError",
    "PlanError",
    "Problems",
    "RecordError",
    "SimulationError",
    "TalionError",
]

_LONGEST_VALUE = 60


class _Unset:
    """Tells "no value given" from "the value was None"."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET = _Unset()


def _one_line(text: str) -> str:
    """Return `text` with line breaks, controls and direction marks made visible or plain spaces."""
    spaced = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in spaced)


def _shorten(value: object) -> str:
    """Return a printable, single-line form of `value` of at most 60 characters.

    >>> _shorten("a" * 500) == "'" + "a" * 56 + "..."
    True
    """
    # Cut before repr, so that a value of 50 MB costs nothing to name.
    shown = value[: _LONGEST_VALUE + 1] if isinstance(value, str | bytes) else value
    text = _one_line(repr(shown))
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3].rstrip() + "..."


class TalionError(Exception):
    """Anything Talion refuses or cannot do; the root of the tree.

    Args:
        message: what is wrong, as a clause without a full stop.
        place: where it was found: file, line and column, row, key.
        value: what was found there; shown shortened to 60 characters. `None` is a value.
        remedy: what the user can do.
    """

    exit_status = 1

    def __init__(
        self,
        message: str,
        *,
        place: str | None = None,
        value: object = UNSET,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.value = value
        self.remedy = remedy

    def __str__(self) -> str:
        """Return the one line: place, message, value, remedy."""
        line = f"{self.place}: {self.message}" if self.place else self.message
        if self.value is not UNSET:
            line += f" (got {_shorten(self.value)})"
        if self.remedy and line.endswith(("?", ".")):
            line += f" {self.remedy[0].upper()}{self.remedy[1:]}"
        elif self.remedy:
            line += f"; {self.remedy}"
        return _one_line(line)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with all parts, so that an error crosses from a worker process whole."""
        return _rebuild, (type(self), self.message, self.place, self.value, self.remedy)


def _rebuild(
    kind: type[TalionError], message: str, place: str | None, value: object, remedy: str | None
) -> TalionError:
    shown = UNSET if isinstance(value, _Unset) else value
    return kind(message, place=place, value=shown, remedy=remedy)


class InputError(TalionError):
    """The user's input cannot be used; commands end with status 2."""

    exit_status = 2


class RecordError(InputError):
    """A table of events, counts or sources is wrong: names file, row, column."""


class CaseError(InputError):
    """A case file is wrong: names file, line, column, key."""


class JudgmentTestError(InputError):
    """A judgment's test cannot be read or cannot be put to a simulation."""


class PlanError(InputError):
    """What is to be measured of a history cannot be planned as asked."""


class FitError(InputError):
    """A fit cannot be made of this record, or one on file cannot be used: damaged, or of another case."""


class SimulationError(TalionError):
    """A simulation could not be carried through: event cap reached, queue full."""


class OutputError(TalionError):
    """A result could not be written: disk full, folder not writable. Status 2."""

    exit_status = 2


class Problems(InputError):  # noqa: N818 - holds errors; is not one more kind of error
    """Several errors found in one pass, such as the ten mistakes of one case file.

    Its text has one line for each, in the order found.

    >>> found = [CaseError("no such actor", value="kh"), CaseError("no such link", value="A99")]
    >>> print(Problems(found))
    no such actor (got 'kh')
    no such link (got 'A99')
    """

    def __init__(self, errors: Iterable[TalionError]) -> None:
        self.errors: tuple[TalionError, ...] = tuple(_flatten(errors))
        if not self.errors:
            raise ValueError("Problems needs at least one error")
        super().__init__(f"{len(self.errors)} problems")

    def __str__(self) -> str:
        """Return one line for each error."""
        return "\n".join(str(error) for error in self.errors)

    def __iter__(self) -> Iterator[TalionError]:
        """Iterate over the errors in the order found."""
        return iter(self.errors)

    def __len__(self) -> int:
        """Return how many errors were found."""
        return len(self.errors)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the errors held."""
        return Problems, (self.errors,)

    @classmethod
    def raise_any(cls, errors: Iterable[TalionError]) -> None:
        """Raise nothing for none, the error itself for one, and all together for more."""
        found = tuple(_flatten(errors))
        if len(found) == 1:
            raise found[0]
        if found:
            raise cls(found)


def _flatten(errors: Iterable[TalionError]) -> Iterator[TalionError]:
    for error in errors:
        if isinstance(error, Problems):
            yield from error.errors
        else:
            yield error
