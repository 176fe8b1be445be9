"""Strengths echoed as their consequences, so that an author can say: yes, that is what I meant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from talion.model.arrows import Arrow, link_strength
from talion.model.case import Case
from talion.model.strength import FADES, offspring_from_extra

__all__ = ["Consequence", "consequences", "share_of_usual"]


@dataclass(frozen=True)
class Consequence:
    """What one arrow's strength comes to, in words.

    Attributes:
        link: its id.
        says: the arrow as written.
        stated: the strength as stated, such as "moderate" or "1.5 to 12 times".
        means: its consequence in a sentence.
        fades: half-life in days; None where it does not apply.
    """

    link: str
    says: str
    stated: str
    means: str
    fades: float | None


def consequences(case: Case) -> tuple[Consequence, ...]:
    """Return the consequence of every arrow, in the file's order.

    >>> from talion.model.case import load_case
    >>> len(consequences(load_case("baghdad-2024"))) >= 37
    True
    """
    return tuple(_consequence(case, arrow) for arrow in case.arrows)


def _number(value: float) -> str:
    return f"{value:.2g}" if abs(value) < 10 else f"{value:.0f}"


def _span(low: float, likely: float, high: float, unit: str = "") -> str:
    if low == high:
        return f"{_number(likely)}{unit}"
    return f"{_number(likely)}{unit} ({_number(low)} to {_number(high)})"


def _title(case: Case, name: str) -> str:
    if name in case.events:
        return case.events[name].title
    return case.factors[name].title or name.replace("_", " ")


def _consequence(case: Case, arrow: Arrow) -> Consequence:
    link = case.links[arrow.link]
    form, prior = link_strength(link, arrow.kind, case.document.word_strengths)
    verb = "raises" if arrow.sign > 0 else "lowers"
    if link.origin == "nobody":
        verb = "may raise or lower"
    cause, effect = _title(case, arrow.cause), _title(case, arrow.effect)
    marks = "".join(f", {m}: {v}" for m, v in arrow.cause_marks)
    shifted = "".join(f" ({m}: {v})" if v else f" ({m})" for m, v in arrow.effect_marks)
    says = f"{cause}{marks} {verb} {effect}{shifted}"
    stated = link.strength or f"{form.replace('_', ' ')} {_span(*prior)}"
    fades = FADES[link.fades or "weeks"] if arrow.kind == "event-event" else None
    means = _means(case, arrow, form, prior)
    if link.more_when:
        where = ", ".join(f"{m}: {v}" for m, v in link.more_when.marks.items())
        means += f"; {_span(*link.more_when.times)} times as much where {where}"
    if link.origin == "nobody":
        means += (
            ", or the other way round, or nothing: no view takes each in a third of its draws, "
            "and no reading that states a direction uses this link"
        )
    return Consequence(arrow.link, says, stated, means, fades)


def _means(case: Case, arrow: Arrow, form: str, prior: tuple[float, float, float]) -> str:
    up = arrow.sign > 0
    factor = case.factors.get(arrow.cause)
    if form in ("share", "extra"):
        return _answers(case, arrow, form, prior)
    if form == "points":
        effect = case.factors[arrow.effect]
        return f"each event moves it {'up' if up else 'down'} by {_span(*prior)} {effect.unit}"
    if form == "per_100":
        per = "the full state" if factor and factor.is_switch else "100 points more"
        way = "up" if up else "down"
        return f"{per} moves where it settles {way} by {_span(*prior)} points"
    what = {
        "factor-mark": "weight of these marks",
        "factor-listing": "odds that an event is listed",
    }.get(arrow.kind, "rate")
    if factor is not None and factor.is_switch:
        per = "in the full state"
    elif factor is not None and factor.kind == "latent":
        per = "for one standard deviation"
    else:
        per = f"for {_number(case.links[arrow.link].per or 50.0)} points more"
    return f"{what} {'times' if up else 'divided by'} {_span(*prior)} {per}"


def _answers(case: Case, arrow: Arrow, form: str, prior: tuple[float, float, float]) -> str:
    verb = "draws" if arrow.sign > 0 else "prevents"
    part = "answer" if arrow.sign > 0 else "are prevented by"
    if form == "extra":
        within = case.links[arrow.link].within
        share = _span(*share_of_usual(case, arrow, form, prior), " %")
        return (
            f"one event {verb} {_span(*prior)} of these within {within} days: "
            f"at usual rates {share} of them {part} it"
        )
    ratio = 1.0 / _causes_per_effect(case, arrow)
    low, likely, high = (p / 100 * ratio for p in prior)
    return (
        f"{_span(*prior, ' %')} of these {part} it: at usual rates one event {verb} "
        f"{_span(low, likely, high)}"
    )


def share_of_usual(
    case: Case, arrow: Arrow, form: str, prior: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Return what part of the effect's usual events a link between events claims, per cent.

    Args:
        case: with the usual rates.
        arrow: from one event type to another.
        form: `share`, or `extra`: then so many within the link's days after one cause event.
        prior: low, likely, high as stated in that form.
    """
    if form == "share":
        return prior
    link = case.links[arrow.link]
    per = 100.0 * _causes_per_effect(case, arrow)
    half_life = FADES[link.fades or "weeks"]
    low, likely, high = per * offspring_from_extra(np.array(prior), link.within or 30, half_life)
    return float(low), float(likely), float(high)


def _causes_per_effect(case: Case, arrow: Arrow) -> float:
    cause, effect = case.events[arrow.cause], case.events[arrow.effect]
    return max(cause.usual[1] * _cause_share(case, arrow), 1e-9) / effect.usual[1]


def _cause_share(case: Case, arrow: Arrow) -> float:
    share = 1.0
    for mark, value in arrow.cause_marks:
        values = {v: p[1] for v, p in case.events[arrow.cause].marks[mark].items()}
        share *= values[value] / sum(values.values())
    return share
