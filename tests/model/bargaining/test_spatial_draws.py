"""The compiled Spatial Model of Politics against the readable one, and what must not change a draw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from model.bargaining.random_issues import CHOICES, random_issue, random_options
from talion.errors import InputError
from talion.model.bargaining.positions import Issue
from talion.model.bargaining.spatial import spatial_model
from talion.model.bargaining.spatial_draws import SpatialDraws, spatial_draws
from talion.model.bargaining.spatial_kernel import SOURCES
from talion.model.bargaining.spatial_options import SpatialOptions


def stacked(issues: list[Issue]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        np.stack([i.scaled for i in issues]),
        np.stack([i.salience for i in issues]),
        np.stack([i.capability for i in issues]),
    )


def assert_draw_is_run(found: SpatialDraws, draw: int, issue: Issue, o: SpatialOptions) -> None:
    run = spatial_model(issue, o, draw=draw)
    last = run.turns[-1]
    assert found.turns[draw] == len(run.turns) - 1
    assert found.cut_off[draw] == (run.stopped == "most turns")
    assert np.abs(found.positions[draw] - last.positions).max() < 1e-9
    assert np.abs(found.winning[draw] - last.winning).max() < 1e-9
    assert np.abs(found.outcome[draw] - last.outcome).max() < 1e-9


@pytest.mark.parametrize("seed", range(40))
def test_every_draw_is_the_readable_model(seed: int) -> None:
    size = np.random.default_rng(seed)
    actors, dimensions = int(size.integers(2, 9)), int(size.integers(1, 4))
    issues = [random_issue(100 * seed + d, actors, dimensions) for d in range(4)]
    options = random_options(seed, issues[0], most_turns=30)
    found = spatial_draws(issues[0], *stacked(issues), options)
    for draw, issue in enumerate(issues):
        assert_draw_is_run(found, draw, issue, options)


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in CHOICES.items() for v in vs])
def test_every_choice_alone_is_the_readable_model(name: str, value: str) -> None:
    options = SpatialOptions(**{name: value}, most_turns=25, seed=5)
    issues = [random_issue(7, 7, 2), random_issue(8, 7, 2)]
    found = spatial_draws(issues[0], *stacked(issues), options)
    for draw, issue in enumerate(issues):
        assert_draw_is_run(found, draw, issue, options)


def test_fifteen_actors_to_the_stop() -> None:
    issues = [random_issue(d, 15) for d in range(6)]
    found = spatial_draws(issues[0], *stacked(issues))
    for draw, issue in enumerate(issues):
        assert_draw_is_run(found, draw, issue, SpatialOptions())


def test_who_gave_way_is_counted_as_in_the_readable_model() -> None:
    issue = random_issue(3, 8, 2)
    run = spatial_model(issue)
    counted = np.zeros((8, 8))
    for turn in run.turns:
        for move in turn.moves:
            if move.moved:
                assert move.offer is not None
                offer = turn.offers[move.offer]
                other = offer.receiver if offer.initiator == move.actor else offer.initiator
                counted[move.actor, other] += 1
    found = spatial_draws(issue, *stacked([issue]))
    assert counted.sum() > 0
    assert (found.gave_way == counted).all()


def test_workers_and_number_of_draws_change_nothing() -> None:
    issues = [random_issue(d, 6, 2) for d in range(300)]
    options = SpatialOptions(choice="stochastic", seed=11)
    one = spatial_draws(issues[0], *stacked(issues), options, workers=1)
    two = spatial_draws(issues[0], *stacked(issues), options, workers=2)
    few = spatial_draws(issues[0], *stacked(issues[:150]), options, workers=2)
    assert (one.positions == two.positions).all()
    assert (one.gave_way == two.gave_way).all()
    assert (few.positions == one.positions[:150]).all()


def test_a_seed_and_a_draw_decide_stochastic_choice() -> None:
    issue = random_issue(1, 7)
    same = [issue] * 50

    def run(seed: int) -> np.ndarray:
        options = SpatialOptions(choice="stochastic", seed=seed)
        return spatial_draws(issue, *stacked(same), options).positions

    assert (run(1) == run(1)).all()
    assert (run(1) != run(2)).any()
    assert len(np.unique(run(1)[:, 0, 0])) > 1


def test_inputs_are_not_changed() -> None:
    parts = stacked([random_issue(1, 5)])
    before = [part.copy() for part in parts]
    spatial_draws(random_issue(1, 5), *parts)
    assert all((a == b).all() for a, b in zip(parts, before, strict=True))


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        (0, 1.5, "at most 1"),
        (0, np.nan, "finite"),
        (1, 1.2, "at most 1"),
        (2, -1.0, "not negative"),
    ],
)
def test_draws_out_of_range_are_refused(part: int, value: float, message: str) -> None:
    issue = random_issue(1, 4)
    parts = stacked([issue])
    parts[part][0, 0, 0] = value
    with pytest.raises(InputError, match=message):
        spatial_draws(issue, *parts)


def test_draws_of_another_shape_are_refused() -> None:
    with pytest.raises(InputError, match="shape"):
        spatial_draws(random_issue(1, 4), *stacked([random_issue(1, 5)]))


def test_attention_above_all_is_refused() -> None:
    issue = random_issue(1, 4, 2)
    x, s, c = stacked([issue])
    with pytest.raises(InputError, match="sum to at most 1"):
        spatial_draws(issue, x, np.full_like(s, 0.7), c)


def test_the_cache_key_names_every_file_the_pass_is_made_of(root: Path) -> None:
    package = root / "src" / "talion"
    named = set(SOURCES)
    for name in SOURCES:
        for line in (package / name).read_text(encoding="utf-8").splitlines():
            if line.startswith("from talion."):
                module = line.split()[1].removeprefix("talion.").replace(".", "/") + ".py"
                assert module in named | {"errors.py", "model/bargaining/positions.py"}, name
