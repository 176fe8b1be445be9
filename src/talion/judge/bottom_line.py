"""The bottom line of a judgment: two sentences for a reader who reads no others.

The first says how a claim stands: a verdict in plain words that follows from its label, and how often
its test is met, reading by reading, as a natural frequency ("in about 7 of 10"), which people take in
better than a per cent (Gigerenzer and Hoffrage 1995, Psychological Review 102:684). The second says on
what that rests most and what would change it: the first assumption of `linchpins.py`, the first sign of
`indicators.py`. Both are made by rule; no one's pen is needed and none is used. Confidence is not in
them, since it never shares a sentence with likelihood.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from talion.judge.labels import HIGH, LOW, Label
from talion.judge.linchpins import Linchpin
from talion.judge.parts import names_of
from talion.judge.readings import AS_WRITTEN, NO_VIEW, WITH_RECORD
from talion.judge.rests import leading_reading
from talion.judge.words import CAP_HIGH, CAP_LOW, lowered, percent
from talion.model.claim import BASELINE

if TYPE_CHECKING:
    import datetime as dt

    from talion.judge.indicators import Indicator, WatchList
    from talion.judge.information import Evidence
    from talion.judge.record_checks import RecordCheck
    from talion.judge.results import JudgmentResult, PartResult
    from talion.model.case import Case

__all__ = ["BottomLine", "bottom_line", "natural_frequency", "sign_clause"]

_APART = 0.3  # readings that differ by so much give different answers
_LEANS = 0.6  # a share from which "more likely than not" is said
_TWENTIETH = 0.075  # nearer to the ends than this, twentieths are said and not tenths


@dataclass(frozen=True)
class BottomLine:
    """A judgment in two sentences.

    Attributes:
        stands: how it stands, with its numbers.
        turns_on: on what that rests, and what would change it.
    """

    stands: str
    turns_on: str

    @property
    def text(self) -> str:
        """Both sentences."""
        return f"{self.stands} {self.turns_on}"


def natural_frequency(probability: float) -> str:
    """Return a probability as so many of ten, of twenty near the ends, and never none or all.

    >>> [natural_frequency(p) for p in (0.01, 0.06, 0.25, 0.66, 0.94, 1.0)]
    ['fewer than 1 of 20', 'about 1 of 20', 'about 3 of 10', 'about 7 of 10', 'about 19 of 20', 'more than 19 of 20']
    """
    if probability < CAP_LOW:
        return "fewer than 1 of 20"
    if probability > CAP_HIGH:
        return "more than 19 of 20"
    if min(probability, 1.0 - probability) < _TWENTIETH:
        return "about 1 of 20" if probability < 0.5 else "about 19 of 20"
    return f"about {math.floor(10 * probability + 0.5)} of 10"


def bottom_line(
    case: Case,
    judgment: JudgmentResult,
    watch: WatchList | None = None,
    *,
    provisional: bool = False,
) -> BottomLine:
    """Return the two sentences of a judgment.

    Args:
        case: the case, for titles.
        judgment: its result.
        watch: what to watch for it; None where no signs were weighed.
        provisional: the fit behind the reading with the record has not converged.
    """
    main = judgment.main
    if main is None:
        return BottomLine(
            "No event, simulated or recorded, could show this right or wrong, so no chance is given.",
            _of_evidence(judgment),
        )
    if main.record is not None:
        said = _COUNTED[main.record.outcome]
        return BottomLine(
            f"Counted in the record and not simulated: {said}.", _of_rows(main.record)
        )
    if judgment.label is Label.FIXED:
        way = "is met" if max(_told(main), default=0.0) > 0.5 else "fails"
        return BottomLine(
            f"The test of this claim {way} whatever one assumes, so it earns no credit and no chance is "
            "given.",
            "It rests on the form of the test and on no assumption, and nothing that could be seen "
            "would change it.",
        )
    holds = _holds(case, main, provisional=provisional)
    return BottomLine(
        f"{_verdict(judgment, main)}: {holds}.",
        f"{_rests(case, judgment, main)}; {_watch(case, judgment, main, watch)}.",
    )


# --- how it stands --------------------------------------------------------------------------------


def _verdict(judgment: JudgmentResult, main: PartResult) -> str:
    """Return what a label says, in plain words, as the lead of a sentence."""
    label = judgment.label
    if label is Label.UNRESOLVED:
        return _open(main)
    if label in (Label.WHATEVER, Label.BACKED) and lowered(main.readings):
        return "Likely even once the record is used, which lowers the chance"
    if label is not Label.RESTS:
        return _VERDICTS[label]
    if min(_told(main)) >= HIGH:
        silent = "nothing is recorded on it" if judgment.no_data else "the record is silent on it"
        return f"Likely on every reading, though {silent}"
    silent = (
        "on which nothing is recorded"
        if judgment.no_data
        else "which the record neither bears out nor refutes"
    )
    return f"Likely on the author's own assumptions, {silent}"


_VERDICTS = {
    Label.OTHER_WAY: "The record speaks against this",
    Label.TOO_SMALL: "The record points to a difference too small to matter",
    Label.WHATEVER: "Likely whatever one assumes, for the author's friends and opponents alike",
    Label.BACKED: "The record itself makes this likely, though not under every way to read it",
    Label.NOT_COMPUTABLE: "The model cannot settle this, since in too many simulated courses events "
    "breed without end",
}


def _open(main: PartResult) -> str:
    """Return how far from settled an unresolved judgment is, by its readings."""
    told = _told(main)
    if not told:
        return "Open, for no simulated course of events can answer it"
    if max(told) <= LOW:
        return "Unlikely on every reading"
    if max(told) - min(told) >= _APART:
        return "Open, since the answer hangs on whose assumptions one follows"
    if min(told) >= _LEANS:
        return "More likely than not on every reading, but not clearly likely"
    if max(told) <= 1 - _LEANS:
        return "Less likely than not on every reading, but not clearly unlikely"
    return "Open, since neither the author's assumptions nor the record settle it"


def _told(main: PartResult) -> list[float]:
    """Return the probabilities of the readings that are printed."""
    found = (main.readings.get(reading) for reading in (AS_WRITTEN, NO_VIEW, WITH_RECORD))
    return [share.probability for share in found if share is not None]


# Readings whose numbers would be printed alike are told together.
_IF_SHARE: dict[tuple[str, ...], str] = {
    (AS_WRITTEN,): "if the brief is right about what drives what",
    (NO_VIEW,): "if no side is taken",
    (WITH_RECORD,): "once the record is used",
    (AS_WRITTEN, NO_VIEW): "whether one follows the brief or takes no side",
    (AS_WRITTEN, WITH_RECORD): "if one follows the brief or uses the record",
    (NO_VIEW, WITH_RECORD): "if no side is taken, before and after the record is used",
    (
        AS_WRITTEN,
        NO_VIEW,
        WITH_RECORD,
    ): "whether one follows the brief, takes no side or uses the record",
}
_IF_EFFECT: dict[tuple[str, ...], str] = {
    (AS_WRITTEN,): "that follow the brief",
    (NO_VIEW,): "that take no side",
    (WITH_RECORD,): "that fit the record",
    (AS_WRITTEN, NO_VIEW): "that follow the brief or take no side",
    (AS_WRITTEN, WITH_RECORD): "that follow the brief or fit the record",
    (NO_VIEW, WITH_RECORD): "that take no side, before and after the record is used",
    (
        AS_WRITTEN,
        NO_VIEW,
        WITH_RECORD,
    ): "whether they follow the brief, take no side or fit the record",
}


def _holds(case: Case, main: PartResult, *, provisional: bool) -> str:
    """Return how often a test is met, reading by reading, as natural frequencies."""
    alike: dict[str, tuple[str, ...]] = {}
    for reading in (AS_WRITTEN, NO_VIEW, WITH_RECORD):
        share = main.readings.get(reading)
        if share is not None:
            often = natural_frequency(share.probability)
            alike[often] = (*alike.get(often, ()), reading)
    effect = main.kind == "effect"
    lead, word = ("the claim is met", "under") if effect else ("it comes true", "in")
    if not alike:
        return "no simulated course can tell"
    clauses = []
    for number, (often, readings) in enumerate(alike.items()):
        what = f" {_units(case, main)}" if number == 0 else ""
        when = (_IF_EFFECT if effect else _IF_SHARE)[readings]
        comma = "," if when.startswith("whether") else ""
        note = " (provisional)" if provisional and WITH_RECORD in readings else ""
        clauses.append(f"{word} {often}{what}{comma} {when}{note}")
    return f"{lead} {_joined(clauses)}"


def _joined(clauses: list[str]) -> str:
    """Return clauses as a list in a sentence; with commas, since they may hold an "and"."""
    if len(clauses) == 1:
        return clauses[0]
    return f"{', '.join(clauses[:-1])}, and {clauses[-1]}"


def _units(case: Case, main: PartResult) -> str:
    if main.kind == "effect":
        return "sets of assumptions"
    world = _world(case, main.world)
    return "simulated courses of events" + (f" under {world}" if world else "")


def _world(case: Case, name: str) -> str:
    """Return a what-if's title in quotation marks; "" for the baseline."""
    if name == BASELINE or name not in case.what_ifs:
        return ""
    return f"“{case.what_ifs[name].title or name.replace('_', ' ')}”"


