"""The window of a posterior's past: its noise is the innovations, its end the start of a model."""

from __future__ import annotations

import numpy as np
import pytest

from model.fitted_border import BEGIN, END, FOLLOWED, posterior, random_past
from talion.errors import SimulationError
from talion.fit.attribution import Group, attribute
from talion.model.case import Case, parse_case
from talion.model.compile import compile_model, past_levels
from talion.model.compiled import CompiledModel
from talion.model.observed import ObservedWindow, window_of_past
from talion.model.past import Past
from talion.model.process import Process
from talion.simulate.counterfactual import counterfactual_course, counterfactual_history

DRAWS = 4


def made() -> tuple[Case, CompiledModel, Past, ObservedWindow]:
    text = FOLLOWED.format(as_of=END, begin=BEGIN, turns=", 2024-02-10: pause, 2024-03-05: active")
    case = parse_case(text[: text.index("what_ifs:")])  # they begin within the past
    past = random_past(case, DRAWS, 3, named=("push", "attention", "mood"))
    given = posterior(past)
    model = compile_model(
        case, given.reading, draws=DRAWS, seed=5, worlds=["baseline"], given=given
    )
    levels = past_levels(case, given.reading, given, DRAWS, 5)
    return case, model, past, window_of_past(model, past, levels)


def test_what_levels_leave_over_is_the_noise_of_the_innovations() -> None:
    """At every midnight where no level was cut off: the ticks are in the run-in's order."""
    from talion.fit.attribution import _Passes

    _, model, past, window = made()
    passes = _Passes(model, window, ["raid"])
    f = model.factor_ids.index("push")
    seen = 0
    for d in range(DRAWS):
        shocks = passes.see(d).shocks
        tick = 0
        for day in range(1, window.days + 1):
            weekly = (window.start + day) % 7 == 0
            tick += weekly
            inside = 30.0 < window.courses[d].levels[day, f] < 60.0
            noise = model.draws.noise[d, f] * past.innovations["push"][d, tick] if weekly else 0.0
            if inside:
                assert shocks[day, f] == pytest.approx(noise, abs=1e-9), day
                seen += weekly
    assert seen > 10


def test_nothing_removed_ends_where_the_model_starts() -> None:
    _, model, past, window = made()
    for d in range(DRAWS):
        course = counterfactual_course(model, window, d, 0)
        np.testing.assert_array_equal(course.times, past.of(d)[0])
        np.testing.assert_array_equal(course.classes, past.of(d)[1])
        np.testing.assert_allclose(course.levels[-1], model.starts[0].z[d])


def test_rates_at_the_end_are_those_of_the_start() -> None:
    """The process along the window, at as_of, and at the model's start, which a fit compiled."""
    _, model, _, window = made()
    for d in range(DRAWS):
        start = model.starts[0]
        empty = start._replace(
            day=window.start, mass=np.zeros_like(start.mass), u=np.zeros_like(start.u)
        )
        process = Process(model, d, model.worlds[0], window.courses[d])
        process.start = empty
        np.testing.assert_allclose(process.excitation(window.end).sum(axis=1),
                                   _excitation(model, d), rtol=1e-9)  # fmt: skip
        np.testing.assert_allclose(process.suppression(window.end), start.u[d], rtol=1e-9)


def _excitation(model: CompiledModel, d: int) -> np.ndarray:
    s, out = model.structure, np.zeros(len(model.type_ids))
    for c in range(len(s.class_type)):
        for i in range(s.ee_start[c], s.ee_start[c + 1]):
            h = s.ee_half[i]
            jump = model.draws.ee_offspring[d, i] * np.log(2) / s.half_life[h]
            out[s.ee_target[i]] += jump * model.starts[0].mass[d, c, h]
    return out


def test_both_questions_can_be_asked_of_a_fitted_past() -> None:
    _, model, _, window = made()
    result = attribute(model, window, ["raid"], groups=[Group("replies", types=("reply",))])
    np.testing.assert_allclose(result.owed.sum(axis=2), result.events)
    held = result.prevented[:, 0, model.link_ids.index("A2")]
    assert (held > 0).all()
    reply = model.type_ids.index("reply")
    marks = [model.structure.class_type[c.classes] == reply for c in window.courses]
    replay = counterfactual_history(model, window, remove_events=marks, histories=20)
    assert replay.effect("monotone", ["raid"]).mean != 0.0
    assert (replay.monotone[:, :, 0].sum() - replay.observed[:, 0].sum() * 20) != 0.0


def test_levels_of_another_shape_are_refused() -> None:
    case, model, past, _ = made()
    levels = past_levels(case, "as_written_ours", posterior(past), DRAWS, 5)
    with pytest.raises(SimulationError, match="must have shape"):
        window_of_past(model, past, levels[:, 1:])
