"""Attribution: what the rate at each event owes, one step back, to each earlier event and link.

For an event i of type k at t_i and an earlier event j, one-step necessity is

    PN_ij = max(0, 1 - lambda_k(t_i | what happened without j) / lambda_k(t_i))

everything else held as it happened. Without suppression and factors it is the branching share of
the linear process (Zhuang, Ogata and Vere-Jones 2002): what j adds to the rate, over the rate. With
them it also counts what j suppresses (an event that held the rate down has PN 0 and is told as
events prevented) and, in `through`, what j's jumps in factors do to the background.

It is *one* step: that j also led to events between j and i is not followed, nor what j set (rules,
decisions: switches stand as recorded). Total effects come from replay alone
(`talion.simulate.counterfactual`). Numbers are of rates under a fitted model: an event is associated
with earlier ones under the model's assumptions.

References:
    Zhuang, Ogata and Vere-Jones (2002), JASA 97:369, for the branching shares; Pearl (2009),
    Causality, chapter 9, for the probability of necessity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.fit.attribution_result import DELAYS, Attribution, Group, Interval, Label, Removal
from talion.model.compiled import CompiledModel
from talion.model.observed import ObservedWindow

if TYPE_CHECKING:
    from talion.fit.attribution_kernel import Pairs
    from talion.fit.attribution_tracks import Seen, Work

__all__ = ["DELAYS", "Attribution", "Group", "Interval", "Label", "Removal", "attribute"]

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

_NODES = 4  # Gauss-Legendre, on pieces of at most a day between events: exact to about 1e-9
_NEAR = 1e-6
_METHOD = "one-step necessity along each draw's past; integrals by Gauss-Legendre between events"


@cache
def _compiled(name: str) -> Callable[..., Any]:
    from talion.fit import attribution_kernel as kernel
    from talion.model.kernel_cache import compile_cached

    return compile_cached(getattr(kernel, name), kernel.SOURCES, kernel.OPTIONS)


class _Labels:
    """Labels in order of first use, and the label of each event of each draw."""

    def __init__(self, model: CompiledModel, window: ObservedWindow, chosen: I8) -> None:
        found: dict[tuple[int, int, int], int] = {}
        self.of_draw: list[I8] = []
        for course, rows in zip(window.courses, window.rows, strict=True):
            types = model.structure.class_type[course.classes]
            weeks = (np.floor(course.times).astype(np.int64) - window.start) // 7
            own = np.full(len(types), -1, np.int64)
            for i in np.flatnonzero(chosen[types]):
                listed = rows[i] >= 0
                key = (int(types[i]), int(rows[i]), -1 if listed else int(weeks[i]))
                own[i] = found.setdefault(key, len(found))
            self.of_draw.append(own)
        # Recorded rows in the record's order first, then weeks: the same whatever the draws hold.
        order = sorted(found, key=lambda key: (key[1] < 0, key[1], key[0], key[2]))
        place = np.empty(len(found) + 1, np.int64)
        place[[found[key] for key in order]] = np.arange(len(order))
        place[-1] = -1
        self.of_draw = [place[own] for own in self.of_draw]
        self.labels = tuple(
            Label(
                model.type_ids[k],
                window.row_ids[row] if row >= 0 else "",
                window.start + 7 * week if row < 0 else -1,
            )
            for k, row, week in order
        )


class _Passes:
    """What all passes over one model and window share."""

    def __init__(
        self, model: CompiledModel, window: ObservedWindow, targets: Sequence[str]
    ) -> None:
        from talion.fit.attribution_tracks import Work

        s = model.structure
        self.model, self.window = model, window
        self.target = np.array([int(t in targets) for t in model.type_ids], np.int64)
        self.ff_target = np.repeat(np.arange(len(s.ff_start) - 1), np.diff(s.ff_start))
        self.uncut = np.zeros(s.n_links + 1, np.int64)
        self.keep = np.ones((len(s.class_type), len(s.ch_half)))
        for c in range(len(s.class_type)):
            for i in range(int(s.ee_start[c]), int(s.ee_start[c + 1])):
                if s.ee_channel[i] >= 0:
                    self.keep[c, s.ee_channel[i]] *= 1.0 - s.ee_step[i]
        K, H, C, F = len(s.type_hash), len(s.half_life), len(s.ch_half), len(s.factor_hash)
        x, y = np.polynomial.legendre.leggauss(_NODES)
        self.nodes, self.weights = (x + 1.0) / 2.0, y / 2.0
        self.work: Work = Work(
            np.zeros((2, H, K)), np.zeros((2, C)), np.zeros((2, F)), np.zeros((2, F)),
            np.zeros((2, K)), np.zeros(F), np.zeros(H), np.zeros((2, K)), np.zeros(C),
        )  # fmt: skip

    def pull(self, draw: int) -> F8:
        """[F] share of the way to rest gone in a day; 0 for switches."""
        own = self.model.draws.pull[draw]
        return np.where(self.model.structure.is_level == 1, own, 0.0)

    def see(self, draw: int) -> Seen:
        """One draw's arrays, its noise found.

        Raises:
            InputError: the levels do not follow from events and noise.
        """
        from talion.fit.attribution_tracks import Seen

        window, course = self.window, self.window.courses[draw]
        order = np.argsort(course.set_times, kind="stable")
        times, sets = course.times - window.start, course.set_times[order] - window.start
        days = np.arange(window.days + 1)
        seen = Seen(
            time=times,
            event_class=np.array(course.classes, np.int64),
            event_start=np.searchsorted(times, days).astype(np.int64),
            set_time=sets,
            set_factor=np.array(course.set_factors[order], np.int64),
            set_value=np.array(course.set_values[order], np.float64),
            set_start=np.searchsorted(sets, days).astype(np.int64),
            levels=np.array(course.levels, np.float64, order="C"),
            shocks=np.array(window.shocks[draw], order="C"),
            moved=np.zeros(course.levels.shape),
            mass=np.array(window.mass[draw], order="C"),
            u=np.array(window.u[draw]),
            keep=self.keep,
            target=self.target,
        )
        away = _compiled("path_pass")(
            self.model.structure, self.model.draws, draw, self.ff_target, self.pull(draw),
            np.zeros(len(times), np.int64), self.uncut, seen, self.work,
        )  # fmt: skip
        if away > _NEAR:
            raise InputError(
                "the past's levels do not follow from its events and noise",
                place=f"draw {draw}",
                remedy="give levels and noise of the same run-in, or leave the noise out",
            )
        return seen

    def pairs(self, draw: int, seen: Seen, label: I8, source: I8, sizes: tuple[int, int]) -> Pairs:
        """Shares and one-step necessity of one draw."""
        from talion.fit.attribution_kernel import Pairs

        s, n = self.model.structure, len(seen.time)
        out = Pairs(
            label, source, np.zeros(n), np.zeros(n), np.zeros(n), np.zeros((n, len(s.ch_half))),
            np.zeros((sizes[0], s.n_links + 3)), np.zeros((len(s.type_hash), s.n_links + 1, 4)),
            np.zeros(sizes, np.float32), np.zeros(sizes, np.float32),
        )  # fmt: skip
        _compiled("pair_pass")(
            s, self.model.draws, draw, self.ff_target, self.pull(draw), np.zeros(n, np.int64),
            self.uncut, seen, self.work, out,
        )  # fmt: skip
        return out

    def without(
        self, draw: int, seen: Seen, gone: NDArray[np.bool_], links: Sequence[int], through: bool
    ) -> tuple[F8, F8]:
        """[n] 1 - rate without / rate at target events, 0 elsewhere; [K, weeks, 2] integrals."""
        s, n = self.model.structure, len(seen.time)
        cut = self.uncut.copy()
        cut[list(links)] = 1
        rate, without = np.ones(n), np.ones(n)
        flow = np.zeros((len(s.type_hash), self.window.weeks, 2))
        coef = self.model.draws.ff_coef[draw] * (cut[s.ff_link] == 0)
        _compiled("removal_pass")(
            s, self.model.draws, draw, self.ff_target, self.pull(draw), gone.astype(np.int64), cut,
            self.uncut, int(through), coef, seen, self.work, self.nodes, self.weights, rate,
            without, flow,
        )  # fmt: skip
        return 1.0 - without / rate, flow

    def prevented(self, draw: int, seen: Seen) -> F8:
        """[K, links] events each link prevented; links that cannot hold a target down are skipped."""
        s, dr = self.model.structure, self.model.draws
        out = np.zeros((len(s.type_hash), s.n_links))
        acts = np.zeros(s.n_links + 1, np.bool_)
        for start, links, size in (
            (s.ch_start, s.ch_link, dr.ch_b[draw]),
            (s.fr_start, s.fr_link, dr.fr_gamma[draw]),
        ):
            target = np.repeat(self.target, np.diff(start)) == 1
            acts[links[target & (size != 0.0)]] = True
        none = np.zeros(len(seen.time), np.bool_)
        for number in np.flatnonzero(acts[: s.n_links]):
            link = int(number)
            flow = self.without(draw, seen, none, [link], False)[1]
            out[:, link] = flow[:, :, 1].sum(axis=1)
        return out


def _chosen(model: CompiledModel, names: Sequence[str], known: Sequence[str], what: str) -> None:
    for name in names:
        if name not in known:
            raise InputError(
                f"no such {what}",
                value=name,
                place=f"reading {model.reading}",
                remedy=f"use one of: {', '.join(known)}",
            )


def _group_masks(
    model: CompiledModel, window: ObservedWindow, group: Group
) -> list[NDArray[np.bool_]]:
    """Events of a group in each draw."""
    _chosen(model, group.types, model.type_ids, "event type")
    _chosen(model, group.links, model.link_ids, "link")
    wanted = np.array([t in group.types for t in model.type_ids])
    out = []
    for d, (course, marked) in enumerate(
        zip(window.courses, window.marked(group.rows), strict=True)
    ):
        mask = marked | wanted[model.structure.class_type[course.classes]]
        if group.events is not None:
            if len(group.events) != window.draws or group.events[d].shape != mask.shape:
                raise InputError("a group needs one mark for each event", place=group.name)
            mask = mask | group.events[d]
        out.append(mask)
    return out


def _removals(
    passes: _Passes, seen: Sequence[Seen], labels: _Labels, groups: Sequence[Group], through: bool
) -> dict[str, Removal]:
    model, window = passes.model, passes.window
    D, rows, K = window.draws, len(labels.labels), len(model.type_ids)
    out = {}
    for group in groups:
        masks = _group_masks(model, window, group)
        links = [model.link_ids.index(name) for name in group.links]
        found = Removal(
            group.name, through, np.zeros((D, rows)), np.zeros((D, rows)),
            np.zeros((D, K, window.weeks)), np.zeros((D, K, window.weeks)),
        )  # fmt: skip
        for d in range(D):
            share, flow = passes.without(d, seen[d], masks[d], links, through)
            own = labels.of_draw[d] >= 0
            np.add.at(found.necessity[d], labels.of_draw[d][own], np.maximum(share[own], 0.0))
            np.add.at(found.net[d], labels.of_draw[d][own], share[own])
            found.owed[d], found.prevented[d] = flow[:, :, 0], flow[:, :, 1]
        out[group.name] = found
    return out


def attribute(
    model: CompiledModel,
    window: ObservedWindow,
    targets: Sequence[str],
    *,
    groups: Sequence[Group] = (),
    through_factors: bool = True,
    link_by_link: bool = True,
) -> Attribution:
    """Attribute the events of some types to earlier events and to links, draw by draw.

    Args:
        model: the compiled model; its draw d goes with the window's draw d.
        window: what happened; events before it enter through `window.mass`.
        targets: event types whose events are attributed.
        groups: events or links to take away together.
        through_factors: whether groups also act through the factors they move.
        link_by_link: whether to tell what each link prevented, one walk through the window a link.

    Returns:
        Necessity, shares and prevented events, matched across draws by recorded row; unlisted
        events are summed by type and week.

    Raises:
        InputError: no such type or link, or a past that does not fit the model.
        SimulationError: a group names a recorded row that is not there.
    """
    _chosen(model, targets, model.type_ids, "event type")
    passes = _Passes(model, window, targets)
    rows = _Labels(model, window, passes.target)
    columns = _Labels(model, window, np.ones(len(model.type_ids), np.int64))
    D, sizes = window.draws, (len(rows.labels), len(columns.labels))
    n_links, K = model.structure.n_links, len(model.type_ids)
    direct, through = np.zeros((D, *sizes), np.float32), np.zeros((D, *sizes), np.float32)
    owed, delays = np.zeros((D, sizes[0], n_links + 3)), np.zeros((D, K, n_links + 1, 4))
    events, prevented = np.zeros((D, sizes[0])), np.full((D, K, n_links), np.nan)
    seen = [passes.see(d) for d in range(D)]
    for d in range(D):
        found = passes.pairs(d, seen[d], rows.of_draw[d], columns.of_draw[d], sizes)
        direct[d], through[d], owed[d], delays[d] = (
            found.direct, found.through, found.owed, found.delays,
        )  # fmt: skip
        np.add.at(events[d], rows.of_draw[d][rows.of_draw[d] >= 0], 1.0)
        if link_by_link:
            prevented[d] = passes.prevented(d, seen[d])
    return Attribution(
        reading=model.reading,
        start=window.start,
        end=window.end,
        targets=tuple(targets),
        type_ids=model.type_ids,
        shares=(*model.link_ids, "no named link", "background", "before the window"),
        rows=rows.labels,
        columns=columns.labels,
        events=events,
        direct=direct,
        through=through,
        owed=owed,
        by_delay=delays,
        prevented=prevented,
        removals=_removals(passes, seen, rows, groups, through_factors),
        method=_METHOD,
        version=version("talion"),
    )
