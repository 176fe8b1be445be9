"""The expected-utility or challenge model of Bueno de Mesquita, as set out by Scholz and others.

One dimension. Each round every actor i reckons, for every rival j and with its own attitude to risk,
what it gains by challenging j and what j gains by challenging it; it then takes the offer that it
cannot refuse. With d = |x_i - x_j| / D, D the range of the stated positions, r the exponent of risk:

    U_success = 2 - 4 (.5 - .5 d)^r     U_failure = 2 - 4 (.5 + .5 d)^r     U_same = 2 - 4 (.5)^r
    U_better, U_worse = 2 - 4 (.5 -/+ .25 (|x_i - m| + |x_i - x_j|) / D)^r,  m the median
    E_ij = s_j (P U_success + (1 - P) U_failure) + (1 - s_j) U_success
           - Q U_same - (1 - Q)(T U_better + (1 - T) U_worse)
    v_k(a over b) = c_k s_k (|x_k - b|^r_k - |x_k - a|^r_k) / D^r_k
    P(i beats j) = sum_k max(0, v_k(x_i over x_j)) / denominator
    danger_i = sum_j E_ji at r = 1,  R_i its place between the least (-1) and the largest (1),
    r_i = (1 - R_i / 3) / (1 + R_i / 3)

The papers leave much open; `ChallengeOptions` names every reading, with the one as default that meets
the published figures. The model has no rule for stopping, and its means go on moving: read the
`warning` of a run.

References:
    Scholz, Calbert and Smith (2011), "Unravelling Bueno de Mesquita's group decision model", SIMULTECH
    2011. Bueno de Mesquita (1997), "A decision making model: its structure and form", International
    Interactions 23, 235-266.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.model.bargaining.baselines import weighted_median_draws
from talion.model.bargaining.challenge_options import ChallengeOptions
from talion.model.bargaining.positions import Issue

__all__ = [
    "VERSION",
    "ChallengeMove",
    "ChallengeRound",
    "ChallengeRun",
    "challenge_model",
    "one_scale",
]

F8 = NDArray[np.float64]
Kind = Literal["confrontation", "compromise", "capitulation"]
KINDS: tuple[Kind, ...] = ("confrontation", "compromise", "capitulation")
VERSION = "challenge model 1"


@dataclass(frozen=True)
class ChallengeMove:
    """The offer that an actor took."""

    actor: int
    rival: int
    kind: Kind
    own: float
    """E_ij: what the actor expects of challenging the rival."""
    others: float
    """E_ji: what the rival gains by challenging it, in the actor's eyes."""
    start: float
    end: float


@dataclass(frozen=True, eq=False)
class ChallengeRound:
    """One state, what was reckoned in it, and what was done; the last state has no moves."""

    positions: F8
    """[N] on the scale."""
    mean: float
    """Weighted by capability and salience; not a number if nobody has both."""
    median: float
    """The lower one on a tie; not a number if nobody has weight."""
    exponents: F8
    """[N] r."""
    chance: F8
    """[N, N] P of the row against the column, by votes at these exponents."""
    own: F8
    """[N, N] E_ij in the eyes of the row."""
    others: F8
    """[N, N] E_ji in the eyes of the row."""
    moves: tuple[ChallengeMove, ...] = ()


@dataclass(frozen=True, eq=False)
class ChallengeRun:
    """A run of the challenge model.

    Attributes:
        issue: what was bargained over.
        options: how the model was read.
        rounds: [rounds + 1] states.
        version: of the method.
    """

    issue: Issue
    options: ChallengeOptions
    rounds: tuple[ChallengeRound, ...]
    version: str

    @property
    def positions(self) -> F8:
        """[rounds + 1, N]"""
        return np.stack([each.positions for each in self.rounds])

    @property
    def means(self) -> F8:
        """[rounds + 1] mean position weighted by capability and salience."""
        return np.array([each.mean for each in self.rounds])

    @property
    def medians(self) -> F8:
        """[rounds + 1] weighted median position."""
        return np.array([each.median for each in self.rounds])

    @property
    def period(self) -> int | None:
        """After how many rounds the last state came back: 1 if nobody moves; None if it did not."""
        for back in range(1, len(self.rounds)):
            if (self.positions[-1 - back] == self.positions[-1]).all():
                return back
        return None

    @property
    def warning(self) -> str:
        """What a reader must know of where this run ended."""
        rule = "The challenge model has no rule for stopping"
        if self.period == 1:
            return f"{rule}; here nobody moved in the last round, so that further rounds change nothing."
        if self.period:
            return f"{rule}; here the positions repeat every {self.period} rounds and never settle."
        means = self.means[1:]
        span = f"{np.nanmin(means):.4g} to {np.nanmax(means):.4g}"
        return (
            f"{rule}; after {len(means)} round(s) positions still move, and its mean has been {span}: "
            "the round at which it is read is a choice."
        )


