"""Compiling with posterior draws: what they answer, what falls through, what is refused."""

import numpy as np
import pytest

from model.fitted_border import posterior, random_past
from model.small_case import SMALL
from talion.errors import CaseError
from talion.model.case import load_case, parse_case
from talion.model.compile import compile_model, parameter_names, past_levels
from talion.model.posterior import PosteriorDraws, PosteriorSampler
from talion.model.sampling import Sampler

D = 6


@pytest.fixture(scope="module")
def case():
    return parse_case(SMALL)


@pytest.fixture(scope="module")
def past(case):
    return random_past(case, D)


def test_what_is_given_is_answered_and_the_rest_falls_through(case, past):
    scores = {"usual/raid": np.linspace(-1, 1, D)}
    signs = {"A2/reply>raid": np.array([1, -1, -1, 1, 1, -1.0])}
    given = posterior(past, "no_view", scores, signs)
    model = compile_model(case, "no_view", draws=D, seed=3, given=given)
    plain = compile_model(case, "no_view", draws=D, seed=3)
    assert (np.diff(model.usual[:, 0]) > 0).all()
    assert (model.usual[:, 1:] == plain.usual[:, 1:]).all()
    assert (model.draws.fr_gamma == plain.draws.fr_gamma).all()
    assert (model.draws.pull == plain.draws.pull).all()
    of_a2 = model.structure.ee_link == model.link_ids.index("A2")
    assert ((model.draws.ee_offspring[:, of_a2] > 0) == (signs["A2/reply>raid"] > 0)[:, None]).all()
    thrown = (plain.draws.ee_offspring[:, of_a2] > 0)[:, 0]
    assert (thrown != (signs["A2/reply>raid"] > 0)).any()


@pytest.mark.parametrize("reading", ["no_view", "as_written_ours"])
def test_every_parameter_has_a_name_that_sets_it(case, past, reading):
    """With all scores and signs given, the seed no longer moves any number but the simulation's."""
    names, arrows = parameter_names(case, reading)
    other = Sampler(99, D)
    given = posterior(
        past, reading, {n: other.normal(n) for n in names}, {n: other.sign(n) for n in arrows}
    )
    model = compile_model(case, reading, draws=D, seed=3, given=given)
    wanted = compile_model(case, reading, draws=D, seed=99)
    for field, array in model.draws._asdict().items():
        assert (array == getattr(wanted.draws, field)).all(), field
    assert (model.usual == wanted.usual).all()
    assert {"usual/raid", "A1/raid>reply/share", "A2/reply>raid/extra", "half-life/push"} <= {
        *names
    }
    assert "usual/demand" not in names  # a fixed number is no parameter
    assert ("A1/raid>reply" in arrows) == (reading == "no_view")


def test_parameters_of_the_built_in_case_are_named():
    names, arrows = parameter_names(load_case("baghdad-2024"), "no_view")
    assert len(names) == len(set(names)) > 100
    assert len(arrows) == len(set(arrows)) > 20


def test_a_sampler_answers_the_first_draws_and_never_hands_out_its_own_array(past):
    given = posterior(past, scores={"x": np.arange(D)})
    sampler = PosteriorSampler(given, 3, 4)
    sampler.normal("x")[:] = 7
    assert sampler.normal("x").tolist() == [0, 1, 2, 3]
    assert (sampler.normal("y") == Sampler(3, 4).normal("y")).all()
    assert (sampler.sign("y") == Sampler(3, 4).sign("y")).all()
    assert (sampler.asked, sampler.asked_signs) == (("x", "y"), ("y",))


def test_fewer_draws_are_the_first_of_more(case, past):
    given = posterior(past, scores={"usual/raid": np.linspace(-1, 1, D)})
    few, all_ = (
        compile_model(case, "as_written_ours", draws=d, seed=3, given=given) for d in (2, D)
    )
    for field in ("mass", "u", "z", "latent_sd"):
        for one, two in zip(few.starts, all_.starts, strict=True):
            np.testing.assert_allclose(getattr(one, field), getattr(two, field)[:2], rtol=1e-12)
    assert (few.usual == all_.usual[:2]).all()


def test_only_latent_factors_with_a_told_past_start_without_spread(case, past):
    given = posterior(past)
    model = compile_model(case, "as_written_ours", draws=D, seed=3, given=given)
    column = model.factor_ids.index("escalation")
    assert not model.starts[0].latent_sd[:, column].any()
    assert (model.starts[0].z[:, column] != 0).all()
    without = posterior(random_past(case, D, named=("push",)))
    model = compile_model(case, "as_written_ours", draws=D, seed=3, given=without)
    assert (model.starts[0].latent_sd[:, column] > 0).all()
    assert not model.starts[0].z[:, column].any()


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_strength_multiplies_every_link_and_nothing_else(case, factor):
    one, other = (
        compile_model(case, "as_written_ours", draws=D, seed=3, strength=s) for s in (1.0, factor)
    )
    for part in ("fr_gamma", "mm_gamma", "ef_jump", "ff_coef", "listing_load", "ee_offspring"):
        before, after = getattr(one.draws, part), getattr(other.draws, part)
        assert before.any(), part
        np.testing.assert_allclose(after, factor * before, rtol=1e-12, err_msg=part)
    # An exponent that holds down is not linear in the share; the largest there is stays 4.
    held = one.draws.ch_b != 0
    before, after = one.draws.ch_b[held], other.draws.ch_b[held]
    assert ((after - before) * (factor - 1) > 0)[(before < 4) | (after < 4)].all()
    assert (before < 4).any()
    for part in ("po_move", "class_weight", "sr_value", "pull", "noise", "de_chance"):
        assert (getattr(one.draws, part) == getattr(other.draws, part)).all(), part
    assert (one.usual == other.usual).all()


