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

    def as_data(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return it as plain data, with whether it has been answered."""
        given = bool(sheet.judgments) or sheet.no_judgment
        answered = given if self.kind == "judgments" else self.id in sheet.answers
        return {**asdict(self), "about": list(self.about), "answered": answered}


_THREE = "low, likely, high, or one number"
_NO_VIEW = (
    "a link that is there stays; else one is written that no view takes either way or as nothing, "
    "at a wide range, and no reading that states directions uses"
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
    acts = sum(row.attacks for row in rows_of(event, case.record))
    first, last = case.record.period
    days = (last - first).days + 1
    listed = (
        f"; the record lists {acts} in {days} days, {acts / days * 30.4375:.2g} a month"
        if acts
        else "; the record lists none"
    )
    return Question(
        f"usual.{name}",
        "usual",
        f"In a usual month, how often does this happen: “{event.title}”?",
        f"times a month; {_THREE}",
        f"{says} a month{listed}",
        "the number in the case stays as it is; a fit still moves it by the record",
        (name,),
        [low, likely, high],
    )


def _answers(case: Case, cause: str, effect: str) -> Question:
    a, b = title_of(case, cause), title_of(case, effect)
    return Question(
        f"answers.{cause}.{effect}",
        "answers",
        f"Of ten events “{b}”, how many answer an event “{a}”?",
        f"a number from 0 to 9.5; {_THREE}",
        _link_now(case, cause, effect),
        _NO_VIEW,
        (cause, effect),
        [2, 4, 6],
    )


def _extra(case: Case, cause: str, effect: str) -> Question:
    a, b = title_of(case, cause), title_of(case, effect)
    return Question(
        f"extra.{cause}.{effect}",
        "extra",
        f"After one event “{a}”, how many extra events “{b}” come in the next {WITHIN} days? "
        "Minus means fewer.",
        f"a number, below zero for fewer; {_THREE}",
        _link_now(case, cause, effect),
        _NO_VIEW,
        (cause, effect),
        [-1, -0.3, 0],
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
        f"How soon is half of that gone, after “{a}” and for “{b}”?",
        f"days, or one of {tempi}; a number of days is taken as the nearest of these",
        "; ".join(f"{word}, {FADES[word]:g} days" for word in dict.fromkeys(now)),
        "the tempo in the case stays; where none is written it is weeks (7 days) in every reading",
        (cause, effect),
        "weeks",
        f"{kind}.{cause}.{effect}",
    )


def _pressure(case: Case, effect: str) -> Question:
    known = [f"{n} ({title_of(case, n)}: {state_now(case, n)} now)" for n in switches(case)]
    return Question(
        "pressure",
        "pressure",
        f"What begins or ends the pressure behind “{title_of(case, effect)}”? Something that is on or "
        "off, such as a war, a truce, an order.",
        "a switch of the case, or a new one: its name, whether it is going on now, since when; or "
        "`nothing`",
        ", ".join(known),
        "no factor is written: in no reading does anything outside begin or end the pressure",
        (effect,),
        {"name": "War in the valley", "going_on": True},
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
    return Question(
        f"after.{effect}",
        "after",
        text,
        f"times a month, beside {likely:g} now; {_THREE}",
        now,
        _NO_VIEW,
        (effect,),
        [round(low / 8, 2), round(likely / 4, 2), round(likely / 2, 2)],
        "pressure",
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
    )
