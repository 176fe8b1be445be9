"""Evidence as W3C Web Annotations: what a part of the case points at, and where in which text.

Each pointer by characters is an annotation: its body is our gist and the part of the case, its target
the source with a `TextPositionSelector`. A `TextQuoteSelector`, which holds the words themselves, is added
only from a file that the user supplies; no text of a source is part of a case. Sources are named by
their SHA-256 (RFC 6920), so that whoever holds the same file finds the place.

A pointer by quoted words has a `TextQuoteSelector` of the words that the case itself holds; with the file
they become those of the file, with their place. Words left out of a quotation (`...`) need the file.

Pointers to rows of the record or to a date alone have no place in a text and are left out, and so is
whatever points into a source marked `shared: no`; how many is returned too.

Offsets count characters (code points) of the text decoded as UTF-8, end excluded, as the standard has it.

References:
    Web Annotation Data Model, W3C Recommendation, 23 February 2017.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from talion.errors import InputError
from talion.model.case import Case
from talion.model.schema import CaseEvidence
from talion.read.passages import passage_of

__all__ = ["Annotations", "evidence_annotations", "private_sources", "source_iri"]

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_AROUND = 32  # characters before and after a quotation

_MOTIVES = {"evidence": "linking", "evidence_for": "linking", "evidence_against": "linking"}


@dataclass(frozen=True)
class Annotations:
    """A collection of annotations.

    Attributes:
        document: JSON-LD.
        count: how many there are.
        left_out: pointers that have no place in a text, or none without the file.
        withheld: pointers into sources that may not be passed on.
    """

    document: Mapping[str, Any]
    count: int
    left_out: int
    withheld: int


def private_sources(case: Case) -> frozenset[str]:
    """Return the ids of the sources whose rows and texts may not be passed on."""
    texts = (name for name, entry in case.sources.items() if entry.shared == "no")
    return frozenset([*texts, *(s.id for s in case.record.sources if not s.shared)])


def source_iri(case: Case, source: str) -> str:
    """Return the name of a source: by its hash, else its address, else its id.

    >>> from talion.model.case import load_case
    >>> source_iri(load_case("starter"), "note")
    'ni:///sha-256;0qCMdb...'
    """
    entry = case.sources.get(source)
    row = next((s for s in case.record.sources if s.id == source), None)
    sha256 = (entry.sha256 if entry else None) or (row.sha256 if row else None)
    if sha256 is not None:
        told = base64.urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=").decode()
        return f"ni:///sha-256;{told}"
    return (row.address if row else "") or f"urn:talion:source:{source}"


def evidence_annotations(case: Case, texts: Mapping[str, str] | None = None) -> Annotations:
    """Return the evidence of a case as an annotation collection.

    Args:
        case: the case.
        texts: source -> its text, as the user supplied it; the hash is checked by who reads it.

    Raises:
        InputError: a supplied text does not hold what a pointer names.
    """
    found, left_out, withheld = [], 0, 0
    private = private_sources(case)
    for part, role, number, item in _pointers(case):
        if item.source is None or not (selectors := _selectors(item, texts or {})):
            left_out += 1
            continue
        if item.source in private:
            withheld += 1
            continue
        name = f"urn:talion:{case.name}:{part}:{role}:{number}"
        found.append(_annotation(case, name, part, role, item, selectors))
    document = {
        "@context": CONTEXT,
        "id": f"urn:talion:{case.name}:evidence",
        "type": "AnnotationCollection",
        "label": f"Evidence of the case {case.title}",
        "total": len(found),
        "first": {
            "id": f"urn:talion:{case.name}:evidence:1",
            "type": "AnnotationPage",
            "startIndex": 0,
            "items": found,
        },
    }
    return Annotations(document, len(found), left_out, withheld)


Pointed = tuple[str, str, int, CaseEvidence]


def _pointers(case: Case) -> Iterator[Pointed]:
    """Yield every piece of evidence: part of the case, role, number from 1, the pointer."""
    sections: Mapping[str, Mapping[str, Any]] = {
        "actors": case.actors,
        "events": case.events,
        "factors": case.factors,
        "links": case.links,
        "judgments": case.judgments,
    }
    for section, entries in sections.items():
        for name, entry in entries.items():
            for role in _MOTIVES:
                items: Iterable[CaseEvidence] = getattr(entry, role, ())
                for number, item in enumerate(items, 1):
                    yield f"{section}.{name}", role, number, item
    for event in case.record.events:
        for number, row in enumerate(event.evidence, 1):
            item = CaseEvidence(source=row.source, start=row.start, end=row.end, gist=row.gist)
            yield f"record.events.{event.id}", "evidence", number, item


def _annotation(
    case: Case,
    name: str,
    part: str,
    role: str,
    item: CaseEvidence,
    selectors: list[dict[str, Any]],
) -> dict[str, Any]:
    source = item.source or ""
    about = {
        "type": "SpecificResource",
        "source": f"urn:talion:{case.name}:{part}",
        "purpose": "linking",
    }
    body: list[dict[str, Any]] = [about]
    if item.gist:
        gist = {"type": "TextualBody", "value": item.gist, "format": "text/plain"}
        body.insert(0, {**gist, "purpose": "describing"})
    if role != "evidence":
        stance = role.removeprefix("evidence_")
        body.append({"type": "TextualBody", "value": stance, "purpose": "classifying"})
    return {
        "id": name,
        "type": "Annotation",
        "motivation": _MOTIVES[role],
        "body": body,
        "target": {"source": source_iri(case, source), "selector": selectors},
    }


def _selectors(item: CaseEvidence, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what selects the passage; empty if nothing can without the file."""
    text = texts.get(item.source or "")
    if item.start is None and item.quote is None:
        return []
    if text is not None:
        return _in_text(item, text)
    if item.start is not None:
        return [{"type": "TextPositionSelector", "start": item.start, "end": item.end}]
    whole = "..." not in str(item.quote) and "…" not in str(item.quote)
    return [{"type": "TextQuoteSelector", "exact": item.quote}] if whole else []


def _in_text(item: CaseEvidence, text: str) -> list[dict[str, Any]]:
    span = passage_of(item, text)
    if span is None:
        offsets = f"characters {item.start} to {item.end} of {item.source}"
        raise InputError(
            f"the case points at {offsets if item.quote is None else f'words that {item.source} lacks'}",
            value=f"{len(text)} characters" if item.quote is None else item.quote,
            remedy="correct the evidence in the case",
        )
    start, end = span
    quote = {"type": "TextQuoteSelector", "exact": text[start:end]}
    around = {"prefix": text[max(start - _AROUND, 0) : start], "suffix": text[end : end + _AROUND]}
    return [
        {"type": "TextPositionSelector", "start": start, "end": end},
        {**quote, **{k: v for k, v in around.items() if v}},
    ]
