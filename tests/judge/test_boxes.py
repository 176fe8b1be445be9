"""Boxes on draws whose answer is known: recovered where there is one, none where there is not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from judge.known_draws import (
    arrow,
    false_share,
    found_in,
    histories,
    plain,
    signs,
    single,
    told,
)
from talion.judge.boxes import Bar, Box, bars_of, find_box
from talion.judge.estimate import DrawTruth
from talion.judge.linchpins import Linchpin, Linchpins
from talion.judge.parameter_words import condition_words, plain_number
from talion.judge.parameters import Parameter

DRAWS = 200
LABELS = bars_of(None)


def box_in(
    parameters: list[Parameter], truth: DrawTruth, bars: tuple[Bar, ...] = LABELS
) -> Box | None:
    return find_box(told(parameters), found_in(parameters, truth), truth, bars)


def idle(rng: np.random.Generator, number: int, draws: int = DRAWS) -> list[Parameter]:
    return [plain(f"idle-{i:02}", rng.normal(10, 2, draws)) for i in range(number)]


def test_a_known_box_is_recovered() -> None:
    # Fails where the rate is under 9 and the link's share is over 25 %: 13 % of draws.
    rng = np.random.default_rng(1)
    draws = 400
    rate, size = rng.normal(10, 2, draws), rng.uniform(5, 40, draws)
    inside = (rate < 9) & (size > 25)
    truth = histories(rng, np.where(inside, 0.1, 0.95))
    box = box_in([plain("rate", rate), arrow("A1", size), *idle(rng, 40, draws)], truth)
    assert box is not None
    assert box.fails
    ends = {c.parameter: (c.low, c.high) for c in box.conditions}
    assert set(ends) == {"rate", "A1"}
    assert ends["A1"][1] is None
    assert ends["rate"][0] is None
    assert ends["A1"][0] == pytest.approx(25, abs=2)
    assert ends["rate"][1] == pytest.approx(9, abs=0.5)
    assert box.mass_low < box.mass < box.mass_high
    assert box.mass == pytest.approx(inside.mean(), abs=0.05)
    assert box.probability == pytest.approx(0.1, abs=0.1)
    assert box.sentence.startswith("It fails where A1 (War → Attack) draws over ")
    assert " and the usual rate of rate is under " in box.sentence
    assert "under the 80 % that labels ask" in box.sentence


def test_a_sign_makes_a_box_in_words() -> None:
    rng = np.random.default_rng(2)
    sign = signs(rng, DRAWS)
    parameters = [arrow("A1", rng.uniform(5, 40, DRAWS), sign), *idle(rng, 30)]
    box = box_in(parameters, single(sign > 0))
    assert box is not None
    assert not box.fails
    assert [c.says for c in box.conditions] == ["A1 (War → Attack) draws any"]
    assert box.conditions[0].strict
    assert "It would hold where A1 (War → Attack) draws any: " in box.sentence
    assert "100 %" not in box.sentence
    other = box_in(parameters, single(sign <= 0), (Bar(0.2, at_least=False, says="of the word"),))
    assert other is not None
    assert [c.says for c in other.conditions] == ["A1 (War → Attack) draws any"]


def test_three_conditions_at_most() -> None:
    rng = np.random.default_rng(3)
    draws = 600
    values = rng.uniform(0, 10, (5, draws))
    inside = (values[:4] > 3).all(axis=0)
    parameters = [plain(f"p{i}", row) for i, row in enumerate(values)]
    box = box_in(parameters, single(inside), (Bar(0.5, at_least=True, says="of the word"),))
    assert box is not None
    assert 1 <= len(box.conditions) <= 3
    assert {c.parameter for c in box.conditions} <= {"p0", "p1", "p2", "p3"}


def test_noise_gives_no_box() -> None:
    def boxed(rng: np.random.Generator) -> bool:
        parameters = idle(rng, 20, 120)
        truth = single(rng.random(120) < 0.7)
        return box_in(parameters, truth) is not None

    assert false_share(boxed, 150, 4) <= 0.05


def test_a_linchpin_that_crosses_no_bar_gives_no_box() -> None:
    # The chance runs from .84 to .96: it depends on the rate, and never falls under .80.
    def boxed(rng: np.random.Generator) -> bool:
        rate = rng.normal(10, 2, 150)
        chance = 0.9 + 0.06 * np.tanh((rate - 10) / 2)
        parameters = [plain("rate", rate), *idle(rng, 5, 150)]
        return box_in(parameters, histories(rng, chance, 10)) is not None

    assert false_share(boxed, 60, 5) <= binom.ppf(0.99, 60, 0.05) / 60


def test_what_is_kept_back_tells_the_truth() -> None:
    # Of boxes that were reported, the 80 % interval of the probability holds the true mean.
    rng = np.random.default_rng(6)
    inside = 0
    for _ in range(30):
        rate = rng.normal(10, 2, 200)
        chance = np.where(rate < 8, 0.5, 0.95)
        truth = histories(rng, chance, 10)
        box = box_in([plain("rate", rate), *idle(rng, 3)], truth)
        assert box is not None
        (end,) = (c.high for c in box.conditions)
        assert end is not None
        true = float(chance[rate < end].mean())
        inside += box.low - 0.05 <= true <= box.high + 0.05
    assert inside >= 25


def test_the_order_of_parameters_changes_nothing() -> None:
    rng = np.random.default_rng(7)
    rate, size = rng.normal(10, 2, DRAWS), rng.uniform(5, 40, DRAWS)
    truth = histories(rng, np.where((rate < 9) & (size > 25), 0.1, 0.95))
    parameters = [plain("rate", rate), arrow("A1", size), *idle(rng, 20)]
    box = box_in(parameters, truth)
    assert box is not None
    assert box_in(parameters[::-1], truth) == box


def test_bars_follow_the_word() -> None:
    unlikely, likely = bars_of((0.2, 0.45)), bars_of((0.55, 0.8))
    assert [(b.at, b.at_least) for b in unlikely] == [(0.45, False)]
    assert [(b.at, b.at_least) for b in likely] == [(0.55, True), (0.8, True)]
    assert unlikely[0].met(0.3)
    assert not unlikely[0].met(0.5)


@pytest.mark.parametrize(
    ("form", "low", "high", "strict", "says"),
    [
        ("share", None, 5.0, False, "A1 (War → Attack) draws under 5 % of these"),
        ("share", 40.0, None, False, "A1 (War → Attack) draws over 40 % of these"),
        ("share", 0.0, None, True, "A1 (War → Attack) draws any"),
        ("share", 10.0, 20.0, False, "A1 (War → Attack) draws 10 to 20 % of these"),
        ("points", 0.0, None, False, "A1 (War → Attack) does not lower it"),
        ("points", None, 3.0, False, "A1 (War → Attack) raises it by under 3 %"),
        ("times", 1.4, None, False, "A1 (War → Attack) raises it by over 40 %"),
        ("times", 1.97, 11.0, False, "A1 (War → Attack) raises it by a factor of 2 to 11"),
        ("times", 1.2, 1.5, False, "A1 (War → Attack) raises it by 20 to 50 %"),
        ("times", None, 5.0, False, "A1 (War → Attack) raises it by under a factor of 5"),
    ],
)
def test_ranges_are_said_in_natural_units(
    form: str, low: float | None, high: float | None, strict: bool, says: str
) -> None:
    values = np.linspace(1.1, 60, DRAWS)
    assert condition_words(arrow("A1", values, form=form), low, high, strict=strict) == says


@pytest.mark.parametrize(
    ("form", "low", "high", "strict", "says"),
    [
        ("share", None, -40.0, False, "prevents over 40 % of these"),
        ("share", -5.0, None, False, "does not prevent over 5 % of these"),
        ("share", None, 0.0, True, "prevents any"),
        ("share", None, 0.0, False, "does not draw any"),
        ("share", None, 8.0, False, "does not draw over 8 % of these"),
        ("share", -5.0, 8.0, False, "prevents under 5 % of these or draws under 8 % of these"),
        ("points", -9.0, -4.0, False, "lowers it by 4 to 9 %"),
    ],
)
def test_ranges_of_an_open_sign_are_said(
    form: str, low: float | None, high: float | None, strict: bool, says: str
) -> None:
    rng = np.random.default_rng(1)
    parameter = arrow("A1", rng.uniform(5, 60, DRAWS), signs(rng, DRAWS), form)
    assert condition_words(parameter, low, high, strict=strict) == f"A1 (War → Attack) {says}"


def test_a_falling_factor_is_said_in_per_cent() -> None:
    rng = np.random.default_rng(1)
    calms = arrow("A1", rng.uniform(0.2, 0.9, DRAWS), form="times")
    assert condition_words(calms, None, 0.6) == "A1 (War → Attack) lowers it by over 40 %"
    assert condition_words(calms, 0.6, None) == "A1 (War → Attack) lowers it by under 40 %"


def test_a_plain_value_is_said_with_its_unit() -> None:
    rate = plain("Attack", np.linspace(8, 12, DRAWS))
    assert condition_words(rate, None, 9.04) == "the usual rate of Attack is under 9 events a month"
    assert plain_number(0.0432) == "0.043"


def test_draws_kept_back_refuse_boxes_of_noise_even_if_told_to_look() -> None:
    def boxed(rng: np.random.Generator) -> bool:
        parameters = idle(rng, 5, 120)
        named = tuple(
            Linchpin(p.id, None, "rate", (p.id,), p.name, "value", 0.1, 0.0, 0.2, 0.01, ())
            for p in parameters
        )
        asked = Linchpins(named, 0.5, 5, 120, "")
        truth = single(rng.random(120) < 0.85)  # near the bar, where chance flips most easily
        return find_box(told(parameters), asked, truth, LABELS) is not None

    assert false_share(boxed, 150, 8) <= 0.05
