"""The run-in: the past's events and noise taken through memory and factors, up to a start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import CaseError
from talion.model.classes import SourceClass
from talion.model.compile_events import Channel, EventLinks
from talion.model.compile_factors import FactorLink, FactorNumbers, factor_range, state_on
from talion.model.compiled import Start
from talion.model.history import DailyHistory, history_start, silent_types
from talion.model.past import DAYS_PER_TICK, Past
from talion.model.schema import AfterState, CaseDocument
from talion.record.record import Record

__all__ = [
    "RunIn",
    "level_path",
    "pending_changes",
    "run_in_of_past",
    "run_in_of_record",
    "start_state",
]

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class RunIn:
    """What acts on memory and factors from the first day of the past to a start.

    Attributes:
        first_day: absolute day number.
        expected: (days, S) expected events a day that all draws share.
        steady: (D, S) events a day at which silent types run in each draw.
        past: events and innovations of at least D draws over those days; None without a fit.
    """

    first_day: int
    expected: F8
    steady: F8
    past: Past | None = None

    @property
    def days(self) -> int:
        """Whole days run through."""
        return len(self.expected)


def run_in_of_record(
    history: DailyHistory, usual_by_class: F8, classes: Sequence[SourceClass]
) -> RunIn:
    """Return the run-in by the rule of `talion.model.history`, without a fit.

    Args:
        usual_by_class: usual rate of each class, events per day, (D, S).
    """
    return RunIn(history.first_day, history.mass, _steady(history.silent, usual_by_class, classes))


def run_in_of_past(
    case: CaseDocument,
    record: Record,
    past: Past,
    until: int,
    usual_by_class: F8,
    classes: Sequence[SourceClass],
) -> RunIn:
    """Return the run-in along the posterior's past, up to the midnight of `until`.

    A type without a recorded row and without any event in the past, in all draws and days, stays
    at its usual rate; of every other type the past tells all events.

    Raises:
        CaseError: the past is of another window, or of other classes or factors, than the case.
    """
    window = (history_start(case), (case.as_of - _EPOCH).days)
    if (past.start, past.end) != window:
        raise CaseError(
            f"the past must reach from day {window[0]} to day {window[1]}",
            place="past",
            value=(past.start, past.end),
            remedy="fit this case again",
        )
    past.check_classes(len(classes))
    for name in past.innovations:
        if name not in case.factors or case.factors[name].is_switch:
            raise CaseError(
                "only levels and latent factors have innovations",
                place="past.innovations",
                value=name,
                remedy="fit this case again",
            )
    told = {classes[c].type for c in np.unique(past.classes)}
    silent = [name for name in silent_types(case, record) if name not in told]
    return RunIn(
        past.start,
        np.zeros((until - past.start, len(classes))),
        _steady(silent, usual_by_class, classes),
        past.first(len(usual_by_class)).before(until),
    )


def _steady(silent: Sequence[str], usual: F8, classes: Sequence[SourceClass]) -> F8:
    return np.asarray(usual * np.array([c.type in silent for c in classes]))


def start_state(
    case: CaseDocument,
    day: int,
    run_in: RunIn,
    links: EventLinks,
    tables: dict[str, list[FactorLink]],
    numbers: FactorNumbers,
    timer: F8,
    timer_value: F8,
) -> Start:
    """Run the past's days through memory and factors up to the midnight of the start.

    Args:
        day: the start, absolute day number.
        run_in: what happened until then.
        links: half-lives and channels; `u` is in the order of the channels.
        timer, timer_value: pending changes of switches, (D, F).
    """
    for z in _midnights(case, run_in, tables, numbers):
        last = z
    latent_sd = numbers.latent_sd.copy()
    if run_in.past is not None:
        latent_sd[:, [list(case.factors).index(name) for name in run_in.past.innovations]] = 0.0
    return Start(
        day=day,
        mass=_memory(run_in, links.half_lives),
        u=_suppression(run_in, links),
        z=np.ascontiguousarray(last),
        latent_sd=latent_sd,
        timer_half_life=timer,
        timer_value=timer_value,
    )


def level_path(
    case: CaseDocument,
    run_in: RunIn,
    tables: dict[str, list[FactorLink]],
    numbers: FactorNumbers,
) -> F8:
    """Return every factor at every midnight of the past, after the tick, (D, days + 1, F).

    The order is the simulator's. Within a day each event adds its jumps, clipped to the range. At
    the midnight that ends it switches take the new day's value; then every level and every latent
    factor with given innovations moves,

        z <- z + (goal(z) - z) pull + noise x innovation,

    with z the jumps included and the last term at days divisible by 7 only, clipped to the range.
    """
    return np.stack([z.copy() for z in _midnights(case, run_in, tables, numbers)], axis=1)


def _spread_over_draws(run_in: RunIn) -> F8:
    """Return fractional events by draw, (D or 1, days, S).

    Without a fit memory holds the mean over draws of what silent types bring; with one each draw
    holds its own.
    """
    steady = run_in.steady
    if run_in.past is None:
        steady = steady.mean(axis=0, keepdims=True)
    return np.asarray(run_in.expected[None] + steady[:, None])


def _memory(run_in: RunIn, half_lives: Sequence[float]) -> F8:
    """Return sum of 2^(-age/h) over events by draw, class and half-life, (D, S, H)."""
    draws, classes = run_in.steady.shape
    age = np.arange(run_in.days, 0, -1) - 0.5  # days from noon to the start
    spread = _spread_over_draws(run_in)
    out = np.zeros((draws, classes, len(half_lives)))
    for i, half_life in enumerate(half_lives):
        out[:, :, i] = (spread * 2.0 ** (-age / half_life)[:, None]).sum(axis=1)
    if run_in.past is not None:
        past = run_in.past
        cell = past.draw_of() * classes + past.classes
        for i, half_life in enumerate(half_lives):
            left = 2.0 ** (-(past.end - past.times) / half_life)
            summed = np.bincount(cell, weights=left, minlength=draws * classes)
            out[:, :, i] += summed.reshape(draws, classes)
    return out


def _suppression(run_in: RunIn, links: EventLinks) -> F8:
    """Return u of each channel at the start, (D, C)."""
    u = np.zeros((len(run_in.steady), len(links.channels)))
    spread = _spread_over_draws(run_in)
    for i, channel in enumerate(links.channels):
        half_life = links.half_lives[channel.half]
        amount = spread[:, :, list(channel.sources)].sum(axis=2)
        # A channel's sources are classes of one type, so it is fed by the past or at a steady rate.
        if run_in.past is None or amount.any():
            u[:, i] = _suppression_of_days(amount, channel.step, half_life)
        else:
            u[:, i] = _suppression_of_events(run_in.past, channel, half_life)
    return u


def _suppression_of_days(amount: F8, step: float, half_life: float) -> F8:
    """Return u by draw; a fraction f of an event, at noon, moves u by f (1 - u) step."""
    u = np.zeros(len(amount))
    fade = 2.0 ** (-0.5 / half_life)
    for day in amount.T:
        whole, part = np.divmod(day, 1.0)
        left = (1 - step) ** whole * (1 - step * part)
        u = (1 - (1 - u * fade) * left) * fade
    return u


def _suppression_of_events(past: Past, channel: Channel, half_life: float) -> F8:
    """Return u by draw, exactly.

    u <- u + (1 - u) step at an event is linear in u, so the start's u is the sum over events of
    step x (1 - step)^(events after it) x 2^(-age/h).
    """
    feeds = np.isin(past.classes, channel.sources)
    draw = past.draw_of()[feeds]
    number = np.bincount(draw, minlength=past.draws)
    later = np.cumsum(number)[draw] - 1 - np.arange(len(draw))
    faded = 2.0 ** (-(past.end - past.times[feeds]) / half_life)
    parts = channel.step * (1.0 - channel.step) ** later * faded
    return np.bincount(draw, weights=parts, minlength=past.draws).astype(np.float64)


def _midnights(
    case: CaseDocument,
    run_in: RunIn,
    tables: dict[str, list[FactorLink]],
    numbers: FactorNumbers,
) -> Iterator[F8]:
    """Yield the factors, (D, F), at each midnight of the run-in; the same array every time."""
    factors = list(case.factors.values())
    innovations = _innovations(case, run_in)
    low, high = np.array([factor_range(f) for f in factors]).reshape(-1, 2).T
    moves = np.array([not f.is_switch for f in factors], dtype=bool)
    low, high = np.where(moves, low, -np.inf), np.where(moves, high, np.inf)
    z = np.where([f.kind == "latent" or f.is_switch for f in factors], 0.0, numbers.reference)
    for column, values in innovations.items():
        if factors[column].kind == "latent":
            z[:, column] = numbers.latent_sd[:, column] * values[:, 0]
    jump = np.zeros((run_in.expected.shape[1], *z.shape))
    for entry in tables["jump"]:
        jump[entry.row, :, entry.column] += entry.value
    by_day = _jumping_events(run_in, jump)
    ticks = 0
    _set_switches(case, numbers, z, run_in.first_day)
    yield z
    for i in range(run_in.days):
        # What is spread over the day comes before its events; without a past all of it is spread.
        amount = run_in.expected[i] + run_in.steady
        z = np.clip(z + np.einsum("dc,cdf->df", amount, jump), low, high)
        for draws, classes in by_day.get(i, ()):
            z[draws] = np.clip(z[draws] + jump[classes, draws], low, high)
        today = run_in.first_day + i + 1
        _set_switches(case, numbers, z, today)
        goal = numbers.rest.copy()
        for entry in tables["input"]:
            away = z[:, entry.column] - numbers.reference[:, entry.column]
            goal[:, entry.row] += entry.value * away
        moved = z + (goal - z) * numbers.pull
        if today % DAYS_PER_TICK == 0:
            ticks += 1
            for column, values in innovations.items():
                moved[:, column] += numbers.noise[:, column] * values[:, ticks]
        z[:, moves] = np.clip(moved, low, high)[:, moves]
        yield z


def _innovations(case: CaseDocument, run_in: RunIn) -> dict[int, F8]:
    given = {} if run_in.past is None else run_in.past.innovations
    names = list(case.factors)
    return {names.index(name): values for name, values in given.items()}


def _jumping_events(run_in: RunIn, jump: F8) -> dict[int, list[tuple[I8, I8]]]:
    """Return day -> (draws, classes) of the events that move a level, one a draw, in order."""
    out: dict[int, list[tuple[I8, I8]]] = {}
    past = run_in.past
    if past is None:
        return out
    moving: NDArray[np.bool_] = np.asarray(jump.any(axis=(1, 2)))
    felt = moving[past.classes]
    draw, classes = past.draw_of()[felt], past.classes[felt]
    day = np.floor(past.times[felt]).astype(np.int64) - past.start
    cell = draw * (past.days + 1) + day
    begins = np.searchsorted(cell, cell)  # events are sorted by draw, then by time
    place = np.arange(len(cell)) - begins  # 0 for the first of its draw and day, then 1, ...
    order = np.lexsort((draw, place, day))
    cuts = np.flatnonzero((np.diff(day[order]) != 0) | (np.diff(place[order]) != 0)) + 1
    for group in np.split(order, cuts):
        if group.size:
            out.setdefault(int(day[group[0]]), []).append((draw[group], classes[group]))
    return out


def _set_switches(case: CaseDocument, numbers: FactorNumbers, z: F8, day: int) -> None:
    date = _EPOCH + dt.timedelta(days=day)
    for i, (name, factor) in enumerate(case.factors.items()):
        if factor.is_switch:
            z[:, i] = numbers.doses[name, state_on(factor, date)]


def pending_changes(
    case: CaseDocument, numbers: FactorNumbers, drawn: dict[str, F8]
) -> tuple[F8, F8]:
    """Return half-life and value of the changes that switches await, (draws, factors)."""
    half_life = np.zeros_like(numbers.rest)
    value = np.zeros_like(numbers.rest)
    for i, (name, factor) in enumerate(case.factors.items()):
        if isinstance(factor.then, AfterState):
            half_life[:, i] = drawn[name]
            value[:, i] = numbers.doses[name, factor.then.to]
    return half_life, value
