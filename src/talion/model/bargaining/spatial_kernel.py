"""The Spatial Model of Politics over many draws, compiled; see `talion.model.bargaining.spatial`.

Arrays lie as `talion.model.bargaining.spatial_room` says. Nothing is allocated here and nothing raises.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from talion.model.bargaining.condorcet_kernel import UNSETTLED, election_pass, vote
from talion.model.bargaining.spatial_formulas import ALONE, EVEN, NUDGE
from talion.model.bargaining.spatial_room import (
    CHOICES,
    COMMITMENTS,
    DIVISIONS,
    PROPOSALS,
    RISK_RANGES,
    Room,
    Rules,
)
from talion.model.compiling import inlined, inner

__all__ = ["QUIET", "SOURCES", "STATUSES", "spatial_pass"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

SOURCES = (
    "model/compiling.py",
    "model/bargaining/condorcet.py",
    "model/bargaining/condorcet_kernel.py",
    "model/bargaining/spatial_formulas.py",
    "model/bargaining/spatial_kernel.py",
    "model/bargaining/spatial_options.py",
    "model/bargaining/spatial_room.py",
)
"""Every file the compiled pass is made of, and those whose numbers and orders it takes over."""

STATUSES = ("quiet", "most turns", "unsettled election")
QUIET, _CUT_OFF, _UNSETTLED = 0, 1, 2
_STOCHASTIC = CHOICES.index("stochastic")
_SEMI = COMMITMENTS.index("semi")
_S2P2, _S2PMAX = DIVISIONS.index("s2p2"), DIVISIONS.index("s2pmax")
_BOTH, _COMPROMISE = PROPOSALS.index("both"), PROPOSALS.index("compromise")
_MIN, _MID = RISK_RANGES.index("min"), RISK_RANGES.index("mid")

_LEAST_GAIN, _SAME_PLACE, _RATIO_FLOOR = 1e-5, 1e-3, 1e-4
_GOLDEN, _BEGIN = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1342543DE82EF95)
_M1, _M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_TO_UNIT = 1.0 / 9007199254740992.0


@inlined
def _scramble(z: np.uint64) -> np.uint64:
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@inner
def _unit(seed: np.uint64, draw: int, turn: int, actor: int) -> float:
    key = _scramble(seed * _GOLDEN + _BEGIN)
    key = _scramble(key + np.uint64(draw + 1) * _GOLDEN)
    key = _scramble(key + np.uint64(turn + 1) * _GOLDEN)
    key = _scramble(key + np.uint64(actor + 1) * _GOLDEN)
    return np.float64(np.int64(key >> _S11)) * _TO_UNIT


@inlined
def _utility(far: float, risk: float) -> float:
    return (1.0 - far) * (1.0 + min(far, 1.0) * risk)


@inner
def _begin(position: F8, salience: F8, capability: F8, r: Room) -> None:
    """What a draw has for all turns: attention, one capability, weights, ideals."""
    for n in range(position.shape[0]):
        total, square, weighed, plain, same = 0.0, 0.0, 0.0, 0.0, True
        for k in range(position.shape[1]):
            s, c = salience[n, k], capability[n, k]
            total += s
            square += s * s
            weighed += c * s
            plain += c
            same = same and c == capability[n, 0]
            r.ideal[n, k] = position[n, k]
        if same:
            power = capability[n, 0]
        elif total > 0.0:
            power = weighed / total
        else:
            power = plain / position.shape[1]
        r.attention[n], r.capability[n], r.weight[n] = total, power, power * total
        r.square[n] = square if square > 0.0 else 1.0
        r.third[n] = r.weight[n]


@inner
def _distances(place: F8, salience: F8, r: Room, out: F8) -> None:
    """How far one place is from the ideal of every actor."""
    for n in range(salience.shape[0]):
        total = 0.0
        for k in range(salience.shape[1]):
            gap = salience[n, k] * (r.ideal[n, k] - place[k])
            total += gap * gap
        out[n] = math.sqrt(total / r.square[n])


@inner
def _elect(utility: F8, options: int, rules: Rules, r: Room) -> int:
    return election_pass(
        utility, r.queue, options, r.capability, rules.election,
        r.strength, r.won, r.challenge, r.following, r.chance,
    )  # fmt: skip


@inner
def _attitudes(rules: Rules, r: Room) -> int:
    """Distances were taken; infer attitudes to risk, and what places are worth by them."""
    n_actor = r.risk.shape[0]
    for j in range(n_actor):
        r.queue[j] = j
        for n in range(n_actor):
            r.worth[j, n] = 1.0 - r.far[j, n]
    status = _elect(r.worth, n_actor, rules, r)
    least, most = r.chance[0], r.chance[0]
    for n in range(n_actor):
        least, most = min(least, r.chance[n]), max(most, r.chance[n])
    low = 0.0 if rules.risk_range == _MIN else (-0.5 if rules.risk_range == _MID else -1.0)
    for n in range(n_actor):
        stated = rules.stated_risk[n]
        if stated == stated:
            r.risk[n] = stated
        elif most - least <= EVEN:
            r.risk[n] = 0.0
        else:
            r.risk[n] = low + (1.0 - low) * ((r.chance[n] - least) / (most - least))
    for j in range(n_actor):
        for n in range(n_actor):
            r.worth[j, n] = _utility(r.far[j, n], r.risk[n])
    return status


@inner
def _look_through(eyes: int, rules: Rules, r: Room) -> None:
    """What every place is worth to every actor in the eyes of one."""
    share, n_actor = rules.their_share, r.risk.shape[0]
    for n in range(n_actor):
        r.seen[n] = (1.0 - share) * r.risk[eyes] + share * r.risk[n]
    r.seen[eyes] = r.risk[eyes]
    for j in range(n_actor):
        for n in range(n_actor):
            r.sight[j, n] = _utility(r.far[j, n], r.seen[n])
    for n in range(n_actor):
        r.own[n] = r.sight[n, n]


@inlined
def _positive(x: float) -> float:
    """max(x, 0), exactly and without a branch."""
    return 0.5 * (abs(x) + x)


@inner
def _victory(i: int, j: int, rules: Rules, r: Room) -> float:
    """The chance of i against j by the utilities in `sight`."""
    voting = rules.election[0]
    to_i, to_j = r.sight[i], r.sight[j]
    first = r.weight[i] * vote(to_i[i] - to_j[i], voting)
    second = r.weight[j] * vote(to_i[j] - to_j[j], voting)
    ours = ALONE + (_positive(first) + _positive(second))
    theirs = ALONE + (_positive(-first) + _positive(-second))
    if rules.third_parties == _SEMI:
        both = ours + theirs
        # The principals take no part as third parties: without weight they add nothing.
        kept_i, kept_j = r.third[i], r.third[j]
        r.third[i], r.third[j] = 0.0, 0.0
        more, less = 0.0, 0.0
        for n in range(r.third.shape[0]):
            cast = r.third[n] * vote(to_i[n] - to_j[n], voting)
            chance = (ours + _positive(cast)) / (both + abs(cast))
            gain = chance * (r.own[n] - to_i[n]) + (1.0 - chance) * (to_j[n] - r.own[n])
            third = r.third[n] * vote(gain, voting)
            more += _positive(third)
            less += _positive(-third)
        r.third[i], r.third[j] = kept_i, kept_j
        ours += more
        theirs += less
    return ours / (ours + theirs)


@inlined
def _gain(i: int, j: int, chance: float, r: Room) -> float:
    """What i expects from challenging j, by the utilities in `sight`."""
    to_i, to_j, care = r.sight[i, i], r.sight[j, i], r.attention[j]
    contest = chance * 2.0 * to_i + (1.0 - chance) * 2.0 * to_j
    gain: float = (1.0 - care) * 2.0 * to_i + care * contest - (to_i + to_j)
    return gain


@inner
def _divide(
    i: int, j: int, chance: float, position: F8, salience: F8, rule: int, towards: F8
) -> None:
    """Where the two parties of a bargain are to move."""
    for k in range(position.shape[1]):
        x_i, x_j, s_i, s_j = position[i, k], position[j, k], salience[i, k], salience[j, k]
        if rule == _S2PMAX:
            d_i, d_j = max(0.0, 1.0 - 2.0 * chance), max(0.0, 2.0 * chance - 1.0)
            f_i = d_i * (s_j * s_j) / (d_i * (s_j * s_j) + NUDGE + (1.0 - d_i) * (s_i * s_i))
            f_j = d_j * (s_i * s_i) / (d_j * (s_i * s_i) + NUDGE + (1.0 - d_j) * (s_j * s_j))
            towards[0, k] = x_i + f_i * (x_j - x_i)
            towards[1, k] = x_j + f_j * (x_i - x_j)
            continue
        w_i, w_j = s_i * chance, s_j * (1.0 - chance)
        if rule == _S2P2:
            w_i, w_j = w_i * w_i, w_j * w_j
        total = w_i + NUDGE + w_j
        b_i = ((w_i + NUDGE) * x_i + w_j * x_j) / total
        b_j = (w_i * x_i + (NUDGE + w_j) * x_j) / total
        towards[0, k] = math.floor(b_i * 10_000.0 + 0.5) / 10_000.0
        towards[1, k] = math.floor(b_j * 10_000.0 + 0.5) / 10_000.0


@inner
def _table(
    i: int, j: int, chance: float, count: int, position: F8, salience: F8, rules: Rules, r: Room
) -> int:
    """Put the offer of i to j beside those there are; returns how many there are then."""
    r.parties[count, 0], r.parties[count, 1] = i, j
    _divide(i, j, chance, position, salience, rules.division, r.towards[count])
    if rules.proposals != _BOTH and rules.proposals != _COMPROMISE:
        return count + 1
    _look_through(j, rules, r)
    theirs = _victory(i, j, rules, r)
    if not rules.as_meant:
        theirs = min(1.0, max(0.0, _gain(i, j, theirs, r)))
    if rules.proposals == _BOTH:
        r.parties[count + 1, 0], r.parties[count + 1, 1] = i, j
        _divide(i, j, theirs, position, salience, rules.division, r.towards[count + 1])
        return count + 2
    _divide(i, j, theirs, position, salience, rules.division, r.mixed)
    one, other = r.attention[i], r.attention[j]
    if rules.as_meant:
        one, other = r.weight[i], r.weight[j]
    share = one / (one + other) if one + other > 0.0 else 0.5
    for party in range(2):
        for k in range(position.shape[1]):
            here, there = r.towards[count, party, k], r.mixed[party, k]
            r.towards[count, party, k] = share * here + (1.0 - share) * there
    return count + 1


@inner
def _offers(position: F8, salience: F8, rules: Rules, r: Room) -> int:
    """Every actor's best challenge as an offer; returns how many offers there are."""
    n_actor, count = position.shape[0], 0
    for i in range(n_actor):
        _look_through(i, rules, r)
        best, target, chance_of_best = _LEAST_GAIN, -1, 0.0
        for j in range(n_actor):
            if j == i:
                continue
            chance = _victory(i, j, rules, r)
            gain = _gain(i, j, chance, r)
            if gain > best:
                best, target, chance_of_best = gain, j, chance
        if target >= 0:
            count = _table(i, target, chance_of_best, count, position, salience, rules, r)
    return count


