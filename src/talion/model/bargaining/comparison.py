"""Every model on one issue, side by side: outcomes, who they turn on, moves in words, a what-if.

An issue comes from a case or from a file of another program (`issue_files`). The two baselines are
always among the models, since no model here that moves positions has predicted better than the
weighted mean. What is certain is run once; what is stated as a range is run on draws.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.model.bargaining.drawn_stakes import Drawn, UncertainIssue
from talion.model.bargaining.exchange import ExchangeResult, equal_gain_exchange
from talion.model.bargaining.exchange_table import ExchangeTable
from talion.model.bargaining.outcome import Method, OutcomeDraws, outcome_draws
from talion.model.bargaining.spatial import spatial_model
from talion.model.bargaining.spatial_options import SpatialOptions
from talion.model.bargaining.spatial_words import explain_end, explain_move
from talion.model.bargaining.tipping import TippingActor, fitting_options, shifted, tipping_actors
from talion.model.schema_decisions import BARGAINING_MODELS, MODEL_TITLES, BargainingModel

__all__ = ["Bargainable", "Comparison", "ModelOutcome", "Shift", "compare_models", "parse_shift"]

F8 = NDArray[np.float64]
Triple = tuple[float, float, float]

BASELINES: tuple[BargainingModel, ...] = ("weighted_mean", "weighted_median")
_METHODS: dict[BargainingModel, Method] = {
    "weighted_mean": "weighted mean",
    "weighted_median": "weighted median",
    "election": "election",
    "spatial": "spatial model",
    "challenge": "challenge model",
}
_TIPPED: tuple[BargainingModel, ...] = ("spatial", "election", "weighted_mean")
_SHIFT = re.compile(
    r"(?P<actor>.+)\.(?P<part>position|salience|capability)=(?P<by>[+-]|[x*])(?P<n>.+)"
)
_TOLD_TURNS = 3
_TOLD_EXCHANGES = 6
_WORTH_TELLING = 0.01  # of a scale
_EXCHANGE_DRAWS = 200  # the one model that is not compiled


@dataclass(frozen=True, eq=False)
class Bargainable:
    """An issue as it can be put to every model.

    Attributes:
        issue: stakes, certain or as ranges.
        options: of the spatial model, as a file may state them.
        others: issues across which votes may be exchanged.
        names: short name of an actor -> its name on the issue.
        threshold: a place on the first scale on whose sides an outcome means different things, or None.
    """

    issue: UncertainIssue
    options: SpatialOptions
    others: tuple[UncertainIssue, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    threshold: float | None = None

    def actor(self, name: str) -> str:
        """Return an actor's name on the issue, from its short name or itself."""
        return dict(self.names).get(name, name)

    @property
    def certain(self) -> bool:
        """Whether every number is fixed."""
        parts = (t for s in self.issue.stakes for t in (*s.position, *s.salience, s.capability))
        return all(low == high for low, _, high in parts)


@dataclass(frozen=True)
class Shift:
    """A number of an actor that a what-if changes: added points, or a multiplied capability."""

    actor: str
    part: str
    by: float


@dataclass(frozen=True, eq=False)
class ModelOutcome:
    """What one model makes of an issue.

    Attributes:
        model: which.
        baseline: it needs no dynamics.
        draws: [draws, K] outcomes on the scales.
        caveat: what a reader must know, or nothing.
        shift: low, middle and high of the what-if less the issue as stated, by dimension; empty without.
    """

    model: BargainingModel
    baseline: bool
    draws: F8
    caveat: str
    shift: tuple[Triple, ...] = ()

    def range(self, dimension: int = 0) -> Triple:
        """Return the 1-in-10, middle and 9-in-10 outcome on a dimension."""
        return _range(self.draws[:, dimension])


@dataclass(frozen=True, eq=False)
class Comparison:
    """Every model on one issue.

    Attributes:
        asked: the issue as stated.
        outcomes: by model, the baselines first.
        tipping: who matters most under `tipped`, the strongest first; empty with a single actor.
        tipped: the model under which actors were taken out.
        moves: who moved and why, in sentences, in the likely issue.
        draws, seed: of the ranges; one draw where everything is certain.
        changed: what the what-if changes, in words; empty without one.
    """

    asked: Bargainable
    outcomes: tuple[ModelOutcome, ...]
    tipping: tuple[TippingActor, ...]
    tipped: BargainingModel
    moves: tuple[str, ...]
    draws: int
    seed: int
    changed: tuple[str, ...] = ()


