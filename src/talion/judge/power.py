"""What a record of this kind could have shown of each link, and how often it would mislead.

Truths are drawn, the window is simulated anew, the observation model makes a record of it, and that
record is fitted with short chains. What the refits find is counted against the truth.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talion.errors import FitError, InputError
from talion.fit.case.chain import compile_passes
from talion.fit.case.observation import attention_odds
from talion.fit.case.observe import Window, simulated_record
from talion.fit.case.options import Options
from talion.fit.case.partial import Partial, partial_of
from talion.fit.case.result import CaseFit, FittedReading
from talion.fit.case.sampler import THIN, sample_reading
from talion.fit.case.selection import SURE, LinkPower, PowerStudy, Rate
from talion.fit.case.signs import found_sizes, judged_arrows, raises, strength_names
from talion.fit.case.specification import Problem, problem_of
from talion.model.arrows import Arrow
from talion.model.case import Case
from talion.model.compile import compile_model, parameter_names
from talion.model.compile_window import WINDOW
from talion.model.history import rows_of
from talion.model.past import Past
from talion.model.posterior import PosteriorDraws

__all__ = ["Truth", "drawn_truth", "null_arrows", "power_of", "simulated_window"]

F8 = NDArray[np.float64]

METHOD = (
    "each replicate: one posterior draw for all but the links, whose strengths come from their "
    "priors with a fair coin for each sign; the window simulated anew under switches as observed, "
    "latent factors fresh; rows to the day, totals and absences by the fit's observation model; "
    "refitted without knowledge of the truth. In every second replicate no event-to-event link "
    "between two types, into a violent one, acts. Sign probability .80 counts as shown"
)
_EVENTS = 8  # times the fitted number of events, at which a simulated window is left out
_LEAST_CAP = 400


@dataclass(frozen=True, eq=False)
class Truth:
    """What is true in one replicate.

    Attributes:
        case: the case, without the arrows that do not act.
        draws: one draw of its parameters, without a past.
        observation: scores of the observation model's parameters.
        null: whether links are left out.
    """

    case: Case
    draws: PosteriorDraws
    observation: Mapping[str, float]
    null: bool


def null_arrows(case: Case) -> frozenset[str]:
    """Return the arrows that are left out where nothing is to be found, by name.

    They are those from one event type to another that the record has as assault.
    """
    violent = {
        name
        for name, event in case.events.items()
        if any(row.type == "ASSAULT" for row in rows_of(event, case.record))
    }
    return frozenset(
        a.name
        for a in case.arrows
        if a.kind == "event-event" and a.effect in violent and a.cause != a.effect
    )


def drawn_truth(case: Case, main: FittedReading, rng: np.random.Generator, *, null: bool) -> Truth:
    """Draw a truth: links from the prior with fair signs, all else from the posterior.

    Args:
        case: the case.
        main: its fit with no view.
        rng: of the draws.
        null: leave out `null_arrows`.
    """
    row = int(rng.integers(main.size))
    names, turned = parameter_names(case, main.draws.reading)
    strengths = set(strength_names(case).values())
    sizes = {n: rng.standard_normal(1) for n in sorted(strengths & set(names))}
    signs = {n: np.where(rng.random(1) < 0.5, 1.0, -1.0) for n in sorted(turned)}
    posterior = {n: v[row : row + 1] for n, v in main.draws.scores.items() if n not in strengths}
    true = case
    if null:
        out = null_arrows(case)
        true = replace(case, arrows=tuple(a for a in case.arrows if a.name not in out))
    known, known_signs = parameter_names(true, main.draws.reading)
    scores = {n: v for n, v in (posterior | sizes).items() if n in known}
    draws = PosteriorDraws(
        main.draws.reading,
        scores,
        {n: v for n, v in signs.items() if n in known_signs},
        _no_past(main.draws.past),
        main.draws.strength,
    )
    seen = {n: float(v[row]) for n, v in {**main.draws.scores, **main.observation}.items()}
    return Truth(true, draws, seen, null)


def _no_past(past: Past) -> Past:
    none = np.zeros(0, np.int64)
    return Past(past.start, past.end, np.zeros(2, np.int64), np.zeros(0), none, none, (), {})


def simulated_window(truth: Truth, seed: int, event_cap: int) -> Window | None:
    """Simulate the window from its first day; None where it has more than `event_cap` events."""
    from talion.simulate.history import simulate_history

    case = truth.case
    model = compile_model(
        case, truth.draws.reading, draws=1, seed=seed, given=truth.draws, from_window_start=True
    )
    days = truth.draws.past.days
    history = simulate_history(model, WINDOW, 0, 0, days, event_cap=event_cap)
    if history.capped:
        return None
    attention = attention_odds(model, 0, history.levels[:days])
    return Window(history.times, history.classes, attention)


def power_of(
    case: Case,
    fit: CaseFit,
    *,
    replicates: int,
    seed: int,
    chains: int = 2,
    sweeps: int = 400,
    burn: int = 200,
    workers: int = 2,
    progress: Callable[[float, float], None] | None = None,
    keep_partial: bool = True,
) -> PowerStudy:
    """Return power, wrong signs, coverage and false findings of this record, for each arrow.

    Args:
        case: with its record.
        fit: its fit.
        replicates: simulated records; every second one with links left out.
        seed: the same seed gives the same numbers, whatever the workers.
        chains, sweeps, burn: of each refit.
        workers: replicates at a time.
        progress: called with (replicates done, of).
        keep_partial: keep each replicate in the user's cache, and take from there what is done.

    Raises:
        InputError: no replicate, or no worker.
        FitError: the fit is not one of this case, or nothing could be computed.

    References:
        Gelman and Carlin (2014), Perspectives on Psychological Science 9: 641, for errors of sign
        beside power.
    """
    if replicates < 1 or workers < 1:
        raise InputError("at least one replicate and one worker", value=(replicates, workers))
    why = fit.mismatch(case)
    if why:
        raise FitError("no fit of this case as it stands", value=why, remedy="fit it again")
    job = _Job(case, fit, seed, chains, sweeps, burn)
    kept = (
        partial_of(fit, "power", {"seed": seed, "chains": chains, "sweeps": sweeps, "burn": burn})
        if keep_partial
        else Partial(None)
    )
    found = _run(job, kept, replicates, workers, progress)
    done = [result for result in found if result["arrows"] is not None]
    if not done:
        raise FitError(
            "no replicate could be computed",
            value=found[0]["failed"],
            remedy="look at strengths that let events answer themselves without end",
        )
    return PowerStudy(
        replicates=len(done),
        null=sum(result["null"] for result in done),
        failed=len(found) - len(done),
        event_cap=job.event_cap,
        seed=seed,
        chains=chains,
        sweeps=sweeps,
        method=METHOD,
        links=tuple(_link_power(arrow, done) for arrow in job.arrows),
    )


class _Job:
    """What all replicates share."""

    def __init__(
        self, case: Case, fit: CaseFit, seed: int, chains: int, sweeps: int, burn: int
    ) -> None:
        self.case, self.main = case, fit.main
        self.seed, self.chains, self.sweeps, self.burn = seed, chains, sweeps, burn
        self.problem: Problem = problem_of(case, Options())
        self.options = Options(explained=self.problem.record.types)
        self.arrows = judged_arrows(self.problem)
        events = np.diff(fit.main.draws.past.offsets).max()
        self.event_cap = max(_LEAST_CAP, int(_EVENTS * events))

    def compile(self) -> None:
        """Compile once, not in every thread."""
        from talion.simulate.cache import compiled_block

        compile_passes(self.problem)
        compiled_block()

    def replicate(self, number: int) -> dict[str, Any]:
        """Draw, simulate, observe, refit: truth, how surely it raises and interval, by arrow."""
        own = np.random.SeedSequence([self.seed, number])
        rng = np.random.default_rng(own)
        null = number % 2 == 1
        truth = drawn_truth(self.case, self.main, rng, null=null)
        window = simulated_window(truth, int(rng.integers(2**62)), self.event_cap)
        if window is None:
            return {"null": null, "arrows": None, "failed": "more events than the cap"}
        record = simulated_record(self.problem, window, truth.observation, rng)
        made = replace(self.case, record=record)
        try:
            fitted = sample_reading(
                problem_of(made, self.options),
                seed=int(rng.integers(2**62)),
                chains=self.chains,
                sweeps=self.sweeps,
                burn=self.burn,
                keep=self.chains * (self.sweeps // THIN),
                cores=1,
            )
        except FitError as error:
            return {"null": null, "arrows": None, "failed": str(error)}
        return {"null": null, "arrows": self._found(truth, fitted), "failed": ""}

    def _found(self, truth: Truth, fitted: FittedReading) -> dict[str, list[float]]:
        true = found_sizes(self.case, truth.draws)
        sizes = found_sizes(self.case, fitted.draws)
        found: dict[str, list[float]] = {}
        for arrow in self.arrows:
            if arrow.name in sizes:
                size = sizes[arrow.name]
                low, high = np.quantile(size, (0.1, 0.9)).tolist()
                is_true = true[arrow.name][0] if arrow.name in true else 0.0
                found[arrow.name] = [float(is_true), raises(fitted, arrow.name), low, high]
        return found


def _run(
    job: _Job,
    kept: Partial,
    replicates: int,
    workers: int,
    progress: Callable[[float, float], None] | None,
) -> list[dict[str, Any]]:
    lock, done = threading.Lock(), 0

    def one(number: int) -> dict[str, Any]:
        nonlocal done
        result = kept.get(str(number))
        if result is None:
            result = job.replicate(number)
            kept.put(str(number), result)
        with lock:
            done += 1
            if progress is not None:
                progress(done, replicates)
        return dict(result)

    job.compile()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="talion-power")
    try:
        return list(pool.map(one, range(replicates)))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _link_power(arrow: Arrow, results: Sequence[Mapping[str, Any]]) -> LinkPower:
    rows = [r["arrows"][arrow.name] for r in results if arrow.name in r["arrows"]]
    table = np.array(rows, np.float64).reshape(len(rows), 4)
    true, surely, low, high = table.T
    up, down = surely >= SURE, 1 - surely >= SURE
    real = true != 0

    def rate(found: NDArray[np.bool_], among: NDArray[np.bool_]) -> Rate:
        return Rate(int((found & among).sum()), int(among.sum()))

    return LinkPower(
        link=arrow.link,
        arrow=arrow.name,
        power_raises=rate(up, true > 0),
        power_lowers=rate(down, true < 0),
        wrong=rate(np.where(true > 0, down, up), real),
        coverage=rate((low <= true) & (true <= high), real),
        false=rate(up | down, ~real),
    )
