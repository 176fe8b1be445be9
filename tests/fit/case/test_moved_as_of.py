"""The built-in case two weeks on: what was published later does not upset the sampler."""

from __future__ import annotations

import csv
import datetime as dt
import shutil

import numpy as np
import pytest

from talion.fit.case.sampler import sample_reading
from talion.fit.case.specification import problem_of
from talion.model.case import day_number, load_case

TABLES = ("events", "totals", "absences", "evidence", "conflicts", "coverage", "sources")


def with_outcomes(folder):
    """Append the rows of the outcomes to the record's tables."""
    for table in TABLES:
        later = folder / ("outcomes.csv" if table == "events" else f"outcomes_{table}.csv")
        if not later.exists():
            continue
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with later.open(encoding="utf-8", newline="") as file:
            more = list(csv.DictReader(file))
        known = {row.get("id") for row in rows if "id" in row}
        more = [row for row in more if row.get("id") not in known or "id" not in row]
        if table == "coverage":  # one row states the period
            (period,) = [row for row in rows if row["of"] == "*"]
            (later_period,) = [row for row in more if row["of"] == "*"]
            period["end"] = later_period["end"]
            more.remove(later_period)
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows([*rows, *more])
        later.unlink()


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """The case as of 27 February 2024."""
    built_in = load_case("baghdad-2024")
    folder = tmp_path_factory.mktemp("moved") / "baghdad_2024"
    shutil.copytree(built_in.path.parent, folder)
    with_outcomes(folder)
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    assert text.count("as_of: 2024-02-13\n") == 1
    text = text.replace("as_of: 2024-02-13\n", "as_of: 2024-02-27\n")
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    case = load_case(folder)
    assert case.as_of == dt.date(2024, 2, 27)
    assert len(case.record.absences) > len(built_in.record.absences)
    return case


def numbers(fit, problem, first, last):
    """[N] attacks in draws from one day to another, and of them those with a row."""
    past = fit.draws.past
    attack = list(problem.case.events).index("attack")
    own = problem.arrays.class_type[past.classes] == attack
    own &= (past.times >= day_number(first)) & (past.times < day_number(last) + 1)
    every = np.bincount(past.draw_of()[own], minlength=past.draws)
    listed = np.bincount(past.draw_of()[own & (past.rows >= 0)], minlength=past.draws)
    return every, listed


@pytest.fixture(scope="module")
def fitted(moved):
    """A short fit; what is asked of it below holds by wide margins or not at all."""
    problem = problem_of(moved)
    return problem, sample_reading(problem, seed=2, chains=2, sweeps=200, burn=200, keep=40)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_rise_of_nothing_against_three_rows_is_no_obstacle(fitted):
    """The total of 7 to 8 December rose by nothing where three rows stand: all rows are kept."""
    problem, fit = fitted
    assert np.isfinite(fit.log_likelihood).all()
    every, listed = numbers(fit, problem, dt.date(2023, 12, 7), dt.date(2023, 12, 8))
    assert (every >= listed).all()
    assert listed.min() >= 1
    rows = set(range(len(problem.record.rows)))
    for draw in range(fit.size):
        assert set(fit.draws.past.of(draw)[2].tolist()) >= rows


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_lull_of_february_leaves_little_unlisted(fitted):
    """At most two attacks of 10 to 20 February beyond the dated rows."""
    problem, fit = fitted
    every, listed = numbers(fit, problem, dt.date(2024, 2, 10), dt.date(2024, 2, 20))
    assert (every - listed).mean() <= 2.0
