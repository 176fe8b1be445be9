"""Evidence: the real lines of a text at the case's offsets, and only of the right text."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from report.fixtures import NOTE, small_case
from talion.errors import InputError
from talion.model.schema import CaseEvidence
from talion.read.passages import read_texts
from talion.report.evidence import EvidenceReader

SHA = hashlib.sha256(NOTE.encode()).hexdigest()


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_bytes(NOTE.encode())
    return path


def test_real_lines_stand_at_their_offsets(note: Path) -> None:
    case = small_case(sha256=SHA)
    reader = EvidenceReader(case, read_texts(case, {"note": note}))
    assert reader.pointer(case.links["L1"].evidence[0]).lines == NOTE[0:24]
    assert reader.pointer(case.links["L2"].evidence[0]).lines == NOTE[25:66]


def test_without_a_text_only_the_gist_is_shown() -> None:
    case = small_case()
    pointer = EvidenceReader(case, {}).pointer(case.links["L1"].evidence[0])
    assert (pointer.lines, pointer.gist, pointer.grade) == ("", "attacks are frequent", "C3")
    assert pointer.place == "characters 0 to 24"


def test_another_text_is_refused_with_both_hashes(note: Path) -> None:
    note.write_bytes(NOTE.encode() + b" ")
    with pytest.raises(InputError, match=SHA) as caught:
        read_texts(small_case(sha256=SHA), {"note": note})
    assert hashlib.sha256(note.read_bytes()).hexdigest()[:20] in str(caught.value)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("memo", b"x", "its sources: note"),
        ("note", None, "cannot be read"),
        ("note", b"\xff", "UTF-8"),
    ],
)
def test_unusable_texts_are_named(name: str, data: bytes | None, says: str, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    if data is not None:
        path.write_bytes(data)
    case = small_case(sha256=hashlib.sha256(data or b"").hexdigest())
    with pytest.raises(InputError, match=says):
        read_texts(case, {name: path})


def test_offsets_beyond_the_text_are_an_error() -> None:
    reader = EvidenceReader(small_case(), {"note": "short"})
    with pytest.raises(InputError, match="characters 0 to 24"):
        reader.pointer(CaseEvidence(source="note", start=0, end=24))


def test_rows_of_the_record_are_described() -> None:
    line = EvidenceReader(small_case(), {}).event_line("s1")
    assert line.startswith("12 Jan 2024: Army, strike → Guard (East gate, Eastland)")
    assert EvidenceReader(small_case(), {}).event_line("nowhere") == "nowhere"
