"""The run as plain text: Markdown for notes and pages, and lines of 76 letters for e-mail."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from talion.report.office.citations import Citations
from talion.report.office.dossier import Dossier, JudgmentEntry, Rivals
from talion.report.office.rivals import RIVAL_NOTE
from talion.report.office.table_words import (
    OWN_LINES,
    as_of_line,
    details_said,
    label_said,
    word_said,
)
from talion.report.words import clean, plural

__all__ = ["write_markdown", "write_text"]

_WIDTH = 76
_TIE = "\u00a0"  # keeps a number and its sign on one line while lines are broken
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")
_LINE_MARKS = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)")


@dataclass(frozen=True)
class _Line:
    """A line of the summary: a heading (level above 0), an item of a list, or a paragraph."""

    text: str
    level: int = 0
    item: bool = False
    strong: str = ""


def write_markdown(dossier: Dossier) -> str:
    """Return the summary as Markdown; what would be markup in a text is escaped.

    Args:
        dossier: of a run.
    """
    parts: list[str] = []
    before: _Line | None = None
    for line in _lines(dossier):
        strong = f"**{_escaped(line.strong)}** " if line.strong else ""
        text = strong + _escaped(line.text)
        said = f"{'#' * line.level} {text}" if line.level else f"- {text}" if line.item else text
        if before is not None and not (line.item and before.item):
            parts.append("")
        parts.append(said)
        before = line
    return "\n".join(parts) + "\n"


def write_text(dossier: Dossier) -> str:
    """Return the summary as plain text in lines of at most 76 letters, for e-mail.

    Args:
        dossier: of a run.
    """
    parts: list[str] = []
    before: _Line | None = None
    for line in _lines(dossier):
        text = " ".join(clean(f"{line.strong} {line.text}").split()).replace(" %", f"{_TIE}%")
        if before is not None and (line.level or before.level or not line.item):
            parts.append("")
        if line.level:
            parts += textwrap.wrap(text.upper() if line.level == 1 else text, _WIDTH)
            parts.append(("=" if line.level == 1 else "-") * min(_WIDTH, len(parts[-1])))
            before = None
            continue
        first = "- " if line.item else ""
        parts += textwrap.wrap(
            text, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first),
            break_long_words=False, break_on_hyphens=False,
        ) or [""]  # fmt: skip
        before = line
    return "\n".join(parts).replace(_TIE, " ") + "\n"


def _lines(dossier: Dossier) -> Iterator[_Line]:
    d, citations = dossier, Citations(dossier)
    yield _Line(d.title, level=1)
    yield _Line(as_of_line(d))
    yield _Line("Finding", level=2)
    yield _Line(d.finding)
    yield _Line(d.confidence)
    if d.findings:
        yield _Line("What stands out", level=2)
        yield from (_Line(text, item=True) for text in d.findings)
    yield _Line("Judgments", level=2)
    for j in d.judgments:
        yield _Line(_judgment(j, citations), item=True, strong=f"{j.id}. {j.claim}.")
    if d.rivals is not None:
        yield from _rivals(d.rivals)
    if d.signs or d.watch:
        yield _Line("What to watch", level=2)
    if d.signs:
        yield _Line(d.signs_lead)
        yield from (_Line(sign.text, item=True) for sign in d.signs)
    if d.watch:
        yield _Line(OWN_LINES)
        yield from (_Line(f"{name}: {text}", item=True) for name, text in d.watch)
    yield _Line("Caveats: what the record lacks", level=2)
    yield from (_Line(text, item=True) for text in (*d.lacks, d.whose))
    if d.warnings:
        yield _Line(
            f"The run gave {plural(len(d.warnings), 'warning')}: see its report.", item=True
        )
    yield _Line("Method", level=2)
    yield _Line(d.method)
    if d.withheld:
        yield _Line(d.withheld)


def _rivals(rivals: Rivals) -> Iterator[_Line]:
    """Yield the comparison of rival explanations: the finding, and a line for each."""
    yield _Line("Rival explanations", level=2)
    yield _Line(rivals.finding)
    for entry in rivals.entries:
        verdict = f"{entry.verdict} ({entry.reach})" if entry.reach else entry.verdict
        text = f"Log score against the baseline {entry.said}: {verdict}. Predictive weight {entry.weight}."
        if entry.difference is None:
            text = f"The baseline: {entry.verdict}. Predictive weight {entry.weight}."
        yield _Line(text, item=True, strong=f"{entry.title}.")
    yield _Line(f"{RIVAL_NOTE} Weeks of {rivals.span}; {rivals.made}.")


def _judgment(j: JudgmentEntry, citations: Citations) -> str:
    """Return a judgment's two sentences, then word, readings, label and what else it has, a sentence each."""
    parts = [*j.bottom_line, f"Author’s word: {word_said(j)}."]
    parts += [f"{reading.name}: {reading.said}." for reading in j.readings]
    parts.append(f"{label_said(j)}.{' No data here.' if j.no_data else ''}")
    if j.outcome:
        parts.append(j.record_sentence)
    parts.append(j.confidence)
    parts += details_said(j)
    note = citations.note(j)
    return " ".join(filter(None, (*parts, f"Sources: {note}" if note else "")))


def _escaped(text: str) -> str:
    """Return a text in which nothing is markup.

    >>> _escaped("a*b* <i> [x](y)")
    'a\\\\*b\\\\* \\\\<i\\\\> \\\\[x\\\\](y)'
    >>> _escaped("1. no list")
    '1\\\\. no list'
    """
    one_line = " ".join(clean(text).split())
    marked = _MARKS.sub(r"\\\1", one_line)
    return _LINE_MARKS.sub(lambda m: f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", marked)
