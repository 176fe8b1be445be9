"""Small models for the simulator's tests, told as dense dictionaries and made into arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from talion.model.bands import bands
from talion.model.compiled import (
    AXES,
    EXACT,
    NO_LISTING,
    NODES,
    CompiledModel,
    Draws,
    Start,
    Structure,
    World,
    WorldSpec,
)

START = 19_766  # 2024-02-13


def name_hash(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


@dataclass
class Link:
    """One event -> event entry: answers `a`, and suppression `b` in a channel of its own."""

    source: str
    target: str
    half_life: float
    a: float = 0.0
    b: float = 0.0
    step: float = 0.0
    id: str = ""


@dataclass
class Decision:
    positions: Sequence[tuple[float, float, float]]  # at, power, salience
    called_by: str
    chance: float = 1.0
    error: float = 0.0
    threshold: float = 50.0
    need: tuple[str, float] | None = None
    writes: str = ""
    sets: tuple[str, float] | None = None
    executes: str = ""
    table: Sequence[tuple[float, float]] = ((0.0, 0.0), (100.0, 100.0))
    lag: float = 0.0
    reversal: float = 0.0
    moved_by: Mapping[int, tuple[str, float]] = field(default_factory=dict)


@dataclass
class Spec:
    """A model in words; every list is by name."""

    rates: Mapping[str, float]
    links: Sequence[Link] = ()
    half_lives: Sequence[float] = (2.0, 14.0, 90.0)
    marks: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    factors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    to_rate: Sequence[tuple[str, str, float] | tuple[str, str, float, str]] = ()
    to_mix: Sequence[tuple[str, str, float]] = ()  # factor, class label, gamma
    to_factor: Sequence[tuple[str, str, float]] = ()  # class label or type, factor, jump
    between: Sequence[tuple[str, str, float]] = ()  # source, target, coefficient
    set_by: Sequence[tuple[str, str, Mapping[str, float]]] = ()
    listing: Mapping[str, tuple[str, float, float]] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    worlds: Mapping[str, Sequence[tuple[int, int, Any, float]]] = field(default_factory=dict)
    mass: Mapping[tuple[str, float], float] = field(default_factory=dict)
    start: int = START
    other_starts: Mapping[str, int] = field(default_factory=dict)
    draws: int = 1
    seed: int = 7
    reference: Mapping[str, float] = field(default_factory=dict)


def _offsets(rows: Sequence[Sequence[Any]]) -> tuple[np.ndarray, list[Any]]:
    start = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(r) for r in rows], out=start[1:])
    return start, [x for r in rows for x in r]


def _ints(values: Sequence[int]) -> np.ndarray:
    return np.array(list(values), np.int64)


def build(spec: Spec) -> CompiledModel:  # noqa: C901 - one step for each array
    """Make the arrays; every draw is alike unless a test changes one."""
    types, factors = list(spec.rates), list(spec.factors)
    labels: list[tuple[str, str]] = []
    for t in types:
        labels += [(t, m) for m in spec.marks.get(t, {"": 1.0})]
    names = [f"{t}[{m}]" if m else t for t, m in labels]
    halves = [float(h) for h in spec.half_lives]
    link_ids = [ln.id for ln in spec.links if ln.id] + [r[3] for r in spec.to_rate if len(r) > 3]
    link_ids = list(dict.fromkeys(link_ids))
    link_no = {name: i for i, name in enumerate(link_ids)}
    n_draws = spec.draws

    def of(classes: str) -> list[int]:
        return [i for i, (t, _) in enumerate(labels) if classes in (t, names[i])]

    def dense(values: Sequence[float]) -> np.ndarray:
        return np.tile(np.array(list(values), np.float64), (n_draws, 1))

    # One channel for each link with suppression, by target type.
    suppressing = [i for i, ln in enumerate(spec.links) if ln.step > 0]
    by_target = [[i for i in suppressing if spec.links[i].target == t] for t in types]
    ch_start, channel_links = _offsets(by_target)
    channel = {link: c for c, link in enumerate(channel_links)}
    ee_rows: list[list[int]] = [[] for _ in labels]
    for i, ln in enumerate(spec.links):
        for c in of(ln.source):
            ee_rows[c].append(i)
    ee_start, ee = _offsets(ee_rows)
    entries = [spec.links[i] for i in ee]
    fr_start, fr = _offsets([[r for r in spec.to_rate if r[1] == t] for t in types])
    mm_start, mm = _offsets([[r for r in spec.to_mix if i in of(r[1])] for i in range(len(labels))])
    ef_start, ef = _offsets(
        [[r for r in spec.to_factor if i in of(r[0])] for i in range(len(labels))]
    )
    ff_start, ff = _offsets([[r for r in spec.between if r[1] == f] for f in factors])
    sr_start, sr = _offsets([[r for r in spec.set_by if i in of(r[0])] for i in range(len(labels))])
    decisions = list(spec.decisions.values())
    dc_start, dc = _offsets(
        [[m for m, x in enumerate(decisions) if i in of(x.called_by)] for i in range(len(labels))]
    )
    positions = [(m, p) for m, x in enumerate(decisions) for p in range(len(x.positions))]
    po_rows = [
        [decisions[m].moved_by[p]] if p in decisions[m].moved_by else [] for m, p in positions
    ]
    po_move_start, movers = _offsets(po_rows)
    table = max((len(x.table) for x in decisions), default=2)
    tables = np.array(
        [list(x.table) + [x.table[-1]] * (table - len(x.table)) for x in decisions], np.float64
    ).reshape(len(decisions), table, 2)

    def f_no(name: str | None) -> int:
        return factors.index(name) if name else -1

    reference = [spec.reference.get(t, max(spec.rates[t], 0.01)) for t in types]
    edge, width, p0 = bands(np.array(reference, np.float64))
    structure = Structure(
        type_hash=np.array([name_hash(t) for t in types], np.uint64),
        class_start=_ints([0, *np.cumsum([len(spec.marks.get(t, {"": 1})) for t in types])]),
        class_type=_ints([types.index(t) for t, _ in labels]),
        half_life=np.array(halves),
        band_edge=np.ascontiguousarray(edge),
        band_width=np.ascontiguousarray(width),
        band_p0=np.ascontiguousarray(p0),
        ee_start=ee_start,
        ee_target=_ints([types.index(ln.target) for ln in entries]),
        ee_half=_ints([halves.index(ln.half_life) for ln in entries]),
        ee_link=_ints([link_no.get(ln.id, -1) for ln in entries]),
        ee_channel=_ints([channel.get(i, -1) for i in ee]),
        ee_step=np.array([ln.step for ln in entries], np.float64),
        ch_start=ch_start,
        ch_half=_ints([halves.index(spec.links[i].half_life) for i in channel_links]),
        ch_link=_ints([link_no.get(spec.links[i].id, -1) for i in channel_links]),
        fr_start=fr_start,
        fr_factor=_ints([f_no(r[0]) for r in fr]),
        fr_link=_ints([link_no[r[3]] if len(r) > 3 else -1 for r in fr]),
        mm_start=mm_start,
        mm_factor=_ints([f_no(r[0]) for r in mm]),
        mm_link=_ints([-1] * len(mm)),
        ef_start=ef_start,
        ef_factor=_ints([f_no(r[1]) for r in ef]),
        ef_link=_ints([-1] * len(ef)),
        ff_start=ff_start,
        ff_source=_ints([f_no(r[0]) for r in ff]),
        ff_link=_ints([-1] * len(ff)),
        factor_hash=np.array([name_hash("factor/" + f) for f in factors], np.uint64),
        is_level=_ints([int(x.get("level", 1)) for x in spec.factors.values()]),
        lo=np.array([x.get("lo", -1e6) for x in spec.factors.values()], np.float64),
        hi=np.array([x.get("hi", 1e6) for x in spec.factors.values()], np.float64),
        sr_start=sr_start,
        sr_factor=_ints([f_no(r[1]) for r in sr]),
        listing_type=_ints(
            [f_no(spec.listing[t][0]) if t in spec.listing else NO_LISTING for t in types]
        ),
        dc_start=dc_start,
        dc_decision=_ints(dc),
        de_write=_ints([f_no(x.writes) for x in decisions]),
        de_sets=_ints([f_no(x.sets[0]) if x.sets else -1 for x in decisions]),
        de_exec=_ints([f_no(x.executes) for x in decisions]),
        de_need=_ints([f_no(x.need[0]) if x.need else -1 for x in decisions]),
        de_hash=np.array([name_hash("decision/" + m) for m in spec.decisions], np.uint64),
        de_pos_start=_ints([0, *np.cumsum([len(x.positions) for x in decisions])]),
        po_move_start=po_move_start,
        po_factor=_ints([f_no(m[0]) for m in movers]),
        sm_start=np.zeros(len(positions) + 1, np.int64),
        sm_factor=_ints([]),
        de_axis=np.full((len(decisions), AXES), -1, np.int64),
        ve_start=np.zeros(len(decisions) + 1, np.int64),
        ve_position=_ints([]),
        de_held=np.zeros(len(decisions), np.int64),
        dc_binds=np.ones(len(dc), np.int64),
        de_table_x=np.ascontiguousarray(tables[:, :, 0]),
        de_table_y=np.ascontiguousarray(tables[:, :, 1]),
        n_links=len(link_ids),
    )

    def column(key: str, default: float = 0.0) -> np.ndarray:
        return dense([x.get(key, default) for x in spec.factors.values()])

    draws = Draws(
        background=dense(list(spec.rates.values())),
        ee_offspring=dense([ln.a for ln in entries]),
        ch_b=dense([spec.links[i].b for i in channel_links]),
        fr_gamma=dense([r[2] for r in fr]),
        mm_gamma=dense([r[2] for r in mm]),
        ef_jump=dense([r[2] for r in ef]),
        ff_coef=dense([r[2] for r in ff]),
        z_ref=column("ref"),
        rest=column("rest"),
        pull=column("pull"),
        noise=column("noise"),
        class_weight=dense([spec.marks.get(t, {"": 1.0})[m] for t, m in labels]),
        sr_value=dense([r[2]["value"] for r in sr]),
        sr_chance=dense([r[2].get("chance", 1.0) for r in sr]),
        sr_half_life=dense([r[2].get("lasts", 0.0) for r in sr]),
        sr_after=dense([r[2].get("then", 0.0) for r in sr]),
        listing_logit=dense([spec.listing.get(t, ("", 0.0, 0.0))[1] for t in types]),
        listing_load=dense([spec.listing.get(t, ("", 0.0, 0.0))[2] for t in types]),
        de_chance=dense([decisions[m].chance for m in dc]),
        de_error=dense([x.error for x in decisions]),
        de_sets_value=dense([x.sets[1] if x.sets else 0.0 for x in decisions]),
        de_threshold=dense([x.threshold for x in decisions]),
        de_lag=dense([x.lag for x in decisions]),
        de_reversal=dense([x.reversal for x in decisions]),
        de_need_value=dense([x.need[1] if x.need else 0.0 for x in decisions]),
        po_at=dense([decisions[m].positions[p][0] for m, p in positions]),
        po_power=dense([decisions[m].positions[p][1] for m, p in positions]),
        po_salience=dense([decisions[m].positions[p][2] for m, p in positions]),
        po_move=dense([m[1] for m in movers]),
        sm_move=dense([]),
        de_model=dense([EXACT] * len(decisions)),
        de_node=dense([0.0] * (len(decisions) * AXES * NODES)),
        de_departure=dense([0.0] * (len(decisions) * NODES**AXES)),
        de_consent=dense([-1.0] * len(decisions)),
        ve_within=dense([]),
    )

    def start(day: int) -> Start:
        mass = np.zeros((n_draws, len(labels), len(halves)))
        for (name, h), value in spec.mass.items():
            for c in of(name):
                mass[:, c, halves.index(h)] = value
        return Start(
            day=day,
            mass=mass,
            u=np.zeros((n_draws, len(channel_links))),
            z=column("z"),
            latent_sd=column("latent_sd"),
            timer_half_life=column("timer"),
            timer_value=column("timer_value"),
        )

    def rows(lines: Sequence[tuple[int, int, Any, float]]) -> World:
        def target(op: int, name: Any) -> int:
            if op in (0, 1, 2, 3):
                return factors.index(name)
            if op == 5:
                return link_no[name]
            return names.index(name) if op == 6 else types.index(name)

        return World(
            _ints([spec.start + r[0] for r in lines]),
            _ints([r[1] for r in lines]),
            _ints([target(r[1], r[2]) for r in lines]),
            dense([r[3] for r in lines]),
        )

    days = sorted({spec.start, *spec.other_starts.values()})
    worlds = [WorldSpec("baseline", "Nothing done", days.index(spec.start), rows(()), spec.start)]
    for name, lines in spec.worlds.items():
        day = spec.other_starts.get(name, spec.start)
        worlds.append(WorldSpec(name, name, days.index(day), rows(lines), day))
    return CompiledModel(
        structure=structure,
        draws=draws,
        starts=tuple(start(day) for day in days),
        worlds=tuple(worlds),
        type_ids=tuple(types),
        class_labels=tuple(names),
        factor_ids=tuple(factors),
        link_ids=tuple(link_ids),
        reading="test",
        seed=spec.seed,
        usual=dense(list(spec.rates.values())),
    )
