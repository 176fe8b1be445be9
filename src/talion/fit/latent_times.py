"""Posterior of the linear process where times are known to an interval: a day, a week, a month.

The times are unknowns like the parameters and are sampled with them, which takes both at their
word: given the parameters, single times move within their interval (Metropolis); given the times,
each target's rates move by Hamiltonian steps and the common half-life by a slice step. A coded
order between two events is kept; all else about the order within a day is left open.

Zhou and Papadogeorgou (2022), arXiv 2211.16552, treat times known to the day in the same spirit.
One common half-life only, sampled or given; marks do not act in the linear process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError, RecordError
from talion.fit.draws import LinearDraws, judged, matching_priors, quantity_names
from talion.fit.events import EventTable
from talion.fit.priors import LinearPriors, default_priors

if TYPE_CHECKING:
    from talion.fit.latent_kernel import Latent, Room

__all__ = ["LatentPosterior", "sample_latent"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

IMPUTATIONS = 5  # draws of each chain whose times are kept whole
_WINDOWS = (0.1, 0.2, 0.3, 0.4)  # of the tuning draws; the preconditioner is renewed after each


@dataclass(frozen=True, eq=False, kw_only=True)
class LatentPosterior(LinearDraws):
    """Draws of parameters and times; the times are kept summed up, and whole for a few draws."""

    half_life: F8
    """[chains, draws] days; constant where it was given."""
    log_likelihood: F8
    """[chains, draws] given each draw's imputed times."""
    time_mean: F8
    """[n] posterior mean of each event's time, days, in the order of the table."""
    time_sd: F8
    """[n] its standard deviation; 0 for an exact time."""
    imputations: F8
    """[chains, I, n] all times of some draws, days, in the order of the table."""
    imputed_draws: NDArray[np.int64]
    """[I] of which draws of each chain."""

    @property
    def imputed(self) -> int:
        """How many times were imputed."""
        return int((self.time_sd > 0).sum())

    @property
    def verdict(self) -> str:
        """One sentence for every place where a result of this fit is shown."""
        times = f"{self.imputed} of {len(self.time_sd)} times imputed"
        if self.converged:
            return f"{self.passing}; {times}."
        return f"NOT CONVERGED: {', '.join(self.failing)}; {times}. Draw more."

    def values(self) -> F8:
        """[Q, chains, draws] every parameter, the branching ratio and the log-likelihood.

        The log-likelihood depends on every imputed time.
        """
        return self._stacked(self.answers, self.half_life, self.log_likelihood)


@cache
def _compiled() -> Callable[..., None]:
    from talion.fit.latent_kernel import OPTIONS, SOURCES, iterate
    from talion.model.kernel_cache import compile_cached

    return compile_cached(iterate, SOURCES, OPTIONS)


def _ordered(
    low: F8, high: F8, pairs: Sequence[tuple[int, int]]
) -> tuple[list[int], F8, list[list[int]]]:
    """Events with predecessors first, the latest each may be, and each event's predecessors."""
    n = len(low)
    before: list[list[int]] = [[] for _ in range(n)]
    after: list[list[int]] = [[] for _ in range(n)]
    for later, earlier in pairs:
        if not (0 <= earlier < n and 0 <= later < n) or earlier == later:
            raise RecordError(
                "an order needs two different rows of the table",
                place="after",
                value=(later, earlier),
            )
        before[later].append(earlier)
        after[earlier].append(later)
    waiting = [len(b) for b in before]
    ready = [i for i in range(n) if not waiting[i]]
    for i in ready:
        for j in after[i]:
            waiting[j] -= 1
            if not waiting[j]:
                ready.append(j)
    if len(ready) < n:
        stuck = next(i for i in range(n) if waiting[i])
        raise RecordError("the coded order goes in a circle", place=f"after, row {stuck}")
    latest = high.copy()
    for i in reversed(ready):
        latest[i] = min([latest[i], *[latest[j] for j in after[i]]])
    return ready, latest, before


def _bounds(table: EventTable) -> tuple[F8, F8]:
    """[n] intervals, cut at the period: no event of the history moves into it."""
    low = table.times
    edge = np.where(np.arange(len(low)) < table.first, table.start, table.end)
    return low, np.minimum(low + table.widths, edge)


