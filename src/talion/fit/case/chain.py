"""One chain of the sampler: its room, its beginning, its sweeps and what it keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talion.errors import FitError
from talion.fit.case.arrays import CELLS_PER_DAY, Chain, Specification
from talion.fit.case.specification import Problem

__all__ = [
    "Kept",
    "RunningChain",
    "compile_passes",
    "coordinates",
    "enter_events",
    "evaluate",
    "new_chain",
    "sweep",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

_SPREAD = 0.5  # of the first coordinates, in prior sds


@cache
def _compiled() -> tuple[Callable[..., float], Callable[..., int]]:
    """The two passes of `sweep_kernel`, compiled when first called."""
    from talion.fit.case.sweep_kernel import SOURCES, evaluate_pass, sweep_pass
    from talion.model.compiling import ENTRY
    from talion.model.kernel_cache import compile_cached

    return compile_cached(evaluate_pass, SOURCES, ENTRY), compile_cached(sweep_pass, SOURCES, ENTRY)


def coordinates(s: Specification) -> int:
    """How many Gaussian coordinates there are: scores, innovations, weeks of listing."""
    weeks = -(-s.days // 7) * int((s.l_weekly >= 0).sum())
    return len(s.p_middle) + s.shocks * int((s.f_shock >= 0).sum()) + weeks


def new_chain(problem: Problem, events: int, seed: int = 0) -> Chain:
    """Return room for a chain, at the middle of every prior, signs as stated, no event entered.

    Args:
        problem: what is fitted.
        events: room for this many events.
        seed: of the chain's own generator.
    """
    s = problem.arrays
    k, c, d, g = len(s.usual), len(s.class_type), s.days, len(s.g_arrow)
    f, cells, x = len(s.f_kind), s.days * CELLS_PER_DAY, coordinates(s)
    shapes: dict[str, Any] = {
        "x": x, "v": len(s.p_middle), "rate": k, "weight": c, "a": g, "b": g, "asked": (g, 4), "left": g, "mu": k,
        "z": (d + 1, f), "z_ref": f, "rest": f, "pull": f, "shake": f, "gain": len(s.r_factor),
        "mix_gain": len(s.m_factor), "kick": len(s.j_factor), "coefficient": len(s.i_source),
        "base": (k, d), "mix": (d, c), "weekly": (k, -(-d // 7)), "attended": k, "cell": (g, cells),
        "state": (g, cells + 1), "seen": (g, events), "flow": (k, cells), "expected": k, "felt": events, "time": events, "daily": (d, c),
        "number": len(s.t_value), "moment": len(s.q_low), "part": k + 4, "old": x, "ellipse": x,
        "spare": c + f, "said": events, "marked": events,
    }  # fmt: skip
    whole = {"events": 1, "kind": events, "row": events, "size": events, "order": events,
             "dirty": k, "moved": f, "before": len(problem.arrows), "route": (3, c + f), "tally": (8, 2)}  # fmt: skip
    room: dict[str, Any] = {name: np.zeros(shape) for name, shape in shapes.items()}
    room |= {name: np.zeros(shape, np.int64) for name, shape in whole.items()}
    room["sign"] = np.array([a.sign for a in problem.arrows], np.int64)
    if problem.options.reading == "opponent":
        for i, arrow in enumerate(problem.arrows):
            if problem.case.links[arrow.link].contested:
                room["sign"][i] = -arrow.sign
    room["moment"] = (s.q_low + s.q_high) / 2.0
    room["random"] = np.array([seed], np.uint64)
    return Chain(**room)


def enter_events(ch: Chain, times: F8, classes: I8, rows: I8, sizes: I8) -> None:
    """Put events into a chain that has none.

    Args:
        ch: the chain.
        times: [n] days since the window's start.
        classes, rows, sizes: [n] of each event; row -1 for an unlisted one.
    """
    n = len(times)
    ch.events[0] = n
    ch.time[:n], ch.kind[:n], ch.row[:n], ch.size[:n] = times, classes, rows, sizes
    ch.order[:n] = np.argsort(times, kind="stable")
    ch.daily[:] = 0.0
    np.add.at(ch.daily, (np.floor(times).astype(np.int64), classes), sizes)


def evaluate(problem: Problem, ch: Chain) -> float:
    """Log-likelihood of everything at the chain's present state; its `part` holds the terms."""
    return float(_compiled()[0](problem.arrays, ch))


