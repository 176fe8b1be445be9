"""Running totals among the rows: told from dated acts, since the one must never be counted as the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from talion.errors import RecordError
from talion.read.choices import Choices, OpenQuestion
from talion.read.column_words import RUNNING_WORDS, plain_words, same_name
from talion.read.entries import Entry

__all__ = ["NO_TOTALS", "total_kinds"]

NO_TOTALS = "none"
_LEAST_ROWS = 5
_LEAST_HARM = 8
_GROWTH = 3


def total_kinds(entries: Sequence[Entry], choices: Choices, place: str) -> dict[str, str]:
    """Return the kinds of row that are running totals, with the kind of act each counts.

    Spellings of one kind that differ by case and signs are one; each stands in what is returned.

    Raises:
        OpenQuestion: numbers of a kind look like a running total and nobody has said.
        RecordError: a choice names a kind that no row has.
    """
    kinds = _by_kind(entries)
    sheets = _as_chosen(choices.totals_sheets, kinds)
    _ask_of_rising_harm(kinds, choices, place)
    if choices.total_types is not None:
        return _spelled(sheets | _as_chosen(choices.total_types, kinds), kinds)
    found = {kind: own for kind, own in kinds.items() if kind not in sheets}
    suspects = {kind: why for kind, own in found.items() if (why := _why(kind, own))}
    if not suspects:
        return _spelled(sheets, kinds)
    pairs = {kind: _counted(kind, found, suspects) for kind in suspects}
    named = all(why.startswith("its name") for why in suspects.values()) and all(pairs.values())
    named = named and not any(";" in word for pair in pairs.items() for word in pair)
    told = "; ".join(f"{kind!r}: {why}" for kind, why in suspects.items())
    flags = "; ".join(f"{kind}={act or 'ACT'}" for kind, act in pairs.items())
    raise OpenQuestion(
        "total_types",
        f"rows of some kinds look like running totals, which are no dated acts ({told}). Which act "
        "does each count?",
        f"--total-types '{flags}' (kind of row=act it counts), or --total-types {NO_TOTALS} if they "
        "are acts",
        place=place,
        proposal=flags if named else None,
    )


def _by_kind(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Return the entries of each kind in the order of their days, by its most usual spelling."""
    groups: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda e: (e.span.start, e.row)):
        groups.setdefault(same_name(entry.kind), []).append(entry)
    return {Counter(e.kind for e in own).most_common(1)[0][0]: own for own in groups.values()}


def _spelled(totals: dict[str, str], kinds: Mapping[str, Sequence[Entry]]) -> dict[str, str]:
    return {entry.kind: act for kind, act in totals.items() for entry in kinds[kind]}


def _ask_of_rising_harm(kinds: Mapping[str, Sequence[Entry]], choices: Choices, place: str) -> None:
    """Ask of deaths or injuries that never fall from row to row: a running total, or harm of each."""
    for field in ("deaths", "injuries"):
        if field in choices.columns or choices.counts:
            continue
        for kind, own in kinds.items():
            numbers = [getattr(entry, field).low for entry in own]
            if len(own) >= _LEAST_HARM and _only_rises(
                [n for n in numbers if n is not None], len(own)
            ):
                raise OpenQuestion(
                    f"columns.{field}",
                    f"{field} in rows of {kind!r} never fall, from {numbers[0]} to {numbers[-1]}: a "
                    "running total, which is not the harm of each act. Which column holds that?",
                    f"--map {field}=COLUMN (the same if the numbers are right), or {field}=- for none",
                    place=place,
                )


def _only_rises(numbers: Sequence[int], rows: int) -> bool:
    rising = len(numbers) == rows and all(a <= b for a, b in pairwise(numbers))
    return rising and numbers[-1] >= max(10, _GROWTH * max(numbers[0], 1))


def _as_chosen(chosen: dict[str, str], kinds: Iterable[str]) -> dict[str, str]:
    by_plain = {same_name(kind): kind for kind in kinds}
    found = {}
    for kind, act in chosen.items():
        if same_name(kind) not in by_plain:
            raise RecordError(
                "no row is of this kind",
                place="--total-types",
                value=kind,
                remedy=f"the kinds are: {', '.join(sorted(by_plain.values())[:12])}",
            )
        if same_name(kind) == same_name(act):
            raise RecordError(
                "a running total counts acts of another kind",
                place="--total-types",
                value=f"{kind}={act}",
                remedy=f"name the act counted, such as {kind}=attack",
            )
        found[by_plain[same_name(kind)]] = by_plain.get(same_name(act), act)
    return found


def _why(kind: str, own: Sequence[Entry]) -> str:
    """Return why rows of a kind look like running totals, or ""."""
    numbers = [e.number.low for e in own if e.number.low is not None]
    words = f" {plain_words(kind)} "
    if any(f" {plain_words(word)}" in words for word in RUNNING_WORDS) and numbers:
        return "its name says so"
    if len(numbers) >= _LEAST_ROWS and _only_rises(numbers, len(own)):
        return f"its numbers never fall, from {numbers[0]} to {numbers[-1]}"
    return ""


def _counted(kind: str, kinds: Iterable[str], suspects: Iterable[str]) -> str:
    """Return the kind of act that a total most likely counts: the one its name holds."""
    others = [other for other in kinds if other not in suspects]
    stems = {other: plain_words(other).rstrip("s") for other in others}
    held = [other for other in others if stems[other] and stems[other] in plain_words(kind)]
    if len(held) == 1:
        return held[0]
    return others[0] if len(others) == 1 else ""
