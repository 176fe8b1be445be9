"""What would change a result: the region of few assumptions in which it flips.

A result stands on one side of a bar: the probability that the author's word claims, or the one that
labels ask. The region is found by patient rule induction (PRIM; Friedman and Fisher 1999): from all
draws, a tenth is peeled off again and again at one end of one parameter, that end which moves the
probability most for what it costs. Of the boxes on the way that lie beyond the bar by 1.64 errors, the
one is kept whose draws lie beyond it by most together, sum over draws of |y - bar|, draws on the near
side counted against it: leaving out draws that flip costs, and so does taking in draws that do not. Its
ends are then put where that sum is largest, and conditions that add little to it are dropped. It has at
most three conditions, each on a parameter found as a linchpin (`linchpins.py`): a box depends on each of
its parameters, and where none is found nothing is looked for.

A box found in the draws that chose it looks better than it is. So the whole search is done five times
on four fifths of the draws and its box put to the last fifth; mass and probability are those of these
draws kept back, and a box is reported only if they too lie beyond the bar, by 1.64 errors.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from talion.judge.estimate import DrawTruth
from talion.judge.given_data import Output
from talion.judge.labels import ERRORS, HIGH
from talion.judge.linchpins import Linchpins, Told, output_of, pooled
from talion.judge.parameter_words import condition_words
from talion.judge.parameters import Parameter
from talion.judge.words import percent

__all__ = ["Bar", "Box", "Condition", "bars_of", "find_box"]

F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]

CONDITIONS = 3
PEEL = 0.1
LEAST_MASS = 0.05
FEWEST = 10  # draws in a box
FOLDS = 5
_FOLDS_WITH_A_BOX = 4
_ROUNDS = 2
_WORTH = 0.9  # of what a box holds beyond the bar: a condition that saves less is dropped
_Z80 = 1.2815515655446004
_EVEN = 0.5


@dataclass(frozen=True)
class Bar:
    """A probability that divides two answers.

    Attributes:
        at: the probability.
        at_least: whether the claim is that the probability reaches it, or that it stays under it.
        says: whose bar it is, in words.
    """

    at: float
    at_least: bool
    says: str

    def met(self, probability: float) -> bool:
        """Whether a probability bears the claim out."""
        return probability >= self.at if self.at_least else probability <= self.at


@dataclass(frozen=True)
class Condition:
    """One condition of a box.

    Attributes:
        parameter: its name; `link` is the id of its link, or None.
        low, high: ends in `unit`, an arrow's with its sign; None for no end.
        strict: an end at the value that does nothing leaves that value out.
        says: the clause.
    """

    parameter: str
    link: str | None
    low: float | None
    high: float | None
    strict: bool
    unit: str
    says: str


@dataclass(frozen=True)
class Box:
    """Where a result flips.

    Attributes:
        conditions: all of which hold there; at most three.
        fails: whether the claim fails there (and holds over all draws), or the reverse.
        bar, bar_says: the probability that divides the two.
        mass, mass_low, mass_high: share of draws in it, with an 80 % interval; of draws kept back.
        probability, low, high: of the test in it, the same.
        overall: probability of the test over all draws.
        draws: kept back, in the boxes.
        sentence: the same in words.
    """

    conditions: tuple[Condition, ...]
    fails: bool
    bar: float
    bar_says: str
    mass: float
    mass_low: float
    mass_high: float
    probability: float
    low: float
    high: float
    overall: float
    draws: int
    sentence: str


LABEL_BAR = Bar(HIGH, at_least=True, says="that labels ask")


def bars_of(word: tuple[float, float] | None) -> tuple[Bar, ...]:
    """Return the bars of a test: the one that the author's word sets, then that of the labels.

    A word whose range ends at or under one half claims that the probability stays under its upper
    end, and the labels' bar says nothing of it; any other that it reaches the lower end.

    >>> [bar.at for bar in bars_of((0.9, 1.0))], [bar.at for bar in bars_of((0.05, 0.2))]
    ([0.9, 0.8], [0.2])
    >>> [bar.at for bar in bars_of(None)]
    [0.8]
    """
    if word is None:
        return (LABEL_BAR,)
    low, high = word
    if high <= _EVEN:
        return (Bar(high, at_least=False, says="of the author's word"),)
    if low == HIGH:
        return (Bar(low, at_least=True, says="of the author's word, which labels ask too"),)
    return (Bar(low, at_least=True, says="of the author's word"), LABEL_BAR)


# --- peeling --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Sample:
    """Draws of the parameters that may be restricted: [D, P] values, y and its weights."""

    values: F8
    output: Output

    @cached_property
    def columns(self) -> F8:
        """[P, D] values of one parameter after another."""
        return np.ascontiguousarray(self.values.T)

    @cached_property
    def weighted(self) -> F8:
        """[D] y times its weight."""
        return np.asarray(self.output.weights * self.output.values, np.float64)

    def excess(self, goal: _Goal) -> F8:
        """How far each draw lies beyond the bar, times its weight; negative on the other side."""
        beyond = (self.output.values - goal.at) * (1.0 if goal.up else -1.0)
        return np.asarray(self.output.weights * beyond, np.float64)

    def part(self, where: B1) -> _Sample:
        o = self.output
        kept = Output(o.values[where], o.weights[where], o.noise[where])
        return _Sample(self.values[where], kept)


@dataclass(frozen=True, eq=False)
class _Region:
    """Ends of each parameter, [P]; infinite where it is not restricted."""

    low: F8
    high: F8

    @property
    def restricted(self) -> B1:
        return np.isfinite(self.low) | np.isfinite(self.high)

    def holds(self, values: F8) -> B1:
        inside = (values >= self.low) & (values <= self.high)
        return np.asarray(inside.all(axis=1), np.bool_)

    def cut(self, place: int, at: float, *, upper: bool) -> _Region:
        """The same with one end moved."""
        ends = self.low, self.high
        moved = ends[upper].copy()
        moved[place] = at
        return _Region(self.low, moved) if upper else _Region(moved, self.high)

    def without(self, place: int, *, low: bool = True, high: bool = True) -> _Region:
        ends = self.low.copy(), self.high.copy()
        if low:
            ends[0][place] = -np.inf
        if high:
            ends[1][place] = np.inf
        return _Region(*ends)


@dataclass(frozen=True)
class _Goal:
    """The side of the bar to be reached."""

    at: float
    up: bool

    def beyond(self, probability: float, error: float) -> bool:
        """Whether a probability lies beyond the bar by 1.64 errors."""
        if self.up:
            return probability - ERRORS * error >= self.at
        return probability + ERRORS * error < self.at


def _peel(sample: _Sample, goal: _Goal) -> _Region | None:
    """Return the box on the way of peeling that holds most of what lies beyond the bar, mended.

    None if no box on the way lies beyond the bar by 1.64 errors.
    """
    if not _reachable(sample.output, goal):
        return None
    places = sample.values.shape[1]
    region = _Region(np.full(places, -np.inf), np.full(places, np.inf))
    inside = np.ones(len(sample.values), np.bool_)
    least = max(FEWEST, math.ceil(LEAST_MASS * len(inside)))
    excess = sample.excess(goal)
    found: tuple[float, _Region] | None = None
    while (best := _best_peel(sample, region, inside, least, goal.up)) is not None:
        region, inside = best
        held = float(excess[inside].sum())
        if (found is None or held > found[0]) and goal.beyond(*pooled(sample.output, inside)):
            found = (held, region)
    return None if found is None else _mended(sample, found[1], goal)


def _reachable(output: Output, goal: _Goal) -> bool:
    """Return whether the most favourable draws, were they a box, would lie beyond the bar."""
    order = np.argsort(-output.values if goal.up else output.values, kind="stable")
    best = order[:FEWEST]
    return goal.beyond(float(np.average(output.values[best], weights=output.weights[best])), 0.0)


def _best_peel(
    sample: _Sample, region: _Region, inside: B1, least: int, up: bool
) -> tuple[_Region, B1] | None:
    """Return the box after the peel that gains most (or loses least) for the weight it takes off."""
    weights, weighted = sample.output.weights, sample.weighted
    total, held = float(weights[inside].sum()), float(weighted[inside].sum())
    may = np.ones(region.low.size, np.bool_)
    if int(region.restricted.sum()) >= CONDITIONS:
        may = region.restricted
    best: tuple[float, int, _Cut, B1] | None = None
    for place in np.flatnonzero(may).tolist():
        x = sample.columns[place]
        there = x[inside]
        there.sort()
        for cut in _cuts(there):
            if there.size - cut.number < least:
                continue
            off = inside & ((x >= cut.last) if cut.upper else (x <= cut.last))
            taken = float(weights[off].sum())
            mean = (held - float(weighted[off].sum())) / (total - taken)
            gain = (mean - held / total) * (1.0 if up else -1.0) / taken
            if best is None or gain > best[0]:
                best = (gain, place, cut, off)
    if best is None:
        return None
    _, place, cut, off = best
    return region.cut(place, cut.at, upper=cut.upper), inside & ~off


class _Cut(NamedTuple):
    """A peel at one end of a parameter: which end, the last value it takes off, of how many draws,
    and where the end then stands."""

    upper: bool
    last: float
    number: int
    at: float


def _cuts(there: F8) -> Iterator[_Cut]:
    """Yield the peel at either end of a parameter's values, which come in order.

    Draws of equal value go together, and an end stands halfway between two draws.
    """
    number = max(1, int(PEEL * there.size))
    last = float(there[number - 1])
    if last < there[-1]:
        off = int(there.searchsorted(last, "right"))
        yield _Cut(False, last, off, _between(last, float(there[off])))
    last = float(there[there.size - number])
    if last > there[0]:
        left = int(there.searchsorted(last, "left"))
        yield _Cut(True, last, there.size - left, _between(float(there[left - 1]), last))


def _between(first: float, second: float) -> float:
    return first + (second - first) / 2.0


def _mended(sample: _Sample, region: _Region, goal: _Goal) -> _Region:
    """Put each end where most is held, and drop conditions that hold little more."""
    for _ in range(_ROUNDS):
        for place in np.flatnonzero(region.restricted).tolist():
            region = _better_end(sample, region, goal, place, upper=False)
            region = _better_end(sample, region, goal, place, upper=True)
    excess = sample.excess(goal)
    for place in np.flatnonzero(region.restricted).tolist():
        fewer = region.without(place)
        kept = float(excess[fewer.holds(sample.values)].sum())
        enough = _WORTH * float(excess[region.holds(sample.values)].sum())
        if fewer.restricted.any() and kept >= enough and _is_beyond(sample, fewer, goal):
            region = fewer
    return region


def _better_end(
    sample: _Sample, region: _Region, goal: _Goal, place: int, *, upper: bool
) -> _Region:
    """Return the region with one end where the box holds most, or without it if that holds as much.

    Unchanged if the box would no longer lie beyond the bar.
    """
    ends = region.high if upper else region.low
    if not np.isfinite(ends[place]):
        return region
    free = region.without(place, low=not upper, high=upper)
    among = free.holds(sample.values)
    x, excess = sample.values[among, place], sample.excess(goal)[among]
    order = np.argsort(x if upper else -x, kind="stable")
    x, held = x[order], np.cumsum(excess[order])
    last = np.flatnonzero(np.append(x[1:] != x[:-1], False))  # an end stands between two values
    if not last.size:
        return region
    if held[-1] >= held[last].max() and free.restricted.any():
        return free if _is_beyond(sample, free, goal) else region
    best = last[int(held[last].argmax())]
    moved = ends.copy()
    moved[place] = _between(float(x[best]), float(x[best + 1]))
    changed = replace(region, high=moved) if upper else replace(region, low=moved)
    return changed if _is_beyond(sample, changed, goal) else region


def _is_beyond(sample: _Sample, region: _Region, goal: _Goal) -> bool:
    inside = region.holds(sample.values)
    return int(inside.sum()) >= FEWEST and goal.beyond(*pooled(sample.output, inside))


# --- a box ----------------------------------------------------------------------------------------


def find_box(told: Told, linchpins: Linchpins, truth: DrawTruth, bars: Sequence[Bar]) -> Box | None:
    """Return where a result flips under one reading; None where no such region can be shown.

    The first bar beyond which a region can be shown is used.

    Args:
        told: the reading's parameters.
        linchpins: what the result rests on.
        truth: in how many answers of each draw the test holds.
        bars: that divide the two answers.
    """
    made = output_of(truth)
    names = sorted(name for one in linchpins.found for name in one.parameters)
    if made is None or not names:
        return None
    output, used = made
    found = [told.parameters[told.places[name]] for name in names]
    sample = _Sample(np.stack([p.values[used] for p in found], axis=1), output)
    boxes = (_box(found, sample, bar, told.seed) for bar in bars)
    return next((box for box in boxes if box is not None), None)


def _box(found: Sequence[Parameter], sample: _Sample, bar: Bar, seed: int) -> Box | None:
    """Return where a result crosses one bar."""
    output = sample.output
    overall = output.mean
    fails = bar.met(overall)
    goal = _Goal(bar.at, up=fails != bar.at_least)
    region = _peel(sample, goal)
    if region is None:
        return None
    kept = _kept_back(sample, goal, seed)
    if kept is None:
        return None
    p, error = pooled(output, kept)
    if not goal.beyond(p, error):
        return None
    mass = float(output.weights[kept].sum() / output.weights.sum())
    spread = _Z80 * math.sqrt(mass * (1 - mass) / kept.size)
    conditions = tuple(_conditions(found, region, sample.values))
    box = Box(
        conditions,
        fails,
        bar.at,
        bar.says,
        mass,
        max(mass - spread, 0.0),
        min(mass + spread, 1.0),
        p,
        max(p - _Z80 * error, 0.0),
        min(p + _Z80 * error, 1.0),
        overall,
        int(kept.sum()),
        "",
    )
    return replace(box, sentence=_sentence(box, bar))


def _kept_back(sample: _Sample, goal: _Goal, seed: int) -> B1 | None:
    """Return which draws lie in the box that the other four fifths of the draws choose.

    None if fewer than four of the five choose any, or too few draws lie in them.
    """
    draws = len(sample.values)
    fold = np.random.default_rng([seed % 2**63, draws, FOLDS]).permutation(draws) % FOLDS
    kept, failed = np.zeros(draws, np.bool_), 0
    for number in range(FOLDS):
        back = fold == number
        region = _peel(sample.part(~back), goal)
        if region is None:
            failed += 1
            if failed > FOLDS - _FOLDS_WITH_A_BOX:
                return None
        else:
            kept |= back & region.holds(sample.values)
    return kept if int(kept.sum()) >= FEWEST else None


def _conditions(found: Sequence[Parameter], region: _Region, values: F8) -> Iterator[Condition]:
    for place in np.flatnonzero(region.restricted).tolist():
        parameter, x = found[place], values[:, place]
        low, low_strict = _end(parameter, float(region.low[place]), x, upper=False)
        high, high_strict = _end(parameter, float(region.high[place]), x, upper=True)
        strict = low_strict or high_strict
        says = condition_words(parameter, low, high, strict=strict)
        yield Condition(parameter.id, parameter.link, low, high, strict, parameter.unit, says)


def _end(parameter: Parameter, at: float, values: F8, *, upper: bool) -> tuple[float | None, bool]:
    """Return an end as stated, and whether it leaves out the value that does nothing.

    An end between that value and its neighbour is put on it: `raises`, and not `raises by over` the
    least that was drawn.
    """
    if not math.isfinite(at):
        return None, False
    neutral = parameter.neutral
    inside = values <= at if upper else values >= at
    if not parameter.directed or neutral not in values:
        return at, False
    outer = values[~inside].min() if upper else values[~inside].max()
    inner = values[inside].max() if upper else values[inside].min()
    if outer == neutral:
        return neutral, True
    return (neutral, False) if inner == neutral else (at, False)


def _sentence(box: Box, bar: Bar) -> str:
    *first, last = (one.says for one in box.conditions)
    where = f"{', '.join(first)} and {last}" if first else last
    verb = "fails" if box.fails else "would hold"
    beyond = "under" if box.fails == bar.at_least else "at or over"
    return (
        f"It {verb} where {where}: the probability there is {percent(box.probability)} "
        f"({_span(box)}), {beyond} the {round(100 * bar.at)} % {bar.says}; "
        f"{_mass(box.mass)} of draws lie there."
    )


def _span(box: Box) -> str:
    low, high = percent(box.low), percent(box.high)
    return low if low == high else f"{low.removesuffix(' %')} to {high}"


def _mass(mass: float) -> str:
    return "under 5 %" if mass < 0.05 else f"{round(100 * mass)} %"
