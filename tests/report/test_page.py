"""The page: self-contained, in order, escaped, written whole or not at all."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import re
from pathlib import Path

import pytest

from report.fixtures import NOTE, hand_made
from report.page_text import Reading, read_page
from talion.errors import InputError, OutputError
from talion.judge.results import RunResult
from talion.report.page import render_report, write_report

GOLDEN = Path(__file__).parent.parent / "golden" / "report_small.txt"
SECTIONS = ["results", "record", "system", "futures", "judgments", "footing", "receipt"]


@pytest.fixture(scope="module")
def page(calm: RunResult) -> str:
    return render_report(calm)


@pytest.fixture(scope="module")
def reading(page: str) -> Reading:
    return read_page(page)


@pytest.fixture(scope="module")
def evil(hostile: RunResult) -> Reading:
    return read_page(render_report(hostile))


def test_the_small_page_says_what_it_said(by_hand: RunResult) -> None:
    text = read_page(render_report(by_hand)).text
    if os.environ.get("TALION_UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8"), (
        "the page changed; if it should, run again with TALION_UPDATE_GOLDEN=1 and read the diff"
    )


def test_a_page_is_the_same_every_time(by_hand: RunResult) -> None:
    assert render_report(by_hand) == render_report(hand_made())


def test_sections_stand_in_their_order(reading: Reading) -> None:
    found = [a["id"] for tag, a in reading.elements if tag == "section"]
    assert found == SECTIONS


def test_the_first_screen_says_what_a_reader_must_not_miss(
    reading: Reading, calm: RunResult
) -> None:
    head = reading.text.partition("h2: What each judgment rests on")[0]
    for said in (
        "MODEL OUTPUT, NOT A FORECAST",
        "As of 1 Jun 2024",
        "The day of the note.",
        "Of 4 judgments",
        "What the record holds",
        "What it lacks",
        "has not been fitted",
        "our reading of the brief, not its author's",
        "What to watch",
        "Our confidence in the simulated results as a whole is low",
    ):
        assert said in head


def test_the_page_is_small_and_asks_nothing_of_anyone(page: str, reading: Reading) -> None:
    assert len(page.encode()) < 2_000_000
    for tag, attributes in reading.elements:
        assert tag not in ("link", "iframe", "object", "embed", "img", "base", "form")
        for name in ("src", "href", "action", "xlink:href", "srcset"):
            assert (attributes.get(name) or "#").startswith("#")
    style = reading.raw["style"]
    assert "@import" not in style
    assert not re.search(r"url\((?!#)", style)


def test_the_policy_names_the_very_scripts_and_style_of_the_page(reading: Reading) -> None:
    policy = next(
        a["content"] or ""
        for tag, a in reading.elements
        if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    script = policy.partition("script-src ")[2].partition(";")[0]
    assert "unsafe" not in script

    def named(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    assert named(reading.raw["script"]) in script
    assert named(reading.unpack("vega")) in script
    assert len(script.split()) == 2
    assert named(reading.raw["style"]) in policy


def test_no_share_is_printed_as_0_or_100_per_cent(by_hand: RunResult) -> None:
    text = read_page(render_report(by_hand)).text
    shares = [line for line in text.splitlines() if line.startswith(("J", "No view", "As written"))]
    assert shares
    assert not re.search(r"(?<![\d.,–-])(0|100) %", "\n".join(shares))
    assert "over 95 %" in text
    assert "under 5 %" in text


def test_a_missing_fit_is_said_as_loudly_as_a_number(reading: Reading) -> None:
    assert reading.text.count("no fit yet") >= 3
    assert "No data here" in reading.text


def test_labels_carry_words_and_a_sign(reading: Reading, calm: RunResult) -> None:
    for j in calm.judgments:
        assert j.label.value in reading.text
    assert all(sign in reading.text for sign in "◐✓□▣")


def test_every_inner_link_leads_somewhere(reading: Reading) -> None:
    ids = [a["id"] for _, a in reading.elements if a.get("id")]
    assert len(ids) == len(set(ids))
    targets = {
        (a["href"] or "")[1:] for _, a in reading.elements if (a.get("href") or "").startswith("#")
    }
    assert targets - set(ids) == set()


def test_every_picture_has_a_sentence_and_its_numbers(reading: Reading) -> None:
    pictures = [a for _, a in reading.elements if "data-chart" in a]
    assert len(pictures) >= 7
    assert all(len(a["aria-label"] or "") > 30 for a in pictures)
    order = [tag for tag, _ in reading.elements if tag in ("figure", "details")]
    figures = [i for i, tag in enumerate(order) if tag == "figure"]
    assert len(figures) == len(pictures)
    assert all(order[i + 1] == "details" for i in figures)


def test_hostile_texts_add_no_element_script_or_handler(evil: Reading, reading: Reading) -> None:
    def tally(page: Reading, tag: str) -> int:
        return sum(t == tag for t, _ in page.elements)

    for tag in ("script", "style", "meta", "title", "section"):
        assert tally(evil, tag) == tally(reading, tag)
    for tag in ("img", "iframe", "b>", "form", "object"):
        assert tally(evil, tag) == 0
    for tag, attributes in evil.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert not (attributes.get("href") or "").lower().startswith("javascript")


def test_hostile_texts_are_shown_as_what_they_are(evil: Reading) -> None:
    assert "</title></script><script>window.hacked=1</script>" in evil.text
    assert "${window.hacked=1} {{7*7}} {% raw %}" in evil.text
    assert "<iframe src=http://203.0.113.9/></iframe>" in evil.text


def test_text_cannot_turn_the_line_around(hostile: RunResult, evil: Reading) -> None:
    assert "\u202e" in hostile.case.judgments["J1"].claim
    page = render_report(hostile)
    assert "\u202e" not in page
    assert "[U+202E]gnorw" in evil.text
    assert "\u202e" not in evil.unpack("charts")


def test_real_lines_are_shown_only_if_supplied(tmp_path: Path) -> None:
    sha = hashlib.sha256(NOTE.encode()).hexdigest()
    note = tmp_path / "note.txt"
    note.write_bytes(NOTE.encode())
    assert NOTE[0:24] not in render_report(hand_made(sha))
    assert NOTE[0:24] in render_report(hand_made(sha), texts={"note": note})
    with pytest.raises(InputError, match="not the text"):
        render_report(hand_made(), texts={"note": note})


def test_a_report_is_written_to_a_file_or_into_a_folder(by_hand: RunResult, tmp_path: Path) -> None:
    assert write_report(by_hand, tmp_path) == tmp_path / "report.html"
    named = write_report(by_hand, tmp_path / "new" / "other.html")
    assert named.read_bytes() == (tmp_path / "report.html").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["new", "report.html"]


def test_a_full_disk_is_one_clear_error_and_leaves_the_old_report(
    by_hand: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device") as caught:
        write_report(by_hand, path)
    assert "\n" not in str(caught.value)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_place_that_takes_no_files_is_one_clear_error(by_hand: RunResult, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        write_report(by_hand, tmp_path / "file" / "report.html")


def test_a_broken_cache_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from talion.report.bundle import kept

    monkeypatch.setenv("TALION_CACHE", str(tmp_path))
    assert kept("x.txt", "a", lambda: "first") == "first"
    assert kept("x.txt", "a", lambda: "second") == "first"
    assert kept("x.txt", "b", lambda: "second") == "second"
    for file in tmp_path.iterdir():
        file.write_text(file.read_text().replace("first", "fir"))
    assert kept("x.txt", "a", lambda: "third") == "third"


def test_a_cache_that_cannot_be_written_only_costs_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from talion.report.bundle import kept

    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TALION_CACHE", str(tmp_path / "file" / "cache"))
    assert kept("x.txt", "a", lambda: "made") == "made"
