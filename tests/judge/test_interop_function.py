"""A case as a function of its parameters, and its priors as distributions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.errors import InputError
from talion.fit.case.stated import StatedParameter
from talion.judge.interop.evaluator import CaseFunction
from talion.judge.interop.parameters import SIGNS, UncertainParameter, prior_distribution
from talion.judge.run import judge_case
from talion.model.case import Case, load_case
from talion.model.compile import compile_model, parameter_names
from talion.model.posterior import chosen_draws
from talion.model.quantity import quantile_draws
from talion.model.sampling import Sampler

SEED, DRAWS = 5, 20
NAMES_OF_SIGNS = {sign: name for name, sign in SIGNS.items()}


@pytest.fixture(scope="module")
def starter() -> Case:
    return load_case("starter")


def prior_values(function: CaseFunction, seed: int = SEED, draws: int = DRAWS) -> dict[str, list]:
    """The values that a run of this seed draws from the priors."""
    sampler, found = Sampler(seed, draws), {}
    for p in function.parameters:
        if p.is_sign:
            signs = sampler.sign(p.name.removeprefix("sign/"))
            found[p.name] = [NAMES_OF_SIGNS[sign] for sign in signs.tolist()]
        else:
            found[p.name] = p.values(sampler.normal(p.name)).tolist()
    return found


@pytest.mark.parametrize("reading", ["no_view", "as_written"])
def test_at_the_draws_of_a_run_it_gives_the_runs_own_shares(starter: Case, reading: str) -> None:
    function = CaseFunction(starter, reading, histories=6, seed=SEED)
    found = function.evaluate(prior_values(function))
    run = judge_case(starter, draws=DRAWS, histories=6, seed=SEED, readings=[reading])
    for name in ("J1",):
        for part in run.judgment(name).parts:
            share = part.readings[reading].probability
            assert found[f"share/{name}/{part.id}"].mean() == pytest.approx(share, abs=1e-12)
    ensemble = run.ensembles[reading]
    for measure, values in zip(
        ensemble.plan.measures, ensemble.values.transpose(2, 0, 1), strict=True
    ):
        if (
            measure.op.name == "COUNT"
            and measure.world == "baseline"
            and measure.end - measure.start == 90
        ):
            assert found[f"events/{measure.series}/90"] == pytest.approx(
                values.mean(axis=1), abs=1e-4
            )


def test_chosen_parameters_keep_the_records_rows_as_history(starter: Case) -> None:
    names, _ = parameter_names(starter, "as_written")
    sampler = Sampler(SEED, 3)
    given = chosen_draws("as_written", {n: sampler.normal(n) for n in names}, {}, 3)
    chosen = compile_model(starter, "as_written", draws=3, seed=SEED, given=given)
    plain = compile_model(starter, "as_written", draws=3, seed=SEED)
    for mine, theirs in zip(chosen.draws, plain.draws, strict=True):
        assert (mine == theirs).all()
    assert (chosen.starts[0].mass == plain.starts[0].mass).all()
    assert (chosen.starts[0].z == plain.starts[0].z).all()


def test_a_parameter_moves_what_it_should(starter: Case) -> None:
    function = CaseFunction(starter, "as_written", histories=40, seed=SEED)
    found = function.evaluate({"usual/raid": [4.0, 6.5]})
    assert found["events/raid/180"][1] > 1.2 * found["events/raid/180"][0]
    rain = function.evaluate({"usual/raid": [5.0, 5.0]}, "rain")
    dry = function.evaluate({"usual/raid": [5.0, 5.0]})
    assert (rain["events/raid/180"] < dry["events/raid/180"]).all()


def test_the_same_batch_gives_the_same_numbers_whatever_the_workers(starter: Case) -> None:
    one = CaseFunction(starter, histories=4, workers=1).evaluate({"usual/raid": [4.0, 5.0]})
    two = CaseFunction(starter, histories=4, workers=2).evaluate({"usual/raid": [4.0, 5.0]})
    for name, values in one.items():
        assert np.array_equal(values, two[name], equal_nan=True)


@pytest.mark.parametrize(
    ("values", "what_if", "message"),
    [
        ({"usual/riot": [1.0]}, "baseline", "no such uncertain parameter"),
        ({"usual/raid": [1.0]}, "flood", "no such what-if from the cut-off on"),
        ({"usual/raid": [1.0], "usual/talks": [1.0, 2.0]}, "baseline", "unequal or no length"),
        ({"usual/raid": []}, "baseline", "unequal or no length"),
        ({}, "baseline", "unequal or no length"),
        ({"sign/L1/raid>shelling": ["maybe"]}, "baseline", "no sign"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(
    starter: Case, values: dict[str, list], what_if: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        CaseFunction(starter, histories=2).evaluate(values, what_if)


def test_the_built_in_case_has_decisions_and_positions_too() -> None:
    function = CaseFunction(load_case("baghdad-2024"), "no_view", histories=1)
    groups = {p.name: p.group for p in function.parameters}
    moved = [name for name in groups if name.startswith("sign/position/")]
    assert moved
    assert groups[moved[0]].startswith("position/")
    told_as_scores = [p for p in function.parameters if p.prior is None and not p.is_sign]
    assert {p.unit for p in told_as_scores} == {"score"}
    values = {p.name: ["raises"] * 2 for p in function.parameters if p.is_sign}
    values |= {
        p.name: p.values(np.array([-0.5, 0.5])) for p in function.parameters if not p.is_sign
    }
    found = function.evaluate(values, function.what_ifs[-1])
    assert np.isfinite(found["events/attack/90"]).all()


# --- priors --------------------------------------------------------------------------------------

PRIORS = [
    StatedParameter("usual/raid", (4.0, 5.0, 6.5), "log", "events a month"),
    StatedParameter("mark/raid/lethal/yes", (8.0, 15.0, 25.0), "logit", "%"),
    StatedParameter("rest/trust", (20.0, 35.0, 50.0), "linear", "points"),
    StatedParameter("noise/trust", (0.0, 5.0, 10.0), "log", "points"),
]


@pytest.mark.parametrize("prior", PRIORS, ids=lambda p: p.name)
def test_a_prior_has_its_stated_quantiles(prior: StatedParameter) -> None:
    law = prior_distribution(prior)
    low, likely, high = law.ppf([0.1, 0.5, 0.9])
    assert likely == pytest.approx(prior.prior[1], rel=1e-3)
    assert high == pytest.approx(prior.prior[2], rel=1e-3)
    if prior.prior[0] > 0:  # a zero on a log scale is moved to a ten-thousandth of the high end
        assert low == pytest.approx(prior.prior[0], rel=1e-3)
    assert law.cdf(law.ppf([0.02, 0.3, 0.7])) == pytest.approx([0.02, 0.3, 0.7])
    assert law.ppf(0.0) >= law.support()[0]


@given(st.sampled_from(PRIORS), st.floats(-3.9, 3.9))
def test_values_and_scores_are_each_others_inverse(prior: StatedParameter, score: float) -> None:
    parameter = UncertainParameter(prior.name, prior.name, prior)
    value = parameter.values(np.array([score]))
    assert parameter.scores(value) == pytest.approx([score], abs=1e-6)
    one = 100.0 if prior.unit == "%" else 1.0
    quantiles = tuple(x / one for x in prior.prior)
    assert value == pytest.approx(one * quantile_draws(quantiles, np.array([score]), prior.scale))
