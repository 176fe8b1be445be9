"""Questions of `talion start` put to a person, one by one, until the answer can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from talion.cli.lines import say
from talion.errors import InputError

if TYPE_CHECKING:
    from talion.read.choices import Choices, OpenQuestion

__all__ = ["ask_question", "confirmed"]


def ask_question(question: OpenQuestion, choices: Choices) -> Choices:
    """Ask one question and return the choices with its answer; asked again until it can be used."""
    say(["", f"{question.text}"])
    if question.key == "counts":
        return _ask_counts(question, choices)
    if question.options:
        say([f"  one of: {', '.join(question.options)}"])
    while True:
        answer = str(typer.prompt("answer", default=question.proposal, show_default=True)).strip()
        try:
            return _answered(question, choices, answer)
        except InputError as error:
            say([str(error)])


def _answered(question: OpenQuestion, choices: Choices, answer: str) -> Choices:
    from talion.read.answers import with_answer

    part, _, name = question.key.partition(".")
    closed = part not in ("columns", "say")
    if closed and question.options and question.key != "sheet":
        words = [option for option in question.options if option.startswith(answer.casefold())]
        if len(words) != 1:
            remedy = f"say one of {', '.join(question.options)}"
            raise InputError("not among the answers", place="answer", value=answer, remedy=remedy)
        answer = words[0]
    if part == "columns" and answer.startswith("="):  # one value for all rows
        return with_answer(choices, f"say.{name}", answer[1:])
    return with_answer(choices, question.key, answer)


def _ask_counts(question: OpenQuestion, choices: Choices) -> Choices:
    """Ask of each column of numbers what it counts."""
    from talion.read.choices import Choices, CountColumn

    found: dict[str, CountColumn] = {}
    say(["  leave a kind of act blank for a column that counts none"])
    for column in question.options:
        kind = str(typer.prompt(f"{column}: kind of act", default="", show_default=False)).strip()
        if not kind:
            continue
        by = str(typer.prompt("  who acts", default="unknown")).strip()
        against = str(typer.prompt("  against whom", default="unknown")).strip()
        what = ""
        while what not in ("events", "deaths", "injuries"):
            what = str(
                typer.prompt("  counts events, deaths or injuries", default="events")
            ).strip()
        found[column] = CountColumn.model_validate(
            {"type": kind, "by": by, "against": against, "counts": what}
        )
    if not found:
        word = str(typer.prompt("then one kind of act for all rows")).strip()
        return Choices(say={"type": word}).over(choices)
    return Choices(counts=found).over(choices)


def confirmed(choices: Choices) -> Choices | None:
    """Ask whether the table is read rightly; return None if so, else choices with one change.

    Raises:
        typer.Abort: the person stops.
    """
    from talion.read.answers import pairs
    from talion.read.choices import Choices

    while True:
        answer = str(
            typer.prompt(
                "Enter to write it, FIELD=COLUMN to read a field from another column, q to stop",
                default="",
                show_default=False,
            )
        ).strip()
        if not answer:
            return None
        if answer.casefold() in ("q", "quit"):
            raise typer.Abort
        try:
            return Choices(columns=pairs([answer], "--map")).over(choices)
        except InputError as error:
            say([str(error)])
