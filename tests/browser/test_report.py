"""The report in Chromium: from a file, alone, at desk and phone width, light, dark and printed.

The `page` fixture fails a test on any console error, exception or outside request.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from report.fixtures import judged, judged_with_record
from talion.report.page import write_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PHONE, DESK = {"width": 360, "height": 800}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the small crisis's report."""
    return write_report(judged("calm"), tmp_path_factory.mktemp("calm")).as_uri()


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the report of a run with a fit."""
    return write_report(judged_with_record(), tmp_path_factory.mktemp("fitted")).as_uri()


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of a report full of hostile texts."""
    return write_report(judged("hostile"), tmp_path_factory.mktemp("evil")).as_uri()


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A page without JavaScript."""
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    yield context.new_page()
    context.close()


def scroll_through(page: Page) -> None:
    """Scroll to each picture in turn, until all are drawn live."""
    for picture in page.locator("[data-chart]").all():
        if not picture.is_visible():
            continue
        picture.scroll_into_view_if_needed()
        name = picture.get_attribute("data-chart")
        page.wait_for_selector(f'[data-chart="{name}"][data-live]', timeout=20_000)


def test_the_only_request_is_the_file_itself(page: Page, report: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report)
    scroll_through(page)
    assert asked == [report]


def test_charts_are_drawn_live_when_scrolled_to(page: Page, report: str) -> None:
    page.goto(report)
    far = page.locator("#futures [data-chart]").first
    assert far.get_attribute("data-live") is None
    scroll_through(page)
    assert far.get_attribute("data-live") == "yes"
    assert page.locator("#fan-attack svg path").count() > 5


def test_a_tooltip_names_the_numbers_under_the_pointer(page: Page, report: str) -> None:
    page.goto(report)
    scroll_through(page)
    mark = page.locator("#timeline svg .mark-symbol path").first
    mark.scroll_into_view_if_needed()
    mark.hover(force=True)
    tip = page.locator("#vg-tooltip-element.visible")
    tip.wait_for()
    assert "Guard: attack" in tip.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_is_wider_than_the_window(
    page: Page, report: str, size: dict[str, int], scheme: str
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(report)
    scroll_through(page)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size["width"]


def luminance(color: str) -> float:
    parts = [float(x) for x in color.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
        for c in (p / 255 for p in parts)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(page: Page, report: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(report)
    ground = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert (ground < 0.2) == (scheme == "dark")
    for selector, property_ in (
        ("body", "color"), (".muted", "color"), ("a[href]", "color"), (".readings", "color"),
        ("#fan-attack svg text", "fill"), (".influence .column", "fill"),
    ):  # fmt: skip
        color = page.eval_on_selector(selector, f"e => getComputedStyle(e).{property_}")
        light, dark = max(luminance(color), ground), min(luminance(color), ground)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (selector, color)


def test_rows_become_cards_on_a_phone(page: Page, report: str) -> None:
    page.goto(report)
    row = page.locator("table.results tbody tr").first
    assert row.evaluate("e => getComputedStyle(e).display") == "table-row"
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert row.evaluate("e => getComputedStyle(e).display") == "block"
    cell = row.locator("td[data-th=Readings]")
    assert "Readings" in cell.evaluate("e => getComputedStyle(e, '::before').content")


def test_the_diagram_pans_on_a_phone(page: Page, report: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(report)
    box = page.locator(".diagram")
    assert box.evaluate("e => e.scrollWidth > e.clientWidth + 100")
    box.evaluate("e => { e.scrollLeft = 200; }")
    assert box.evaluate("e => e.scrollLeft") == 200


def test_the_table_is_filtered_by_label(page: Page, report: str) -> None:
    page.goto(report)
    rows = page.locator("table.results tbody tr:visible")
    assert rows.count() == 4
    chip = page.locator('[data-filter="Checked on the record"]')
    chip.click()
    assert rows.count() == 1
    assert chip.get_attribute("aria-pressed") == "true"
    page.locator('[data-filter=""]').click()
    assert rows.count() == 4


def test_an_arrow_opens_its_evidence_by_mouse_and_by_keyboard(page: Page, report: str) -> None:
    page.goto(report)
    picked = page.locator("#picked")
    page.locator('.arrow[data-link="L2"]').first.dispatch_event("click")
    assert "anger" in picked.inner_text()
    assert page.locator(".arrow.on").count() == 1
    page.locator(".diagram").evaluate("e => window.scrollTo(0, e.offsetTop)")
    place = picked.bounding_box()
    assert place is not None
    assert place["y"] + place["height"] <= page.viewport_size["height"]  # type: ignore[index]
    page.keyboard.press("Escape")
    assert picked.inner_text() == ""
    page.locator('.arrow[data-link="L1"]').first.focus()
    page.keyboard.press("Enter")
    assert "answers within days" in picked.inner_text()
    page.locator('.node[data-node="push"]').focus()
    page.keyboard.press("Enter")
    assert "imagined" in picked.inner_text()


def test_the_keyboard_reaches_everything(page: Page, report: str) -> None:
    page.goto(report)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    wanted = {"BUTTON": 0, "A": 0, "SUMMARY": 0, "SELECT": 0, "DIV": 0}
    for _ in range(400):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.tagName.toUpperCase()")
        if name == "BODY":
            break
        wanted[name] = wanted.get(name, 0) + 1
    assert all(wanted.values()), wanted


def test_a_link_into_a_folded_part_opens_it(page: Page, report: str) -> None:
    page.goto(report)
    link = page.locator('table.results a[href^="#link-"]').first
    row = page.locator(str(link.get_attribute("href")))
    assert not row.is_visible()
    link.click()
    row.wait_for(state="visible")


def test_the_switch_shows_one_comparison_at_a_time(page: Page, report: str) -> None:
    page.goto(report)
    shown = page.locator("[data-switch] [data-case]:visible")
    assert shown.count() == 1
    before = shown.first.get_attribute("data-case")
    page.locator("[data-switch] select").select_option(index=1)
    assert shown.count() == 1
    assert shown.first.get_attribute("data-case") != before


def test_a_result_is_copied_with_its_citation(browser: Browser, report: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(report)
    page.locator("#judgment-J2 button.copy").click()
    page.locator("#judgment-J2 button.copy", has_text="copied").wait_for()
    said = page.evaluate("navigator.clipboard.readText()")
    context.close()
    assert said.startswith("J2: Strikes bring demands")
    assert "seed 3" in said


def test_without_javascript_all_is_there_but_the_controls(plain: Page, report: str) -> None:
    plain.goto(report)
    assert plain.locator("[data-chart] svg").count() == plain.locator("[data-chart]").count() >= 7
    assert plain.locator("[data-case]").first.is_visible()
    assert plain.locator("table.results tbody tr:visible").count() == 4
    assert plain.locator("button:visible").count() == 0


def test_in_print_everything_is_shown_on_white(page: Page, report: str, tmp_path: Path) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(report)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("nav.sections").is_hidden()
    assert page.locator("[data-case]:visible").count() == page.locator("[data-case]").count()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open]):visible").count() == 0
    made = page.pdf(path=tmp_path / "report.pdf")
    assert made.startswith(b"%PDF")
    assert len(made) > 50_000


def test_hostile_texts_do_nothing(page: Page, evil: str) -> None:
    page.goto(evil)
    scroll_through(page)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    for anchor in page.locator(".arrow").all()[:4]:
        anchor.dispatch_event("click")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img, iframe, form, object, embed").count() == 0
    assert page.title().startswith("</title></script><script>window.hacked=1</script>")
    assert page.locator("h1").inner_text() == "</title></script><script>window.hacked=1</script>"


def test_the_watch_of_hostile_texts_can_fail(browser: Browser, report: str, tmp_path: Path) -> None:
    """The same page with one text unescaped is stopped by its policy, and the console says so."""
    text = Path(report.removeprefix("file://")).read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(
        text.replace("<h1>", "<h1><script>window.hacked=1</script>", 1), encoding="utf-8"
    )
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(broken.as_uri())
    hacked = page.evaluate("window.hacked")
    context.close()
    assert hacked is None
    assert any("Content Security Policy" in line for line in said)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_links_before_and_after_fit_the_window_and_stand_out(
    page: Page, fitted: str, size: dict[str, int], scheme: str
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(fitted)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    ground = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    for mark in page.locator("table.shifts tr:not(.silent) .ring.full").all():
        fill = luminance(mark.evaluate("e => getComputedStyle(e).fill"))
        assert (max(fill, ground) + 0.05) / (min(fill, ground) + 0.05) >= 4.5
    rings = page.locator("table.shifts .ring.none")
    assert rings.count() == 4
    for row in page.locator("table.shifts tbody tr").all():
        box = row.bounding_box()
        assert box is not None
        for picture in row.locator("svg").all():
            drawn = picture.bounding_box()
            assert drawn is not None
            assert drawn["x"] + drawn["width"] <= box["x"] + box["width"] + 1


def test_a_row_of_results_has_its_three_marks_apart(page: Page, fitted: str) -> None:
    page.goto(fitted)
    row = page.locator("table.results tbody tr").nth(4)
    places = [ring.bounding_box() for ring in row.locator("svg.reading-marks .ring").all()]
    heights = [place["y"] for place in places if place is not None]
    assert len(heights) == 3
    assert min(b - a for a, b in itertools.pairwise(heights)) > 5