def latent_state(
    table: EventTable, after: Sequence[tuple[int, int]], rng: np.random.Generator
) -> Latent:
    """Return the events at times drawn within their intervals, in the coded order.

    Raises:
        RecordError: the order cannot be kept within the intervals.
    """
    from talion.fit.latent_kernel import Latent

    low, high = _bounds(table)
    ready, latest, before = _ordered(low, high, after)
    times, u = low.copy(), rng.random(len(low))
    for i in ready:
        least = max([low[i], *[times[j] for j in before[i]]])
        # Half of what is left at most, so that followers have room.
        room = (latest[i] - least) * (0.5 if after else 1.0)
        times[i] = least + u[i] * room if low[i] < high[i] else low[i]
        if any(times[i] <= times[j] for j in before[i]):
            raise RecordError(
                "an event cannot come after another within their intervals",
                place=f"after, row {i}",
                value=float(low[i]),
                remedy="correct the dates or leave the order out",
            )
    order = np.argsort(times, kind="stable").astype(np.int64)
    pairs = np.array(list(after), np.int64).reshape(-1, 2)
    return Latent(
        times=times, low=low.copy(), high=high, types=table.types.copy(), order=order,
        place=np.argsort(order).astype(np.int64), rates=np.ones(len(low)),
        earlier=pairs[:, 1].copy(), later=pairs[:, 0].copy(),
        first=table.first, start=table.start, end=table.end,
    )  # fmt: skip


def room(n: int, types: int) -> Room:
    """Working room for n events of so many types."""
    from talion.fit.latent_kernel import Room

    rows = [np.zeros(types + 1) for _ in range(4)]
    return Room(np.ones(n), np.zeros((n, types)), np.zeros(types), np.zeros(types), *rows)


def _preconditioner(kept: F8, types: int) -> F8:
    """[K, K + 1, K + 1] Cholesky factors of each row's covariance, drawn a little to one."""
    factors = np.empty((types, types + 1, types + 1))
    for k in range(types):
        x = kept[:, k * (types + 1) : (k + 1) * (types + 1)]
        weight = len(x) / (len(x) + 10.0)
        factors[k] = np.linalg.cholesky(
            weight * np.atleast_2d(np.cov(x.T)) + (1 - weight) * np.eye(types + 1)
        )
    return factors


@dataclass(frozen=True, eq=False)
class _Task:
    """What every chain is given."""

    table: EventTable
    after: tuple[tuple[int, int], ...]
    priors: LinearPriors
    life: F8
    tune: int
    ends: I8
    """Numbers of kept draws after which the times are copied; the last is all of them."""
    sweeps: int


def _chain(task: _Task, seed: np.random.SeedSequence) -> tuple[F8, F8, F8, F8]:
    """Kept scores, log-likelihoods, sums of times and some whole times of one chain."""
    rng = np.random.default_rng(seed)
    k, prior = len(task.table.names), task.priors
    e = latent_state(task.table, task.after, rng)
    w, n, free = room(len(e.times), k), len(e.times), prior.half_life is not None
    random = rng.integers(0, 2**63, 1).astype(np.uint64)
    scores = 0.5 * rng.normal(size=k * (k + 1) + 1)
    scores[-1] *= free
    factors, steps = np.broadcast_to(np.eye(k + 1), (k, k + 1, k + 1)).copy(), np.full(k, 0.2)
    run = _compiled()

    def go(length: int, learn: bool) -> tuple[F8, F8, F8]:
        kept, values, sums = np.empty((length, len(scores))), np.empty(length), np.zeros((2, n))
        run(
            e, scores, factors, steps, prior.background, prior.background_sd,
            np.ascontiguousarray(prior.answers[:, 0, :]), task.life, free, learn, task.sweeps,
            w, random, kept, values, sums,
        )  # fmt: skip
        return kept, values, sums

    for share in _WINDOWS:
        kept = go(max(2, round(share * task.tune)), True)[0]
        if share < _WINDOWS[-1]:
            factors[:] = _preconditioner(kept, k)
    parts, times = [], []
    for length in np.diff(task.ends, prepend=0):
        parts.append(go(int(length), False))
        times.append(e.times.copy())
    scores_kept, values, sums = zip(*parts, strict=True)
    return (
        np.concatenate(scores_kept), np.concatenate(values), np.sum(sums, axis=0), np.array(times),
    )  # fmt: skip


