"""What to watch in words: on the page, in a sentence, and never as a certainty."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from judge.test_came_true import sign
from talion.judge.indicators import Indicator, WatchList
from talion.judge.information import Chance, Evidence
from talion.judge.results import RunResult
from talion.report.page import render_report
from talion.report.top import build_top
from talion.report.watch import indicator_sentence, leading_rows, list_lead, watch_block


def told(now: float, seen: float, unseen: float, chance: float, bits: float = 0.1) -> Evidence:
    ends = (Chance(p, max(p - 0.03, 0), min(p + 0.03, 1)) for p in (now, seen, unseen, chance))
    return Evidence(*ends, bits, 0.0, 2 * bits, 1.0, 4000)


def attacks(evidence: dict[str, Evidence], **more: object) -> Indicator:
    given = {"sign": "over 12 listed in the next 30 days", "bar": 12.0, "end": dt.date(2024, 3, 13)}
    return sign(title="<b>Attack</b>\u202e", evidence=evidence, **{**given, **more})


def listed(*indicators: Indicator, why: str = "") -> WatchList:
    return WatchList("J1", "main", "baseline", "as_written", indicators, why, 240, 0.01, 200)


TOLD = {"as_written": told(0.62, 0.81, 0.54, 0.3), "no_view": told(0.5, 0.49, 0.5, 0.2)}


def test_the_sentence_says_all_four_numbers() -> None:
    assert indicator_sentence("J4a", replace(attacks(TOLD), title="Attack")) == (
        "Watch: Attack: over 12 listed in the next 30 days (to 13 Mar 2024): would raise J4a from 62 "
        "to 81 %, else 54 %; chance to see it 30 %."
    )


def test_certainty_is_never_printed() -> None:
    sure = attacks({"as_written": told(0.3, 1.0, 0.0, 0.3, bits=0.99)}, settles=True)
    said = indicator_sentence("J1", sure)
    assert "from 30 to over 95 %, else under 5 %" in said
    assert "It is the outcome itself." in said
    assert "100 %" not in said


def test_the_lead_names_reading_number_and_world() -> None:
    lead = list_lead(listed(attacks(TOLD)), "The rains come")
    assert lead.startswith("As written, J1 stands at 62 %. Of 240 signs weighed")
    assert lead.endswith("Seen under “The rains come”.")
    assert list_lead(listed(why="x")) == ""


def test_the_page_has_the_block_and_shows_hostile_titles_as_text(calm: RunResult) -> None:
    watched = replace(calm, watch=(listed(attacks(TOLD)),))
    page = render_report(watched)
    assert "&lt;b&gt;Attack&lt;/b&gt;[U+202E]</b>: over 12 listed in the next 30 days" in page
    assert "81 % (78 to 84 %)" in page
    assert "under no view from 50 to 49 %" in page
    assert "10 %" in page  # of what is open
    block = watch_block(watched, "J1")
    assert block is not None
    assert block.rows[0].tells == "10 %"
    assert watch_block(watched, "J2") is None


def test_the_first_screen_names_what_tells_most_and_keeps_the_author_s_lines(
    calm: RunResult,
) -> None:
    later = replace(attacks(TOLD), title="Raid", subject="raid", start=dt.date(2024, 7, 1))
    found = replace(
        calm,
        watch=(
            listed(attacks(TOLD)),
            replace(listed(attacks(TOLD)), judgment="J2"),
            replace(listed(later), judgment="J2", world="peace"),
        ),
    )
    first, second = leading_rows(found)
    assert first.judgments == ("J1", "J2")
    assert first.would == "raises J1 from 62 to 81 % and raises J2 from 62 to 81 %"
    assert first.sign == "over 12 are listed by 13 March 2024"
    assert second.sign.endswith(", once “Peace” has come about")
    assert second.text.endswith("raises J2 from 62 to 81 % (chance to see that: 30 %).")
    top = build_top(found)
    assert top.signs_lead == (
        "From the model, as written: the signs expected to tell most over all judgments."
    )
    assert top.watch == build_top(calm).watch
    page = render_report(found)
    head = page[page.index('<header class="page-head">') : page.index("</header>")]
    assert head.index("From the model, as written:") < head.index(
        "From the case: its author's own lines"
    )
    assert "if over 12 are listed by 13 March 2024, it raises J1 from 62 to 81 %" in head
    assert "&lt;b&gt;Attack&lt;/b&gt;[U+202E]" in head
    assert '<a href="#judgment-J2">J2</a>' in head
    assert build_top(replace(calm, watch=())).signs_lead == ""


def test_a_judgment_without_signs_says_why(calm: RunResult) -> None:
    page = render_report(replace(calm, watch=(listed(why="the record settles it"),)))
    assert "<h4>What to watch</h4>" in page
    assert "The record settles it." in page
