"""Shares of what happened: how much of each type's events goes one step back to which link.

Shares by link add up with the background to all events of a type (`talion.fit.attribution`). What a
link or a type of events holds down, and what factors do, is told by taking it away: the integral of
how far the rate would fall (events owed to it) and rise (events it prevented), all else as it was.

A factor taken away stands where it says nothing: a level or latent factor at its reference, a switch
at dose nought. The compiled model refers switches to the state at `as_of`, against which "without
restraint" would mean "restrained all along", so the model is told again with that reference moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from talion.fit.attribution_result import DELAYS, Attribution, Group, Interval
from talion.model.history import rows_of

if TYPE_CHECKING:
    from talion.model.case import Case
    from talion.model.compiled import CompiledModel
    from talion.model.observed import ObservedWindow

__all__ = [
    "BACKGROUND",
    "BEFORE",
    "DELAYS",
    "PastShares",
    "Removed",
    "Share",
    "TargetShares",
    "from_nought",
    "shares_of_past",
    "targets_of",
]

BACKGROUND, BEFORE = "background", "before the window"

Kind = Literal["type", "link", "row"]


@dataclass(frozen=True)
class Share:
    """Events of one type that go one step back to a link, or to the background.

    Attributes:
        of: id of a link, `BACKGROUND` or `BEFORE`.
        events: how many.
        by_delay: how many at each of `DELAYS`, in the mean; empty but for links.
    """

    of: str
    events: Interval
    by_delay: tuple[float, ...] = ()


@dataclass(frozen=True)
class TargetShares:
    """The events of one type in the window.

    Attributes:
        type: id.
        events, listed, unlisted: how many, and how many of them are in the record or imputed.
        shares: they add up to `events` in the mean; background first, then links, largest first.
    """

    type: str
    events: Interval
    listed: Interval
    unlisted: Interval
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Removed:
    """What the events of a type would be, one step ahead, if something were taken away.

    Attributes:
        kind: all events of a `type`, a `link`, or one recorded `row`.
        name: id of it.
        target: type of the events.
        owed: how many fewer: the integral of what the rate would fall.
        prevented: how many more: the integral of what it would rise.
    """

    kind: Kind
    name: str
    target: str
    owed: Interval
    prevented: Interval


@dataclass(frozen=True)
class PastShares:
    """Attribution of the window's events.

    Attributes:
        targets: by type, those with most events first.
        removed: for each link, type of events and row of a counterfactual, and each target on which
            it bears.
        method: of `talion.fit.attribution`.
    """

    targets: tuple[TargetShares, ...]
    removed: tuple[Removed, ...]
    method: str


def targets_of(case: Case) -> tuple[str, ...]:
    """Return the types that the record shows and at which an arrow from events ends."""
    ends = {arrow.effect for arrow in case.arrows if arrow.kind == "event-event"}
    return tuple(n for n, e in case.events.items() if n in ends and rows_of(e, case.record))


def shares_of_past(
    case: Case, model: CompiledModel, window: ObservedWindow, targets: Sequence[str]
) -> PastShares:
    """Attribute the events of some types in the window.

    Args:
        case: names links, types of events and rows to be taken away.
        model: compiled with `given` of the window's past.
        window: what happened.
        targets: types, as of `targets_of`.
    """
    from talion.fit.attribution import attribute

    groups = tuple(_groups(case, window, targets))
    found = attribute(from_nought(model), window, targets, groups=groups, link_by_link=False)
    told = [_target(found, name) for name in targets]
    told = sorted((t for t in told if t.events.mean > 0.0), key=lambda t: -t.events.mean)
    shown = [t.type for t in told]
    removed = tuple(r for group in groups for r in _removed(found, group, shown))
    return PastShares(tuple(told), removed, found.method)


def from_nought(model: CompiledModel) -> CompiledModel:
    """Return a model of the same rates and levels whose switches are referred to dose nought.

    Only what moves rates and levels is told again: not listing, marks or decisions.
    """
    s, dr = model.structure, model.draws
    z_ref = np.where(s.is_level == 1, dr.z_ref, 0.0)
    moved = z_ref - dr.z_ref
    by_type = np.repeat(np.arange(len(s.fr_start) - 1), np.diff(s.fr_start))
    lift = np.zeros(dr.background.shape)
    np.add.at(lift.T, by_type, (dr.fr_gamma * moved[:, s.fr_factor]).T)
    by_factor = np.repeat(np.arange(len(s.ff_start) - 1), np.diff(s.ff_start))
    rest = dr.rest.copy()
    np.add.at(rest.T, by_factor, (dr.ff_coef * moved[:, s.ff_source]).T)
    draws = dr._replace(z_ref=z_ref, background=dr.background * np.exp(lift), rest=rest)
    return replace(model, draws=draws)


def _groups(case: Case, window: ObservedWindow, targets: Sequence[str]) -> Iterator[Group]:
    """Types of events, links and rows that bear on a target at one step."""
    arrows = [a for a in case.arrows if a.effect in targets and a.kind != "factor-listing"]
    causes = {a.cause for a in arrows}
    for name in case.events:
        if name in causes:
            yield Group(f"type {name}", types=(name,))
    for link in dict.fromkeys(a.link for a in arrows if a.kind in ("event-event", "factor-event")):
        yield Group(f"link {link}", links=(link,))
    known = set(window.row_ids)
    ids = (key for c in case.document.counterfactuals.values() for key in c.remove)
    for row in dict.fromkeys(case.record.event(key).id for key in ids):
        if row in known:
            yield Group(f"row {row}", rows=(row,))


def _target(found: Attribution, name: str) -> TargetShares:
    own = np.array([label.type == name for label in found.rows])
    listed = np.array([label.row != "" for label in found.rows])
    count = found.events[:, own & listed].sum(axis=1), found.events[:, own & ~listed].sum(axis=1)
    owed = found.owed[:, own].sum(axis=1)
    k = found.type_ids.index(name)
    shares = []
    for i, of in enumerate(found.shares):
        if owed[:, i].any():
            is_link = i < len(found.shares) - 3
            by_delay = found.by_delay[:, k, i].mean(axis=0) if is_link else ()
            shares.append(Share(of, Interval.of(owed[:, i]), tuple(map(float, by_delay))))
    shares.sort(key=lambda share: (share.of != BACKGROUND, share.of == BEFORE, -share.events.mean))
    whole, seen, unseen = (Interval.of(x) for x in (count[0] + count[1], *count))
    return TargetShares(name, whole, seen, unseen, tuple(shares))


def _removed(found: Attribution, group: Group, targets: Sequence[str]) -> Iterator[Removed]:
    kind, _, name = group.name.partition(" ")
    removal = found.removals[group.name]
    for target in targets:
        k = found.type_ids.index(target)
        owed, prevented = removal.owed[:, k].sum(axis=1), removal.prevented[:, k].sum(axis=1)
        if max(owed.max(), prevented.max()) > 1e-6:
            yield Removed(kind, name, target, Interval.of(owed), Interval.of(prevented))  # type: ignore[arg-type]
