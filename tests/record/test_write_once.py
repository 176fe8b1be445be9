"""A file written once: whole, read-only, and never over another."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from talion.errors import OutputError
from talion.record.writing import write_once


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_it_is_whole_and_read_only(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "one.json"
    write_once(file, "línea\n")
    assert file.read_bytes() == "línea\n".encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o444
    assert names(file.parent) == ["one.json"]
    assert file.stat().st_nlink == 1


def test_one_that_exists_is_never_touched(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    write_once(file, "first")
    before = file.stat()
    with pytest.raises(OutputError, match="exists already and is never replaced"):
        write_once(file, "second")
    assert file.read_text(encoding="utf-8") == "first"
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    assert names(tmp_path) == ["one.json"]


def test_nor_is_a_folder_or_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("folder", "link"):
        with pytest.raises(OutputError, match="exists already"):
            write_once(tmp_path / name, "text")
    assert names(tmp_path) == ["folder", "link"]


def test_of_many_at_once_exactly_one_wins(tmp_path: Path) -> None:
    file, won = tmp_path / "one.json", []
    gate = threading.Barrier(8)

    def write(number: int) -> None:
        gate.wait()
        try:
            write_once(tmp_path / "one.json", f"{number}" * 5000)
            won.append(number)
        except OutputError:
            return

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert file.read_text(encoding="utf-8") == f"{won[0]}" * 5000
    assert names(tmp_path) == ["one.json"]


@pytest.mark.parametrize("links", [True, False])
def test_a_full_disk_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if not links:
        monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device; free some space"):
        write_once(tmp_path / "one.json", "text")
    assert names(tmp_path) == []


def no_links(*_: object) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


def test_a_file_system_without_links_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", no_links)
    write_once(tmp_path / "one.json", "first")
    assert (tmp_path / "one.json").read_text(encoding="utf-8") == "first"
    assert stat.S_IMODE((tmp_path / "one.json").stat().st_mode) == 0o444
    with pytest.raises(OutputError, match="exists already"):
        write_once(tmp_path / "one.json", "second")
    assert (tmp_path / "one.json").read_text(encoding="utf-8") == "first"
    assert names(tmp_path) == ["one.json"]


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write the file"):
        write_once(tmp_path / "file" / "one.json", "text")
