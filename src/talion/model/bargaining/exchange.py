"""Exchange of voting positions: two actors each give way on what matters less to them.

The outcome of an issue is the mean vote weighted by capability and salience,
`O_p = sum c s y / sum c s`. Two actors on opposite sides of the outcomes of two issues can both gain
when each moves its vote towards the other on the issue that is relatively less salient to it. With
`d_p` and `d_q` the shifts of the outcomes of p and q so made, i wanting the shift of p and j that of q,

    gain of i = s_ip d_p - s_iq d_q,    gain of j = s_jq d_q - s_jp d_p,
    both equal when  d_q = d_p (s_ip + s_jp) / (s_iq + s_jq).

The pair makes the largest such exchange in which no vote passes the partner's own position and no
outcome passes the position of the actor that wanted it moved. In each step the exchange with the
largest gain is made; what remains is worked out anew where votes have moved. What an actor wants (its
position) stays as it was; what it votes changes.

Outcomes are compared with positions as they stand when an exchange is made, so that both partners gain,
by the stated amount, at that moment. The program `decide-exchange-model` compares with outcomes that are
renewed in part: on its two example tables it makes the same first exchanges, and its outcomes of the
first round differ by up to six points of 100.

Several exchanges may have the same gain, and which is made first changes what follows. Here the first
by name is made, so that the order of rows does not matter; `exchange_spread` shows what other orders give.

Reference: Stokman and Van Oosten (1994), "The exchange of voting positions: an object-oriented model of
policy networks", in Bueno de Mesquita and Stokman (eds), European Community Decision Making, chapter 5.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.model.bargaining.exchange_table import ExchangeTable

__all__ = [
    "Exchange",
    "ExchangeResult",
    "ExchangeRound",
    "ExchangeSpread",
    "equal_gain_exchange",
    "exchange_spread",
    "weighted_outcome",
]

F8 = NDArray[np.float64]

LEAST_GAIN = 1e-9
TIED_WITHIN = 1e-9
MOST_ROUNDS = 1000
_SAME = 1e-12
_AT_OUTCOME = 1e-9


@dataclass(frozen=True)
class Side:
    """What one partner of an exchange gives: its vote on an issue, before and after, 0 to 100."""

    actor: str
    gives: str
    before: float
    after: float
    shift: float
    """Of the outcome of that issue."""


@dataclass(frozen=True)
class Exchange:
    """Two votes moved for an equal gain; `tied` says how many exchanges had that gain."""

    first: Side
    second: Side
    gain: float
    tied: int

    def sentence(self) -> str:
        """Return the exchange in words.

        >>> a, b = Side("A", "pay", 0, 40, 12.0), Side("B", "date", 100, 20, -9.0)
        >>> Exchange(a, b, 1.25, 1).sentence()
        'A moves on pay from 0 to 40, B on date from 100 to 20; each gains 1.25.'
        """
        a, b = self.first, self.second
        return (
            f"{a.actor} moves on {a.gives} from {a.before:.3g} to {a.after:.3g}, "
            f"{b.actor} on {b.gives} from {b.before:.3g} to {b.after:.3g}; "
            f"each gains {self.gain:.3g}."
        )


@dataclass(frozen=True, eq=False)
class ExchangeRound:
    """One round: every exchange that was made, in order.

    Attributes:
        positions: what actors want in this round, (N, P).
        votes: what they vote after it, (N, P).
        before: outcome of each issue if all vote what they want, (P,).
        outcome: outcome of each issue after the exchanges, (P,).
        opposed: pairs of actors and issues on opposite sides of both outcomes.
        exchanges: in the order made.
        utility_change: for each actor, -s |O - x| summed over issues, after less before, (N,). Those
            who gain or lose without exchanging bear what others' exchanges do to them.
    """

    positions: F8
    votes: F8
    before: F8
    outcome: F8
    opposed: int
    exchanges: tuple[Exchange, ...]
    utility_change: F8

    @property
    def ties(self) -> int:
        """Return in how many steps more than one exchange had the largest gain."""
        return sum(e.tied > 1 for e in self.exchanges)


@dataclass(frozen=True, eq=False)
class ExchangeResult:
    """Rounds of exchange, and how they were made; positions and outcomes are 0 to 100."""

    table: ExchangeTable
    rounds: tuple[ExchangeRound, ...]
    seed: int | None
    """Of the order among ties; None when they are made by name."""
    method: str = "equal-gain exchange (Stokman and Van Oosten 1994), outcomes as they stand"

    @property
    def start(self) -> F8:
        """Return the weighted mean of the stated positions, (P,)."""
        return self.rounds[0].before

    @property
    def outcome(self) -> F8:
        """Return the prediction: the outcome after the exchanges of the first round, (P,)."""
        return self.rounds[0].outcome


@dataclass(frozen=True, eq=False)
class ExchangeSpread:
    """What the order among ties does to the outcome of the last round.

    Attributes:
        issues: names, (P,).
        by_name: outcome when ties are made by name, (P,).
        outcomes: outcome for each random order, (runs, P).
        seed: of the first run; run k has the seed `seed + k`.
    """

    issues: tuple[str, ...]
    by_name: F8
    outcomes: F8
    seed: int

    @property
    def low(self) -> F8:
        """Return the least outcome over all orders tried, (P,)."""
        return np.asarray(np.minimum(self.by_name, self.outcomes.min(axis=0)))

    @property
    def high(self) -> F8:
        """Return the largest outcome over all orders tried, (P,)."""
        return np.asarray(np.maximum(self.by_name, self.outcomes.max(axis=0)))


def weighted_outcome(table: ExchangeTable, votes: F8) -> F8:
    """Return `sum c s y / sum c s` of each issue, shape (P,).

    Args:
        table: salience s and power c.
        votes: y, (N, P), not a number where an actor takes no part.

    >>> from talion.model.bargaining.exchange_table import exchange_table
    >>> table = exchange_table({"p": (0, 100)}, {("A", "p"): (0, 1, 1), ("B", "p"): (90, 1, 2)})
    >>> weighted_outcome(table, table.positions).tolist()
    [60.0]
    """
    weight = table.salience * table.power
    return np.asarray((weight * np.nan_to_num(votes)).sum(axis=0) / weight.sum(axis=0))


Key = tuple[int, int, int, int]  # i, what i gives, j, what j gives


@dataclass(frozen=True)
class _Offer:
    """A possible exchange: new votes and shifts of the outcomes of what each gives."""

    gain: float
    votes: tuple[float, float]
    shifts: tuple[float, float]


class _Round:
    """Votes in one round, and the exchanges that are still open."""

    def __init__(
        self, table: ExchangeTable, positions: F8, rng: np.random.Generator | None
    ) -> None:
        self.table = table
        self.wants = positions.tolist()
        self.votes = positions.tolist()
        self.rng = rng
        self.salience = table.salience.tolist()
        weight = table.salience * table.power
        self.share = (weight / weight.sum(axis=0)).tolist()
        self.before = weighted_outcome(table, positions)
        self.outcome = self.before.tolist()
        # Names decide among equals, so the order of rows does not.
        self.rank = {
            k: r
            for r, k in enumerate(sorted(range(len(table.actors)), key=lambda k: table.actors[k]))
        }
        self.issue_rank = {
            p: r
            for r, p in enumerate(sorted(range(len(table.issues)), key=lambda p: table.issues[p]))
        }
        self.opposed = 0
        self.open: dict[Key, _Offer] = {}
        for key in self._pairs():
            offer = self.offer(key)
            if offer:
                self.open[key] = offer

    def _pairs(self) -> list[Key]:
        """Actors on opposite sides of two outcomes, each giving what is relatively less salient to it."""
        # Who stands at the outcome is on its left, whatever rounding made of it.
        left = np.asarray(self.wants) <= self.before + _AT_OUTCOME
        there = np.isfinite(np.asarray(self.wants))
        s = self.salience
        pairs = []
        actors, issues = range(len(self.wants)), range(len(self.outcome))
        for p, q in itertools.combinations(issues, 2):
            taking = [k for k in actors if there[k, p] and there[k, q]]
            for i, j in itertools.combinations(taking, 2):
                if left[i, p] == left[j, p] or left[i, q] == left[j, q]:
                    continue
                self.opposed += 1
                mine, yours = s[i][p] * s[j][q], s[j][p] * s[i][q]
                if mine < yours - _SAME:
                    pairs.append((i, p, j, q))
                elif mine > yours + _SAME:
                    pairs.append((i, q, j, p))
        return pairs

    def _room(self, giver: int, taker: int, issue: int) -> tuple[float, float]:
        """The way the outcome is to go, and how far the giver's vote can bring it."""
        want = self.wants[taker][issue]
        way = want - self.wants[giver][issue]
        sign = 1.0 if way > 0 else -1.0
        of_vote = (want - self.votes[giver][issue]) * sign * self.share[giver][issue]
        of_outcome = (want - self.outcome[issue]) * sign
        return sign, max(min(of_vote, of_outcome), 0.0)

    def offer(self, key: Key) -> _Offer | None:
        """The largest exchange of equal gain that is open to a pair, or None."""
        i, gives_i, j, gives_j = key
        s = self.salience
        sign_i, room_i = self._room(i, j, gives_i)
        sign_j, room_j = self._room(j, i, gives_j)
        # i wants the shift of what j gives, so d of what i gives follows from it at equal gain.
        ratio = (s[i][gives_j] + s[j][gives_j]) / (s[i][gives_i] + s[j][gives_i])
        shift_j = min(room_j, room_i / ratio)
        shift_i = shift_j * ratio
        gain = s[i][gives_j] * shift_j - s[i][gives_i] * shift_i
        if gain < LEAST_GAIN:
            return None
        vote_i = self.votes[i][gives_i] + sign_i * shift_i / self.share[i][gives_i]
        vote_j = self.votes[j][gives_j] + sign_j * shift_j / self.share[j][gives_j]
        return _Offer(gain, (vote_i, vote_j), (sign_i * shift_i, sign_j * shift_j))

    def _choose(self) -> tuple[Key, int]:
        """The exchange to make next, and how many have its gain."""
        best = max(offer.gain for offer in self.open.values())
        least = best - TIED_WITHIN * max(best, 1.0)
        tied = sorted(
            (key for key, offer in self.open.items() if offer.gain >= least), key=self._by_name
        )
        return tied[0 if self.rng is None else int(self.rng.integers(len(tied)))], len(tied)

    def _by_name(self, key: Key) -> tuple[tuple[int, int], ...]:
        i, gives_i, j, gives_j = key
        return tuple(
            sorted(
                ((self.rank[i], self.issue_rank[gives_i]), (self.rank[j], self.issue_rank[gives_j]))
            )
        )

    def step(self) -> Exchange:
        """Make the best exchange and work out anew what its votes and outcomes touch."""
        key, tied = self._choose()
        offer = self.open.pop(key)
        i, gives_i, j, gives_j = key
        sides = []
        for actor, issue, vote, shift in (
            (i, gives_i, offer.votes[0], offer.shifts[0]),
            (j, gives_j, offer.votes[1], offer.shifts[1]),
        ):
            name, what = self.table.actors[actor], self.table.issues[issue]
            sides.append(Side(name, what, self.votes[actor][issue], vote, shift))
            self.votes[actor][issue] = vote
            self.outcome[issue] += shift
        for other in list(self.open):
            if {other[1], other[3]} & {gives_i, gives_j}:
                renewed = self.offer(other)
                if renewed:
                    self.open[other] = renewed
                else:
                    del self.open[other]
        sides.sort(key=lambda side: (side.actor, side.gives))
        return Exchange(sides[0], sides[1], offer.gain, tied)


