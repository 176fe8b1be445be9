"""Outcomes of models of bargaining as tables over what moves positions, for the simulation to look up.

A simulated history cannot run a model of bargaining whenever a session settles an issue. So for each
draw the model it follows is run beforehand on a grid of shifts of up to three moved positions or
saliences, and what it differs from the weighted mean is kept:

    outcome(state) = weighted mean(state) + departure(shifts along the axes),

linear between the nodes and level beyond them. The weighted mean is reckoned from the state itself, so
that whatever moves positions moves the outcome, on an axis or not. What the table misses is measured by
`table_error`.

One call is one session: one turn of the spatial model, one round of the challenge model, one round of
exchanges. Nobody gives way by more than the stated largest concession in it.

References:
    Chapters on each model are named in its module; the departure from a cheap approximation as what is
    interpolated is the control variate of numerical integration (Glasserman 2003, Monte Carlo Methods
    in Financial Engineering, section 4.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import CaseError
from talion.model.bargaining.drawn_bargain import FACTOR_REACH, DrawnBargain, DrawnIssue
from talion.model.bargaining.positions import Dimension, Issue, stake
from talion.model.compiled import AXES, NODES, TABLED
from talion.model.schema_decisions import BargainingModel

__all__ = [
    "LARGEST_ERROR",
    "TableError",
    "looked_up",
    "session_outcomes",
    "stated_outcomes",
    "table_error",
    "table_of",
    "weighted_means",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

LARGEST_ERROR = 2.0  # points of 100: a table that misses more on average is said to
_FRACTIONS = np.array([-1.0, -0.35, 0.0, 0.35, 1.0])  # of the reach of an axis
_STATES = 200
_TYPICAL = 10.0  # points by which a factor is away from its usual state in a typical state
_EXCHANGED = (NODES, 1, 1)  # nodes at which an exchange, the one model not compiled, is run
_COMPILED = (NODES,) * AXES


@dataclass(frozen=True)
class TableError:
    """How far outcomes looked up are from those of the model itself, on random states.

    Attributes:
        mean, largest: absolute difference in points of 100.
        states: how many were tried; 0 where no draw follows a model that has a table.
    """

    mean: float
    largest: float
    states: int


def table_of(bargain: DrawnBargain) -> tuple[F8, F8]:
    """Return the nodes of each draw's axes and the departure from the weighted mean at each.

    Args:
        bargain: the decision as drawn.

    Returns:
        Shifts of each node in points, (D, 3, 5), ascending; departures in points, (D, 125), the last
        axis changing fastest. Zero where a draw follows the weighted mean or median.

    Raises:
        CaseError: in some draw nobody has both power and salience.
    """
    draws = bargain.at.shape[0]
    nodes = np.zeros((draws, AXES, NODES))
    for a, axis in enumerate(bargain.axes):
        moved = [(move * FACTOR_REACH / 100.0) ** 2 for _, move in bargain.movers(axis)]
        nodes[:, a] = np.sqrt(np.sum(moved, axis=0))[:, None] * _FRACTIONS
    departures = np.zeros((draws, *_COMPILED))
    for place, model in enumerate(bargain.models):
        rows = np.flatnonzero((bargain.chosen == place) & (bargain.rule == TABLED))
        if rows.size:
            departures[rows] = _departures(bargain, model, rows, nodes[rows])
    return nodes, departures.reshape(draws, -1)


def _departures(bargain: DrawnBargain, model: BargainingModel, rows: I8, nodes: F8) -> F8:
    shape = _EXCHANGED if model == "exchange" else _COMPILED
    middle = NODES // 2
    cells = np.stack(
        [g.ravel() for g in np.meshgrid(*(_places(n, middle) for n in shape), indexing="ij")]
    )
    every = np.repeat(rows, cells.shape[1])
    at, salience = bargain.at[every].copy(), bargain.salience[every].copy()
    for a, (actor, part) in enumerate(bargain.axes):
        number = at if part == "at" else salience
        shift = nodes[:, a][:, cells[a]].ravel()
        number[:, actor] = np.clip(number[:, actor] + shift, 0.0, 100.0)
    found = session_outcomes(bargain, model, every, at, salience)
    found = found - weighted_means(bargain, every, at, salience)
    return np.broadcast_to(found.reshape(rows.size, *shape), (rows.size, *_COMPILED))


def _places(count: int, middle: int) -> I8:
    return np.arange(NODES) if count == NODES else np.array([middle])


def weighted_means(bargain: DrawnBargain, rows: I8, at: F8, salience: F8) -> F8:
    """Return the weighted mean of positions, (R,); arguments as in `session_outcomes`."""
    weight = bargain.power[rows] * salience
    total = weight.sum(axis=1)
    if not (total > 0.0).all():
        raise CaseError(
            "in some draw nobody has both power and salience",
            place=f"issues.{bargain.name}.positions",
            remedy="raise the low end of a power or a salience above 0",
        )
    return np.asarray((weight * at).sum(axis=1) / total)


def session_outcomes(
    bargain: DrawnBargain, model: BargainingModel, rows: I8, at: F8, salience: F8
) -> F8:
    """Return what one session comes to under a model, without any error.

    Args:
        bargain: gives powers, concessions and the issues traded against.
        model: which.
        rows: [R] the draw of each session.
        at, salience: [R, N] 0 to 100, as they stand.

    Returns:
        Outcomes, points of the scale, (R,).

    Raises:
        CaseError: in some draw nobody has both power and salience.
    """
    mean = weighted_means(bargain, rows, at, salience)
    if model == "weighted_mean":
        return mean
    if model == "exchange":
        return np.array([_exchanged(bargain, *one) for one in zip(rows, at, salience, strict=True)])
    x, s = at[:, :, None] / 100.0, salience[:, :, None] / 100.0
    c = np.ascontiguousarray(bargain.power[rows][:, :, None])
    if model == "weighted_median":
        from talion.model.bargaining.baselines import weighted_median_draws

        low, high = weighted_median_draws(x, c * s)
        return np.asarray(50.0 * (low + high)[:, 0])
    limit = bargain.concession[rows][:, None]
    if model == "challenge":
        return _challenged(bargain, x, s, c, limit)
    return _spatial(bargain, x, s, c, limit, turns=0 if model == "election" else 1)


def _issue(issue: DrawnIssue) -> Issue:
    """The actors of an issue; their stakes are given apart."""
    stakes = tuple(stake(actor, 0.0, 0.0, 0.0) for actor in issue.actors)
    return Issue(issue.name, (Dimension(issue.name),), stakes)


def _spatial(bargain: DrawnBargain, x: F8, s: F8, c: F8, limit: F8, *, turns: int) -> F8:
    """Mean of the places after a turn, by how likely each is to prevail; moves are cut at the limit."""
    from talion.model.bargaining.spatial import SAME_PLACE
    from talion.model.bargaining.spatial_draws import spatial_draws
    from talion.model.bargaining.spatial_options import SpatialOptions

    options = SpatialOptions(least_turns=turns, most_turns=turns)
    found = spatial_draws(_issue(bargain), x, s, c, options)
    start, end = 100.0 * x[:, :, 0], 100.0 * found.positions[:, :, 0]
    kept = np.clip(end, start - limit, start + limit)
    gap = np.abs(found.positions - found.positions.transpose(0, 2, 1))
    # The actors at one place share its chance.
    chance = found.winning / (gap < SAME_PLACE).sum(axis=2)
    cut = (chance * kept).sum(axis=1) / chance.sum(axis=1)
    return np.where((kept == end).all(axis=1), 100.0 * found.outcome[:, 0], cut)


def _challenged(bargain: DrawnBargain, x: F8, s: F8, c: F8, limit: F8) -> F8:
    """Weighted mean of the positions after a round, moves cut at the limit."""
    from talion.model.bargaining.challenge_draws import challenge_draws
    from talion.model.bargaining.challenge_options import ChallengeOptions

    found = challenge_draws(_issue(bargain), x, s, c, ChallengeOptions(rounds=1))
    start = 100.0 * x[:, :, 0]
    kept = np.clip(100.0 * found.positions, start - limit, start + limit)
    weight = (c * s)[:, :, 0]
    return np.asarray((weight * kept).sum(axis=1) / weight.sum(axis=1))


def _exchanged(bargain: DrawnBargain, row: int, at: F8, salience: F8) -> float:
    """Weighted mean of the votes after a round of exchanges, moves cut at the limit."""
    from talion.model.bargaining.exchange import equal_gain_exchange
    from talion.model.bargaining.exchange_table import ExchangeTable

    issues = (bargain, *bargain.others)
    actors = tuple(dict.fromkeys(actor for issue in issues for actor in issue.actors))
    shape = (len(actors), len(issues))
    positions, care, power = np.full(shape, np.nan), np.zeros(shape), np.zeros(shape)
    for p, issue in enumerate(issues):
        places = [actors.index(actor) for actor in issue.actors]
        own = p == 0
        positions[places, p] = at if own else issue.at[row]
        care[places, p] = (salience if own else issue.salience[row]) / 100.0
        power[places, p] = issue.power[row]
    names = tuple(issue.name for issue in issues)
    table = ExchangeTable(actors, names, ((0.0, 100.0),) * len(issues), positions, care, power)
    votes = equal_gain_exchange(table).rounds[0].votes[:, 0]
    taking = np.isfinite(positions[:, 0])
    limit = float(bargain.concession[row])
    kept = np.clip(votes, positions[:, 0] - limit, positions[:, 0] + limit)[taking]
    weight = (care * power)[taking, 0]
    return float((weight * kept).sum() / weight.sum())


def stated_outcomes(bargain: DrawnBargain) -> F8:
    """Return what every model makes of every draw with each factor at its reference, without error.

    Returns:
        Outcomes in points, (D, number of models).
    """
    rows = np.arange(bargain.at.shape[0])
    return np.stack(
        [session_outcomes(bargain, m, rows, bargain.at, bargain.salience) for m in bargain.models],
        axis=1,
    )


def table_error(bargain: DrawnBargain) -> TableError:
    """Return how far a table is from its model, on random states of the factors.

    Each of 200 states takes a draw at random and moves every factor by a normal number of points with
    a standard deviation of 10.
    """
    tabled = np.flatnonzero(bargain.rule == TABLED)
    if not tabled.size:
        return TableError(0.0, 0.0, 0)
    rng = np.random.default_rng([bargain.seed % 2**63, _STATES])
    rows = rng.choice(tabled, _STATES)
    every = (*bargain.at_movers, *bargain.salience_movers)
    factors = sorted({f for movers in every for f, _ in movers})
    offset = {f: rng.normal(0.0, _TYPICAL, _STATES) for f in factors}
    at, salience = bargain.at[rows].copy(), bargain.salience[rows].copy()
    shifts = np.zeros((AXES, _STATES))
    for part, number in (("at", at), ("salience", salience)):
        for n, movers in enumerate(bargain.at_movers if part == "at" else bargain.salience_movers):
            shift = sum((m[rows] * offset[f] / 100.0 for f, m in movers), np.zeros(_STATES))
            number[:, n] = np.clip(number[:, n] + shift, 0.0, 100.0)
            for a, axis in enumerate(bargain.axes):
                if axis == (n, part):
                    shifts[a] = shift
    nodes, departures = table_of(bargain)
    told = weighted_means(bargain, rows, at, salience)
    told = told + np.array([looked_up(nodes[r], departures[r], s) for r, s in zip(rows, shifts.T, strict=True)])  # fmt: skip
    exact = np.zeros(_STATES)
    for place, model in enumerate(bargain.models):
        here = bargain.chosen[rows] == place
        if here.any():
            exact[here] = session_outcomes(bargain, model, rows[here], at[here], salience[here])
    missed = np.abs(told - exact)
    return TableError(float(missed.mean()), float(missed.max()), _STATES)


def looked_up(nodes: F8, departures: F8, shifts: F8) -> float:
    """Return one draw's departure at given shifts: linear between nodes, level beyond them.

    Args:
        nodes: (3, 5) ascending.
        departures: (125,).
        shifts: (3,) points.

    >>> nodes = np.tile([-2.0, -1.0, 0.0, 1.0, 2.0], (3, 1))
    >>> grid = np.add.outer(np.add.outer(nodes[0], nodes[1]), nodes[2])
    >>> looked_up(nodes, grid.ravel(), np.array([0.5, -1.25, 9.0]))
    1.25
    """
    cube = departures.reshape(_COMPILED)
    for a in range(AXES):
        x = float(np.clip(shifts[a], nodes[a, 0], nodes[a, -1]))
        i = min(max(int(np.searchsorted(nodes[a], x, side="right")) - 1, 0), NODES - 2)
        width = nodes[a, i + 1] - nodes[a, i]
        share = (x - nodes[a, i]) / width if width > 0.0 else 0.0
        cube = cube[i] * (1.0 - share) + cube[i + 1] * share
    return float(cube)
