"""From a case and a reading to the arrays that are simulated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talion.errors import CaseError
from talion.model.bands import bands
from talion.model.case import Case
from talion.model.classes import SourceClass, classes_of, matching
from talion.model.compile_decisions import decision_numbers
from talion.model.compile_events import (
    DAYS_PER_MONTH,
    EventLinks,
    background_rates,
    class_weights,
    event_links,
    usual_by_class,
    usual_rates,
)
from talion.model.compile_factors import (
    FactorLink,
    factor_links,
    factor_numbers,
    factor_range,
    settle_rests,
)
from talion.model.compile_window import (
    WINDOW,
    acting_arrows,
    window_rows,
    window_start,
    without_choices,
)
from talion.model.compile_worlds import world_rows
from talion.model.compiled import NO_LISTING, CompiledModel, Draws, Start, Structure, WorldSpec
from talion.model.history import daily_history, history_start
from talion.model.past import Past
from talion.model.posterior import ChosenDraws, PosteriorDraws, PosteriorSampler
from talion.model.reading import READINGS, Reading
from talion.model.run_in import (
    RunIn,
    level_path,
    pending_changes,
    run_in_of_past,
    run_in_of_record,
    start_state,
)
from talion.model.sampling import Sampler, columns, name_hash
from talion.model.schema import AfterState, CaseDocument

__all__ = ["compile_model", "parameter_names", "past_levels"]

FLOORED_WORTH_SAYING = 0.1  # share of draws in which links claim more than 98 % of a usual rate

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


def compile_model(
    case: Case,
    reading: str,
    *,
    draws: int,
    seed: int,
    worlds: Sequence[str] | None = None,
    shifts: dict[str, int] | None = None,
    given: PosteriorDraws | None = None,
    strength: float = 1.0,
    from_window_start: bool = False,
) -> CompiledModel:
    """Turn a case, under one reading, into the arrays that the simulation reads.

    Args:
        case: the case.
        reading: id of a reading; see `talion.model.reading.READINGS`.
        draws: parameter sets to draw from the priors.
        seed: of those draws; the simulation uses it too.
        worlds: what-ifs to compile, `baseline` included; all by default.
        shifts: days by which what-ifs start later (or earlier) than written.
        given: posterior draws of parameters and past; the first `draws` are used. Parameters that
            it does not name are drawn from their priors. Memory is then the exact sum over the
            draw's own events, and factors with innovations start where these lead; of `ChosenDraws`
            the record's rows are the history. None: priors, and the record's rows as history.
        strength: multiplies the strength of every link: share (to at most 95 %), extra, points,
            per_100 and the logarithm of `times`; not the multiplier of `more_when`. With `given`
            its own strength holds.
        from_window_start: compile the past of a fit instead of what follows it: one what-if,
            `window`, that starts empty on the first day of `history_from`; see
            `talion.model.compile_window`. Arrows from types without recorded rows are left out, as
            in a fit. `worlds` and `shifts` must then be left out.

    Returns:
        The compiled model.

    Raises:
        CaseError: no such reading or what-if; `given` is of another reading, strength, window or
            case, or has fewer draws; what-ifs together with `from_window_start`.

    References:
        Hawkes (1971), Biometrika 58:83 for the linear part.
    """
    compiler = _compiler(case, reading, draws, seed, given, strength, from_window_start)
    if from_window_start and (worlds is not None or shifts):
        raise CaseError(
            "what-ifs do not start at the window's first day",
            value=list(worlds or shifts or ()),
            remedy="leave out `worlds` and `shifts`, or `from_window_start`",
        )
    model = compiler.build_window() if from_window_start else compiler.build(worlds, shifts or {})
    if isinstance(compiler.sampler, PosteriorSampler):
        compiler.sampler.check_all_used()
    return model


def past_levels(
    case: Case,
    reading: str,
    given: PosteriorDraws | None,
    draws: int,
    seed: int,
    *,
    strength: float = 1.0,
    from_window_start: bool = False,
) -> F8:
    """Return every factor at every midnight from `history_from` to `as_of`.

    Args:
        case, reading, given, draws, seed, strength, from_window_start: as for `compile_model`; the numbers are those
            of the model it would compile. Without `given`: the mean path along the record's rows.

    Returns:
        (draws, days + 1, factors), each after its midnight's tick; the last is the `z` of the start
        at `as_of`.

    Raises:
        CaseError: as `compile_model`.
    """
    compiler = _compiler(case, reading, draws, seed, given, strength, from_window_start)
    return level_path(
        compiler.document, compiler.run_in(case.as_of_day), compiler.tables, compiler.numbers
    )


def parameter_names(case: Case, reading: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names under which a reading's uncertain parameters are drawn.

    Returns:
        Names for `PosteriorDraws.scores`; names for `PosteriorDraws.signs`.

    Raises:
        CaseError: no such reading.
    """
    supposed = _known_reading(reading)
    empty = np.zeros(0, np.int64)
    window = (history_start(case.document), case.as_of_day)
    nothing = Past(*window, np.zeros(2, np.int64), np.zeros(0), empty, empty, (), {})
    sampler = PosteriorSampler(PosteriorDraws(reading, {}, {}, nothing), seed=0, draws=1)
    _Compiler(case, supposed, sampler, 1.0).build(None, {}, tabled=False)
    return sampler.asked, sampler.asked_signs


