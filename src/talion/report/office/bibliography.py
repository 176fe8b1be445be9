"""The sources of a run as BibTeX.

A key depends on the source's id alone, so that it stays when other sources come and go. Letters with a
meaning in LaTeX are escaped; all other scripts stay in UTF-8.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator

from talion.report.office.dossier import Dossier, SourceLine
from talion.report.words import clean, day

__all__ = ["bibtex_key", "write_bibliography"]

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_IN_URL = {"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20", '"': "%22", "<": "%3C", ">": "%3E"}


def write_bibliography(dossier: Dossier) -> str:
    """Return every source as a BibTeX entry, in the order of their keys.

    Args:
        dossier: of a run.
    """
    shown = [source for source in dossier.sources if source.shared or not dossier.withheld]
    entries = sorted(((bibtex_key(source.id), source) for source in shown), key=lambda e: e[0])
    said = [f"Sources of: {clean(dossier.title)}", *filter(None, [dossier.withheld])]
    # Outside entries BibTeX passes over everything but the sign that begins one.
    head = [f"% {' '.join(text.split()).replace('@', '(at)')}" for text in said]
    return "\n".join([*head, "", *(_entry(key, source) for key, source in entries)])


def bibtex_key(name: str) -> str:
    """Return the key of a source: its id, or the ASCII letters of it and a few digits of its hash.

    >>> bibtex_key("nbcnews-20230323"), bibtex_key("كتائب").startswith("source-")
    ('nbcnews-20230323', True)
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    kept = re.sub(r"[^A-Za-z0-9.:_-]", "", plain)
    if kept == name:
        return name
    return f"{kept or 'source'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _entry(key: str, source: SourceLine) -> str:
    fields = ",\n".join(f"  {name} = {{{value}}}" for name, value in _fields(source) if value)
    months = re.sub(r"month = \{(\w+)\}", r"month = \1", fields)  # a macro of BibTeX, unquoted
    return f"@misc{{{key},\n{months}\n}}\n"


def _fields(source: SourceLine) -> Iterator[tuple[str, str]]:
    dated = source.dated or source.published
    yield "title", f"{{{_escaped(source.title or source.id)}}}"
    yield "howpublished", _escaped(source.kind)
    if dated is not None:
        yield "year", f"{dated.year:04d}"
        yield "month", _MONTHS[dated.month - 1]
    yield "url", "".join(_IN_URL.get(c, c) for c in clean(source.address))
    note = [day(dated)] if dated is not None else []
    note += [f"Admiralty grade {source.grade}"] if source.grade else []
    note += [_escaped(source.note)] if source.note else []
    yield "note", "; ".join(note)


def _escaped(text: str) -> str:
    """Return a text in which LaTeX sees letters only.

    >>> _escaped("50 % of R&D_x"), _escaped("كتائب حزب الله")
    ('50 \\\\% of R\\\\&D\\\\_x', 'كتائب حزب الله')
    """
    one_line = " ".join(clean(text).split())
    return "".join(_SPECIAL.get(c, c) for c in one_line)
