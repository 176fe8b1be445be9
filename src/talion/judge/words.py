"""Sentences about a result. Likelihood and confidence never share one; no 0 or 100 %.

Confidence is in `confidence.py`, the author's word in `wording.py`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from talion.judge.estimate import Effect, Share
from talion.judge.labels import ERRORS, HIGH, LOW, Label, RecordFit
from talion.judge.paths import Path
from talion.judge.readings import AS_WRITTEN, LINKS_AT_ZERO, NO_VIEW, WITH_RECORD
from talion.judge.record_checks import RecordCheck
from talion.model.reading import NAMED

__all__ = [
    "FIXED_FORM",
    "FitSays",
    "fit_sentence",
    "footing_sentence",
    "in_hundred",
    "label_sentence",
    "likelihood_sentence",
    "listed",
    "lowered",
    "percent",
]

CAP_LOW, CAP_HIGH = 0.05, 0.95


@dataclass(frozen=True)
class FitSays:
    """What sentences need of a fit.

    Attributes:
        record: what it says of the test; None where no history with the record can answer.
        speaks: the record moved or narrowed the result, by the rule of `labels.py`.
        converged: the main fit did.
        power: least power of the links it informs on the path, for an effect; None if not known.
    """

    record: RecordFit | None
    speaks: bool = False
    converged: bool = True
    power: float | None = None


_NOT_SETTLED = "what the record says is not settled"

Shares = Mapping[str, Share | None]


def percent(probability: float) -> str:
    """Return a probability as printed: whole per cent, capped at both ends.

    >>> percent(0.004), percent(0.623), percent(1.0)
    ('under 5 %', '62 %', 'over 95 %')
    """
    return f"{_number(probability)} %"


def in_hundred(probability: float) -> str:
    """Return a probability as a number of a hundred histories.

    >>> in_hundred(0.93), in_hundred(0.0)
    ('93 of 100', 'under 5 of 100')
    """
    return f"{_number(probability)} of 100"


def _number(probability: float) -> str:
    if probability < CAP_LOW:
        return "under 5"
    return "over 95" if probability > CAP_HIGH else str(round(100 * probability))


def _span(low: float, high: float) -> str:
    first, last = _number(low), _number(high)
    return first if first == last else f"{first} to {last}"


FIXED_FORM = "The form of the test fixes the answer, so no chance is given."
"""Stands where else the likelihood would be told."""


def likelihood_sentence(kind: str, readings: Shares, effects: Mapping[str, Effect | None]) -> str:
    """Return how often a test holds, reading by reading, with the 80 % interval over draws."""
    said = [
        _one_reading(kind, name, readings[name], effects.get(name))
        for name in (NO_VIEW, AS_WRITTEN, WITH_RECORD)
        if name in readings
    ]
    return " ".join(said)


def _one_reading(kind: str, name: str, share: Share | None, effect: Effect | None) -> str:
    title = NAMED[name].title
    over = "over draws of the assumptions"
    if name == WITH_RECORD:
        title, over = f"{title}, under the model's assumptions", "over what the record leaves open"
    if share is None:
        return f"{title}: no simulated history can answer the test."
    if kind == "share":
        return (
            f"{title}: it holds in {in_hundred(share.probability)} simulated histories "
            f"({_span(share.low, share.high)} {over})."
        )
    text = f"{title}: the effect is large enough in {in_hundred(share.probability)} draws"
    if effect is None:
        return text + "."
    unit = "" if effect.unit == "%" else " "
    return (
        f"{text} (mean {_signed(effect.mean)}{unit or ' '}{effect.unit}, 80 % interval "
        f"{_signed(effect.low)} to {_signed(effect.high)}; {_signed(effect.smallest)} matters)."
    )


def _signed(value: float) -> str:
    """Return a whole number with its sign; a plain 0 for what rounds to nothing."""
    size = f"{abs(value):.0f}"
    if size == "0":
        return size
    return f"−{size}" if value < 0 else f"+{size}"


def fit_sentence(fit: FitSays | None) -> str:
    """Return how far a share with the record moves over the variants of the fit; "" without any."""
    if fit is None or fit.record is None:
        return ""
    said = []
    low, high, other = fit.record.lowest, fit.record.highest, fit.record.opponent
    if low is not None and high is not None:
        ends = dict.fromkeys(_number(q.value) for q in (low, high))
        way = "it moves from" if len(ends) > 1 else "it stays"
        said.append(f"over the variants of the fit {way} {' to '.join(ends)} of 100")
    if other is not None:
        lead = "the author's opponent, updated on the record, gives"
        said.append(f"{lead} {in_hundred(other.value)}")
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def label_sentence(
    label: Label,
    path: Path,
    readings: Shares,
    check: RecordCheck | None,
    fit: FitSays | None = None,
) -> str:
    """Return what a label says of this result."""
    said = _label_said(label, path, readings, check, fit)
    if fit is not None and not fit.converged and check is None:
        said += (
            " The fit to the record has not converged: labels that credit the record are withheld."
        )
    if label in (Label.WHATEVER, Label.BACKED) and lowered(readings):
        said += " The record lowers it all the same: with no view it was likelier before."
    return said


def lowered(readings: Shares) -> bool:
    """Return whether the record lowers the probability of no view by more than simulation errors."""
    before, after = readings.get(NO_VIEW), readings.get(WITH_RECORD)
    if before is None or after is None:
        return False
    return before.probability - after.probability > ERRORS * math.hypot(before.mcse, after.mcse)


def _label_said(
    label: Label,
    path: Path,
    readings: Shares,
    check: RecordCheck | None,
    fit: FitSays | None,
) -> str:
    if label is Label.CHECKED and check is not None:
        said = {
            "holds": "On the record it holds.",
            "fails": "On the record it fails.",
            "contested": "On the record it is contested.",
            "cannot tell": "The record cannot tell.",
        }[check.outcome]
        return f"{said} {check.sentence}"
    if label is Label.RESTS:
        return f"{_rests(path, readings.get(LINKS_AT_ZERO))}; {_data_words(path, fit)}."
    if label is Label.UNRESOLVED:
        return _unresolved(readings.get(AS_WRITTEN), fit)
    return _SAID[label]


_SAID = {
    Label.FIXED: "The test comes out the same with every link at zero, with no view, for the author "
    "and for the author's opponent: it could not have gone the other way and earns no credit.",
    Label.OTHER_WAY: "Under every variant of the fit to the record it is unlikely, under the model's "
    "assumptions.",
    Label.TOO_SMALL: "With the record, the effect is likely to be smaller than what matters, under the "
    "model's assumptions.",
    Label.WHATEVER: "With the record it is likely under every variant of the fit, and for the author's "
    "opponent too, under the model's assumptions.",
    Label.BACKED: "With the record and no view of the links it is likely, under the model's "
    "assumptions; some variant of the fit, or the author's opponent, does not agree.",
    Label.NOT_TESTABLE: "No simulated or recorded event could show it wrong; evidence is listed.",
    Label.NOT_COMPUTABLE: "Histories cut short at the event cap could change the answer; narrow the "
    "priors that make events breed without end.",
    Label.CHECKED: "The record was asked.",
}


def _rests(path: Path, zero: Share | None) -> str:
    if not path.links:
        return "It follows from the usual rates stated; no link bears on it"
    if zero is not None and zero.probability >= HIGH:
        return (
            f"It holds if the author's links work as written ({_links(path.links)}), and with every "
            "link at zero too, so the usual rates stated carry it"
        )
    return f"It holds if the author's links work as written ({_links(path.links)})"


def _data_words(path: Path, fit: FitSays | None) -> str:
    if path.no_data:
        return "no data here"
    if path.unrecorded:
        return f"no data on {listed(path.unrecorded)}"
    if fit is None:
        return "the model is not fitted to the record"
    if not fit.converged:
        return _NOT_SETTLED
    if not path.fitted:
        return "the record can inform none of them" if path.links else "the record informs no link"
    return "the record neither moves the answer nor narrows it"


def listed(names: Sequence[str]) -> str:
    """Return names of factors and types as words in a row."""
    return ", ".join(name.replace("_", " ") for name in names)


def _unresolved(share: Share | None, fit: FitSays | None) -> str:
    if share is None:
        return "No simulated history can answer the test."
    if fit is not None and fit.speaks and fit.converged and fit.record is not None:
        return _spoken_but_open(fit.record)
    settled = fit is None or fit.converged
    end = "the record has not spoken" if settled else _NOT_SETTLED
    if share.probability <= 0.20:
        return f"Even with the author's links as written it seldom holds; {end}."
    return f"Even with the author's links as written it is not clearly likely; {end}."


def _spoken_but_open(record: RecordFit) -> str:
    """Return why a record that speaks still gives none of the labels that credit it."""
    if record.q.at_most(LOW):
        return (
            "With the record it is unlikely, under the model's assumptions, but not under every "
            "variant of the fit."
        )
    return "The record moves the answer, but leaves it neither likely nor unlikely."


def _links(links: Sequence[str]) -> str:
    if not links:
        return "no link bears on it"
    shown = ", ".join(links[:6])
    return shown + (f" and {len(links) - 6} more" if len(links) > 6 else "")


def footing_sentence(path: Path, check: RecordCheck | None, fit: FitSays | None = None) -> str:
    """Return what a result stands on."""
    if check is not None:
        rows = "the record's rows"
        if check.rows:
            rows = f"{len(check.rows)} recorded row{'s' if len(check.rows) > 1 else ''}"
        gaps = f"; {'; '.join(check.gaps)}" if check.gaps else ""
        return f"Footing: {rows}{gaps}."
    lacks = f"; not recorded: {listed(path.unrecorded)}" if path.unrecorded else ""
    if not path.links:
        return f"Footing: usual rates alone; no link moves what it measures{lacks}."
    total = len(path.links)
    stands = f"{total} {'link' if total == 1 else 'links'} ({_links(path.links)})"
    if path.no_data:
        return f"Footing: {stands}; no data here{lacks}."
    if fit is not None:
        return f"Footing: {stands}; {_fitted_words(path)}{lacks}."
    if total == 1:
        shown = "it joins" if path.informed else "it does not join"
        return f"Footing: {stands}; {shown} things that the record shows and is not fitted to it{lacks}."
    return (
        f"Footing: {stands}, of which {len(path.informed)} join things that the record shows; none "
        f"is fitted to it{lacks}."
    )


def _fitted_words(path: Path) -> str:
    """Return which links on a path the record informs."""
    total, fitted = len(path.links), len(path.fitted)
    if not fitted:
        return f"the record cannot inform {'it' if total == 1 else 'any of them'}"
    if fitted == total:
        return f"{'it is' if total == 1 else 'all are'} fitted to the record"
    return f"{fitted} of them fitted to the record, the others at their prior"
