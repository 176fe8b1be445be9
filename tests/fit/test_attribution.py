"""Attribution against the process told in numpy, with the events in question left out."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import talion
from simulate.models import START, Link, Spec, build
from simulate.richer import RICH, rich
from talion.errors import InputError, SimulationError
from talion.fit.attribution import Attribution, Group, Label, attribute
from talion.fit.attribution_kernel import SOURCES
from talion.model.compiled import CompiledModel
from talion.model.observed import ObservedWindow, observed_window
from talion.model.process import Course, Process
from talion.simulate.history import simulate_history

DAYS = 40
LINKS = (
    Link("a", "a", 2.0, a=0.3, id="self"),
    Link("a", "b", 14.0, a=0.4, id="answer"),
    Link("b", "a", 14.0, a=0.5, id="back"),
)
LINEAR = Spec(
    {"a": 0.8, "b": 0.3}, LINKS, (2.0, 14.0), mass={("a", 2.0): 2.0, ("b", 14.0): 1.0}, draws=2
)


def window_of(
    model: CompiledModel, history: int = 1, days: int = DAYS, world: str = "baseline"
) -> ObservedWindow:
    """Simulated histories as what happened; each event a row of its own."""
    start = model.starts[0]
    courses = [
        simulate_history(model, world, d, history, days).course() for d in range(model.n_draws)
    ]
    ids = [f"{d}E{i}" for d, c in enumerate(courses) for i in range(len(c.times))]
    first = np.cumsum([0, *(len(c.times) for c in courses)])
    return observed_window(
        model, start.day, start.day + days, courses, mass=start.mass, u=start.u,
        rows=[first[d] + np.arange(len(c.times)) for d, c in enumerate(courses)], row_ids=ids,
    )  # fmt: skip


def without(model: CompiledModel, course: Course, draw: int, gone: np.ndarray) -> Process:
    """The process with some events taken out of the course, factors as they were."""
    left = Course(
        course.times[~gone], course.classes[~gone], course.levels, course.set_times,
        course.set_factors, course.set_values,
    )  # fmt: skip
    return Process(model, draw, model.worlds[0], left)


def one(n: int, i: int) -> np.ndarray:
    mask = np.zeros(n, np.bool_)
    mask[i] = True
    return mask


def place(result: Attribution, name: str) -> tuple[int, int]:
    """Row (or -1) and column of a recorded row."""
    rows, columns = [x.row for x in result.rows], [x.row for x in result.columns]
    return (rows.index(name) if name in rows else -1), columns.index(name)


def test_in_the_linear_case_necessity_is_the_branching_share() -> None:
    """a ln2/h 2^(-age/h) over the rate, for every pair; all shares of an event sum to 1."""
    model = build(LINEAR)
    window = window_of(model)
    result = attribute(model, window, ["a", "b"], groups=[Group("all", types=("a", "b"))])
    answers = {(0, 0): (0.3, 2.0), (0, 1): (0.4, 14.0), (1, 0): (0.5, 14.0)}
    pairs = 0
    for d, course in enumerate(window.courses):
        process = without(model, course, d, np.zeros(len(course.times), np.bool_))
        for i, t in enumerate(course.times):
            k, row = course.classes[i], place(result, f"{d}E{i}")[0]
            rate = process.intensity(t)[k]
            for j in range(i):
                a, half = answers.get((course.classes[j], k), (0.0, 1.0))
                share = a * np.log(2) / half * 2.0 ** (-(t - course.times[j]) / half) / rate
                column = place(result, f"{d}E{j}")[1]
                assert result.direct[d, row, column] == pytest.approx(share, rel=1e-5, abs=1e-7)
                pairs += 1
            background = result.owed[d, row, result.shares.index("background")]
            assert background == pytest.approx([0.8, 0.3][k] / rate)
            old = result.owed[d, row, result.shares.index("before the window")]
            assert result.direct[d, row].sum() + background + old == pytest.approx(1.0, abs=1e-6)
            group = result.removals["all"].necessity[d, row]
            assert group == pytest.approx(1.0 - background - old)
            assert not result.direct[d, row, [place(result, f"{d}E{j}")[1] for j in
                                              range(i, len(course.times))]].any()  # fmt: skip
    assert pairs > 1000
    np.testing.assert_allclose(result.owed.sum(axis=2), result.events)
    np.testing.assert_array_equal(result.direct, result.through)
    assert not result.prevented.any()


def test_shares_by_link_and_delay_are_sums_of_pairs() -> None:
    model = build(LINEAR)
    window = window_of(model)
    result = attribute(model, window, ["a"])
    edges = (0.0, 4.0, 15.0, 31.0, np.inf)
    for d, course in enumerate(window.courses):
        told = np.zeros((3, 4))
        for i in np.flatnonzero(course.classes == 0):
            for j in range(i):
                share = result.direct[d, place(result, f"{d}E{i}")[0], place(result, f"{d}E{j}")[1]]
                late = np.searchsorted(edges, course.times[i] - course.times[j], side="right") - 1
                told[0 if course.classes[j] == 0 else 2, late] += share
        np.testing.assert_allclose(result.by_delay[d, 0, :3], told, atol=1e-5)
        assert (result.by_delay[d, 0, 2] > 0).all()
        by_link = result.owed[d].sum(axis=0)[:3]
        np.testing.assert_allclose(by_link, told.sum(axis=1), atol=1e-5)
    total = result.total("back", ["a"])
    assert total.mean == pytest.approx(result.by_delay[:, 0, 2].sum(axis=1).mean())
    assert total.p10 <= total.p50 <= total.p90


@pytest.mark.parametrize("history", [1, 6])
def test_with_everything_necessity_is_that_of_the_process_without_the_event(history: int) -> None:
    """Suppression of both signs, marks, factors, changes within the day: every pair, to 1e-6."""
    deter = Link("strike", "attack", 2.0, b=1.5, step=0.6, id="deter")
    provoke = Link("strike", "attack", 14.0, a=0.1, b=-0.5, step=0.4, id="provoke")
    model = build(rich(links=(*RICH.links[:3], deter, provoke, *RICH.links[5:])))
    window = window_of(model, history)
    result = attribute(model, window, ["attack", "vote"])
    raised = lowered = 0
    for d, course in enumerate(window.courses):
        n = len(course.times)
        types = model.structure.class_type[course.classes]
        full = without(model, course, d, np.zeros(n, np.bool_))
        targets = [i for i in range(n) if types[i] in (0, 3)][2::4]
        for i in targets:
            t, k, row = course.times[i], types[i], place(result, f"{d}E{i}")[0]
            rate = full.intensity(t)[k]
            for j in range(i):
                ratio = without(model, course, d, one(n, j)).intensity(t)[k] / rate
                found = result.direct[d, row, place(result, f"{d}E{j}")[1]]
                assert found == pytest.approx(max(0.0, 1.0 - ratio), abs=1e-6)
                raised += ratio < 1.0 - 1e-9
                lowered += ratio > 1.0 + 1e-9
    assert raised > 100
    assert lowered > 5


def levels_without(model: CompiledModel, course: Course, d: int, gone: np.ndarray) -> np.ndarray:
    """Levels told again without the jumps of some events, slowly; noise as it was."""
    s, dr = model.structure, model.draws
    targets = np.repeat(np.arange(len(s.ff_start) - 1), np.diff(s.ff_start))

    def evening(z: np.ndarray, day: int, leave: np.ndarray) -> np.ndarray:
        z = z.copy()
        for i in np.flatnonzero(np.floor(course.times).astype(int) == START + day):
            for e in range(s.ef_start[course.classes[i]], s.ef_start[course.classes[i] + 1]):
                if not leave[i]:
                    f = s.ef_factor[e]
                    z[f] = np.clip(z[f] + dr.ef_jump[d, e], s.lo[f], s.hi[f])
        return z

    def tick(z: np.ndarray, day: int) -> np.ndarray:
        z = np.where(s.is_level == 1, z, course.levels[day])  # switches take the day's value first
        goal = dr.rest[d].copy()
        for e, f in enumerate(targets):
            goal[f] += dr.ff_coef[d, e] * (z[s.ff_source[e]] - dr.z_ref[d, s.ff_source[e]])
        return z + np.where(s.is_level == 1, (goal - z) * dr.pull[d], 0.0)

    out, none = course.levels.copy(), np.zeros(len(gone), np.bool_)
    for day in range(1, len(out)):
        noise = course.levels[day] - tick(evening(course.levels[day - 1], day - 1, none), day)
        low, high = np.where(s.is_level, s.lo, -np.inf), np.where(s.is_level, s.hi, np.inf)
        out[day] = np.clip(tick(evening(out[day - 1], day - 1, gone), day) + noise, low, high)
    return out


def test_through_factors_the_levels_are_told_again_without_the_event() -> None:
    """Strikes raise push, push raises votes; ranges cut off: against a slow rerun, every pair."""
    spec = rich(
        set_by=(), decisions={}, to_factor=(("strike", "push", 15.0), ("talk", "push", -4.0))
    )
    model = build(spec)
    window = window_of(model)
    moved = [Group("push", types=("strike", "talk"))]
    result = attribute(model, window, ["vote", "attack"], groups=moved)
    felt = 0
    for d, course in enumerate(window.courses):
        n, types = len(course.times), model.structure.class_type[course.classes]
        full = without(model, course, d, np.zeros(n, np.bool_))
        for j in np.flatnonzero((types == 1) | (types == 2)):
            column = place(result, f"{d}E{j}")[1]
            rerun = replace(course, levels=levels_without(model, course, d, one(n, j)))
            gone = without(model, rerun, d, one(n, j))
            for i in [i for i in range(j + 1, n) if types[i] in (0, 3)][::4]:
                t, k = course.times[i], types[i]
                ratio = gone.intensity(t)[k] / full.intensity(t)[k]
                found = result.through[d, place(result, f"{d}E{i}")[0], column]
                assert found == pytest.approx(max(0.0, 1.0 - ratio), abs=1e-6)
                plain = result.direct[d, place(result, f"{d}E{i}")[0], column]
                felt += abs(float(found - plain)) > 0.01
        both = (types == 1) | (types == 2)
        rerun = replace(course, levels=levels_without(model, course, d, both))
        gone = without(model, rerun, d, both)
        for i in np.flatnonzero((types == 0) | (types == 3))[::4]:
            net = (
                1.0
                - gone.intensity(course.times[i])[types[i]]
                / full.intensity(course.times[i])[types[i]]
            )
            told = result.removals["push"].net[d, place(result, f"{d}E{i}")[0]]
            assert told == pytest.approx(net, abs=1e-9)
    assert felt > 10


@pytest.mark.parametrize("through", [False, True])
def test_a_group_is_the_process_without_it(through: bool) -> None:
    """Rates at events, and integrals beside the process's own compensator."""
    model = build(rich(to_factor=()) if not through else LINKED)
    window = window_of(model)
    strike = model.type_ids.index("strike")
    group = [Group("strikes", types=("strike",))]
    result = attribute(model, window, ["attack"], groups=group, through_factors=through)
    found = result.removals["strikes"]
    assert found.through_factors is through
    for d, course in enumerate(window.courses):
        types = model.structure.class_type[course.classes]
        gone, n = types == strike, len(types)
        full = without(model, course, d, np.zeros(n, np.bool_))
        left = without(model, course, d, gone)
        for i in np.flatnonzero(types == 0)[::5]:
            t = course.times[i]
            net = 1.0 - left.intensity(t)[0] / full.intensity(t)[0]
            row = place(result, f"{d}E{i}")[0]
            assert found.net[d, row] == pytest.approx(net, abs=1e-9)
            assert found.necessity[d, row] == pytest.approx(max(0.0, net), abs=1e-9)
        for week in range(2):
            span = (START + 7.0 * week, START + 7.0 * week + 7.0)
            fall = full.compensator(*span)[0] - left.compensator(*span)[0]
            told = found.owed[d, 0, week] - found.prevented[d, 0, week]
            assert told == pytest.approx(fall, abs=1e-7)
        assert found.prevented[d, 0].sum() > 0.5
        assert found.owed[d, 0].sum() > 0.5


