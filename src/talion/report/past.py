"""What the past owes to what: shares by link, the window without some acts, rival explanations.

Sentences first: each number is of rates under the fitted model, so that events are *associated with*
earlier ones, and a window without some acts is what *would* have been *in this model*.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from talion.judge.past_effects import PastEffects
from talion.judge.past_shares import BACKGROUND, BEFORE, Removed, TargetShares
from talion.judge.results import RunResult
from talion.report.charts import Chart
from talion.report.past_replay import ReplayView, build_replay
from talion.report.shifts import draw_shift, ways_in_words
from talion.report.system import anchor, say_arrow, title_of
from talion.report.words import DASH, day, number, percent, series, signed

if TYPE_CHECKING:
    from talion.fit.attribution_result import Interval
    from talion.fit.case.stated import Span
    from talion.judge.rivals import RivalLink, RivalResult
    from talion.model.case import Case

__all__ = ["PastSection", "RemovedRow", "RivalRow", "RivalView", "build_past"]

SHOWN = 6  # types with a bar of their own
SPOKEN = 3  # types with a sentence of their own
NAMED = 0.07  # least share of a bar on which a link's id can be read
SMALLEST = 0.5  # events; what a part would be without less than that is not printed
_STILL, _REST, _TURNS = -1.0, 0.1, (0.24, 0.42)  # shades: background, others, links in turn
_NAMES = {BACKGROUND: "background", BEFORE: "events before the window"}


@dataclass(frozen=True)
class RemovedRow:
    """What is taken away, and what it would do to the events of one type, one step ahead."""

    what: str
    of: str
    fewer: str
    more: str


@dataclass(frozen=True)
class RivalRow:
    """A link fitted with and without its rival."""

    link: str
    anchor: str
    says: str
    unit: str
    before: str
    beside: str
    alone: str
    chance: str
    picture: Markup


@dataclass(frozen=True)
class RivalView:
    """Links with and without a rival: sentences, then the table."""

    title: str
    sentences: tuple[str, ...]
    because: str
    without: str
    rows: tuple[RivalRow, ...]


@dataclass(frozen=True)
class PastSection:
    """The section after the system: what a fit says of the observed window."""

    span: str
    draws: int
    provisional: bool
    sentences: tuple[str, ...]
    shares: Chart | None
    removed: tuple[RemovedRow, ...]
    replays: tuple[ReplayView, ...]
    rivals: tuple[RivalView, ...]

    @property
    def charts(self) -> list[Chart]:
        """Return every chart of the section."""
        found = [view.chart for view in self.replays if view.chart is not None]
        return found if self.shares is None else [self.shares, *found]


def build_past(result: RunResult) -> PastSection | None:
    """Return the section; None without a fit, or where the case asks nothing that can be told."""
    past = result.past_effects
    if past is None or not (past.shares or past.counterfactuals or past.rivals):
        return None
    case = result.case
    targets = past.shares.targets if past.shares is not None else ()
    removed = past.shares.removed if past.shares is not None else ()
    return PastSection(
        f"{day(past.first)} to {day(past.last)}",
        past.draws,
        bool(past.verdict),
        tuple(_share_sentences(case, targets)),
        _shares_chart(case, past, targets[:SHOWN]),
        tuple(_removed_rows(case, removed)),
        tuple(build_replay(case, past, replay) for replay in past.counterfactuals),
        tuple(_rival_view(case, rival) for rival in past.rivals),
    )


# --- shares ---------------------------------------------------------------------------------------


def _share_sentences(case: Case, targets: tuple[TargetShares, ...]) -> Iterator[str]:
    for found in targets[:SPOKEN]:
        if found.events.mean < 1.0:
            continue
        links = [s for s in found.shares if s.of in case.links]
        part = sum(s.events.mean for s in links) / found.events.mean
        most = [f"{s.of} {_percents(s.events, found.events.mean)}" for s in links[:2]]
        unlisted = (
            f" ({number(found.listed.mean)} in the record, about {number(found.unlisted.mean)} not)"
            if found.unlisted.mean >= SMALLEST
            else ""
        )
        title, whole = title_of(case, found.type), number(found.events.mean)
        if not most:
            yield f"“{title}”: {whole} events{unlisted}, none of them with a part from a link."
            continue
        lead = "most of it" if len(links) > 1 else "all of it"
        yield (
            f"“{title}”: of {whole} events{unlisted}, {percent(part)} are associated, one step "
            f"back, with earlier events through the links named; {lead} by {series(most)}."
        )


def _percents(events: Interval, whole: float) -> str:
    """Return 12 % (1 in 10 to 9 in 10: 4 to 20 %) of a type's mean number of events."""
    low, middle, high = (x / whole for x in (events.p10, events.mean, events.p90))
    return f"{_share(middle)} ({_share(low).removesuffix(' %')} to {_share(high)})"