def _known_reading(reading: str) -> Reading:
    if reading not in READINGS:
        raise CaseError(
            "no such reading", value=reading, remedy=f"use one of: {', '.join(READINGS)}"
        )
    return READINGS[reading]


def _compiler(
    case: Case,
    reading: str,
    draws: int,
    seed: int,
    given: PosteriorDraws | None,
    strength: float,
    window: bool = False,
) -> _Compiler:
    supposed = _known_reading(reading)
    if given is None:
        if not (np.isfinite(strength) and strength > 0):
            raise CaseError("must be positive and finite", place="strength", value=strength)
        return _Compiler(case, supposed, Sampler(seed, draws), strength, window=window)
    if given.reading != reading:
        raise CaseError(
            f"the posterior is of the reading {given.reading}",
            place="posterior.reading",
            value=reading,
            remedy="compile that reading, or fit this one",
        )
    if strength not in (1.0, given.strength):
        raise CaseError(
            f"the posterior is of links at {given.strength:g} times their strength",
            place="posterior.strength",
            value=strength,
            remedy="leave `strength` out",
        )
    sampler = PosteriorSampler(given, seed, draws)
    past = None if isinstance(given, ChosenDraws) else given.past
    return _Compiler(case, supposed, sampler, given.strength, past, window=window)


