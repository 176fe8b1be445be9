"""Answers as text, from a terminal or from options, as choices; and questions settled one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from talion.errors import InputError, Problems
from talion.read.choices import Choices, CountColumn, OpenQuestion

__all__ = ["Ask", "Retry", "count_column", "day", "pairs", "row_range", "settled", "with_answer"]

Ask = Callable[[OpenQuestion, Choices], Choices]
Retry = Callable[[InputError], "Choices | None"]
_T = TypeVar("_T")
_MOST_QUESTIONS = 500  # and answers taken back


def settled(
    step: Callable[[Choices], _T],
    choices: Choices,
    *,
    yes: bool,
    ask: Ask | None,
    retry: Retry | None = None,
) -> tuple[_T, Choices]:
    """Carry out a step of an import; settle the questions that it leaves open.

    Args:
        step: reads something by the choices given.
        choices: what is decided so far.
        yes: take what is proposed, where something is.
        ask: asks a person; None where nobody can answer.
        retry: tells a person what is wrong with the last answer and gives the choices before it.

    Returns:
        What the step made, and the choices with which it did.

    Raises:
        OpenQuestion, Problems: questions that nobody can answer, all that can be found at once.
    """
    open_: list[InputError] = []
    at = choices
    for _ in range(_MOST_QUESTIONS):
        try:
            made = step(at)
        except OpenQuestion as question:
            if ask is not None and not (yes and question.proposal is not None):
                at = ask(question, at)
                continue
            if not yes:
                open_.append(question)
            if question.proposal is None:
                Problems.raise_any(open_ or [question])
                raise
            at = with_answer(at, question.key, question.proposal)
            continue
        except InputError as error:
            before = retry(error) if retry is not None else None
            if before is not None:
                at = before
                continue
            if open_:  # found under a proposal that nobody has taken yet
                Problems.raise_any(open_)
            raise error
        Problems.raise_any(open_)
        return made, at
    raise InputError("the questions come back without end", place="the spreadsheet")


def with_answer(choices: Choices, key: str, text: str) -> Choices:
    """Return choices with one question answered.

    Raises:
        InputError: the answer cannot be used.

    >>> with_answer(Choices(), "as_of", "2024-02-13").as_of
    datetime.date(2024, 2, 13)
    """
    answer = text.strip()
    part, _, name = key.partition(".")
    made: dict[str, Any]
    if part in ("columns", "say"):
        made = {part: {name: answer}}
    elif key == "as_of":
        made = {key: day(answer, "the cut-off date")}
    elif key == "swapped_cells":
        made = {key: yes_or_no(answer, "--swapped-cells")}
    elif key == "header_rows":
        none = answer.casefold() == "none"
        first, last = (1, 0) if none else row_range(answer, "--header-row")
        made = {key: tuple(range(first, last + 1))}
    elif key == "total_types":
        made = {key: total_types(answer)}
    elif key in ("day_order", "day_numbers", "hidden", "ranges", "undated", "sheet"):
        made = {key: answer}
    else:
        raise InputError("cannot be answered in one word", place=key, value=answer)
    return _validated(made, key).over(choices)


def _validated(made: dict[str, Any], place: str) -> Choices:
    from pydantic import ValidationError

    try:
        return Choices.model_validate(made)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            str(first["msg"]), place=place, value=first["input"], remedy="give one of those"
        ) from error


def total_types(text: str) -> dict[str, str]:
    """Read `TYPE=ACT; TYPE=ACT` or `none`.

    >>> total_types("attacks, total=attack; dead=killing"), total_types("none")
    ({'attacks, total': 'attack', 'dead': 'killing'}, {})
    """
    if text.casefold() == "none":
        return {}
    return pairs(text.split(";"), "--total-types")


def day(text: str, place: str) -> dt.date:
    """Read a day written YYYY-MM-DD.

    Raises:
        InputError: it is none.
    """
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError as error:
        remedy = "write it as YYYY-MM-DD"
        raise InputError("not a day", place=place, value=text, remedy=remedy) from error


def yes_or_no(text: str, place: str) -> bool:
    """Read yes or no.

    Raises:
        InputError: neither.
    """
    word = text.strip().casefold()
    if word in ("yes", "y", "no", "n"):
        return word.startswith("y")
    raise InputError("neither yes nor no", place=place, value=text, remedy="say yes or no")


def row_range(text: str, place: str) -> tuple[int, int]:
    """Read `5`, `5-38` or `5:38`.

    Raises:
        InputError: not such a range of rows.

    >>> row_range("5-38", "--rows"), row_range("4", "--header-row")
    ((5, 38), (4, 4))
    """
    first, _, last = text.strip().replace(":", "-").partition("-")
    try:
        found = int(first), int(last or first)
    except ValueError:
        found = (0, 0)
    if not 1 <= found[0] <= found[1] <= 2_000_000:
        raise InputError(
            "not rows", place=place, value=text, remedy="write the first and last row, such as 5-38"
        )
    return found


def pairs(texts: Iterable[str], place: str) -> dict[str, str]:
    """Read NAME=VALUE pairs.

    Raises:
        InputError: one is none, or a name is given twice.

    >>> pairs(["date=When"], "--map")
    {'date': 'When'}
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.rpartition("=") if place != "--map" else text.partition("=")
        name, value = name.strip(), value.strip()
        if not (name and equals and value):
            raise InputError("not a pair", place=place, value=text, remedy="write NAME=VALUE")
        if name in found:
            raise InputError("given twice", place=place, value=name, remedy="keep one")
        found[name] = value
    return found


def count_column(text: str) -> tuple[str, CountColumn]:
    """Read `COLUMN=TYPE,BY,AGAINST[,deaths]`.

    Raises:
        InputError: it is not of that form.

    >>> count_column("Shells=shelling,Army,Guard")[1].by
    'Army'
    """
    column, equals, rest = text.partition("=")
    parts = [part.strip() for part in rest.split(",")]
    if not equals or not column.strip() or not 1 <= len(parts) <= 4 or not parts[0]:
        raise InputError(
            "not a column of counts",
            place="--count",
            value=text,
            remedy="write COLUMN=TYPE,BY,AGAINST, and ,deaths or ,injuries if it counts people",
        )
    names = ("type", "by", "against", "counts")
    made = {name: part for name, part in zip(names, parts, strict=False) if part}
    if made.get("counts", "events") not in ("events", "deaths", "injuries"):
        raise InputError(
            "counts neither events, deaths nor injuries",
            place="--count",
            value=made["counts"],
            remedy="end with ,deaths or ,injuries, or with the name of whom it is against",
        )
    return column.strip(), CountColumn.model_validate(made)
