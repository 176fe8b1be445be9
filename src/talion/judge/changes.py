"""What differs between two runs before anything is simulated: case, record, fit, settings.

A change belongs to a *unit*, the smallest thing one would change alone: a link, an event type, the
record, the seed. Prose (reasons, titles, evidence) can move no number and is told apart; so is an
entry that is only spelled another way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from talion.judge.kept_results import KeptFit, KeptReceipt
from talion.judge.run_folder import KeptRun
from talion.model.schema import CaseDocument

__all__ = ["MOVES", "Area", "Change", "Weight", "changes_between", "short"]

Area = Literal["case", "record", "fit", "settings"]
Weight = Literal["moves", "noise", "none"]
MOVES: Weight = "moves"

# Keys of a case that say and do not act, wherever they stand.
_PROSE = frozenset(
    {"because", "evidence", "title", "note", "notes", "leads", "watch", "gist", "as_of_note"}
    | {"evidence_for", "evidence_against", "shows", "where", "claim", "held_by", "group", "tie"}
    | {"name", "tempo"}
)
# Of a judgment only its tests act; and of the whole case these sections act on no judgment.
_TESTS = frozenset({"holds_if", "under", "horizons", "also"})
_IDLE = frozenset({"sources", "counterfactuals", "rivals", "lexicon", "record", "talion"})
_SECTIONS = frozenset(
    {"sources", "actors", "events", "series", "factors", "links", "issues", "decisions"}
    | {"what_ifs", "counterfactuals", "judgments", "word_strengths"}
)
_LONGEST = 120


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        area: where it lies.
        unit: what would be changed alone: `links.L2`, `record`, `as_of`, `seed`, `fit`.
        key: where exactly: `links.L2.share`, `events raid-7, deaths`.
        how: added, removed, changed, or order (the same entries in another order).
        before, after: what stood there, shortened; "" for nothing.
        weight: whether it can move a number: moves; noise, only by chance; or none.
    """

    area: Area
    unit: str
    key: str
    how: Literal["added", "removed", "changed", "order"]
    before: str
    after: str
    weight: Weight


def changes_between(before: KeptRun, after: KeptRun) -> tuple[Change, ...]:
    """Return every difference of two runs in what they were made of, in a fixed order."""
    from talion.judge.record_changes import record_changes

    one, two = before.results, after.results
    found = [
        *_case_changes(before, after),
        *record_changes(before, after),
        *_fit_changes(one.fit, two.fit),
        *_setting_changes(one.receipt, two.receipt),
    ]
    return tuple(found)


# --- the case ------------------------------------------------------------------------------------


def _case_changes(before: KeptRun, after: KeptRun) -> Iterator[Change]:
    if before.case is None or after.case is None:
        hashes = [run.results.receipt.case_hash for run in (before, after)]
        if hashes[0] != hashes[1]:
            yield Change(
                "case", "case", "its text", "changed", hashes[0][:12], hashes[1][:12], MOVES
            )
        return
    read = _documents(before.case, after.case)
    keys = dict.fromkeys([*before.case, *after.case])
    for key in keys:
        old, new = before.case.get(key), after.case.get(key)
        if key in _SECTIONS and isinstance(old or {}, Mapping) and isinstance(new or {}, Mapping):
            yield from _section(key, old or {}, new or {}, read)
        elif old != new:
            same = read is not None and _field(read[0], key) == _field(read[1], key)
            weight = "none" if same or key in _PROSE | _IDLE else MOVES
            yield _changed(key, key, old, new, weight)


def _documents(*cases: Mapping[str, Any]) -> tuple[CaseDocument, CaseDocument] | None:
    """Return both cases as read, or None where one is of another version's form."""
    try:
        one, two = (CaseDocument.model_validate(case) for case in cases)
    except ValidationError:
        return None
    return one, two


def _field(document: CaseDocument, key: str) -> object:
    return getattr(document, {"record": "record_folder"}.get(key, key), None)


def _section(
    section: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    read: tuple[CaseDocument, CaseDocument] | None,
) -> Iterator[Change]:
    idle: Weight = "none" if section in _IDLE else MOVES
    for name in dict.fromkeys([*old, *new]):
        unit = f"{section}.{name}"
        if name not in new or name not in old:
            here = old[name] if name in old else new[name]
            how: Literal["added", "removed"] = "added" if name in new else "removed"
            said = _entry(here)
            ends = ("", said) if how == "added" else (said, "")
            weight = idle if section != "judgments" else "none"  # it moves no other judgment
            yield Change("case", unit, unit, how, *ends, weight)
        elif old[name] != new[name]:
            same = read is not None and _same_entry(section, name, read)
            for change in _within(unit, unit, old[name], new[name]):
                acts = idle == MOVES and not same and _acts(section, change.key)
                yield change if acts else _weightless(change)
    common = [name for name in old if name in new], [name for name in new if name in old]
    if common[0] != common[1]:
        yield _changed(section, section, common[0], common[1], idle, order=True)