def compile_passes(problem: Problem) -> None:
    """Compile what a `RunningChain` runs, or read it from the cache: once, not in every thread."""
    ch = new_chain(problem, 8)
    evaluate(problem, ch)
    width = len(ch.x) + len(ch.sign) + len(ch.part)
    _compiled()[1](problem.arrays, ch, 0, np.empty((0, width)))


def sweep(problem: Problem, ch: Chain, sweeps: int) -> bool:
    """Run sweeps on a chain as it stands after `evaluate`.

    Returns:
        Whether there was room for every unlisted event; without it the chain is of no more use.
    """
    width = len(ch.x) + len(ch.sign) + len(ch.part)
    return _compiled()[1](problem.arrays, ch, sweeps, np.empty((sweeps, width))) == 0


def _begin(problem: Problem, room: int, rng: np.random.Generator) -> Chain:
    """A chain at a random beginning: rows within their intervals, coordinates and signs drawn."""
    s = problem.arrays
    ch = new_chain(problem, room, int(rng.integers(0, 2**63)))
    ch.x[:] = _SPREAD * rng.standard_normal(len(ch.x))
    free = s.free_arrow == 1
    either = problem.options.reading == "no_view"
    drawn = rng.integers(-1, 2, len(ch.sign))
    held = {name for name, _ in problem.options.fixed}
    known = np.array([problem.parameters[p] in held for p in s.a_strength], np.bool_)
    drawn = np.where(known, ch.sign, drawn)
    ch.sign[:] = np.where(free | either, drawn, ch.sign)
    ch.moment[:] = s.q_low + (s.q_high - s.q_low) * rng.random(len(s.q_low))
    times = _ordered_times(problem, rng)
    classes = np.array([rng.choice(np.flatnonzero(row)) for row in s.row_allowed], np.int64)
    enter_events(ch, times, classes, np.arange(len(times)), s.row_weight)
    if not np.isfinite(evaluate(problem, ch)):
        raise _impossible(problem, ch)
    return ch


def _impossible(problem: Problem, ch: Chain) -> FitError:
    """What to say where a record has no chance at all: which of its parts."""
    names = [*problem.case.events, "marks", "listing", "totals", "absences"]
    wrong = [name for name, part in zip(names, ch.part, strict=True) if not np.isfinite(part)]
    return FitError(
        "the record is impossible under the model",
        place=f"case {problem.case.name}, likelihood of {', '.join(wrong)}",
        remedy="look for shares or rates that the case fixes at 0 or 100 %",
    )