LINKED = replace(RICH, to_factor=(), between=())  # nothing goes through factors: both must agree


def test_events_prevented_have_their_closed_form() -> None:
    """One blow at noon of day 1 on a steady rate: integral of mu (1 - exp(-b s 2^(-t/h)))."""
    links = [Link("blow", "e", 3.0, b=1.2, step=0.8, id="deter"), Link("e", "e", 3.0, b=0.0)]
    model = build(Spec({"e": 2.0, "blow": 0.1}, links, (3.0,)))
    levels = np.zeros((15, 0))
    none = np.zeros(0)
    course = Course(np.array([START + 1.5]), np.array([1]), levels, none, none.astype(int), none)
    window = observed_window(model, START, START + 14, [course])
    group = [Group("blows", types=("blow",)), Group("link", links=("deter",))]
    result = attribute(model, window, ["e"], groups=group)
    t = np.linspace(0.0, 12.5, 200_001)
    wanted = 2.0 * np.trapezoid(1.0 - np.exp(-1.2 * 0.8 * 2.0 ** (-t / 3.0)), t)
    assert result.prevented[0, 0, 0] == pytest.approx(wanted, rel=1e-6)
    assert result.removals["blows"].prevented[0, 0].sum() == pytest.approx(wanted, rel=1e-6)
    assert result.removals["link"].prevented[0, 0].sum() == pytest.approx(wanted, rel=1e-6)
    assert not result.removals["blows"].owed.any()
    assert result.rows == ()