@inner
def _values(count: int, salience: F8, r: Room) -> None:
    """Mean utility of all positions to each actor: as they are, and by every offer."""
    n_actor = r.risk.shape[0]
    for n in range(n_actor):
        total = 0.0
        for j in range(n_actor):
            total += r.worth[j, n]
        r.value[0, n] = total
    for m in range(count):
        i, j = r.parties[m, 0], r.parties[m, 1]
        _distances(r.towards[m, 0], salience, r, r.cast)
        _distances(r.towards[m, 1], salience, r, r.other)
        for n in range(n_actor):
            first, second = _utility(r.cast[n], r.risk[n]), _utility(r.other[n], r.risk[n])
            less = r.value[0, n] - r.worth[i, n] - r.worth[j, n]
            r.value[m + 1, n] = (less + first + second) / n_actor
    for n in range(n_actor):
        r.value[0, n] /= n_actor


@inlined
def _choose(options: int, draw: int, turn: int, actor: int, rules: Rules, r: Room) -> int:
    if rules.choice != _STOCHASTIC:
        best = 0
        for m in range(1, options):
            if r.chance[m] > r.chance[best]:
                best = m
        return best
    point, reached = _unit(rules.seed, draw, turn, actor), 0.0
    for m in range(options):
        reached += r.chance[m]
        if point < reached:
            return m
    return options - 1


