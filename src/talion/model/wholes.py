"""Who is part of whom: actors and the wholes that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from talion.model.case import Case

__all__ = ["wholes_of"]


def wholes_of(case: Case) -> Mapping[str, frozenset[str]]:
    """Return actor -> everything it is part of, directly or through others, by case or record.

    >>> from talion.model.case import load_case
    >>> sorted(wholes_of(load_case("baghdad-2024"))["qods_force"])
    ['iran', 'irgc']
    """
    direct = {name: set(actor.part_of) for name, actor in case.actors.items()}
    for actor in case.record.actors:
        if actor.part_of:
            direct.setdefault(actor.id, set()).add(actor.part_of)
    found: dict[str, frozenset[str]] = {}
    for name, first in direct.items():
        wholes, todo = set[str](), list(first)
        while todo:
            whole = todo.pop()
            if whole not in wholes:
                wholes.add(whole)
                todo += direct.get(whole, ())
        found[name] = frozenset(wholes)
    return found
