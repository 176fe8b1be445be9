"""The one rule that gives a judgment its label.

A model that assumes a link finds the link. The rule therefore asks what is left of a result when
the links are taken away (N), when nothing is supposed of their signs (S0), when the author is
followed (B0), when the author's opponent is (O0), and, once the model is fitted, what the record
changed (R and its variants). Of the labels below the first that holds is given:

1. Fixed by the form: N, S0, B0 and O0 all >= .99, or all <= .01.
2. Record points the other way: the record speaks, max over variants of q_R <= .20.
3. Too small to matter: the record speaks, P_R(|psi| < delta) >= .80.
4. Holds whatever you assume: the record speaks, min over variants of q_R >= .80, and O1 >= .80.
5. Backed by the record: the record speaks, q_R >= .80.
6. Rests on the author's assumption: B0 >= .80, and the record is silent.
7. Unresolved: the rest.

*The record speaks* if some link on the path has data and either |logit q_R - logit q_S0| >= log 3,
or Var_R(psi) / Var_S0(psi) <= .9 with a likelihood power-scaling sensitivity >= .05 (Kallioinen,
Paananen, Buerkner and Vehtari 2024). Thresholds of .80 and .20 are asked of q -+ 1.64 Monte Carlo
errors; those of .99 and .01 of q as it is, if its Monte Carlo error is at most .01. Labels 2 and 4 ask
every variant: where variants were not fitted, or one has not converged, they are not given. Claims
about what happened, motives and preferences are not simulated: they are Checked on
the record or Not testable. If histories cut short at the event cap could change the label, it is
Not computable.

A test that measures what was bargained over (`bargained`) has no ground truth: models of bargaining and
codings of positions are nobody's data. Labels 2 to 5 are not given to it, whatever the record moved, and
label 6 is then given at B0 >= .80 whether the record speaks or not.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Literal

__all__ = [
    "FIXED_HIGH",
    "FIXED_LOW",
    "HIGH",
    "LOW",
    "Grounds",
    "Label",
    "Probability",
    "RecordFit",
    "label_for",
    "record_speaks",
]

HIGH = 0.80
LOW = 0.20
FIXED_HIGH = 0.99
FIXED_LOW = 0.01
FIXED_ERROR = 0.01  # a reading known no better than this fixes nothing
ERRORS = 1.64  # Monte Carlo errors taken off before HIGH and LOW are asked
SPEAKS_LOGIT = math.log(3.0)
SPEAKS_VARIANCE = 0.9
SPEAKS_SENSITIVITY = 0.05
LOGIT_EDGE = 0.005  # probabilities are cut to [.005, .995] before a logit: D = 200 tells no more


class Label(Enum):
    """What a result rests on. The value is the text printed."""

    FIXED = "Fixed by the form"
    OTHER_WAY = "Record points the other way"
    TOO_SMALL = "Too small to matter"
    WHATEVER = "Holds whatever you assume"
    BACKED = "Backed by the record"
    RESTS = "Rests on the author's assumption"
    UNRESOLVED = "Unresolved"
    CHECKED = "Checked on the record"
    NOT_TESTABLE = "Not testable"
    NOT_COMPUTABLE = "Not computable"

    @property
    def claims_the_record(self) -> bool:
        """Whether the label says that the record decided (labels 2 to 5)."""
        return self in (Label.OTHER_WAY, Label.TOO_SMALL, Label.WHATEVER, Label.BACKED)

    @property
    def gives_chance(self) -> bool:
        """Whether shares under this label are told as chances: a form that fixes them tells none.

        The one rule for every page, table and file; `results.csv` keeps the shares as computed.
        """
        return self is not Label.FIXED


@dataclass(frozen=True)
class Probability:
    """A probability with its Monte Carlo error, and with capped histories counted no and yes.

    >>> Probability(0.85, 0.02).at_least(0.80), Probability(0.81, 0.02).at_least(0.80)
    (True, False)
    """

    value: float
    mcse: float = 0.0
    capped_low: float | None = None
    capped_high: float | None = None

    def at_least(self, threshold: float) -> bool:
        """Whether the value less 1.64 errors reaches the threshold."""
        return self.value - ERRORS * self.mcse >= threshold

    def at_most(self, threshold: float) -> bool:
        """Whether the value plus 1.64 errors stays at or under the threshold."""
        return self.value + ERRORS * self.mcse <= threshold

    def bounds(self) -> tuple[float, ...]:
        """Return the values it may have, given the capped histories: one, or two ends."""
        ends = (self.capped_low, self.capped_high)
        low, high = (self.value if end is None else end for end in ends)
        return (low,) if low == high else (low, high)


@dataclass(frozen=True)
class RecordFit:
    """What fitting to the record gave; absent until a fit exists.

    Attributes:
        q: R, the no-view prior updated.
        lowest, highest: of q_R over the variants Pi (prior scale, latent escalation, listing,
            definitions of contested counts), q itself included; None where variants were not
            fitted or one of them has not converged.
        opponent: O1, the opponent's prior updated; None where it was not fitted.
        small: P_R(|psi| < delta); None for a forecast, which has no effect size.
        variance_ratio: Var_R(psi) / Var_S0(psi).
        sensitivity: likelihood power-scaling sensitivity.
    """

    q: Probability
    lowest: Probability | None = None
    highest: Probability | None = None
    opponent: Probability | None = None
    small: Probability | None = None
    variance_ratio: float = 1.0
    sensitivity: float = 0.0


@dataclass(frozen=True)
class Grounds:
    """Everything the rule looks at.

    Attributes:
        nature: `simulated`, `record` (counted on the record) or `untestable`.
        links_at_zero, no_view, as_written, opponent: N, S0, B0, O0; None where not run.
        fit: None without a fit.
        data_on_path: some link on the judgment's path has data.
        bargained: what it measures is the outcome of a bargain: no label that credits the record.
    """

    nature: Literal["simulated", "record", "untestable"] = "simulated"
    links_at_zero: Probability | None = None
    no_view: Probability | None = None
    as_written: Probability | None = None
    opponent: Probability | None = None
    fit: RecordFit | None = None
    data_on_path: bool = False
    bargained: bool = False


def record_speaks(grounds: Grounds) -> bool:
    """Return whether the record moved the result, or narrowed it for reasons of its own."""
    fit, prior = grounds.fit, grounds.no_view
    if fit is None or prior is None or not grounds.data_on_path:
        return False
    moved = abs(_logit(fit.q.value) - _logit(prior.value)) >= SPEAKS_LOGIT
    narrowed = fit.variance_ratio <= SPEAKS_VARIANCE and fit.sensitivity >= SPEAKS_SENSITIVITY
    return moved or narrowed


def _logit(q: float) -> float:
    inside = min(max(q, LOGIT_EDGE), 1.0 - LOGIT_EDGE)
    return math.log(inside / (1.0 - inside))


def label_for(grounds: Grounds) -> Label:
    """Return the label of one test.

    Simulated tests are put to the rule once for every way the capped histories may have gone; if
    the answers differ, the label is Not computable.

    >>> label_for(Grounds(nature="untestable"))
    <Label.NOT_TESTABLE: 'Not testable'>
    >>> sure = Probability(0.97, 0.01)
    >>> label_for(Grounds(links_at_zero=Probability(0.0), no_view=Probability(0.5), as_written=sure,
    ...                   opponent=Probability(0.1)))
    <Label.RESTS: "Rests on the author's assumption">
    """
    if grounds.nature == "untestable":
        return Label.NOT_TESTABLE
    if grounds.nature == "record":
        return Label.CHECKED
    found = {_rule(way) for way in _ways_capped_may_go(grounds)}
    return found.pop() if len(found) == 1 else Label.NOT_COMPUTABLE


def _rule(grounds: Grounds) -> Label:
    """Apply the rule: the first label that holds."""
    if _fixed(grounds):
        return Label.FIXED
    speaks = record_speaks(grounds) and not grounds.bargained
    if speaks and grounds.fit is not None:
        found = _record_label(grounds.fit)
        if found is not None:
            return found
    if not speaks and grounds.as_written is not None and grounds.as_written.at_least(HIGH):
        return Label.RESTS
    return Label.UNRESOLVED


def _record_label(fit: RecordFit) -> Label | None:
    if fit.highest is not None and fit.highest.at_most(LOW):
        return Label.OTHER_WAY
    if fit.small is not None and fit.small.at_least(HIGH):
        return Label.TOO_SMALL
    if all(q is not None and q.at_least(HIGH) for q in (fit.lowest, fit.opponent)):
        return Label.WHATEVER
    return Label.BACKED if fit.q.at_least(HIGH) else None


def _fixed(grounds: Grounds) -> bool:
    """Whether all four readings without the record agree on yes, or on no.

    The values are taken as they are, for four readings must agree; but each must be known to .01,
    which takes some 70 draws even if all of them agree.
    """
    readings = [
        r
        for r in (grounds.links_at_zero, grounds.no_view, grounds.as_written, grounds.opponent)
        if r is not None and r.mcse <= FIXED_ERROR
    ]
    if len(readings) < 4:
        return False
    values = [r.value for r in readings]
    return min(values) >= FIXED_HIGH or max(values) <= FIXED_LOW


_READINGS = ("links_at_zero", "no_view", "as_written", "opponent")
_FITTED = ("q", "lowest", "highest", "opponent", "small")


def _ways_capped_may_go(grounds: Grounds) -> Iterator[Grounds]:
    """Yield the grounds with every combination of capped histories counted no and yes."""
    names = [n for n in _READINGS if getattr(grounds, n) is not None]
    for values in itertools.product(*(_ends(getattr(grounds, n)) for n in names)):
        changes: dict[str, Any] = dict(zip(names, values, strict=True))
        way = replace(grounds, **changes)
        if grounds.fit is None:
            yield way
            continue
        fitted = [n for n in _FITTED if getattr(grounds.fit, n) is not None]
        for ends in itertools.product(*(_ends(getattr(grounds.fit, n)) for n in fitted)):
            changes = dict(zip(fitted, ends, strict=True))
            yield replace(way, fit=replace(grounds.fit, **changes))


def _ends(probability: Probability) -> list[Probability]:
    return [replace(probability, value=value) for value in probability.bounds()]