def one_scale(issue: Issue) -> None:
    """Refuse an issue of several dimensions.

    Raises:
        InputError: it has more than one.
    """
    if len(issue.dimensions) != 1:
        raise InputError(
            "the challenge model is of one dimension",
            place=f"issue {issue.name!r}",
            value=len(issue.dimensions),
            remedy="give an issue for each dimension, or use the spatial model",
        )


class _Challenge:
    """The fixed parts of a run, and the formulas."""

    def __init__(self, issue: Issue, options: ChallengeOptions) -> None:
        one_scale(issue)
        self.options = options
        self.salience = issue.salience[:, 0]
        self.weights = issue.capability[:, 0] * self.salience
        self.start = issue.positions[:, 0]
        self.range = float(self.start.max() - self.start.min())

    def chances(self, x: F8, exponents: F8) -> F8:
        """[N, N] P of the row's position against the column's; 0 between equal positions."""
        far = self.weights[:, None] * (np.abs(x[:, None] - x) / self.range) ** exponents[:, None]
        # v[k, i, j]: vote of k for the position of i over that of j.
        v = far[:, None, :] - far[:, :, None]
        cast = np.abs(v)
        total = cast.sum() if self.options.denominator == "all-pairs" else cast.sum(axis=0)
        won = np.maximum(v, 0.0).sum(axis=0)
        scale = np.where(total > 0.0, total, 1.0)
        return np.where(x[:, None] == x, 0.0, won / scale)

    def expected(self, x: F8, median: float, chance: F8, exponents: F8) -> tuple[F8, F8]:
        """[N, N] E_ij and E_ji in the eyes of the row i, by its exponent."""
        r = exponents[:, None]
        gap = np.abs(x[:, None] - x) / self.range
        off = np.abs(x - median) / self.range
        target, rival = self.salience[:, None], self.salience[None, :]
        resists = rival if self.options.resistance == "rival" else target
        own = self._challenge(gap, chance, rival, r) - self._otherwise(gap, off[:, None], r)
        others = self._challenge(gap, chance.T, resists, r) - self._otherwise(gap, off[None, :], r)
        return own, others

    @staticmethod
    def _challenge(gap: F8, chance: F8, resists: F8, r: F8) -> F8:
        """What a challenge is worth against a rival that resists with some chance."""
        success, failure = _worth(0.5 - 0.5 * gap, r), _worth(0.5 + 0.5 * gap, r)
        contest = chance * success + (1.0 - chance) * failure
        return np.asarray(resists * contest + (1.0 - resists) * success)

    def _otherwise(self, gap: F8, off: F8, r: F8) -> F8:
        """What is expected without a challenge: things stay, get better or get worse."""
        o = self.options
        stays = o.status_quo * _worth(np.full_like(gap, 0.5), r)
        if o.change_term == "omitted":
            return stays
        shift = 0.25 * (off + gap)
        changes = o.better * _worth(0.5 - shift, r) + (1.0 - o.better) * _worth(0.5 + shift, r)
        return np.asarray(stays + (1.0 - o.status_quo) * changes)

    def exponents(self, x: F8, median: float) -> F8:
        """[N] r, from how much all others together gain by challenging each actor."""
        neutral = np.ones_like(x)
        own, _ = self.expected(x, median, self.chances(x, neutral), neutral)
        danger = own.sum(axis=0) - np.diag(own)
        least, most = danger.min(), danger.max()
        if most <= least:
            return neutral
        attitude = (2.0 * danger - most - least) / (most - least)
        return np.asarray((1.0 - attitude / 3.0) / (1.0 + attitude / 3.0))

    def look(self, x: F8) -> ChallengeRound:
        """Everything reckoned in one state."""
        mean, median = _weighted(x, self.weights)
        n = len(x)
        if self.range == 0.0:  # everyone agrees from the start: there is nothing to reckon
            nothing = np.zeros((n, n))
            return ChallengeRound(x, mean, median, np.ones(n), nothing, nothing, nothing)
        middle = median if np.isfinite(median) else float(x.mean())
        r = self.exponents(x, middle)
        chance = self.chances(x, r)
        own, others = self.expected(x, middle, chance, r)
        return ChallengeRound(x, mean, median, r, chance, own, others)

    def offer(self, now: ChallengeRound, i: int) -> ChallengeMove | None:
        """The offer that actor i takes."""
        x, found = now.positions, []
        for j in range(len(x)):
            own, others = float(now.own[i, j]), float(now.others[i, j])
            kind = self.kind(own, others) if x[i] != x[j] else None
            if kind is None:
                continue
            share = abs(own / others) if kind == "compromise" else 1.0
            end = float(x[i] + (x[j] - x[i]) * share) if kind == "compromise" else float(x[j])
            found.append(ChallengeMove(i, j, kind, own, others, float(x[i]), end))
        for kind in KINDS:
            of_kind = [move for move in found if move.kind == kind]
            if of_kind:
                return min(of_kind, key=lambda move: self._rank(move, x))
        return None

    def kind(self, own: float, others: float) -> Kind | None:
        """What kind of offer a rival makes, by what each expects of challenging the other."""
        if others > own > 0.0:
            return "confrontation"
        if others > 0.0 > own:
            if others > -own:
                return "compromise"
            if others < -own and self.options.capitulation == "stated":
                return "capitulation"
        return None

    def _rank(self, move: ChallengeMove, x: F8) -> float:
        """The least is taken; of equals, the first rival."""
        if move.kind == "compromise" and self.options.acceptance == "scholz":
            ours, theirs = abs(move.own), abs(move.others)
            return (ours * move.start + theirs * float(x[move.rival])) / (ours + theirs)
        return abs(move.end - move.start)