def _make_round(
    table: ExchangeTable, positions: F8, rng: np.random.Generator | None
) -> ExchangeRound:
    state = _Round(table, positions, rng)
    made = []
    while state.open:
        made.append(state.step())
    votes = np.asarray(state.votes)
    outcome = weighted_outcome(table, votes)
    loss = np.abs(np.nan_to_num(positions) - state.before)
    new_loss = np.abs(np.nan_to_num(positions) - outcome)
    change = (table.salience * (loss - new_loss)).sum(axis=1)
    return ExchangeRound(
        positions, votes, state.before, outcome, state.opposed, tuple(made), change
    )


def _next_positions(table: ExchangeTable, done: ExchangeRound) -> F8:
    """Where actors start the next round: nearer to what they voted, the less they care.

    x' = x + (0.4 (1 - s) + 0.1)(y - x), with x the round's start and y the vote.
    """
    part = 0.4 * (1.0 - table.salience) + 0.1
    return np.asarray(done.positions + part * (done.votes - done.positions))


def equal_gain_exchange(
    table: ExchangeTable, *, rounds: int = 1, seed: int | None = None
) -> ExchangeResult:
    """Let actors exchange votes across issues, in rounds.

    The prediction is the outcome after the first round. In later rounds actors want something nearer
    to what they voted: `x' = x + (0.4 (1 - s) + 0.1)(y - x)`.

    Args:
        table: positions, salience and power; two issues or more, or there is nothing to exchange.
        rounds: how many, 1 to 1000.
        seed: order ties at random; by default they are made in the order of names.

    Returns:
        Rounds, with every exchange, who gained and lost, and how many steps were ties.

    Raises:
        InputError: fewer than two issues, or a number of rounds out of range.

    Reference: Stokman and Van Oosten (1994); see the module.

    >>> from talion.model.bargaining.exchange_table import exchange_table
    >>> table = exchange_table({"pay": (0, 100), "date": (0, 100)}, {
    ...     ("A", "pay"): (0, 0.9, 1), ("A", "date"): (0, 0.3, 1),
    ...     ("B", "pay"): (100, 0.3, 1), ("B", "date"): (100, 0.9, 1)})
    >>> result = equal_gain_exchange(table)
    >>> result.start.round(3).tolist(), result.outcome.round(3).tolist()
    ([25.0, 75.0], [0.0, 100.0])
    >>> result.rounds[0].exchanges[0].sentence()
    'A moves on date from 0 to 100, B on pay from 100 to 0; each gains 15.'
    """
    if len(table.issues) < 2:
        raise InputError(
            "an exchange needs two issues or more", place="table", value=len(table.issues),
            remedy="use the weighted mean for a single issue",
        )  # fmt: skip
    if not 1 <= rounds <= MOST_ROUNDS:
        raise InputError(
            "rounds out of range", place="rounds", value=rounds, remedy=f"give 1 to {MOST_ROUNDS}"
        )
    rng = None if seed is None else np.random.default_rng(seed)
    done: list[ExchangeRound] = []
    positions = table.positions
    for _ in range(rounds):
        done.append(_make_round(table, positions, rng))
        positions = _next_positions(table, done[-1])
    return ExchangeResult(table, tuple(done), seed)