def test_what_a_factor_link_holds_down_is_told_by_link() -> None:
    """Restraint standing at its dose of 1 lets exp(-1.5) of the background through."""
    factors = {"pause": {"level": 0.0, "z": 1.0, "lo": 0.0, "hi": 1.0}}
    model = build(Spec({"e": 2.0}, factors=factors, to_rate=[("pause", "e", -1.5, "restraint")]))
    window = window_of(model, days=20)
    result = attribute(model, window, ["e"])
    assert result.prevented[0, 0, 0] == pytest.approx(20 * 2.0 * (1.0 - np.exp(-1.5)))


def test_events_of_one_moment_owe_each_other_nothing() -> None:
    model = build(LINEAR)
    none = np.zeros(0)
    t = START + np.array([1.0, 2.0, 2.0, 3.0])
    course = Course(t, np.zeros(4, int), np.zeros((11, 0)), none, none.astype(int), none)
    window = observed_window(
        model, START, START + 10, [course], rows=[np.arange(4)], row_ids=["A", "B", "C", "D"]
    )
    result = attribute(model, window, ["a"])
    assert result.necessity("B", "C").mean == result.necessity("C", "B").mean == 0.0
    assert result.necessity("B", "A") == result.necessity("C", "A")
    assert result.necessity("D", "B").mean > 0.0
    np.testing.assert_allclose(result.owed.sum(axis=2), 1.0)


