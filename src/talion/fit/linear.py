"""The linear Hawkes process in closed form: log-likelihood and gradient of dated events.

The special case of the process of `talion.model.compiled` without factors, latent escalation or
suppression (Hawkes 1971):

    lambda_k(t) = mu_k + sum_j sum_h sum_{i of type j, t_i < t} a_kjh (ln2/h) 2^(-(t - t_i)/h)

    log L = sum_k [ sum_{i of type k in the period} log lambda_k(t_i) - int_period lambda_k ]

with `a_kjh` the number of events of type k that one event of type j is expected to draw directly,
at half-life h. Intensities are left limits: events at one moment do not draw each other. The
likelihood is a sum over target types k, and concave in (mu_k, a_k) at fixed half-lives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from talion.errors import InputError, RecordError
from talion.fit.events import EventTable

__all__ = ["LinearLikelihood", "LinearParameters", "linear_likelihood", "linear_parameters"]

F8 = NDArray[np.float64]

LN2 = float(np.log(2.0))


@dataclass(frozen=True, eq=False)
class LinearParameters:
    """Parameters of the linear process. Make them with `linear_parameters`."""

    background: F8
    """[K] mu, events per day."""
    answers: F8
    """[K target, K source, H] expected direct answers."""
    half_lives: F8
    """[H] days."""

    @property
    def branching(self) -> float:
        """Largest eigenvalue of the answers summed over half-lives; 1 or more is explosive."""
        return float(np.abs(np.linalg.eigvals(self.answers.sum(axis=2))).max())


@dataclass(frozen=True, eq=False)
class LinearLikelihood:
    """Log-likelihood and its gradient; `of_type[k]` holds all that depends on row k."""

    of_type: F8
    """[K] log-likelihood of each target type; -inf where a rate at an event is not positive."""
    background: F8
    """[K] derivative by mu."""
    answers: F8
    """[K target, K source, H] derivative by a."""
    half_lives: F8
    """[K target, H] derivative by half-life in days, at fixed a."""

    @property
    def value(self) -> float:
        """The log-likelihood."""
        return float(self.of_type.sum())


@cache
def compiled_pass() -> Callable[..., int]:
    """The pass of `talion.fit.linear_kernel`, compiled when first called."""
    from talion.fit.linear_kernel import SOURCES, likelihood_pass
    from talion.model.compiling import ENTRY
    from talion.model.kernel_cache import compile_cached

    return compile_cached(likelihood_pass, SOURCES, ENTRY)


def linear_parameters(
    background: ArrayLike, answers: ArrayLike, half_lives: ArrayLike
) -> LinearParameters:
    """Check and shape the parameters of a linear process.

    Args:
        background: [K] mu, events per day, not negative.
        answers: [K target, K source] or [K target, K source, H], not negative.
        half_lives: [H] days, or one number.

    Raises:
        InputError: a shape or sign is wrong.

    >>> linear_parameters([0.2, 0.1], [[0.4, 0.2], [0.1, 0.3]], 7.0).branching.__round__(6)
    0.5
    """
    try:
        mu = np.array(background, np.float64, ndmin=1)
        a = np.array(answers, np.float64)
        half = np.array(half_lives, np.float64, ndmin=1)
    except (TypeError, ValueError):
        raise InputError("parameters must be numbers", value=(background, answers)) from None
    if a.ndim == 2:
        a = a[:, :, None]
    if mu.ndim != 1 or half.ndim != 1 or a.shape != (len(mu), len(mu), len(half)):
        raise InputError(
            "answers must be [target, source, half-life]",
            place="answers",
            value=a.shape,
            remedy=f"for {len(mu)} types and {len(half)} half-lives that is "
            f"({len(mu)}, {len(mu)}, {len(half)})",
        )
    for name, values in (("background", mu), ("answers", a)):
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise InputError("must be finite and not negative", place=name, value=values.tolist())
    if not (len(half) and np.isfinite(half).all() and (half > 0).all()):
        raise InputError(
            "half-lives must be positive days", place="half_lives", value=half.tolist()
        )
    return LinearParameters(mu, np.ascontiguousarray(a), half)


class LinearPass:
    """The events of one table and the room to pass over them again and again."""

    def __init__(self, table: EventTable, halves: int) -> None:
        from talion.fit.linear_kernel import new_work

        types = len(table.names)
        self.table, self.counts = table, table.counts
        self.work = new_work(types, halves)
        self.ll, self.g_mu = np.zeros(types), np.zeros(types)
        self.g_a = np.zeros((types, halves, types))  # target, half-life, source
        self.g_rate = np.zeros((types, halves))
        self._pass = compiled_pass()

    def run(self, background: F8, answers: F8, rate: F8) -> int:
        """Fill `ll`, `g_mu`, `g_a`, `g_rate`; 1 if some rate at an event is not positive.

        Args:
            background: [K].
            answers: [K target, H, K source], or flat: sources last, as the pass reads them.
            rate: [H] ln2 / half-life.
        """
        t = self.table
        return self._pass(
            t.times, t.types, self.counts, t.first, t.start, t.end, background, answers.reshape(self.g_a.shape), rate,
            self.work, self.ll, self.g_mu, self.g_a, self.g_rate,
        )  # fmt: skip


def require_exact(table: EventTable) -> None:
    """Refuse events known to the day only: as exact times they bias every estimate.

    Raises:
        RecordError: some event has an interval.
    """
    if not table.is_exact:
        raise RecordError(
            "the likelihood of times needs exact times; whole days taken as times bias it badly",
            place="widths",
            value=f"{int((table.widths > 0).sum())} of {len(table.times)} events with an interval",
            remedy="sample the times (fit.latent_times), or use table.spread(rng) several times",
        )


def linear_likelihood(table: EventTable, parameters: LinearParameters) -> LinearLikelihood:
    """Log-likelihood of a table of exact times and its gradient, in one pass over the events.

    Args:
        table: events, period and history; every time exact.
        parameters: of as many types as the table names.

    Raises:
        RecordError: a time is known only to an interval.
        InputError: the numbers of types differ.

    >>> from talion.fit.events import event_table
    >>> table = event_table([1.0, 4.0], start=0, end=10)
    >>> none = linear_likelihood(table, linear_parameters([0.2], [[0.0]], 2.0))
    >>> bool(np.isclose(none.value, 2 * np.log(0.2) - 0.2 * 10))
    True
    """
    require_exact(table)
    types = len(table.names)
    if len(parameters.background) != types:
        raise InputError(
            "parameters and events have different numbers of types",
            place="background",
            value=len(parameters.background),
            remedy=f"give {types}, for {', '.join(table.names)}",
        )
    one = LinearPass(table, len(parameters.half_lives))
    rate = LN2 / parameters.half_lives
    one.run(parameters.background, np.ascontiguousarray(parameters.answers.swapaxes(1, 2)), rate)
    return LinearLikelihood(
        of_type=one.ll,
        background=one.g_mu,
        answers=np.ascontiguousarray(one.g_a.swapaxes(1, 2)),
        half_lives=-one.g_rate * rate / parameters.half_lives,  # dr/dh = -r/h
    )