def parse_shift(text: str) -> Shift:
    """Return what `ACTOR.salience=+10`, `ACTOR.position=-5` or `ACTOR.capability=x1.5` says.

    Raises:
        InputError: it says nothing of the kind.

    >>> parse_shift("Army.salience=+10")
    Shift(actor='Army', part='salience', by=10.0)
    """
    match = _SHIFT.fullmatch(text.strip())
    remedy = "write ACTOR.salience=+10, ACTOR.position=-5 or ACTOR.capability=x1.5"
    if match is None:
        raise InputError("no shift", place="--shift", value=text, remedy=remedy)
    try:
        number = float(match["n"])
    except ValueError:
        number = float("nan")
    multiplied = match["by"] in "x*"
    if not np.isfinite(number) or number < 0 or multiplied != (match["part"] == "capability"):
        raise InputError("no shift", place="--shift", value=text, remedy=remedy)
    return Shift(match["actor"], match["part"], -number if match["by"] == "-" else number)


def compare_models(
    asked: Bargainable,
    models: Sequence[BargainingModel] | None = None,
    *,
    draws: int = 500,
    seed: int = 1,
    without: Sequence[str] = (),
    shifts: Sequence[Shift] = (),
) -> Comparison:
    """Run every model on an issue, and on a what-if of it from the same draws.

    Args:
        asked: the issue.
        models: which; the baselines are added. All that can be run if None.
        draws: of the ranges.
        seed: of the draws.
        without: actors that the what-if takes out.
        shifts: numbers that it changes.

    Raises:
        InputError: a model that cannot be run on this issue, no such actor, nobody with weight.

    >>> from talion.model.bargaining.drawn_stakes import uncertain
    >>> from talion.model.bargaining.positions import Dimension
    >>> two = (uncertain("Army", (10, 20, 40), 60, 2), uncertain("Party", 90, 50, 1))
    >>> asked = Bargainable(UncertainIssue("pause", (Dimension("days"),), two), SpatialOptions())
    >>> found = compare_models(asked, ["election"], draws=20, shifts=[Shift("Party", "salience", 20)])
    >>> [one.model for one in found.outcomes], found.outcomes[0].shift[0][1] > 0
    (['weighted_mean', 'weighted_median', 'election'], True)
    """
    chosen = _chosen(asked, models)
    size = 1 if asked.certain else draws
    changed = _changed(asked, without, shifts)
    drawn = asked.issue.draw(size, seed)
    found = []
    for model in chosen:
        values, caveat = _run(asked, model, drawn, seed)
        shift: tuple[Triple, ...] = ()
        if changed is not None:
            other, _ = _run(changed, model, changed.issue.draw(size, seed), seed)
            shift = tuple(_range(column) for column in (other - values).T)
        found.append(ModelOutcome(model, model in BASELINES, values, caveat, shift))
    tipped = next(model for model in _TIPPED if model in chosen)
    method = _METHODS[tipped]
    options = asked.options if tipped != "weighted_mean" else None
    tips: tuple[TippingActor, ...] = ()
    if len(asked.issue.stakes) > 1:
        tips = tipping_actors(
            asked.issue, method, draws=size, seed=seed, options=options, threshold=asked.threshold
        )
    words = [f"without {asked.actor(a)}" for a in without] + [
        _shift_words(asked, s) for s in shifts
    ]
    return Comparison(
        asked, tuple(found), tips, tipped, tuple(_moves(asked, chosen)), size, seed, tuple(words)
    )


def _range(values: F8) -> Triple:
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9)).tolist()
    return low, middle, high


def _chosen(
    asked: Bargainable, models: Sequence[BargainingModel] | None
) -> tuple[BargainingModel, ...]:
    """Return the models to run, baselines first; refuse those that this issue has no use for."""
    several = len(asked.issue.dimensions) > 1
    cannot: dict[str, str] = {}
    if several:
        cannot["challenge"] = "the challenge model is of one dimension"
    if several or not asked.others:
        cannot["exchange"] = "an exchange needs another issue, and one dimension of each"
    for model in models or ():
        if model not in BARGAINING_MODELS:
            remedy = f"use some of: {', '.join(BARGAINING_MODELS)}"
            raise InputError("no such model", place="--models", value=model, remedy=remedy)
        if model in cannot:
            place = f"issue {asked.issue.name!r}"
            raise InputError(cannot[model], place=place, value=model, remedy="leave it out")
    wanted = set(models) if models else set(BARGAINING_MODELS) - set(cannot)
    return tuple(m for m in BARGAINING_MODELS if m in wanted or m in BASELINES)