def test_rows_are_matched_across_draws_and_the_rest_summed_by_week() -> None:
    """Draw 2 knows the row at another time and has more unlisted events."""
    model = build(replace(LINEAR, mass={}))
    none = np.zeros(0)

    def course(days: list[float]) -> Course:
        t = START + np.array(days)
        return Course(t, np.zeros(len(t), int), np.zeros((15, 0)), none, none.astype(int), none)

    courses = [course([1.0, 2.0, 3.0]), course([1.5, 2.0, 2.5, 9.0])]
    rows = [[0, -1, 1], [-1, 0, 1, -1]]
    window = observed_window(model, START, START + 14, courses, rows=rows, row_ids=["R1", "R2"])
    result = attribute(model, window, ["a"])
    week = "a, unlisted, week of 2024-02-13"
    assert [str(label) for label in result.rows] == [
        "R1",
        "R2",
        week,
        "a, unlisted, week of 2024-02-20",
    ]
    assert result.rows[3] == Label("a", week=START + 7)
    assert result.events.tolist() == [[1, 1, 1, 0], [1, 1, 1, 1]]
    pn = [
        0.3 * np.log(2) / 2.0 * 2.0 ** (-age / 2.0) / rate
        for age, rate in (
            (2.0, rate_at(model, window, 0, 3.0)),
            (0.5, rate_at(model, window, 1, 2.5)),
        )
    ]
    found = result.necessity("R2", "R1")
    assert found.mean == pytest.approx(np.mean(pn), rel=1e-5)
    assert found.p50 == pytest.approx(np.mean(pn), rel=1e-5)
    assert found.p10 == pytest.approx(min(pn) + 0.1 * (max(pn) - min(pn)), rel=1e-5)
    by_row = attribute(model, window, ["a"], groups=[Group("R1", rows=("R1",))])
    alone = by_row.removals["R1"].necessity
    np.testing.assert_allclose(alone, by_row.direct[:, :, 0], atol=1e-6)


