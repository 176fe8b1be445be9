"""Equal-gain exchange on decided issues of the European Union, beside the weighted mean it starts from.

    python docs/studies/exchange_decisions.py ../shared/data/bargaining/deu3_blksv.csv

The table has, for each issue, positions and saliences of the Commission, the Parliament and the member
states on 0 to 100, and the outcome. Issues of one proposal are exchanged with each other; a proposal
with one decided issue leaves nothing to exchange and keeps the weighted mean. Nothing is tuned.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from talion.model.bargaining.exchange import equal_gain_exchange, exchange_spread, weighted_outcome
from talion.model.bargaining.exchange_table import ExchangeTable, exchange_table

F8 = NDArray[np.float64]

POSITIONS = slice(13, 43)
SALIENCE = 30
"""Columns from a position to the salience of the same actor."""
PROPOSAL, ISSUE, OUTCOME = 2, 4, -1


@dataclass(frozen=True, eq=False)
class Proposal:
    """The decided issues of one proposal."""

    name: str
    table: ExchangeTable
    outcome: F8


def read(path: Path, *, equal: bool) -> list[Proposal]:
    """Read proposals with their decided issues; the second line of the file has power (shares of GDP)."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, power, *rows = csv.reader(stream, delimiter="\t")
    actors = header[POSITIONS]
    weight = {a: 1.0 if equal else float(p) for a, p in zip(actors, power[POSITIONS], strict=True)}
    by_proposal = defaultdict(list)
    for row in rows:
        if row[OUTCOME].strip():
            by_proposal[row[PROPOSAL]].append(row)
    found = []
    for name, issues in by_proposal.items():
        stakes = {
            (actor, row[ISSUE]): (float(row[k]), float(row[k + SALIENCE]) / 100, weight[actor])
            for row in issues
            for k, actor in enumerate(actors, POSITIONS.start)
            if row[k].strip() and row[k + SALIENCE].strip()
        }
        table = exchange_table({row[ISSUE]: (0, 100) for row in issues}, stakes)
        found.append(Proposal(name, table, np.array([float(row[OUTCOME]) for row in issues])))
    return found


@dataclass(frozen=True, eq=False)
class Errors:
    """Absolute errors on 0 to 100 of each decided issue.

    Attributes:
        mean: of the weighted mean.
        first, third: of the exchanges after one and after three rounds; the mean where a proposal has
            one issue.
        several: whether the proposal has several issues.
        spread: highest less lowest outcome over ten orders of ties, where there are several.
    """

    mean: F8
    first: F8
    third: F8
    several: NDArray[np.bool_]
    spread: F8


def errors(proposals: list[Proposal], *, orders: int = 10) -> Errors:
    """Predict every decided issue."""
    mean, first, third, several, spread = [], [], [], [], []
    for proposal in proposals:
        start = weighted_outcome(proposal.table, proposal.table.positions)
        mean.append(np.abs(start - proposal.outcome))
        many = len(start) > 1
        several.append(np.full(len(start), many))
        if not many:
            first.append(mean[-1])
            third.append(mean[-1])
            continue
        rounds = equal_gain_exchange(proposal.table, rounds=3).rounds
        first.append(np.abs(rounds[0].outcome - proposal.outcome))
        third.append(np.abs(rounds[2].outcome - proposal.outcome))
        if orders:
            tried = exchange_spread(proposal.table, runs=orders)
            spread.append(tried.high - tried.low)
    return Errors(
        np.concatenate(mean), np.concatenate(first), np.concatenate(third),
        np.concatenate(several), np.concatenate(spread) if spread else np.zeros(0),
    )  # fmt: skip


def main() -> None:
    """Print the table of the page docs/how-to/power-and-games.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    file = parser.parse_args().file
    print("| power | predictor | issues | mean error | median error |")
    print("|---|---|---|---|---|")
    for equal in (False, True):
        found = errors(read(file, equal=equal))
        power = "equal" if equal else "GDP"
        for name, values in (
            ("weighted mean", found.mean),
            ("exchange, one round", found.first),
            ("exchange, three rounds", found.third),
        ):
            print(
                f"| {power} | {name} | {len(values)} | {values.mean():.1f} | {np.median(values):.1f} |"
            )
        gap = (found.first - found.mean)[found.several]
        error = gap.std(ddof=1) / np.sqrt(len(gap))
        print(
            f"\nOn {len(gap)} issues of proposals with several: one round less the mean "
            f"{gap.mean():+.2f} (standard error {error:.2f}); spread over ties "
            f"{found.spread.mean():.2f} on average, {found.spread.max():.1f} at most.\n"
        )


if __name__ == "__main__":
    main()