def _life(prior: LinearPriors, half_life: float | None) -> F8:
    """[2] median and sd of the half-life, for the compiled steps."""
    if half_life is not None and not (np.isfinite(half_life) and half_life > 0):
        raise InputError("a half-life is a positive number of days", value=half_life)
    given = prior.half_life if half_life is None else half_life
    return np.array([given, prior.half_life_sd], np.float64)


def sample_latent(
    table: EventTable,
    half_life: float | None = None,
    *,
    seed: int,
    after: Sequence[tuple[int, int]] = (),
    priors: LinearPriors | None = None,
    chains: int = 4,
    draws: int = 2000,
    tune: int = 1000,
    sweeps: int = 4,
    cores: int = 2,
) -> LatentPosterior:
    """Sample parameters and event times together, where times are known to intervals.

    Args:
        table: events with their `widths`, period and history. Exact times stay as they are.
        half_life: days; None samples it.
        seed: the same seed gives the same draws, whatever the number of threads.
        after: (row, earlier row) of the table, sorted as it is: the first is known to come later.
        priors: `default_priors` if not given; print their `sentences` beside every result.
        chains: independent chains, two at least.
        draws: kept draws of each chain.
        tune: draws of each chain that adapt the sampler and are thrown away.
        sweeps: moves of every time in each draw.
        cores: threads.

    Returns:
        Draws with diagnostics. One that has not converged says so in `verdict`. Without events
        the answers and half-life stay at their priors.

    Raises:
        RecordError: a coded order cannot be kept.
        InputError: a request is impossible.

    >>> from talion.fit.events import event_table
    >>> days = event_table([3, 3, 8], widths=1.0, start=0, end=30, names=["raid"])
    >>> fit = sample_latent(days, 2.0, seed=1, draws=20, tune=20)
    >>> fit.imputed, fit.converged, bool((abs(fit.time_mean - days.times - 0.5) < 0.5).all())
    (3, False, True)
    """
    if chains < 2 or draws < 4 or tune < 10 or sweeps < 1 or cores < 1:
        raise InputError(
            "at least two chains, four draws, ten of tuning, one sweep and one thread are needed",
            value=(chains, draws, tune, sweeps, cores),
        )
    k = len(table.names)
    prior = priors or default_priors(table, free=half_life is None)
    life = _life(prior, half_life)
    matching_priors(prior, k, 1, free=half_life is None)
    ends = np.linspace(0, draws, min(IMPUTATIONS, draws) + 1).astype(np.int64)[1:]
    task = _Task(table, tuple(after), prior, life, tune, ends, sweeps)
    _compiled()
    with ThreadPoolExecutor(cores) as pool:
        made = list(pool.map(lambda s: _chain(task, s), np.random.SeedSequence(seed).spawn(chains)))
    kept = np.array([one[0] for one in made])
    rows = kept[:, :, :-1].reshape(chains, draws, k, k + 1)
    scores = [rows[..., 0], rows[..., 1:].reshape(chains, draws, k * k)]
    if half_life is None:
        scores.append(kept[:, :, -1:])
    flat = np.concatenate(scores, axis=2).reshape(chains * draws, -1)
    natural = np.array([prior.natural(x)[0] for x in flat]).reshape(chains, draws, -1)
    first, second = np.sum([one[2] for one in made], axis=0) / (chains * draws)
    found = LatentPosterior(
        names=table.names,
        background=natural[:, :, :k].copy(),
        answers=natural[:, :, k : k + k * k].reshape(chains, draws, k, k).copy(),
        half_life=natural[:, :, -1].copy()
        if half_life is None
        else np.full((chains, draws), float(half_life)),
        log_likelihood=np.array([one[1] for one in made]),
        quantities=(
            *quantity_names(table.names, None if half_life is None else [half_life]),
            "log-likelihood",
        ),
        time_mean=table.times + first,
        time_sd=np.sqrt(np.maximum(second - first**2, 0.0)) * (table.widths > 0),
        imputations=np.array([one[3] for one in made]),
        imputed_draws=ends - 1,
        priors=prior,
        period=(table.start, table.end),
        history_start=table.history_start,
        seed=seed,
        versions=tuple((p, version(p)) for p in ("talion", "numpy", "numba")),
    )
    return judged(found)