def rate_at(model: CompiledModel, window: ObservedWindow, d: int, day: float) -> float:
    course = window.courses[d]
    process = without(model, course, d, np.zeros(len(course.times), np.bool_))
    return float(process.intensity(START + day)[0])


@pytest.mark.parametrize(
    ("targets", "groups", "message"),
    [
        (["war"], (), "no such event type"),
        (["a"], (Group("g", links=("L9",)),), "no such link"),
        (["a"], (Group("g", types=("war",)),), "no such event type"),
        (["a"], (Group("g", events=(np.zeros(1, np.bool_),)),), "one mark for each event"),
    ],
)
def test_what_is_not_there_is_named(targets: list[str], groups: Any, message: str) -> None:
    model = build(LINEAR)
    with pytest.raises(InputError, match=message):
        attribute(model, window_of(model), targets, groups=groups)


def test_unknown_rows_shares_and_events_are_named() -> None:
    model = build(LINEAR)
    window = window_of(model)
    with pytest.raises(SimulationError, match="no such recorded row"):
        attribute(model, window, ["a"], groups=[Group("g", rows=("X1",))])
    result = attribute(model, window, ["a"])
    with pytest.raises(InputError, match="no such share"):
        result.total("L9")
    with pytest.raises(InputError, match="no such event"):
        result.necessity("0E0", "X1")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"times": np.array([START + 2.0, START + 1.0])}, "not in order"),
        ({"times": np.array([START + 2.0, START + 99.0])}, "outside the window"),
        ({"classes": np.array([0, 9])}, "no such class"),
        ({"levels": np.zeros((3, 0))}, "one row a midnight"),
    ],
)
def test_a_past_that_does_not_fit_is_refused(change: dict[str, Any], message: str) -> None:
    model = build(LINEAR)
    none = np.zeros(0)
    good = Course(
        np.array([START + 1.0, START + 2.0]), np.array([0, 1]), np.zeros((11, 0)), none,
        none.astype(int), none,
    )  # fmt: skip
    observed_window(model, START, START + 10, [good])
    with pytest.raises(SimulationError, match=message):
        observed_window(model, START, START + 10, [replace(good, **change)])


def test_noise_that_does_not_belong_to_the_levels_is_refused() -> None:
    model = build(RICH)
    window = window_of(model)
    shocks = np.full(window.shocks.shape, np.nan)
    shocks[:, :, 0] = 50.0
    with pytest.raises(InputError, match="do not follow"):
        attribute(model, replace(window, shocks=shocks), ["attack"])


def test_the_hash_covers_every_file_the_passes_are_made_of() -> None:
    package = Path(talion.__file__).parent
    reached, waiting = set(), {"fit/attribution_kernel.py"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        for node in ast.walk(ast.parse((package / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("talion."):
                own = str(node.module).removeprefix("talion.").replace(".", "/") + ".py"
                waiting |= {own} - reached
    assert reached == set(SOURCES)


def test_what_links_prevented_is_told_only_where_asked() -> None:
    deter = Link("strike", "attack", 2.0, b=1.5, step=0.6, id="deter")
    model = build(rich(links=(*RICH.links[:3], deter, *RICH.links[5:])))
    window = window_of(model)
    group = [Group("deter", links=("deter",))]
    whole = attribute(model, window, ["attack"], groups=group)
    short = attribute(model, window, ["attack"], groups=group, link_by_link=False)
    assert whole.prevented.any()
    assert np.isnan(short.prevented).all()
    for name in ("events", "direct", "through", "owed", "by_delay"):
        np.testing.assert_array_equal(getattr(short, name), getattr(whole, name))
    for name in ("owed", "prevented"):
        ours, theirs = (getattr(r.removals["deter"], name) for r in (short, whole))
        np.testing.assert_array_equal(ours, theirs)
