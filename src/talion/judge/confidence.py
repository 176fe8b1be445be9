"""Confidence in a result: low, moderate or high, by stated rules, each kept with its own reason.

Likelihood says how often; confidence says how good the grounds are (ICD 203, D.6.e(2)(b): the two
never share a sentence). Each rule gives a level, and the lowest of them is the result's. A rule that
does not apply gives none.

| rule | low | moderate | else high |
|---|---|---|---|
| data | nothing recorded bears on it, or on part of it; only a usual rate stands behind it | | |
| convergence | the fit has not converged, or informs no link on the path | no fit, or the record is silent | |
| spread | readings or variants of the fit differ by over 20 points, or cannot all answer | by over 10 points | |
| power | under .5 | under .8, or not known | |
| sources | most rows poorly graded | not three in four well graded, one source alone, or most not graded | |
| draws | Monte Carlo error over 10 points | over 4 points | |

*Spread* compares, where the record speaks, the result with every variant of the fit and with the
opponent's prior updated; else no view, as written, the opponent and, if fitted, with the record.
There readings that differ by over 10 points are low already, since only the assumptions answer.

A count on the record is asked by other rules: its *listing* (low if it cannot tell or is contested,
moderate if some of the period is not near completely listed), its *sources*, and its *power* where
it compares rates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from talion.judge.estimate import Share
from talion.judge.labels import RecordFit
from talion.judge.paths import Path
from talion.judge.readings import AS_WRITTEN, NO_VIEW, OPPONENT, WITH_RECORD
from talion.judge.record_checks import RecordCheck
from talion.judge.sourcing import Sourcing
from talion.judge.words import FitSays, listed

__all__ = [
    "Confidence",
    "ConfidenceGrounds",
    "ConfidenceLevel",
    "ConfidencePart",
    "Rule",
    "confidence_for",
    "confidence_sentence",
]

NEAR, FAR = 0.10, 0.20  # points between readings or variants
POWER_LOW, POWER_HIGH = 0.5, 0.8
ERROR_HIGH, ERROR_LOW = 0.04, 0.10  # Monte Carlo errors
MOSTLY_WELL = 0.75  # share of rows that must be well sourced


class ConfidenceLevel(Enum):
    """How good the grounds of a result are. The value is the text printed."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


Rule = Literal["data", "convergence", "spread", "power", "sources", "draws", "listing"]
LOW, MODERATE, HIGH = ConfidenceLevel.LOW, ConfidenceLevel.MODERATE, ConfidenceLevel.HIGH
_ORDER = (LOW, MODERATE, HIGH)


@dataclass(frozen=True)
class ConfidencePart:
    """What one rule says: its level and why, as a clause."""

    rule: Rule
    level: ConfidenceLevel
    reason: str


@dataclass(frozen=True)
class Confidence:
    """The confidence in a result.

    Attributes:
        level: the lowest of its parts'.
        parts: what each rule says, in the order of the table above.
    """

    level: ConfidenceLevel
    parts: tuple[ConfidencePart, ...]

    @property
    def limiting(self) -> tuple[ConfidencePart, ...]:
        """The parts that set the level."""
        return tuple(part for part in self.parts if part.level is self.level)


@dataclass(frozen=True)
class ConfidenceGrounds:
    """Everything the rules look at.

    Attributes:
        path: links that can move the result, and what of it is recorded.
        readings: reading -> share; None where no history can answer.
        sourcing: of the rows that show what is measured, or that were counted.
        check: the count on the record, for a test of that kind.
        fit: what a fit says; None without one.
    """

    path: Path
    readings: Mapping[str, Share | None] = field(default_factory=dict)
    sourcing: Sourcing = field(default_factory=lambda: Sourcing(0, 0, 0, 0, 0))
    check: RecordCheck | None = None
    fit: FitSays | None = None


def confidence_for(grounds: ConfidenceGrounds) -> Confidence:
    """Return the confidence in a result, by the rules at the head of this module.

    >>> found = confidence_for(ConfidenceGrounds(Path((), (), ("raid",), ())))
    >>> found.level.value, found.limiting[0].reason
    ('low', 'only a usual rate stands behind it')
    """
    rules = _of_check(grounds, grounds.check) if grounds.check else _of_simulation(grounds)
    parts = tuple(rules)
    return Confidence(min((p.level for p in parts), key=_ORDER.index), parts)


def confidence_sentence(confidence: Confidence) -> str:
    """Return the confidence with what limits it, as a sentence of its own.

    >>> part = ConfidencePart("power", MODERATE, "it is not known whether this record could show it")
    >>> confidence_sentence(Confidence(MODERATE, (part,)))
    'Confidence is moderate: it is not known whether this record could show it.'
    """
    reasons = dict.fromkeys(part.reason for part in confidence.limiting)
    return f"Confidence is {confidence.level.value}: {'; '.join(reasons)}."


def _of_simulation(grounds: ConfidenceGrounds) -> Iterator[ConfidencePart]:
    yield _data(grounds.path)
    yield _convergence(grounds)
    yield _spread(grounds)
    yield _power(grounds.fit.power if grounds.fit is not None else None)
    yield _sources(grounds.sourcing)
    yield _draws(grounds)


# --- rules of a simulated test -------------------------------------------------------------------


def _data(path: Path) -> ConfidencePart:
    if path.no_data:
        return ConfidencePart("data", LOW, "no data bear on it")
    if not path.links:
        return ConfidencePart("data", LOW, "only a usual rate stands behind it")
    if path.unrecorded:
        return ConfidencePart("data", LOW, f"no data bear on {listed(path.unrecorded)}")
    return ConfidencePart("data", HIGH, "what it measures is recorded")


