"""An export is whole or not at all, the same for the same run, and loses nothing in LibreOffice."""

from __future__ import annotations

import datetime as dt
import errno
import io
import os
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
import pytest

from report.office import runs
from report.office.runs import Made, awkward, licensed
from talion.errors import InputError, OutputError
from talion.report.office import export
from talion.report.office.container import repack
from talion.report.office.export import ANNEX, KINDS, export_run, make_files

OFFICE = ("docx", "xlsx", "pptx")


def fitted() -> Made:
    """The fitted run with two of its charts, one of them for slides."""
    return runs.fitted().with_charts("timeline", "fan-strike")


@pytest.fixture(scope="module")
def files() -> dict[str, str | bytes]:
    return make_files(fitted().dossier, list(KINDS))


def test_each_kind_makes_its_file(tmp_path: Path) -> None:
    folder = fitted().write(tmp_path / "run")
    for kind, name in KINDS.items():
        out = tmp_path / kind
        done = export_run(folder, [kind], out=out)
        assert {f.name for f in done.files} == {f.name for f in out.iterdir()}
        pattern = re.compile(name.replace("*", r"[\w.-]+"))
        beside = {ANNEX} if kind == "docx" else set()
        assert {f.name for f in done.files if not pattern.fullmatch(f.name)} == beside
    assert len(list((tmp_path / "png").iterdir())) == len(fitted().dossier.charts)
    assert {f.name for f in folder.iterdir()} == {"results.json", "dossier.json"}


def test_the_same_run_gives_the_same_bytes(
    files: dict[str, str | bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time() + 86_400 * 400
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    again = make_files(fitted().dossier, list(KINDS))
    assert list(again) == list(files)
    assert [name for name in files if files[name] != again[name]] == []


def test_every_date_in_a_file_is_the_cut_off(files: dict[str, str | bytes]) -> None:
    at = dt.datetime(2024, 6, 1)
    for kind in OFFICE:
        data = files[KINDS[kind]]
        assert isinstance(data, bytes)
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            assert {e.date_time for e in opened.infolist()} == {(2024, 6, 1, 0, 0, 0)}
            core = opened.read("docProps/core.xml").decode()
        assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2024-06-01T00:00:00Z"}
    word, book, deck = (files[KINDS[k]] for k in OFFICE)
    assert isinstance(word, bytes)
    assert docx.Document(io.BytesIO(word)).core_properties.created.replace(tzinfo=None) == at
    assert isinstance(book, bytes)
    assert openpyxl.load_workbook(io.BytesIO(book)).properties.modified.replace(tzinfo=None) == at
    assert isinstance(deck, bytes)
    assert pptx.Presentation(io.BytesIO(deck)).core_properties.title == "A small crisis"


def test_a_cut_off_that_no_archive_can_hold() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("a", "x")
    for day, year in ((dt.date(1914, 6, 28), 1980), (dt.date(2400, 1, 1), 2107)):
        with zipfile.ZipFile(io.BytesIO(repack(made.getvalue(), day))) as opened:
            assert opened.getinfo("a").date_time[0] == year
            assert opened.read("a") == b"x"


# --- refused, and nothing by halves ----------------------------------------------------------------


def test_nothing_asked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="say what to export; give one or more of --docx, --xlsx"):
        export_run(fitted().write(tmp_path), [])


def test_a_template_without_a_brief_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a template is for the Word brief"):
        export_run(fitted().write(tmp_path), ["md"], template=tmp_path / "t.docx")


def test_a_wrong_template_writes_nothing(tmp_path: Path) -> None:
    folder = fitted().write(tmp_path / "run")
    (tmp_path / "t.docx").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="no Word document"):
        export_run(folder, ["xlsx", "docx"], template=tmp_path / "t.docx", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("fails", ["write", "rename"])
def test_a_full_disk_leaves_the_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    folder = fitted().write(tmp_path)
    (folder / "brief.docx").write_bytes(b"old")
    with monkeypatch.context() as patched:
        patched.setattr(*((os, "fsync", full) if fails == "write" else (Path, "replace", full)))
        with pytest.raises(OutputError, match="No space left on device"):
            export_run(folder, ["docx", "md"])
    assert {f.name for f in folder.iterdir()} == {"results.json", "dossier.json", "brief.docx"}
    assert (folder / "brief.docx").read_bytes() == b"old"


def test_what_fails_midway_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise InputError("no")

    folder = fitted().write(tmp_path)
    monkeypatch.setattr(export, "write_workbook", broken)
    with pytest.raises(InputError):
        export_run(folder, ["docx", "xlsx"])
    assert {f.name for f in folder.iterdir()} == {"results.json", "dossier.json"}


# --- elsewhere -------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [fitted, awkward, licensed], ids=["fitted", "awkward", "licensed"])
def test_libreoffice_shows_every_text(to_pdf: Any, made: Callable[[], Any]) -> None:
    dossier = made().with_charts("fan-attack").dossier
    files = make_files(dossier, OFFICE)
    pages = to_pdf({name: data for name, data in files.items() if isinstance(data, bytes)})
    shown = {name: "".join("".join(found).split()) for name, found in pages.items()}

    def stands(name: str, text: str) -> bool:
        return "".join(text.split()) in shown[name]

    (page,) = pages["brief.docx"]
    assert "Method." in page
    for name in ("brief.docx", "slides.pptx", "workbook.xlsx"):
        assert stands(name, dossier.finding)
        assert stands(name, dossier.lacks[0])
    for j in dossier.judgments:
        for name in ("brief.docx", ANNEX, "slides.pptx"):
            assert f"{j.id}." in shown[name]
            for word in j.claim.split():
                assert word in shown[name]
        assert all(stands(ANNEX, said) for said in j.bottom_line)
        # On slides two cells stand beside each other, so that their lines alternate.
        assert all(word in shown["slides.pptx"] for word in " ".join(j.bottom_line).split())
    for name in ("brief.docx", ANNEX):
        assert stands(name, "Note on the Guard (grade C3, 1 Jun 2024), here “note”")
    for source in dossier.sources:
        assert stands("workbook.xlsx", source.id)
    assert dossier.case_hash in shown["workbook.xlsx"]