@inner
def _move(
    count: int, draw: int, turn: int, position: F8, rules: Rules, r: Room, gave_way: I8
) -> int:
    """Every actor takes one of the offers before it, or none; new positions are left in `gone`."""
    status = 0
    for actor in range(position.shape[0]):
        options = 1
        r.queue[0] = 0
        for m in range(count):
            if r.parties[m, 0] == actor or r.parties[m, 1] == actor:
                r.queue[options] = m + 1
                options += 1
        for k in range(position.shape[1]):
            r.gone[actor, k] = position[actor, k]
        if options == 1:
            continue
        status = max(status, _elect(r.value, options, rules, r))
        taken = r.queue[_choose(options, draw, turn, actor, rules, r)] - 1
        if taken < 0:
            continue
        party = 0 if r.parties[taken, 0] == actor else 1
        moved = False
        for k in range(position.shape[1]):
            r.gone[actor, k] = r.towards[taken, party, k]
            moved = moved or r.gone[actor, k] != position[actor, k]
        if moved:
            gave_way[actor, r.parties[taken, 1 - party]] += 1
    return status


@inner
def _settle(position: F8, rules: Rules, r: Room) -> float:
    """Take over the new positions and move ideals; returns how far all moved."""
    change = 0.0
    for n in range(position.shape[0]):
        total = 0.0
        for k in range(position.shape[1]):
            gap = r.gone[n, k] - position[n, k]
            total += gap * gap
            position[n, k] = r.gone[n, k]
        change += math.sqrt(total)
    for n in range(position.shape[0]):
        if not rules.follows:
            for k in range(position.shape[1]):
                r.ideal[n, k] = position[n, k]
            continue
        stay = 1.0
        for j in range(position.shape[0]):
            stay -= rules.accommodation[n, j]
        stay = max(0.0, stay)
        for k in range(position.shape[1]):
            ideal = stay * r.ideal[n, k]
            for j in range(position.shape[0]):
                ideal += rules.accommodation[n, j] * position[j, k]
            r.ideal[n, k] = ideal
    return change


