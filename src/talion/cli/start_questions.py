"""Questions of `talion start` put to a person, one by one, until the answer can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from talion.cli.lines import say, sentence
from talion.errors import InputError

if TYPE_CHECKING:
    from talion.read.choices import Choices, OpenQuestion

__all__ = ["Interview"]

BACK, STOP = ("back", "b"), ("q", "quit")
_INTRODUCTION = (
    "What the table leaves open is asked. Enter takes what stands in [brackets], `back` returns to "
    "the question before, Ctrl-C stops. Nothing is written until you say so at the end."
)
_CONFIRM = (
    "Is it read rightly? Enter writes it; FIELD=COLUMN reads a field from another column, such as "
    "type=D (deaths=- for none, by==Army for one value in all rows); `back` returns to the last "
    "question; q stops and writes nothing."
)
# How an answer is written, by what is asked.
_FORMS = {
    "as_of": "a day, such as 2024-06-30",
    "header_rows": "the number of that row, 3-4 for two rows, none if there is none",
    "total_types": "KIND=ACT, with ; between several; none if they are acts",
}


class Interview:
    """A person who answers, may go back, and is asked again where an answer cannot be used.

    Attributes:
        start: the choices before the first question.
        last: the choices with all answers so far.
    """

    def __init__(self, choices: Choices) -> None:
        self.start = self.last = choices
        self._before: list[Choices] = []
        self._introduced = False

    def begin_anew(self, choices: Choices) -> None:
        """Forget the way here: what was answered before can no longer be taken back."""
        self._before.clear()
        self.last = choices

    def ask(self, question: OpenQuestion, choices: Choices) -> Choices:
        """Ask one question and return the choices with its answer, or those of the question before."""
        if not self._introduced:
            say(["", *sentence(_INTRODUCTION, indent=0)])
            self._introduced = True
        say(["", *sentence(_capital(question.text), indent=0)])
        if question.key == "counts":
            return self._took(choices, _ask_counts(question, choices))
        form = _form(question)
        say(sentence(form) if form else ())
        while True:
            answer = _prompt(question.proposal)
            if answer.casefold() in BACK:
                if self._before:
                    return self._took_back()
                say(["this is the first question"])
                continue
            try:
                return self._took(choices, _answered(question, choices, answer))
            except InputError as error:
                say(sentence(str(error)))

    def confirmed(self, choices: Choices) -> Choices | None:
        """Ask whether the table is read rightly; return None if so, else other choices.

        Raises:
            typer.Abort: the person stops.
        """
        say(["", *sentence(_CONFIRM, indent=0)])
        while True:
            answer = str(typer.prompt("answer", default="", show_default=False)).strip()
            if not answer:
                return None
            if answer.casefold() in STOP:
                raise typer.Abort
            if answer.casefold() in BACK and self._before:
                return self._took_back()
            try:
                return self._took(choices, _mapped(choices, answer))
            except InputError as error:
                say(sentence(str(error)))

    def retry(self, error: InputError) -> Choices | None:
        """Tell what is wrong with the last answer and return the choices before it.

        Returns None if the fault is the table's, or nothing was answered.
        """
        if not self._before or not (error.place or "").startswith("--"):
            return None
        told = InputError(error.message, value=error.value, remedy=error.remedy)
        say(["", *sentence(str(told))])
        return self._took_back()

    def _took(self, before: Choices, after: Choices) -> Choices:
        self._before.append(before)
        self.last = after
        return after

    def _took_back(self) -> Choices:
        self.last = self._before.pop()
        return self.last


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _prompt(proposal: str | None) -> str:
    return str(typer.prompt("answer", default=proposal, show_default=True)).strip()


def _form(question: OpenQuestion) -> str:
    """Return how an answer to a question is written."""
    part, _, name = question.key.partition(".")
    if part == "columns":
        none = "" if name in ("date", "type") else "; - for none"
        word = (
            "" if name in ("date", "number", "deaths", "injuries") else "; =WORD for all rows alike"
        )
        return f"a column by its letter or name{word}{none}"
    if part == "say":
        return f"a name for all rows, or {name}=COLUMN if a column says it"
    if question.options:
        return f"one of: {', '.join(question.options)}"
    return _FORMS.get(question.key, "")


def _mapped(choices: Choices, answer: str) -> Choices:
    """Return choices with FIELD=COLUMN or FIELD==WORD; the one takes the place of the other."""
    from talion.read.answers import pairs

    ((name, value),) = pairs([answer], "--map").items()
    columns = {key: old for key, old in choices.columns.items() if key != name}
    said = {key: old for key, old in choices.say.items() if key != name}
    if value.startswith("="):
        said[name] = value[1:].strip()
    else:
        columns[name] = value
    return choices.model_copy(update={"columns": columns, "say": said})


def _answered(question: OpenQuestion, choices: Choices, answer: str) -> Choices:
    from talion.read.answers import with_answer

    part, _, name = question.key.partition(".")
    if part == "columns":
        return _mapped(choices, f"{name}={answer}")
    if part == "say" and answer.startswith(f"{name}="):
        return _mapped(choices, answer)
    if part != "say" and question.options and question.key != "sheet":
        words = [option for option in question.options if option.startswith(answer.casefold())]
        if len(words) != 1:
            remedy = f"say one of {', '.join(question.options)}"
            raise InputError("not among the answers", place="answer", value=answer, remedy=remedy)
        answer = words[0]
    return with_answer(choices, question.key, answer)


def _ask_counts(question: OpenQuestion, choices: Choices) -> Choices:
    """Ask of each column of numbers what it counts."""
    from talion.read.choices import Choices, CountColumn

    found: dict[str, CountColumn] = {}
    lines = "for each column: which kind of act it counts, if any (Enter: it counts none)"
    say(sentence(lines))
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