def _same_entry(section: str, name: str, read: tuple[CaseDocument, CaseDocument]) -> bool:
    """Whether an entry means the same though it is spelled another way."""
    one, two = (getattr(document, section).get(name) for document in read)
    return bool(one == two)


def _acts(section: str, key: str) -> bool:
    parts = key.split(".")[2:]
    if section == "judgments":
        if not parts or parts[0] not in _TESTS:
            return not parts
        return parts[0] != "also" or len(parts) < 3 or parts[2] in _TESTS
    if section == "actors":
        return not parts or parts[0] == "part_of"
    return not _PROSE & frozenset(parts)


def _weightless(change: Change) -> Change:
    return Change(
        change.area, change.unit, change.key, change.how, change.before, change.after, "none"
    )


def _within(unit: str, key: str, old: object, new: object) -> Iterator[Change]:
    """Yield the differences of two values, key by key as deep as both are mappings."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)) or _is_test(old, new):
        yield _changed(unit, key, old, new, MOVES)
        return
    for name in dict.fromkeys([*old, *new]):
        if old.get(name, _ABSENT) != new.get(name, _ABSENT):
            yield from _within(unit, f"{key}.{name}", old.get(name), new.get(name))


_ABSENT = object()  # `key: null` is not the same as no key


def _is_test(*values: Mapping[str, Any]) -> bool:
    """Whether these are tests, which are said whole."""
    from talion.model.claim import HEADS

    return all(any(head in value for head in HEADS) for value in values)


def _changed(
    unit: str, key: str, old: object, new: object, weight: Weight, *, order: bool = False
) -> Change:
    how: Literal["added", "removed", "changed", "order"] = "changed"
    if order:
        how = "order"
    elif old is None:
        how = "added"
    elif new is None:
        how = "removed"
    ends = ["" if value is None else short(value) for value in (old, new)]
    return Change("case", unit, key, how, ends[0], ends[1], weight)


_HEADS = ("says", "claim", "title", "name")  # what an entry is called by, the first that it has
_SIZES = ("share", "extra", "times", "points", "per_100", "strength", "usual", "do", "set", "block")


def _entry(value: object) -> str:
    """Return a whole entry in a few words: what it is called, and its size."""
    if not isinstance(value, Mapping):
        return short(value)
    named = next((short(value[key]) for key in _HEADS if value.get(key)), "")
    sizes = [f"{key} {short(value[key])}" for key in _SIZES if key in value]
    return ", ".join(part for part in (named, *sizes[:1]) if part) or short(value)


def short(value: object) -> str:
    """Return a value of a case file as a few words; a prior as its middle and its ends.

    >>> short([5, 12, 25]), short({"set": "war", "to": "ended"}), short("strong")
    ('12 (5 to 25)', '{set: war, to: ended}', 'strong')
    """
    text = _said(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def _said(value: object) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int | float):
        return f"{value:g}" if abs(value) < 1e6 else str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_said(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        if len(value) == 3 and all(_is_number(item) for item in value):
            low, likely, high = value
            return f"{_said(likely)} ({_said(low)} to {_said(high)})"
        return "[" + ", ".join(map(_said, value)) + "]"
    return str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# --- fit and settings ----------------------------------------------------------------------------


def _fit_changes(before: KeptFit | None, after: KeptFit | None) -> Iterator[Change]:
    """Yield how the fits differ; what they were made of is told by case and record."""
    if before is None and after is None:
        return
    if before is None or after is None:
        ends = ("none", "made") if before is None else ("made", "none")
        how: Literal["added", "removed"] = "added" if before is None else "removed"
        yield Change("fit", "fit", "fit to the record", how, *ends, MOVES)
        return
    for name in ("method", "version", "seed", "chains", "sweeps", "kept"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Change("fit", "fit", name, "changed", str(old), str(new), MOVES)
    if (before.case_hash, before.record_hash) != (after.case_hash, after.record_hash):
        ends = (_made_of(before), _made_of(after))
        yield Change("fit", "fit", "made of another case or record", "changed", *ends, "none")
    if before.verdict != after.verdict:
        ends = (before.verdict or "converged", after.verdict or "converged")
        yield Change("fit", "fit", "convergence", "changed", *ends, "none")


def _made_of(fit: KeptFit) -> str:
    return f"case {fit.case_hash[:8]}, record {fit.record_hash[:8]}"


def _setting_changes(before: KeptReceipt, after: KeptReceipt) -> Iterator[Change]:
    for name in ("seed", "draws", "histories"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            unit = "seed" if name == "seed" else "sizes"
            yield Change("settings", unit, name, "changed", str(old), str(new), "noise")
    if before.version != after.version:
        ends = (before.version, after.version)
        yield Change("settings", "version", "version of Talion", "changed", *ends, MOVES)
    for name in sorted({*before.packages, *after.packages}):
        old, new = before.packages.get(name, "none"), after.packages.get(name, "none")
        if old != new:
            yield Change("settings", "packages", name, "changed", old, new, "noise")
