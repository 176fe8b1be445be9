"""What the observed window owes to what, over posterior draws of a fit: the questions put to the past.

Three of them, each told apart: shares and necessity one step back (`past_shares.py`), the window
replayed without some recorded events (`past_replays.py`), links with and without a rival explanation
(`rivals.py`). All of it is association under the model's assumptions.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from talion.judge.past_replays import Replay, replays
from talion.judge.past_shares import PastShares, shares_of_past, targets_of
from talion.judge.rivals import RivalResult, rivals_of
from talion.model.case import EPOCH

if TYPE_CHECKING:
    from talion.fit.case.result import CaseFit
    from talion.model.case import Case

__all__ = ["PAST_DRAWS", "PastEffects", "past_effects"]

PAST_DRAWS = 60
"""Posterior draws at most: as many as a variant of a fit; what is asked is a mean and a width."""


@dataclass(frozen=True)
class PastEffects:
    """Answers about the observed window.

    Attributes:
        first, last: day of the window.
        draws: posterior draws used.
        verdict: "" if the main reading converged, else what did not.
        shares: of the events of target types, one step back; None where no arrow between events
            ends at a type that the record shows.
        counterfactuals: the window replayed, in the order of the case.
        rivals: links with and without a rival explanation, in the order of the case.
    """

    first: dt.date
    last: dt.date
    draws: int
    verdict: str
    shares: PastShares | None
    counterfactuals: tuple[Replay, ...]
    rivals: tuple[RivalResult, ...]


def past_effects(
    case: Case, fit: CaseFit, *, draws: int, seed: int, workers: int | None = None
) -> PastEffects:
    """Put the questions of a case to its past as fitted.

    Args:
        case: the case; asks for counterfactuals and rivals.
        fit: of this case to its record.
        draws: at most, and at most `PAST_DRAWS`; the first ones are used.
        seed: of the replays; their numbers do not depend on `workers`.
        workers: threads; by default one a core.

    Raises:
        CaseError, SimulationError, InputError: the fit is not one of this case.
    """
    from talion.model.compile import compile_model, past_levels
    from talion.model.observed import window_of_past

    given, step = fit.main.draws, dt.timedelta(days=1)
    used = min(draws, PAST_DRAWS, given.draws)
    targets = targets_of(case)
    shares: PastShares | None = None
    told: tuple[Replay, ...] = ()
    if targets or case.document.counterfactuals:
        model = compile_model(case, given.reading, draws=used, seed=seed, given=given)
        levels = past_levels(case, given.reading, given, used, seed)
        window = window_of_past(model, given.past, levels)
        if targets:
            shares = shares_of_past(case, model, window, targets)
        told = replays(
            case, model, window, targets, seed=seed, workers=workers or os.cpu_count() or 1
        )
    return PastEffects(
        EPOCH + fit.start * step,
        EPOCH + (fit.end - 1) * step,
        used,
        fit.main.verdict,
        shares,
        told,
        rivals_of(case, fit),
    )
