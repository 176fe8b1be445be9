"""Files replaced together: all new or all old after a stop at any moment, once the folder is opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from talion.errors import OutputError
from talion.record.replacing import (
    clear_leftovers,
    finish_replacing,
    holds_nothing,
    replace_together,
)

OLD = {"a.csv": "old a", "b.csv": "old b", "record/c.csv": "old c"}
NEW = {"a.csv": "new a", "b.csv": "new b", "record/c.csv": "new c", "d.csv": "new d"}


class Killed(BaseException):
    """Ends the process at once, as a signal does: nothing that waits for an error may run."""


def texts(folder: Path) -> dict[str, str]:
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in files}


def replaced_until(folder: Path, steps: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Replace files and die at the n-th change of the file system; return whether it died."""
    left = [steps]

    def counted(name: str) -> None:
        real = getattr(os, name)

        def step(*args: object, **named: object) -> object:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return real(*args, **named)

        monkeypatch.setattr(os, name, step)

    for name in ("mkdir", "rename", "replace", "rmdir", "fsync"):
        counted(name)
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)  # the dead clear nothing up
    try:
        replace_together(folder, NEW)
    except Killed:
        return True
    finally:
        monkeypatch.undo()
    return False


def test_a_stop_at_any_step_leaves_all_old_or_all_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = []
    for steps in range(40):
        folder = tmp_path / str(steps)
        replace_together(folder, OLD)
        died = replaced_until(folder, steps, monkeypatch)
        finish_replacing(folder)
        clear_leftovers(folder)
        for path in folder.glob(".talion-new.*"):  # this process still runs
            for file in sorted(path.rglob("*"), reverse=True):
                file.rmdir() if file.is_dir() else file.unlink()
            path.rmdir()
        found = texts(folder)
        assert found in (OLD, NEW), steps
        ends.append((died, found == NEW))
        if not died:
            break
    assert ends[0] == (True, False)
    assert (True, True) in ends  # died after the decision, and completed
    assert ends[-1] == (False, True)


def test_what_was_decided_is_completed_by_whoever_comes_next(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old", encoding="utf-8")
    (tmp_path / ".talion-new").mkdir()
    (tmp_path / ".talion-new" / "a.csv").write_text("new", encoding="utf-8")
    assert finish_replacing(tmp_path)
    assert texts(tmp_path) == {"a.csv": "new"}
    assert not finish_replacing(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv"]


def test_a_refused_write_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_together(tmp_path, OLD)

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"No space left on device.*the old files are unchanged"):
        replace_together(tmp_path, NEW)
    assert texts(tmp_path) == OLD
    assert not list(tmp_path.glob(".talion-new*"))


def test_leftovers_of_the_dead_are_cleared_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    gone = 2**22 + 1  # no process has such a number
    for number in (gone, os.getpid()):
        (tmp_path / f".talion-new.{number}.part").mkdir()
    assert holds_nothing(tmp_path)
    clear_leftovers(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [f".talion-new.{os.getpid()}.part"]
