"""Comparisons with scores made by hand, for tests of what is done with them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from judge.rivalry import made_case
from talion.fit.case.hypothesis_scores import HypothesisScores, ScoreSettings, Segment
from talion.judge.hypotheses import Comparison, compared
from talion.model.case import Case
from talion.model.hypotheses import link_sets
from talion.model.schema_terms import CaseEvidence

SETTINGS = ScoreSettings(chains=2, sweeps=60, particles=24, islands=4, cuts=1)


def two_rivals() -> Case:
    """Eight weeks, two rivals; evidence of one lies in week 5, that of the other in no week told."""
    case = made_case(8, 1, 0.9)
    day = next(e for e in case.record.events if 28 <= (e.start - case.record.period[0]).days < 35)
    own = dict(case.document.hypotheses)
    del own["answers_too"]
    pointer = CaseEvidence(rows=(day.id,), gist="a row of the fifth week")
    own["answers"] = own["answers"].model_copy(update={"evidence": (pointer,)})
    own["war"] = own["war"].model_copy(update={"evidence": (CaseEvidence(gist="talk"),)})
    return replace(case, document=case.document.model_copy(update={"hypotheses": own}))


def comparison_of(
    case: Case,
    gaps: dict[str, list[float]],
    error: float = 0.1,
    few: dict[str, list[float]] | None = None,
) -> Comparison:
    """Return a comparison in which rivals differ from the baseline by so much a week.

    Args:
        case: whose last weeks were told.
        gaps: by hypothesis; none for the baseline.
        error: of the particles, put beside every week's score.
        few: effective particles by week, by hypothesis; 30 by default.
    """
    weeks = len(next(iter(gaps.values())))
    first = (case.record.period[1] - case.record.period[0]).days // 7 - weeks
    islands = 0.1 * np.array([1.0, -1.0, 1.0, -1.0])[:, None] * np.eye(1, weeks)
    scores = [
        HypothesisScores(
            links,
            False,
            (
                Segment(
                    first,
                    islands - 3.0 + np.array(gaps.get(links.id, [0.0] * weeks)),
                    np.tile(np.array((few or {}).get(links.id, [30.0] * weeks)) / 4, (4, 1)),
                    "",
                ),
            ),
        )
        for links in link_sets(case)
    ]
    made = compared(case, SETTINGS, scores)
    told = tuple(replace(h, errors=(error,) * weeks) for h in made.hypotheses)
    return replace(made, hypotheses=told)
