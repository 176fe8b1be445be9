"""Models of bargaining on decided issues of the European Union: absolute error beside baselines.

    python docs/studies/deu.py ../shared/data/bargaining/deu3_blksv.csv

The table has, for each issue, positions and saliences of the Commission, the Parliament and the member
states on 0 to 100, and the outcome. Power is shares of GDP, or equal for all. Models with draws or
options are run with their defaults and nothing is tuned.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from talion.model.bargaining import baselines
from talion.model.bargaining.challenge_draws import challenge_draws
from talion.model.bargaining.challenge_options import ChallengeOptions
from talion.model.bargaining.positions import Issue, one_dimension
from talion.model.bargaining.spatial_draws import spatial_draws
from talion.model.bargaining.spatial_options import SpatialOptions

ACTORS = slice(13, 43)
"""Columns of positions; the second line has power there."""
SALIENCE = 30
"""Columns from a position to the salience of the same actor."""
STATUS_QUO, OUTCOME, PROPOSAL = -2, -1, 2


@dataclass(frozen=True)
class Decided:
    """One decided issue."""

    proposal: str
    name: str
    equal: Issue
    """With equal power."""
    gdp: Issue
    """With shares of GDP as power; the Commission and the Parliament have the largest."""
    outcome: float
    stated: dict[str, float]
    """Positions of the Commission and the Parliament and the status quo, where known."""


def read(path: Path) -> list[Decided]:
    """Every issue with an outcome and at least one position."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    names = [name.removeprefix("p") for name in rows[0][ACTORS]]
    power = [float(cell) for cell in rows[1][ACTORS]]
    return [found for row in rows[2:] if (found := _decided(row, names, power)) is not None]


def _decided(row: list[str], names: list[str], power: list[float]) -> Decided | None:
    stakes = {}
    for name, at, share in zip(names, range(ACTORS.start, ACTORS.stop), power, strict=True):
        if row[at].strip():
            care = row[at + SALIENCE].strip()
            stakes[name] = (float(row[at]), float(care) if care else 0.0, share)
    if not row[OUTCOME].strip() or not stakes:
        return None
    stated = {
        "position of the Commission": row[ACTORS.start],
        "position of the Parliament": row[ACTORS.start + 1],
        "status quo": row[STATUS_QUO],
    }
    equal = {name: (x, s, 1.0) for name, (x, s, _) in stakes.items()}
    return Decided(
        row[PROPOSAL],
        row[PROPOSAL + 2],
        one_dimension(row[PROPOSAL + 2], equal),
        one_dimension(row[PROPOSAL + 2], stakes),
        float(row[OUTCOME]),
        {name: float(cell) for name, cell in stated.items() if cell.strip()},
    )


def _arrays(issue: Issue) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return issue.scaled[None], issue.salience[None], issue.capability[None]


def weighted(
    issue: Issue, model: Callable[[Issue], baselines.Prediction], fallback: float
) -> float:
    """A weighted baseline, or the plain one where nobody has weight."""
    has_weight = (issue.capability * issue.salience).sum() > 0.0
    return model(issue).position[0] if has_weight else fallback


def spatial(issue: Issue, most_turns: int, likeliest: bool = False) -> float:
    """The spatial model after some turns: mean of places by chance, or the likeliest place."""
    options = SpatialOptions(least_turns=min(2, most_turns), most_turns=most_turns)
    found = spatial_draws(issue, *_arrays(issue), options, workers=1)
    if likeliest:
        return float(100.0 * found.positions[0, int(np.argmax(found.winning[0])), 0])
    return float(100.0 * found.outcome[0, 0])


def challenge(issue: Issue, rounds: int, median: bool = False) -> float:
    """The challenge model after some rounds: weighted mean or median."""
    options = ChallengeOptions(rounds=rounds)
    found = challenge_draws(issue, *_arrays(issue), options, workers=1)
    value = float((found.medians if median else found.means)[0, -1])
    plain = baselines.unweighted_mean(issue).position[0]
    return 100.0 * value if np.isfinite(value) else plain