def _changed(
    asked: Bargainable, without: Sequence[str], shifts: Sequence[Shift]
) -> Bargainable | None:
    """Return the issue of the what-if, or None if nothing is asked."""
    if not without and not shifts:
        return None
    issue = asked.issue
    for shift in shifts:
        issue = shifted(issue, asked.actor(shift.actor), shift.part, shift.by)
    others = asked.others
    for name in without:
        actor = asked.actor(name)
        if len(issue.stakes) == 1:
            place = f"issue {issue.name!r}"
            raise InputError("its only actor cannot be taken out", place=place, value=actor)
        issue = issue.without(actor)
        others = tuple(_without(other, actor) for other in others)
    options = fitting_options(asked.options, issue)
    return replace(asked, issue=issue, options=options, others=others)


def _without(issue: UncertainIssue, actor: str) -> UncertainIssue:
    there = any(stake.actor == actor for stake in issue.stakes)
    return issue.without(actor) if there and len(issue.stakes) > 1 else issue


def _shift_words(asked: Bargainable, shift: Shift) -> str:
    number = f"times {shift.by:g}" if shift.part == "capability" else f"{shift.by:+g}"
    return f"{shift.part} of {asked.actor(shift.actor)} {number}"


def _run(asked: Bargainable, model: BargainingModel, drawn: Drawn, seed: int) -> tuple[F8, str]:
    """Return outcomes on the scales, [draws, K], and what a reader must know."""
    if model == "exchange":
        return _exchanged(asked, drawn, seed)
    options = asked.options if model in ("election", "spatial") else None
    found: OutcomeDraws = outcome_draws(drawn, _METHODS[model], options)
    return found.values, found.caveat


def _exchanged(asked: Bargainable, drawn: Drawn, seed: int) -> tuple[F8, str]:
    issues = (asked.issue, *asked.others)
    size = len(drawn.positions)
    every = [drawn, *(other.draw(size, seed) for other in asked.others)]
    used = min(size, _EXCHANGE_DRAWS)
    scale = asked.issue.dimensions[0]
    outcomes = [
        equal_gain_exchange(_table(issues, [(d.positions[i], d.salience[i], d.capability[i]) for d in every]))
        for i in range(used)
    ]  # fmt: skip
    values = np.array([scale.low + found.outcome[0] / 100.0 * scale.width for found in outcomes])
    # A draw beyond those run takes the outcome of an earlier one, so that draws stay paired.
    caveat = f"of the first {used} draws" if used < size else ""
    return values[np.arange(size) % used][:, None], caveat


def _table(issues: Sequence[UncertainIssue], stakes: Iterable[tuple[F8, F8, F8]]) -> ExchangeTable:
    """Return the table of one draw: positions, saliences and capabilities of each issue, [N, 1]."""
    actors = tuple(dict.fromkeys(s.actor for issue in issues for s in issue.stakes))
    shape = (len(actors), len(issues))
    positions, salience, power = np.full(shape, np.nan), np.zeros(shape), np.zeros(shape)
    for p, (issue, (x, s, c)) in enumerate(zip(issues, stakes, strict=True)):
        rows = [actors.index(stake.actor) for stake in issue.stakes]
        positions[rows, p], salience[rows, p], power[rows, p] = 100.0 * x[:, 0], s[:, 0], c[:, 0]
    names = tuple(issue.name for issue in issues)
    scales = tuple((i.dimensions[0].low, i.dimensions[0].high) for i in issues)
    return ExchangeTable(actors, names, scales, positions, salience, power)


def _moves(asked: Bargainable, chosen: Sequence[BargainingModel]) -> Iterable[str]:
    """Yield who moved, how far and why, in the likely issue."""
    if "spatial" in chosen:
        run = spatial_model(asked.issue.likely, asked.options)
        for turn, state in enumerate(run.turns[:-1][:_TOLD_TURNS]):
            large = (m for m in state.moves if np.abs(m.end - m.start).max() >= _WORTH_TELLING)
            for move in large:
                yield f"{MODEL_TITLES['spatial']}, turn {turn + 1}: {explain_move(run, turn, move)}"
        yield f"{MODEL_TITLES['spatial']}: {explain_end(run)}"
    if "exchange" in chosen:
        found = _likely_exchange(asked)
        lead = MODEL_TITLES["exchange"]
        for made in found.rounds[0].exchanges[:_TOLD_EXCHANGES]:
            yield f"{lead}: {made.sentence()}"
        if not found.rounds[0].exchanges:
            yield f"{lead}: no two actors have anything to exchange."


def _likely_exchange(asked: Bargainable) -> ExchangeResult:
    issues = (asked.issue, *asked.others)
    likely = [issue.likely for issue in issues]
    return equal_gain_exchange(
        _table(issues, [(one.scaled, one.salience, one.capability) for one in likely])
    )
