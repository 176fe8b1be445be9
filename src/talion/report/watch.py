"""What to watch, in words: for the section of a judgment, for the terminal and for comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from talion.judge.bottom_line import sign_clause
from talion.judge.indicators import Indicator, WatchList
from talion.judge.information import Chance, Evidence
from talion.judge.leading_signs import LeadingSign, leading_signs
from talion.judge.readings import WATCHED
from talion.model.reading import NAMED
from talion.report.words import day, percent, percent_range, series

if TYPE_CHECKING:
    from talion.judge.results import RunResult

__all__ = [
    "LeadingRow",
    "WatchBlock",
    "WatchRow",
    "indicator_sentence",
    "leading_lead",
    "leading_rows",
    "list_lead",
    "share_told",
    "watch_block",
]

_FULLY = 0.995  # of what is open; beyond it a sign decides the test


@dataclass(frozen=True)
class WatchRow:
    """One sign as printed: what to look for, and the numbers with their 80 % intervals."""

    title: str
    sign: str
    note: str
    chance: str
    seen: str
    unseen: str
    tells: str


@dataclass(frozen=True)
class WatchBlock:
    """The block of one judgment: a lead and its signs, or why there are none."""

    lead: str
    rows: tuple[WatchRow, ...]
    why_none: str


@dataclass(frozen=True)
class LeadingRow:
    """A sign that tells most over all judgments: what to look for, how likely, and what it moves.

    Attributes:
        judgments: that it moves, most first.
        title: what is watched.
        sign: as a clause with its days.
        chance: to see it.
        would: what it does to these judgments, if seen.
    """

    judgments: tuple[str, ...]
    title: str
    sign: str
    chance: str
    would: str

    @property
    def text(self) -> str:
        """All of it in a sentence."""
        return f"{self.title}: if {self.sign}, it {self.would} (chance to see that: {self.chance})."


def leading_rows(result: RunResult) -> tuple[LeadingRow, ...]:
    """Return the signs that tell most over all judgments of a run, most first."""
    return tuple(_leading(result, found) for found in leading_signs(result.watch))


def leading_lead(result: RunResult) -> str:
    """Return how the list of leading signs was made; "" where there is none."""
    found = leading_signs(result.watch)
    if not found:
        return ""
    readings = dict.fromkeys(_title(one.sign.reading).lower() for one in found)
    return f"From the model, {series(list(readings))}: the signs expected to tell most over all judgments."


def _leading(result: RunResult, found: LeadingSign) -> LeadingRow:
    world = result.case.what_ifs.get(found.world)
    place = "" if world is None else f", once “{world.title or found.world}” has come about"
    one = found.sign
    clause = sign_clause(one, from_cut_off=one.start <= result.case.as_of)
    moves = [
        f"{_verb(sign.first)}s {name} {_move(sign.first.now, sign.first.seen)}"
        for name, sign in found.moves
    ]
    return LeadingRow(
        tuple(name for name, _ in found.moves),
        one.title,
        f"{clause}{place}",
        percent(one.first.chance.probability),
        series(moves) + (", being the outcome itself" if one.settles else ""),
    )


def watch_block(result: RunResult, judgment: str) -> WatchBlock | None:
    """Return the block of one judgment; None for a run that weighed no signs."""
    for found in result.watch:
        if found.judgment == judgment:
            rows = tuple(_row(indicator) for indicator in found.indicators)
            world = result.case.what_ifs.get(found.world)
            title = (world.title or found.world.replace("_", " ")) if world is not None else ""
            return WatchBlock(list_lead(found, title), rows, found.why_none)
    return None


def list_lead(found: WatchList, world: str = "") -> str:
    """Return the sentence above a list: under which reading, in which world, of how many signs.

    Args:
        found: the list.
        world: title of the what-if in which the signs are seen; "" for the baseline.
    """
    if not found.indicators:
        return ""
    now = found.indicators[0].first.now
    where = f" Seen under “{world}”." if world else ""
    return (
        f"{_title(found.reading)}, {found.judgment} stands at {percent(now.probability)}. Of "
        f"{found.tried} signs weighed these tell more than chance, most first.{where}"
    )


def indicator_sentence(judgment: str, indicator: Indicator) -> str:
    """Return a sign and what it would do as one sentence for the terminal."""
    e = indicator.first
    return (
        f"Watch: {indicator.title}: {indicator.sign} (to {day(indicator.end)}): would "
        f"{_verb(e)} {judgment} {_move(e.now, e.seen)}, else {percent(e.unseen.probability)}; "
        f"chance to see it {percent(e.chance.probability)}.{_settled(indicator)}"
    )


def _verb(e: Evidence) -> str:
    return "raise" if e.seen.probability > e.now.probability else "lower"


def _move(now: Chance, seen: Chance) -> str:
    """Return such as "from 62 to 81 %"; "to under 5 %" where both would be printed alike."""
    before, after = percent(now.probability), percent(seen.probability)
    return f"from {before.removesuffix(' %')} to {after}"


def _settled(indicator: Indicator) -> str:
    return " It is the outcome itself." if indicator.settles else ""


def _row(indicator: Indicator) -> WatchRow:
    e = indicator.first
    others = [
        f"under {_title(name).lower()} {_move(indicator.evidence[name].now, indicator.evidence[name].seen)}"
        for name in WATCHED
        if name in indicator.evidence and name != indicator.reading
    ]
    note = f"to {day(indicator.end)}"
    if others:
        note += f"; if seen, {', '.join(others)}"
    if indicator.settles:
        note += "; it is the outcome itself"
    return WatchRow(
        indicator.title,
        indicator.sign,
        note,
        _with_interval(e.chance),
        _with_interval(e.seen),
        _with_interval(e.unseen),
        share_told(e),
    )


def _with_interval(chance: Chance) -> str:
    """Return a probability with its interval, where that would be printed apart.

    >>> _with_interval(Chance(0.81, 0.79, 0.83)), _with_interval(Chance(0.81, 0.809, 0.812))
    ('81 % (79 to 83 %)', '81 %')
    """
    said, spread = percent(chance.probability), percent_range(chance.low, chance.high)
    return said if spread == said else f"{said} ({spread})"


def share_told(e: Evidence) -> str:
    """Return expected information as a share of the outcome's entropy.

    A sign that tells all is rare and must not be said of one that nearly does.
    """
    share = e.bits / e.doubt if e.doubt > 0 else 0.0
    if share >= _FULLY:
        return "all"
    return f"{100 * share:.0f} %" if share >= 0.01 else "under 1 %"


def _title(reading: str) -> str:
    return NAMED[reading].title if reading in NAMED else reading.replace("_", " ")
