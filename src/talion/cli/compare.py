"""`talion what-if`: worlds compared with one in which nothing is done, day by day coupled.

The histories of two worlds share every random number that both use, so a difference is what the
intervention did and not chance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from talion.cli.lines import columns, day_in_words, heading, say, sentence, width
from talion.cli.progress import Progress
from talion.cli.sizes import Sizes
from talion.errors import CaseError, InputError

if TYPE_CHECKING:
    from talion.judge.estimate import Effect
    from talion.model.case import Case
    from talion.model.measure import Measure, MeasurePlan
    from talion.simulate.ensemble import Ensemble

__all__ = ["Asked", "compare", "parse_request"]

DAYS = (30, 90, 180, 365)
LATEST = 5 * 366  # days after as_of: a simulation that far says nothing of the case any more


@dataclass(frozen=True)
class Asked:
    """One what-if as asked for.

    Attributes:
        key: the world's name in this comparison.
        name: the what-if of the case.
        begins: first day on which it acts, as days since 1970.
        shift: days by which that differs from the case's own date.
        against: the world in which nothing is done, with the same past.
    """

    key: str
    name: str
    begins: int
    shift: int
    against: str


def parse_request(case: Case, text: str) -> Asked:
    """Read `NAME` or `NAME@DATE`.

    Raises:
        CaseError: no such what-if. InputError: no such day, or one outside the simulation.
    """
    name, at, date = text.partition("@")
    if name not in case.what_ifs:
        listed = ", ".join(case.what_ifs) or "none"
        raise CaseError("the case has no such what-if", value=name, remedy=f"there are: {listed}")
    usual = case.what_if_day(name)
    begins = _day(case, name, date) if at else usual
    first = case.start_day(name)
    against = "baseline" if first == case.as_of_day else f"nothing done from day {first}"
    return Asked(text, name, begins, begins - usual, against)


def _day(case: Case, name: str, date: str) -> int:
    from talion.model.case import EPOCH, day_number

    place = f"{name}@{date}"
    try:
        day = day_number(dt.date.fromisoformat(date))
    except ValueError:
        raise InputError("not a date", place=place, value=date, remedy="write 2024-03-01") from None
    first, last = case.start_day(name), case.as_of_day + LATEST
    if not first <= day <= last:
        raise InputError(
            "outside what is simulated",
            place=place,
            value=date,
            remedy=f"choose a day from {EPOCH + dt.timedelta(days=first)} to "
            f"{EPOCH + dt.timedelta(days=last)}",
        )
    return day


def compare(name: str, requests: tuple[str, ...], sizes: Sizes, *, reading: str) -> None:
    """Simulate the baseline and what-ifs of a case and print the differences.

    Raises:
        TalionError: the case, a what-if, a date or the reading is not what it should be.
    """
    from talion.cli.check import refuse_faults
    from talion.model.case import load_case
    from talion.model.reading import READINGS

    case = load_case(name)
    asked = tuple(parse_request(case, text) for text in dict.fromkeys(requests))
    if reading not in READINGS:
        remedy = f"use one of: {', '.join(READINGS)}"
        raise InputError("no such reading", place="--reading", value=reading, remedy=remedy)
    refuse_faults(case)
    case = _with_worlds(case, asked)
    ensemble = _simulate(case, asked, sizes, reading)
    say(_report(case, asked, sizes, reading, ensemble))


def _with_worlds(case: Case, asked: Iterable[Asked]) -> Case:
    """Return the case with a what-if for each request, and a world of no action for each replay."""
    worlds = dict(case.what_ifs)
    for request in asked:
        stated = case.what_ifs[request.name]
        worlds[request.key] = stated
        if request.against != "baseline":
            worlds[request.against] = stated.model_copy(
                update={"do": (), "title": "nothing done", "from_": str(stated.history_until)}
            )
    return replace(case, document=case.document.model_copy(update={"what_ifs": worlds}))


def _plan(case: Case, asked: Iterable[Asked]) -> MeasurePlan:
    from talion.model.classes import series_classes
    from talion.model.measure import MeasurePlan

    measures = list(dict.fromkeys(m for a in asked for m in _measures(case, a)))
    series = {name: series_classes(case.document, name) for name in (*case.events, *case.series)}
    ends: dict[str, int] = {}
    for measure in measures:
        ends[measure.world] = max(ends.get(measure.world, 0), measure.end)
    return MeasurePlan(tuple(measures), series, (), ends)


def _measures(case: Case, asked: Asked) -> Iterator[Measure]:
    for world in (asked.key, asked.against):
        for subject in (*case.events, *case.series, *_levels(case)):
            for days in DAYS:
                yield _measure(case, world, subject, asked.begins, days)


def _measure(case: Case, world: str, subject: str, begins: int, days: int) -> Measure:
    from talion.model.measure import Measure, Op

    end = begins + days
    if subject in case.factors:
        return Measure(Op.LEVEL, world, factor=subject, start=end, end=end + 1)
    return Measure(Op.COUNT, world, series=subject, start=begins, end=end)


def _levels(case: Case) -> list[str]:
    return [n for n, f in case.factors.items() if not f.is_switch and f.kind != "latent"]


def _simulate(case: Case, asked: tuple[Asked, ...], sizes: Sizes, reading: str) -> Ensemble:
    from talion.model.compile import compile_model
    from talion.simulate.ensemble import simulate_ensemble

    worlds = dict.fromkeys(w for a in asked for w in (a.against, a.key))
    shifts = {a.key: a.shift for a in asked}
    model = compile_model(
        case, reading, draws=sizes.draws, seed=sizes.seed, worlds=tuple(worlds), shifts=shifts
    )
    with Progress("simulating") as progress:
        return simulate_ensemble(
            model,
            _plan(case, asked),
            histories=sizes.histories,
            workers=sizes.workers,
            progress=progress,
        )


def _report(
    case: Case, asked: Iterable[Asked], sizes: Sizes, reading: str, ensemble: Ensemble
) -> Iterator[str]:
    from talion.model.reading import READINGS

    yield case.title
    yield from sentence(
        f"Reading {READINGS[reading].title.lower()}: {READINGS[reading].says}. Mean difference from "
        f"nothing done and, in brackets, its 80 % interval over {sizes.draws} draws of "
        f"{sizes.histories} histories (seed {sizes.seed}). The last column: {DAYS[-1]} days with "
        "nothing done. A model's output, not a forecast."
    )
    for request in asked:
        yield from _table(case, request, ensemble)


def _table(case: Case, asked: Asked, ensemble: Ensemble) -> Iterator[str]:
    from talion.model.case import EPOCH

    what_if = case.what_ifs[asked.name]
    begins = day_in_words(EPOCH + dt.timedelta(days=asked.begins))
    yield from heading(f"{what_if.title or asked.name} ({asked.name}), from {begins}")
    head = (*(f"{days} days" for days in DAYS), "nothing done")
    same: list[str] = []
    for what, subjects in (
        ("events within", (*case.events, *case.series)),
        ("level after", _levels(case)),
    ):
        rows = {name: _row(case, asked, name, ensemble) for name in subjects}
        moved = [row for row in rows.values() if set(row[1:-1]) != {"0"}]
        same += [_title(case, name) for name, row in rows.items() if row not in moved]
        if moved:
            yield from columns([(what, *head), *moved], numbers_from=1)
    if same:
        yield from sentence(f"No difference in any history: {'; '.join(same)}.")
        yield from sentence(_left_out(case, asked.name, ensemble.reading, same))
    for world in (asked.key, asked.against):
        if share := ensemble.capped_share(world):
            yield from sentence(
                f"{100 * share:.1f} % of the histories of {world} reached {ensemble.event_cap:,} events "
                "and were stopped; they are left out where they had not come so far"
            )


def _left_out(case: Case, world: str, reading: str, same: Sequence[str]) -> str:
    """Say which links could have made a difference, had this reading taken them; "" for none."""
    from talion.model.reading import READINGS

    acted = {operation.subject for operation in case.what_ifs[world].do}
    left = dict.fromkeys(
        arrow.link
        for arrow in case.arrows
        if case.links[arrow.link].origin not in (*READINGS[reading].origins, "nobody")
        and arrow.cause in acted
        and _title(case, arrow.effect) in same
    )
    if not left:
        return ""
    return (
        f"This reading leaves out {', '.join(left)}, of which the brief says nothing; "
        "`--reading as_written_ours` takes all that state a direction."
    )


def _row(case: Case, asked: Asked, subject: str, ensemble: Ensemble) -> tuple[str, ...]:
    import numpy as np

    cells = []
    for days in DAYS:
        first, second = (
            ensemble.measure(
                ensemble.plan.measures.index(_measure(case, world, subject, asked.begins, days))
            ).astype(np.float64)
            for world in (asked.key, asked.against)
        )
        cells.append(_cell(_effect(first, second)))
    known = second[np.isfinite(second)]
    usual = _number(float(known.mean())) if known.size else "-"
    return (_label(case, subject), *cells, usual)


def _effect(first: object, second: object) -> Effect | None:
    import numpy as np

    from talion.judge.estimate import effect_draws, summarise_effect

    a, b = np.asarray(first), np.asarray(second)
    psi, _, noise = effect_draws(a, b, relative=False)
    return summarise_effect(psi, np.zeros(psi.shape, dtype=np.bool_), "", 0.0, noise)


def _cell(effect: Effect | None) -> str:
    if effect is None:
        return "not known"
    if effect.mean == effect.low == effect.high == 0:
        return "0"
    mean, low, high = map(_signed, (effect.mean, effect.low, effect.high))
    return "about 0" if mean == low == high == "0" else f"{mean} [{low}, {high}]"


def _signed(value: float) -> str:
    """Return a number with its sign, a decimal where it is small.

    >>> _signed(-0.04), _signed(3.14), _signed(-120.4)
    ('0', '+3.1', '-120')
    """
    text = f"{value:+.1f}" if abs(value) < 9.95 else f"{value:+.0f}"
    return "0" if float(text) == 0 else text


def _number(value: float) -> str:
    return f"{value:.1f}" if abs(value) < 9.95 else f"{value:.0f}"


def _title(case: Case, name: str) -> str:
    if name in case.factors:
        return case.factors[name].title or name.replace("_", " ")
    return case.events[name].title if name in case.events else name.replace("_", " ")


def _label(case: Case, name: str) -> str:
    """Return the title, or the id where a line has no room for it."""
    title = _title(case, name)
    return title if len(title) <= max(20, width() - 80) else name