def _worth(share: F8, r: F8) -> F8:
    # Rounding, or positions beyond the range of U_better, must not give a root of a negative number.
    return np.asarray(2.0 - 4.0 * np.maximum(share, 0.0) ** r)


def _weighted(x: F8, weights: F8) -> tuple[float, float]:
    total = float(weights.sum())
    if total <= 0.0:
        return float("nan"), float("nan")
    low, _ = weighted_median_draws(x[None, :, None], weights[None, :, None])
    return float(weights @ x) / total, float(low[0, 0])


def challenge_model(issue: Issue, options: ChallengeOptions | None = None) -> ChallengeRun:
    """Play the challenge model on an issue of one dimension and keep every intermediate.

    Args:
        issue: stakes of all actors.
        options: how the model is read.

    Returns:
        All rounds. The model has no rule for stopping: see `warning` of the run.

    Raises:
        InputError: several dimensions.

    >>> from talion.model.bargaining.positions import one_dimension
    >>> three = one_dimension("x", {"A": (0, 80, 2), "B": (40, 50, 1), "C": (100, 90, 3)})
    >>> run = challenge_model(three, ChallengeOptions(rounds=2))
    >>> run.means.shape, run.rounds[0].median
    ((3,), 100.0)
    """
    chosen = options or ChallengeOptions()
    model = _Challenge(issue, chosen)
    x = model.start
    rounds: list[ChallengeRound] = []
    for _ in range(chosen.rounds):
        now = model.look(x)
        taken = [model.offer(now, i) for i in range(len(x))]
        moves = tuple(move for move in taken if move is not None)
        x = x.copy()
        for move in moves:
            x[move.actor] = move.end
        rounds.append(replace(now, moves=moves))
    return ChallengeRun(issue, chosen, (*rounds, model.look(x)), VERSION)
