"""The five to ten questions put to an analyst of one case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from talion.model.case import Case
from talion.model.echo import consequences
from talion.model.history import rows_of
from talion.model.strength import FADES
from talion.read.questions.answers import ONE_TEMPLATE, AnswerSheet, Pressure
from talion.read.questions.subjects import (
    chosen_types,
    far_state,
    links_between,
    state_now,
    switches,
    title_of,
)
from talion.read.questions.yaml_words import Value

__all__ = [
    "WITHIN",
    "Kind",
    "Question",
    "question_named",
    "questions_on",
    "recorded_pace",
    "sentence_with_letters",
    "switch_asked",
]

WITHIN = 30  # days after one event in which extra events are counted
Kind = Literal["usual", "answers", "extra", "fades", "pressure", "after", "judgments"]


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        id: such as `extra.shelling.raid`; answers are kept under it.
        kind: what sort of answer it takes.
        text: as asked.
        takes: what an answer is, in words.
        now: what the case says of it; "" for nothing.
        unknown: what "don't know" does.
        about: ids of the event types it speaks of.
        example: an answer as the file of answers holds it.
        needs: id of the question that must be answered first; "" for none.
        help: what is meant, in sentences, for who asks.
    """

    id: str
    kind: Kind
    text: str
    takes: str
    now: str
    unknown: str
    about: tuple[str, ...]
    example: Value
    needs: str = ""
    help: tuple[str, ...] = ()

    def as_data(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return it as plain data, with whether it has been answered."""
        given = bool(sheet.judgments) or sheet.no_judgment
        answered = given if self.kind == "judgments" else self.id in sheet.answers
        said = {**asdict(self), "about": list(self.about), "help": list(self.help)}
        return {**said, "answered": answered}


_THREE = "low, likely, high, or one number that is certain"
_NO_VIEW = "a link that is there stays; else one is written that may raise, lower or do nothing"
_NO_VIEW_MEANT = (
    "Don't know writes a link at a wide range that the reading no view takes either way or as nothing; "
    "no reading that states directions uses it, and a fit can learn its direction."
)
_SURPRISE = (
    "Low and high are where you would be surprised, one time in ten each, to see less or more; likely "
    "is the middle."
)


def questions_on(case: Case, types: tuple[str, ...], sheet: AnswerSheet) -> tuple[Question, ...]:
    """Return the questions, in the order in which they are asked.

    Args:
        case: the case as it stands now; what it says is shown beside each question.
        types: one or two event types.
        sheet: the answers so far; they name the switch that the last questions speak of.
    """
    return tuple(_questions(case, types, sheet))


def _questions(case: Case, types: tuple[str, ...], sheet: AnswerSheet) -> Iterator[Question]:
    first, second = types[0], types[-1]
    for name in types:
        yield _usual(case, name)
    if first != second:
        yield _answers(case, first, second)
        yield _fades(case, "answers", first, second)
    yield _extra(case, second, first)
    yield _fades(case, "extra", second, first)
    yield _pressure(case, first)
    yield _after(case, first, sheet)
    yield _judgments(case)


def question_named(case: Case, name: str, sheet: AnswerSheet) -> Question | None:
    """Return the question of an id, about whatever event types; None if there is none."""
    if name == "pressure":
        return _pressure(case, chosen_types(case, sheet.about)[0])
    kind, _, rest = name.partition(".")
    if rest in case.events and kind in ("usual", "after"):
        return _usual(case, rest) if kind == "usual" else _after(case, rest, sheet)
    for cause in case.events:
        effect = rest.removeprefix(f"{cause}.")
        if effect == rest or effect not in case.events:
            continue
        if kind == "answers" and cause != effect:
            return _answers(case, cause, effect)
        if kind == "extra":
            return _extra(case, cause, effect)
        if kind == "fades":
            answered = sheet.wrote.get(f"answers.{cause}.{effect}")
            return _fades(case, "answers" if answered else "extra", cause, effect)
    return None


def _usual(case: Case, name: str) -> Question:
    event = case.events[name]
    low, likely, high = event.usual
    says = f"{likely:g}" if low == high else f"{low:g} / {likely:g} / {high:g}"
    listed = recorded_pace(case, name)
    told = "; the record lists none"
    if listed is not None:
        acts, days = listed
        told = f"; the record lists {acts} in {days} days, {acts / days * 30.4375:.2g} a month"
    return Question(
        f"usual.{name}",
        "usual",
        f"In a usual month, how often does this happen: “{event.title}”?",
        f"times a month: {_THREE}, such as {low:g} {likely:g} {high:g}",
        f"{says} a month{told}",
        "the number in the case stays as it is; a fit still moves it by the record",
        (name,),
        [low, likely, high],
        help=(
            (
                "Count a month as it usually is, with nothing special going on; all that happens, whether "
                "the record has it or not."
            ),
            _SURPRISE,
            "You may also write 2 a week, 30 a year or once in 10 days.",
        ),
    )


def recorded_pace(case: Case, name: str) -> tuple[int, int] | None:
    """Return acts that the record dates within its period, and the days of that; None without any."""
    first, last = case.record.period
    rows = rows_of(case.events[name], case.record)
    acts = sum(row.attacks for row in rows if first <= row.start and row.end <= last)
    return (acts, (last - first).days + 1) if acts else None


def _answers(case: Case, cause: str, effect: str) -> Question:
    a, b = title_of(case, cause), title_of(case, effect)
    return Question(
        f"answers.{cause}.{effect}",
        "answers",
        f"Of ten events “{b}”, how many answer an event “{a}”?",
        f"a number from 0 (none does) to 9.5: {_THREE}, such as 2 4 6",
        _link_now(case, cause, effect),
        _NO_VIEW,
        (cause, effect),
        [2, 4, 6],
        help=(
            (
                f"Think of ten events “{b}”. How many of them would not have come had there been no “{a}” "
                "before? The others come for reasons of their own."
            ),
            _SURPRISE,
            _NO_VIEW_MEANT,
        ),
    )


def _extra(case: Case, cause: str, effect: str) -> Question:
    a, b = title_of(case, cause), title_of(case, effect)
    return Question(
        f"extra.{cause}.{effect}",
        "extra",
        f"After one event “{a}”, how many extra events “{b}” come in the next {WITHIN} days? "
        "Minus means fewer.",
        f"a number, below zero for fewer: {_THREE}, such as -1 -0.3 0 or 0 0.3 1; "
        f"{case.events[effect].usual[1]:g} are usual in a month",
        _link_now(case, cause, effect),
        _NO_VIEW,
        (cause, effect),
        [-1, -0.3, 0],
        help=(
            (
                f"Compare {WITHIN} days after one “{a}” with {WITHIN} days as they would have been without "
                f"it. 0.5 means one “{b}” more after every second “{a}”; -0.5 means one less."
            ),
            _SURPRISE,
            "A range on both sides of zero says that you do not know the direction.",
            _NO_VIEW_MEANT,
        ),
    )


def _link_now(case: Case, cause: str, effect: str) -> str:
    mine = {arrow.link for arrow in links_between(case, cause, effect)}
    told = [f"{c.link}: {c.says}: {c.means}" for c in consequences(case) if c.link in mine]
    return "; ".join(told)


def _fades(case: Case, kind: str, cause: str, effect: str) -> Question:
    a, b = title_of(case, cause), title_of(case, effect)
    tempi = ", ".join(f"{name} ({days:g})" for name, days in FADES.items())
    now = [case.links[arrow.link].fades or "weeks" for arrow in links_between(case, cause, effect)]
    return Question(
        f"fades.{cause}.{effect}",
        "fades",
        f"How soon is half of that gone: the effect of “{a}” on “{b}”?",
        f"one of {tempi}, or a time such as 10 days or 3 weeks, taken as the nearest of these",
        "; ".join(f"{word}, {FADES[word]:g} days" for word in dict.fromkeys(now)),
        "the tempo in the case stays; where none is written it is weeks (7 days) in every reading",
        (cause, effect),
        "weeks",
        f"{kind}.{cause}.{effect}",
        (
            (
                "What one event sets off comes mostly soon after it. If half of it has come after a week, "
                "a quarter is still to come after two. The model holds these four tempi."
            ),
        ),
    )


def _pressure(case: Case, effect: str) -> Question:
    known = [f"{n} ({title_of(case, n)}: {state_now(case, n)} now)" for n in switches(case)]
    return Question(
        "pressure",
        "pressure",
        f"What begins or ends the pressure behind “{title_of(case, effect)}”? Something that is on or "
        "off, such as a war, a truce, an order.",
        "its name, such as War in the valley, or the id of a switch that the case has; `nothing` if "
        "nothing does",
        ", ".join(known),
        "no factor is written: in no reading does anything outside begin or end the pressure",
        (effect,),
        {"name": "War in the valley", "going_on": True},
        help=(
            (
                "Something outside the two that is on or off. It gets a what-if that turns it, so that "
                "judgments can be asked of the case in which it ends or begins."
            ),
        ),
    )


def _after(case: Case, effect: str, sheet: AnswerSheet) -> Question:
    switch = switch_asked(case, sheet)
    b = title_of(case, effect)
    if switch is None:
        text = f"If that changed, how many events “{b}” a month after six months?"
        now = ""
    else:
        text = (
            f"If “{title_of(case, switch)}” went from {state_now(case, switch)} to "
            f"{far_state(case, switch)}, how many events “{b}” a month after six months?"
        )
        now = _link_now(case, switch, effect)
    low, likely, _ = case.events[effect].usual
    low_, likely_, high_ = (float(f"{v:.2g}") for v in (low / 8, likely / 4, likely / 2))
    return Question(
        f"after.{effect}",
        "after",
        text,
        f"times a month, beside {likely:g} now: {_THREE}, such as {low_:g} {likely_:g} {high_:g}",
        now,
        _NO_VIEW,
        (effect,),
        [low_, likely_, high_],
        "pressure",
        (
            (
                "How often they would come of themselves once things have settled. What answers other "
                "events comes on top; the number read back counts it."
            ),
            _SURPRISE,
            _NO_VIEW_MEANT,
        ),
    )


def sentence_with_letters(template: str) -> str:
    """Return a template's sentence with letters for what it speaks of.

    >>> sentence_with_letters("at_most")
    'at most N events Y'
    """
    return ONE_TEMPLATE[template].format(cause="X", effect="Y", by="DATE", at_most="N")


def switch_asked(case: Case, sheet: AnswerSheet) -> str | None:
    """Return the switch that was named as the pressure, or None."""
    answer = sheet.answers.get("pressure")
    if not isinstance(answer, Pressure) or answer.nothing:
        return None
    name = answer.switch or sheet.wrote.get("pressure")
    return name if name in case.factors else None


def _judgments(case: Case) -> Question:
    first = next(iter(case.events))
    return Question(
        "judgments",
        "judgments",
        "What do you judge? Choose a sentence: "
        + "; ".join(sentence_with_letters(name) for name in ONE_TEMPLATE),
        "a template, what it speaks of, a horizon, your word of likelihood; as many as you like",
        f"{len(case.judgments)} judgments",
        "no judgment is added",
        (),
        {"template": "goes_on", "effect": first, "horizon": "180 days"},
        help=(
            (
                "X would not stop Y: Y goes on under a what-if. X holds down Y, X raises Y: without X there "
                "is more, or less, of Y. Y by DATE: at least one. Y goes on: at least one in every window. "
                "At most N events Y: no more than that."
            ),
            "A judgment that stands in the case is changed or taken out by hand.",
        ),
    )