class _Compiler:
    """Holds the intermediate numbers of one compilation."""

    def __init__(
        self,
        case: Case,
        reading: Reading,
        sampler: Sampler,
        strength: float,
        past: Past | None = None,
        *,
        window: bool = False,
    ) -> None:
        self.case, self.reading, self.sampler, self.past = case, reading, sampler, past
        self.arrows = acting_arrows(case) if window else case.arrows
        self.document: CaseDocument = case.document
        self.classes: tuple[SourceClass, ...] = classes_of(self.document)
        self.usual = usual_rates(self.document, sampler)
        self.weights = class_weights(self.document, self.classes, sampler)
        self.numbers = factor_numbers(self.document, sampler)
        self.events = event_links(
            self.document,
            self.arrows,
            self.classes,
            reading,
            sampler,
            self.usual,
            self.weights,
            strength,
        )
        self.tables = factor_links(
            self.document, self.arrows, self.classes, reading, sampler, self.numbers, strength
        )
        self.usual_by_class = usual_by_class(self.document, self.classes, self.usual, self.weights)
        settle_rests(self.tables, self.numbers, self.usual_by_class)

    def build(
        self, worlds: Sequence[str] | None, shifts: dict[str, int], *, tabled: bool = True
    ) -> CompiledModel:
        names = tuple(worlds) if worlds is not None else ("baseline", *self.case.what_ifs)
        for name in names:
            if name != "baseline" and name not in self.case.what_ifs:
                known = ", ".join(self.case.what_ifs)
                raise CaseError("no such what-if", value=name, remedy=f"use one of: {known}")
        days = sorted({self.case.start_day(name) for name in names})
        starts = tuple(self._start(day) for day in days)
        made = tuple(self._world(name, days, shifts.get(name, 0)) for name in names)
        return self._compiled(starts, made, tabled=tabled)

    def build_window(self) -> CompiledModel:
        sizes = (len(self.classes), len(self.events.half_lives), len(self.events.channels))
        start = window_start(self.case, self.numbers, *sizes)
        rows = window_rows(self.case, self.numbers)
        world = WorldSpec(WINDOW, "The window of the fit", 0, rows, start.day)
        model = self._compiled((start,), (world,), tabled=False)
        return replace(model, draws=without_choices(model.draws))

    def _compiled(
        self, starts: tuple[Start, ...], worlds: tuple[WorldSpec, ...], *, tabled: bool
    ) -> CompiledModel:
        background, floored = background_rates(
            self.events, self.classes, list(self.document.events), self.usual, self.weights
        )
        decisions = decision_numbers(
            self.document, self.classes, self.reading, self.sampler, self.numbers, tabled=tabled
        )
        return CompiledModel(
            structure=self._structure(decisions.structure),
            draws=self._draws(background, decisions.draws),
            starts=starts,
            worlds=worlds,
            type_ids=tuple(self.document.events),
            class_labels=tuple(c.label for c in self.classes),
            factor_ids=tuple(self.document.factors),
            link_ids=tuple(self.document.links),
            reading=self.reading.id,
            seed=self.sampler.seed,
            usual=self.usual,
            overdrawn=_overdrawn(self.document, floored),
        )

    def _world(self, name: str, days: Sequence[int], shift: int) -> WorldSpec:
        what_if = self.case.what_ifs.get(name)
        return WorldSpec(
            id=name,
            title=(what_if.title or name) if what_if else "Nothing done",
            start_index=days.index(self.case.start_day(name)),
            rows=world_rows(self.case, name, self.classes, self.numbers, shift),
            from_day=self.case.what_if_day(name) + shift,
        )

    def _start(self, day: int) -> Start:
        after = {
            name: self.sampler.draw(f"after/{name}", factor.then.after, "log")
            for name, factor in self.document.factors.items()
            if isinstance(factor.then, AfterState)
        }
        timer, value = pending_changes(self.document, self.numbers, after)
        start = start_state(
            self.document,
            day,
            self.run_in(day),
            self.events,
            self.tables,
            self.numbers,
            timer,
            value,
        )
        # The structure holds channels by target; `u` comes in the order they were built.
        return start._replace(u=np.ascontiguousarray(start.u[:, _channel_order(self.events)]))

    def run_in(self, day: int) -> RunIn:
        """What happened before the midnight of `day`."""
        record = self.case.record
        if self.past is None:
            history = daily_history(self.document, record, self.classes, day)
            return run_in_of_record(history, self.usual_by_class, self.classes)
        return run_in_of_past(
            self.document, record, self.past, day, self.usual_by_class, self.classes
        )

    def _structure(self, decisions: dict[str, Any]) -> Structure:
        document, classes = self.document, self.classes
        types, factors = list(document.events), list(document.factors)
        likely = np.array([e.usual[1] for e in document.events.values()]) / DAYS_PER_MONTH
        edge, width, empty = bands(likely)
        entries, order = self.events.entries, _channel_order(self.events)
        position = np.argsort(order)
        channels = [self.events.channels[i] for i in order]
        class_type = np.array([types.index(c.type) for c in classes], dtype=np.int64)
        tables = {name: _sparse(rows) for name, rows in self.tables.items()}
        return Structure(
            type_hash=np.array([name_hash(f"type/{t}") for t in types], dtype=np.uint64),
            class_start=_starts(class_type, len(types)),
            class_type=class_type,
            half_life=np.array(self.events.half_lives),
            band_edge=edge,
            band_width=width,
            band_p0=empty,
            ee_start=_starts([e.source for e in entries], len(classes)),
            ee_target=_ints(e.target for e in entries),
            ee_half=_ints(e.half for e in entries),
            ee_link=_ints(e.link for e in entries),
            ee_channel=_ints(-1 if e.channel < 0 else int(position[e.channel]) for e in entries),
            ee_step=np.array([e.step for e in entries], dtype=np.float64),
            ch_start=_starts([c.target for c in channels], len(types)),
            ch_half=_ints(c.half for c in channels),
            ch_link=_ints(c.link for c in channels),
            fr_start=_starts(tables["rate"][0], len(types)),
            fr_factor=tables["rate"][1],
            fr_link=tables["rate"][2],
            mm_start=_starts(tables["mix"][0], len(classes)),
            mm_factor=tables["mix"][1],
            mm_link=tables["mix"][2],
            ef_start=_starts(tables["jump"][0], len(classes)),
            ef_factor=tables["jump"][1],
            ef_link=tables["jump"][2],
            ff_start=_starts(tables["input"][0], len(factors)),
            ff_source=tables["input"][1],
            ff_link=tables["input"][2],
            factor_hash=np.array([name_hash(f"factor/{f}") for f in factors], dtype=np.uint64),
            is_level=_ints(int(not f.is_switch) for f in document.factors.values()),
            lo=np.array([factor_range(f)[0] for f in document.factors.values()]),
            hi=np.array([factor_range(f)[1] for f in document.factors.values()]),
            listing_type=self._listing_factor(),
            n_links=len(document.links),
            **self._set_by()[0],
            **decisions,
        )

    def _draws(self, background: F8, decisions: dict[str, F8]) -> Draws:
        d = self.sampler.draws
        order = _channel_order(self.events)
        logit, load = self._listing()
        return Draws(
            background=np.ascontiguousarray(self._at_reference(background)),
            ee_offspring=columns((e.offspring for e in self.events.entries), d),
            ch_b=columns((self.events.channels[i].b for i in order), d),
            fr_gamma=columns((e.value for e in self.tables["rate"]), d),
            mm_gamma=columns((e.value for e in self.tables["mix"]), d),
            ef_jump=columns((e.value for e in self.tables["jump"]), d),
            ff_coef=columns((e.value for e in self.tables["input"]), d),
            z_ref=self.numbers.reference,
            rest=self.numbers.rest,
            pull=self.numbers.pull,
            noise=self.numbers.noise,
            class_weight=self.weights,
            listing_logit=logit,
            listing_load=load,
            **self._set_by()[1],
            **decisions,
        )

    def _at_reference(self, background: F8) -> F8:
        """Move mu from usual conditions to the reference state, and take out the mean of noise."""
        out = background.copy()
        factors = list(self.document.factors)
        events = list(self.document.events.values())
        for entry in self.tables["rate"]:
            name = factors[entry.column]
            sd = self.numbers.latent_sd[:, entry.column]
            out[:, entry.row] *= np.exp(-0.5 * (entry.value * sd) ** 2)
            state = events[entry.row].usual_when.get(name)
            if state is not None:
                away = self.numbers.doses[name, state] - self.numbers.reference[:, entry.column]
                out[:, entry.row] *= np.exp(-entry.value * away)
        return out

    def _set_by(self) -> tuple[dict[str, Any], dict[str, F8]]:
        rows: list[tuple[int, int, tuple[F8, F8, F8, F8]]] = []
        for f, (name, factor) in enumerate(self.document.factors.items()):
            for i, rule in enumerate(factor.set_by):
                key = f"set/{name}/{i}"
                chance = (
                    np.ones(self.sampler.draws)
                    if rule.chance[0] == 100
                    else self.sampler.percent(f"{key}/chance", rule.chance)
                )
                lasts = (
                    self.sampler.draw(f"{key}/lasts", rule.lasts, "log")
                    if rule.lasts
                    else np.zeros(self.sampler.draws)
                )
                after = self.numbers.doses[name, rule.then or rule.to]
                value = self.numbers.doses[name, rule.to]
                for c in matching(self.classes, rule.event, rule.when):
                    rows.append((c, f, (value, chance, lasts, after)))
        rows.sort(key=lambda row: row[0])
        d = self.sampler.draws
        structure = {
            "sr_start": _starts([row[0] for row in rows], len(self.classes)),
            "sr_factor": _ints(row[1] for row in rows),
        }
        names = ("sr_value", "sr_chance", "sr_half_life", "sr_after")
        values = {name: columns((row[2][i] for row in rows), d) for i, name in enumerate(names)}
        return structure, values

    def _listing_factor(self) -> I8:
        out = np.full(len(self.document.events), NO_LISTING, dtype=np.int64)
        for k, event in enumerate(self.document.events.values()):
            if event.listing:
                out[k] = -1
        for entry in self.tables["listing"]:
            if out[entry.row] >= 0:
                raise CaseError(
                    "only one factor can raise the listing of a type",
                    place=f"links.{list(self.document.links)[entry.link]}",
                    remedy="let one factor stand for attention",
                )
            out[entry.row] = entry.column
        return out

    def _listing(self) -> tuple[F8, F8]:
        shape = (self.sampler.draws, len(self.document.events))
        logit, load = np.zeros(shape), np.zeros(shape)
        for k, (name, event) in enumerate(self.document.events.items()):
            if event.listing:
                share = self.sampler.percent(f"listing/{name}", event.listing.share)
                with np.errstate(divide="ignore"):  # a known 0 or 100 % has infinite odds
                    logit[:, k] = np.log(share) - np.log1p(-share)
        for entry in self.tables["listing"]:
            load[:, entry.row] = entry.value
        return logit, load


def _channel_order(events: EventLinks) -> list[int]:
    return sorted(range(len(events.channels)), key=lambda i: events.channels[i].target)


def _sparse(rows: list[FactorLink]) -> tuple[I8, I8, I8]:
    return _ints(r.row for r in rows), _ints(r.column for r in rows), _ints(r.link for r in rows)


def _ints(values: Iterable[int]) -> I8:
    return np.array(list(values), dtype=np.int64)


def _starts(row_of: Iterable[int] | I8, rows: int) -> I8:
    """Return offsets of compressed rows for entries sorted by row."""
    return np.searchsorted(_ints(int(r) for r in row_of), np.arange(rows + 1)).astype(np.int64)


def _overdrawn(case: CaseDocument, floored: NDArray[np.bool_]) -> dict[str, float]:
    shares = {name: float(floored[:, k].mean()) for k, name in enumerate(case.events)}
    return {name: share for name, share in shares.items() if share > FLOORED_WORTH_SAYING}