_COUNTED = {
    "holds": "this holds",
    "fails": "this does not hold",
    "contested": "the sources contradict each other on this",
    "cannot tell": "this cannot be told from what is listed",
}


# --- on what it turns -----------------------------------------------------------------------------


def _of_rows(check: RecordCheck) -> str:
    number = len(check.rows)  # of a comparison of rates none is named
    rows = (
        f"{_few(number)} recorded row{'' if number == 1 else 's'}" if number else "what is listed"
    )
    if check.outcome == "cannot tell":
        end = "a fuller listing, or a further source, could settle it"
    elif check.gaps:
        many = len(check.gaps)
        gap = "a gap" if many == 1 else f"{_few(many)} gaps"
        end = f"the listing has {gap}, and acts that nobody listed could change it"
    else:
        end = "only a missing or mistaken row would change it"
    return f"It rests on {rows}; {end}."


def _of_evidence(judgment: JudgmentResult) -> str:
    stated = judgment.judgment
    for_it, against = len(stated.evidence_for), len(stated.evidence_against)
    if for_it or against:
        pieces = f"piece{'' if for_it == 1 else 's'}"
        rests = f"It rests on what is cited, {_few(for_it, 'no')} {pieces} for it and {_few(against)} against"
    else:
        rests = "It rests on the author's word alone, with nothing cited for or against"
    own = _own_line(judgment)
    return f"{rests}; {own or 'nothing was named that would change it'}."


