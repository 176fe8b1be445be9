"""Small runs of the starter case and of a changed copy, for the commands that read runs."""

from __future__ import annotations

import contextlib
import io
import shutil
from importlib import resources
from pathlib import Path

import pytest

from talion.cli import main
from talion.report import page

SIZES = ("--draws", "60", "--histories", "8", "--seed", "3", "--no-fit")


def starter_copy(folder: Path, *swaps: tuple[str, str]) -> Path:
    """A copy of the starter case, without its fit, with pieces of its text swapped."""
    shutil.copytree(Path(str(resources.files("talion"))) / "cases" / "starter", folder)
    (folder / "fit.npz").unlink()
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new)
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    return folder


def run_into(out: Path, case: str | Path, *more: str) -> Path:
    """Run a case without its page, which is not what is tested."""
    with pytest.MonkeyPatch.context() as patched, contextlib.redirect_stdout(io.StringIO()):
        patched.setattr(page, "render_report", lambda *_, **__: "<p>report</p>")
        assert main(["run", str(case), *SIZES, *more, "--out", str(out)]) == 0
    return out
