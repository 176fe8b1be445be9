"""Reads the system map that lies beside the checkout: its tables, places and the brief itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

BRIEF = "baghdad-2024/brief.txt"
MAP = "baghdad-2024/system-map.md"
_PLACE = re.compile(r"\b(T|K[1-4]|P[1-5])\b")


@dataclass(frozen=True)
class SystemMap:
    """The map's four tables as lists of cells, and where each place of the brief begins."""

    actors: list[list[str]]
    happened: list[list[str]]
    links: list[list[str]]
    judgments: list[list[str]]
    starts: dict[str, int]
    text_end: int

    def span(self, place: str) -> tuple[int, int]:
        """Characters of a place: from its start to the start of the next."""
        order = sorted(self.starts.values())
        start = self.starts[place]
        later = [s for s in order if s > start]
        return start, later[0] if later else self.text_end


def read_map(path: Path) -> SystemMap:
    text = path.read_text(encoding="utf-8")
    parts = re.split(r"^## (\d)\. .*$", text, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    line = next(x for x in text.splitlines() if x.startswith("Places:"))
    starts = {n: int(d) for n, d in re.findall(r"([TKP]\d?) \((?:title, )?(\d+)\)", line)}
    found = re.search(r"from (\d+) on it is", text)
    assert found is not None
    return SystemMap(
        *(_rows(sections[number]) for number in "1234"), starts=starts, text_end=int(found[1])
    )


def _rows(section: str) -> list[list[str]]:
    lines = [x for x in section.splitlines() if x.startswith("|")]
    return [[cell.strip() for cell in x.strip("|").split(" | ")] for x in lines[2:]]


def places(cell: str) -> tuple[str, ...]:
    """Return the places named in a cell; `P1-P4` stands for all four."""
    spans = re.sub(
        r"\b([KP])(\d)-\1(\d)\b",
        lambda m: " ".join(f"{m[1]}{n}" for n in range(int(m[2]), int(m[3]) + 1)),
        cell,
    )
    return tuple(dict.fromkeys(_PLACE.findall(spans)))


def offsets(cell: str) -> tuple[tuple[str, int], ...]:
    """Return the (place, character) pairs of a cell, such as ("P2", 3514)."""
    return tuple((p, int(n)) for p, n in re.findall(r"\b([KP]\d) (\d{3,4})\b", cell))
