"""Linchpins on draws whose answer is known, on the estimator's reference numbers, and on a crisis."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from judge.crisis import TEXT, crisis
from judge.known_draws import (
    EVERYWHERE,
    arrow,
    false_share,
    found_in,
    histories,
    plain,
    signs,
    single,
    told,
)
from judge.prior_fit import prior_fit
from talion.judge.estimate import DrawTruth
from talion.judge.given_data import (
    Even,
    Output,
    Resampling,
    explained_by,
    explained_share,
    features_of,
    search,
)
from talion.judge.labels import Label
from talion.judge.linchpins import find_linchpins
from talion.judge.parameters import DrawnReading, Parameter, parameters_of
from talion.judge.rests import leading_reading, rests_sentence
from talion.judge.results import RunResult
from talion.judge.run import judge_case
from talion.model.compile import parameter_names

DRAWS = 200


def idle(rng: np.random.Generator, number: int, draws: int = DRAWS) -> list[Parameter]:
    """Parameters that do nothing, half of them arrows of open sign."""
    return [
        plain(f"idle-{i:02}", rng.normal(10, 2, draws))
        if i % 2
        else arrow(f"I{i:02}", rng.uniform(5, 40, draws), signs(rng, draws))
        for i in range(number)
    ]


# --- the estimator --------------------------------------------------------------------------------


def test_first_order_shares_are_those_of_the_g_function() -> None:
    # Sobol's g function with a = (0, 1, 4.5, 9): V_i = 1/(3 (1 + a_i)^2), V = prod(1 + V_i) - 1
    # (Saltelli and others 2008, Global Sensitivity Analysis, ch. 4).
    a = np.array([0.0, 1.0, 4.5, 9.0])
    rng = np.random.default_rng(1)
    x = rng.random((20_000, 4))
    y = np.prod((np.abs(4 * x - 2) + a) / (1 + a), axis=1)
    part = 1 / (3 * (1 + a) ** 2)
    exact = part / (np.prod(1 + part) - 1)
    output = Output(y, np.ones(len(y)), np.zeros(len(y)))
    got = [explained_share([features_of(column)], output) for column in x.T]
    # Two Legendre polynomials see 15/16 of |t|: (1/8)^2 / (1/5) over 1/12.
    assert got == pytest.approx(list(exact * 15 / 16), abs=0.02)


def test_a_linear_model_agrees_with_salib() -> None:
    pytest.importorskip("SALib")
    from SALib.analyze import rbd_fast

    rng = np.random.default_rng(2)
    x = rng.normal(size=(2000, 3))
    y = x @ np.array([3.0, 2.0, 0.0]) + rng.normal(size=2000)
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[-5, 5]] * 3}
    theirs = rbd_fast.analyze(problem, x, y, seed=1, num_resamples=10)["S1"]
    output = Output(y, np.ones(2000), np.zeros(2000))
    ours = [explained_share([features_of(column)], output) for column in x.T]
    assert ours == pytest.approx([9 / 14, 4 / 14, 0.0], abs=0.04)
    assert ours == pytest.approx(list(theirs), abs=0.06)


def test_the_members_noise_is_no_part_of_what_draws_differ_in() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=4000)
    chance = 0.5 + 0.2 * np.tanh(x)  # four parts in five are noise of the four histories
    truth = histories(rng, chance, 4)
    output = Output(truth.share, truth.answers, truth.noise)
    raw = Output(truth.share, truth.answers, np.zeros(4000))
    assert explained_share([features_of(x)], output) > 0.8
    assert explained_share([features_of(x)], raw) < 0.3


def test_the_interval_covers_the_true_share() -> None:
    rng = np.random.default_rng(4)
    inside = 0
    for i in range(100):
        x, noise = rng.normal(size=(2, 150))
        output = Output(x + noise, np.ones(150), np.zeros(150))
        got = explained_by([features_of(x)], output, Resampling.of(150, i))
        exact = 0.5 * 3 / np.pi  # a rank explains 3/pi of a normal (Kendall and Stuart)
        inside += got.low <= exact <= got.high
    # 80 % are asked; fewer than 66 of 100 come in 1 of 1000 sound intervals.
    assert binom.ppf(0.001, 100, 0.8) <= inside


def test_idle_inputs_are_found_in_one_run_of_twenty() -> None:
    draws, inputs = 60, 30

    def finds(rng: np.random.Generator) -> bool:
        made = [
            features_of(rng.normal(size=draws), signs(rng, draws) if i % 2 else None)
            for i in range(inputs)
        ]
        truth = histories(rng, rng.beta(1, 3, draws), 10)  # draws differ, for no known reason
        output = Output(truth.share, truth.answers, truth.noise)
        return bool(search(np.stack(made), output, Resampling.of(draws, int(rng.integers(1e9)))))

    share = false_share(finds, 200, 5)
    assert share <= binom.ppf(0.999, 200, 0.05) / 200
    assert share > 0  # a search that finds nothing ever would pass, too


def test_what_is_like_a_linchpin_is_not_found_beside_it() -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(size=400)
    twin = 0.9 * x + 0.44 * rng.normal(size=400)
    truth = single(x + 0.3 * rng.normal(size=400) > 0)
    found = found_in([plain("x", x), plain("twin", twin), *idle(rng, 10, 400)], truth)
    assert found.found[0].id == "x"
    assert "twin" not in [one.id for one in found.found]
    alone = found_in([plain("twin", twin), *idle(rng, 10, 400)], truth)
    assert alone.found[0].id == "twin"  # it is found where it stands for the other


# --- linchpins ------------------------------------------------------------------------------------


def test_the_one_assumption_that_matters_is_found_and_told() -> None:
    rng = np.random.default_rng(7)
    size, sign = rng.uniform(5, 40, DRAWS), signs(rng, DRAWS)
    truth = single(sign * size > 15)
    result = found_in([arrow("A1", size, sign), *idle(rng, 60)], truth)
    assert [one.id for one in result.found] == ["A1"]
    one = result.found[0]
    assert one.part == "sign and strength"
    assert one.says == "the sign and the strength of A1 (War → Attack)"
    assert one.low <= one.share <= one.high
    assert one.share > 0.6
    signs_told = {piece.says: piece.probability for piece in one.signs}
    assert signs_told["lowers"] == signs_told["does nothing"] == 0.0
    assert signs_told["raises"] == pytest.approx(25 / 35, abs=0.15)
    ends = {(p.sign, p.says.split(":")[0]): p.probability for p in one.thirds}
    assert ends["raises", "upper third"] == 1.0
    assert ends["raises", "lower third"] < 0.4
    assert ends["lowers", "upper third"] == 0.0
    assert "It rests on the sign and the strength of A1" in result.sentence


def test_a_sign_alone_is_named_alone() -> None:
    rng = np.random.default_rng(8)
    sign = signs(rng, DRAWS)
    chance = np.where(sign > 0, 0.9, 0.2)
    result = found_in(
        [arrow("A1", rng.uniform(5, 40, DRAWS), sign), *idle(rng, 30)], histories(rng, chance)
    )
    assert [(one.id, one.part) for one in result.found] == [("A1", "sign")]
    assert result.found[0].thirds == ()


def test_two_linchpins_are_both_found_the_stronger_first() -> None:
    rng = np.random.default_rng(9)
    rate, size = rng.normal(10, 2, DRAWS), rng.uniform(5, 40, DRAWS)
    slope = 1.6 * (rate - 10) / 2 + 0.9 * (size - 22) / 10
    truth = histories(rng, 1 / (1 + np.exp(-slope)))
    result = found_in([*idle(rng, 60), plain("rate", rate), arrow("A1", size)], truth)
    assert [one.id for one in result.found] == ["rate", "A1"]
    assert result.found[0].share > result.found[1].share > 0.1
    assert result.together == pytest.approx(sum(one.share for one in result.found), abs=0.15)
    assert "; then the strength of A1" in result.sentence
    low, _, high = result.found[0].thirds
    assert low.says.startswith("lower third: under")
    assert low.probability < high.probability


def test_arrows_of_one_link_make_one_linchpin() -> None:
    rng = np.random.default_rng(10)
    one, other = (arrow(f"A1/{i}", rng.uniform(5, 40, DRAWS)) for i in "ab")
    one, other = (replace(p, group="A1", link="A1") for p in (one, other))
    slope = (one.values + other.values - 45) / 6
    result = found_in([one, other, *idle(rng, 30)], histories(rng, 1 / (1 + np.exp(-slope))))
    assert [found.id for found in result.found] == ["A1"]
    assert set(result.found[0].parameters) == {"A1/a", "A1/b"}
    assert result.found[0].says.endswith("and 1 more of its arrows")


def test_nothing_is_found_where_draws_differ_by_chance_alone() -> None:
    rng = np.random.default_rng(11)
    result = found_in(idle(rng, 60), histories(rng, np.full(DRAWS, 0.4)))
    assert result.found == ()
    assert result.sentence.startswith("No assumption stands out: none of the 60")


def test_equal_draws_and_few_draws_are_said() -> None:
    rng = np.random.default_rng(12)
    same = found_in(idle(rng, 5), single(np.ones(DRAWS, np.bool_)))
    assert same.sentence == "No assumption stands out: every draw gives the same answer."
    few = found_in(idle(rng, 5, 20), single(np.arange(20) > 9))
    assert few.sentence.startswith("Not asked: 20 draws")
    answers = np.zeros(DRAWS)
    answers[:20] = 20.0
    rare = found_in(idle(rng, 5), DrawTruth(answers / 2, answers))
    assert rare.sentence.startswith("Not asked: 20 draws")


def test_the_order_of_parameters_changes_nothing() -> None:
    rng = np.random.default_rng(13)
    size, sign = rng.uniform(5, 40, DRAWS), signs(rng, DRAWS)
    parameters = [arrow("A1", size, sign), plain("rate", rng.normal(10, 2, DRAWS)), *idle(rng, 40)]
    slope = sign * size / 10 + (parameters[1].values - 10) / 2
    truth = histories(rng, 1 / (1 + np.exp(-slope)))
    first = found_in(parameters, truth)
    assert len(first.found) == 2
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(parameters))
        assert found_in([parameters[i] for i in order], truth) == first


def test_only_what_has_a_way_to_the_measure_is_asked() -> None:
    rng = np.random.default_rng(14)
    rate = plain("rate", rng.normal(10, 2, DRAWS))
    away = replace(plain("away", rate.values), node="storm")
    resampling = Resampling.of(DRAWS, 1)
    truth = single(rate.values > 10)
    result = find_linchpins(told([rate, away]), frozenset({"attack"}), truth, resampling)
    assert (result.asked, [one.id for one in result.found]) == (1, ["rate"])


def test_draws_that_cannot_answer_are_left_out() -> None:
    rng = np.random.default_rng(15)
    rate = plain("rate", rng.normal(10, 2, DRAWS))
    full = histories(rng, np.where(rate.values > 10, 0.9, 0.1))
    silent = rng.random(DRAWS) < 0.3
    some = DrawTruth(np.where(silent, 0, full.holds), np.where(silent, 0, full.answers))
    result = found_in([rate, *idle(rng, 20)], some)
    assert result.draws == int((~silent).sum())
    assert [one.id for one in result.found] == ["rate"]


# --- parameters of a case -------------------------------------------------------------------------


@pytest.mark.parametrize("reading", ["no_view", "as_written", "opponent", "links_at_zero"])
def test_every_uncertain_parameter_of_a_reading_is_there(reading: str) -> None:
    case = crisis("rests")
    found = parameters_of(case, DrawnReading(reading, 50, 3, None, {}))
    scores, _ = parameter_names(case, reading)
    ids = {p.id for p in found} | {f"{p.id}/{p.form}" for p in found}
    assert set(scores) <= ids
    assert len(found) == len(scores)


def test_values_follow_the_reading() -> None:
    case = crisis("rests")
    made = {}
    for reading in ("no_view", "as_written", "opponent"):
        found = parameters_of(case, DrawnReading(reading, 90, 3, None, {}))
        made[reading] = next(p for p in found if p.link == "L2")
    assert made["as_written"].signs is None
    assert made["as_written"].values.min() > 0
    assert made["opponent"].values.max() < 0  # L2 is contested
    assert set(np.unique(np.sign(made["no_view"].values))) == {-1.0, 0.0, 1.0}
    assert np.abs(made["opponent"].values) == pytest.approx(made["as_written"].values)


def test_posterior_draws_and_levels_are_used() -> None:
    case = crisis("rests")
    fit = prior_fit(case, draws=60, fitted=())
    given = fit.main.draws
    levels = {"push": np.linspace(20, 60, 40)}
    found = parameters_of(case, DrawnReading("no_view", 40, 3, given, levels))
    by_id = {p.id: p for p in found}
    assert by_id["usual/attack"].scores.tolist() == given.scores["usual/attack"][:40].tolist()
    assert by_id["L2/strike>demand"].signs is not None
    assert by_id["L2/strike>demand"].signs.tolist() == given.signs["L2/strike>demand"][:40].tolist()
    assert by_id["start/push"].name == "the level of Push on 1 June 2024"


# --- a case judged --------------------------------------------------------------------------------

MANY = "kind: forecast, word: likely, holds_if: {count: attack, at_least: 30, to: as_of + 90 days}"
PARADES = (
    "kind: forecast, word: likely, holds_if: {count: parade, at_least: 1 x usual, "
    "to: as_of + 90 days}"
)


@pytest.fixture(scope="module")
def result() -> RunResult:
    case = crisis(
        "fixed", "rests", "unresolved", "checked", extra={"many": MANY, "parades": PARADES}
    )
    return judge_case(case, draws=100, histories=8, seed=7)


def linchpins_of(result: RunResult, judgment: str, reading: str) -> list[str]:
    main = result.judgment(judgment).main
    assert main is not None
    return [one.id for one in main.linchpins[reading].found]


def test_a_judged_case_names_its_linchpins(result: RunResult) -> None:
    assert linchpins_of(result, "unresolved", "as_written") == ["L2"]
    assert linchpins_of(result, "rests", "no_view") == ["L2"]
    assert linchpins_of(result, "many", "links_at_zero") == ["usual/attack"]
    assert linchpins_of(result, "many", "as_written")[0] == "usual/attack"
    main = result.judgment("rests").main
    assert main is not None
    told_signs = {s.says: s.probability for s in main.linchpins["no_view"].found[0].signs}
    assert told_signs == {"lowers": 0.0, "does nothing": 0.0, "raises": pytest.approx(1.0, abs=0.1)}


def test_a_test_without_dependence_has_no_linchpin(result: RunResult) -> None:
    main = result.judgment("parades").main  # parades are counted against their own usual rate
    assert main is not None
    for reading in main.linchpins:
        assert main.linchpins[reading].found == ()
        assert main.boxes[reading] is None
    assert all(not x.found for x in result.judgment("fixed").parts[0].linchpins.values())


def test_one_line_says_on_what_it_rests_most(result: RunResult) -> None:
    assert result.judgment("rests").rests_sentence == (
        "rests most on the sign of L2 (Strike → Demand), no view"
    )
    assert "rests on the form of its test" in result.judgment("fixed").rests_sentence
    assert result.judgment("checked").rests_sentence == ""
    assert "no assumption that stands out" in result.judgment("parades").rests_sentence


def test_json_holds_linchpins_and_boxes(result: RunResult) -> None:
    found = json.loads(result.to_json())["judgments"]["rests"]["parts"][0]
    one = found["linchpins"]["no_view"]["found"][0]
    assert one["id"] == one["link"] == "L2"
    assert {"says", "share", "low", "high", "p_value", "thirds", "signs"} <= set(one)
    box = found["boxes"]["no_view"]
    assert [c["link"] for c in box["conditions"]] == ["L2"]
    assert found["boxes"]["as_written"] is None


def test_workers_and_other_judgments_change_nothing(result: RunResult) -> None:
    alone = judge_case(crisis(extra={"many": MANY}), draws=100, histories=8, seed=7, workers=1)
    (mine,), (theirs,) = alone.judgment("many").parts, result.judgment("many").parts
    for reading, found in mine.linchpins.items():
        assert found == theirs.linchpins[reading]
        assert mine.boxes[reading] == theirs.boxes[reading]
    assert mine == theirs


def test_a_longer_chain_is_found_at_its_first_link() -> None:
    text = TEXT.replace("share: [60, 75, 85], fades: days", "share: [88, 90, 92], fades: days")
    body = (
        "kind: cause, under: double, holds_if: {difference: {count: demand, from: as_of, "
        "to: as_of + 90 days}, higher_by: 1 %}"
    )
    case = crisis(text=text, extra={"chain": body})
    main = (
        judge_case(case, draws=150, histories=10, seed=3, readings=["no_view"])
        .judgment("chain")
        .main
    )
    assert main is not None
    assert {one.id for one in main.linchpins["no_view"].found} >= {"L1", "L2"}


def test_with_the_record_the_fits_draws_are_asked() -> None:
    case = crisis(extra={"many": MANY})
    fit = prior_fit(case, draws=60, fitted=())
    found = judge_case(case, fit, draws=60, histories=8, seed=7, readings=["no_view", "as_written"])
    assert linchpins_of(found, "many", "with_record")[0] == "usual/attack"
    main = found.judgment("many").main
    assert main is not None
    assert leading_reading(Label.BACKED, main.linchpins) == "with_record"
    assert leading_reading(Label.UNRESOLVED, main.linchpins) == "no_view"
    assert rests_sentence(Label.BACKED, main.linchpins).endswith("with the record")


@pytest.mark.parametrize("equal", [True, False])
def test_features_made_ready_change_no_find(equal: bool) -> None:
    """To the last bit: the p-values are compared, and where draws differ nothing made ready is used."""
    rng = np.random.default_rng(3)
    x, size = rng.normal(size=(6, 120)), rng.integers(-1, 2, 120).astype(np.float64)
    features = np.stack([*(features_of(row) for row in x[:5]), features_of(x[5], size)])
    values = x[1] + 0.7 * size * x[5] + 0.5 * rng.normal(size=120)
    weights = np.full(120, 20.0) if equal else rng.integers(1, 20, 120).astype(np.float64)
    output, resampling = Output(values, weights, np.zeros(120)), Resampling.of(120, seed=1)
    plain = search(features, output, resampling, level=1.0)  # all, down to those by chance
    assert {find.index for find in plain[:2]} == {1, 5}
    assert plain[-1].p_value > 0.1
    assert search(features, output, resampling, level=1.0, even=Even.of(features)) == plain
    some = [1, 3, 5]
    ready = Even.of(features).among(some)
    assert search(features[some], output, resampling, even=ready) == search(
        features[some], output, resampling
    )


def test_a_reading_without_parameters_rests_on_nothing() -> None:
    result = find_linchpins(
        told([]), EVERYWHERE, single(np.arange(40) % 2 == 0), Resampling.of(40, 1)
    )
    assert not result.found
    assert result.asked == 0
