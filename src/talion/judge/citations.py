"""Whether what evidence cites stands in the texts beside a case."""

from __future__ import annotations

from collections.abc import Iterator

from talion.errors import CaseError
from talion.judge.findings import Finding
from talion.judge.placed import place_in
from talion.model.case import Case
from talion.model.schema import CaseEvidence
from talion.read.passages import BesideText, passage_of, pointers_of, spans_of, texts_beside

__all__ = ["citation_remarks", "misquoted"]


def misquoted(case: Case) -> Iterator[CaseError]:
    """Yield quoted words that their text does not hold, and characters beyond its end.

    Only texts that lie beside the case and are the ones it cites are looked at; of a changed text
    quoted words are, since they must stand in whatever is cited.
    """
    texts = texts_beside(case)
    for path, pointer in pointers_of(case):
        text = texts.get(pointer.source or "")
        if text is None or text.state not in ("there", "changed"):
            continue
        if not _points(pointer) or (text.state == "changed" and pointer.quote is None):
            continue
        if passage_of(pointer, text.text) is None:
            yield _not_there(case, path, pointer, text)


def _points(pointer: CaseEvidence) -> bool:
    return pointer.start is not None or pointer.quote is not None


def _not_there(
    case: Case, path: tuple[str | int, ...], pointer: CaseEvidence, text: BesideText
) -> CaseError:
    place = place_in(case, *map(str, path))
    if pointer.start is not None:
        return CaseError(
            f"points at characters {pointer.start} to {pointer.end} of {pointer.source}, which has "
            f"{len(text.text)}",
            place=place,
            remedy="correct the offsets; they count characters from 0",
        )
    return CaseError(
        f"{text.path.name} does not hold these words",
        place=place,
        value=pointer.quote,
        remedy="copy them from it; `...` may stand for words left out",
    )


def citation_remarks(case: Case) -> Iterator[Finding]:
    """Yield texts that are changed, not at hand or unreadable, and quoted words that stand twice."""
    texts = texts_beside(case)
    pointers = [(path, p) for path, p in pointers_of(case) if _points(p)]
    for name, text in texts.items():
        count = sum(pointer.source == name for _, pointer in pointers)
        if count:
            yield from _state(case, text, count)
    for path, pointer in pointers:
        held = texts.get(pointer.source or "")
        if held is not None and held.state == "there" and pointer.quote is not None:
            times = len(spans_of(pointer.quote, held.text))
            if times > 1:
                yield Finding(
                    "note",
                    "quote-not-single",
                    place_in(case, *map(str, path)),
                    f"these words stand {times} times in {held.path.name}",
                    "a reader cannot tell which place is meant; the first is taken",
                    "quote more words",
                    pointer.quote,
                )


def _state(case: Case, text: BesideText, count: int) -> Iterator[Finding]:
    place = place_in(case, "sources", text.source)
    these = "1 pointer" if count == 1 else f"{count} pointers"
    if text.state == "changed":
        yield Finding(
            "warning",
            "text-changed",
            place,
            f"{text.path.name} is not the text that the case cites: its SHA-256 is another",
            f"{these} into it may now stand on other words",
            "put the text back, or look each of them up again and state the new sha256",
        )
    elif text.state == "unreadable":
        yield Finding(
            "warning",
            "text-unreadable",
            place,
            f"the text cannot be read: {text.why}",
            f"{these} into it could not be looked up",
            "save it as UTF-8 text or .docx",
        )
    elif text.state == "missing":
        yield Finding(
            "note",
            "text-not-at-hand",
            place,
            f"{text.path.name} does not lie beside the case",
            f"{these} into it could not be looked up",
            "put the file there to have them looked up",
        )
