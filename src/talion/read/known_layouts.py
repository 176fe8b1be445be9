"""Tables that come as an event data set gives them: which column is which field, and what to know.

A layout is told by names that only it has together. What is proposed for it can be changed like any
other proposal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from talion.read.column_words import plain_words
from talion.read.header import Column

__all__ = ["KnownLayout", "known_layout"]


@dataclass(frozen=True)
class KnownLayout:
    """How a data set calls its columns.

    Attributes:
        name: of the data set.
        marks: column names by which it is told, in plain words.
        fields: field -> column names, the best first.
        caution: what an analyst must know of its rows, in a sentence.
        labels: words for the codes of its kinds of act.
    """

    name: str
    marks: frozenset[str]
    fields: Mapping[str, tuple[str, ...]]
    caution: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def columns(self, columns: Iterable[Column]) -> dict[str, Column]:
        """Return the column of each field that is there once."""
        by_name: dict[str, list[Column]] = {}
        for column in columns:
            by_name.setdefault(plain_words(column.name), []).append(column)
        found = {}
        for name, words in self.fields.items():
            there = [by_name[word][0] for word in words if len(by_name.get(word, ())) == 1]
            if there:
                found[name] = there[0]
        return found


_SIDES = "are the two sides as listed, not who acts and against whom; check which is which"
# Titles of the twenty groups of CAMEO, the scheme that GDELT and ICEWS code acts by.
_CAMEO = [
    "statement",
    "appeal",
    "intent to cooperate",
    "consultation",
    "diplomatic cooperation",
    "material cooperation",
    "aid",
    "concession",
    "investigation",
    "demand",
    "disapproval",
    "rejection",
    "threat",
    "protest",
    "show of force",
    "reduction of relations",
    "coercion",
    "assault",
    "fight",
    "mass violence",
]
_CAMEO_ROOTS = {f"{n:02}": word for n, word in enumerate(_CAMEO, 1)} | {
    str(n): word for n, word in enumerate(_CAMEO, 1)
}

LAYOUTS = (
    KnownLayout(
        "ACLED",
        frozenset({"event date", "actor1", "actor2", "event type", "sub event type"}),
        {
            "date": ("event date",),
            "precision": ("time precision",),
            "by": ("actor1",),
            "against": ("actor2",),
            "type": ("sub event type",),
            "deaths": ("fatalities",),
            "place": ("location",),
            "country": ("country",),
            "source": ("source",),
            "note": ("notes",),
            "id": ("event id cnty", "event id"),
        },
        f"actor1 and actor2 {_SIDES}",
    ),
    KnownLayout(
        "UCDP GED",
        frozenset({"date start", "date end", "side a", "side b", "best"}),
        {
            "date": ("date start",),
            "end": ("date end",),
            "by": ("side a",),
            "against": ("side b",),
            "type": ("type of violence",),
            "deaths": ("best",),
            "place": ("where description", "adm 1"),
            "country": ("country",),
            "source": ("source article",),
            "id": ("id", "relid"),
        },
        f"side_a and side_b {_SIDES}; deaths are the best estimate, of both sides together",
        {"1": "state-based violence", "2": "non-state violence", "3": "one-sided violence"},
    ),
    KnownLayout(
        "GTD",
        frozenset({"gname", "attacktype1 txt", "nkill"}),
        {
            "by": ("gname",),
            "against": ("targtype1 txt", "target1"),
            "type": ("attacktype1 txt",),
            "deaths": ("nkill",),
            "injuries": ("nwound",),
            "place": ("city",),
            "country": ("country txt",),
            "source": ("scite1",),
            "note": ("summary",),
            "id": ("eventid",),
        },
        "the group is the one suspected",
    ),
    KnownLayout(
        "ICEWS",
        frozenset({"event date", "source name", "target name", "event text"}),
        {
            "date": ("event date",),
            "by": ("source name",),
            "against": ("target name",),
            "type": ("event text",),
            "place": ("city",),
            "country": ("country",),
            "source": ("publisher",),
            "id": ("event id",),
        },
        "rows are coded by machine: one event may stand in many rows",
    ),
    KnownLayout(
        "a graph of events",
        frozenset({"source", "target", "date"}),
        {
            "date": ("date",),
            "by": ("source",),
            "against": ("target",),
            "type": ("event", "relation"),
        },
        "the column source is taken for who acts, not for who reports it",
    ),
    KnownLayout(
        "GDELT",
        frozenset({"sqldate", "actor1name", "actor2name", "eventrootcode"}),
        {
            "date": ("sqldate",),
            "by": ("actor1name",),
            "against": ("actor2name",),
            "type": ("eventrootcode",),
            "place": ("actiongeo fullname",),
            "source": ("sourceurl",),
            "id": ("globaleventid",),
        },
        "rows are coded by machine: one event may stand in many rows, and a report in many papers",
        _CAMEO_ROOTS,
    ),
)


def known_layout(columns: Iterable[Column]) -> KnownLayout | None:
    """Return the layout that the names of columns have, or None.

    >>> found = known_layout([Column(i, n) for i, n in enumerate(["Source", "Event", "Target", "Date"])])
    >>> found.columns([Column(0, "Source"), Column(1, "x")])["by"].index
    0
    """
    names = {plain_words(column.name) for column in columns}
    return next((layout for layout in LAYOUTS if layout.marks <= names), None)
