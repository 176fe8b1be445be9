"""Sources in words: the same in footnotes, on slides and in plain text."""

from __future__ import annotations

from talion.report.office.dossier import CitedSource, Dossier, JudgmentEntry, SourceLine
from talion.report.words import day, plural

__all__ = ["Citations", "source_in_words"]

_NAMED = 3
"""Sources that one note names; the others are counted."""


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


class Citations:
    """Writes a note for each judgment; a source is given in full once, then by its id.

    Args:
        dossier: whose sources are cited.
        named: sources that one note names.
    """

    def __init__(self, dossier: Dossier, named: int = _NAMED) -> None:
        self._sources = {source.id: source for source in dossier.sources}
        self._named = named
        self._seen: set[str] = set()

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
            said = source_in_words(source)
            if source.title not in ("", source.id):
                said = f"{said}, here “{source.id}”"
        elif source is not None and source.shared:
            said = f"“{source.id}”"
        self._seen.add(cited.source)
        rows = f"{plural(len(cited.rows), 'row')} of the record" if cited.rows else ""
        return ", ".join(filter(None, (said, cited.place, rows)))
