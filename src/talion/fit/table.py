"""The fit of a plain table of events: the method is chosen by what the table is.

| Table | Method |
|---|---|
| up to 4,000 times known to intervals | blocked sampler: times together with the parameters |
| up to 20,000 exact times | the same, with no time to sample |
| more | maximum likelihood with a parametric bootstrap |
| no event or one | blocked sampler; what it gives is the prior, and is called so |

Exact times may be put to NUTS instead (`method="nuts"`, which needs nutpie). It is not chosen by
itself, so that numbers do not depend on what is installed, and it was no faster where measured.

The model is the linear process with one common half-life (`talion.fit.linear`), the priors are the
default ones unless others are given, and the result says in words what it is and is not.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.fit.bootstrap import Bootstrap, bootstrap_linear
from talion.fit.draws import LinearDraws, quantity_names
from talion.fit.events import EventTable
from talion.fit.latent_times import LatentPosterior, sample_latent
from talion.fit.linear import LinearParameters
from talion.fit.monthly import MonthlyCounts, monthly_counts
from talion.fit.posterior import sample_linear
from talion.fit.priors import LinearPriors, default_priors
from talion.fit.residuals import ResidualTest, residuals_of_draws
from talion.fit.table_words import LIMITS, METHODS, maximum_words, posterior_words

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "LARGEST",
    "LARGEST_INEXACT",
    "Method",
    "Quantity",
    "TableFit",
    "choose_method",
    "fit_table",
]

F8 = NDArray[np.float64]
Method = Literal["blocked", "nuts", "maximum"]

LARGEST = 20_000
"""Events above which exact times are fitted by maximum likelihood."""
LARGEST_INEXACT = 4_000
"""The same for times known to intervals, each of which is an unknown to be sampled."""
MOST_TYPES = 20

_Z90 = 1.6448536269514722
_DRAWINGS = 20
_HISTORIES = 400
_FEW = 1_000  # events that can be moved four times in each draw
_MANY = 100_000  # events above which fewer replicates must do
_QQ = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


class Quantity(NamedTuple):
    """One reported number with its 90 % interval; None where a diagnostic does not apply."""

    name: str
    middle: float
    """Median of the draws, or the estimate."""
    low: float
    high: float
    r_hat: float | None
    ess_bulk: float | None
    ess_tail: float | None
    learnt: float | None
    """Share of the prior's uncertainty that the events took away; below 0 where they added some."""


