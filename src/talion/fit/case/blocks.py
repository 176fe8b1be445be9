"""Which coordinates are moved together, and what has to be evaluated again when they are.

A coordinate that nothing depends on is left out: its parameter keeps its prior.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.arrays import LATENT, LEVEL, SWITCH, Specification

__all__ = ["SELDOM", "blocks_of", "nothing_yet"]

I8 = NDArray[np.int64]

SELDOM = (
    2  # sweeps between moves of what the record hardly speaks of: its draws are fresh each time
)
_TRADES = 2  # moves of doses and effects together in a sweep
_CHUNK = 6  # innovations moved at once, besides all of them


@dataclass
class _Touched:
    """What depends on a coordinate."""

    types: set[int] = field(default_factory=set)
    path: bool = False
    marks: int = 0
    """1 by themselves, 2 through factors alone; so of listing."""
    listing: int = 0
    totals: bool = False

    def __bool__(self) -> bool:
        return bool(self.types or self.path or self.marks or self.listing or self.totals)

    def add(self, other: _Touched) -> None:
        self.types |= other.types
        self.path |= other.path
        self.marks = _closer(self.marks, other.marks)
        self.listing = _closer(self.listing, other.listing)
        self.totals |= other.totals


def _closer(one: int, other: int) -> int:
    """Of two ways to be touched the one that spares less."""
    return min(one, other) if one and other else max(one, other)


def blocks_of(
    s: Specification, free: NDArray[np.bool_], strength: I8, end: I8
) -> tuple[Specification, NDArray[np.bool_]]:
    """Return the specification with its blocks, and which parameters are sampled.

    Args:
        s: all else.
        free: [P] whether a parameter has a prior with spread.
        strength: [A] parameter of each arrow's strength.
        end: [A] factor that each arrow ends at, -1 where it ends at events.
    """
    touched = _dependencies(s)
    sampled = np.array([bool(free[p] and touched[p]) for p in range(len(free))])
    moves, needs = _reached(s)
    blocks, effects, every = _blocks(s, sampled, strength, end, touched)
    sets = [np.flatnonzero(end == f).tolist() for f in range(len(s.f_kind))]
    around = [_around(s, f, end) for f in range(len(s.f_kind))]
    sets = [members for members in sets if members]
    ridges = [ridge for k in range(len(s.usual)) if (ridge := _ridge(s, k, sampled))]
    arrows = [touched[int(p)] for p in strength]  # a sign matters where its strength does
    out = s._replace(
        b_start=np.cumsum([0, *map(len, blocks)]).astype(np.int64),
        b_index=np.array([i for b in blocks for i in b], np.int64),
        b_every=np.array(every, np.int64),
        b_types=_type_rows(s, effects),
        b_path=_flags(e.path for e in effects),
        b_marks=_flags(e.marks for e in effects),
        b_listing=_flags(e.listing for e in effects),
        b_totals=_flags(e.totals for e in effects),
        d_start=np.cumsum([0, *map(len, ridges)]).astype(np.int64),
        d_index=np.array([p for ridge in ridges for p in ridge], np.int64),
        d_weight=np.array([w for ridge in ridges for w in ridge.values()], np.float64),
        a_types=_type_rows(s, arrows),
        a_path=_flags(e.path for e in arrows),
        a_marks=_flags(e.marks for e in arrows),
        a_listing=_flags(e.listing for e in arrows),
        a_strength=strength,
        a_alone=(end < 0).astype(np.int64),
        s_start=np.cumsum([0, *map(len, sets)]).astype(np.int64),
        s_arrow=np.array([a for members in sets for a in members], np.int64),
        o_start=np.cumsum([0, *map(len, around)]).astype(np.int64),
        o_arrow=np.array([a for members in around for a in members], np.int64),
        # An arrow on which nothing depends keeps the sign it began with, drawn from its prior.
        free_arrow=s.free_arrow * _flags(bool(e) for e in arrows),
        c_path=_flags(row.any() for row in moves),
        c_moves=moves,
        c_needs=needs,
    )
    return out, sampled


def _blocks(
    s: Specification, sampled: NDArray[np.bool_], strength: I8, end: I8, touched: list[_Touched]
) -> tuple[list[list[int]], list[_Touched], list[int]]:
    """Coordinates of each block, what depends on it, and in every how many sweeps it is moved."""
    path = _path_effects(s)
    blocks: list[list[int]] = []
    effects: list[_Touched] = []
    every: list[int] = []
    together: set[int] = set()
    for f in np.flatnonzero(s.f_kind == LEVEL).tolist():
        # A level is seen through what it does alone, so all that makes its path moves at once.
        own = [int(p) for p in (s.f_half[f], s.f_noise[f], s.f_rest[f]) if sampled[p]]
        own += sorted({int(strength[a]) for a in np.flatnonzero(end == f) if sampled[strength[a]]})
        together.update(own)
        if s.f_shock[f] >= 0:
            own += range(int(s.f_shock[f]) + 1, int(s.f_shock[f]) + s.shocks)
        if own:
            blocks.append(own)
            effects.append(path)
            every.append(SELDOM)
    singles = [p for p in np.flatnonzero(sampled).tolist() if p not in together]
    blocks += [[p] for p in singles]
    effects += [touched[p] for p in singles]
    every += [1] * len(singles)
    for f in np.flatnonzero(s.f_kind == SWITCH).tolist():
        # What a switch does in one state is its dose there times what a unit does: they trade off,
        # and where a sign is given no turning of it leads from one hump to the other.
        own = _doses_and_gains(s, f, sampled)
        if len(own) > 1:
            blocks += [own] * _TRADES
            effects += [_together(touched[p] for p in own)] * _TRADES
            every += [1] * _TRADES
    for f in np.flatnonzero((s.f_kind == LATENT) & (s.f_shock >= 0)).tolist():
        first = int(s.f_shock[f])
        own = list(range(first, first + s.shocks))
        half = _CHUNK // 2
        pieces = [own]
        pieces += [own[i : i + _CHUNK] for i in range(0, len(own), _CHUNK)]
        pieces += [own[i : i + _CHUNK] for i in range(half, len(own), _CHUNK)]
        blocks += pieces
        effects += [path] * len(pieces)
        every += [1] * len(pieces)
    for k in np.flatnonzero(s.l_weekly >= 0).tolist():
        weeks = -(-s.days // 7)
        own = list(range(int(s.l_weekly[k]), int(s.l_weekly[k]) + weeks))
        pieces = [own, *(own[i : i + 3] for i in range(0, len(own), 3))]
        blocks += pieces
        effects += [_Touched(listing=1)] * len(pieces)
        every += [1] * len(pieces)
    return blocks, effects, every


def _doses_and_gains(s: Specification, f: int, sampled: NDArray[np.bool_]) -> list[int]:
    """Parameters of a switch's doses in the window and of its effects on rates."""
    doses = {int(p) for p in (*s.f_dose[:, f], s.f_reference[f])}
    gains = {int(p) for p in s.r_param[s.r_factor == f]}
    own = sorted(p for p in doses | gains if p >= 0 and sampled[p])
    given = (s.free_arrow[s.r_arrow[s.r_factor == f]] == 0).any()
    return own if given and set(own) & gains else []


