"""Shares and effects from draws x histories, with their Monte Carlo error and their parts.

D draws of the parameters, each with N histories. A share's spread over draws is what the
parameters leave open; its spread within a draw is chance. Both are estimated from few histories,
so the noise of the members is taken out by moments before anything is said about draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.judge.truth import Truth

__all__ = [
    "DrawTruth",
    "Effect",
    "Share",
    "effect_draws",
    "effect_error",
    "share_draws",
    "share_of",
    "share_of_draws",
    "shrunken",
    "summarise_effect",
    "truth_of_draws",
]

F8 = NDArray[np.float64]
INTERVAL = (0.10, 0.90)  # the 80 % interval over draws


@dataclass(frozen=True)
class Share:
    """The probability of a test under one reading.

    Attributes:
        probability: over draws and histories together.
        low, high: 80 % interval over draws, noise of the members taken out; equal to the
            probability for an effect, whose share over draws has no spread of its own.
        mcse: Monte Carlo error of `probability`.
        between_sd: sd over draws of the draw's own probability, binomial part removed.
        within_sd: sd of a history's outcome within a draw, root of mean p(1-p).
        draws, histories: D and the number of determined outcomes.
        undetermined: share of histories that cannot answer the test (nothing to be answered, or
            the condition of a conditional share not met).
        capped_low, capped_high: `probability` with all capped histories counted false, and true.
    """

    probability: float
    low: float
    high: float
    mcse: float
    between_sd: float
    within_sd: float
    draws: int
    histories: int
    undetermined: float
    capped_low: float
    capped_high: float


@dataclass(frozen=True)
class Effect:
    """A difference between two what-ifs over draws of the parameters.

    Attributes:
        mean: mean of psi over draws; for per cent that of the logarithms of the ratios, turned
            back, since a few draws with large ratios would carry a plain mean.
        low, high: 80 % interval of psi over draws.
        unit: `%`, `points`, `events` or `events a month`.
        smallest: the signed smallest effect that matters, same unit.
        q: share of draws whose effect meets the test.
        noise: share of the raw variance over draws that was noise of the members, 0 to 1.
        mcse: Monte Carlo error of `mean`, same unit; NaN where it was not asked for.
    """

    mean: float
    low: float
    high: float
    unit: str
    smallest: float
    q: float
    noise: float
    mcse: float = math.nan


@dataclass(frozen=True, eq=False)
class DrawTruth:
    """In how many of its answers a test holds, draw by draw.

    Attributes:
        holds: answers in which it holds, shape (D,).
        answers: histories that can answer; for an effect 1, the draw itself, or 0 where it is not
            known, shape (D,).
    """

    holds: F8
    answers: F8

    @property
    def share(self) -> F8:
        """The share of each draw; NaN for one without an answer, shape (D,)."""
        none = np.full(self.holds.shape, np.nan)
        np.divide(self.holds, self.answers, out=none, where=self.answers > 0)
        return none

    @property
    def noise(self) -> F8:
        """Binomial noise variance of each share, p(1 - p)/(n - 1); 0 with one answer, shape (D,)."""
        p = self.share
        none = np.zeros(p.shape)
        np.divide(p * (1 - p), self.answers - 1, out=none, where=self.answers > 1)
        return none


def truth_of_draws(truth: Truth) -> DrawTruth:
    """Return in how many settled histories of each draw a test holds."""
    settled = ~truth.undetermined & (truth.low == truth.high)
    holds, answers = (truth.low & settled).sum(axis=1), settled.sum(axis=1)
    return DrawTruth(holds.astype(np.float64), answers.astype(np.float64))


def shrunken(raw: F8, noise_variance: F8) -> tuple[F8, float]:
    """Draw towards their mean, so that their variance no longer holds the members' noise.

    With V the variance of the raw values over draws and v the mean of their noise variances, the
    values x become m + sqrt(max(V - v, 0) / V) (x - m). Mean and (corrected) variance are
    right by moments; the shape is that of the raw values.

    Args:
        raw: one noisy value a draw, shape (D,).
        noise_variance: the sampling variance of each, shape (D,).

    Returns:
        The corrected values, shape (D,), and v / V cut to [0, 1].

    >>> x, noise = shrunken(np.array([0.0, 2.0]), np.array([1.5, 1.5]))
    >>> x.tolist(), noise
    ([0.5, 1.5], 0.75)
    """
    total = float(np.var(raw, ddof=1)) if raw.size > 1 else 0.0
    if total <= 0:
        return raw.copy(), 0.0
    noise = min(float(np.mean(noise_variance)) / total, 1.0)
    centre = float(raw.mean())
    return centre + math.sqrt(1.0 - noise) * (raw - centre), noise


def _mcse_floor(share: float, members: int) -> float:
    """Return the error left when all members agree: that of (k + 1/2) / (n + 1)."""
    nearer = (share * members + 0.5) / (members + 1)
    return math.sqrt(nearer * (1 - nearer) / members)


def share_of(truth: Truth) -> Share | None:
    """Return the share of histories in which a test holds.

    The probability is (histories that hold) / (histories that can answer), so that a draw counts
    by how many of its histories can answer. Its Monte Carlo error treats draws as the independent
    units: sd of the draws' residuals / sqrt(D). Capped histories that leave the test open are out
    of `probability` and make `capped_low` and `capped_high`.

    Returns:
        The share, or None if no history can answer.
    """
    settled = ~truth.undetermined & (truth.low == truth.high)
    answers, holds = settled.sum(axis=1), (truth.low & settled).sum(axis=1)
    members = int(answers.sum())
    can = ~truth.undetermined
    if int(can.sum()) == 0:
        return None
    capped_low = float((truth.low & can).sum() / can.sum())
    capped_high = float((truth.high & can).sum() / can.sum())
    if members == 0:
        middle = (capped_low + capped_high) / 2
        error = _mcse_floor(middle, int(can.sum()))
        return Share(middle, capped_low, capped_high, error, 0.0, 0.0, can.shape[0], 0,
                     float(truth.undetermined.mean()), capped_low, capped_high)  # fmt: skip
    probability = float(holds.sum() / members)
    draws = truth.low.shape[0]
    residual = (holds - probability * answers) / (members / draws)
    error = float(np.std(residual, ddof=1)) / math.sqrt(draws) if draws > 1 else 0.0
    low, high, between, within = _spread_over_draws(holds, answers, probability)
    return Share(
        probability,
        low,
        high,
        max(error, _mcse_floor(probability, members)),
        between,
        within,
        draws,
        members,
        float(truth.undetermined.mean()),
        capped_low,
        capped_high,
    )


def _spread_over_draws(
    holds: NDArray[np.int64], answers: NDArray[np.int64], probability: float
) -> tuple[float, float, float, float]:
    """Return the 80 % interval over draws, and the between- and within-draw sd.

    The binomial noise of p_d = k/n is p_d (1 - p_d) / (n - 1), unbiased; draws with fewer than two
    answers say nothing on either part.
    """
    used = answers >= 2
    if used.sum() < 2:
        return probability, probability, 0.0, math.sqrt(probability * (1 - probability))
    share = holds[used] / answers[used]
    noise = share * (1 - share) / (answers[used] - 1)
    values, _ = shrunken(share, noise)
    low, high = np.quantile(np.clip(values, 0.0, 1.0), INTERVAL)
    between = math.sqrt(max(float(np.var(share, ddof=1)) - float(noise.mean()), 0.0))
    within = math.sqrt(float(np.mean(noise * answers[used])))
    return float(low), float(high), between, within


def share_draws(truth: Truth) -> F8:
    """Return each draw's own probability, noise of the members taken out, shape (D,).

    NaN for a draw with fewer than two settled answers.
    """
    settled = ~truth.undetermined & (truth.low == truth.high)
    answers, holds = settled.sum(axis=1), (truth.low & settled).sum(axis=1)
    found = np.full(answers.shape, np.nan)
    used = answers >= 2
    if used.any():
        share = holds[used] / answers[used]
        values, _ = shrunken(share, share * (1 - share) / (answers[used] - 1))
        found[used] = np.clip(values, 0.0, 1.0)
    return found


def share_of_draws(holds: NDArray[np.bool_], capped: NDArray[np.bool_], histories: int) -> Share:
    """Return the share of draws whose effect meets a test.

    Args:
        holds: shape (D,), the effect of the draw meets the test.
        capped: shape (D,), some history of the draw was capped before the measure was known.
        histories: members a draw, for the record.
    """
    draws = holds.size
    clear = ~capped
    q = float(holds[clear].mean()) if clear.any() else float(holds.mean())
    error = max(math.sqrt(q * (1 - q) / draws), _mcse_floor(q, draws))
    low, high = float((holds & clear).mean()), float((holds | capped).mean())
    return Share(
        q, q, q, error, math.sqrt(q * (1 - q)), 0.0, draws, draws * histories, 0.0, low, high
    )


def effect_draws(first: F8, second: F8, relative: bool) -> tuple[F8, NDArray[np.bool_], float]:
    """Return one effect a draw, psi_d, from coupled histories.

    Difference: psi_d = mean over histories of (first - second); its noise variance is the
    variance of that difference over histories / N, which the coupling makes small.
    Relative: psi_d = 100 (R_d - 1), R_d = (S_first + 1/2) / (S_second + 1/2) with S sums over
    histories; the noise is that of log R_d by the delta method, and log R_d is what is shrunken.
    Noise is taken out by `shrunken`.

    Args:
        first, second: a quantity of each history under the two what-ifs, shape (D, N); NaN where
            it is not known. A history not known under one is left out under both.
        relative: per cent of the second rather than a difference.

    Returns:
        psi, shape (D,); which draws had an unknown history, shape (D,); the noise share.
    """
    raw, noise, known = _raw_effects(first, second, relative)
    used = known.any(axis=1)
    psi = np.full(raw.shape, np.nan)
    values, share = shrunken(raw[used], noise[used])
    psi[used] = 100.0 * np.expm1(values) if relative else values
    unknown: NDArray[np.bool_] = ~np.all(known, axis=1)
    return psi, unknown, share


def effect_error(first: F8, second: F8, relative: bool) -> float:
    """Return the Monte Carlo error of the mean of `effect_draws`, members' noise included.

    Args:
        first, second, relative: as there; of a relative effect it is that of the mean of log R_d.

    Returns:
        sd over draws / root of their number; infinite where there is but one.
    """
    raw, _, known = _raw_effects(first, second, relative)
    used = raw[known.any(axis=1)]
    return float(np.std(used, ddof=1)) / math.sqrt(used.size) if used.size > 1 else math.inf


def _raw_effects(first: F8, second: F8, relative: bool) -> tuple[F8, F8, NDArray[np.bool_]]:
    """Return each draw's effect with its noise, shape (D,), the noise's variance, and what is known."""
    known = np.isfinite(first) & np.isfinite(second)
    count = known.sum(axis=1)
    a, b = np.where(known, first, 0.0), np.where(known, second, 0.0)
    safe = np.maximum(count, 1)
    if relative:
        mean_a, mean_b = ((x.sum(axis=1) + 0.5) / safe for x in (a, b))
        raw = np.log(mean_a / mean_b)
        each = np.where(known, a / mean_a[:, None] - b / mean_b[:, None], 0.0)
    else:
        raw = (a - b).sum(axis=1) / safe
        each = a - b
    centred = np.where(known, each - (each.sum(axis=1) / safe)[:, None], 0.0)
    noise = (centred**2).sum(axis=1) / np.maximum(count - 1, 1) / safe
    return raw, noise, known


def summarise_effect(
    psi: F8,
    holds: NDArray[np.bool_],
    unit: str,
    smallest: float,
    noise: float,
    error: float = math.nan,
) -> Effect | None:
    """Return mean, 80 % interval and q of an effect over draws; None if no draw has one.

    Args:
        psi, noise: from `effect_draws`.
        holds: whether each meets the test.
        unit, smallest: of the test.
        error: from `effect_error`.
    """
    known = psi[np.isfinite(psi)]
    if known.size == 0:
        return None
    low, high = np.quantile(known, INTERVAL)
    mean = float(known.mean())
    if unit == "%":
        mean = 100.0 * math.expm1(float(np.log1p(known / 100.0).mean()))
        error *= 100.0 + mean
    q = float(holds[np.isfinite(psi)].mean())
    return Effect(mean, float(low), float(high), unit, smallest, q, noise, error)