def test_the_multiplier_for_stronger_causes_keeps_its_size(case):
    ratios = []
    for strength in (1.0, 2.0):
        model = compile_model(case, "as_written", draws=D, seed=3, strength=strength)
        s = model.structure
        of_a1 = np.flatnonzero(s.ee_link == model.link_ids.index("A1"))
        ratios.append(model.draws.ee_offspring[:, of_a1[0]] / model.draws.ee_offspring[:, of_a1[1]])
    assert ratios[0].min() > 1.1
    np.testing.assert_allclose(ratios[0], ratios[1])


def test_a_larger_share_stays_below_all_events():
    text = SMALL.replace(
        "strength: moderate\n    fades: days", "share: [30, 60, 97]\n    fades: days"
    )
    case = parse_case(text)
    shares = []
    for strength in (1.0, 3.0):
        model = compile_model(case, "as_written", draws=200, seed=3, strength=strength)
        s, d = model.structure, model.draws
        answered = np.zeros(200)
        for c in range(len(s.class_type)):
            for e in range(s.ee_start[c], s.ee_start[c + 1]):
                if s.ee_link[e] == model.link_ids.index("A1"):
                    answered += d.ee_offspring[:, e] * model.usual[:, 0] * d.class_weight[:, c]
        shares.append(answered / model.usual[:, 1])
    assert shares[0].max() > 0.95  # a stated share may be larger; strength 1 changes none
    assert shares[1] == pytest.approx(np.minimum(3 * shares[0], np.maximum(shares[0], 0.95)))


def test_the_posteriors_strength_holds(case, past):
    given = posterior(past, strength=2.0)
    model = compile_model(case, "as_written_ours", draws=D, seed=3, given=given)
    wanted = compile_model(case, "as_written_ours", draws=D, seed=3, strength=2.0)
    assert (model.draws.ef_jump == wanted.draws.ef_jump).all()
    levels = past_levels(case, "as_written_ours", given, D, 3)
    np.testing.assert_allclose(levels[:, -1], model.starts[-1].z, rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"draws": D + 1}, f"the posterior has {D} draws"),
        ({"reading": "no_view"}, "the posterior is of the reading as_written_ours"),
        ({"reading": "hopeful"}, "no such reading"),
        ({"strength": 0.5}, "the posterior is of links at 1 times"),
    ],
)
def test_what_was_not_fitted_cannot_be_compiled(case, past, options, says):
    asked = {"reading": "as_written_ours", "draws": D, **options}
    for call in (compile_model, past_levels):
        with pytest.raises(CaseError, match=says):
            call(
                case,
                asked.pop("reading", "as_written_ours"),
                given=posterior(past),
                seed=3,
                **asked,
            )
        asked = {"reading": "as_written_ours", "draws": D, **options}


@pytest.mark.parametrize("strength", [0.0, -1.0, np.nan, np.inf])
def test_a_strength_is_positive(case, past, strength):
    with pytest.raises(CaseError, match="strength: must be positive"):
        compile_model(case, "no_view", draws=2, seed=3, strength=strength)
    with pytest.raises(CaseError, match="strength: must be positive"):
        posterior(past, strength=strength)


def test_a_name_that_nothing_asks_for_is_refused(case, past):
    for part in ({"scores": {"usual/rad": np.zeros(D)}}, {"scores": {"usual/demand": np.zeros(D)}}):
        given = posterior(past, **part)
        with pytest.raises(CaseError, match=r"posterior.scores: .*no such uncertain parameter"):
            compile_model(case, "as_written_ours", draws=D, seed=3, given=given)
    given = posterior(past, "no_view", signs={"A77/raid>reply": np.ones(D)})
    with pytest.raises(CaseError, match=r"posterior.signs: .*no such"):
        compile_model(case, "no_view", draws=D, seed=3, given=given)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"scores": {"x": np.zeros(D - 1)}}, r"posterior.scores.x: must have shape"),
        ({"scores": {"x": np.full(D, np.nan)}}, r"posterior.scores.x: a number is not finite"),
        ({"signs": {"x": np.full(D, 0.5)}}, r"posterior.signs.x: a sign is \+1, -1 or 0"),
        ({"signs": {"x": np.ones((D, 1))}}, r"posterior.signs.x: must have shape"),
        ({"reading": "as_written", "signs": {"x": np.ones(D)}}, "states its signs"),
        ({"reading": "hopeful"}, "no such reading"),
    ],
)
def test_draws_that_do_not_fit_are_refused(past, change, says):
    good = {"reading": "no_view", "scores": {}, "signs": {}, "past": past}
    assert PosteriorDraws(**good).draws == D
    with pytest.raises(CaseError, match=says):
        PosteriorDraws(**{**good, **change})
