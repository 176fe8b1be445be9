"""Power indices of a voting body: how often a member's vote decides, whoever wants what.

A coalition wins when its votes reach the quota (and, where the rule says so, when it has enough
members). Member i swings a losing coalition S of the others when S with i wins. With n members and
v_i(s) the number of swings of i in coalitions of s others,

    Banzhaf measure   b_i = sum_s v_i(s) / 2^(n-1)        chance of being decisive if all vote by coin
    Banzhaf index     b_i / sum_j b_j                     shares that sum to one
    Shapley-Shubik    sum_s s! (n-1-s)! / n! v_i(s)       chance of being pivotal in a random order

They count coalitions and know nothing of who would sit with whom: they are baselines, and a bloc that
votes as one is put in as one member.

Exact numbers come from the generating function `prod_j (1 + y x^{w_j})`, whose coefficient at y^s x^w
counts coalitions of s members with w votes, in whole numbers of any size. Larger bodies, or weights too
long for that, are sampled and carry a standard error.

References:
    Penrose (1946), Journal of the Royal Statistical Society 109:53; Banzhaf (1965), Rutgers Law Review
    19:317; Shapley and Shubik (1954), American Political Science Review 48:787; generating functions:
    Brams and Affuso (1976), Theory and Decision 7:29, and Mann and Shapley (1962), RAND RM-3158.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.model.bargaining.coalition_counts import swing_counts, working_bits

__all__ = ["PowerIndices", "VotingBody", "power_indices", "voting_body", "with_blocs"]

F8 = NDArray[np.float64]
Rule = Literal["majority", "two_thirds", "three_quarters", "unanimity"]

MOST_EXACT_MEMBERS = 100
MOST_BITS = 200_000_000  # 25 MB for one generating function; some ten seconds
_SHARES = {"two_thirds": Fraction(2, 3), "three_quarters": Fraction(3, 4)}
_SAMPLED_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class VotingBody:
    """Members with their votes, and what it takes to decide.

    Attributes:
        members: names, (n,).
        votes: whole numbers of votes, (n,), in the smallest unit in which all are whole.
        quota: votes with which a decision is made, in that unit.
        least_members: members that must be among them, whatever their votes; 1 asks nothing.
        unit: votes as given for one vote here.

    Raises:
        InputError: names twice, votes that are negative or for other members, a quota or number of
            members that nobody or everybody would reach. `voting_body` makes one from any numbers.
    """

    members: tuple[str, ...]
    votes: tuple[int, ...]
    quota: int
    least_members: int = 1
    unit: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        """Refuse what is no voting body."""
        n = len(self.members)
        if len(set(self.members)) < n or len(self.votes) != n or min(self.votes, default=-1) < 0:
            raise InputError(
                "members need names that differ and votes of 0 or more", place="members",
                value=self.members[:4], remedy="give each member once, with its votes",
            )  # fmt: skip
        if not 1 <= self.quota <= sum(self.votes):
            raise InputError(
                "the quota must be more than 0 and at most all votes", place="quota",
                value=self.quota, remedy=f"all votes are {sum(self.votes)}",
            )  # fmt: skip
        if not 1 <= self.least_members <= n:
            raise InputError(
                "least_members out of range", place="least_members", value=self.least_members,
                remedy=f"give 1 to {n}",
            )  # fmt: skip

    @property
    def proper(self) -> bool:
        """Return whether two coalitions without a common member can never both win."""
        return 2 * self.quota > sum(self.votes) or 2 * self.least_members > len(self.votes)


@dataclass(frozen=True)
class PowerIndices:
    """Power of each member, and how it was found.

    Attributes:
        body: members, votes, quota.
        banzhaf: shares that sum to one, (n,); all 0 if nobody can ever decide.
        banzhaf_measure: chance of being decisive when every other member votes by coin, (n,).
        shapley_shubik: chance of being pivotal in a random order, (n,); sums to one.
        winning_share: share of all coalitions that win (Coleman's power of the body to act).
        method: `exact` or `sampled`.
        exact_banzhaf, exact_shapley_shubik: the same as fractions; empty where sampled.
        banzhaf_error, shapley_shubik_error: standard errors of the measure and of Shapley-Shubik where
            sampled, (n,); 0 where exact.
        samples: coalitions and orders drawn; 0 where exact.
        seed: of the sampling; None where exact.
    """

    body: VotingBody
    banzhaf: tuple[float, ...]
    banzhaf_measure: tuple[float, ...]
    shapley_shubik: tuple[float, ...]
    winning_share: float
    method: Literal["exact", "sampled"]
    exact_banzhaf: tuple[Fraction, ...] = ()
    exact_shapley_shubik: tuple[Fraction, ...] = ()
    banzhaf_error: tuple[float, ...] = ()
    shapley_shubik_error: tuple[float, ...] = ()
    samples: int = 0
    seed: int | None = None

    @property
    def dummies(self) -> tuple[str, ...]:
        """Return the members who can never decide; where sampled, who never did."""
        pairs = zip(self.body.members, self.banzhaf_measure, self.shapley_shubik, strict=True)
        return tuple(name for name, b, s in pairs if b == 0.0 and s == 0.0)

    def sentences(self) -> list[str]:
        """Return the result in words, the most powerful first.

        >>> print(*power_indices(voting_body({"A": 50, "B": 49, "C": 1}, 51)).sentences(), sep="\\n")
        A has 50.0 % of the votes, 60.0 % of the Banzhaf power and 66.7 % by Shapley-Shubik.
        B has 49.0 % of the votes, 20.0 % of the Banzhaf power and 16.7 % by Shapley-Shubik.
        C has 1.0 % of the votes, 20.0 % of the Banzhaf power and 16.7 % by Shapley-Shubik.
        """
        total = sum(self.body.votes)
        rows = zip(
            self.body.members, self.body.votes, self.banzhaf, self.shapley_shubik, strict=True
        )
        ordered = sorted(rows, key=lambda row: (-row[3], -row[1], row[0]))
        return [
            f"{name} has {votes / total:.1%} of the votes, {b:.1%} of the Banzhaf power and "
            f"{s:.1%} by Shapley-Shubik.".replace("%", " %")
            for name, votes, b, s in ordered
        ]


def _exact(value: float | Fraction, place: str) -> Fraction:
    """A number as it was written: 0.1 is a tenth."""
    if isinstance(value, bool) or not (isinstance(value, Fraction) or math.isfinite(value)):
        raise InputError("votes must be finite numbers", place=place, value=value)
    whole = isinstance(value, int | Fraction)
    return Fraction(value) if whole else Fraction(repr(float(value)))


def _needed(total: int, unit: Fraction, rule: Rule | float | Fraction) -> int:
    """The quota in whole units: sums of votes are whole, so one between two of them is the upper one."""
    if rule == "majority":
        return total // 2 + 1
    if rule == "unanimity":
        return total
    if isinstance(rule, str):
        if rule not in _SHARES:
            known = ", ".join(["majority", *_SHARES, "unanimity"])
            raise InputError(
                "no such rule", place="quota", value=rule, remedy=f"give votes, or one of {known}"
            )
        return math.ceil(_SHARES[rule] * total)
    votes = _exact(rule, "quota")
    if not 0 < votes <= total * unit:
        raise InputError(
            "the quota must be more than 0 and at most all votes", place="quota", value=rule,
            remedy=f"all votes are {float(total * unit):g}",
        )  # fmt: skip
    return math.ceil(votes / unit)


def voting_body(
    votes: Mapping[str, float | Fraction],
    rule: Rule | float | Fraction = "majority",
    *,
    least_members: int = 1,
) -> VotingBody:
    """Return a voting body.

    Args:
        votes: member -> votes; any numbers that are not negative.
        rule: `majority` (more than half), `two_thirds`, `three_quarters` (that share or more),
            `unanimity`, or the votes that a coalition must reach.
        least_members: members a winning coalition needs besides the votes, as in a double majority.

    Raises:
        InputError: no members, a negative number of votes, no votes at all, a quota out of range, no such
            rule.

    >>> body = voting_body({"A": 0.5, "B": 0.25, "C": 0.25}, "two_thirds")
    >>> body.votes, body.quota, str(body.unit)
    ((2, 1, 1), 3, '1/4')
    """
    exact = {name: _exact(v, f"votes of {name!r}") for name, v in votes.items()}
    for name, value in exact.items():
        if not name.strip():
            raise InputError("a member needs a name", place="votes", value=name)
        if value < 0:
            raise InputError(
                "votes must not be negative", place=f"votes of {name!r}", value=float(value),
                remedy="give 0 or more",
            )  # fmt: skip
    total = sum(exact.values(), Fraction(0))
    if total == 0:
        raise InputError(
            "nobody has votes",
            place="votes",
            value=len(exact),
            remedy="give at least one member votes",
        )
    scale = math.lcm(*(v.denominator for v in exact.values()))
    whole = [int(v * scale) for v in exact.values()]
    common = math.gcd(*whole)
    unit = Fraction(common, scale)
    needed = _needed(sum(whole) // common, unit, rule)
    return VotingBody(tuple(exact), tuple(v // common for v in whole), needed, least_members, unit)


def with_blocs(body: VotingBody, blocs: Mapping[str, Sequence[str]]) -> VotingBody:
    """Return the body in which the members of each bloc vote as one.

    Args:
        body: the members apart.
        blocs: name of the bloc -> its members.

    Raises:
        InputError: an unknown member, one in two blocs, an empty bloc, a name that is taken, or a
            rule that counts members (a bloc would count as one of them).

    >>> body = voting_body({"A": 40, "B": 30, "C": 20, "D": 10})
    >>> with_blocs(body, {"BC": ["B", "C"]}).votes
    (4, 5, 1)
    """
    if body.least_members > 1:
        raise InputError(
            "blocs cannot be formed under a rule that counts members", place="least_members",
            value=body.least_members, remedy="give the bloc's members one by one",
        )  # fmt: skip
    at: dict[str, str] = {}
    for bloc, names in blocs.items():
        if not names:
            raise InputError("a bloc without members", place=f"bloc {bloc!r}", value=bloc)
        for name in names:
            if name not in body.members or name in at:
                what = "no such member" if name not in body.members else "a member of two blocs"
                raise InputError(
                    what, place=f"bloc {bloc!r}", value=name,
                    remedy=f"members are: {', '.join(body.members[:12])}",
                )  # fmt: skip
            at[name] = bloc
    for bloc, names in blocs.items():
        if bloc in body.members and bloc not in names:
            raise InputError(
                "a bloc has the name of a member outside it", place="blocs", value=bloc,
                remedy="name it otherwise",
            )  # fmt: skip
    merged: dict[str, int] = {}
    for name, votes in zip(body.members, body.votes, strict=True):
        key = at.get(name, name)
        merged[key] = merged.get(key, 0) + votes
    return VotingBody(tuple(merged), tuple(merged.values()), body.quota, 1, body.unit)


def power_indices(
    body: VotingBody,
    *,
    method: Literal["auto", "exact", "sampled"] = "auto",
    samples: int = 100_000,
    seed: int = 1,
) -> PowerIndices:
    """Return Banzhaf and Shapley-Shubik power of every member.

    Args:
        body: members, votes, quota.
        method: `auto` is exact to 100 members and as long as votes fit into memory.
        samples: coalitions, and as many orders, where sampled.
        seed: of the sampling.

    Raises:
        InputError: `exact` for a body that is too large for it, or no samples.

    >>> result = power_indices(voting_body({"A": 4, "B": 3, "C": 2, "D": 1}, 6))
    >>> [str(x) for x in result.exact_banzhaf]
    ['5/12', '1/4', '1/4', '1/12']
    """
    if method not in ("auto", "exact", "sampled"):
        raise InputError(
            "no such method", place="method", value=method, remedy="give auto, exact or sampled"
        )
    bits = working_bits(body.votes, body.quota)
    fits = len(body.members) <= MOST_EXACT_MEMBERS and bits <= MOST_BITS
    if method == "exact" and not fits:
        raise InputError(
            "the body is too large for exact numbers", place="method", value=method,
            remedy=f"at most {MOST_EXACT_MEMBERS} members, and fewer digits of votes; or sample",
        )  # fmt: skip
    if method == "exact" or (method == "auto" and fits):
        return _exact_indices(body)
    if samples < 2:
        raise InputError("at least two samples are needed", place="samples", value=samples)
    return _sampled_indices(body, samples, seed)


def _exact_indices(body: VotingBody) -> PowerIndices:
    n = len(body.members)
    counts, winning = swing_counts(body.votes, body.quota, body.least_members)
    totals = [sum(row) for row in counts]
    everything = sum(totals)
    weight = [math.factorial(s) * math.factorial(n - 1 - s) for s in range(n)]
    shapley = [
        Fraction(sum(v * w for v, w in zip(row, weight, strict=True)), math.factorial(n))
        for row in counts
    ]
    banzhaf = [Fraction(v, everything) if everything else Fraction(0) for v in totals]
    return PowerIndices(
        body,
        tuple(map(float, banzhaf)),
        tuple(float(Fraction(v, 2 ** (n - 1))) for v in totals),
        tuple(map(float, shapley)),
        float(Fraction(winning, 2**n)),
        "exact",
        tuple(banzhaf),
        tuple(shapley),
        (0.0,) * n,
        (0.0,) * n,
    )


def _sampled_indices(body: VotingBody, samples: int, seed: int) -> PowerIndices:
    n = len(body.members)
    # Votes beyond 2^53 / n would not add up exactly as floats; Python's integers would be slow.
    if sum(body.votes) >= 2**53:
        raise InputError(
            "votes have too many digits", place="votes", value=max(body.votes),
            remedy="round them: 15 digits in all are read",
        )  # fmt: skip
    votes = np.array(body.votes, dtype=np.float64)
    coin, order = np.random.default_rng(seed).spawn(2)
    decisive, pivotal, wins = np.zeros(n), np.zeros(n), 0
    done = 0
    while done < samples:
        rows = min(max(_SAMPLED_AT_ONCE // n, 1), samples - done)
        swings, won = _coin_swings(body, votes, coin.random((rows, n)) < 0.5)
        decisive += swings
        wins += won
        pivotal += _pivots(body, votes, np.argsort(order.random((rows, n)), axis=1))
        done += rows
    measure, shapley = decisive / samples, pivotal / samples
    total = measure.sum()
    return PowerIndices(
        body,
        tuple((measure / total if total else measure).tolist()),
        tuple(measure.tolist()),
        tuple(shapley.tolist()),
        wins / samples,
        "sampled",
        banzhaf_error=tuple(np.sqrt(measure * (1 - measure) / samples).tolist()),
        shapley_shubik_error=tuple(np.sqrt(shapley * (1 - shapley) / samples).tolist()),
        samples=samples,
        seed=seed,
    )


def _coin_swings(body: VotingBody, votes: F8, there: NDArray[np.bool_]) -> tuple[F8, int]:
    """How often each member decides in these coalitions of all, and how many of them win."""
    total, size = there @ votes, there.sum(axis=1)
    others, others_size = total[:, None] - there * votes, size[:, None] - there
    with_i = (others + votes >= body.quota) & (others_size + 1 >= body.least_members)
    without = (others >= body.quota) & (others_size >= body.least_members)
    won = (total >= body.quota) & (size >= body.least_members)
    return (with_i & ~without).sum(axis=0).astype(np.float64), int(won.sum())


def _pivots(body: VotingBody, votes: F8, orders: NDArray[np.intp]) -> F8:
    """How often each member is the one with whom a growing coalition first wins."""
    reached = np.cumsum(votes[orders], axis=1) >= body.quota
    reached[:, : body.least_members - 1] = False
    at = reached.argmax(axis=1)
    return np.bincount(orders[np.arange(len(orders)), at], minlength=len(votes)).astype(np.float64)
