"""Plain text for a terminal: headings, columns, wrapped sentences."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Sequence
from datetime import date

import typer

__all__ = ["columns", "day_in_words", "heading", "say", "sentence", "width"]

WIDEST = 120


def width() -> int:
    """Return how many characters a line may have: the terminal's, at most 120."""
    return max(40, min(WIDEST, shutil.get_terminal_size((100, 24)).columns))


def say(lines: Iterable[str], *, err: bool = False) -> None:
    """Print lines; a control character in them is shown, so that no case can steer the terminal.

    >>> say(["red: \x1b[31m"])
    red: \\x1b[31m
    """
    for line in lines:
        typer.echo("".join(map(_shown, line)), err=err)


def _shown(character: str) -> str:
    if character.isprintable() or character == "\t":
        return character
    return character.encode("unicode_escape").decode()


def heading(text: str) -> list[str]:
    """Return a heading with a blank line before it."""
    return ["", text]


def columns(rows: Iterable[Sequence[str]], numbers_from: int | None = None) -> list[str]:
    """Return rows as aligned, indented lines; the last column wraps under itself.

    Args:
        rows: cells; all rows equally long.
        numbers_from: from this column on, cells stand at the right and nothing wraps.

    >>> columns([("a", "one"), ("bc", "two")])
    ['  a   one', '  bc  two']
    >>> columns([("a", "1"), ("b", "12")], numbers_from=1)
    ['  a   1', '  b  12']
    """
    table = [tuple(row) for row in rows]
    if not table:
        return []
    wide = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    lines: list[str] = []
    for row in table:
        if numbers_from is not None:
            cells = [
                c.rjust(w) if i >= numbers_from else c.ljust(w)
                for i, (c, w) in enumerate(zip(row, wide, strict=True))
            ]
            lines.append(("  " + "  ".join(cells)).rstrip())
            continue
        first = "  " + "".join(c.ljust(w) + "  " for c, w in zip(row[:-1], wide[:-1], strict=True))
        lines += _hanging(first, row[-1])
    return lines


def _hanging(first: str, text: str) -> list[str]:
    """Return `text` after `first`, further lines indented as deep, but never too narrow to read."""
    room = width() - len(first)
    if room >= 24:
        found = textwrap.wrap(text, room, break_on_hyphens=False) or [""]
        return [(first + found[0]).rstrip(), *(" " * len(first) + line for line in found[1:])]
    return [first.rstrip(), *sentence(text, indent=8)]


def sentence(text: str, indent: int = 2) -> list[str]:
    """Return a text wrapped and indented."""
    space = " " * indent
    return textwrap.wrap(
        text, width(), initial_indent=space, subsequent_indent=space, break_on_hyphens=False
    )


def day_in_words(day: date) -> str:
    """Return such as 1 March 2024.

    >>> day_in_words(date(2024, 3, 1))
    '1 March 2024'
    """
    return f"{day.day} {day:%B %Y}"
