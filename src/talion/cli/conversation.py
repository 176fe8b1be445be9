"""Questions asked at a terminal, one after the other, each answer echoed before it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from talion.cli.ask import explained, next_steps, remarks_on, sharper_reading
from talion.cli.lines import say, sentence
from talion.cli.typed import day_typed, numbers_typed, span_typed, whole_typed
from talion.errors import TalionError
from talion.model.strength import FADES

if TYPE_CHECKING:
    from talion.read.questions.answers import Answer
    from talion.read.questions.brief import Offer
    from talion.read.questions.question import Question
    from talion.read.questions.session import Preview, Session

__all__ = ["Conversation"]

STOP = ("q", "quit", "stop", "exit")
BACK = ("back", "<")
HELP = ("?", "h", "help")
PROMPT = "> "
KEYS = (
    "At each: d = don't know, Enter = leave it for later, back = the question before, ? = what is "
    "meant, q = stop (answers are kept)."
)
SURPRISE = (
    "Low and high are where you would be surprised, one time in ten each, to see less or more; likely "
    "is the middle."
)
ORIGINS = {"b": "brief", "r": "record", "m": "analyst", "brief": "brief", "record": "record"}
NO_NAMES = frozenset({"y", "yes", "n", "no", "maybe", "d", "?", "active", "ended", "none"})

T = TypeVar("T")


class _Stopped(Exception):  # noqa: N818 - a wish, not an error
    """The person wants to stop."""


class _Left(Exception):  # noqa: N818
    """The person leaves the question for later."""


class _Back(Exception):  # noqa: N818
    """The person wants the question before."""


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
        if self._next() is None:
            yield from sentence("`--again ID` asks one anew, such as `--again judgments`", indent=0)
            return
        yield from sentence(KEYS, indent=0)
        yield from sentence(SURPRISE, indent=0)

    def _next(self) -> Question | None:
        wanted = [q for q in self.session.questions if q.id in self.again]
        for question in (*wanted, *self.session.open):
            if question.id not in self.left and self.session.has_sense(question):
                return question
        return None

    def _put(self, question: Question) -> None:
        self.left.add(question.id)  # asked once in a sitting, whatever comes of it
        say(["", *self._asked(question)])
        try:
            if question.kind == "judgments":
                self._judgments(question)
            else:
                self._answer(question)
        except _Left:
            answered = question.id in self.session.sheet.answers
            say(["  your answer stays" if answered else "  left for later"])
        except _Back:
            self._go_back(question)

    def _go_back(self, question: Question) -> None:
        """Ask the question before this one, and then this one again."""
        self.left.discard(question.id)
        ids = [q.id for q in self.session.questions if self.session.has_sense(q)]
        place = ids.index(question.id) if question.id in ids else 0
        if place:
            self._put(self.session.question(ids[place - 1]))
        else:
            say(["  there is none before this one"])

    def _asked(self, question: Question) -> Iterator[str]:
        ids = [q.id for q in self.session.questions]
        place = f"{ids.index(question.id) + 1} of {len(ids)}" if question.id in ids else "again"
        yield from sentence(f"{place}. {question.text}", indent=0)
        if question.now:
            yield from sentence(f"the case says: {question.now}")
        answer = self.session.sheet.told(question.id)
        if answer:
            yield from sentence(f"you answered: {answer}")
        yield from sentence(f"answer with {question.takes}. Don't know: {question.unknown}.")

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
                reasons = self._reasons(question)
                if reasons:
                    told = answer.model_copy(update=reasons)
                    preview = self.session.preview(question, told)
            self.session = self.session.keep(preview)
            return

    def _read(self, question: Question) -> Answer:
        from talion.read.questions.answers import is_unknown, parse_answer

        text = self._line(meant=question.help)
        if is_unknown(text):
            return None
        if question.kind == "pressure":
            return parse_answer(question.id, self._pressure(text))
        if question.kind == "fades":
            word = text.lower().strip()
            return parse_answer(question.id, word if word in FADES else span_typed(word))
        example = question.example
        numbers = example if isinstance(example, list) else (4, 5, 6.5)
        monthly = question.kind in ("usual", "after")
        return parse_answer(question.id, numbers_typed(text, numbers, monthly=monthly))

    def _pressure(self, text: str) -> dict[str, Any]:
        from talion.read.questions.subjects import switches, title_of

        known = {name: name for name in switches(self.session.case)}
        known |= {title_of(self.session.case, name).lower(): name for name in known}
        if text.lower() in ("nothing", "none", "n", "no"):
            return {"nothing": True}
        if text in known or text.lower() in known:
            return {"switch": known.get(text) or known[text.lower()]}
        if text.lower() in NO_NAMES or not any(c.isalpha() for c in text):
            raise ValueError(
                f"“{text}” names nothing: write such as War in the valley, or `nothing`"
            )
        going_on = self._yes(f"“{text}” is new here. Is it going on now?")
        said: dict[str, Any] = {"name": text, "going_on": going_on}
        start = self.session.case.document.history_from or self.session.case.record.period[0]
        until = self.session.case.as_of
        since = self._until_right(
            f"since when? YYYY-MM-DD, or Enter for all of the record ({start}) > ",
            lambda typed: day_typed(typed, until=until) if typed else None,
            "",
        )
        if since:
            said["since"] = since
        return said

    def _right(self, preview: Preview) -> bool:
        told = explained(preview, self.session)
        say(sentence(f"= {told}") if told else [])
        for remark in remarks_on(self.session.case, preview):
            say(sentence(f"! {remark}"))
        return self._yes("right?", "write y to keep it, n to answer again")

    def _reasons(self, question: Question) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if question.kind != "pressure":
            asked = "who says so? b the brief, r the record, m my own judgment [m] > "
            found["origin"] = self._until_right(asked, _origin, "m")
        because = self._line("because? (Enter: no reason given) > ", empty="")
        if because:
            found["because"] = because
        if found.get("origin") == "brief":
            evidence = self._place(question, because)
            if evidence is not None:
                found["evidence"] = evidence
        if question.kind != "pressure":
            other = self._line("who says otherwise, and what? (Enter: nobody known) > ", empty="")
            if other:
                found["contested"] = other
        return found

    def _place(self, question: Question, because: str) -> str | dict[str, str | int] | None:
        """Ask where a text beside the case says so; None for no place."""
        from talion.read.questions.brief import place_quoted, places_offered
        from talion.read.questions.subjects import title_of

        case = self.session.case
        offers = places_offered(case, [because, *(title_of(case, n) for n in question.about)])
        if not offers:
            return None
        say(_lettered(offers))

        def place(typed: str) -> str | dict[str, str | int] | None:
            known = _by_letter(offers, typed)
            if known is not None or not typed:
                return known.evidence if known is not None else None
            return place_quoted(case, typed)

        asked = "where does it say so? a letter, words of the brief, or Enter for no place > "
        return self._until_right(asked, place, "")

    # --- judgments -------------------------------------------------------------------------------

    def _judgments(self, question: Question) -> None:
        from talion.read.questions.answers import ONE_TEMPLATE, is_unknown
        from talion.read.questions.brief import claims_offered
        from talion.read.questions.question import sentence_with_letters

        templates = list(ONE_TEMPLATE)
        while True:
            offers = claims_offered(self.session.case)
            if offers:
                say(["  what the brief says that no judgment cites yet:", *_lettered(offers)])
                say(["  sentences that can be tested, and one that cannot:"])
            say(f"    {n}  {sentence_with_letters(name)}" for n, name in enumerate(templates, 1))
            which = "a letter or a number" if offers else "a number"
            text = self._line(f"which? {which}, or Enter for no more > ", "", meant=question.help)
            if not text:
                return
            if is_unknown(text):
                self.session = self.session.keep(self.session.preview_no_judgment())
                return
            try:
                self._chosen(offers, templates, text)
            except (_Left, _Back):
                say(["  this one is left out"])

    def _chosen(self, offers: Sequence[Offer], templates: Sequence[str], text: str) -> None:
        """Put down a claim of the brief, or one's own, as the sentence that is chosen."""

        def template_of(typed: str) -> str:
            if not typed.isdigit() or not 1 <= int(typed) <= len(templates):
                raise ValueError(f"write a number from 1 to {len(templates)}")
            return templates[int(typed) - 1]

        offer = _by_letter(offers, text)
        if offer is not None:
            word = {"word": offer.word} if offer.word else {}
            claim = {"claim": offer.claim, "evidence": offer.evidence, **word}
            self._judgment(
                self._until_right("as which sentence? its number > ", template_of), claim
            )
            return
        try:
            template = template_of(text)
        except ValueError as error:
            letters = f", or a letter from a to {LETTERS[len(offers) - 1]}" if offers else ""
            say([f"  {error}{letters}"])
            return
        untested = template == "not_testable"
        own = {"claim": self._until_right("in your words? > ", str)} if untested else {}
        self._judgment(template, own)

    def _judgment(self, template: str, claim: dict[str, Any]) -> None:
        from talion.read.questions.answers import judgment_of

        try:
            said = self._sentence(template, claim)
            preview = self.session.preview_judgment(judgment_of(said))
        except (TalionError, ValidationError, ValueError) as error:
            say(sentence(f"not taken: {_said(error)}"))
            return
        better = sharper_reading(preview)
        if better is not None:
            number, why = better
            say(sentence(f"= {explained(preview, self.session)}"))
            say(sentence(f"! {why}"))
            if self._yes(f"ask for at least {number} instead?", empty="n"):
                said["at_least"] = number
                preview = self.session.preview_judgment(judgment_of(said))
        if self._right(preview):
            because = self._line("because? (Enter: no reason given) > ", empty="")
            if because:
                preview = self.session.preview_judgment(judgment_of({**said, "because": because}))
            self.session = self.session.keep(preview)

    def _sentence(self, template: str, claim: dict[str, Any]) -> dict[str, Any]:
        case = self.session.case
        said: dict[str, Any] = {"template": template, **claim}
        if template != "not_testable":
            said |= self._terms(template)
        plain = "would not" if template == "would_not_stop" else "unhedged"
        word = claim.get("word", plain)
        said["word"] = self._until_right(
            f"your word of likelihood? such as likely, or unhedged for a plain claim [{word}] > ",
            lambda typed: _word(typed, case.document.lexicon),
            word,
        )
        return said

    def _terms(self, template: str) -> dict[str, Any]:
        """Ask for what a template speaks of."""
        from talion.read.questions.sentences import causes_for

        case = self.session.case
        said: dict[str, Any] = {}
        if template in ("would_not_stop", "holds_down", "raises"):
            said["cause"] = self._choice("X", causes_for(case, template))
        said["effect"] = self._choice("Y", (*case.events, *case.series))
        if template == "at_most":
            said["at_most"] = self._until_right("at most how many? > ", whole_typed)
        if template == "by_date":
            asked = "by when? YYYY-MM-DD > "
            said["by"] = self._until_right(asked, lambda typed: day_typed(typed, after=case.as_of))
        else:
            default = f"{case.horizons[-1]} days"
            said["horizon"] = self._until_right(
                f"over how long? [{default}] > ", span_typed, default
            )
        if template in ("holds_down", "raises"):
            said["size"] = self._until_right(
                "smallest difference that matters? such as 10 % or 2 events [10 %] > ",
                _size,
                "10 %",
            )
        return said

    def _choice(self, what: str, known: Sequence[str]) -> str:
        from talion.read.questions.subjects import title_of

        if not known:
            raise ValueError("there is nothing yet that could stand for X: name a pressure first")
        for number, name in enumerate(known, 1):
            say([f"    {number}  {name}: {title_of(self.session.case, name)}"])

        def chosen(text: str) -> str:
            if text.isdigit() and 0 < int(text) <= len(known):
                return known[int(text) - 1]
            if text not in known:
                raise ValueError(f"write a number from 1 to {len(known)}, or an id of the list")
            return text

        return self._until_right(f"{what}? a number or an id > ", chosen)

    # --- one line --------------------------------------------------------------------------------

    def _line(
        self, prompt: str = PROMPT, empty: str | None = None, *, meant: Sequence[str] = ()
    ) -> str:
        """Return what is typed; `empty` stands for Enter, which else leaves the question.

        `meant` is shown to who asks what is meant.
        """
        while True:
            try:
                text = self.reply(f"  {prompt}").strip()
            except KeyboardInterrupt:  # Ctrl-C while a line is waited for is one more way to stop
                raise _Stopped from None
            if text.lower() in STOP:
                raise _Stopped
            if text.lower() in BACK:
                raise _Back
            if text.lower() in HELP and meant:
                for one in meant:
                    say(sentence(one))
                continue
            if text:
                return text
            if empty is None:
                raise _Left
            return empty

    def _until_right(self, prompt: str, read: Callable[[str], T], empty: str | None = None) -> T:
        """Ask for a line until it can be read."""
        while True:
            text = self._line(prompt, empty)
            try:
                return read(text)
            except ValueError as error:
                say(sentence(f"not taken: {_said(error)}"))

    def _yes(self, question: str, help_: str = "write y or n", *, empty: str = "y") -> bool:
        shown = "Y/n" if empty == "y" else "y/N"
        while True:
            text = self._line(f"{question} [{shown}] > ", empty=empty).lower()
            if text in ("y", "yes", "n", "no"):
                return text.startswith("y")
            say([f"  {help_}"])


