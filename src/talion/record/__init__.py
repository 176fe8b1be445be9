"""The record: who did what to whom when, how it is known, and how completely.

`event` is the vocabulary, `record` the whole and its questions, `tables` reads and writes CSV,
`merge` joins reports of one event, `reconcile` holds totals against dated rows, `before_after`
counts around each act without any model.
"""

from talion.record.event import (
    Absence,
    Actor,
    Conflict,
    Count,
    Coverage,
    Event,
    Evidence,
    Harm,
    Source,
)
from talion.record.record import Record

__all__ = [
    "Absence",
    "Actor",
    "Conflict",
    "Count",
    "Coverage",
    "Event",
    "Evidence",
    "Harm",
    "Record",
    "Source",
]