def _few(number: int, none: str = "none") -> str:
    """Return a number up to ten in words.

    >>> _few(0, "no"), _few(2), _few(26)
    ('no', 'two', '26')
    """
    words = (none, "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[number] if number < len(words) else str(number)


def _rests(case: Case, judgment: JudgmentResult, main: PartResult) -> str:
    reading = leading_reading(judgment.label, main.linchpins)
    found = () if reading is None else main.linchpins[reading].found
    if not found:
        return "No single assumption decides it"
    return f"It rests most on {_assumption(case, found[0])}"


# How `parameter_words` names an assumption, and the same without a term of the trade.
_PLAIN = {
    r"the sign and the strength of (.+)": r"\1",
    r"the (?:sign|strength) of (.+)": r"\1",
    r"the usual rate of (.+)": r"how often “\1” happens as a rule",
    r"the resting level of (.+)": r"where “\1” stands as a rule",
    r"the half-life of (.+)": r"how fast “\1” returns to where it stands as a rule",
    r"the share of (.+) that is listed": r"how much of “\1” gets listed",
    r"the wandering of (.+) by itself": r"how far “\1” moves for no known reason",
}


def _assumption(case: Case, one: Linchpin) -> str:
    """Return an assumption without ids: which way, or how strongly, one thing moves another."""
    arrow = next((a for a in case.arrows if a.name == one.parameters[0]), None)
    if arrow is None:
        for pattern, plain in _PLAIN.items():
            if found := re.fullmatch(pattern, one.says):
                return found.expand(plain)
        return one.says
    names = names_of(case).titles
    cause, effect = (f"“{names.get(x, x.replace('_', ' '))}”" for x in (arrow.cause, arrow.effect))
    way = {
        "sign": "which way",
        "strength": "how strongly",
        "sign and strength": "which way, and how strongly,",
    }[one.part]
    target = "itself" if cause == effect else effect
    if arrow.kind == "factor-listing":
        target = f"how much of {effect} gets listed"
    return f"{way} {cause} bears on {target}"


def _watch(case: Case, judgment: JudgmentResult, main: PartResult, watch: WatchList | None) -> str:
    if watch is not None and watch.indicators:
        first = next((i for i in watch.indicators if not i.settles), watch.indicators[0])
        return _sign(case, first, watch.world if main.kind == "share" else BASELINE)
    own = _own_line(judgment)
    if watch is None:
        return own or "no signs were weighed"
    nothing = "no sign of the next 90 days was found to tell much"
    return f"{nothing}, and {own}" if own else nothing


def _own_line(judgment: JudgmentResult) -> str:
    """Return the first thing that the case itself says to look for, as a clause."""
    line = next(iter(judgment.judgment.watch), "").strip().rstrip(".")
    return f"the case itself says to watch “{line}”" if line else ""


def _sign(case: Case, sign: Indicator, world: str) -> str:
    """Return what to watch and what it would do, told from the side that moves more."""
    told = sign.first
    by_seen, by_unseen = (
        abs(c.probability - told.now.probability) for c in (told.seen, told.unseen)
    )
    seen = by_seen >= by_unseen
    then = told.seen if seen else told.unseen
    place = _world(case, world)
    where = f" once {place} has come about" if place else ""
    clause = sign_clause(sign, from_cut_off=sign.start <= case.as_of)
    settled = sign.settles and then.probability in (0.0, 1.0)
    does = "that settles it" if settled else f"the chance {_moves(told, then.probability)}"
    return (
        f"watch “{sign.title}”{where}: {'if' if seen else 'unless'} {clause}, {does} "
        f"({natural_frequency(told.chance.probability)} courses show {'that' if seen else 'it'})"
    )


def _moves(told: Evidence, then: float) -> str:
    now = told.now.probability
    verb = "rises" if then > now else "falls"
    before, after = natural_frequency(now), natural_frequency(then)
    if before != after:
        return f"{verb} from {before} to {after}"
    return f"{verb} from {percent(now).removesuffix(' %')} to {percent(then)}"


def sign_clause(sign: Indicator, *, from_cut_off: bool) -> str:
    """Return a sign as a clause with its days: "over 12 are listed by 13 March 2024".

    Args:
        sign: the sign.
        from_cut_off: its window begins at the cut-off, so that its last day alone is named.
    """
    when = f"by {_day(sign.end)}"
    if not from_cut_off:
        when = f"between {_day(sign.start)} and {_day(sign.end)}"
    return f"{_seen(sign)} {when}"


def _seen(sign: Indicator) -> str:
    if sign.kind == "count":
        bar = sign.bar or 0.0
        if bar == 0:
            return "at least one is listed" if sign.above else "none is listed"
        return f"{'over' if sign.above else 'at most'} {bar:g} {'is' if bar == 1 and not sign.above else 'are'} listed"
    if sign.kind == "level":
        return f"it is {'over' if sign.above else 'at most'} {sign.bar:g} at the end,"
    says = sign.sign.removeprefix("not: ").split(" at some time ", maxsplit=1)[0]
    if sign.kind == "state":
        states = says.removeprefix("stands at ")
        return f"it {'comes' if sign.above else 'does not come'} to stand at “{states}”"
    return f"it is {'' if sign.above else 'not '}{says}"


def _day(value: dt.date) -> str:
    return f"{value.day} {value:%B %Y}"
