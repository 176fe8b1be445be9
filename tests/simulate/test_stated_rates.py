"""A compiled case does what its author stated: usual rates, answers, prevention, signs.

Each test simulates; the tolerance says what it could detect.
"""

import numpy as np
import pytest

from talion.model.case import parse_case
from talion.simulate.run import simulate_case

CASE = """
talion: 1
title: Two sides
as_of: 2024-06-01
history_from: 2024-01-01
actors: {north: North, south: South}
events:
  raid: {title: Raid, by: south, usual: 10}
  reply: {title: Reply, by: north, usual: 2}
factors:
  push: {kind: imagined, title: Push, rest: 40, half_life: 30, noise: 5, because: x}
  escalation: {kind: latent, title: Escalation, sd: 0.5, half_life: 20}
links:
LINKS
what_ifs:
  one_more: {from: as_of, do: [{add: reply}]}
  none: {from: as_of, do: [{block: reply}]}
  twice: {from: as_of, do: [{scale: reply, by: 2}]}
"""


def ensemble(links: str, reading: str = "as_written", **sizes: int):
    case = parse_case(CASE.replace("LINKS", links))
    return simulate_case(case, reading, seed=11, **{"draws": 100, "histories": 20, **sizes})


def counts(run, world: str, series: str, days: int):
    for i, measure in enumerate(run.plan.measures):
        if (measure.world, measure.series, measure.end - measure.start) == (world, series, days):
            return run.values[:, :, i].astype(float)
    raise LookupError(world)


ANSWERS = "  L: {says: raid raises reply, share: 40, fades: days, origin: brief, because: x}"
REVENGE = "  M: {says: reply raises raid, share: 30, fades: weeks, origin: brief, because: x}"
HOLDS = "  N: {says: reply lowers raid, share: 30, fades: weeks, origin: brief, because: x}"
NOISE = (
    "  P: {says: [escalation raises raid, escalation raises reply], times: 1.5,"
    " origin: brief, because: x}"
)
LEVEL = (
    "  Q: {says: raid raises push, points: 2, origin: brief, because: x}\n"
    "  R: {says: push raises reply, times: 1.5, origin: brief, because: x}"
)


@pytest.mark.parametrize(
    "links", [ANSWERS, f"{ANSWERS}\n{REVENGE}", HOLDS, f"{ANSWERS}\n{HOLDS}", NOISE, LEVEL]
)
def test_usual_conditions_give_usual_rates(links):
    """Within 6 % of ten raids and two replies a month over a year; the standard error is 1-2 %.

    Answers and suppression are balanced by the background rate, a level's rest by usual events,
    noise by its mean. Links that feed each other are balanced to first order, hence the tolerance.
    """
    run = ensemble(links)
    raids = counts(run, "baseline", "raid", 365).mean()
    replies = counts(run, "baseline", "reply", 365).mean()
    assert raids == pytest.approx(10 * 365 / 30.4375, rel=0.06)
    assert replies == pytest.approx(2 * 365 / 30.4375, rel=0.06)


def test_one_more_reply_draws_the_stated_answers():
    """`extra: 1.5 within 30 days`: the coupled difference is 1.5 within 0.1 (2.5 standard errors)."""
    links = "  M: {says: reply raises raid, extra: 1.5, within: 30 days, fades: weeks, origin: brief, because: x}"
    run = ensemble(links, draws=50, histories=60)
    more = counts(run, "one_more", "raid", 30) - counts(run, "baseline", "raid", 30)
    assert more.mean() == pytest.approx(1.5, abs=0.1)
    assert more.std() < 3  # coupled: independent histories would differ by about 5


def test_one_more_reply_prevents_the_stated_number():
    """`lowers`, `extra: 1.5 within 30 days`, replies rare enough not to overlap: -1.5 within 0.15."""
    links = "  M: {says: reply lowers raid, extra: 1.5, within: 30 days, fades: weeks, origin: brief, because: x}"
    text = CASE.replace("usual: 2}", "usual: 0.02}").replace("LINKS", links)
    run = simulate_case(parse_case(text), seed=4, draws=50, histories=60)
    more = counts(run, "one_more", "raid", 30) - counts(run, "baseline", "raid", 30)
    assert more.mean() == pytest.approx(-1.5, abs=0.15)


def test_no_view_is_even_handed():
    """Under no view the net effect of the usual replies is as often positive as negative.

    600 draws, some 400 with an effect: the share of positive ones lies in 0.42..0.58 with probability
    0.999 if the true share is one half; a rule that favoured one sign by 60 to 40 would be found with
    probability above 0.8.
    """
    links = (
        "  M: {says: reply raises raid, strength: strong, fades: weeks, origin: brief, because: x}"
    )
    run = ensemble(links, "no_view", draws=600, histories=6)
    psi = (counts(run, "baseline", "raid", 365) - counts(run, "none", "raid", 365)).mean(axis=1)
    assert (psi != 0).mean() == pytest.approx(2 / 3, abs=0.07)
    assert 0.42 < (psi > 0).sum() / (psi != 0).sum() < 0.58
    up, down = np.abs(psi[psi > 0]).mean(), np.abs(psi[psi < 0]).mean()
    assert up / down == pytest.approx(1, abs=0.2)


def test_links_at_zero_make_what_ifs_idle():
    run = ensemble(f"{ANSWERS}\n{REVENGE}\n{LEVEL}", "links_at_zero", draws=20, histories=5)
    assert (counts(run, "twice", "raid", 365) == counts(run, "baseline", "raid", 365)).all()
    assert (counts(run, "twice", "reply", 365) > counts(run, "baseline", "reply", 365)).any()
