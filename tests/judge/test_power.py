"""Power and coverage of a record: the right truths, the right records, the right counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from judge.two_types import TEXT, row, two_types
from talion.errors import FitError, InputError
from talion.fit.case.fit import fit_case
from talion.fit.case.observe import Window, simulated_record
from talion.fit.case.result import CaseFit
from talion.fit.case.selection import LinkPower, Rate
from talion.fit.case.signs import found_sizes
from talion.fit.case.specification import problem_of
from talion.judge import power
from talion.judge.power import drawn_truth, null_arrows, power_of, simulated_window
from talion.model.case import Case, day_number, parse_case
from talion.record.event import Absence, Count, Coverage

STRONG, WEAK = "S1/raid>reply", "W1/reply>raid"


@pytest.fixture(scope="module")
def case() -> Case:
    return two_types()


@pytest.fixture(scope="module")
def fit(case: Case) -> CaseFit:
    return fit_case(case, seed=1, chains=2, sweeps=300, variants=())


def of(links: Sequence[LinkPower], arrow: str) -> LinkPower:
    return next(link for link in links if link.arrow == arrow)


# --- truths ---------------------------------------------------------------------------------------


def test_truths_have_fair_signs_and_sizes_of_the_prior(case: Case, fit: CaseFit) -> None:
    """Not those of the posterior, in which the strong link's share is well known.

    Over 150 truths the share of positive signs lies within 4 sd (.16) of one half, and the mean and
    sd of the scores of the strength within .33 of 0 and .23 of 1 (4 sd each).
    """
    rng = np.random.default_rng(4)
    truths = [drawn_truth(case, fit.main, rng, null=False) for _ in range(150)]
    for arrow in (STRONG, WEAK):
        assert abs(np.mean([t.draws.signs[arrow][0] > 0 for t in truths]) - 0.5) < 0.16
    scores = np.array([t.draws.scores[f"{STRONG}/share"][0] for t in truths])
    assert abs(scores.mean()) < 0.33
    assert abs(scores.std() - 1) < 0.23
    usual = fit.main.draws.scores["usual/raid"]
    assert all(t.draws.scores["usual/raid"][0] in usual for t in truths)


def test_where_nothing_is_to_be_found_links_into_assaults_do_not_act(
    case: Case, fit: CaseFit
) -> None:
    assert null_arrows(case) == {STRONG, WEAK}
    truth = drawn_truth(case, fit.main, np.random.default_rng(1), null=True)
    assert set(found_sizes(case, truth.draws)) == {"L1/mood>raid", "L1/mood>reply"}
    assert {a.name for a in truth.case.arrows} == {"L1/mood>raid", "L1/mood>reply"}


def test_a_simulated_window_follows_its_truth(case: Case, fit: CaseFit) -> None:
    """A reply answers a raid where the link raises: more replies in the day after a raid.

    With a share of .69 of 14 replies for 12 raids and a half-life of 2 days, .69 x 14/12 x (1 -
    2^-1/2) = .24 more for each raid; at least half of that is asked of 60 windows of each kind.
    """

    def near(null: bool) -> float:
        rng, found = np.random.default_rng(8), []
        for seed in range(60):
            truth = drawn_truth(case, fit.main, rng, null=null)
            draws = truth.draws
            if not null:
                signs = {name: np.ones(1) for name in draws.signs}
                scores = dict(draws.scores) | {f"{STRONG}/share": np.array([1.0])}
                truth = replace(truth, draws=replace(draws, signs=signs, scores=scores))
            window = simulated_window(truth, seed, 2000)
            assert window is not None
            assert window.times.min() >= day_number(case.document.history_from)  # type: ignore[arg-type]
            raids, replies = (window.times[window.classes == c] for c in (0, 1))
            gaps = replies[:, None] - raids[None, :]
            found.append(((gaps > 0) & (gaps < 1)).sum() / max(len(raids), 1))
        return float(np.mean(found))

    assert near(null=False) > near(null=True) + 0.12


def test_too_many_events_are_no_window(case: Case, fit: CaseFit) -> None:
    truth = drawn_truth(case, fit.main, np.random.default_rng(1), null=False)
    assert simulated_window(truth, 1, 5) is None


# --- records --------------------------------------------------------------------------------------

SEEN = TEXT.replace(
    "usual: [8, 12, 16]}",
    "usual: [8, 12, 16], totals: press, listing: {share: [40, 60, 80]},\n"
    "    marks: {lethal: {'yes': [5, 10, 20], 'no': 90}}, row_marks: {lethal: deaths}}",
)


def seen_case() -> Case:
    """Raids with listing, totals and an absence; of every second row the harm is told."""
    from talion.record.event import Harm

    plain = two_types(text=TEXT)
    begin = day_number(plain.document.history_from)  # type: ignore[arg-type]
    rows = tuple(
        replace(e, deaths=Harm(best=0)) if e.action == "raid" and i % 2 else e
        for i, e in enumerate(plain.record.events)
    )
    days = [row("x", "raid", begin + d).start for d in (40, 80, 100, 105)]
    counts = tuple(
        Count("press", "raid", "Press", "raids", plain.document.history_from, day, day, n)  # type: ignore[arg-type]
        for day, n in zip(days[:2], (30, 60), strict=True)
    )
    absences = (Absence("raid", days[2], days[3], "Press", 0.9, "log", days[3]),)
    record = replace(plain.record, events=rows, counts=counts, absences=absences)
    return parse_case(SEEN, "seen", record)


def test_the_record_is_made_by_the_observation_model() -> None:
    """At known parameters: 60 % listed, totals right up to their errors, half the harm untold."""
    case = seen_case()
    problem = problem_of(case)
    begin, rng = problem.arrays.start, np.random.default_rng(5)
    raid = [c.index for c in problem.classes if c.type == "raid"]
    times = begin + np.sort(rng.uniform(0, 90, 3000))
    window = Window(times, np.array(raid)[rng.integers(0, 2, 3000)], np.zeros((121, 3)))
    scores = dict.fromkeys(problem.parameters, 0.0)
    scores["fit/listing-harm/raid"] = -2.0 / 1.3 * 1.2815515655446004  # no log-odds for deaths
    scores |= {f"fit/listing-week/raid/{w + 1}": 0.0 for w in range(18)}
    made = simulated_record(problem, window, scores, rng)
    rows = [e for e in made.events if e.action == "raid"]
    assert abs(len(rows) / 3000 - 0.6) < 0.04  # 4 sd
    assert {day_number(e.start) for e in rows} <= set(np.floor(times).astype(int).tolist())
    told = [e for e in rows if e.deaths is not None]
    assert abs(len(told) / len(rows) - 0.5) < 0.06
    assert {e.deaths.best for e in told if e.deaths} == {0, 1}
    for count, day in zip(made.counts, (41, 81), strict=True):
        least = int((times < begin + day - 2).sum()) - 12
        assert least <= count.total <= int((times < begin + day).sum()) + 12
    assert len(made.absences) == 1  # nothing happened there
    assert [e for e in made.events if e.action == "storm"] == []


def test_a_departure_of_listing_and_attention_move_what_is_listed() -> None:
    case = seen_case()
    problem, rng = problem_of(case), np.random.default_rng(6)
    times = problem.arrays.start + np.sort(rng.uniform(0, 14, 4000))
    classes = np.full(
        4000, next(c.index for c in problem.classes if dict(c.marks).get("lethal") == "no")
    )
    attention = np.zeros((121, 3))
    attention[:7, 0] = 1.0
    scores = dict.fromkeys(problem.parameters, 0.0)
    weeks = {f"fit/listing-week/raid/{w + 1}": 0.0 for w in range(18)}
    made = simulated_record(problem, Window(times, classes, attention), scores | weeks, rng)
    first, second = _weekly(made, problem.arrays.start, times)
    assert abs(first - 1 / (1 + math.exp(-math.log(1.5) - 1))) < 0.05
    assert abs(second - 0.6) < 0.05
    weeks["fit/listing-week/raid/1"] = -1.0  # an sd of 1.2 at the likely value
    quiet = simulated_record(problem, Window(times, classes, 0 * attention), scores | weeks, rng)
    first, second = _weekly(quiet, problem.arrays.start, times)
    assert abs(first - 1 / (1 + math.exp(-math.log(1.5) + 1.2))) < 0.05
    assert second > first + 0.03  # the next week has most of the departure still


def _weekly(record: Any, start: int, times: Any) -> tuple[float, float]:
    days = np.array([day_number(e.start) - start for e in record.events if e.action == "raid"])
    week = (times - start) // 7
    return tuple(float((days // 7 == w).sum() / (week == w).sum()) for w in (0, 1))  # type: ignore[return-value]


def test_an_absence_that_is_wrong_is_seldom_stated() -> None:
    """Reliability .6: in 40 % of 400 windows with one event, 16 % with two; 4 sd are 10 and 8 %."""
    case, rng = seen_case(), np.random.default_rng(7)
    absences = tuple(replace(a, reliability=0.6) for a in case.record.absences)
    problem = problem_of(replace(case, record=replace(case.record, absences=absences)))
    for number, expected, off in ((1, 0.4, 0.1), (2, 0.16, 0.08)):
        times = problem.arrays.start + 102.5 + np.arange(number)
        window = Window(times, np.zeros(number, np.int64), np.zeros((121, 3)))
        made = [len(simulated_record(problem, window, {}, rng).absences) for _ in range(400)]
        assert abs(np.mean(made) - expected) < off


def test_a_lower_bound_is_never_above_the_number() -> None:
    case = seen_case()
    counts = tuple(replace(c, lower_bound=True) for c in case.record.counts)
    problem = problem_of(replace(case, record=replace(case.record, counts=counts)))
    rng, times = np.random.default_rng(9), problem_of(case).arrays.start + np.linspace(0, 30, 50)
    window = Window(times, np.zeros(50, np.int64), np.zeros((121, 3)))
    made = [c.total for _ in range(50) for c in simulated_record(problem, window, {}, rng).counts]
    assert max(made) == 50
    assert min(made) < 50


# --- the study ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def study(case: Case, fit: CaseFit) -> power.PowerStudy:
    return power_of(case, fit, replicates=24, seed=11, sweeps=200, burn=100, keep_partial=False)


def test_a_strong_link_could_have_been_shown_and_a_weak_one_not(study: power.PowerStudy) -> None:
    """Of 12 replicates with links. A true power of .8 for the strong link gives at least 6 of 12 in
    99.6 % of runs; one of .2 for the weak link fewer than 6 in 98 %."""
    assert (study.replicates, study.null, study.failed) == (24, 12, 0)
    strong, weak = of(study.links, STRONG), of(study.links, WEAK)
    assert strong.power.of == weak.power.of == strong.false.of == 12
    assert strong.power.share >= 0.5
    assert strong.sentence == "this record could have shown it"
    assert strong.wrong.share <= 0.25
    assert strong.coverage.share >= 0.5
    assert weak.power.share < 0.5
    assert weak.sentence == "this record could not have shown it"
    assert strong.power_raises.of + strong.power_lowers.of == 12
    assert of(study.links, "L1/mood>raid").power.of == 24  # escalation acts in every replicate
    assert of(study.links, "L1/mood>raid").false.of == 0


def test_numbers_do_not_depend_on_workers_and_a_stopped_study_goes_on(
    case: Case, fit: CaseFit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: dict[str, Any] = {"seed": 3, "sweeps": 60, "burn": 20}
    alone = power_of(case, fit, replicates=3, workers=1, keep_partial=False, **sizes)
    monkeypatch.setattr("talion.fit.case.partial.user_cache", lambda: tmp_path)
    replicate, done = power._Job.replicate, list[int]()

    def counted(job: power._Job, number: int) -> dict[str, Any]:
        if number == 2 and not done[2:]:
            done.append(number)
            raise KeyboardInterrupt
        done.append(number)
        return replicate(job, number)

    monkeypatch.setattr(power._Job, "replicate", counted)
    with pytest.raises(KeyboardInterrupt):
        power_of(case, fit, replicates=3, workers=1, **sizes)
    told: list[tuple[float, float]] = []
    again = power_of(
        case, fit, replicates=3, workers=2, progress=lambda n, of: told.append((n, of)), **sizes
    )
    assert done == [0, 1, 2, 2]
    assert again == alone
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_what_cannot_be_computed_is_refused_or_counted(
    case: Case, fit: CaseFit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="at least one replicate"):
        power_of(case, fit, replicates=0, seed=1)
    other = replace(case, record=replace(case.record, events=case.record.events[1:]))
    with pytest.raises(FitError, match="no fit of this case"):
        power_of(other, fit, replicates=1, seed=1)
    monkeypatch.setattr(power, "_EVENTS", 0)
    monkeypatch.setattr(power, "_LEAST_CAP", 1)
    with pytest.raises(FitError, match="no replicate could be computed"):
        power_of(case, fit, replicates=1, seed=1, keep_partial=False)


def test_counting_against_the_truth() -> None:
    arrow = two_types().arrows[0]
    table = [
        [0.5, 0.9, 0.1, 0.6],  # raises, seen to, covered
        [0.5, 0.5, -0.2, 0.4],  # raises, not seen, not covered
        [0.5, 0.1, -0.9, -0.1],  # raises, seen to lower
        [-0.3, 0.2, -0.4, 0.1],  # lowers, seen to: exactly .80
        [0.0, 0.95, 0.2, 0.5],  # nothing there, seen to raise
        [0.0, 0.4, -0.2, 0.2],
    ]  # fmt: skip
    found = power._link_power(arrow, [{"arrows": {arrow.name: line}} for line in table])
    assert found.power_raises == Rate(1, 3)
    assert found.power_lowers == Rate(1, 1)
    assert found.wrong == Rate(1, 4)
    assert found.coverage == Rate(2, 4)
    assert found.false == Rate(1, 2)
    assert found.power == Rate(2, 4)
    assert found.sentence == "this record could have shown it"


def test_a_type_that_is_never_listed_is_still_explained(case: Case, fit: CaseFit) -> None:
    """No row in a simulated record says that there were few, and not that nobody looked."""
    rows = tuple(e for e in case.record.events if e.action != "reply")
    silent = replace(case, record=replace(case.record, events=rows))
    assert "reply" not in problem_of(silent).record.types
    assert power._Job(case, fit, 1, 2, 60, 20).options.explained == ("raid", "reply", "storm")
    from talion.fit.case.options import Options

    assert "reply" in problem_of(silent, Options(explained=("reply",))).record.types


def test_coverage_words_do_not_matter_to_a_record_made_anew() -> None:
    """Rows outside the window and other parts of the record stay."""
    case = seen_case()
    covered = replace(case.record, coverage=(Coverage("reply", *case.record.period, "partial"),))
    problem = problem_of(replace(case, record=covered))
    none = Window(np.zeros(0), np.zeros(0, np.int64), np.zeros((121, 3)))
    made = simulated_record(problem, none, {}, np.random.default_rng(1))
    assert made.coverage == covered.coverage
    assert made.events == ()


def test_rows_that_stay_follow_none_that_is_gone() -> None:
    """Neither do the reports they were merged from: a record is taken apart again later."""
    case = two_types()
    first = case.record.events[0]
    day = day_number(first.start)
    told = replace(row("note-1", "note", day), after=first.id)
    merged = replace(row("note", "note", day), after=first.id, reports=(told,))
    record = replace(case.record, events=(*case.record.events, merged))
    problem = problem_of(replace(case, record=record))
    none = Window(np.zeros(0), np.zeros(0, np.int64), np.zeros((121, 3)))
    made = simulated_record(problem, none, {}, np.random.default_rng(1))
    assert [e.id for e in made.unmerged().events] == ["note-1"]
    assert made.events[0].after is None
