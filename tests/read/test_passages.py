"""Quoted words and characters, looked up in the texts beside a case."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from read.starter_copy import starter_copy
from talion.model.case import built_in_cases, load_case
from talion.model.schema import CaseEvidence
from talion.read.passages import passage_of, pointers_of, spans_of, texts_beside

TEXT = "The Front “will not” stop.\nIt said so – twice; it said so again."


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("the front", ["The Front"]),
        ('"will not" stop', ["“will not” stop"]),
        ("stop. It said", ["stop.\nIt said"]),
        ("so - twice", ["so – twice"]),
        ("it said so", ["It said so", "it said so"]),
        ("The Front … twice", ["The Front “will not” stop.\nIt said so – twice"]),
        ("Front [...] again", ["Front “will not” stop.\nIt said so – twice; it said so again"]),
        ("will stop", []),
        ("Front.", []),  # a full stop is no wildcard
        ("...", []),
        ("", []),
    ],
)
def test_words_are_found_as_a_reader_would_find_them(quote: str, found: list[str]) -> None:
    assert [TEXT[a:b] for a, b in spans_of(quote, TEXT)] == found


def test_an_ellipsis_does_not_span_a_whole_document() -> None:
    assert spans_of("begin ... end", f"begin {'x' * 500} end")
    assert not spans_of("begin ... end", f"begin {'x' * 700} end")


@given(st.text(alphabet="abAB .,-–'’\"“\n(*é", min_size=1, max_size=60), st.data())
def test_any_piece_of_a_text_is_found_where_it_stands(text: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(text) - 1))
    last = data.draw(st.integers(first + 1, len(text)))
    piece = text[first:last]
    if "..." in piece or "…" in piece or not piece.strip():
        return
    begins = first + len(piece) - len(piece.lstrip())
    found = spans_of(piece, text)
    assert found
    assert found[0][0] <= begins  # there, or where the same words stand before


def test_a_pointer_names_characters_or_nothing() -> None:
    assert passage_of(CaseEvidence(source="a", start=4, end=9), TEXT) == (4, 9)
    assert passage_of(CaseEvidence(source="a", start=4, end=900), TEXT) is None
    assert passage_of(CaseEvidence(source="a", quote="it said so"), TEXT) == (27, 37)
    assert passage_of(CaseEvidence(source="a", gist="somewhere"), TEXT) is None


def test_a_text_is_there_changed_missing_or_unreadable(tmp_path: Path) -> None:
    folder = starter_copy(tmp_path / "own")
    note = folder / "note.txt"
    assert texts_beside(load_case(str(folder)))["note"].state == "there"
    note.write_bytes(note.read_bytes() + b" ")
    assert texts_beside(load_case(str(folder)))["note"].state == "changed"
    note.write_bytes(b"\xff\xfe\xff")
    found = texts_beside(load_case(str(folder)))["note"]
    assert found.state == "unreadable"
    assert "not UTF-8" in found.why
    note.unlink()
    assert texts_beside(load_case(str(folder)))["note"].state == "missing"


def test_a_word_file_is_read_as_its_text(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    folder = starter_copy(tmp_path / "own")
    document = docx.Document()
    document.add_paragraph((folder / "note.txt").read_text(encoding="utf-8"))
    document.save(str(folder / "note.docx"))
    digest = hashlib.sha256((folder / "note.docx").read_bytes()).hexdigest()
    case = folder / "case.yaml"
    stated = load_case("starter").sources["note"].sha256
    assert stated is not None
    text = case.read_text(encoding="utf-8").replace("note.txt", "note.docx").replace(stated, digest)
    case.write_text(text, encoding="utf-8")
    found = texts_beside(load_case(str(folder)))["note"]
    assert found.state == "there"
    assert found.text.split() == (folder / "note.txt").read_text(encoding="utf-8").split()


@pytest.mark.parametrize("name", built_in_cases())
def test_pointers_of_shipped_cases_lie_within_their_texts(name: str, shared: Path) -> None:
    case = load_case(name)
    assert case.path is not None
    held = {"brief": shared / "baghdad-2024" / "brief.txt", "note": case.path.parent / "note.txt"}
    texts = {n: held[n].read_text(encoding="utf-8") for n in case.sources}
    asked = [p for _, p in pointers_of(case) if p.source in texts and p.start is not None]
    assert asked
    assert all(passage_of(p, texts[p.source or ""]) is not None for p in asked)
