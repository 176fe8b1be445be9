"""Ids of imported rows: the same row of the sheet keeps its id, though rows move or change.

A row's own id serves where the sheet has one. Otherwise a row is recognised, in this order, by all
its cells; by day, sides and act; by its place between recognised rows, if two of day, sides, act,
number and place agree. What is not recognised is new.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence

from talion.errors import RecordError
from talion.read.spelling import identifier
from talion.record.faults import IDENTIFIER

__all__ = ["Cells", "own_ids", "recognised"]

Cells = Mapping[str, str]  # a row of a native table as text by column

_SAME = ("start", "initiator", "target", "action")
_LIKE = ("start", "initiator", "target", "action", "attacks", "place", "deaths")
_ENOUGH = 3  # of the columns of _LIKE that say anything


def own_ids(origins: Sequence[tuple[int, str]], acts: Sequence[str], place: str) -> list[str]:
    """Return ids made of the sheet's own ids; "" where a row states none.

    Args:
        origins: (row number, own id) of each event.
        acts: action of each event.
        place: file and sheet.

    Raises:
        RecordError: two rows have one id.
    """
    per_row = Counter(row for row, _ in origins)
    found: dict[str, int] = {}
    ids = []
    for (row, key), act in zip(origins, acts, strict=True):
        if not key:
            ids.append("")
            continue
        plain = key if IDENTIFIER.fullmatch(key) else identifier(key)
        made = f"{plain}_{act}" if per_row[row] > 1 else plain
        if not made or made in found:
            remedy = "mend the ids, or say --map id=- to leave them out"
            message = (
                f"the id of row {found[made]} stands in row {row} too"
                if made
                else "no id can be made of it"
            )
            raise RecordError(message, place=f"{place}, row {row}", value=key, remedy=remedy)
        found[made] = row
        ids.append(made)
    return ids


def recognised(
    new: Sequence[Cells], base: Mapping[str, Cells], ids: Sequence[str]
) -> list[str | None]:
    """Return for each new row the id of the earlier row that it is, or None.

    Args:
        new: rows of this import, without ids, in the order of the sheet.
        base: rows of the last import by id, in its order.
        ids: own ids of the new rows, "" for none.
    """
    found: list[str | None] = [key if key in base else None for key in ids]
    taken = {key for key in found if key}
    open_ = [i for i, key in enumerate(ids) if not key]
    for columns in (None, _SAME):
        waiting: dict[tuple[str, ...], deque[str]] = {}
        for key, cells in base.items():
            if key not in taken:
                waiting.setdefault(_print(cells, columns), deque()).append(key)
        for i in open_:
            if found[i] is None and (queue := waiting.get(_print(new[i], columns))):
                found[i] = queue.popleft()
                taken.add(found[i] or "")
    _between(new, base, found, taken, open_)
    return found


def _print(cells: Cells, columns: tuple[str, ...] | None) -> tuple[str, ...]:
    if columns is not None:
        return tuple(cells.get(name, "") for name in columns)
    return tuple(sorted(f"{k}={v}" for k, v in cells.items() if v and k != "id"))


def _between(
    new: Sequence[Cells],
    base: Mapping[str, Cells],
    found: list[str | None],
    taken: set[str],
    open_: Sequence[int],
) -> None:
    """Recognise leftover rows by their place between rows already recognised."""
    order = list(base)
    position = {key: n for n, key in enumerate(order)}
    free = [key not in taken for key in order]
    at = 0  # where in the earlier order the row before stood
    wanted = set(open_)
    for i, cells in enumerate(new):
        key = found[i]
        if key is not None:
            at = position[key] + 1
            continue
        if i not in wanted:
            continue
        n = at
        while n < len(order) and free[n]:
            if _alike(cells, base[order[n]]):
                found[i] = order[n]
                free[n] = False
                at = n + 1
                break
            n += 1


def _alike(one: Cells, other: Cells) -> bool:
    pairs = [(one.get(name, ""), other.get(name, "")) for name in _LIKE]
    return sum(a == b for a, b in pairs if a or b) >= _ENOUGH
