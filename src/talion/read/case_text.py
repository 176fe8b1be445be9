"""The case file that a table of events begins: commented, complete, and without any link yet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from talion.read.event_kinds import MOST, EventKind
from talion.read.record_rows import RecordRows

__all__ = ["BriefSource", "case_text", "event_block", "in_case", "scalar"]

LONGEST_WINDOW = 1826  # days of record that a case follows at first: five years
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[ '/.-][A-Za-z0-9_]+)*")
_WORDS = {"true", "false", "null", "none", "yes", "no", "on", "off"}


@dataclass(frozen=True)
class BriefSource:
    """The brief's text as the case cites it."""

    id: str
    file: str
    title: str
    sha256: str
    dated: date | None


def scalar(text: str) -> str:
    """Return a text as YAML that reads back as the same text.

    >>> scalar("River Guard"), scalar("no"), scalar("a: b")
    ('River Guard', '"no"', '"a: b"')
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS and len(text) < 120:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + "".join(c if c.isprintable() else _escape(c) for c in escaped) + '"'


def _escape(character: str) -> str:
    code = ord(character)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )


def in_case(kinds: Sequence[EventKind]) -> tuple[EventKind, ...]:
    """Return the kinds that become event types of the case: with a rate, at most twelve."""
    return tuple(kind for kind in kinds if kind.usual)[:MOST]


def case_text(
    made: RecordRows,
    kinds: Sequence[EventKind],
    *,
    title: str,
    table: str,
    brief: BriefSource | None = None,
) -> str:
    """Return the text of `case.yaml`.

    Args:
        made: the record's rows.
        kinds: from `event_kinds`.
        title: of the case.
        table: what the record was imported from, for the comment.
        brief: the brief's text, if there is one.
    """
    parts = [
        _head(made, title, table),
        _sources(brief),
        _actors(made),
        _events(kinds),
        _EMPTY,
    ]
    return "\n".join(parts)


def _head(made: RecordRows, title: str, table: str) -> str:
    last = min(made.period[1], made.as_of)
    first = max(made.period[0], last - timedelta(days=LONGEST_WINDOW))
    why = " (the last five years of the record)" if first > made.period[0] else ""
    return f"""\
# Begun from {_comment(table)}.
# It runs as it is, but claims nothing yet: what drives what goes under `links`, what a brief claims
# under `judgments`. `talion ask` asks for both; `talion check` names every mistake.
#
# [low, likely, high] is a prior by its 1-in-10, middle and 9-in-10 quantiles; one number is fixed.
# Rates are events per month. The record is in the CSV files beside this file.

talion: 1                       # version of the format
title: {scalar(title)}
as_of: {made.as_of.isoformat()}               # nothing published later is used
horizon: [90 days, 180 days]    # how far ahead judgments look
record: .                       # the folder of sources.csv, events.csv, coverage.csv and the rest
history_from: {first.isoformat()}        # from here the record is the simulation's past{why}
"""


def _comment(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _sources(brief: BriefSource | None) -> str:
    head = """\
# Texts that judgments and links point into, besides the sources of the record. A pointer counts
# characters of the file: {source: brief, start: 120, end: 180, gist: in your words}
"""
    if brief is None:
        return f"{head}sources: {{}}\n"
    lines = [
        f"  {brief.id}:",
        f"    file: {scalar(brief.file)}",
        f"    sha256: {scalar(brief.sha256)}",
        f"    title: {scalar(brief.title)}",
    ]
    if brief.dated is not None:
        lines.append(f"    dated: {brief.dated.isoformat()}")
    return f"{head}sources:\n" + "\n".join(lines) + "\n"


def _actors(made: RecordRows) -> str:
    head = """\
# Who acts. If one is part of another, say so (part_of: WHOLE): what a part does its whole does too.
"""
    lines = [f"  {row['id']}: {{name: {scalar(row['name'])}}}" for row in made.actors if row["id"]]
    return f"{head}actors:\n" + "\n".join(lines) + "\n" if lines else f"{head}actors: {{}}\n"


def _events(kinds: Sequence[EventKind]) -> str:
    head = """\
# What can happen, and how often it does in a usual month. The rates are means over the record: if
# the list misses acts, or the period was no usual one, change them and say why.
events:
"""
    chosen = in_case(kinds)
    text = head + "".join(event_block(kind) for kind in chosen)
    left = [kind for kind in kinds if kind not in chosen]
    for kind in left[:40]:
        reason = kind.why if kind.usual is None else f"{kind.rows} rows; add it if it matters"
        text += f"  # not here: {_comment(kind.title)} ({kind.id}): {_comment(reason)}\n"
    return text


def event_block(kind: EventKind) -> str:
    """Return the lines of one event type."""
    low, likely, high = kind.usual or (0.0, 0.0, 0.0)
    lines = [f"  {kind.id}:", f"    title: {scalar(kind.title)}"]
    for key, names in (("by", kind.by), ("against", kind.against)):
        if names:
            lines.append(
                f"    {key}: [{', '.join(names)}]" if len(names) > 1 else f"    {key}: {names[0]}"
            )
    rows = f"action: [{kind.act}]"
    if kind.own:
        rows += f", initiator: [{kind.by[0]}]"
    lines.append(f"    rows: {{{rows}}}")
    lines.append(f"    usual: [{low:g}, {likely:g}, {high:g}]      # {kind.why}")
    if kind.totals:
        lines.append(f"    totals: {kind.totals}      # a running total in totals.csv")
    lines += [f"    because: {scalar('mean of the record: ' + kind.why)}", "    evidence: none"]
    return "\n".join(lines) + "\n"


_EMPTY = """\
# Slow states behind the events: `observed` has dated values, `measured` has event types that
# indicate it, `imagined` has no data. Such as
#   truce: {kind: observed, states: {off: 0, on: 1}, values: {2024-01-01: off}, then: off, because: ...}
factors: {}

# What drives what: CAUSE raises|lowers EFFECT, with one strength, a tempo, a reason. Such as
#   L1: {says: strike raises attack, strength: moderate, fades: weeks, origin: analyst, because: ...}
links: {}

# Worlds to compare with the one in which nothing is done. Such as
#   no_strikes: {title: The strikes stop, from: as_of, do: [{block: strike}]}
what_ifs: {}

# What the brief claims, and what would have to be true of a simulated history for it to hold. Such as
#   J1: {claim: ..., kind: forecast, word: likely, horizons: [90 days], because: ...,
#        holds_if: {count: attack, at_least: 1, in_every: 30 days, from: as_of, to: horizon}}
judgments: {}
"""