@dataclass(frozen=True, eq=False)
class TableFit:
    """A fit of the linear process to a plain table of events."""

    names: tuple[str, ...]
    method: Method
    counts: tuple[int, ...]
    """[K] events of each type in the period."""
    history: int
    """Events before it."""
    inexact: int
    """Events known to an interval."""
    period: tuple[float, float]
    quantities: tuple[Quantity, ...]
    """Rates a day, answers of each pair, half-life in days, branching ratio."""
    draws: tuple[LinearParameters, ...]
    """Equally likely parameters: thinned draws of the posterior, or bootstrap replicates."""
    residuals: tuple[ResidualTest, ...]
    """[K]"""
    months: MonthlyCounts
    priors: tuple[str, ...]
    """In words; empty for maximum likelihood, which has none."""
    converged: bool
    verdict: str
    warnings: tuple[str, ...]
    seed: int
    versions: tuple[tuple[str, str], ...]

    @property
    def made_by(self) -> str:
        """The method in words."""
        return METHODS[self.method]

    @property
    def limits(self) -> tuple[str, ...]:
        """What no fit of this kind can say."""
        return LIMITS

    def quantity(self, name: str) -> Quantity:
        """Return one quantity, such as `fit.quantity("half-life")`.

        Raises:
            InputError: there is none of that name.
        """
        for found in self.quantities:
            if found.name == name:
                return found
        known = ", ".join(q.name for q in self.quantities)
        raise InputError("no such quantity", value=name, remedy=f"there are: {known}")

    def frame(self) -> pl.DataFrame:
        """Return one row for each quantity: middle, 5 % and 95 %, diagnostics, share learnt."""
        import polars as pl

        columns = ("quantity", "middle", "q05", "q95", "r_hat", "ess_bulk", "ess_tail", "learnt")
        kinds = [pl.String, *[pl.Float64] * 7]
        return pl.DataFrame(
            list(self.quantities), schema=list(zip(columns, kinds, strict=True)), orient="row"
        )

    def qq_frame(self) -> pl.DataFrame:
        """Return observed quantiles of the residual gaps beside those of the exponential."""
        import polars as pl

        rows = [
            (r.name, q, float(-np.log1p(-q)), float(np.quantile(r.observed, q)))
            for r in self.residuals
            if r.events
            for q in _QQ
        ]
        kinds = (pl.String, pl.Float64, pl.Float64, pl.Float64)
        columns = ("type", "quantile", "theory", "observed")
        return pl.DataFrame(rows, schema=list(zip(columns, kinds, strict=True)), orient="row")

    def to_json(self) -> str:
        """Return all results as JSON; what does not exist is null."""
        residuals = [
            {key: value for key, value in asdict(r).items() if key not in {"theory", "observed"}}
            for r in self.residuals
        ]
        document = {
            "method": self.method, "made_by": self.made_by, "verdict": self.verdict,
            "converged": self.converged, "types": list(self.names), "counts": list(self.counts),
            "history": self.history, "inexact": self.inexact, "period": list(self.period),
            "priors": list(self.priors), "warnings": list(self.warnings),
            "limits": list(self.limits), "quantities": [q._asdict() for q in self.quantities],
            "residuals": residuals, "qq": self.qq_frame().to_dicts(),
            "months": self.months.frame().to_dicts(), "histories": self.months.histories,
            "histories_stopped": self.months.stopped, "seed": self.seed,
            "versions": dict(self.versions),
        }  # fmt: skip
        return json.dumps(_finite(document), sort_keys=True, ensure_ascii=False, indent=1)


def _finite(value: object) -> object:
    """JSON has no NaN and no infinity: they become null."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


class _Found(NamedTuple):
    """What either kind of fit hands over."""

    quantities: tuple[Quantity, ...]
    draws: tuple[LinearParameters, ...]
    drawings: list[tuple[EventTable, LinearParameters]]
    priors: tuple[str, ...]
    verdict: str
    converged: bool
    warnings: tuple[str, ...]


def choose_method(table: EventTable) -> Method:
    """Return the method for a table, by the table at the top of this module.

    >>> from talion.fit.events import event_table
    >>> choose_method(event_table([3, 3], widths=1.0, start=0, end=9))
    'blocked'
    """
    n = len(table.times)
    if n > LARGEST or int((table.widths > 0).sum()) > LARGEST_INEXACT:
        return "maximum"
    return "blocked"


def _posterior(
    table: EventTable, method: Method, priors: LinearPriors, seed: int, sizes: tuple[int, int, int]
) -> LinearDraws:
    """Draw; where the gate is not passed, draw four times as much, once."""
    chains, draws, cores = sizes

    def draw(size: int, sweeps: int) -> LinearDraws:
        tune = max(10, size // 2)
        if method == "nuts":
            return sample_linear(
                table, seed=seed, priors=priors, chains=chains, draws=size, tune=max(tune, 300),
                cores=cores, target_accept=0.95,
            )  # fmt: skip
        return sample_latent(
            table, seed=seed, priors=priors, chains=chains, draws=size, tune=tune, sweeps=sweeps,
            cores=cores,
        )  # fmt: skip

    found = draw(draws, 1)
    if found.converged:
        return found
    # What holds a fit up is a memory shorter than a day, tied to the places of the times.
    return draw(4 * draws, 4 if len(table.times) <= _FEW else 1)


def _natural(found: LinearDraws) -> tuple[F8, F8, F8]:
    """[S, K] rates, [S, K, K] answers and [S] half-lives, chain after chain."""
    k = len(found.names)
    lives = found.half_life if isinstance(found, LatentPosterior) else found.values()[-2]
    return found.background.reshape(-1, k), found.answers.reshape(-1, k, k), lives.reshape(-1)


def _of_posterior(found: LinearDraws) -> tuple[Quantity, ...]:
    """Reported quantities; the log-likelihood is among the gate's, not among these."""
    mu, a, life = _natural(found)
    scores = found.priors.scores(np.column_stack([mu, a.reshape(len(mu), -1), life]))
    learnt: list[float | None] = [*(1.0 - scores.var(axis=0)), None]
    names = quantity_names(found.names, None)
    values = found.values().reshape(len(found.quantities), -1)[: len(names)]
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95], axis=1)
    checks = found.convergence[: len(names)]
    rows = zip(names, middle, low, high, checks, learnt, strict=True)
    return tuple(
        Quantity(
            name, float(m), float(x), float(y), float(c.r_hat), float(c.ess_bulk),
            float(c.ess_tail), None if share is None else float(share),
        )
        for name, m, x, y, c, share in rows
    )  # fmt: skip


