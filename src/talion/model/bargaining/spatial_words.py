"""The moves of the Spatial Model of Politics in words: who gave way to whom, how far, and why."""

from __future__ import annotations

import numpy as np

from talion.model.bargaining.spatial_trace import Move, SpatialRun

__all__ = ["explain_end", "explain_move", "explain_moves"]


def explain_moves(run: SpatialRun, turn: int) -> tuple[str, ...]:
    """Return a sentence for every actor that had an offer before it in a turn.

    Args:
        run: the run.
        turn: which, from 0.

    >>> from talion.model.bargaining.positions import one_dimension
    >>> from talion.model.bargaining.spatial import spatial_model
    >>> two = one_dimension("days", {"Army": (0, 80, 4), "Party": (100, 90, 1)})
    >>> explain_moves(spatial_model(two), 0)[1]
    'Party gave way to Army on days (100 to 9.1): Army put its chance of winning against it at 78 %, ...'
    """
    moves = run.turns[turn].moves
    return tuple(explain_move(run, turn, move) for move in moves if len(move.queue) > 1)


def explain_move(run: SpatialRun, turn: int, move: Move) -> str:
    """Return one sentence on what an actor did in a turn, and why."""
    actor = run.issue.actors[move.actor]
    taken = move.queue.index(move.offer)
    drawn = run.options.choice == "stochastic"
    rank = (
        "was drawn, with a chance among all of"
        if drawn
        else "was the likeliest to prevail among all, at"
    )
    why = f"of the {len(move.queue)} choices before {actor} this one {rank} {_percent(move.chances[taken])}"
    if move.offer is None or not move.moved:
        return f"{actor} kept to its position: {why}."
    offer = run.turns[turn].offers[move.offer]
    path, won = _path(run, move), _percent(offer.chance)
    if offer.receiver == move.actor:
        rival = run.issue.actors[offer.initiator]
        return (
            f"{actor} gave way to {rival} on {path}: {rival} put its chance of winning against it at "
            f"{won}, and {why}."
        )
    rival = run.issue.actors[offer.receiver]
    return (
        f"{actor} moved toward {rival} on {path}, its part of the bargain that it offered: it put its "
        f"chance of winning against {rival} at {won}, and {why}."
    )


def explain_end(run: SpatialRun) -> str:
    """Return one sentence on how a run ended and which place is the likeliest to prevail."""
    last = run.turns[-1]
    name = run.issue.actors[last.likeliest]
    with_it = [
        run.issue.actors[n]
        for n, place in enumerate(last.places)
        if place == last.places[last.likeliest] and n != last.likeliest
    ]
    company = f" (with {', '.join(with_it)})" if with_it else ""
    end = (
        "hardly anyone moved any more" if run.stopped == "quiet" else "it was cut off, still moving"
    )
    return (
        f"After {len(run.turns) - 1} turn(s) {end}; the place of {name}{company} is the likeliest to "
        f"prevail, at {_percent(last.winning[last.likeliest])}."
    )


def _percent(chance: float) -> str:
    """Never 0 or 100 %: a model's certainty is not ours."""
    share = 100.0 * float(chance)
    if share < 1.0:
        return "less than 1 %"
    if share > 99.0:
        return "more than 99 %"
    return f"{share:.0f} %"


def _path(run: SpatialRun, move: Move) -> str:
    start, end = run.issue.unscaled(np.stack([move.start, move.end]))
    parts = [
        f"{scale.name} ({a:.4g} to {b:.4g})"
        for scale, a, b in zip(run.issue.dimensions, start, end, strict=True)
        if a != b
    ]
    return " and ".join(parts)
