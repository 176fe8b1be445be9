"""Posterior predictive checks: what a true model passes and a false one does not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from fit.case_fits import made_reading
from talion.errors import CaseError, InputError
from talion.fit.case.result import FittedReading
from talion.judge.predictive import posterior_predictive
from talion.model.case import Case, load_case
from talion.model.compile import compile_model
from talion.model.compile_factors import state_on
from talion.model.compile_window import WINDOW
from talion.model.compiled import PIN
from talion.model.past import Past
from talion.simulate.history import simulate_history

SIZE = 60


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("starter")


@pytest.fixture(scope="module")
def true(case: Case) -> FittedReading:
    """Draws of the prior, each with a past that its own process made: a posterior without data."""
    reading = made_reading(np.random.default_rng(1), case, SIZE, 0.0)
    drawn = reading.draws
    model = compile_model(case, "no_view", draws=SIZE, seed=4, given=drawn, from_window_start=True)
    # History 7 is none of those that the check simulates (0 and 1).
    made = [simulate_history(model, WINDOW, d, 7, drawn.past.days) for d in range(SIZE)]
    return with_events(reading, [h.times for h in made], [h.classes for h in made])


def with_events(
    reading: FittedReading, times: list[np.ndarray], classes: list[np.ndarray]
) -> FittedReading:
    given = reading.draws
    offsets = np.concatenate([[0], np.cumsum([len(t) for t in times])])
    past = Past(
        given.past.start, given.past.end, offsets, np.concatenate(times), np.concatenate(classes),
        np.full(offsets[-1], -1), (), given.past.innovations,
    )  # fmt: skip
    return replace(reading, draws=replace(given, past=past))


def test_a_true_model_makes_histories_like_its_own(case: Case, true: FittedReading) -> None:
    """Each p is a mean over 60 draws of what is uniform over draws: sd 0.037, bounds of 4 sd."""
    found = posterior_predictive(case, true, seed=9)
    assert (found.draws, found.histories) == (SIZE, 2)
    assert found.capped < 0.05
    for row in found.discrepancies:
        if row.what != "listed events":  # these pasts list none
            assert abs(row.p - 0.5) < 0.15, row
        else:  # of those made the share that the draws' listing says, somewhat over half
            assert 0 < row.replicated.median < found.discrepancies[0].replicated.median
    assert all(week.inside > 0.7 for week in found.weekly)
    assert len(found.weeks) == 26


def test_a_process_that_makes_too_few_is_found_out(case: Case, true: FittedReading) -> None:
    """Thrice the events: more than a new history has in nearly every draw."""
    times, classes = [], []
    rng = np.random.default_rng(2)
    for d in range(SIZE):
        t, c, _ = true.draws.past.of(d)
        more = np.concatenate(
            [t, *(rng.uniform(true.draws.past.start, true.draws.past.end, len(t)) for _ in "12")]
        )
        order = np.argsort(more)
        times.append(more[order])
        classes.append(np.tile(c, 3)[order])
    found = posterior_predictive(case, with_events(true, times, classes), seed=9)
    p = {row.what: row.p for row in found.discrepancies if row.type == "raid"}
    assert p["events"] < 0.05
    assert p["weeks without any"] > 0.9


def test_totals_are_replicated_with_their_errors(case: Case, true: FittedReading) -> None:
    found = posterior_predictive(case, true, seed=9, draws=20)
    assert {t.series for t in found.totals} == {"raids_ministry"}
    for total in found.totals:
        assert total.value > 0
        assert total.replicated.low >= 0
        made = total.replicated
        assert (total.p > 0.5) == (made.median > total.value) or made.median == total.value


def test_the_same_seed_gives_the_same_numbers(case: Case, true: FittedReading) -> None:
    one, other = (posterior_predictive(case, true, seed=3, draws=5) for _ in range(2))
    assert one.discrepancies == other.discrepancies
    assert one.totals == other.totals
    assert one.discrepancies != posterior_predictive(case, true, seed=4, draws=5).discrepancies


def test_no_draws_are_refused(case: Case, true: FittedReading) -> None:
    with pytest.raises(InputError, match="at least one draw"):
        posterior_predictive(case, true, seed=3, draws=0)


# --- the window as a start ------------------------------------------------------------------------


def test_the_window_starts_empty_and_holds_switches(case: Case, true: FittedReading) -> None:
    flagship = load_case("baghdad-2024")
    model = compile_model(flagship, "no_view", draws=3, seed=1, from_window_start=True)
    (start,), (world,) = model.starts, model.worlds
    assert (start.mass.any(), start.u.any(), world.id) == (False, False, WINDOW)
    assert world.from_day == start.day < flagship.as_of_day
    rows = world.rows
    assert (rows.row_op == PIN).all()
    assert ((rows.row_day >= start.day) & (rows.row_day < flagship.as_of_day)).all()
    switches = [i for i, f in enumerate(flagship.factors.values()) if f.is_switch]
    assert set(rows.row_target[rows.row_day == start.day]) == set(switches)
    war = list(flagship.factors).index("gaza_war")
    known = flagship.factors["gaza_war"]
    own = rows.row_target == war
    assert own.sum() >= 3  # before the truce, in it, after it
    epoch = dt.date(1970, 1, 1)
    for day, value in zip(rows.row_day[own].tolist(), rows.row_value[:, own].T, strict=True):
        state = state_on(known, epoch + dt.timedelta(days=day))
        low, _, high = known.states[state]
        assert state != state_on(known, epoch + dt.timedelta(days=day - 1)) or day == start.day
        if low == high:
            assert (value == low).all()
    assert not model.draws.sr_chance.any()
    assert not model.draws.de_chance.any()
    levels = [i for i, f in enumerate(flagship.factors.values()) if not f.is_switch]
    assert np.array_equal(start.z[:, levels], model.draws.z_ref[:, levels])


def test_what_ifs_do_not_start_there(case: Case) -> None:
    with pytest.raises(CaseError, match="do not start at the window's first day"):
        compile_model(case, "no_view", draws=2, seed=1, worlds=["baseline"], from_window_start=True)
