"""The posterior of one reading: chains, what is kept of them, and whether they agree."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from talion.errors import FitError, InputError
from talion.fit.case.chain import (
    Kept,
    RunningChain,
    compile_passes,
    enter_events,
    evaluate,
    new_chain,
)
from talion.fit.case.result import FittedReading, Gate
from talion.fit.case.specification import Problem
from talion.fit.convergence import LEAST_ESS, MOST_R_HAT, convergence
from talion.model.past import Past
from talion.model.posterior import PosteriorDraws

__all__ = ["FOR_SIXTY_DRAWS", "FULL", "THIN", "Gauge", "reported", "sample_reading"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


class Gauge(NamedTuple):
    """What a reported quantity must pass."""

    r_hat: float
    """R-hat below this."""
    ess: float
    """Bulk and tail effective sizes above this."""


FULL = Gauge(MOST_R_HAT, LEAST_ESS)
FOR_SIXTY_DRAWS = Gauge(1.05, 100.0)
"""For readings of which no more than sixty draws are ever used."""

THIN = 10
"""Sweeps between kept pasts."""
_PASTS = 8  # over which the likelihood of parameters is averaged


def sample_reading(
    problem: Problem,
    *,
    seed: int,
    chains: int = 4,
    sweeps: int = 5000,
    longest: int | None = None,
    burn: int | None = None,
    keep: int = 200,
    gate: Gauge | None = None,
    cores: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> FittedReading:
    """Sample links, listing, escalation, times and unlisted events of a case together.

    Chains whose reported quantities miss the gate are run on, half as long again each time, and what
    is thrown away grows with them. To look several times lets a gate be passed by luck a little
    more often than one look would; hence gates well above what the draws are used for.

    Args:
        problem: what is fitted.
        seed: the same seed gives the same draws, whatever the number of threads.
        chains: independent chains, two at least.
        sweeps: kept of each chain.
        longest: sweeps kept beyond which no chain is run on; by default none is.
        burn: thrown away before; by default a quarter of the sweeps kept.
        keep: draws in the result, evenly from all chains.
        gate: what a reported quantity must pass; `FULL` by default.
        cores: threads.
        progress: called with the number of sweeps done since the last call and of those still to do.

    Returns:
        Draws with diagnostics; `verdict` says if the chains do not agree.

    Raises:
        InputError: too few chains or sweeps.
        FitError: the record cannot be had under the model.

    References:
        Tanner and Wong (1987), JASA 82: 528, for parameters and latent events in turn; Glynn and
        Whitt (1992), Annals of Applied Probability 2: 180, for stopping by the draws themselves.
    """
    if chains < 2 or sweeps < 4 * THIN or keep < 2 or cores < 1:
        raise InputError(
            f"at least two chains, {4 * THIN} sweeps, two draws and one thread are needed",
            value=(chains, sweeps, keep, cores),
        )
    began = time.perf_counter()
    lock = threading.Lock()
    whole = done = 0

    def tell(sweeps_done: int) -> None:
        nonlocal done
        with lock:
            done += sweeps_done
            if progress is not None:
                progress(sweeps_done, whole - done)

    compile_passes(problem)
    with ThreadPoolExecutor(cores) as pool:
        seeds = np.random.SeedSequence(seed).spawn(chains)
        running = list(pool.map(lambda own: RunningChain(problem, own, THIN), seeds))
        length = _whole(sweeps)
        while True:
            burned = _whole(length / 4 if burn is None else burn)
            whole = chains * (burned + length)
            run = partial(RunningChain.run_to, sweeps=burned + length, progress=tell)
            list(pool.map(run, running))
            kept = [chain.kept(burned) for chain in running]
            gates = tuple(_gates(problem, kept))
            verdict = _verdict(gates, gate or FULL)
            longer = _whole(1.5 * length)
            if not verdict or longer > (longest or 0):
                break
            length = longer
    draws, chosen = _draws(problem, kept, keep)
    return FittedReading(
        draws=draws,
        log_likelihood=_parameter_likelihood(problem, kept, chosen),
        log_prior=_log_prior(problem, kept, chosen),
        convergence=gates,
        verdict=verdict,
        informed=problem.informed,
        sweeps=length,
        seconds=time.perf_counter() - began,
        observation=_observation(problem, kept, chosen),
    )


def _whole(sweeps: float) -> int:
    """Return a number of sweeps as pieces of `THIN`, one at least."""
    return max(1, int(sweeps) // THIN) * THIN


# --- reported quantities --------------------------------------------------------------------------


def reported(problem: Problem, kept: list[Kept]) -> Iterator[tuple[str, F8]]:
    """Yield what results rest on, by name, as [chains, kept draws].

    Signed strengths of the arrows that the record can inform, usual rates, listed shares,
    escalation, the imputed number of events in every week of types with totals, and the
    log-likelihood.
    """
    s = problem.arrays
    index = {name: i for i, name in enumerate(problem.parameters)}
    x = np.stack([k.x[THIN - 1 :: THIN] for k in kept]).astype(np.float64)
    sign = np.stack([k.sign[THIN - 1 :: THIN] for k in kept])
    informed = set(problem.informed)
    for a, arrow in enumerate(problem.arrows):
        p = int(s.a_strength[a])
        if arrow.link in informed and problem.sampled[p]:
            # The normal score of the magnitude, put on the side that the arrow's sign says.
            size = x[:, :, p] + 4.0
            yield problem.parameters[p], sign[:, :, a] * size
    for name in problem.record.types:
        for parameter in (f"usual/{name}", f"listing/{name}"):
            if parameter in index and problem.sampled[index[parameter]]:
                yield parameter, x[:, :, index[parameter]]
    for f, name in enumerate(problem.factors):
        if s.f_kind[f] == 2 and s.f_shock[f] >= 0:
            yield f"sd/{name}", x[:, :, s.f_noise[f]]
    weekly = np.stack([k.weekly for k in kept]).astype(np.float64)
    for k, name in enumerate(problem.case.events):
        if name in problem.record.types and problem.case.events[name].totals:
            for w in range(weekly.shape[3]):
                yield f"events/{name}/week {w + 1}", weekly[:, :, k, w]
            yield f"events/{name}", weekly[:, :, k, :].sum(axis=2)
    yield "log-likelihood", np.stack([k.part[THIN - 1 :: THIN].sum(axis=1) for k in kept])


def _gates(problem: Problem, kept: list[Kept]) -> Iterator[Gate]:
    for name, values in reported(problem, kept):
        found = convergence(values)
        yield name, found.r_hat, found.ess_bulk, found.ess_tail


def _verdict(gates: tuple[Gate, ...], gate: Gauge) -> str:
    """Empty if all pass; else a sentence with the worst."""
    failed = [g for g in gates if not (g[1] < gate.r_hat and min(g[2], g[3]) > gate.ess)]
    if not failed:
        return ""
    worst = max(failed, key=lambda g: (g[1], -min(g[2], g[3])))
    return (
        f"not converged: {len(failed)} of {len(gates)} reported quantities miss R-hat below "
        f"{gate.r_hat} or effective size above {gate.ess:g}; worst {worst[0]}, R-hat "
        f"{worst[1]:.3f}, effective size {min(worst[2], worst[3]):.0f}; use more sweeps"
    )


# --- draws ----------------------------------------------------------------------------------------


def _chosen(kept: list[Kept], keep: int) -> list[tuple[int, int]]:
    """Chain and kept past of each draw, chains in turn."""
    length = len(kept[0].weekly)
    each = min(length, -(-keep // len(kept)))
    rows = np.unique(np.round(np.linspace(0, length - 1, each)).astype(int))
    return [(c, int(i)) for i in rows for c in range(len(kept))][:keep]


def _draws(
    problem: Problem, kept: list[Kept], keep: int
) -> tuple[PosteriorDraws, list[tuple[int, int]]]:
    from talion.model.compile import parameter_names

    s = problem.arrays
    chosen = _chosen(kept, keep)
    at = [(c, (i + 1) * THIN - 1) for c, i in chosen]
    x = np.stack([kept[c].x[i] for c, i in at]).astype(np.float64)
    sign = np.stack([kept[c].sign[i] for c, i in at]).astype(np.float64)
    known, turned = parameter_names(problem.case, problem.options.reading)
    scores = {
        name: x[:, i].copy()
        for i, name in enumerate(problem.parameters)
        if problem.sampled[i] and name in known
    }
    scores |= {n: np.full(len(x), z) for n, z in problem.held.items() if n in known}
    held = {name for name, _ in problem.options.fixed}
    signs = {
        arrow.name: sign[:, a].copy()
        for a, arrow in enumerate(problem.arrows)
        if arrow.name in turned
        and (s.free_arrow[a] == 1 or problem.parameters[s.a_strength[a]] in held)
    }
    innovations = {
        name: x[:, int(s.f_shock[f]) : int(s.f_shock[f]) + s.shocks].copy()
        for f, name in enumerate(problem.factors)
        if s.f_shock[f] >= 0
    }
    pasts = [_past_of(kept[c], i) for c, i in chosen]
    past = Past(
        start=s.start,
        end=s.start + s.days,
        offsets=np.cumsum([0, *(len(p[0]) for p in pasts)]).astype(np.int64),
        times=s.start + np.concatenate([p[0] for p in pasts]),
        classes=np.concatenate([p[1] for p in pasts]),
        rows=np.concatenate([p[2] for p in pasts]),
        row_ids=tuple(row.id for row in problem.record.rows),
        innovations=innovations,
    )
    return (
        PosteriorDraws(problem.options.reading, scores, signs, past, problem.options.strength),
        chosen,
    )


def _observation(
    problem: Problem, kept: list[Kept], chosen: list[tuple[int, int]]
) -> dict[str, F8]:
    """Scores of what belongs to the fit alone: scales of totals, terms of listing and its weeks."""
    from talion.model.compile import parameter_names

    s = problem.arrays
    known, _ = parameter_names(problem.case, problem.options.reading)
    x = np.stack([kept[c].x[(i + 1) * THIN - 1] for c, i in chosen]).astype(np.float64)
    found = {
        name: x[:, i].copy()
        for i, name in enumerate(problem.parameters)
        if problem.sampled[i] and name not in known
    }
    weeks = -(-s.days // 7)
    for k, name in enumerate(problem.case.events):
        first = int(s.l_weekly[k])
        if first >= 0:
            found |= {
                f"fit/listing-week/{name}/{w + 1}": x[:, first + w].copy() for w in range(weeks)
            }
    return found


def _past_of(kept: Kept, i: int) -> tuple[F8, I8, I8]:
    own = slice(int(kept.offsets[i]), int(kept.offsets[i + 1]))
    return kept.times[own], kept.classes[own], kept.rows[own]


def _log_prior(problem: Problem, kept: list[Kept], chosen: list[tuple[int, int]]) -> F8:
    own = np.flatnonzero(problem.sampled)
    x = np.stack([kept[c].x[(i + 1) * THIN - 1, own] for c, i in chosen]).astype(np.float64)
    return np.asarray(-0.5 * (x**2 + np.log(2 * np.pi)).sum(axis=1))


def _parameter_likelihood(problem: Problem, kept: list[Kept], chosen: list[tuple[int, int]]) -> F8:
    """Log-likelihood of each draw's parameters, averaged over pasts of other draws.

    The likelihood of the record given parameters alone would need an integral over all pasts. This
    is the expectation of the complete-data log-likelihood instead, over the same few posterior
    pasts for every draw (Dempster, Laird and Rubin 1977, JRSS B 39: 1), so that its variation is
    the parameters' own. It counts unlisted events as if they were known and so overstates a little
    what the record says.
    """
    s = problem.arrays
    types, params = len(s.usual), len(s.p_middle)
    chosen_pasts = [chosen[i] for i in np.linspace(0, len(chosen) - 1, _PASTS).astype(int)]
    total = np.zeros(len(chosen))
    for c, i in chosen_pasts:
        times, classes, rows = _past_of(kept[c], i)
        ch = new_chain(problem, len(times))
        for d, (cc, ii) in enumerate(chosen):
            row = (ii + 1) * THIN - 1
            ch.x[:] = kept[c].x[(i + 1) * THIN - 1]
            ch.x[:params] = kept[cc].x[row, :params]
            ch.sign[:] = kept[cc].sign[row]
            enter_events(ch, times, classes, rows, np.ones(len(times), np.int64))
            evaluate(problem, ch)
            total[d] += ch.part[: types + 1].sum() / len(chosen_pasts)
    if not np.isfinite(total).all():
        raise FitError("a draw's parameters cannot have made the record")
    return total
