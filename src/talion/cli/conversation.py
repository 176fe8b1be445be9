"""Questions asked at a terminal, one after the other, each answer echoed before it is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from talion.cli.ask import explained, next_steps
from talion.cli.lines import say, sentence
from talion.errors import TalionError

if TYPE_CHECKING:
    from talion.read.questions.answers import Answer
    from talion.read.questions.question import Question
    from talion.read.questions.session import Preview, Session

__all__ = ["Conversation", "numbers_in"]

STOP = ("q", "quit", "stop")
PROMPT = "> "
KEYS = "d = don't know, Enter = leave it for later, q = stop (answers are kept)"
SURPRISE = (
    "Low and high are where you would be surprised, one time in ten each, to see less or more; likely "
    "is the middle."
)
ORIGINS = {"b": "brief", "r": "record", "m": "analyst", "brief": "brief", "record": "record"}


class _Stopped(Exception):  # noqa: N818 - a wish, not an error
    """The person wants to stop."""


class _Left(Exception):  # noqa: N818
    """The person leaves the question for later."""


def numbers_in(text: str) -> float | list[float]:
    """Return one number or three from what someone typed.

    Raises:
        ValueError: neither.

    >>> numbers_in("4 5 6.5"), numbers_in("-4, -1.5, 0"), numbers_in("5"), numbers_in("4/5/6")
    ([4.0, 5.0, 6.5], [-4.0, -1.5, 0.0], 5.0, [4.0, 5.0, 6.0])
    """
    plain = text.replace("\u2212", "-").strip("[]() ")
    for separator in ("/", ";"):
        plain = plain.replace(separator, " ")
    parts = plain.replace(", ", " ").split()
    if len(parts) == 1 and plain.count(",") == 2:
        parts = plain.split(",")
    try:
        found = [float(part) for part in parts]
    except ValueError:
        raise ValueError(
            "write numbers, such as 4 5 6.5; a decimal point, no decimal comma"
        ) from None
    if len(found) not in (1, 3):
        raise ValueError("write one number, or three: low, likely, high")
    return found[0] if len(found) == 1 else found


@dataclass
class Conversation:
    """One sitting.

    Args:
        session: the case and the answers so far.
        reply: asks for a line; `input` at a terminal. EOFError ends the sitting.
        again: ids of questions to be asked although they have an answer.
    """

    session: Session
    reply: Callable[[str], str]
    again: tuple[str, ...] = ()
    left: set[str] = field(default_factory=set)

    def hold(self) -> None:
        """Ask until all is answered, left for later, or the person stops.

        Raises:
            InputError: a question to be asked again does not exist.
            CaseError, OutputError: an answer could not be kept.
        """
        for name in self.again:
            if name != "judgments":
                self.session.question(name)
        say(self._opening())
        try:
            while (question := self._next()) is not None:
                self._put(question)
        except (_Stopped, EOFError):
            say(["", "stopped; what you answered is kept, and the same command goes on from here"])
        say(["", *next_steps(self.session)])

    def _opening(self) -> Iterator[str]:
        given = self.session.sheet.given
        resumed = f", {given} answered already" if given else ""
        yield f"{self.session.case.title}: {len(self.session.questions)} questions{resumed}"
        yield from sentence(f"At each: {KEYS}.", indent=0)
        yield from sentence(SURPRISE, indent=0)

    def _next(self) -> Question | None:
        wanted = [q for q in self.session.questions if q.id in self.again]
        for question in (*wanted, *self.session.open):
            if question.id not in self.left and self.session.has_sense(question):
                return question
        return None

    def _put(self, question: Question) -> None:
        place = [q.id for q in self.session.questions].index(question.id) + 1
        say(["", f"{place}. {question.text}"])
        if question.now:
            say(sentence(f"the case says: {question.now}"))
        say(sentence(f"answer with {question.takes}. Don't know: {question.unknown}."))
        self.left.add(question.id)  # asked once in a sitting, whatever comes of it
        try:
            if question.kind == "judgments":
                self._judgments()
            else:
                self._answer(question)
        except _Left:
            say(["  left for later"])

    # --- one question ----------------------------------------------------------------------------

    def _answer(self, question: Question) -> None:
        while True:
            try:
                answer = self._read(question)
                preview = self.session.preview(question, answer)
            except (TalionError, ValidationError, ValueError) as error:
                say(sentence(f"not taken: {_said(error)}"))
                continue
            if not self._right(preview):
                continue
            if answer is not None and question.kind not in ("usual", "fades"):
                reasons = self._reasons(with_origin=question.kind != "pressure")
                if reasons:
                    told = answer.model_copy(update=reasons)
                    preview = self.session.preview(question, told)
            self.session = self.session.keep(preview)
            return

    def _read(self, question: Question) -> Answer:
        from talion.read.questions.answers import is_unknown, parse_answer

        text = self._line()
        if is_unknown(text):
            return None
        if question.kind == "pressure":
            return parse_answer(question.id, self._pressure(text))
        if question.kind == "fades":
            word = text.lower().strip()
            bare = word.removesuffix("s").removesuffix(" day")
            return parse_answer(question.id, _number_or(bare, word))
        return parse_answer(question.id, numbers_in(text))

    def _pressure(self, text: str) -> dict[str, Any]:
        from talion.read.questions.subjects import switches

        known = switches(self.session.case)
        if text.lower() in ("nothing", "none", "n"):
            return {"nothing": True}
        if text in known:
            return {"switch": text}
        going_on = self._yes(f"“{text}” is new here. Is it going on now?")
        said: dict[str, Any] = {"name": text, "going_on": going_on}
        since = self._line("since when? YYYY-MM-DD, or Enter for all of the record > ", empty="")
        if since:
            said["since"] = dt.date.fromisoformat(since)
        return said

    def _right(self, preview: Preview) -> bool:
        told = explained(preview, self.session)
        say(sentence(f"= {told}") if told else [])
        return self._yes("right?")

    def _reasons(self, *, with_origin: bool) -> dict[str, str]:
        found: dict[str, str] = {}
        if with_origin:
            while True:
                text = self._line(
                    "who says so? b the brief, r the record, m my own judgment [m] > ", empty="m"
                ).lower()
                if text in ORIGINS:
                    found["origin"] = ORIGINS[text]
                    break
                say(["  write b, r or m"])
        because = self._line("because? (Enter: no reason given) > ", empty="")
        if because:
            found["because"] = because
        return found

    # --- judgments -------------------------------------------------------------------------------

    def _judgments(self) -> None:
        from talion.read.questions.answers import ONE_TEMPLATE, is_unknown
        from talion.read.questions.question import sentence_with_letters

        templates = list(ONE_TEMPLATE)
        say(f"  {n}  {sentence_with_letters(name)}" for n, name in enumerate(templates, 1))
        while True:
            text = self._line("which sentence? a number, or Enter for no more > ", empty="")
            if not text:
                return
            if is_unknown(text):
                self.session = self.session.keep(self.session.preview_no_judgment())
                return
            if not text.isdigit() or not 1 <= int(text) <= len(templates):
                say([f"  write a number from 1 to {len(templates)}"])
                continue
            self._judgment(templates[int(text) - 1])

    def _judgment(self, template: str) -> None:
        from talion.read.questions.answers import judgment_of

        try:
            said = self._sentence(template)
            preview = self.session.preview_judgment(judgment_of(said))
        except _Left:
            return
        except (TalionError, ValidationError, ValueError) as error:
            say(sentence(f"not taken: {_said(error)}"))
            return
        if self._right(preview):
            because = self._line("because? (Enter: no reason given) > ", empty="")
            if because:
                preview = self.session.preview_judgment(judgment_of({**said, "because": because}))
            self.session = self.session.keep(preview)

    def _sentence(self, template: str) -> dict[str, Any]:
        from talion.read.questions.sentences import causes_for

        case = self.session.case
        said: dict[str, Any] = {"template": template}
        causes = causes_for(case, template)
        if template in ("would_not_stop", "holds_down", "raises"):
            said["cause"] = self._choice("cause", causes)
        said["effect"] = self._choice("effect", (*case.events, *case.series))
        if template == "at_most":
            said["at_most"] = int(self._line("at most how many? > "))
        if template == "by_date":
            said["by"] = dt.date.fromisoformat(self._line("by when? YYYY-MM-DD > "))
        else:
            default = f"{case.horizons[-1]} days"
            said["horizon"] = self._line(f"over how long? [{default}] > ", empty=default)
        if template in ("holds_down", "raises"):
            said["size"] = self._line(
                "smallest difference that matters? such as 10 % or 2 events [10 %] > ", empty="10 %"
            )
        word = "would not" if template == "would_not_stop" else "unhedged"
        said["word"] = self._line(f"your word of likelihood? [{word}] > ", empty=word)
        return said

    def _choice(self, what: str, known: Sequence[str]) -> str:
        from talion.read.questions.subjects import title_of

        for number, name in enumerate(known, 1):
            say([f"    {number}  {name}: {title_of(self.session.case, name)}"])
        text = self._line(f"{what}? a number or an id > ")
        return known[int(text) - 1] if text.isdigit() and 0 < int(text) <= len(known) else text

    # --- one line --------------------------------------------------------------------------------

    def _line(self, prompt: str = PROMPT, empty: str | None = None) -> str:
        """Return what is typed; `empty` stands for Enter, which else leaves the question."""
        text = self.reply(f"  {prompt}").strip()
        if text.lower() in STOP:
            raise _Stopped
        if text:
            return text
        if empty is None:
            raise _Left
        return empty

    def _yes(self, question: str) -> bool:
        while True:
            text = self._line(f"{question} [Y/n] > ", empty="y").lower()
            if text in ("y", "yes", "n", "no"):
                return text.startswith("y")
            say(["  write y or n"])


def _number_or(text: str, otherwise: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return otherwise


def _said(error: Exception) -> str:
    """Return what is wrong with an answer, in a sentence."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return str(first["msg"]).removeprefix("Value error, ")
    if isinstance(error, TalionError):
        return str(error).splitlines()[0]
    return str(error)
