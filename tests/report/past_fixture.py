"""The small crisis with questions put to its past, judged with a made-up fit."""

from __future__ import annotations

import functools

from judge.prior_fit import Spoken, prior_fit
from report.fixtures import CALM, HOSTILE, small_case
from talion.judge.results import RunResult
from talion.judge.run import judge_case
from talion.model.case import Case

ASKED = """
counterfactuals:
  calm: {{title: "{claim}", remove: [a10, a11], because: "{because}"}}
rivals:
  - {{links: L1, without: L4, because: "{gist}"}}
"""
SAYS = Spoken({"L1/attack>strike/share": 1.5}, {"L1/attack>strike": 1})
TURNED = Spoken({"L1/attack>strike/share": 1.5}, {"L1/attack>strike": -1})


def asking_case(kind: str = "calm") -> Case:
    """Return the case; with `hostile`, its texts are those that mean harm."""
    texts = {"calm": CALM, "hostile": HOSTILE}[kind]
    return small_case(texts, judgments=ASKED.format(**texts).lstrip("\n"))


@functools.cache
def told(kind: str = "calm") -> RunResult:
    """Return its run: L1 answers beside the war, and holds down without it."""
    case = asking_case(kind)
    fit = prior_fit(
        case, draws=40, says=SAYS, variants={"without_L4": TURNED}, fitted=("without_L4",)
    )
    return judge_case(case, fit, draws=30, histories=4, seed=3, command="talion run small")