def _convergence(grounds: ConfidenceGrounds) -> ConfidencePart:
    fit = grounds.fit
    if fit is None:
        return ConfidencePart("convergence", MODERATE, "the model is not fitted to the record")
    if not fit.converged:
        return ConfidencePart("convergence", LOW, "the fit to the record has not converged")
    if not grounds.path.fitted:
        return ConfidencePart("convergence", LOW, "the record can inform no link on its path")
    if not fit.speaks:
        reason = "the record neither moves the answer nor narrows it"
        return ConfidencePart("convergence", MODERATE, reason)
    return ConfidencePart("convergence", HIGH, "the fit to the record has converged")


def _spread(grounds: ConfidenceGrounds) -> ConfidencePart:
    fit = grounds.fit
    if fit is not None and fit.converged and fit.speaks and fit.record is not None:
        return _spread_of_fit(fit.record)
    return _spread_of_readings(grounds.readings, fitted=fit is not None)


def _spread_of_fit(record: RecordFit) -> ConfidencePart:
    """Return how far variants of the fit and the updated opponent lie from the result."""
    asked = (record.lowest, record.highest, record.opponent)
    known = [q.value for q in asked if q is not None]
    if len(known) < len(asked):
        return ConfidencePart("spread", LOW, "the variants of the fit could not all be asked")
    far = max(abs(record.q.value - value) for value in known)
    if far > FAR:
        return ConfidencePart("spread", LOW, "the answer moves with the variants of the fit")
    rough = "roughly " if far > NEAR else ""
    reason = f"the variants of the fit and the author's opponent {rough}agree"
    return ConfidencePart("spread", MODERATE if rough else HIGH, reason)


def _spread_of_readings(readings: Mapping[str, Share | None], *, fitted: bool) -> ConfidencePart:
    """Return how far the readings differ where the record is silent, or was not asked."""
    written, blank, other = (readings.get(n) for n in (AS_WRITTEN, NO_VIEW, OPPONENT))
    if written is None or blank is None:
        return ConfidencePart("spread", LOW, "not every reading can answer")
    if abs(written.probability - blank.probability) > FAR:
        return ConfidencePart("spread", LOW, "the answer moves with what is assumed of the links")
    compared = [blank, other, *([readings.get(WITH_RECORD)] if fitted else [])]
    if all(s is not None and abs(written.probability - s.probability) <= NEAR for s in compared):
        agree = "the author, the author's opponent and no view agree"
        return ConfidencePart(
            "spread", HIGH, agree + (", and so does the record" if fitted else "")
        )
    reason = (
        "the record does not decide between the assumptions"
        if fitted
        else "the author, the author's opponent and no view do not agree"
    )
    return ConfidencePart("spread", LOW, reason)


def _power(power: float | None) -> ConfidencePart:
    if power is None:
        reason = "it is not known whether this record could have shown it"
        return ConfidencePart("power", MODERATE, reason)
    if power < POWER_LOW:
        return ConfidencePart("power", LOW, "this record could hardly have shown such an effect")
    if power < POWER_HIGH:
        reason = "this record would show such an effect in most cases only"
        return ConfidencePart("power", MODERATE, reason)
    return ConfidencePart("power", HIGH, "this record would show such an effect")


def _sources(sourcing: Sourcing) -> ConfidencePart:
    rows = sourcing.rows
    if rows == 0:
        return ConfidencePart("sources", MODERATE, "no row on record speaks to it")
    if 2 * sourcing.poor > rows:
        return ConfidencePart("sources", LOW, "most rows rest on sources of low grades")
    if 2 * sourcing.ungraded > rows:
        return ConfidencePart("sources", MODERATE, "most rows rest on sources that bear no grade")
    if sourcing.sources < 2:
        return ConfidencePart("sources", MODERATE, "all rows rest on one source")
    if sourcing.well < MOSTLY_WELL * rows:
        return ConfidencePart("sources", MODERATE, "the rows rest on sources of middling grades")
    return ConfidencePart("sources", HIGH, "most rows rest on well graded sources")


def _draws(grounds: ConfidenceGrounds) -> ConfidencePart:
    shown = [grounds.readings.get(name) for name in (WITH_RECORD, AS_WRITTEN, NO_VIEW)]
    errors = [share.mcse for share in shown if share is not None]
    if not errors:
        return ConfidencePart("draws", LOW, "no simulated history can answer")
    worst = max(errors)
    if worst > ERROR_LOW:
        return ConfidencePart("draws", LOW, "too few draws were simulated")
    if worst > ERROR_HIGH:
        return ConfidencePart("draws", MODERATE, "few draws were simulated")
    return ConfidencePart("draws", HIGH, "enough draws were simulated")


# --- rules of a count on the record --------------------------------------------------------------


def _of_check(grounds: ConfidenceGrounds, check: RecordCheck) -> Iterator[ConfidencePart]:
    if check.outcome == "contested":
        yield ConfidencePart("listing", LOW, "the sources differ")
    elif check.outcome == "cannot tell":
        yield ConfidencePart("listing", LOW, "the record does not decide it")
    elif check.gaps:
        reason = "it is counted, but not all of the period is near completely listed"
        yield ConfidencePart("listing", MODERATE, reason)
    else:
        yield ConfidencePart("listing", HIGH, "it is counted on a near complete listing")
    powers = [v for k, v in check.counts.items() if k.rpartition(".")[2] == "power"]
    if powers:
        yield _power(min(powers))
    yield _sources(grounds.sourcing)
