"""What the record shows week by week, told in advance by a fit of the weeks before.

The probability of a week's rows, totals and absences, given the weeks before, is an integral over
everything that nobody saw: parameters, latent factors, unlisted events, times within the day. Here
it is done by particles (Gordon, Salmond and Smith 1993, IEE Proceedings F 140: 107). Each starts from a
posterior draw of the weeks before and goes on day by day:

- recorded rows are entered at times uniform in their intervals, with a class that the row allows;
- unlisted events are proposed from the rates as they stand at the day's beginning;
- the weight is the day's complete-data likelihood over the density of what was proposed,

    w = prod_i [lambda_k(t_i) m_c(t_i) r_i] exp(-sum_k int lambda_k) p(totals) p(absences) / q(proposed),

with lambda the rate of the type, m the share of the class, r the chance to be listed, or not to be
where the event is unlisted. Days without rows count: there the integral alone speaks. The mean weight
is an unbiased estimate of the probability whatever the number of particles.

Particles come in islands that know nothing of one another, so that their spread tells the error.
Rows are densities in days; the measure is the same for every set of links, so differences do not
depend on it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from talion.errors import FitError, InputError
from talion.fit.case.chain import compile_passes, coordinates
from talion.fit.case.islands import Island, Told
from talion.fit.case.moves import Moves
from talion.fit.case.particle import Particle
from talion.fit.case.result import FittedReading
from talion.fit.case.specification import Problem, problem_of
from talion.fit.case.weeks import DAYS, weeks_of

__all__ = ["IslandScores", "from_fit", "from_prior", "score_weeks"]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Rng = np.random.Generator


@dataclass(frozen=True, eq=False)
class IslandScores:
    """What the islands found.

    Attributes:
        first: number of the first week, counted from 0.
        log: [islands, weeks] log mean weight of each week, given the weeks before.
        effective: [islands, weeks] smallest effective number of particles at the end of a day.
    """

    first: int
    log: F8
    effective: F8


def from_prior(problem: Problem, number: int, rng: Rng) -> list[Particle]:
    """Return particles at the window's first day, drawn from the prior.

    Args:
        problem: what is told.
        number: how many.
        rng: of all chance.
    """
    none = np.zeros(0)
    return [
        Particle(
            rng.standard_normal(coordinates(problem.arrays)),
            _signs(problem, {}, rng),
            none, none.astype(np.int64), none.astype(np.int64), none.astype(np.int64),
        )
        for _ in range(number)
    ]  # fmt: skip


def from_fit(problem: Problem, fitted: FittedReading, number: int, rng: Rng) -> list[Particle]:
    """Return particles from the draws of a fit of the weeks before, in turn.

    What the fit does not hold, since nothing before depends on it, comes from its prior.

    Args:
        problem: what is told: of more days than the fit.
        fitted: draws up to the first day to be told.
        number: how many.
        rng: of what the fit does not hold.
    """
    s, draws = problem.arrays, fitted.draws
    known = {**draws.scores, **fitted.observation}
    place = {name: i for i, name in enumerate(problem.parameters)}
    for k, name in enumerate(problem.case.events):
        if s.l_weekly[k] >= 0:
            first = int(s.l_weekly[k])
            place |= {
                f"fit/listing-week/{name}/{w + 1}": first + w for w in range(weeks_of(s.days))
            }
    at = {row.id: i for i, row in enumerate(problem.record.rows)}
    rows_of = np.array([at.get(name, -1) for name in draws.past.row_ids] or [-1], np.int64)
    found = []
    for n in range(number):
        d = n % fitted.size
        x = rng.standard_normal(coordinates(s))
        for name, values in known.items():
            if name in place:
                x[place[name]] = values[d]
        for f, name in enumerate(problem.factors):
            shocks = draws.past.innovations.get(name)
            if s.f_shock[f] >= 0 and shocks is not None:
                start = int(s.f_shock[f])
                x[start : start + shocks.shape[1]] = shocks[d]
        signs = {name: int(values[d]) for name, values in draws.signs.items()}
        times, kinds, rows = draws.past.of(d)
        found.append(
            Particle(
                x, _signs(problem, signs, rng), times - s.start, kinds.astype(np.int64),
                np.where(rows >= 0, rows_of[rows], -1), np.ones(len(times), np.int64),
            )
        )  # fmt: skip
    return found


def _signs(problem: Problem, known: dict[str, int], rng: Rng) -> I8:
    """Signs of the arrows: as given, else as the reading's prior has them."""
    drawn = rng.integers(-1, 2, len(problem.arrows))
    either = problem.options.reading == "no_view"
    return np.array(
        [known.get(a.name, int(drawn[i]) if either else a.sign) for i, a in enumerate(problem.arrows)],
        np.int64,
    )  # fmt: skip


def score_weeks(
    problem: Problem,
    starts: list[Particle],
    *,
    first: int,
    islands: int,
    seed: int,
    moves: int = 0,
    cores: int = 2,
    progress: Callable[[int], None] | None = None,
) -> IslandScores:
    """Tell the weeks of a window from one on, each given those before it.

    Args:
        problem: with `until` set (see `Options`), so that each piece of record is in one week.
        starts: particles at the beginning of week `first`, shared out to the islands in turn.
        first: number of the first week told, from 0.
        islands: groups of particles that know nothing of one another, two at least.
        seed: the same seed gives the same numbers, whatever the threads.
        moves: sweeps of the fit's own sampler in each move at a week's end (see `moves.py`); 0 for
            no moves. With moves the problem must be as `problem_of` made it.
        cores: threads.
        progress: called with the number of particle-days done since the last call.

    Returns:
        Log mean weights of every island and week.

    Raises:
        InputError: too few islands or particles, no such week, or no `until`.
        FitError: no island can tell a week at all.
    """
    if problem.options.until is None or not 0 <= first < weeks_of(problem.arrays.days):
        message = "weeks are told from one within the window, of a problem with `until`"
        raise InputError(message, value=(problem.options.until, first))
    if islands < 2 or len(starts) < 2 * islands:
        message = "at least two islands of two particles are needed"
        raise InputError(message, value=(islands, len(starts)))
    compile_passes(problem)
    moving = _moves(problem, first, moves)
    seeds = np.random.SeedSequence(seed).spawn(islands)

    def run(i: int) -> Told:
        island = Island(problem, np.random.default_rng(seeds[i]), moving)
        return island.run(starts[i::islands], first, progress)

    with ThreadPoolExecutor(cores) as pool:
        found = list(pool.map(run, range(islands)))
    log = np.array([told.log for told in found])
    if not np.isfinite(log).any(axis=0).all():
        week = int(np.flatnonzero(~np.isfinite(log).any(axis=0))[0])
        raise FitError(
            "no particle can tell what the record shows",
            place=f"week {first + week + 1} of the window", remedy="use more particles",
        )  # fmt: skip
    return IslandScores(first, log, np.array([told.effective for told in found]))


def _moves(problem: Problem, first: int, sweeps: int) -> tuple[Moves | None, ...]:
    """[weeks] how particles are moved at each week's end."""
    weeks = weeks_of(problem.arrays.days)
    if not sweeps:
        return ()
    found: list[Moves | None] = [None] * first
    for week in range(first, weeks):
        until = min(DAYS * (week + 1), problem.arrays.days)
        shown = problem_of(problem.case, replace(problem.options, until=until))
        found.append(Moves(problem, shown, week, sweeps, last=week == weeks - 1))
    return tuple(found)
