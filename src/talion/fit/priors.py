"""Default priors of the linear process, stated in words that are printed with every fit.

    log mu_k ~ Normal(log of half the type's plain rate, 1)
    a_kjh    ~ Exponential(mean m_kjh)
    log h    ~ Normal(log 7 days, 1.5), where a half-life is sampled

Half the plain rate, (n_k + 1/2) / 2T, uses the number of events to set the scale and nothing else.
The means of a leave a type's own answers .3 events and those of all other types together .3: an
explosive process is possible but not expected.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.fit.events import EventTable

__all__ = ["LinearPriors", "default_priors"]

F8 = NDArray[np.float64]

_RATE_SD = 1.0
_ANSWERS = 0.3
_HALF_LIFE, _HALF_LIFE_SD = 7.0, 1.5
_Z90 = 1.2815515655446004
_ROOT = float(1.0 / np.sqrt(2.0 * np.pi))


@dataclass(frozen=True, eq=False)
class LinearPriors:
    """Priors of log mu, log a and (if sampled) the log half-life."""

    names: tuple[str, ...]
    background: F8
    """[K] medians of mu, events per day."""
    background_sd: float
    """Of log mu."""
    answers: F8
    """[K target, H, K source] means of a."""
    half_life: float | None
    """Median, days; None where half-lives are given."""
    half_life_sd: float
    """Of log half-life."""

    @property
    def size(self) -> int:
        """How many parameters."""
        return len(self.background) + self.answers.size + (self.half_life is not None)

    def sentences(self) -> tuple[str, ...]:
        """The priors in words."""
        wide = np.exp(_Z90 * self.background_sd)
        own = self.answers.sum(axis=1).diagonal()
        said = [
            f"Background rate of {name}: around {30.4375 * mu:.3g} a month, eight times in ten "
            f"within a factor {wide:.1f}; an event expected to draw about {a:.2g} of its own kind."
            for name, mu, a in zip(self.names, self.background, own, strict=True)
        ]
        if len(self.names) > 1:
            others = self.answers.sum(axis=(1, 2)).mean() - own.mean()
            said.append(f"All other types together expected to draw about {others:.2g} of each.")
        if self.half_life is not None:
            low, high = self.half_life * np.exp(np.array([-1, 1]) * _Z90 * self.half_life_sd)
            said.append(
                f"Half-life of answers: around {self.half_life:g} days, eight times in ten "
                f"between {low:.2g} and {high:.2g}."
            )
        return tuple(said)

    def natural(self, scores: F8) -> tuple[F8, F8]:
        """Parameters at given normal scores of their priors, and their derivatives by the scores.

        A parameter whose prior has distribution function P is P^-1(Phi(score)); scores are standard
        normal a priori, which suits a sampler better than logarithms that run away where an answer
        is near zero.

        Args:
            scores: [size] of mu [K], a [target K, H, source K] and the half-life, if sampled.

        >>> from talion.fit.events import event_table
        >>> prior = default_priors(event_table([1.0], start=0, end=30), free=False)
        >>> prior.natural(np.zeros(2))[0].round(6).tolist()  # medians
        [0.025, 0.207944]
        """
        from scipy.special import log_ndtr

        k, m = len(self.background), self.answers.size
        value, slope = np.empty(len(scores)), np.empty(len(scores))
        value[:k] = self.background * np.exp(self.background_sd * scores[:k])
        slope[:k] = self.background_sd * value[:k]
        y, mean = scores[k : k + m], self.answers.reshape(-1)
        tail = log_ndtr(-y)
        value[k : k + m] = -mean * tail
        slope[k : k + m] = mean * _ROOT * np.exp(-0.5 * y * y - tail)
        if self.half_life is not None:
            value[-1] = self.half_life * np.exp(self.half_life_sd * scores[-1])
            slope[-1] = self.half_life_sd * value[-1]
        return value, slope

    def scores(self, natural: F8) -> F8:
        """Return the normal scores of parameters, the inverse of `natural`.

        Before any event they are standard normal, so 1 less the variance of their posterior is the
        share of the uncertainty that the events took away.

        Args:
            natural: [..., size] mu, a [target K, H, source K] and the half-life, if sampled.

        >>> from talion.fit.events import event_table
        >>> prior = default_priors(event_table([1.0], start=0, end=30))
        >>> prior.scores(prior.natural(np.array([0.3, -4.0, 2.0]))[0]).round(9).tolist()
        [0.3, -4.0, 2.0]
        """
        from scipy.special import ndtri_exp

        k, m = len(self.background), self.answers.size
        found = np.empty_like(natural)
        found[..., :k] = np.log(natural[..., :k] / self.background) / self.background_sd
        found[..., k : k + m] = -ndtri_exp(-natural[..., k : k + m] / self.answers.reshape(-1))
        if self.half_life is not None:
            found[..., -1] = np.log(natural[..., -1] / self.half_life) / self.half_life_sd
        return found


def default_priors(table: EventTable, *, half_lives: int = 1, free: bool = True) -> LinearPriors:
    """Return the priors used where the caller states none.

    Args:
        table: gives the types and the plain rates.
        half_lives: H.
        free: whether the one half-life is sampled.

    >>> from talion.fit.events import event_table
    >>> prior = default_priors(event_table([1.0, 4.0], start=0, end=30, names=["raid"]))
    >>> print(prior.sentences()[1])
    Half-life of answers: around 7 days, eight times in ten between 1 and 48.
    """
    k = len(table.names)
    means = np.full((k, half_lives, k), _ANSWERS / half_lives / max(k - 1, 1))
    own = np.arange(k)
    means[own, :, own] = _ANSWERS / half_lives
    return LinearPriors(
        names=table.names,
        background=np.asarray((table.counts + 0.5) / table.length / 2.0, np.float64),
        background_sd=_RATE_SD,
        answers=means,
        half_life=_HALF_LIFE if free else None,
        half_life_sd=_HALF_LIFE_SD,
    )