def _together(parts: Iterable[_Touched]) -> _Touched:
    found = _Touched()
    for part in parts:
        found.add(part)
    return found


def _around(s: Specification, f: int, end: I8) -> list[int]:
    """Arrows into and out of a level that can be turned over, none where it cannot."""
    into = np.flatnonzero(end == f)
    out = [s.r_arrow[s.r_factor == f], s.m_arrow[s.m_factor == f], s.i_arrow[s.i_source == f]]
    out += [s.l_arrow[s.l_factor == f]]
    found = sorted({int(a) for arrows in (into, *out) for a in arrows})
    turns = s.f_kind[f] == LEVEL and s.f_shock[f] >= 0 and (s.free_arrow[found] == 1).all()
    return found if turns else []


def _ridge(s: Specification, k: int, sampled: NDArray[np.bool_]) -> dict[int, float]:
    """A type's listed share up and the terms of all its places down: nothing that is seen changes.

    Weights of coordinates, each for one unit of log-odds.
    """
    own = slice(int(s.class_start[k]), int(s.class_start[k + 1]))
    share, places = int(s.l_param[k]), s.l_place[own]
    if share < 0 or (places < 0).any() or not sampled[share] or not sampled[places].all():
        return {}
    per_unit = 2.0 / np.maximum(s.p_down + s.p_up, 1e-12)
    lowered = {int(p): -float(per_unit[p]) for p in np.unique(places)}
    return {share: float(per_unit[share])} | lowered


def _flags(values: Iterable[int]) -> I8:
    return np.array([int(v) for v in values], np.int64)


def _type_rows(s: Specification, effects: list[_Touched]) -> I8:
    out = np.zeros((len(effects), len(s.usual)), np.int64)
    for i, effect in enumerate(effects):
        out[i, sorted(effect.types)] = 1
    return out * s.fitted


def _path_effects(s: Specification) -> _Touched:
    return _Touched(
        path=True, marks=2 * (len(s.m_factor) > 0), listing=2 * bool((s.l_factor >= 0).any())
    )


