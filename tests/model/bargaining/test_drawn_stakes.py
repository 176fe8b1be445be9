"""Ranges of stakes: what is refused, what is drawn, and that draws are named by what they are for."""

from __future__ import annotations

import numpy as np
import pytest

from talion.errors import InputError, Problems
from talion.model.bargaining.drawn_stakes import UncertainIssue, uncertain
from talion.model.bargaining.positions import Dimension

DAYS = Dimension("days", 0, 200)
ARMY = uncertain("Army", (20, 60, 100), (30, 40, 70), (1, 2, 8))
PARTY = uncertain("Party", 180, 50, 1)
MILITIA = uncertain("Militia", (100, 120, 140), 90, (0.5, 1, 2))
PAUSE = UncertainIssue("pause", (DAYS,), (ARMY, PARTY, MILITIA))


def test_stated_quantiles_hold() -> None:
    drawn = PAUSE.draw(200_000, seed=1)
    quantiles = [0.1, 0.5, 0.9]
    # 200,000 draws: standard errors of these quantiles are below .4 % of the distance between them
    assert 200 * np.quantile(drawn.positions[:, 0, 0], quantiles) == pytest.approx(
        [20, 60, 100], abs=0.5
    )
    assert 100 * np.quantile(drawn.salience[:, 0, 0], quantiles) == pytest.approx(
        [30, 40, 70], abs=0.4
    )
    assert np.quantile(drawn.capability[:, 0, 0], quantiles) == pytest.approx([1, 2, 8], rel=0.02)
    assert (drawn.positions[:, 1] == 0.9).all()


def test_draws_keep_to_their_ranges() -> None:
    wide = uncertain("A", (0, 5, 200), (0, 50, 100), (0, 1, 100))
    drawn = UncertainIssue("x", (DAYS,), (wide,)).draw(5000, seed=2)
    for part in (drawn.positions, drawn.salience):
        assert part.min() == 0.0
        assert part.max() == 1.0
    assert drawn.capability.min() >= 0.0


def test_attention_is_scaled_down_to_all_of_it() -> None:
    two = (Dimension("a"), Dimension("b"))
    busy = uncertain("A", [(1, 2, 3), (4, 5, 6)], [(40, 50, 60), (40, 50, 60)], 1)
    drawn = UncertainIssue("x", two, (busy,)).draw(2000, seed=3)
    total = drawn.salience.sum(axis=2)
    assert total.max() <= 1.0 + 1e-12
    assert (total > 1.0 - 1e-9).mean() > 0.3  # half of the drawn sums exceed 100


def test_every_number_has_a_stream_of_its_own() -> None:
    whole, left = PAUSE.draw(50, seed=4), PAUSE.without("Party").draw(50, seed=4)
    for part in ("positions", "salience", "capability"):
        assert (getattr(whole, part)[:, [0, 2]] == getattr(left, part)).all()
    more = PAUSE.draw(80, seed=4)
    assert (more.positions[:50] == whole.positions).all()
    moved = PAUSE.with_stake(uncertain("Militia", (100, 120, 140), 95, (0.5, 1, 2))).draw(
        50, seed=4
    )
    assert (moved.capability == whole.capability).all()
    assert (moved.positions == whole.positions).all()
    assert (moved.salience[:, 2] == 0.95).all()
    assert (PAUSE.draw(50, seed=5).positions != whole.positions).any()


def test_a_draw_is_an_issue() -> None:
    drawn = PAUSE.draw(20, seed=6)
    for d in range(20):
        issue = drawn.stated(d)
        assert np.allclose(issue.scaled, drawn.positions[d])
        assert np.allclose(issue.salience, drawn.salience[d])
        assert np.allclose(issue.capability, drawn.capability[d])


@pytest.mark.parametrize(
    ("value", "message"),
    [((3, 2, 1), "must ascend"), ("many", "one number or"), ((1, 2), "one number or")],
)
def test_a_range_that_is_none_is_refused(value: object, message: str) -> None:
    with pytest.raises(InputError, match=f"'A', position: .*{message}"):
        uncertain("A", value, 50, 1)  # type: ignore[arg-type]


def test_both_ends_of_ranges_are_checked() -> None:
    with pytest.raises(Problems) as caught:
        UncertainIssue("x", (DAYS,), (uncertain("A", (-5, 10, 250), (10, 50, 120), (-1, 1, 2)),))
    text = str(caught.value)
    assert len(text.splitlines()) == 4
    for word in (
        "low end, actor 'A', position",
        "high end, actor 'A', position",
        "salience",
        "negative",
    ):
        assert word in text


def test_unknown_actors_and_no_draws_are_refused() -> None:
    with pytest.raises(InputError, match="no such actor"):
        PAUSE.without("Navy")
    with pytest.raises(InputError, match="no such actor"):
        PAUSE.with_stake(uncertain("Navy", 1, 1, 1))
    with pytest.raises(InputError, match="at least one draw"):
        PAUSE.draw(0, seed=1)


def test_numbers_of_actors_and_parts_are_drawn_apart() -> None:
    alike = tuple(uncertain(name, (20, 60, 100), (30, 40, 50), (1, 2, 4)) for name in "AB")
    two = (Dimension("a", 0, 200), Dimension("b", 0, 200))
    twice = tuple(
        uncertain(s.actor, [s.position[0]] * 2, [s.salience[0]] * 2, s.capability) for s in alike
    )
    drawn = UncertainIssue("x", two, twice).draw(4000, seed=1)
    columns = [drawn.capability[:, n, 0] for n in (0, 1)]
    for part in (drawn.positions, drawn.salience):
        columns += [part[:, n, k] for n in (0, 1) for k in (0, 1)]
    found = np.corrcoef(np.array(columns))
    # 45 pairs, standard error .016: none beyond four of these
    assert np.abs(found - np.eye(len(columns))).max() < 0.064