def _of_maximum(names: tuple[str, ...], found: Bootstrap) -> tuple[Quantity, ...]:
    """Estimates with intervals of 1.64 standard deviations of the replicates.

    None reaches below zero; that of the half-life is even on the scale of its logarithm.
    """

    def flat(p: LinearParameters) -> F8:
        return np.concatenate(
            [p.background, p.answers.ravel(), np.log(p.half_lives), [p.branching]]
        )

    middle = flat(found.estimate)
    spread = _Z90 * np.std([flat(p) for p in found.replicates], axis=0, ddof=1)
    three = np.array([middle, np.maximum(middle - spread, 0.0), middle + spread])
    three[:, -2] = np.exp(middle[-2] + np.array([0.0, -1.0, 1.0]) * spread[-2])
    return tuple(
        Quantity(name, float(m), float(low), float(high), None, None, None, None)
        for name, (m, low, high) in zip(quantity_names(names, None), three.T, strict=True)
    )


def _drawn_posterior(
    table: EventTable, found: LinearDraws
) -> tuple[tuple[LinearParameters, ...], list[tuple[EventTable, LinearParameters]]]:
    """Thinned draws, and for the residuals drawings of times with the parameters they belong to."""
    mu, a, life = _natural(found)

    def at(s: int) -> LinearParameters:
        return LinearParameters(mu[s], np.ascontiguousarray(a[s][:, :, None]), life[s : s + 1])

    def thinned(size: int) -> tuple[LinearParameters, ...]:
        return tuple(at(int(s)) for s in np.linspace(0, len(mu) - 1, size).round())

    if not isinstance(found, LatentPosterior) or table.is_exact:
        drawings = [(table, p) for p in thinned(min(_DRAWINGS, len(mu)))]
    else:
        per_chain = found.half_life.shape[1]
        drawings = [
            (table.at_times(times), at(c * per_chain + int(d)))
            for c, chain in enumerate(found.imputations)
            for times, d in zip(chain, found.imputed_draws, strict=True)
        ]
    return thinned(min(_HISTORIES, len(mu))), drawings


def _by_sampling(
    table: EventTable, method: Method, priors: LinearPriors, seed: int, sizes: tuple[int, int, int]
) -> _Found:
    found = _posterior(table, method, priors, seed, sizes)
    quantities = _of_posterior(found)
    kept, drawings = _drawn_posterior(table, found)
    branching = np.abs(np.linalg.eigvals(_natural(found)[1])).max(axis=-1)
    learnt = [(q.name, q.learnt) for q in quantities if q.learnt is not None]
    words = posterior_words(table, _natural(found)[2], branching, learnt)
    said = priors.sentences()
    return _Found(quantities, kept, drawings, said, found.verdict, found.converged, words)


