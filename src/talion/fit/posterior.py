"""Posterior of the linear process for exact times, by NUTS (Hoffman and Gelman 2014).

Parameters are sampled as normal scores of their priors. The sampler is nutpie's; value and gradient come from the
compiled pass over the events. nutpie is an extra of the installation; everything else of the fit
works without it.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.fit.draws import LinearDraws, judged, matching_priors, quantity_names
from talion.fit.events import EventTable
from talion.fit.linear import LN2, LinearPass, require_exact
from talion.fit.maximum import half_life_grid
from talion.fit.priors import LinearPriors, default_priors

__all__ = ["Posterior", "log_density", "sample_linear"]

F8 = NDArray[np.float64]


_FARTHEST = 35.0  # of a normal score


class _ImpossibleError(ArithmeticError):
    """Told to the sampler where the density is zero: it turns back and goes on."""

    is_recoverable = True


@dataclass(frozen=True, eq=False, kw_only=True)
class Posterior(LinearDraws):
    """Draws from the posterior given exact times; answers are [chains, draws, K target, K source, H]."""

    half_lives: F8
    """[chains, draws, H] days; constant where they were given."""
    divergences: int

    @property
    def verdict(self) -> str:
        """One sentence for every place where a result of this fit is shown."""
        if self.converged:
            return f"{self.passing}, no divergence."
        failing = self.failing
        said = f"NOT CONVERGED: {len(failing)} of {len(self.quantities)} quantities fail"
        if failing:
            said += f" ({', '.join(failing[:3])}{', ...' if len(failing) > 3 else ''})"
        return f"{said}, {self.divergences} divergent transitions. Draw more."

    def values(self) -> F8:
        """[Q, chains, draws] every parameter and the branching ratio."""
        return self._stacked(self.answers.sum(axis=-1), self.half_lives)


def log_density(
    table: EventTable, priors: LinearPriors, half_lives: F8 | None
) -> Callable[[F8], tuple[float, F8]]:
    """Return the unnormalised log posterior of the normal scores, with its gradient.

    Each returned function has room of its own: one for each thread.

    Args:
        table: events with exact times.
        priors: for as many types and half-lives.
        half_lives: [H] days, or None for one that is sampled.
    """
    k = len(table.names)
    h = 1 if half_lives is None else len(half_lives)
    last = k + k * h * k
    one = LinearPass(table, h)
    fixed = None if half_lives is None else LN2 / half_lives

    def density(scores: F8) -> tuple[float, F8]:
        natural, slope = priors.natural(scores)
        rate = LN2 / natural[-1:] if fixed is None else fixed
        one.run(natural[:k], natural[k:last], rate)
        value = float(one.ll.sum() - 0.5 * (scores @ scores))
        gradient = -scores
        gradient[:k] += slope[:k] * one.g_mu
        gradient[k:last] += slope[k:last] * one.g_a.reshape(-1)
        if fixed is None:
            gradient[-1] -= slope[-1] * one.g_rate.sum() * rate[0] / natural[-1]  # dr/dh = -r/h
        return value, gradient

    return density


def _sampler() -> tuple[Any, Any]:
    """nutpie and its way in for a function of one's own."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # announcements of packages that it brings along
            import nutpie
            from nutpie.compiled_pyfunc import from_pyfunc
    except ImportError:
        raise InputError(
            "sampling needs the package nutpie, which is not installed",
            remedy="pip install 'talion[fit]', or use fit_linear",
        ) from None
    return nutpie, from_pyfunc