def _reached(s: Specification) -> tuple[I8, I8]:
    """[S, F] the factors that an event of each class moves, and those known to follow them."""
    shape = (len(s.class_type), len(s.f_kind))
    moves = np.zeros(shape, np.int64)
    for c in range(shape[0]):
        moves[c, s.j_factor[s.j_start[c] : s.j_start[c + 1]]] = 1
    needs = moves.copy()
    for _ in range(shape[1]):
        for f in range(shape[1]):
            sources = s.i_source[s.i_start[f] : s.i_start[f + 1]]
            moves[:, f] |= moves[:, sources].any(axis=1)
            needs[:, sources] |= moves[:, [f]]
    return moves, needs | moves


def _dependencies(s: Specification) -> list[_Touched]:
    """What depends on each parameter."""
    out = [_Touched() for _ in s.p_middle]
    _of_groups(s, out)
    _of_types(s, out)
    _of_factors(s, out)
    for table in (s.l_param, s.l_spread, s.l_class, s.l_place, s.l_load):
        for p in table[table >= 0]:
            out[p].add(_Touched(listing=1))
    for table in (s.t_scale, s.t_ratio):
        for p in table[table >= 0]:
            out[p].add(_Touched(totals=True))
    return out


def _of_groups(s: Specification, out: list[_Touched]) -> None:
    """Strengths of event-to-event arrows, and the usual rates and shares of their causes."""
    for g in range(len(s.g_arrow)):
        target = _Touched(types={int(s.g_target[g])})
        for p in {int(s.g_param[g]), int(s.g_more[g])} - {-1}:
            out[p].add(target)
        for c in np.flatnonzero(s.g_member[g]):
            for p in (int(s.usual[s.class_type[c]]), *_shares(s, int(c))):
                out[p].add(target)


def _of_types(s: Specification, out: list[_Touched]) -> None:
    """Usual rates, shares of marks, and factors on rates."""
    for k in np.flatnonzero(s.fitted):
        out[s.usual[k]].add(_Touched(types={int(k)}))
        several = s.class_start[k + 1] - s.class_start[k] > 1
        first, last = int(s.class_start[k]), int(s.class_start[k + 1])
        for c in range(first, last if several else first):
            for p in _shares(s, c):
                out[p].add(_Touched(marks=1))
    for target in range(len(s.usual)):
        effect = _Touched(types={target})
        for i in range(s.r_start[target], s.r_start[target + 1]):
            f = s.r_factor[i]
            out[s.r_param[i]].add(effect)
            if s.f_kind[f] == LATENT:
                out[s.f_noise[f]].add(effect)
            if s.f_kind[f] == SWITCH:
                out[s.f_reference[f]].add(effect)
                for w in np.flatnonzero((s.w_type == target) & (s.w_factor == f)):
                    out[s.w_param[w]].add(effect)


def _of_factors(s: Specification, out: list[_Touched]) -> None:
    """What makes the path of a factor: its own numbers, jumps and inputs."""
    path = _path_effects(s)
    for c in range(len(s.class_type)):
        for i in range(s.j_start[c], s.j_start[c + 1]):
            own = {int(s.j_param[i]), int(s.j_more[i]), int(s.usual[s.class_type[c]])}
            own |= set(_shares(s, c))
            for param in own - {-1}:
                out[param].add(path)
    for param in s.i_param.tolist():
        out[param].add(path)
    for param in s.m_param.tolist():
        out[param].add(_Touched(marks=1))
    for f in range(len(s.f_kind)):
        params = (s.f_half[f], s.f_noise[f], s.f_rest[f], s.f_reference[f], *s.f_dose[:, f])
        for param in {int(p) for p in params} - {-1}:
            out[param].add(path)


def _shares(s: Specification, c: int) -> list[int]:
    """Parameters of all the values of the marks of a class: they are normalised together."""
    found: list[int] = []
    for at in s.cm_share[s.cm_start[c] : s.cm_start[c + 1]]:
        group = s.share_group[at]
        found += s.share_param[s.share_start[group] : s.share_start[group + 1]].tolist()
    return found


def nothing_yet(types: int) -> dict[str, Any]:
    """Fields that `blocks_of` fills in."""
    names = ["b_start", "b_index", "b_path", "b_marks", "b_listing", "b_totals", "a_path"]
    names += [
        "b_every",
        "o_start",
        "o_arrow",
        "d_start",
        "d_index",
        "d_weight",
        "a_marks",
        "a_listing",
        "a_strength",
        "a_alone",
        "s_start",
        "s_arrow",
        "c_path",
    ]
    out: dict[str, Any] = dict.fromkeys(names, np.zeros(0, np.int64))
    return out | {
        n: np.zeros((0, types), np.int64) for n in ("b_types", "a_types", "c_moves", "c_needs")
    }