def _by_maximum(table: EventTable, seed: int, replicates: int, cores: int) -> _Found:
    if len(table.times) > _MANY:
        replicates = min(replicates, 20)
    boot = bootstrap_linear(table, seed=seed, replicates=replicates, cores=cores)
    quantities = _of_maximum(table.names, boot)
    drawings = [(t, f.parameters) for t, f in zip(boot.tables, boot.fits, strict=True)]
    verdict, converged, words = maximum_words(table, boot)
    return _Found(quantities, boot.replicates, drawings, (), verdict, converged, words)


def _checked(table: EventTable, method: Method) -> None:
    if len(table.names) > MOST_TYPES:
        raise InputError(
            f"more than {MOST_TYPES} types: every pair has a link of its own",
            place="types",
            value=len(table.names),
            remedy="merge types, or choose a column with fewer values",
        )
    if method == "nuts" and not table.is_exact:
        raise InputError(
            "NUTS needs exact times", place="method", value=method, remedy="use blocked"
        )


def fit_table(
    table: EventTable,
    *,
    seed: int,
    method: Method | None = None,
    priors: LinearPriors | None = None,
    chains: int = 4,
    draws: int = 1000,
    replicates: int = 40,
    cores: int = 2,
    dated: bool = False,
) -> TableFit:
    """Fit the linear process with a common half-life to a plain table of events.

    Args:
        table: events, period and history.
        seed: the same seed gives the same numbers, whatever the number of threads.
        method: `choose_method` if not given.
        priors: `default_priors` if not given; not used by maximum likelihood.
        chains: of the sampler.
        draws: kept draws of each chain; half as many more adapt the sampler. Where the gate is
            not passed, four times as many are drawn, once.
        replicates: simulated tables of the bootstrap; 20 above 100,000 events.
        cores: threads.
        dated: whether days count from 1970-01-01, so that months are those of the calendar.

    Returns:
        Rates, answers, half-life and branching ratio with intervals, residual tests, monthly
        counts, and what to know before believing them. With one event or none the answers are
        the prior's, and a warning says so.

    Raises:
        InputError: too many types, or a method that does not suit the table.

    >>> from talion.fit.events import event_table
    >>> days = event_table([3, 3, 8, 9, 20], widths=1.0, start=0, end=60, names=["raid"])
    >>> fit = fit_table(days, seed=1, draws=10)
    >>> fit.method, fit.counts, fit.converged, len(fit.quantities)
    ('blocked', (5,), False, 4)
    """
    chosen = method or choose_method(table)
    _checked(table, chosen)
    if chosen == "maximum":
        found = _by_maximum(table, seed, replicates, cores)
    else:
        prior = priors or default_priors(table)
        found = _by_sampling(table, chosen, prior, seed, (chains, draws, cores))
    # Large tables need fewer histories: each takes longer, and their counts vary less.
    histories = int(np.clip(2e7 // max(len(table.times), 1), 20, _HISTORIES))
    draws_of_all = [found.draws[i % len(found.draws)] for i in range(histories)]
    rng = np.random.default_rng([seed, 1])
    packages = ("talion", "numpy", "numba", "scipy", *(["nutpie"] if chosen == "nuts" else []))
    return TableFit(
        names=table.names,
        method=chosen,
        counts=tuple(map(int, table.counts)),
        history=table.first,
        inexact=int((table.widths > 0).sum()),
        period=(table.start, table.end),
        quantities=found.quantities,
        draws=found.draws,
        residuals=residuals_of_draws(table, found.drawings),
        months=monthly_counts(table, draws_of_all, rng=rng, dated=dated),
        priors=found.priors,
        converged=found.converged,
        verdict=found.verdict,
        warnings=found.warnings,
        seed=seed,
        versions=tuple((name, version(name)) for name in packages),
    )
