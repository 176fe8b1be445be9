"""The documentation is kept true: examples run, links lead somewhere, generated pages are current."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "VISION.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    """Fenced code of one language on a page."""
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [code for name, code in found if name == language]


def page_id(page: Path) -> str:
    return str(page.relative_to(ROOT))


WITH_PYTHON = [page for page in PAGES if blocks(page, "python")]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The script that writes reference pages."""
    spec = importlib.util.spec_from_file_location(
        "build_reference", ROOT / "docs" / "build_reference.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_examples_to_run() -> None:
    assert ROOT / "docs" / "how-to" / "use-from-python.md" in WITH_PYTHON


@pytest.mark.parametrize("page", WITH_PYTHON, ids=page_id)
def test_python_examples_run_in_order(page: Path, tmp_path: Path) -> None:
    # One process for a page: its blocks follow one another, and threads or files end with it.
    script = tmp_path / "example.py"
    script.write_text("\n".join(blocks(page, "python")), encoding="utf-8")
    command = [sys.executable, "-W", "error", script.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_relative_links_lead_to_files(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    lost = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
    assert lost == []


def test_generated_pages_are_current(reference: ModuleType) -> None:
    stale = [
        p.name for p, text in reference.pages().items() if p.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run `make docs`"


def test_commands_named_on_pages_exist(reference: ModuleType) -> None:
    code = re.compile(
        r"`talion ([a-z][a-z-]+)|^\s*(?:\$ )?talion ([a-z][a-z-]+)", flags=re.MULTILINE
    )
    # Only in code: inline after a backtick, or at the start of a line inside a fence.
    named = set()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named |= {inline for inline, _ in code.findall(FENCE.sub("", text)) if inline}
        for fence in blocks(page, "sh"):
            named |= {a or b for a, b in code.findall(fence)}
    assert "run" in named
    assert named <= set(reference.verbs())


def test_make_targets_named_on_pages_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE))
    named = set()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named |= set(re.findall(r"`make ([a-z][a-z-]*)", text))
        for fence in blocks(page, "sh"):
            named |= set(re.findall(r"^make ([a-z][a-z-]*)", fence, flags=re.MULTILINE))
    assert "run" in named
    assert named <= targets
