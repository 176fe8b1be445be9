"""Sources in words: the same in footnotes, on slides and in plain text."""

from __future__ import annotations

from collections.abc import Iterable

from talion.report.office.dossier import CitedSource, Dossier, JudgmentEntry, SourceLine
from talion.report.words import day, plural

__all__ = ["Citations", "source_in_full", "source_in_words"]

_NAMED, _MOST = 3, 3
"""Sources that the note of a judgment, and the note of the record, names; the others are counted."""
_JUDGED = "text"
"""Kind of a source that is a text: what the judgments are taken from."""


def source_in_words(source: SourceLine) -> str:
    """Return title, Admiralty grade and date of a source.

    >>> source_in_words(SourceLine(id="log", title="Daily log", kind="press", grade="B2", dated=None,
    ...     published=None, address="", note="", supports=(), events=3, shared=True))
    'Daily log (grade B2)'
    """
    dated = source.dated or source.published
    about = [f"grade {source.grade}"] if source.grade else []
    about += [day(dated)] if dated else []
    return f"{source.title or source.id} ({', '.join(about)})" if about else source.title


def source_in_full(source: SourceLine) -> str:
    """Return title, grade, date and address of a source.

    >>> source_in_full(SourceLine(id="log", title="Daily log", kind="press", grade="B2", dated=None,
    ...     published=None, address="https://a.example", note="", supports=(), events=3, shared=True))
    'Daily log (grade B2), https://a.example'
    """
    said = source_in_words(source)
    return said if source.address in ("", source.title) else f"{said}, {source.address}"


class Citations:
    """Writes notes; a source is given in full once, then by its id.

    Args:
        dossier: whose sources are cited.
        named: sources that the note of a judgment names.
        addresses: say where a source is found, where it is first cited.
    """

    def __init__(self, dossier: Dossier, named: int = _NAMED, *, addresses: bool = False) -> None:
        self._sources = {source.id: source for source in dossier.sources}
        self._named = named
        self._in_full = source_in_full if addresses else source_in_words
        self._seen: set[str] = set()
        # Only of these an id has to be known to the reader.
        self._again = {cited.source for j in dossier.judgments for cited in j.cites}

    def judged(self) -> str:
        """Return a note of the texts that the judgments are taken from; "" if there is none."""
        found = [s for s in self._sources.values() if s.kind == _JUDGED][:_MOST]
        return self._all(CitedSource(source=s.id) for s in found)

    def record(self) -> str:
        """Return a note of the sources of most rows of the record; "" if it has none."""
        rest = [s for s in self._sources.values() if s.kind != _JUDGED]
        ranked = sorted(rest, key=lambda s: (-s.events, s.id))
        parts = [self._all([CitedSource(source=s.id)]).removesuffix(".") for s in ranked[:_MOST]]
        for number, source in enumerate(ranked[:_MOST]):
            if source.events:
                parts[number] += f": {plural(source.events, 'row')}"
        more = len(ranked) - _MOST
        if more > 0:
            parts.append(f"and {plural(more, 'further source')}, which the annex names")
        return f"{'; '.join(parts)}." if parts else ""

    def _all(self, cited: Iterable[CitedSource]) -> str:
        parts = [self._cite(one) for one in cited]
        return f"{'; '.join(parts)}." if parts else ""

    def note(self, judgment: JudgmentEntry) -> str:
        """Return the sources of a judgment in a sentence; "" if it cites none."""
        shown = judgment.cites[: self._named]
        parts = [self._cite(cited) for cited in shown]
        more = len(judgment.cites) - len(shown)
        if more:
            parts.append(f"and {plural(more, 'further source')}")
        return f"{'; '.join(parts)}." if parts else ""

    def _cite(self, cited: CitedSource) -> str:
        source = self._sources.get(cited.source)
        said = cited.source
        if source is not None and cited.source not in self._seen:
            said = self._in_full(source)
            if source.title not in ("", source.id) and cited.source in self._again:
                said = f"{said}, here “{source.id}”"
        elif source is not None and source.shared:
            said = f"“{source.id}”"
        self._seen.add(cited.source)
        rows = f"{plural(len(cited.rows), 'row')} of the record" if cited.rows else ""
        return ", ".join(filter(None, (said, cited.place, rows)))
