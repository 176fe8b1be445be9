"""Stability through events and through factors, against hand computation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fit.case_fits import made_reading
from judge.crisis import crisis
from talion.judge.feedback import extended_matrix, stability, worst_levels
from talion.judge.stability import offspring_matrix, spectral_radius
from talion.model.case import Case, load_case
from talion.model.compile import compile_model, past_levels
from talion.model.compiled import CompiledModel

LOOP = """
talion: 1
title: A loop through a factor
as_of: 2024-06-01
history_from: 2024-01-01
actors: {guard: {name: Guard, kind: armed group}}
events:
  attack: {title: Attack, by: guard, usual: 15}
factors:
  anger: {kind: imagined, title: Anger, rest: 40, half_life: 10, noise: 0, because: given}
  fury: {kind: imagined, title: Fury, rest: 40, half_life: 20, noise: 0, because: given}
links:
  P1: {says: attack raises anger, points: 2, origin: brief, because: x}
  P2: {says: anger raises attack, times: 2, per: 25, origin: brief, because: x}
  P3: {says: anger raises fury, per_100: 50, origin: brief, because: x}
  P4: {says: fury raises attack, times: 2, per: 50, origin: brief, because: x}
  P5: {says: attack raises attack, share: 30, fades: days, origin: brief, because: x}
judgments:
"""


@pytest.fixture(scope="module")
def case() -> Case:
    return crisis("never", text=LOOP)


@pytest.fixture(scope="module")
def model(case: Case) -> CompiledModel:
    return compile_model(case, "as_written", draws=2, seed=1, worlds=["baseline"])


def test_the_extended_matrix_is_jump_gamma_rate_and_area(model: CompiledModel) -> None:
    d, z = model.draws, model.draws.z_ref
    own = d.ee_offspring[0, 0]
    rate = d.background[0, 0]
    # Area under anger of a jump of 2: 2 / pull. Fury's rest moves by half of anger, so its area is
    # half of anger's, whatever its half-life.
    anger = 2 / (1 - 2 ** (-1 / 10))
    by_factors = rate * (np.log(2) / 25 * anger + np.log(2) / 50 * 0.5 * anger)
    assert extended_matrix(model, z)[0, 0, 0] == pytest.approx(own + by_factors, rel=1e-12)
    without = extended_matrix(model, z, without="P3")[0, 0, 0]
    assert without == pytest.approx(own + rate * np.log(2) / 25 * anger, rel=1e-12)
    assert offspring_matrix(model)[0, 0, 0] == pytest.approx(own)


def test_the_area_is_what_the_tick_adds_up_to(model: CompiledModel) -> None:
    z, total = np.array([2.0, 0.0]), np.zeros(2)
    pull = model.draws.pull[0]
    for _ in range(4000):
        total += z
        z = z + (np.array([0.0, 0.5 * z[0]]) - z) * pull
    assert total == pytest.approx(np.array([2, 1]) / pull[0], rel=1e-9)


def test_worst_factors_stand_at_the_ends_that_raise(case: Case, model: CompiledModel) -> None:
    assert worst_levels(case, model)[0, 0] == pytest.approx([100, 100])
    less = replace(model, draws=model.draws._replace(fr_gamma=-model.draws.fr_gamma))
    assert worst_levels(case, less)[0, 0] == pytest.approx([0, 0])
    # Anger that lowers attacks breeds none of them.
    at = extended_matrix(less, less.draws.z_ref)
    assert at == pytest.approx(offspring_matrix(less))


def test_rows_rise_and_name_the_link_that_matters(case: Case, model: CompiledModel) -> None:
    levels = np.broadcast_to(model.draws.z_ref[:, None], (2, 5, 2)).copy()
    levels[:, 3, 0] += 25  # one midnight at twice the rate
    rows = stability(case, model, levels).rows
    radii = [row.radius.median for row in rows]
    assert radii[0] == pytest.approx(spectral_radius(model)[0])
    own = radii[0]
    assert radii[2] - own == pytest.approx(2 * (radii[1] - own))  # the worst of the past
    assert radii[0] < radii[1] < radii[2] < radii[3]
    assert [row.above for row in rows] == [float(r >= 1) for r in radii]
    assert rows[0].link == "P5"
    assert rows[0].without == 0.0
    assert rows[3].link == "P1"
    assert rows[3].without == pytest.approx(own)


def test_factors_that_feed_each_other_without_end_have_no_finite_radius(
    case: Case,
    model: CompiledModel,
) -> None:
    s = model.structure
    both = s._replace(
        ff_start=np.array([0, 1, 2]), ff_source=np.array([1, 0]), ff_link=np.array([2, 2])
    )
    loop = replace(model, structure=both, draws=model.draws._replace(ff_coef=np.full((2, 2), 1.1)))
    rows = stability(case, loop, model.draws.z_ref[:, None]).rows
    assert np.isinf(rows[1].radius.median)
    assert rows[1].above == 1.0
    assert rows[1].link == "P3"
    assert np.isfinite(rows[1].without)


def test_without_links_nothing_breeds() -> None:
    text = LOOP[: LOOP.index("links:")] + "judgments:\n"
    case = crisis("never", text=text)
    model = compile_model(case, "as_written", draws=2, seed=1, worlds=["baseline"])
    levels = past_levels(case, "as_written", None, 2, 1)
    for row in stability(case, model, levels).rows:
        assert (row.radius.high, row.above, row.link) == (0.0, 0.0, None)


def test_a_latent_factor_is_taken_two_sds_from_its_mean_and_a_switch_stays() -> None:
    """Its guard range of 50 either way would multiply rates by e^50 (found on a real fit)."""
    starter = load_case("starter")
    given = made_reading(np.random.default_rng(1), starter, 50, 10.0).draws
    model = compile_model(starter, "no_view", draws=50, seed=1, given=given, worlds=["baseline"])
    names = list(starter.factors)
    worst, z = worst_levels(starter, model), model.draws.z_ref
    sd = np.exp(
        np.log([0.3] * 50)
        + given.scores["sd/tension"] * np.where(given.scores["sd/tension"] < 0, np.log(3), np.log(2)) / 1.2815515655446004
    )  # fmt: skip
    tension, drought, trust = (names.index(n) for n in ("tension", "drought", "trust"))
    assert np.abs(worst[:, 0, tension]) == pytest.approx(2 * sd, rel=1e-9)
    assert np.array_equal(worst[:, 0, drought], z[:, drought])
    assert set(worst[:, 0, trust]) == {0.0, 100.0}
    levels = past_levels(starter, "no_view", given, 50, 1)
    assert all(np.isfinite(row.radius.high) for row in stability(starter, model, levels).rows)
