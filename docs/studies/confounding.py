"""Strikes answer attacks: what four estimators make of a strike's effect when escalation moves both.

    python docs/studies/confounding.py --replicates 200

prints the tables of docs/why/confounding.md. About half a second a replicate and truth on one processor.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from daily_counts import F8, Crisis, Truth, decayed_sum, lingering, simulate
from weekly_baseline import Baseline, Counts, Estimate, estimate, whole_weeks

FAST, SLOW = 2.0, 30.0
"""Half-lives, in days, of the two effects that are asked about."""
SELF = (2.0, 7.0, 30.0)
"""Half-lives of attacks' own answers in the estimators."""
BOUND = 1.28155
"""z beyond which a one-sided test at 10 % finds something."""
FEWEST = 8
"""Strikes below which nothing is estimated."""


class Estimator(NamedTuple):
    """One way to estimate the effects of strikes."""

    name: str
    self_excitation: bool
    baseline: Baseline


ESTIMATORS = (
    Estimator("strike terms only", False, "constant"),
    Estimator("+ attacks draw attacks", True, "constant"),
    Estimator("+ weekly baseline, maximised", True, "maximised"),
    Estimator("+ weekly baseline, integrated out", True, "integrated"),
)

TRUTHS: dict[str, tuple[Truth, int]] = {
    "no effect": (Truth(), 1_000),
    "no effect, few strikes": (Truth(readiness=0.02), 2_000),
    "no effect, strikes foresee escalation": (Truth(readiness=0.06, foresight=1.0), 6_000),
    "no effect, no escalation": (Truth(background=0.2, escalation_sd=0.0), 3_000),
    "fast deterrence, slow provocation": (Truth(fast=-1.0, provoked=2.0), 4_000),
    "the same, few strikes": (Truth(fast=-1.0, provoked=2.0, readiness=0.015), 5_000),
}
"""Truths by name, each with the seed of its first replicate."""


@dataclass(frozen=True, eq=False)
class Found:
    """What one estimator found over the replicates of one truth."""

    effects: F8
    """[n, 2] beta of the fast and of the slow effect."""
    errors: F8
    """[n, 2]"""

    @property
    def replicates(self) -> int:
        """n."""
        return len(self.effects)

    def share(self, effect: int, sign: int) -> float:
        """Share of replicates with z beyond the bound on one side."""
        z = self.effects[:, effect] / self.errors[:, effect]
        return float((sign * z > BOUND).mean())

    def share_error(self, effect: int, sign: int) -> float:
        """Monte Carlo standard error of that share."""
        p = self.share(effect, sign)
        return float(np.sqrt(p * (1.0 - p) / self.replicates))


def counts_of(crisis: Crisis, *, self_excitation: bool) -> Counts:
    """Features of a crisis for an estimator."""
    u = np.column_stack([lingering(crisis.strikes, h) for h in (FAST, SLOW)])
    own = [decayed_sum(crisis.attacks, h) for h in SELF if self_excitation]
    x = np.array(own).T if own else np.zeros((len(u), 0))
    return whole_weeks(crisis.attacks, x, u)


def estimate_all(crisis: Crisis, estimators: tuple[Estimator, ...] = ESTIMATORS) -> list[Estimate]:
    """Estimate one crisis every way."""
    return [
        estimate(counts_of(crisis, self_excitation=e.self_excitation), e.baseline)
        for e in estimators
    ]


def gather(rows: list[list[Estimate]]) -> list[Found]:
    """Put estimates [replicate][estimator] together by estimator."""
    return [
        Found(np.array([e.effects for e in column]), np.array([e.errors for e in column]))
        for column in zip(*rows, strict=True)
    ]


def experiment(
    draw: Callable[[int], Crisis],
    replicates: int,
    estimators: tuple[Estimator, ...] = ESTIMATORS,
) -> tuple[list[Found], F8]:
    """Estimate replicates of one truth.

    Args:
        draw: makes replicate i.
        replicates: how many; those with fewer than eight strikes are left out.
        estimators: ways to estimate.

    Returns:
        What each estimator found, and [n, 2] numbers of attacks and strikes.
    """
    rows, sizes = [], []
    for i in range(replicates):
        crisis = draw(i)
        if crisis.strikes.sum() >= FEWEST:
            rows.append(estimate_all(crisis, estimators))
            sizes.append((crisis.attacks.sum(), crisis.strikes.sum()))
    return gather(rows), np.array(sizes)


def from_truth(name: str) -> Callable[[int], Crisis]:
    """Make replicates of a named truth, each from its own seed."""
    truth, seed = TRUTHS[name]
    return lambda i: simulate(truth, np.random.default_rng(seed + i))


def lines(found: list[Found], estimators: tuple[Estimator, ...] = ESTIMATORS) -> list[str]:
    """Rows of a table: mean, median error and both shares, fast and slow."""
    rows = []
    for one, of in zip(found, estimators, strict=True):
        cells = [of.name]
        for effect in (0, 1):
            mean, error = one.effects[:, effect].mean(), np.median(one.errors[:, effect])
            cells.append(f"{mean:+.2f} ({error:.2f})")
            cells += [
                f"{one.share(effect, sign):.3f} ± {one.share_error(effect, sign):.3f}"
                for sign in (-1, 1)
            ]
        rows.append("| " + " | ".join(cells) + " |")
    return rows


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--truth", choices=list(TRUTHS), action="append")
    given = parser.parse_args()
    for name in given.truth or TRUTHS:
        begin = time.perf_counter()
        found, sizes = experiment(from_truth(name), given.replicates)
        attacks, strikes = sizes.mean(axis=0)
        print(
            f"\n## {name}: {found[0].replicates} replicates, {attacks:.0f} attacks, "
            f"{strikes:.0f} strikes on average; {time.perf_counter() - begin:.0f} s"
        )
        print("\n".join(lines(found)), flush=True)


if __name__ == "__main__":
    main()
