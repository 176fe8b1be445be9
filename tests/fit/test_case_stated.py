"""Parameters and links in the case's own units, against the model that is simulated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fit.case_fits import made_fit, made_reading
from model.small_case import SMALL
from talion.fit.case.key import FitSettings
from talion.fit.case.result import CaseFit
from talion.fit.case.stated import link_changes, stated
from talion.model.case import Case, load_case, parse_case
from talion.model.compile import compile_model
from talion.model.compile_events import DAYS_PER_MONTH
from talion.model.posterior import PosteriorDraws
from talion.model.sampling import Sampler

# Parameters of decisions, and of switches that are yet to be turned: no record bears on them.
DECIDED = (
    *("chance/", "error/", "agreed/", "lag/", "reversal/", "position/", "set/", "after/"),
    *("model/", "concession/", "consent/", "within/"),
)


@pytest.fixture(scope="module")
def case() -> Case:
    return parse_case(SMALL)


@pytest.mark.parametrize("reading", ["no_view", "as_written", "as_written_ours", "links_at_zero"])
@pytest.mark.parametrize("name", ["small", "baghdad-2024"])
def test_the_names_are_those_the_compiler_asks_for(
    case: Case, reading: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case if name == "small" else load_case(name)
    asked: set[str] = set()
    original = Sampler.normal

    def normal(self: Sampler, name: str) -> np.ndarray:
        asked.add(name)
        return original(self, name)

    monkeypatch.setattr(Sampler, "normal", normal)
    compile_model(case, reading, draws=2, seed=1)
    uncertain = {n for n, p in stated(case, reading).items() if p.prior[0] < p.prior[2]}
    assert uncertain <= asked
    assert {n for n in asked - uncertain if not n.startswith(DECIDED)} == set()


def test_values_are_those_that_are_simulated(case: Case) -> None:
    fit = made_reading(np.random.default_rng(0), case, 5, 20.0, strength=2.0)
    model = compile_model(case, "no_view", draws=5, seed=1, given=fit.draws)
    known = stated(case, "no_view")
    raids = known["usual/raid"].values(fit.draws.scores["usual/raid"])
    assert np.allclose(raids, DAYS_PER_MONTH * model.usual[:, 0])
    # `times` of a switch stands in the exponent of the rate, with the strength.
    name = "A7/calm>raid"
    times = known[f"{name}/times"].values(fit.draws.scores[f"{name}/times"], 2.0)
    structure = model.structure
    at = [
        i
        for i in range(*structure.fr_start[:2])
        if structure.fr_link[i] == list(case.links).index("A7")
    ]
    gamma = model.draws.fr_gamma[:, at[0]]
    assert np.allclose(gamma, fit.draws.signs[name] * np.log(times))


@pytest.fixture(scope="module")
def fit(case: Case) -> CaseFit:
    return made_fit(case, FitSettings(seed=3, variants=("opponent", "double_strength")), size=6000)


def test_without_data_before_and_after_agree(case: Case, fit: CaseFit) -> None:
    # The made-up posterior IS the prior: quantiles of 6000 draws, so within a few per cent.
    for reading in ("main", "opponent", "double_strength"):
        for row in fit.frame(case, reading).iter_rows(named=True):
            width = row["prior_high"] - row["prior_low"]
            for which in ("low", "median", "high"):
                assert abs(row[which] - row[f"prior_{which}"]) < 0.07 * width, row["name"]
    changes = link_changes(fit.main, case)
    assert len(changes) == len(case.arrows)
    for change in changes:
        assert change.before.raises == change.before.lowers == pytest.approx(1 / 3)
        assert abs(change.after.raises - 1 / 3) < 0.03
        assert abs(change.after.lowers - 1 / 3) < 0.03
        width = change.before.high - change.before.low
        assert abs(change.after.low - change.before.low) < 0.07 * width
        assert abs(change.after.high - change.before.high) < 0.07 * width


def test_the_prior_of_a_link_is_the_stated_one(case: Case, fit: CaseFit) -> None:
    rows = {row["name"]: row for row in fit.frame(case).iter_rows(named=True)}
    reply = rows["A2/reply>raid/extra"]
    assert (reply["prior_low"], reply["prior_median"], reply["prior_high"]) == pytest.approx(
        (0.5, 1.5, 3)
    )
    assert (reply["link"], reply["unit"]) == ("A2", "events in 30 days")
    assert rows["usual/raid"]["link"] is None
    assert rows["mark/raid/lethal/yes"]["unit"] == "%"
    assert rows["mark/raid/lethal/yes"]["prior_high"] == pytest.approx(10)
    # The opponent turns what is contested (A2) and leaves the rest; its signs are fixed.
    turned = {change.link: change for change in link_changes(fit.variants["opponent"], case)}
    assert (turned["A2"].before.low, turned["A2"].before.high) == pytest.approx(
        (-3, -0.5), rel=0.01
    )
    assert turned["A2"].before.raises == turned["A2"].after.raises == 0
    assert turned["A4"].before.raises == 1
    assert turned["A6"].before.likely == pytest.approx(4, rel=0.01)
    assert "A7" not in turned  # ours, not the brief's: this reading leaves it out
    doubled = {
        change.link: change for change in link_changes(fit.variants["double_strength"], case)
    }
    main = {change.link: change for change in link_changes(fit.main, case)}
    assert doubled["A4"].before.high == pytest.approx(2 * main["A4"].before.high)
    assert doubled["A6"].before.high == pytest.approx(main["A6"].before.high ** 2)
    # A factor of 5 that may work either way is 1/5 as often as 5.
    assert main["A7"].before.low * main["A7"].before.high == pytest.approx(1)
    assert main["A7"].before.high > 5


def test_shares_are_per_cent_and_are_made_larger_to_at_most_95(case: Case) -> None:
    share = stated(case, "no_view")["A1/raid>reply/share"]
    z = 1.2815515655446004
    assert share.values(np.array([-z, 0, z])) == pytest.approx([10, 20, 35])
    assert share.values(np.array([-z, 0, z]), 2.0) == pytest.approx([20, 40, 70])
    assert share.values(np.array([-z, 0, z]), 4.0) == pytest.approx([40, 80, 95])
    extreme = np.array([12.0])  # a share beyond 95 % by itself stays
    assert share.values(extreme, 2.0) == pytest.approx(share.values(extreme))


def test_a_posterior_that_moved_is_shown_to_have_moved(case: Case, fit: CaseFit) -> None:
    draws = fit.main.draws
    name = "A2/reply>raid"
    scores = {**draws.scores, f"{name}/extra": np.full(6000, 1.2815515655446004)}
    moved = replace(
        fit.main,
        draws=PosteriorDraws(
            draws.reading, scores, {**draws.signs, name: np.full(6000, -1.0)}, draws.past
        ),
        informed=("A2",),
    )
    found = {change.arrow: change for change in link_changes(moved, case)}
    after = found[name].after
    assert (after.low, after.likely, after.high, after.raises) == pytest.approx((-3, -3, -3, 0))
    assert [c.link for c in found.values() if c.informed] == ["A2"]


def test_without_a_case_numbers_are_scores(fit: CaseFit) -> None:
    frame = fit.frame()
    assert frame["unit"].unique().to_list() == ["score"]
    assert frame["prior_high"].to_numpy() == pytest.approx(1.2815515655446004)
    assert frame["r_hat"].to_numpy() == pytest.approx(1.001)


def test_a_parameter_the_sampler_holds_no_draws_of_keeps_its_prior(
    case: Case, fit: CaseFit
) -> None:
    draws = fit.main.draws
    scores = {n: v for n, v in draws.scores.items() if not n.startswith("A2/")}
    without = replace(
        fit.main, draws=PosteriorDraws(draws.reading, scores, draws.signs, draws.past)
    )
    change = next(c for c in link_changes(without, case) if c.link == "A2")
    assert change.after == change.before
