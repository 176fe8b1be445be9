"""A copy of the starter case that a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

from talion.model.case import load_case


def starter_copy(folder: Path) -> Path:
    """Copy the starter's folder, text and all; return where it lies."""
    path = load_case("starter").path
    assert path is not None
    shutil.copytree(path.parent, folder)
    return folder