def predictors() -> dict[str, Callable[[Decided], float]]:
    """Every predictor of one issue by name."""

    def mean(issue: Issue) -> float:
        return weighted(
            issue, baselines.weighted_mean, baselines.unweighted_mean(issue).position[0]
        )

    def median(issue: Issue) -> float:
        plain = baselines.unweighted_median(issue)
        return weighted(issue, baselines.weighted_median, plain.position[0])

    found: dict[str, Callable[[Decided], float]] = {
        "mean weighted by GDP and salience": lambda d: mean(d.gdp),
        "mean weighted by salience": lambda d: mean(d.equal),
        "unweighted mean": lambda d: baselines.unweighted_mean(d.equal).position[0],
        "median weighted by GDP and salience": lambda d: median(d.gdp),
        "median weighted by salience": lambda d: median(d.equal),
        "unweighted median": lambda d: baselines.unweighted_median(d.equal).position[0],
        "constant 50": lambda d: baselines.constant(d.equal).position[0],
    }
    models: dict[str, Callable[[Issue], float]] = {
        "election among stated positions, mean": partial(spatial, most_turns=0),
        "election among stated positions, likeliest": partial(
            spatial, most_turns=0, likeliest=True
        ),
        "spatial model, one turn, mean": partial(spatial, most_turns=1),
        "spatial model to its stop, mean": partial(spatial, most_turns=100),
        "spatial model to its stop, likeliest": partial(spatial, most_turns=100, likeliest=True),
        "challenge model, one round, mean": partial(challenge, rounds=1),
        "challenge model, one round, median": partial(challenge, rounds=1, median=True),
        "challenge model, three rounds, mean": partial(challenge, rounds=3),
        "challenge model, ten rounds, mean": partial(challenge, rounds=10),
    }
    for name, model in models.items():
        found[f"{name}, equal power"] = lambda d, m=model: m(d.equal)
        found[f"{name}, GDP"] = lambda d, m=model: m(d.gdp)
    return found


@dataclass(frozen=True)
class Score:
    """How a predictor did."""

    name: str
    n: int
    mean_error: float
    """Mean absolute error on 0 to 100."""
    median_error: float
    worse: float
    """Mean error less that of the compromise on the same issues."""
    low: float
    """Of that, 95 % interval by resampling whole proposals."""
    high: float


def exchange(path: Path) -> dict[str, np.ndarray]:
    """Absolute errors of equal-gain exchange, which takes all issues of a proposal at once."""
    import exchange_decisions

    found = {}
    for power, equal in (("GDP", False), ("equal power", True)):
        errors = exchange_decisions.errors(exchange_decisions.read(path, equal=equal), orders=0)
        found[f"equal-gain exchange, one round, {power}"] = errors.first
        found[f"equal-gain exchange, three rounds, {power}"] = errors.third
    return found


def scores(
    decided: list[Decided],
    whole: dict[str, np.ndarray] | None = None,
    *,
    resamples: int = 2000,
    seed: int = 1,
) -> list[Score]:
    """Every predictor against the mean weighted by GDP and salience, the best first.

    Args:
        decided: the issues, in the order of the file.
        whole: absolute errors in the same order, of predictors that take several issues at once.
        resamples: of proposals, for the intervals.
        seed: of these.
    """
    found = predictors()
    first = next(iter(found))
    errors = {
        name: {n: abs(model(d) - d.outcome) for n, d in enumerate(decided)}
        for name, model in found.items()
    }
    for name in ("position of the Commission", "position of the Parliament", "status quo"):
        known = {n: d for n, d in enumerate(decided) if name in d.stated}
        errors[name] = {n: abs(d.stated[name] - d.outcome) for n, d in known.items()}
    for name, values in (whole or {}).items():
        errors[name] = dict(enumerate(values.tolist()))
    rows = [
        _score(name, own, errors[first], decided, np.random.default_rng(seed), resamples)
        for name, own in errors.items()
    ]
    return sorted(rows, key=lambda row: row.mean_error)


def _score(
    name: str,
    own: dict[int, float],
    compromise: dict[int, float],
    decided: list[Decided],
    rng: np.random.Generator,
    resamples: int,
) -> Score:
    values = np.array(list(own.values()))
    gap = {n: error - compromise[n] for n, error in own.items()}
    sums, counts = _by_proposal(gap, decided)
    picks = rng.integers(0, len(sums), (resamples, len(sums)))
    means = sums[picks].sum(axis=1) / counts[picks].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    worse = float(np.mean(list(gap.values())))
    return Score(
        name, len(values), float(values.mean()), float(np.median(values)), worse, float(low), float(high)
    )  # fmt: skip


def _by_proposal(gap: dict[int, float], decided: list[Decided]) -> tuple[np.ndarray, np.ndarray]:
    groups: dict[str, list[float]] = {}
    for n, value in gap.items():
        groups.setdefault(decided[n].proposal, []).append(value)
    return (
        np.array([sum(values) for values in groups.values()]),
        np.array([len(values) for values in groups.values()]),
    )


def lines(rows: list[Score]) -> Iterator[str]:
    """The table of docs/why/bargaining.md."""
    yield "| predictor | issues | mean error | median error | worse than the compromise (95 %) |"
    yield "|---|---|---|---|---|"
    for row in rows:
        yield (
            f"| {row.name} | {row.n} | {row.mean_error:.1f} | {row.median_error:.1f} "
            f"| {row.worse:+.1f} ({row.low:+.1f} to {row.high:+.1f}) |"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    path = parser.parse_args().path
    decided = read(path)
    proposals = len({d.proposal for d in decided})
    print(f"{len(decided)} issues of {proposals} proposals")
    print("\n".join(lines(scores(decided, exchange(path)))))


if __name__ == "__main__":
    main()