def exchange_spread(
    table: ExchangeTable, *, runs: int = 50, seed: int = 1, rounds: int = 1
) -> ExchangeSpread:
    """Repeat the exchanges with ties in random order.

    Args:
        table: as in `equal_gain_exchange`.
        runs: how many orders.
        seed: of the first run.
        rounds: in each run; the outcome of the last is kept.

    Raises:
        InputError: no run, or as in `equal_gain_exchange`.

    >>> from talion.model.bargaining.exchange_table import exchange_table
    >>> table = exchange_table({"p": (0, 1), "q": (0, 1)}, {
    ...     ("A", "p"): (0, 0.9, 1), ("A", "q"): (0, 0.3, 1),
    ...     ("B", "p"): (1, 0.3, 1), ("B", "q"): (1, 0.9, 1)})
    >>> spread = exchange_spread(table, runs=3)
    >>> (spread.high - spread.low).round(6).tolist()  # a single exchange knows no ties
    [0.0, 0.0]
    """
    if runs < 1:
        raise InputError("at least one run is needed", place="runs", value=runs)
    by_name = equal_gain_exchange(table, rounds=rounds).rounds[-1].outcome
    outcomes = [
        equal_gain_exchange(table, rounds=rounds, seed=seed + k).rounds[-1].outcome
        for k in range(runs)
    ]
    return ExchangeSpread(table.issues, by_name, np.array(outcomes), seed)