def _draw(
    table: EventTable, priors: LinearPriors, given: F8 | None, sizes: dict[str, float | None]
) -> tuple[F8, int]:
    """[chains, draws, size] normal scores, and the number of divergent transitions."""
    nutpie, from_pyfunc = _sampler()
    size = priors.size

    def make_density() -> Callable[[F8], tuple[float, F8]]:
        density = log_density(table, priors, given)

        def told(x: F8) -> tuple[float, F8]:
            # Far tails, met while step sizes are still being learnt, are out of floating range.
            if not (np.abs(x).max() < _FARTHEST):
                raise _ImpossibleError("the prior is zero here")
            with np.errstate(all="ignore"):
                value, gradient = density(x)
                total = value + gradient.sum()
            if not math.isfinite(total):
                raise _ImpossibleError("the density is zero here")
            return value, gradient

        return told

    def make_expand(*_: object) -> Callable[[F8], dict[str, F8]]:
        return lambda x: {"x": x}

    def begin(seed: int) -> F8:
        return np.random.default_rng(seed).normal(size=size)

    model = from_pyfunc(
        size, make_density, make_expand, [np.dtype(np.float64)], [(size,)], ["x"],
        make_initial_point_fn=begin,
    )  # fmt: skip
    # A low-rank mass matrix: rates and answers of a type trade off against each other.
    trace = nutpie.sample(
        model, progress_bar=False, save_warmup=False, low_rank_modified_mass_matrix=True, **sizes
    )
    return (
        np.asarray(trace.posterior["x"].values, np.float64),
        int(trace.sample_stats["diverging"].values.sum()),
    )


def sample_linear(
    table: EventTable,
    half_lives: F8 | list[float] | tuple[float, ...] | float | None = None,
    *,
    seed: int,
    priors: LinearPriors | None = None,
    chains: int = 4,
    draws: int = 1000,
    tune: int = 500,
    cores: int | None = None,
    target_accept: float = 0.75,
) -> Posterior:
    """Sample the posterior of the linear process given exact times.

    Args:
        table: events, period and history.
        half_lives: days; None samples one common half-life.
        seed: the same seed gives the same draws, whatever the number of cores.
        priors: `default_priors` if not given; print their `sentences` beside every result.
        chains: independent chains; at least two, so that convergence can be seen.
        draws: kept draws of each chain.
        tune: draws of each chain that adapt the sampler and are thrown away.
        cores: threads; the sampler's own choice if not given.
        target_accept: acceptance aimed at; nearer 1 where transitions diverge.

    Returns:
        The draws with their diagnostics. One that has not converged says so in `verdict`.

    Raises:
        RecordError: a time is known only to an interval.
        InputError: nutpie is not installed, or a request is impossible.
    """
    require_exact(table)
    if chains < 2 or draws < 4 or tune < 1 or not 0.0 < target_accept < 1.0:
        raise InputError(
            "at least two chains, four draws, one step of tuning and an acceptance in 0..1 are needed",
            value=(chains, draws, tune, target_accept),
        )
    given = None if half_lives is None else half_life_grid(half_lives)
    k, h = len(table.names), 1 if given is None else len(given)
    prior = priors or default_priors(table, half_lives=h, free=given is None)
    matching_priors(prior, k, h, free=given is None)
    sizes: dict[str, float | None] = {
        "chains": chains, "draws": draws, "tune": tune, "cores": cores, "seed": seed,
        "target_accept": target_accept,
    }  # fmt: skip
    x, divergences = _draw(table, prior, given, sizes)
    c, n = x.shape[:2]
    natural = np.array([prior.natural(one)[0] for one in x.reshape(c * n, -1)]).reshape(x.shape)
    lives = natural[:, :, -1:] if given is None else np.broadcast_to(given, (c, n, h)).copy()
    answers = natural[:, :, k : k + k * h * k].reshape(c, n, k, h, k).swapaxes(3, 4)
    packages = ("talion", "numpy", "numba", "nutpie")
    found = Posterior(
        names=table.names,
        background=natural[:, :, :k].copy(),
        answers=np.ascontiguousarray(answers),
        half_lives=lives,
        quantities=tuple(quantity_names(table.names, given)),
        divergences=divergences,
        priors=prior,
        period=(table.start, table.end),
        history_start=table.history_start,
        seed=seed,
        versions=tuple((name, version(name)) for name in packages),
    )
    return judged(found, sound=divergences == 0)
