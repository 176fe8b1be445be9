"""What one reading says of every test, found while the next readings are simulated.

A reading's answers, what they rest on and where they flip need its own histories alone; the questions
to the past need none, and what to watch needs three of the readings. All of it is numpy on one thread,
while the simulation's threads run compiled code, so nearly all of it costs no time of its own. Nothing
depends on which of them is first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from talion.judge.boxes import Bar, Box, bars_of
from talion.judge.indicators import WatchList, watch_lists
from talion.judge.linchpins import Linchpins
from talion.judge.parts import Part, parts_of_case
from talion.judge.past_effects import PastEffects, past_effects
from talion.judge.paths import SystemGraph, measured_by
from talion.judge.readings import WATCHED
from talion.judge.rests import Foundation
from talion.judge.tests import Measured, Outcome, evaluate
from talion.model.lexicon import read_word

if TYPE_CHECKING:
    from talion.fit.case.result import CaseFit
    from talion.judge.parameters import DrawnReading
    from talion.model.case import Case

__all__ = ["Answer", "Answers", "Beside", "answers_under", "bars_for"]


@dataclass(frozen=True, eq=False)
class Answer:
    """What one reading says of one test.

    Attributes:
        outcome: of the test.
        linchpins: what it rests on; None where no history can answer.
        box: where it flips; None where no such region can be shown.
    """

    outcome: Outcome
    linchpins: Linchpins | None
    box: Box | None


Answers = Mapping[tuple[str, str], Answer]
"""(judgment, part) -> answer; of simulated tests alone."""


def bars_for(case: Case, part: Part) -> tuple[Bar, ...]:
    """Return the bars of a part: the author's word speaks of the main test alone."""
    if part.id.partition("@")[0] != "main":
        return bars_of(None)
    return bars_of(read_word(case.judgments[part.judgment].word, case.document.lexicon).range)


def answers_under(
    graph: SystemGraph, parts: Sequence[Part], values: Measured, drawn: DrawnReading, seed: int
) -> Answers:
    """Return what a reading says of every simulated test.

    Args:
        graph: of the case.
        parts: of its judgments.
        values: the measures of the reading's histories.
        drawn: where its draws come from.
        seed: of the run.
    """
    case = graph.case
    foundation = Foundation.of(case, drawn, seed)
    found: dict[tuple[str, str], Answer] = {}
    for part in parts:
        if part.test.kind == "record":
            continue
        outcome = evaluate(part.test, part.setting, values)
        upstream = graph.upstream(measured_by(case, part.test))
        rests = foundation.under(upstream, outcome, bars_for(case, part))
        found[part.judgment, part.id] = Answer(outcome, *rests)
    return found


class Beside:
    """What is judged beside the simulation, on a thread of its own.

    Args:
        case: the case.
        graph: of it.
        readings: names of all that will be simulated.
        fit: whose past is asked, if there is one.
        draws, seed, workers: of the run.
    """

    def __init__(
        self,
        case: Case,
        graph: SystemGraph,
        readings: Sequence[str],
        fit: CaseFit | None,
        *,
        draws: int,
        seed: int,
        workers: int | None,
    ) -> None:
        self._case, self._graph, self._fit, self._seed = case, graph, fit, seed
        self._past = (draws, workers)
        self._parts = tuple(parts_of_case(case))
        self._watched = {name for name in WATCHED if name in readings}
        self._measured: dict[str, Measured] = {}
        self._answers: dict[str, Future[Answers]] = {}
        self._told: Future[PastEffects | None]
        self._watch: Future[tuple[WatchList, ...]] | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="talion-judge")

    def __enter__(self) -> Beside:
        """Begin with the questions to the past."""
        self._told = self._pool.submit(self._ask_past)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Leave no work behind; what has not begun is not begun any more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def take(self, name: str, values: Measured, drawn: DrawnReading) -> None:
        """Take a reading that has been simulated; raises what went wrong with an earlier one."""
        begun: list[Future[Any]] = [self._told, *self._answers.values()]
        for earlier in begun:
            if earlier.done():
                earlier.result()
        self._measured[name] = values
        self._answers[name] = self._pool.submit(
            answers_under, self._graph, self._parts, values, drawn, self._seed
        )
        if self._watch is None and self._watched <= self._measured.keys():
            self._watch = self._pool.submit(self._lists, dict(self._measured))

    def answers(self) -> dict[str, Answers]:
        """Return reading -> its answers, once they are there."""
        return {name: found.result() for name, found in self._answers.items()}

    def past(self) -> PastEffects | None:
        """Return what the past owes to what, once it is there; None without a fit."""
        return self._told.result()

    def watch(self) -> tuple[WatchList, ...]:
        """Return what to watch for each judgment, once it is there."""
        return () if self._watch is None else self._watch.result()

    def _ask_past(self) -> PastEffects | None:
        draws, workers = self._past
        if self._fit is None:
            return None
        return past_effects(self._case, self._fit, draws=draws, seed=self._seed, workers=workers)

    def _lists(self, measured: Mapping[str, Measured]) -> tuple[WatchList, ...]:
        return watch_lists(self._case, measured, self._fit, seed=self._seed)
