"""Every model on one issue: from cases and files, with what-ifs on the same draws."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from model.bargaining.case_of_two_issues import bargain_case, case_text
from model.small_case import SMALL
from talion.errors import InputError
from talion.model.bargaining.comparison import (
    Bargainable,
    Shift,
    compare_models,
    parse_shift,
)
from talion.model.bargaining.drawn_stakes import UncertainIssue, uncertain
from talion.model.bargaining.exchange import equal_gain_exchange
from talion.model.bargaining.exchange_table import exchange_table, write_exchange_csv
from talion.model.bargaining.issue_files import issue_of_case, issue_of_file
from talion.model.bargaining.positions import Dimension
from talion.model.bargaining.spatial import spatial_model
from talion.model.bargaining.spatial_options import SpatialOptions
from talion.model.case import parse_case

KTAB = """"Pause","made up",3,1
Actor,Description,Influence,Position,Salience
Army,the army,50,10,60
Party,a party,30,90,50
Ally,an ally,20,55,80
"""
SCALES = {"pay": (0.0, 10.0), "date": (2024.0, 2034.0)}
STAKES = {
    ("A", "pay"): (0.0, 0.9, 1.0), ("A", "date"): (2024.0, 0.3, 1.0),
    ("B", "pay"): (10.0, 0.3, 1.0), ("B", "date"): (2034.0, 0.9, 1.0), ("C", "pay"): (5.0, 0.5, 0.5),
}  # fmt: skip


@pytest.fixture
def ktab(tmp_path: Path) -> Path:
    path = tmp_path / "pause.csv"
    path.write_text(KTAB, encoding="utf-8")
    return path


@pytest.fixture
def decide(tmp_path: Path) -> Path:
    path = tmp_path / "pay.csv"
    write_exchange_csv(exchange_table(SCALES, STAKES), path)
    return path


def test_an_issue_of_a_case_has_its_ranges_names_and_threshold() -> None:
    asked = issue_of_case(bargain_case())
    assert asked.issue.name == "stay"
    north = asked.issue.stakes[0]
    assert (north.actor, north.position, north.capability) == (
        "North",
        ((60, 80, 90),),
        (50, 80, 95),
    )
    assert asked.actor("north") == "North"
    assert (asked.threshold, asked.certain) == (50.0, False)
    assert [other.name for other in asked.others] == ["dues"]
    assert issue_of_case(bargain_case(), "dues").threshold is None
    with pytest.raises(InputError, match="did you mean 'dues'"):
        issue_of_case(bargain_case(), "due")
    with pytest.raises(InputError, match="no issue"):
        issue_of_case(
            parse_case(SMALL[: SMALL.index("issues:")] + SMALL[SMALL.index("what_ifs:") :])
        )


def test_actors_that_share_a_name_are_told_by_their_ids() -> None:
    text = case_text().replace("  east: East\n", "  east: North\n")
    stakes = issue_of_case(parse_case(text)).issue.stakes
    assert [stake.actor for stake in stakes] == ["north", "South", "east"]


def test_a_file_of_ktab_is_certain_and_run_once(ktab: Path) -> None:
    found = compare_models(issue_of_file(ktab), draws=300)
    assert found.draws == 1
    assert [one.model for one in found.outcomes] == [
        "weighted_mean", "weighted_median", "election", "spatial", "challenge",
    ]  # fmt: skip
    assert [one.baseline for one in found.outcomes] == [True, True, False, False, False]
    run = spatial_model(issue_of_file(ktab).issue.likely)
    spatial = next(one for one in found.outcomes if one.model == "spatial")
    assert spatial.range()[1] == pytest.approx(run.outcome[0])
    assert any("turn 1" in said for said in found.moves)
    assert found.moves[-1].startswith("spatial model: After")


def test_a_file_of_votes_is_exchanged_on_its_own_scales(decide: Path) -> None:
    found = compare_models(issue_of_file(decide, "date"), ["exchange"])
    expected = equal_gain_exchange(exchange_table(SCALES, STAKES))
    exchange = found.outcomes[-1]
    assert exchange.range()[1] == pytest.approx(2024 + expected.outcome[1] / 10)
    assert any("each gains" in said for said in found.moves)
    assert len(issue_of_file(decide, "pay").issue.stakes) == 3
    assert len(issue_of_file(decide, "date").issue.stakes) == 2


def test_a_what_if_shares_all_draws() -> None:
    asked = issue_of_case(bargain_case())
    found = compare_models(asked, ["election", "exchange"], draws=60, without=["east"])
    assert found.changed == ("without East",)
    alone = compare_models(
        Bargainable(asked.issue.without("East"), asked.options, asked.others),
        ["election"],
        draws=60,
    )
    mean, plain = found.outcomes[0], alone.outcomes[0]
    shift = plain.draws[:, 0] - mean.draws[:, 0]
    assert mean.shift[0] == pytest.approx(tuple(np.quantile(shift, (0.1, 0.5, 0.9))))
    same = compare_models(asked, ["election"], draws=60, shifts=[Shift("north", "salience", 0.0)])
    assert all(one.shift == ((0.0, 0.0, 0.0),) for one in same.outcomes)
    up = compare_models(asked, [], draws=60, shifts=[Shift("north", "capability", 3.0)])
    assert up.changed == ("capability of North times 3",)
    assert up.outcomes[0].shift[0][0] > 0


def test_the_actor_whose_absence_shifts_most_comes_first() -> None:
    found = compare_models(issue_of_case(bargain_case()), ["spatial"], draws=60)
    sizes = [abs(tip.shift[1]) for tip in found.tipping]
    assert sizes == sorted(sizes, reverse=True)
    assert found.tipped == "spatial"
    assert all(tip.crossing is not None for tip in found.tipping)


def test_what_cannot_be_run_is_refused(ktab: Path) -> None:
    asked = issue_of_file(ktab)
    for models, says in ((["oracle"], "no such model"), (["exchange"], "needs another issue")):
        with pytest.raises(InputError, match=says):
            compare_models(asked, models)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no such actor"):
        compare_models(asked, without=["Navy"])
    plane = (Dimension("x"), Dimension("y"))
    two = UncertainIssue(
        "i",
        plane,
        (
            uncertain("A", [(1, 1, 1), (2, 2, 2)], [(40, 40, 40), (40, 40, 40)], 1),
            uncertain("B", [(9, 9, 9), (8, 8, 8)], [(40, 40, 40), (40, 40, 40)], 1),
        ),
    )
    with pytest.raises(InputError, match="of one dimension"):
        compare_models(Bargainable(two, SpatialOptions()), ["challenge"])
    assert compare_models(Bargainable(two, SpatialOptions())).outcomes[-1].range(1)[
        1
    ] == pytest.approx(5.0, abs=3.0)
    one = Bargainable(UncertainIssue("i", plane[:1], (uncertain("A", 3, 40, 1),)), SpatialOptions())
    with pytest.raises(InputError, match="only actor"):
        compare_models(one, ["weighted_mean"], without=["A"])
    assert compare_models(one, ["weighted_mean"]).tipping == ()


@pytest.mark.parametrize(
    ("text", "shift"),
    [
        ("A.B.position=-5", Shift("A.B", "position", -5.0)),
        ("North.capability=x1.5", Shift("North", "capability", 1.5)),
        ("North.capability=*2", Shift("North", "capability", 2.0)),
    ],
)
def test_a_shift_is_read(text: str, shift: Shift) -> None:
    assert parse_shift(text) == shift


@pytest.mark.parametrize(
    "text",
    [
        "North=3",
        "North.salience=10",
        "North.salience=x2",
        "North.capability=+1",
        "N.position=+nan",
        "N.position=--3",
    ],
)
def test_what_is_no_shift_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"ACTOR\.salience"):
        parse_shift(text)
