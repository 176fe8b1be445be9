"""The section on the past in Chromium: drawn live, no wider than the window, quiet console."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from report.past_fixture import told
from talion.report.page import write_report

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the report of the small crisis that asks of its past."""
    return write_report(told(), tmp_path_factory.mktemp("past")).as_uri()


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same with hostile texts."""
    return write_report(told("hostile"), tmp_path_factory.mktemp("evil-past")).as_uri()


def draw_all(page: Page) -> int:
    pictures = page.locator("#past [data-chart]").all()
    for picture in pictures:
        picture.scroll_into_view_if_needed()
        name = picture.get_attribute("data-chart")
        page.wait_for_selector(f'[data-chart="{name}"][data-live]', timeout=60_000)
    return len(pictures)


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_are_drawn_and_fit(page: Page, report: str, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(report)
    assert draw_all(page) == 2
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#past-shares svg .mark-rect path").count() >= 2
    assert page.locator("#past-weeks-calm svg .mark-rule line").count() >= 2


def test_a_title_fits_its_picture(page: Page, report: str) -> None:
    page.goto(report)
    draw_all(page)
    for name in ("past-shares", "past-weeks-calm"):
        over = page.evaluate(
            "id => { const svg = document.querySelector(`#${id} svg`).getBoundingClientRect();"
            " return Math.max(...[...document.querySelectorAll(`#${id} svg text`)]"
            ".map(t => t.getBoundingClientRect().right)) - svg.right; }",
            name,
        )
        assert over <= 1.0, name


def test_hostile_texts_run_nothing(page: Page, evil: str) -> None:
    page.goto(evil)
    draw_all(page)
    assert page.evaluate("window.hacked") is None
