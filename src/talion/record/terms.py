"""The words a record may use, and the checks its rows share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from talion.record.faults import Fault, RowError

__all__ = [
    "ACTION_TYPES",
    "GRADES",
    "LISTINGS",
    "PLOVER_TYPES",
    "PRECISIONS",
    "PUBLISHED_HOW",
    "STATUSES",
    "at_least",
    "in_order",
    "one_of",
    "refuse",
]

# Longest interval in days that a precision allows.
PRECISIONS = {"day": 1, "week": 7, "month": 31, "year": 366, "period": 200 * 366}
STATUSES = ("reported", "claimed", "disputed")
PUBLISHED_HOW = ("stated", "address", "assumed")
LISTINGS = ("near complete", "partial", "unknown")
GRADES = tuple(letter + digit for letter in "ABCDEF" for digit in "123456")
PLOVER_TYPES = (
    "ACCUSE",
    "AGREE",
    "AID",
    "ASSAULT",
    "COERCE",
    "CONSULT",
    "COOPERATE",
    "DEMAND",
    "INVESTIGATE",
    "MOBILIZE",
    "PROTEST",
    "REJECT",
    "REQUEST",
    "RETREAT",
    "SANCTION",
    "SUPPORT",
    "THREATEN",
    "YIELD",
)
# The usual PLOVER type of each native action: what a row without a type is given.
ACTION_TYPES = {
    "attack": "ASSAULT",
    "strike": "ASSAULT",
    "targeted_killing": "ASSAULT",
    "war_start": "ASSAULT",
    "raid": "COERCE",
    "vote": "DEMAND",
    "exit_demand": "DEMAND",
    "threat": "THREATEN",
    "criticism": "ACCUSE",
    "condemnation": "ACCUSE",
    "statement": "CONSULT",
    "talks": "AGREE",
    "hmc_session": "CONSULT",
    "talks_pause": "REJECT",
    "contact_us": "CONSULT",
    "contact_iran": "CONSULT",
    "iranian_visit": "CONSULT",
    "visit": "CONSULT",
    "treasury_action": "SANCTION",
    "treasury_request": "REQUEST",
    "bank_ban": "SANCTION",
    "pause": "RETREAT",
    "mission_pause": "RETREAT",
}


def refuse(place: str, faults: Iterable[Fault]) -> None:
    """Raise all faults of a row, if there are any."""
    found = tuple(faults)
    if found:
        raise RowError(place, found)


def one_of(column: str, value: str, allowed: Iterable[str]) -> list[Fault]:
    """Return the fault of a word that is none of those allowed."""
    words = tuple(allowed)
    if value in words:
        return []
    return [Fault(column, value, "not a known word", f"use one of {', '.join(words)}")]


def in_order(first: str, start: date, second: str, end: date) -> list[Fault]:
    """Return the fault of two dates in the wrong order."""
    if start <= end:
        return []
    message = f"{second} {end} lies before {first} {start}"
    return [Fault(second, end.isoformat(), message, f"check both dates; {first} comes first")]


def at_least(column: str, value: int, least: int) -> list[Fault]:
    """Return the fault of a number under `least`."""
    if value >= least:
        return []
    return [Fault(column, value, f"less than {least}", f"give {least} or more")]
