"""The model-free table for the pairs of types that a case ties by a link.

It shows what a reader would count by hand, with the listing of both sides beside it. It is no
estimate of an effect: what made the event happen moves the counts too.
"""

from __future__ import annotations

from dataclasses import dataclass

from talion.model.case import Case
from talion.model.history import rows_of
from talion.record.before_after import Around, Listing, around_each

__all__ = ["MOST_ACTS", "WINDOWS", "PairTable", "before_and_after"]

WINDOWS = (7, 30, 90)
MOST_ACTS = 60  # windows around more acts than this overlap so much that counting shows little


@dataclass(frozen=True)
class PairTable:
    """Rows of one event type around each recorded event of another.

    Attributes:
        cause, effect: event types tied by a link.
        acts: one entry for each recorded event of the cause, in order of day.
    """

    cause: str
    effect: str
    acts: tuple[Around, ...]


def before_and_after(case: Case) -> tuple[PairTable, ...]:
    """Return the table for every event type that another type answers or is held down by.

    Only pairs of different types with recorded rows on both sides appear, and only causes with at
    most 60 of them; cause by cause in the order of the case.
    """
    recorded = {name: rows_of(event, case.record) for name, event in case.events.items()}
    pairs = dict.fromkeys(
        (a.cause, a.effect) for a in case.arrows if a.kind == "event-event" and a.cause != a.effect
    )
    return tuple(
        PairTable(
            cause,
            effect,
            around_each(
                case.record,
                recorded[cause],
                recorded[effect],
                windows=WINDOWS,
                listing=_listing(case, effect),
            ),
        )
        for cause, effect in sorted(pairs, key=lambda pair: [*case.events].index(pair[0]))
        if recorded[effect] and 0 < len(recorded[cause]) <= MOST_ACTS
    )


def _listing(case: Case, effect: str) -> Listing | None:
    event = case.events[effect]
    if event.totals is None or event.rows is None:
        return None
    return Listing(case.record, event.rows.action or None, case.as_of, event.totals)
