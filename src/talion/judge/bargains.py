"""What results owe to the model of a bargain and to the coding of its stakes.

Some tests measure what a decision of the case writes, sets or carries out. Their answer hangs on which
model of bargaining a draw follows and on positions, saliences and powers, for none of which there is
ground truth. With y the share of a draw's histories in which a test holds and o(m, c) what model m makes
of the codings c of a draw, y is regressed on the outcome of the model that the draw follows and its
square, and the regression g is then read off for every model on every draw, so that both parts can be
told apart:

    model = Var_m(E_c g) / Var(y),   coding = Var_c(E_m g) / Var(y),   both at most Var(g) / Var(y),

the first-order indices of Sobol' (1993). The variance of y is that between draws, the noise of its
histories taken off, as for linchpins. Nothing is simulated for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.judge.estimate import DrawTruth
from talion.judge.given_data import Output, Resampling, explained_by
from talion.judge.linchpins import output_of
from talion.judge.parts import Part
from talion.judge.paths import measured_by
from talion.judge.readings import AS_WRITTEN, NO_VIEW, WITH_RECORD
from talion.judge.tests import Outcome
from talion.model.bargaining.drawn_bargain import DrawnBargain, drawn_bargain
from talion.model.bargaining.tabled import (
    LARGEST_ERROR,
    TableError,
    stated_outcomes,
    table_error,
)
from talion.model.case import Case
from talion.model.reading import READINGS
from talion.model.sampling import Sampler
from talion.model.schema import Decision
from talion.model.schema_decisions import MODEL_TITLES

__all__ = [
    "Bargain",
    "BargainShare",
    "bargain_sentence",
    "bargains_of",
    "decisions_behind",
    "mixture_words",
    "share_words",
    "shares_of",
    "table_warnings",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

_TOLD = (AS_WRITTEN, NO_VIEW, WITH_RECORD)
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Bargain:
    """A decision's bargain as the run saw it.

    Attributes:
        decision: id.
        drawn: stakes and model of each draw.
        outcomes: of every model in every draw with factors at their reference, no error, shape
            (D, models), points of the scale.
        error: how far looked-up outcomes are from those of the models.
    """

    decision: str
    drawn: DrawnBargain
    outcomes: F8
    error: TableError

    def range(self, model: int) -> tuple[float, float, float]:
        """Return the 1-in-10, middle and 9-in-10 outcome of a model, by its place, over draws."""
        low, middle, high = np.quantile(self.outcomes[:, model], (0.1, 0.5, 0.9)).tolist()
        return low, middle, high

    def summary(self) -> dict[str, object]:
        """Return outcomes by model, and the error of the tables, as plain values."""
        models = {
            name: {"share": share, "low": low, "middle": middle, "high": high}
            for i, (name, share) in enumerate(
                zip(self.drawn.models, self.drawn.shares, strict=True)
            )
            for low, middle, high in [self.range(i)]
        }
        missed = {
            "mean": self.error.mean,
            "largest": self.error.largest,
            "states": self.error.states,
        }
        return {
            "issue": self.drawn.name,
            "models": models,
            "table_error": missed,
            "seed": self.drawn.seed,
        }


@dataclass(frozen=True)
class BargainShare:
    """What the variance of a test between draws owes to a bargain.

    Attributes:
        decision: id.
        model: share that is choice of model.
        coding: share that is coding of positions, saliences and powers.
        both: share of the two together, at least their sum.
        low, high: 80 % interval of `both`.
        draws: on which it rests.
    """

    decision: str
    model: float
    coding: float
    both: float
    low: float
    high: float
    draws: int


def mixture_words(decision: Decision) -> str:
    """Return by which models a decision is settled, such as `weighted mean 75 %, election 25 %`.

    >>> from talion.model.case import load_case
    >>> mixture_words(load_case("baghdad-2024").decisions["mission_end"])[:42]
    'weighted mean 25 %, weighted median 25 %, '
    """
    shares = decision.model_shares()
    if set(shares) == {"weighted_mean"}:
        return "the weighted mean of positions"
    return ", ".join(f"{MODEL_TITLES[name]} {round(100 * p)} %" for name, p in shares.items())


def bargains_of(case: Case, draws: int, seed: int) -> tuple[Bargain, ...]:
    """Return the bargain of every decision whose outcome more than one actor has a part in.

    Args:
        case: the case.
        draws: as many as the largest reading has; those of smaller ones are the first of them.
        seed: of the run.
    """
    found = []
    for name in case.decisions:
        drawn = drawn_bargain(case.document, name, READINGS["as_written"], Sampler(seed, draws))
        if len(drawn.actors) > 1:
            found.append(Bargain(name, drawn, stated_outcomes(drawn), table_error(drawn)))
    return tuple(found)


def table_warnings(bargains: Sequence[Bargain], case: Case) -> Iterator[str]:
    """Yield a warning for each decision whose table misses its models by over 2 points on average."""
    for bargain in bargains:
        if bargain.error.mean > LARGEST_ERROR:
            title = case.decisions[bargain.decision].title
            yield (
                f"“{title}”: outcomes looked up in a simulation are {bargain.error.mean:.1f} points off "
                "those of the models on average; move fewer positions by factors, or use models that "
                "jump less"
            )


def decisions_behind(case: Case, part: Part) -> tuple[str, ...]:
    """Return the decisions whose outcome a test measures.

    These are the decisions that write, set or execute something it looks at, or execute what one link
    turns into it, as an order to leave becomes a presence.
    """
    if part.test.kind == "record":
        return ()
    measured = measured_by(case, part.test)
    return tuple(name for name in case.decisions if _fruits(case, name) & measured)


def _fruits(case: Case, name: str) -> frozenset[str]:
    decision = case.decisions[name]
    found = {decision.writes}
    if decision.sets is not None:
        found.add(decision.sets.factor)
    if decision.executes is not None:
        ordered = decision.executes.factor
        found |= {ordered, *(a.effect for a in case.arrows if a.cause == ordered)}
    return frozenset(found)


def shares_of(
    bargains: Sequence[Bargain], behind: Sequence[str], outcomes: Mapping[str, Outcome]
) -> dict[str, BargainShare]:
    """Return reading -> what a test owes to the bargain behind it; readings that cannot tell are left out.

    Args:
        bargains: of the run.
        behind: decisions behind the test; the first that has a bargain is told.
        outcomes: reading -> outcome of the test.
    """
    bargain = next((b for b in bargains if b.decision in behind), None)
    if bargain is None:
        return {}
    found = {}
    for reading in _TOLD:
        truth = outcomes[reading].truth if reading in outcomes else None
        share = None if truth is None else share_of_bargain(bargain, truth)
        if share is not None:
            found[reading] = share
    return found


def share_of_bargain(bargain: Bargain, truth: DrawTruth) -> BargainShare | None:
    """Return what the variance of a test owes to a bargain; None where too few draws answer.

    Args:
        bargain: with at least as many draws as the truth has.
        truth: in how many answers of each draw the test holds.
    """
    made = output_of(truth)
    if made is None:
        return None
    output, used = made
    places = np.flatnonzero(used)
    every = bargain.outcomes[places]
    followed = every[np.arange(places.size), bargain.drawn.chosen[places]]
    if float(np.ptp(followed)) <= _TINY or float(np.ptp(output.values)) <= _TINY:
        return BargainShare(bargain.decision, 0.0, 0.0, 0.0, 0.0, 0.0, int(places.size))
    # Not by ranks, as linchpins are: outcomes of a few models may lie in clusters.
    centre, scale = float(followed.mean()), float(followed.std())
    resampling = Resampling.of(truth.answers.size, bargain.drawn.seed).among(used)
    found = explained_by([_features((followed - centre) / scale)], output, resampling)
    both = found.share
    model, coding = _parts((every - centre) / scale, output, bargain.drawn, places)
    return BargainShare(
        bargain.decision, both * model, both * coding, both, found.low, found.high, places.size
    )


def _features(x: F8) -> F8:
    """Return x and its square, shape (..., 2)."""
    return np.stack([x, x**2], axis=-1)


def _parts(every: F8, output: Output, drawn: DrawnBargain, places: I8) -> tuple[float, float]:
    """Return the parts of the regression's variance that are choice of model and coding.

    Args:
        every: standardised outcomes, shape (draws, models).
        output: the draws' values.
        drawn: which model each draw follows.
        places: of these draws among all.
    """
    told = np.concatenate([np.ones((*every.shape, 1)), _features(every)], axis=-1)
    design = told[np.arange(places.size), drawn.chosen[places]]
    root = np.sqrt(output.weights)
    slopes = np.linalg.lstsq(design * root[:, None], output.values * root, rcond=None)[0]
    fitted = told @ slopes  # [draws, models]
    chance = np.array(drawn.shares)
    mean = float((fitted @ chance).mean())
    whole = float(((fitted - mean) ** 2 @ chance).mean())
    if whole <= _TINY:
        return 0.0, 0.0
    by_model, by_coding = fitted.mean(axis=0), fitted @ chance
    return float((by_model - mean) ** 2 @ chance) / whole, float(by_coding.var()) / whole


def bargain_sentence(shares: Mapping[str, BargainShare]) -> str:
    """Return the sentence that stands with the label of a test that a bargain is behind.

    >>> bargain_sentence({AS_WRITTEN: BargainShare("end", 0.4, 0.35, 0.8, 0.7, 0.9, 200)})[:62]
    'What is agreed is a bargain, for which there is no ground trut'
    """
    share = next((shares[name] for name in _TOLD if name in shares), None)
    lead = (
        "What is agreed is a bargain, for which there is no ground truth, so that it claims no more than "
        "an author's assumption"
    )
    if share is None:
        return (
            f"{lead}; what it owes to the model and to the coding cannot be told from these draws."
        )
    return (
        f"{lead}: the share of its variance that is choice of model {share_words(share.model)}, coding of "
        f"positions, salience and power {share_words(share.coding)} (together {share_words(share.both)}, "
        f"80 % interval {share_words(share.low)} to {share_words(share.high)})."
    )


def share_words(share: float) -> str:
    """Return a share of variance as whole per cent.

    >>> share_words(0.416), share_words(0.0)
    ('42 %', 'under 1 %')
    """
    if share < 0.01:
        return "under 1 %"
    return "over 99 %" if share > 0.99 else f"{round(100 * share)} %"