def _share(p: float) -> str:
    """Return a share of a number of events; unlike a chance it may be none."""
    return f"{round(100 * p)} %"


def _shares_chart(case: Case, past: PastEffects, targets: tuple[TargetShares, ...]) -> Chart | None:
    parts: dict[str, list[object]] = {
        k: [] for k in ("name", "part", "said", "shade", "start", "end", "middle", "label")
    }
    table: dict[str, list[object]] = {
        k: []
        for k in ("events of", "go back to", "events", "1 in 10", "9 in 10", "by delay")
    }  # fmt: skip
    for found in targets:
        name = f"{title_of(case, found.type)}: {number(found.events.mean)}"
        at, links = 0.0, 0
        # Links first: they then begin at one line, and a narrow window shows them.
        for share in sorted(found.shares, key=lambda s: s.of == BACKGROUND):
            size = share.events.mean / found.events.mean
            shade = _STILL if share.of == BACKGROUND else _REST
            if share.of in case.links:
                links += 1
                shade = _TURNS[links % 2]
            values = (
                name, _part_name(case, share.of), _interval(share.events), shade, 100 * at,
                100 * (at + size), 100 * (at + size / 2), _label(case, share.of, size),
            )  # fmt: skip
            for column, value in zip(parts.values(), values, strict=True):
                column.append(value)
            row = (
                title_of(case, found.type), _part_name(case, share.of), share.events.mean,
                share.events.p10, share.events.p90, _delays(share.by_delay),
            )  # fmt: skip
            for column, value in zip(table.values(), row, strict=True):
                column.append(value)
            at += size
    if not targets:
        return None
    first = targets[0]
    still = next((s.events.mean for s in first.shares if s.of == BACKGROUND), 0.0)
    title = title_of(case, first.type)
    return Chart(
        id="past-shares",
        template="past_shares",
        title=f"“{title}”: {_share(still / first.events.mean)} background, "
        f"{_share(1 - still / first.events.mean)} associated with earlier events",
        subtitle="Share of each type's events, listed and imputed, one step back; grey: background; "
        f"blue: links, by number. Means over {past.draws} draws of the fit; {day(past.first)} to "
        f"{day(past.last)}; under the model's assumptions",
        datasets={"parts": parts, "names": {"name": list(dict.fromkeys(parts["name"]))}},
        sentence="Shares of events by what they go back to, one step: "
        + "; ".join(_bar_in_words(case, found) for found in targets)
        + ".",
        data=table,
    )


def _bar_in_words(case: Case, found: TargetShares) -> str:
    parts = [f"{_part_name(case, s.of)} {_share(s.events.mean / found.events.mean)}" for s in found.shares[:4]]  # fmt: skip
    return f"{title_of(case, found.type)}: {', '.join(parts)}"


def _label(case: Case, of: str, size: float) -> str:
    if size < NAMED:
        return ""
    return of if of in case.links else _NAMES.get(of, of) if size > 2 * NAMED else ""


def _part_name(case: Case, of: str) -> str:
    if of not in case.links:
        return _NAMES.get(of, of)
    says = [say_arrow(case, a) for a in case.arrows if a.link == of]
    return f"{of}: {says[0]}" + (" …" if len(says) > 1 else "")


