"""What is judged beside the simulation: the same as after it, whatever the workers, and never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from judge.crisis import crisis
from judge.prior_fit import Spoken, prior_fit
from talion.errors import CaseError
from talion.fit.case.result import CaseFit
from talion.judge import by_reading
from talion.judge.by_reading import answers_under
from talion.judge.parts import parts_of_case
from talion.judge.paths import SystemGraph
from talion.judge.results import RunResult
from talion.judge.run import judge_case
from talion.judge.simulated import simulate_readings

ARROW = "L1/attack>strike"
SOON = "kind: forecast, holds_if: {count: strike, from: as_of, to: as_of + 30 days, at_least: 4}"
CASE = crisis("rests", "fixed", "checked", extra={"soon": SOON})
SIZES = {"no_view": 60, "as_written": 60}
SEED = 7


def fitted() -> CaseFit:
    return prior_fit(CASE, says=Spoken({f"{ARROW}/share": 2.0}, {ARROW: 1}), draws=60)


def judged(workers: int | None) -> RunResult:
    return judge_case(
        CASE, fitted(), draws=60, histories=8, seed=SEED, workers=workers, readings=SIZES
    )


@pytest.fixture(scope="module")
def result() -> RunResult:
    return judged(workers=2)


def test_linchpins_boxes_signs_and_the_past_do_not_depend_on_the_workers(result: RunResult) -> None:
    one = judged(workers=1)
    for judgment, again in zip(result.judgments, one.judgments, strict=True):
        for part, other in zip(judgment.parts, again.parts, strict=True):
            assert part.linchpins == other.linchpins
            assert part.boxes == other.boxes
    assert one.watch == result.watch
    assert one.past_effects == result.past_effects
    parts = [part for judgment in result.judgments for part in judgment.parts]
    assert any(told.found for part in parts for told in part.linchpins.values())
    assert any(box is not None for part in parts for box in part.boxes.values())
    assert any(found.tried for found in result.watch)
    assert result.past_effects is not None


def test_beside_the_simulation_is_as_after_it(result: RunResult) -> None:
    """Everything of the run, against each reading asked by itself when all are simulated."""
    simulated = simulate_readings(CASE, fitted(), SIZES, 60, 8, SEED, 1, None)
    parts = parts_of_case(CASE)
    asked = 0
    for name, values in simulated.measured.items():
        alone = answers_under(SystemGraph(CASE), parts, values, simulated.drawn[name], SEED)
        for (judgment, part), answer in alone.items():
            found = next(p for p in result.judgment(judgment).parts if p.id == part)
            assert found.readings[name] == answer.outcome.share
            assert found.linchpins[name] == answer.linchpins
            assert found.boxes[name] == answer.box
            asked += 1
    put = [part for part in parts if part.test.kind != "record"]  # a count on it is not asked
    assert len(put) < len(parts)
    assert asked == 3 * len(put)


def test_nothing_is_watched_for_what_the_form_fixes(result: RunResult) -> None:
    whole = judge_case(CASE, draws=60, histories=8, seed=SEED)
    lists = {found.judgment: found for found in whole.watch}
    assert "the form of its test fixes the answer" in lists["fixed"].why_none
    assert not lists["fixed"].indicators
    assert "the form of its test" not in lists["soon"].why_none
    assert [found.judgment for found in result.watch] == list(CASE.judgments)


@pytest.mark.parametrize("where", ["answers_under", "watch_lists", "past_effects"])
def test_what_goes_wrong_beside_the_simulation_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def wrong(*_: object, **__: object) -> None:
        raise CaseError("something is wrong", place=where)

    monkeypatch.setattr(by_reading, where, wrong)
    with pytest.raises(CaseError, match=where):
        judge_case(CASE, fitted(), draws=60, histories=1, readings=SIZES)


@pytest.fixture
def pools(monkeypatch: pytest.MonkeyPatch) -> list[ThreadPoolExecutor]:
    made: list[ThreadPoolExecutor] = []

    def pool(workers: int, *, thread_name_prefix: str) -> ThreadPoolExecutor:
        made.append(ThreadPoolExecutor(workers, thread_name_prefix))
        return made[-1]

    monkeypatch.setattr(by_reading, "ThreadPoolExecutor", pool)
    return made


def test_a_run_that_is_stopped_leaves_no_thread(pools: list[ThreadPoolExecutor]) -> None:
    def stop(done: int, _: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge_case(CASE, fitted(), draws=60, histories=1, readings=SIZES, progress=stop)
    (pool,) = pools
    assert not any(thread.is_alive() for thread in pool._threads)
