"""Fixtures for all tests: where things are, and a browser that forgives nothing.

Compiled kernels are cached in the user's own cache folder and shared by every test: compiling them
anew for each would take minutes. Tests of the cache itself make their own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from page_watch import Watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent

# No deadline: a property that is slow on a busy machine is not wrong. In CI the examples are fixed.
hypothesis.settings.register_profile("talion", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "talion")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of design, reference data and texts that lies beside the checkout, if it does."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs ../shared beside the checkout")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's Chromium. Without one: skipped on a desk, failed in CI."""
    names = (
        os.environ.get("CHROMIUM") or "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    )
    found = next((path for path in map(shutil.which, names) if path), None)
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail("no Chromium found; `make browser` installs it where it may")
    pytest.skip("no Chromium found; `make browser` installs it where it may")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One headless Chromium for the session."""
    from playwright.sync_api import sync_playwright

    quiet = ["background-networking", "component-update", "sync", "extensions"]
    options = [f"--disable-{what}" for what in quiet] + ["--no-first-run"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--no-sandbox")  # Chromium's sandbox refuses to run as root
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=options)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page; the test fails at its end on any console error or outside request."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    watch = Watch()
    watch.follow(opened)
    yield opened
    context.close()
    assert not watch.faults, "\n".join(watch.faults)
