"""The page watch used by browser tests: it must notice what it is there to notice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from page_watch import Watch, is_local

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("file:///report.html", True),
        ("data:text/plain,x", True),
        ("http://127.0.0.1:8000/", True),
        ("http://[::1]:8000/", True),
        ("https://example.org/vega.js", False),
        ("http://127.0.0.1.example.org/", False),
    ],
)
def test_what_counts_as_local(url: str, local: bool) -> None:
    assert is_local(url) is local


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<script>console.error('lost')</script>", "console: lost"),
        ("<script>throw new Error('broken')</script>", "broken"),
        ("<img src='http://outside.invalid/x.png'>", "request: http://outside.invalid/x.png"),
        ("<p>quiet</p>", None),
    ],
)
def test_the_watch_sees_each_fault(
    browser: Browser, tmp_path: Path, body: str, fault: str | None
) -> None:
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><title>t</title>{body}", encoding="utf-8")
    opened = browser.new_page()
    watch = Watch()
    watch.follow(opened)
    opened.goto(file.as_uri(), wait_until="load")
    opened.close()
    if fault is None:
        assert watch.faults == []
    else:
        assert any(fault in seen for seen in watch.faults), watch.faults