@inner
def _winning(position: F8, rules: Rules, r: Room, winning: F8, outcome: F8) -> int:
    """How likely each actor's place is to prevail, and the mean of places by it."""
    unique = 0
    for n in range(position.shape[0]):
        r.places[n] = -1
        for m in range(unique):
            total = 0.0
            for k in range(position.shape[1]):
                gap = position[r.queue[m], k] - position[n, k]
                total += gap * gap
            if math.sqrt(total) < _SAME_PLACE:
                r.places[n] = m
                break
        if r.places[n] < 0:
            r.places[n] = unique
            r.queue[unique] = n
            unique += 1
    status = _elect(r.worth, unique, rules, r)
    outcome[:] = 0.0
    for m in range(unique):
        for k in range(position.shape[1]):
            outcome[k] += r.chance[m] * position[r.queue[m], k]
    for n in range(position.shape[0]):
        winning[n] = r.chance[r.places[n]]
    return status


@inner
def _run(
    draw: int, position: F8, salience: F8, capability: F8, rules: Rules, r: Room,
    winning: F8, outcome: F8, turns: I8, gave_way: I8,
) -> int:  # fmt: skip
    """One draw from its stated positions to the last; returns a place in STATUSES."""
    _begin(position, salience, capability, r)
    first, change, turn = 0.0, math.inf, 0
    unsettled = 0
    while True:
        for j in range(position.shape[0]):
            _distances(position[j], salience, r, r.far[j])
        unsettled = max(unsettled, _attitudes(rules, r))
        quiet = change / (first + _RATIO_FLOOR) < rules.least_change
        if turn >= rules.least_turns and (quiet or turn >= rules.most_turns):
            break
        count = _offers(position, salience, rules, r)
        _values(count, salience, r)
        unsettled = max(unsettled, _move(count, draw, turn, position, rules, r, gave_way))
        change = _settle(position, rules, r)
        if turn == 0:
            first = change
        turn += 1
    unsettled = max(unsettled, _winning(position, rules, r, winning, outcome))
    turns[draw] = turn
    if unsettled == UNSETTLED:
        return _UNSETTLED
    return QUIET if quiet else _CUT_OFF


def spatial_pass(
    begin: int, end: int, position: F8, salience: F8, capability: F8, rules: Rules, r: Room,
    winning: F8, outcome: F8, turns: I8, status: I8, gave_way: I8,
) -> None:  # fmt: skip
    """Run draws `begin` to `end` - 1.

    Args:
        begin: first draw.
        end: the draw after the last.
        position: [draws, N, K] 0 to 1; the last positions on return.
        salience: [draws, N, K] 0 to 1.
        capability: [draws, N, K].
        rules: choices.
        r: room, one for each thread.
        winning: [draws, N] out: how likely each actor's last place is to prevail.
        outcome: [draws, K] out: mean of last places by it.
        turns: [draws] out.
        status: [draws] out: places in STATUSES.
        gave_way: [N, N] out, one for each thread: turns in which the row moved by an offer with the column.
    """
    for draw in range(begin, end):
        status[draw] = _run(
            draw, position[draw], salience[draw], capability[draw], rules, r,
            winning[draw], outcome[draw], turns, gave_way,
        )  # fmt: skip
