"""What tests of exports share: a folder of the starter case, LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest


@pytest.fixture
def starter_folder(tmp_path: Path) -> Path:
    """A copy of the starter case that may be changed."""
    folder = tmp_path / "starter"
    shutil.copytree(Path(str(resources.files("talion"))) / "cases" / "starter", folder)
    return folder


Converted = list[str]
Convert = Callable[[dict[str, bytes]], dict[str, Converted]]


@pytest.fixture
def to_pdf(tmp_path: Path) -> Convert:
    """`to_pdf({name: bytes})` converts by LibreOffice and returns the text of each page by name.

    Skipped where LibreOffice or pdftotext is not installed.
    """
    office, reader = shutil.which("soffice"), shutil.which("pdftotext")
    if office is None or reader is None:
        pytest.skip("needs LibreOffice (soffice) and pdftotext")

    def convert(files: dict[str, bytes]) -> dict[str, Converted]:
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        command = [office, profile, "--headless", "--convert-to", "pdf", *files]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        found = {}
        for name in files:
            pdf = (tmp_path / name).with_suffix(".pdf")
            assert pdf.is_file(), done.stderr
            told = subprocess.run(
                [reader, "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
            )
            found[name] = told.stdout.split("\f")[:-1]
        return found

    return convert