def _interval(x: Interval) -> str:
    return f"{number(x.mean, 2)} ({number(x.p10, 2)} to {number(x.p90, 2)})"


def _delays(by_delay: tuple[float, ...]) -> str:
    from talion.judge.past_shares import DELAYS

    if not by_delay:
        return ""
    return ", ".join(f"{name}: {number(x, 2)}" for name, x in zip(DELAYS, by_delay, strict=True))


def _removed_rows(case: Case, removed: tuple[Removed, ...]) -> Iterator[RemovedRow]:
    for found in sorted(removed, key=lambda r: ("type", "row", "link").index(r.kind)):
        if max(found.owed.mean, found.prevented.mean) >= SMALLEST:
            yield RemovedRow(
                _what(case, found),
                title_of(case, found.target),
                _interval(found.owed) if found.owed.mean > 0 else DASH,
                _interval(found.prevented) if found.prevented.mean > 0 else DASH,
            )


def _what(case: Case, found: Removed) -> str:
    if found.kind == "type":
        return f"every event of “{title_of(case, found.name)}”"
    if found.kind == "link":
        return _part_name(case, found.name)
    event = case.record.event(found.name)
    return f"{day(event.start)}: {event.action.replace('_', ' ')}"


# --- rivals ---------------------------------------------------------------------------------------


def _rival_view(case: Case, rival: RivalResult) -> RivalView:
    without = series(list(rival.without))
    said = series([_part_name(case, link) for link in rival.without])
    named = series(list(rival.links))
    sentences = tuple(_rival_sentences(case, rival, without))
    if not rival.fitted:
        why = f"The fit has no variant without {without}, so there is nothing to compare with."
        sentences = (why,)
    elif rival.verdict:
        why = rival.verdict.removeprefix("not converged: ")
        sentences = (
            f"The fit without {without} has not converged ({why}): provisional.",
            *sentences,
        )
    return RivalView(
        f"{named} with and without {without} ({said.partition(': ')[2] or said})",
        sentences,
        rival.because,
        without,
        tuple(_rival_row(row) for row in rival.rows),
    )


def _rival_sentences(case: Case, rival: RivalResult, without: str) -> Iterator[str]:
    verbs = {a.name: ("raises", "lowers")[a.sign < 0] for a in case.arrows}
    for row in rival.rows:
        if row.alone is None:
            continue
        verb = verbs[row.arrow]
        beside, alone = (_chance(s, verb) for s in (row.beside, row.alone))
        error = 2.0 * math.sqrt(sum(0.25 / n for n in rival.draws))
        if abs(beside - alone) < error:
            draws = " and ".join(map(str, rival.draws))
            hint = f"{draws} draws cannot tell the two apart"
        elif alone > beside:
            hint = f"part of what looks like {row.link} is as well told by {without}"
        else:
            hint = f"{row.link} gains beside {without}"
        yield (
            f"{row.link} ({row.says}): the chance that it {verb}, under the model's assumptions, is "
            f"{percent(beside)} beside {without} and {percent(alone)} without it; {hint}."
        )


def _chance(span: Span, verb: str) -> float:
    return span.raises if verb == "raises" else span.lowers


def _rival_row(row: RivalLink) -> RivalRow:
    neutral = 1.0 if row.unit == "times" else 0.0
    after = DASH if row.alone is None else ways_in_words(row.alone)
    return RivalRow(
        row.link,
        anchor(row.link),
        row.says,
        "" if row.unit == "times" else row.unit,
        _said(row.prior, row.unit),
        _said(row.beside, row.unit),
        DASH if row.alone is None else _said(row.alone, row.unit),
        f"{ways_in_words(row.beside)} → {after}",
        draw_shift(row.beside, row.alone, neutral),
    )


def _said(span: Span, unit: str) -> str:
    numbers = (span.likely, span.low, span.high)
    if any(math.isnan(x) for x in numbers):
        return DASH
    if unit == "times":
        likely, low, high = (number(x, 2) for x in numbers)
        return f"×{likely} ({low} to {high})"
    likely, low, high = (signed(x) for x in numbers)
    return f"{likely} ({low} to {high})"
