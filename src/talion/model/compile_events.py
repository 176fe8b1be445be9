"""Event types and event-to-event links as numbers: answers, suppression, background rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from talion.model.arrows import Arrow, link_strength
from talion.model.classes import SourceClass, matching
from talion.model.quantity import Scale
from talion.model.reading import Reading, arrow_sign
from talion.model.sampling import Sampler
from talion.model.schema import CaseDocument, Link
from talion.model.strength import (
    FADES,
    mean_suppression,
    offspring_from_extra,
    suppression_for,
    suppression_for_share,
)

__all__ = [
    "DAYS_PER_MONTH",
    "EventLinks",
    "background_rates",
    "class_weights",
    "event_links",
    "usual_by_class",
    "usual_rates",
]

DAYS_PER_MONTH = 30.4375
LARGEST_SHARE = 0.95  # of an effect's usual events, for a share made larger than stated
LEAST_BACKGROUND = 0.02  # share of the usual rate that stays unprompted whatever the links claim
F8 = NDArray[np.float64]


@dataclass
class Entry:
    """One class's part in one event-to-event arrow."""

    source: int
    target: int
    half: int
    link: int
    channel: int
    step: float
    offspring: F8


@dataclass
class Channel:
    """One suppression state: which type it holds down, how it fades, what feeds it."""

    target: int
    half: int
    link: int
    step: float
    b: F8
    sources: tuple[int, ...]


@dataclass
class EventLinks:
    """All event-to-event arrows of one reading."""

    entries: list[Entry] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    half_lives: tuple[float, ...] = ()


def usual_rates(case: CaseDocument, sampler: Sampler) -> F8:
    """Return the usual rate of each type, events per day, shape (draws, types)."""
    drawn = [
        sampler.draw(f"usual/{name}", event.usual, "log") / DAYS_PER_MONTH
        for name, event in case.events.items()
    ]
    return np.ascontiguousarray(np.stack(drawn, axis=1))


def class_weights(case: CaseDocument, classes: Sequence[SourceClass], sampler: Sampler) -> F8:
    """Return each class's share of its type's events, shape (draws, classes); sums to 1 by type."""
    shares: dict[tuple[str, str, str], F8] = {}
    for name, event in case.events.items():
        for mark, values in event.marks.items():
            drawn = {v: sampler.percent(f"mark/{name}/{mark}/{v}", p) for v, p in values.items()}
            total = np.sum(list(drawn.values()), axis=0)
            shares.update({(name, mark, v): share / total for v, share in drawn.items()})
    weights = np.ones((sampler.draws, len(classes)))
    for c in classes:
        for mark, value in c.marks:
            weights[:, c.index] *= shares[c.type, mark, value]
    return weights


def usual_by_class(
    case: CaseDocument, classes: Sequence[SourceClass], usual: F8, weights: F8
) -> F8:
    """Return the usual rate of each class, events per day, (draws, classes)."""
    types = list(case.events)
    return np.stack([usual[:, types.index(c.type)] * weights[:, c.index] for c in classes], axis=1)


def event_links(
    case: CaseDocument,
    arrows: Sequence[Arrow],
    classes: Sequence[SourceClass],
    reading: Reading,
    sampler: Sampler,
    usual: F8,
    weights: F8,
    strength: float = 1.0,
) -> EventLinks:
    """Return the entries and channels of every event-to-event arrow.

    `strength` multiplies every stated share (to at most 95 %) and number of answers.

    An arrow that acts has an answering part and, where any draw turns it, a suppressing part; in
    each draw its sign decides which of the two is not zero. A net effect of +n and of -n events are equally large by construction.
    """
    mine = [arrow for arrow in arrows if arrow.kind == "event-event"]
    half_lives = tuple(sorted({FADES[case.links[a.link].fades or "weeks"] for a in mine})) or (7.0,)
    built = EventLinks(half_lives=half_lives)
    for arrow in mine:
        _add_arrow(built, case, arrow, classes, reading, sampler, usual, weights, strength)
    built.entries.sort(key=lambda entry: entry.source)
    return built


def _add_arrow(
    built: EventLinks,
    case: CaseDocument,
    arrow: Arrow,
    classes: Sequence[SourceClass],
    reading: Reading,
    sampler: Sampler,
    usual: F8,
    weights: F8,
    strength: float,
) -> None:
    link = case.links[arrow.link]
    types = list(case.events)
    target = types.index(arrow.effect)
    half_life = FADES[link.fades or "weeks"]
    half = built.half_lives.index(half_life)
    if link.origin not in reading.origins:
        return
    sign = arrow_sign(reading, link, arrow, sampler)
    number_of_link = list(case.links).index(arrow.link)
    holds = bool((sign < 0).any())
    step = link.saturates
    for members, answers, b in _strengths(
        link, arrow, case, classes, sampler, usual, weights, half_life, holds, strength
    ):
        channel = -1
        if holds:
            channel = len(built.channels)
            held = np.where(sign < 0, b, 0.0)
            built.channels.append(Channel(target, half, number_of_link, step, held, members))
        offspring = np.where(sign > 0, answers, 0.0)
        for c in members:
            built.entries.append(Entry(c, target, half, number_of_link, channel, step, offspring))


