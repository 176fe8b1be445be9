"""What all posterior draws of the linear process have in common, whichever sampler made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.fit.convergence import LEAST_ESS, MOST_R_HAT, Convergence, convergence
from talion.fit.priors import LinearPriors

if TYPE_CHECKING:
    import polars as pl

__all__ = ["LinearDraws", "judged", "matching_priors", "quantity_names"]

F8 = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class LinearDraws:
    """Draws of the parameters, their diagnostics, and how they were made."""

    names: tuple[str, ...]
    background: F8
    """[chains, draws, K] events per day."""
    answers: F8
    """[chains, draws, K target, K source], and [..., H] where there are several half-lives."""
    quantities: tuple[str, ...]
    """Q reported quantities, in the order of `values`."""
    convergence: tuple[Convergence, ...] = ()
    """[Q]"""
    converged: bool = False
    """Whether every reported quantity passes and nothing else went wrong."""
    priors: LinearPriors
    period: tuple[float, float]
    history_start: float
    seed: int
    versions: tuple[tuple[str, str], ...]

    @property
    def failing(self) -> tuple[str, ...]:
        """Reported quantities that do not pass the gate."""
        checked = zip(self.quantities, self.convergence, strict=True)
        return tuple(q for q, c in checked if not c.passes)

    @property
    def verdict(self) -> str:
        """One sentence for every place where a result of this fit is shown."""
        raise NotImplementedError

    @property
    def passing(self) -> str:
        """The gate in words, for a fit that has passed it."""
        return (
            f"Converged: R-hat below {MOST_R_HAT:g} and effective sizes above "
            f"{LEAST_ESS:g} for all {len(self.quantities)} quantities"
        )

    def values(self) -> F8:
        """[Q, chains, draws] every reported quantity."""
        raise NotImplementedError

    def _stacked(self, matrix: F8, half_lives: F8, *more: F8) -> F8:
        """Rates, answers, sampled half-life, branching ratio and what follows, as `values`."""
        c, n = self.background.shape[:2]
        flat = [self.background, self.answers.reshape(c, n, -1)]
        if self.priors.half_life is not None:
            flat.append(half_lives.reshape(c, n, -1))
        flat.append(np.abs(np.linalg.eigvals(matrix)).max(axis=-1, keepdims=True))
        flat += [x[:, :, None] for x in more]
        return np.ascontiguousarray(np.moveaxis(np.concatenate(flat, axis=2), 2, 0))

    def frame(self) -> pl.DataFrame:
        """Return one row for each quantity: mean, sd, quantiles, R-hat and effective sizes."""
        import polars as pl

        values = self.values().reshape(len(self.quantities), -1)
        q05, q50, q95 = np.quantile(values, [0.05, 0.5, 0.95], axis=1)
        return pl.DataFrame({
            "quantity": self.quantities, "mean": values.mean(axis=1), "sd": values.std(axis=1),
            "q05": q05, "q50": q50, "q95": q95,
            "r_hat": [c.r_hat for c in self.convergence],
            "ess_bulk": [c.ess_bulk for c in self.convergence],
            "ess_tail": [c.ess_tail for c in self.convergence],
        })  # fmt: skip


Draws = TypeVar("Draws", bound=LinearDraws)


def judged(draws: Draws, *, sound: bool = True) -> Draws:
    """Return the draws with their diagnostics; `sound` is whether nothing else went wrong."""
    checks = tuple(convergence(values) for values in draws.values())
    passed = sound and all(check.passes for check in checks)
    return replace(draws, convergence=checks, converged=passed)


def quantity_names(names: Sequence[str], half_lives: Sequence[float] | F8 | None) -> list[str]:
    """Names of rates, answers, half-life (None: one that is sampled) and branching ratio.

    >>> quantity_names(["raid"], None)
    ['background[raid]', 'answers[raid -> raid]', 'half-life', 'branching ratio']
    """
    lives = ("",) if half_lives is None else tuple(f", {h:g} days" for h in half_lives)
    answers = [f"answers[{j} -> {k}{h}]" for k in names for j in names for h in lives]
    free = ["half-life"] if half_lives is None else []
    return [*[f"background[{k}]" for k in names], *answers, *free, "branching ratio"]


def matching_priors(priors: LinearPriors, types: int, halves: int, *, free: bool) -> LinearPriors:
    """Return the priors if they are for so many types and half-lives.

    Raises:
        InputError: they are for another model.
    """
    if priors.answers.shape != (types, halves, types) or (priors.half_life is None) is free:
        raise InputError(
            "the priors are for another number of types or half-lives",
            place="priors",
            value=priors.answers.shape,
            remedy=f"({types}, {halves}, {types}) are needed, and "
            + ("a prior of the half-life" if free else "none of the half-life"),
        )
    return priors
