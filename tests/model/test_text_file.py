"""Text files: read with their faults named, replaced whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from talion.errors import InputError, OutputError
from talion.model.text_file import read_text_file, write_text_file


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    write_text_file(file, "één\r\ntwo\n")
    assert file.read_bytes() == "één\r\ntwo\n".encode()
    assert read_text_file(file) == "één\r\ntwo\n"
    file.write_bytes(b"\xef\xbb\xbfmark")
    assert read_text_file(file) == "mark"


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.txt"
    write_text_file(file, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_text_file(file, "new")
    assert file.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_whoever_reads_meanwhile_reads_one_file(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    write_text_file(file, "old " * 5)
    with file.open(encoding="utf-8") as reader:
        write_text_file(file, "new")
        assert reader.read() == "old " * 5
    assert read_text_file(file) == "new"


def test_too_large_and_unreadable(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"x" * 11)
    with pytest.raises(InputError, match="at most"):
        read_text_file(file, largest=10)
    assert read_text_file(file, largest=11) == "x" * 11
    with pytest.raises(InputError, match="cannot be read"):
        read_text_file(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_text_file("a\0b")
    with pytest.raises(OutputError, match="cannot be written"):
        write_text_file("a\0b", "x")


def test_the_line_of_a_wrong_byte(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"one\ntwo\nthr\xe9e\n")
    with pytest.raises(InputError, match="not UTF-8") as caught:
        read_text_file(file)
    assert "a.txt:3" in str(caught.value)