def _groups(
    link: Link, arrow: Arrow, classes: Sequence[SourceClass], sampler: Sampler
) -> list[tuple[tuple[int, ...], F8]]:
    """Return (classes, multiplier) for ordinary cause events and for those of `more_when`."""
    selected = matching(classes, arrow.cause, dict(arrow.cause_marks))
    one = np.ones(sampler.draws)
    if link.more_when is None:
        return [(selected, one)]
    more = set(matching(classes, arrow.cause, link.more_when.marks))
    times = sampler.draw(f"{arrow.name}/more", link.more_when.times, "log")
    groups = [(tuple(c for c in selected if c not in more), one)]
    groups.append((tuple(c for c in selected if c in more), times))
    return [group for group in groups if group[0]]


def _strengths(
    link: Link,
    arrow: Arrow,
    case: CaseDocument,
    classes: Sequence[SourceClass],
    sampler: Sampler,
    usual: F8,
    weights: F8,
    half_life: float,
    holds: bool,
    strength: float,
) -> list[tuple[tuple[int, ...], F8, F8]]:
    """Return, for each group of cause classes, answers of one event and the exponent that holds.

    Where no draw holds anything down (`holds` is false) the exponents are zero.

    `extra` speaks of one event by itself; a share speaks of usual times, so its exponent allows for
    suppression that overlaps.
    """
    form, prior = link_strength(link, arrow.kind, case.word_strengths)
    groups = _groups(link, arrow, classes, sampler)
    types = list(case.events)
    effect = usual[:, types.index(arrow.effect)]
    none = np.zeros(sampler.draws)
    if form == "extra":
        scale: Scale = "log" if prior[0] > 0 else "linear"
        extra = strength * np.maximum(sampler.draw(f"{arrow.name}/extra", prior, scale), 0.0)
        within = float(link.within or 0)
        return [
            (
                members,
                offspring_from_extra(extra * times, within, half_life),
                suppression_for(extra * times, effect, half_life, within) if holds else none,
            )
            for members, times in groups
        ]
    stated = sampler.percent(f"{arrow.name}/share", prior)
    share = np.minimum(strength * stated, np.maximum(stated, LARGEST_SHARE))
    cause = usual[:, types.index(arrow.cause)]
    rates = [cause * weights[:, list(members)].sum(axis=1) for members, _ in groups]
    # The stated share is of all answers together, those to stronger causes included.
    all_rates = np.sum([r * times for r, (_, times) in zip(rates, groups, strict=True)], axis=0)
    return [
        (
            members,
            share * times * effect / all_rates,
            suppression_for_share(share * times * r / all_rates, r * link.saturates, half_life)
            if holds
            else none,
        )
        for r, (members, times) in zip(rates, groups, strict=True)
    ]


def background_rates(
    links: EventLinks,
    classes: Sequence[SourceClass],
    type_ids: Sequence[str],
    usual: F8,
    weights: F8,
) -> tuple[F8, NDArray[np.bool_]]:
    """Return mu at usual conditions, and where links claim nearly all of a type's usual rate.

    At usual rates R the process must give R: mu_k = R_k / m_k - sum_j a_jk R_j, with m_k the mean
    factor by which suppression holds k down. It never falls below 2 % of R_k.

    Returns:
        mu, events per day, shape (draws, types); and the mask of draws where the floor was needed.
    """
    index = {name: i for i, name in enumerate(type_ids)}
    rate = np.stack([usual[:, index[c.type]] * weights[:, c.index] for c in classes], axis=1)
    answered = np.zeros_like(usual)
    for entry in links.entries:
        answered[:, entry.target] += entry.offspring * rate[:, entry.source]
    held = np.ones_like(usual)
    for channel in links.channels:
        if np.any(channel.b != 0):
            feeding = rate[:, list(channel.sources)].sum(axis=1) * channel.step
            half_life = links.half_lives[channel.half]
            left = mean_suppression(channel.b, feeding, half_life)
            # Where a draw answers, nothing is held, to the last digit, whatever the other draws do.
            held[:, channel.target] *= np.where(channel.b != 0, left, 1.0)
    raw = usual / held - answered
    floor = LEAST_BACKGROUND * usual
    return np.maximum(raw, floor), raw < floor