def _ordered_times(problem: Problem, rng: np.random.Generator) -> F8:
    """Times within the rows' intervals that keep the coded order."""
    s = problem.arrays
    times: F8 = s.row_low + (s.row_high - s.row_low) * rng.random(len(s.row_low))
    for _ in range(len(times) + 1):
        wrong = [(i, int(j)) for i, j in enumerate(s.row_after) if j >= 0 and times[i] <= times[j]]
        if not wrong:
            return times
        for i, j in wrong:
            low = max(float(s.row_low[i]), float(times[j]))
            if low >= s.row_high[i]:  # the earlier one must come earlier
                times[j] = s.row_low[j] + 0.5 * (s.row_high[i] - s.row_low[j]) * rng.random()
                low = float(times[j])
            times[i] = low + (s.row_high[i] - low) * (0.001 + 0.998 * rng.random())
    ids = [problem.record.rows[i].id for i, _ in wrong]
    raise FitError(
        "the coded order of events cannot be kept within their intervals",
        place="record, after", value=ids, remedy="look at `after` and the dates of these rows",
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Kept:
    """What one chain kept: n rows of numbers, and the events of every `thin`-th row."""

    x: NDArray[np.float32]
    """[n, X]"""
    sign: NDArray[np.int8]
    """[n, A]"""
    part: F8
    """[n, K + 4]"""
    weekly: NDArray[np.float32]
    """[n, K, weeks] events of each type in each week of the window."""
    offsets: I8
    """[m + 1]"""
    times: F8
    classes: I8
    rows: I8
    accepted: F8
    """[8] share accepted of each kind of move."""


class RunningChain:
    """One chain from a random beginning, which can be run on.

    Its numbers depend on its seed alone, in however many pieces it is run.

    Args:
        problem: what is fitted.
        seed: of the chain.
        thin: every how many sweeps the events are kept too.

    Raises:
        FitError: the record cannot be had under the model.
    """

    def __init__(self, problem: Problem, seed: np.random.SeedSequence, thin: int) -> None:
        self._problem, self._seed, self._thin = problem, seed, thin
        self._room = 64 + 4 * (len(problem.record.rows) + _most(problem))
        self._begin()

    def _begin(self) -> None:
        self._chain = _begin(self._problem, self._room, np.random.default_rng(self._seed))
        self._rows: list[tuple[NDArray[np.float32], NDArray[np.int8], F8]] = []
        self._weeks: list[NDArray[np.float32]] = []
        self._events: list[tuple[F8, I8, I8]] = []
        self._tallies = [self._chain.tally.copy()]

    def run_to(self, sweeps: int, progress: Callable[[int], None] | None = None) -> None:
        """Run on until so many sweeps are done, a multiple of `thin`, since the beginning.

        Args:
            sweeps: in all.
            progress: called with the number of sweeps done since the last call.

        Raises:
            FitError: unlisted events grow without bound.
        """
        while len(self._rows) * self._thin < sweeps:
            if self._piece():
                if progress:
                    progress(self._thin)
                continue
            self._room *= 4
            if self._room > 400_000:
                raise FitError(
                    "unlisted events grow without bound",
                    remedy="narrow `usual`, `listing` or the strengths of links that answer themselves",
                )
            self._begin()

    def _piece(self) -> bool:
        """Run `thin` sweeps and keep them; False if there was no room for an unlisted event."""
        s, ch = self._problem.arrays, self._chain
        width, signed = len(ch.x), len(ch.x) + len(ch.sign)
        rows = np.empty((self._thin, signed + len(ch.part)))
        if _compiled()[1](s, ch, self._thin, rows) != 0:
            return False
        x, sign, part = rows[:, :width], rows[:, width:signed], rows[:, signed:].copy()
        self._rows.append((x.astype(np.float32), sign.astype(np.int8), part))
        self._weeks.append(_by_week(s, ch))
        self._events.append(_events(ch))
        self._tallies.append(ch.tally.copy())
        return True

    def kept(self, burn: int) -> Kept:
        """Return what was kept after so many sweeps, a multiple of `thin`."""
        first = burn // self._thin
        rows, pasts = self._rows[first:], self._events[first:]
        tally = self._tallies[-1] - self._tallies[first]
        return Kept(
            x=np.concatenate([row[0] for row in rows]),
            sign=np.concatenate([row[1] for row in rows]),
            part=np.concatenate([row[2] for row in rows]),
            weekly=np.stack(self._weeks[first:]),
            offsets=np.cumsum([0, *(len(p[0]) for p in pasts)]).astype(np.int64),
            times=np.concatenate([p[0] for p in pasts]),
            classes=np.concatenate([p[1] for p in pasts]),
            rows=np.concatenate([p[2] for p in pasts]),
            accepted=tally[:, 1] / np.maximum(tally[:, 0], 1),
        )


def _most(problem: Problem) -> int:
    """Most events that any total speaks of."""
    return max((t.value for t in problem.record.totals), default=50)


def _events(ch: Chain) -> tuple[F8, I8, I8]:
    """Times, classes and rows in order; an event that stands for several comes several times."""
    order = ch.order[: ch.events[0]]
    times = ch.size[order]
    return (
        np.repeat(ch.time[order], times),
        np.repeat(ch.kind[order], times),
        np.repeat(ch.row[order], times),
    )


def _by_week(s: Specification, ch: Chain) -> NDArray[np.float32]:
    n = int(ch.events[0])
    out = np.zeros((len(s.usual), -(-s.days // 7)), np.float32)
    week = (ch.time[:n] // 7).astype(np.int64)
    np.add.at(out, (s.class_type[ch.kind[:n]], week), ch.size[:n])
    return out