LETTERS = "abcefgijklmnoprstuvwxyz"  # d, h and q are answers of their own
SHOWN = 110  # characters of a sentence of the brief


def _lettered(offers: Sequence[Offer]) -> Iterator[str]:
    for letter, offer in zip(LETTERS, offers, strict=False):
        text = offer.text
        cut = text if len(text) <= SHOWN else f"{text[:SHOWN].rsplit(' ', 1)[0]} …"
        yield from sentence(f"{letter}  {cut}", indent=4)


def _by_letter(offers: Sequence[Offer], typed: str) -> Offer | None:
    place = LETTERS.find(typed.lower()) if len(typed) == 1 else -1
    return offers[place] if 0 <= place < len(offers) else None


def _origin(text: str) -> str:
    if text.lower() not in ORIGINS:
        raise ValueError("write b, r or m")
    return ORIGINS[text.lower()]


def _size(text: str) -> str:
    """Return a size that the template takes; ValueError with what it is."""
    from talion.model.claim_terms import Threshold

    try:
        found = Threshold.model_validate(text)
    except ValidationError:
        found = Threshold(value=0)
    if found.unit not in ("%", "events") or found.value <= 0:
        raise ValueError(f"“{text}” is no such size: write 10 % or 2 events")
    return text


def _word(text: str, lexicon: str) -> str:
    from talion.model.lexicon import read_word

    read_word(text, lexicon)
    return text


def _said(error: Exception) -> str:
    """Return what is wrong with an answer, in a sentence."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return str(first["msg"]).removeprefix("Value error, ")
    if isinstance(error, TalionError):
        return str(error).splitlines()[0]
    return str(error)
