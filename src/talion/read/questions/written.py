"""What an answer writes into the case: values, links, a switch. Judgments: `sentences.py`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from talion.errors import InputError
from talion.model.arrows import Arrow
from talion.model.case import Case
from talion.model.schema_terms import as_title
from talion.model.strength import FADES
from talion.read.questions.answers import Answer, Numbers, Pressure, Tempi, Tempo
from talion.read.questions.case_text import Put, Remove
from talion.read.questions.question import WITHIN, Question
from talion.read.questions.subjects import (
    far_state,
    links_between,
    state_now,
    switches,
    title_of,
)
from talion.read.questions.yaml_words import Value

__all__ = [
    "NO_REASON",
    "Written",
    "link_of",
    "next_name",
    "next_number",
    "what_if_for",
    "written_by",
]

NO_REASON = "my own judgment; no reason was given"
UNKNOWN_REASON = "asked, and nobody could say which way or how much; a wide range"
UNKNOWN_SHARE = (2.0, 10.0, 35.0)  # per cent: from weak at its low end to moderate at its high end
UNKNOWN_TIMES = (1.05, 2.0, 5.0)
MOST_OF_TEN = 9.5
LEAST_LEFT = 0.01  # of the usual rate: what "none at all" is read as
FORMS = ("strength", "share", "extra", "times", "points", "per_100")

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Written:
    """What goes into the case for one answer.

    Attributes:
        changes: in the order to be made.
        entry: path of the entry they speak of, such as ("links", "L7"); empty for none.
        notes: what the person should know of it.
    """

    changes: tuple[Put | Remove, ...] = ()
    entry: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def written_by(
    case: Case, question: Question, answer: Answer, wrote: Mapping[str, str], switch: str | None
) -> Written:
    """Return what an answer to any question but that for judgments writes.

    Args:
        case: as it stands.
        question: what was asked.
        answer: None for "don't know".
        wrote: question -> id of what an earlier answer to it added to the case.
        switch: the switch named as the pressure, if any.

    Raises:
        InputError: the answer is out of range, or does not fit what the case says.
    """
    if question.kind == "usual":
        return _usual(case, question, answer)
    if question.kind == "answers":
        return _answers(case, question, answer, wrote)
    if question.kind == "extra":
        return _extra(case, question, answer, wrote)
    if question.kind == "fades":
        return _fades(case, question, answer, wrote)
    if question.kind == "pressure":
        return _pressure(case, question, answer, wrote)
    return _after(case, question, answer, wrote, switch)


# --- rates ---------------------------------------------------------------------------------------


def _usual(case: Case, question: Question, answer: Answer) -> Written:
    (name,) = question.about
    here = ("events", name)
    if not isinstance(answer, Numbers):
        return Written((), here, ("the number in the case stays as it is",))
    if answer.value[0] <= 0:
        raise InputError(
            "a usual rate must be positive",
            value=answer.value[0],
            remedy="give a small number for what hardly ever happens, such as 0.02 (once in four years)",
        )
    changes = [Put((*here, "usual"), _short(answer.value)), *_reasons(here, answer)]
    notes = _certain(answer.value)
    old = case.events[name]
    if old.because and not answer.because and answer.value != old.usual:
        notes += (f"its `because` still says “{' '.join(old.because.split())}”: see that it fits",)
    return Written(tuple(changes), here, notes)


def _certain(value: Triple) -> tuple[str, ...]:
    if value[0] < value[2]:
        return ()
    return ("one number is taken as certain; give low, likely and high to leave room",)


def _short(value: Triple) -> Value:
    low, likely, high = (float(f"{v:.5g}") for v in value)
    return likely if low == high else [low, likely, high]


def _reasons(here: tuple[str, ...], answer: Numbers | Tempo | Pressure) -> list[Put]:
    puts = [Put((*here, "because"), answer.because)] if answer.because else []
    if isinstance(answer, Numbers) and answer.contested and here[0] == "links":
        puts.append(Put((*here, "contested"), answer.contested))
    if answer.evidence is not None:
        puts.append(Put((*here, "evidence"), answer.evidence))
    return puts


# --- links between events ------------------------------------------------------------------------


def _answers(case: Case, question: Question, answer: Answer, wrote: Mapping[str, str]) -> Written:
    cause, effect = question.about
    if not isinstance(answer, Numbers):
        return _unknown(case, question, cause, effect)
    if answer.value[0] < 0 or answer.value[2] > MOST_OF_TEN:
        raise InputError(
            f"of ten events between 0 and {MOST_OF_TEN} can be answers",
            value=list(answer.value),
            remedy="some always come by themselves, and no judgment is certain",
        )
    low, likely, high = answer.value
    share = (10 * low, 10 * likely, 10 * high)
    remark = f"per cent of {effect} that answer {cause}: low, likely, high"
    wanted = _Link(cause, effect, 1, "share", share, remark, share[2] == 0)
    return _link(case, question, answer, wanted, wrote)


def _extra(case: Case, question: Question, answer: Answer, wrote: Mapping[str, str]) -> Written:
    cause, effect = question.about
    if not isinstance(answer, Numbers):
        return _unknown(case, question, cause, effect)
    sign, size = _direction(answer.value)
    remark = f"after one, within {WITHIN} days: low, likely, high"
    wanted = _Link(cause, effect, sign, "extra", size, remark, size[2] == 0)
    return _link(case, question, answer, wanted, wrote)


def _direction(value: Triple) -> tuple[int, Triple]:
    """Return +1 or -1 and the sizes; 0 for a range on both sides of nothing.

    >>> _direction((-4.0, -1.5, 0.0)), _direction((-1.0, 0.5, 3.0))
    ((-1, (0.0, 1.5, 4.0)), (0, (0.0, 1.0, 3.0)))
    """
    low, likely, high = value
    if low >= 0:
        return 1, value
    if high <= 0:
        return -1, (0.0 - high, 0.0 - likely, 0.0 - low)
    sizes = sorted(abs(v) for v in value)
    return 0, (0.0, sizes[1], sizes[2])


@dataclass(frozen=True)
class _Link:
    """A link as an answer means it; `sign` 0 for a direction that is not known."""

    cause: str
    effect: str
    sign: int
    form: str
    size: Triple
    remark: str
    is_nothing: bool


def _unknown(case: Case, question: Question, cause: str, effect: str) -> Written:
    """A link of either direction, unless the case has one."""
    standing = [arrow.link for arrow in links_between(case, cause, effect)]
    if standing:
        return Written((), ("links", standing[0]), (f"{' and '.join(standing)} stays as it is",))
    form, size = ("share", UNKNOWN_SHARE) if question.kind != "after" else ("times", UNKNOWN_TIMES)
    name = next_number(case.links, "L")
    entry: dict[str, Value] = {
        "says": f"{cause} raises {effect}",
        form: list(size),
        "origin": "nobody",
        "because": UNKNOWN_REASON,
        "evidence": "none",
    }
    remarks = (("says", "or lowers it, or neither"), ("origin", "acts under no view alone"))
    note = "the no-view prior: raises, lowers or nothing, at a wide range"
    return Written((Put(("links", name), entry, remarks),), ("links", name), (note,))


def link_of(
    case: Case, question: str, about: tuple[str, ...], wrote: Mapping[str, str]
) -> str | None:
    """Return the link that an answer to a question wrote, else the first between its two ends."""
    standing = [arrow.link for arrow in links_between(case, *about)]
    return wrote[question] if wrote.get(question) in standing else next(iter(standing), None)


def _chosen(
    case: Case, question: Question, wanted: _Link, wrote: Mapping[str, str]
) -> Arrow | None:
    """Return the arrow to change: ours, one that nobody vouches for, or one that says the same."""
    standing = list(links_between(case, wanted.cause, wanted.effect))
    ours = [a for a in standing if a.link == wrote.get(question.id)]
    open_ = [a for a in standing if case.links[a.link].origin == "nobody"]
    same = [a for a in standing if a.sign == wanted.sign]
    if wanted.sign == 0 and standing and not (ours or open_):
        raise InputError(
            f"{standing[0].link} states a direction, and a range on both sides of nothing states none",
            value=f"{wanted.cause} and {wanted.effect}",
            remedy="answer don't know to leave that link, or give a range on one side",
        )
    return next(iter(ours or open_ or same), None)


def _link(
    case: Case, question: Question, answer: Numbers, wanted: _Link, wrote: Mapping[str, str]
) -> Written:
    found = _chosen(case, question, wanted, wrote)
    if found is not None:
        return _changed_link(case, found, answer, wanted)
    others = [a.link for a in links_between(case, wanted.cause, wanted.effect)]
    if wanted.is_nothing:
        told = f"; {' and '.join(others)} stays" if others else ""
        return Written((), (), (f"no link is written, since it would do nothing{told}",))
    name = next_number(case.links, "L")
    says = f"{wanted.cause} {'lowers' if wanted.sign < 0 else 'raises'} {wanted.effect}"
    entry: dict[str, Value] = {"says": says, wanted.form: _short(wanted.size)}
    if wanted.form == "extra":
        entry["within"] = f"{WITHIN} days"
    entry["origin"] = (answer.origin or "analyst") if wanted.sign else "nobody"
    entry["because"] = answer.because or NO_REASON
    if answer.contested:
        entry["contested"] = answer.contested
    entry["evidence"] = answer.evidence if answer.evidence is not None else "none"
    remarks = [(wanted.form, wanted.remark)]
    notes = list(_certain(wanted.size))
    if not wanted.sign:
        remarks += [("says", "or lowers it, or neither"), ("origin", "acts under no view alone")]
        notes.append("a range on both sides of nothing is taken as a direction that nobody knows")
    elif others:
        notes.append(f"{' and '.join(others)} says the opposite and stays: both act")
    put = Put(("links", name), entry, tuple(remarks))
    return Written((put,), ("links", name), tuple(notes))


def _changed_link(case: Case, arrow: Arrow, answer: Numbers, wanted: _Link) -> Written:
    link, here = case.links[arrow.link], ("links", arrow.link)
    form = next(f for f in FORMS if getattr(link, f) is not None)
    changes: list[Put | Remove] = []
    if wanted.sign and wanted.sign != arrow.sign:
        verb = "lowers" if wanted.sign < 0 else "raises"
        changes.append(Put((*here, "says"), f"{wanted.cause} {verb} {wanted.effect}"))
    swapped = None if form == wanted.form else form
    changes.append(Put((*here, wanted.form), _short(wanted.size), instead_of=swapped))
    if wanted.form == "extra":
        changes.append(Put((*here, "within"), f"{WITHIN} days"))
    elif form == "extra":
        changes.append(Remove((*here, "within")))
    origin = answer.origin or ("analyst" if link.origin == "nobody" else link.origin)
    if (origin if wanted.sign else "nobody") != link.origin:
        changes.append(Put((*here, "origin"), origin if wanted.sign else "nobody"))
    if link.because == UNKNOWN_REASON and not answer.because:
        changes.append(Put((*here, "because"), NO_REASON))
    changes += _reasons(here, answer)
    return Written(tuple(changes), here, _certain(wanted.size))


def _fades(case: Case, question: Question, answer: Answer, wrote: Mapping[str, str]) -> Written:
    link = link_of(case, question.needs, question.about, wrote)
    if link is None:
        raise InputError(
            "there is no link whose effect could fade",
            value=" to ".join(question.about),
            remedy=f"answer {question.needs} first",
        )
    here = ("links", link)
    if not isinstance(answer, Tempo):
        kept = case.links[link].fades or "weeks"
        return Written(
            (), here, (f"{kept}, half gone after {FADES[kept]:g} days, in every reading",)
        )
    word, notes = _tempo(answer.half_life)
    return Written((Put((*here, "fades"), word), *_reasons(here, answer)), here, notes)


def _tempo(half_life: float | Tempi) -> tuple[Tempi, tuple[str, ...]]:
    """Return the nearest of the four tempi, on a scale of ratios, and what to say of it."""
    if isinstance(half_life, str):
        return half_life, ()
    word = min(
        get_args(Tempi), key=lambda name: max(FADES[name] / half_life, half_life / FADES[name])
    )
    near = FADES[word]
    if near == half_life:
        return word, ()
    return word, (
        f"{half_life:g} days is taken as {word}, {near:g} days, the nearest of four tempi",
    )


# --- what begins or ends the pressure ------------------------------------------------------------


def _pressure(case: Case, question: Question, answer: Answer, wrote: Mapping[str, str]) -> Written:
    if not isinstance(answer, Pressure):
        return Written((), (), ("no factor is written: nothing outside begins or ends it here",))
    if answer.nothing:
        return Written((), (), ("no factor is written, as you say",))
    if answer.switch is not None:
        if answer.switch not in switches(case):
            known = ", ".join(switches(case)) or "none; give `name` for a new one"
            raise InputError("no such switch", value=answer.switch, remedy=f"there are: {known}")
        change, _ = what_if_for(case, answer.switch)
        return Written(change, ("factors", answer.switch))
    titled = {f.title: n for n, f in case.factors.items() if n in switches(case)}
    title = as_title(str(answer.name))
    known_id = wrote.get("pressure")
    if title in titled or known_id in case.factors:
        name = titled.get(title) or str(known_id)
        change, _ = what_if_for(case, name)
        changes = (Put(("factors", name, "title"), title), *change)
        return Written(changes, ("factors", name), _as_it_stands(case, name, answer))
    return _new_switch(case, question.about[0], answer, title)


def _as_it_stands(case: Case, name: str, answer: Pressure) -> tuple[str, ...]:
    """Say where a switch that is there already differs from what was answered of it."""
    values, states = case.factors[name].values, case.factors[name].states or {}
    going_on = state_now(case, name) == "active"
    moved = answer.since is not None and answer.since not in values
    if not moved and ("active" not in states or answer.going_on == going_on):
        return ()
    dated = ", ".join(f"{day}: {state}" for day, state in values.items()) or "no dates"
    return (f"{name} keeps its states and dates ({dated}): change them by hand",)


def _new_switch(case: Case, effect: str, answer: Pressure, title: str) -> Written:
    name = next_name([*case.factors, *case.events], slug(title, "pressure"))
    start = answer.since or case.document.history_from or case.record.period[0]
    if start > case.as_of:
        raise InputError(
            "this lies after as_of",
            value=start.isoformat(),
            remedy=f"say what was so by {case.as_of}; a later change is a what-if",
        )
    now, other = ("active", "ended") if answer.going_on else ("none", "active")
    entry: dict[str, Value] = {
        "kind": "observed",
        "title": title,
        "states": {"active": 1, other if answer.going_on else now: 0},
        "values": {start.isoformat(): now},
        "then": now,
        "because": answer.because or NO_REASON,
        "evidence": answer.evidence if answer.evidence is not None else "none",
    }
    remarks = (("then", "it stays so unless a what-if says otherwise"),)
    change = _what_if(case, name, title, other)
    changes = (
        Put(("factors", name), entry, remarks),
        change[0],
        Put(("events", effect, "usual_when", name), now),
    )
    return Written(changes, ("factors", name))


def what_if_for(case: Case, switch: str) -> tuple[tuple[Put, ...], str]:
    """Return what adds a what-if that turns a switch, nothing if there is one, and its id."""
    to = far_state(case, switch)
    for name, what_if in case.what_ifs.items():
        if len(what_if.do) == 1 and what_if.history_until is None:
            (operation,) = what_if.do
            turns = operation.verb in ("set", "pin") and operation.subject == switch
            if turns and operation.to == to and operation.for_ is None and operation.at is None:
                return (), name
    change = _what_if(case, switch, title_of(case, switch), to)
    return change, change[0].path[1]


def _what_if(case: Case, switch: str, title: str, to: str) -> tuple[Put]:
    name = next_name(case.what_ifs, f"{switch}_{slug(to, 'changed')}")
    told = {"ended": f"End of {title}", "active": f"Start of {title}"}.get(to, f"{title}: {to}")
    entry: dict[str, Value] = {"title": told, "from": "as_of", "do": [{"set": switch, "to": to}]}
    return (Put(("what_ifs", name), entry),)


def _after(
    case: Case, question: Question, answer: Answer, wrote: Mapping[str, str], switch: str | None
) -> Written:
    (effect,) = question.about
    if switch is None:
        raise InputError(
            "no switch is named that could change",
            value=effect,
            remedy="answer `pressure` first, with a switch",
        )
    if not isinstance(answer, Numbers):
        return _unknown(case, question, switch, effect)
    if answer.value[0] < 0:
        raise InputError("a rate below nothing", value=answer.value[0], remedy="give 0 or more")
    usual = case.events[effect].usual[1]
    states = case.factors[switch].states or {}
    dose = states[far_state(case, switch)][1] - states[state_now(case, switch)][1]
    if abs(dose) < 1e-9:
        raise InputError(
            "its states all have the same dose, so that turning it changes nothing",
            value=switch,
            remedy="give its states different doses from 0 to 1",
        )
    kept = [max(v / usual, LEAST_LEFT) ** (1 / dose) for v in answer.value]
    low, likely, high = sorted(kept)
    sign, size = _multiplier((low, likely, high))
    remark = "as written: low, likely, high"
    if sign:
        remark = f"the rate {'times' if sign > 0 else 'divided by'} this while it is in full force"
    wanted = _Link(switch, effect, sign, "times", size, remark, size[2] == 1)
    made = _link(case, question, answer, wanted, wrote)
    note = f"nothing at all is read as a hundredth of the usual {usual:g} a month"
    return Written(
        made.changes,
        made.entry,
        (*made.notes, *((note,) if answer.value[0] / usual < LEAST_LEFT else ())),
    )


def _multiplier(value: Triple) -> tuple[int, Triple]:
    """Return +1 or -1 and the factors, 1 or more; 0 for a range on both sides of one.

    >>> _multiplier((2.0, 4.0, 8.0)), _multiplier((0.125, 0.25, 0.5))
    ((1, (2.0, 4.0, 8.0)), (-1, (2.0, 4.0, 8.0)))
    """
    low, likely, high = value
    if low >= 1:
        return 1, value
    if high <= 1:
        return -1, (1 / high, 1 / likely, 1 / low)
    sizes = sorted(max(v, 1 / v) for v in value)
    return 0, (1.0, sizes[1], sizes[2])


# --- ids -----------------------------------------------------------------------------------------


def next_number(existing: Iterable[str], letter: str) -> str:
    """Return the next id in the style of the file: L7 after L6, J1 where there is none.

    >>> next_number(["L1", "L2"], "L"), next_number(["A3", "R9"], "L"), next_number(["revenge"], "L")
    ('L3', 'R10', 'L1')
    """
    names = list(existing)
    last = re.fullmatch(r"([A-Za-z]+)(\d+)", names[-1]) if names else None
    prefix = last[1] if last is not None else letter
    taken = [int(m[1]) for n in names if (m := re.fullmatch(rf"{prefix}(\d+)", n))]
    return f"{prefix}{max(taken, default=0) + 1}"


def next_name(existing: Iterable[str], name: str) -> str:
    """Return a name that is not taken.

    >>> next_name(["war"], "war"), next_name([], "war")
    ('war_2', 'war')
    """
    names = set(existing)
    number, free = 2, name
    while free in names:
        free, number = f"{name}_{number}", number + 1
    return free


def slug(title: str, otherwise: str) -> str:
    """Return an id made from a title: its Latin letters and digits, lower case.

    >>> slug("War in Gaza (2023)", "pressure"), slug("الحرب", "pressure")
    ('war_in_gaza_2023', 'pressure')
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = "_".join(re.findall(r"[a-z0-9]+", plain))[:40].strip("_")
    if not words:
        return otherwise
    return words if words[0].isalpha() else f"{otherwise}_{words}"
