"""Rival explanations in exports: numbers and words of the comparison, without what the record shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from talion.judge.hypotheses_file import find_comparison
from talion.report.hypotheses import build_hypotheses, finding_sentence, how_made
from talion.report.office.dossier import RivalEntry, RivalPair, Rivals
from talion.report.words import DASH

if TYPE_CHECKING:
    from talion.judge.hypotheses import Compared
    from talion.judge.week_scores import Difference
    from talion.model.case import Case

__all__ = ["RIVAL_HEADS", "RIVAL_NOTE", "build_rivals", "rival_cells"]

RIVAL_HEADS = ("Explanation", "Log score against the baseline", "Verdict", "Predictive weight")
RIVAL_NOTE = (
    "A difference under 4, or under two standard errors (± is one), is called indistinguishable. "
    "Predictive weights say how to mix the explanations to tell a next week best; they are no "
    "probabilities of being true."
)


def build_rivals(case: Case) -> Rivals | None:
    """Return the comparison of a case as exports print it; None where there is none on file.

    What was observed in a week is left out: it may rest on rows that may not be passed on.
    """
    section, found = build_hypotheses(case), find_comparison(case)
    if section is None or found is None:
        return None
    comparison = found.comparison
    lines = {line.id: line for line in section.rivals}
    return Rivals(
        finding=finding_sentence(comparison),
        made=how_made(comparison),
        span=section.span,
        entries=tuple(
            RivalEntry(
                id=h.id,
                title=h.title,
                said=lines[h.id].difference,
                verdict=lines[h.id].verdict,
                weight=lines[h.id].weight,
                reach=lines[h.id].reach,
                week=_week(h),
                difference=None if h is comparison.baseline else _finite(h.against.value),
                error=None if h is comparison.baseline else _error(h.against),
                weight_value=h.weight.value,
                weight_low=h.weight.low,
                weight_high=h.weight.high,
            )
            for h in comparison.ranked
        ),
        pairs=tuple(
            RivalPair(
                one=p.one,
                other=p.other,
                difference=_finite(p.difference.value),
                error=_error(p.difference),
                verdict=p.difference.verdict,
                reach=p.reach_in_words,
            )
            for p in comparison.pairs
        ),
    )


def _week(h: Compared) -> str:
    """In which week it differs most from the baseline; a dash where it does in none."""
    return DASH if h.named is None else f"week {h.named.week}, log score {h.named.difference:+.1f}"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _error(difference: Difference) -> float | None:
    return None if difference.error is None else _finite(difference.error)


def rival_cells(entry: RivalEntry, *, brief: bool = False) -> tuple[str, ...]:
    """Return the four cells of a row of the table; a new line where a paragraph begins.

    Args:
        entry: of the row.
        brief: leave out what weeks out of reach do to it; the finding names them.
    """
    verdict = entry.verdict + (f"\n{entry.reach}" if entry.reach and not brief else "")
    return entry.title, entry.said, verdict, entry.weight
