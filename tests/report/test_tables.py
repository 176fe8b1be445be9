"""What the sections say: first screen, results, record, judgments, sources, console."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from report.fixtures import CALM, HOSTILE, share, small_case
from talion.judge.labels import Label
from talion.judge.results import RunResult
from talion.report.around import build_around
from talion.report.assumptions import build_footing
from talion.report.console import console_table
from talion.report.evidence import EvidenceReader
from talion.report.judgments import build_judgments
from talion.report.labels import LOOKS
from talion.report.marks import Mark, draw_marks
from talion.report.record_section import build_record, total_rates
from talion.report.results_table import build_results, word_range_said
from talion.report.top import build_top, finding_sentence

DAY = dt.timedelta(days=1)


def reader_of(result: RunResult) -> EvidenceReader:
    return EvidenceReader(result.case, {})


def test_every_label_has_words_a_sign_of_its_own_and_a_meaning() -> None:
    assert set(LOOKS) == set(Label)
    assert len({look.sign for look in LOOKS.values()}) == len(LOOKS)
    assert all(look.words == label.value and look.meaning for label, look in LOOKS.items())


def test_the_finding_counts_every_judgment_once(by_hand: RunResult) -> None:
    assert finding_sentence(by_hand) == (
        "Of 4 judgments, 1 can be checked by counting in the record, 1 rests on the author's "
        "assumptions, 1 is unresolved and 1 is not testable at all."
    )


def test_the_finding_follows_the_labels(by_hand: RunResult) -> None:
    backed = [replace(j, label=Label.BACKED) for j in by_hand.judgments]
    said = finding_sentence(replace(by_hand, judgments=tuple(backed)))
    assert said == "Of 4 judgments, the record bears on 4."


def test_the_findings_are_those_of_the_results(by_hand: RunResult) -> None:
    texts = [f.text for f in build_top(by_hand).findings]
    assert "J3 holds" in texts[0]
    assert "more than 95 of 100 simulated histories as written" in texts[1]
    assert "55 of 100" in texts[1]
    assert "−34 %" in texts[2]
    assert "−25" in texts[2]


def test_what_to_watch_starts_with_what_rests_on_assumptions(by_hand: RunResult) -> None:
    assert [w[0] for w in build_top(by_hand).watch] == ["J1", "J2"]


def test_the_results_table_holds_the_readings(by_hand: RunResult) -> None:
    first, second, third, fourth = build_results(by_hand).rows
    said = {r.name: r.said for r in first.readings}
    assert said == {
        "No view": "55 % (20 to 90 %)",
        "As written": "over 95 % (88 to over 95 %)",
        "With the record": "– (no fit yet)",
    }
    assert second.no_data
    assert "share of parameter draws" in second.test_note
    assert (third.outcome, third.marks) == ("holds", None)
    assert (fourth.readings, fourth.marks) == ((), None)


def test_a_fit_fills_the_third_mark(by_hand: RunResult) -> None:
    j = by_hand.judgments[0]
    assert j.main is not None
    main = replace(j.main, readings={**j.main.readings, "with_record": share(0.7, 0.6, 0.8)})
    fitted = replace(
        by_hand,
        judgments=(replace(j, main=main, parts=(main,)),),
        ensembles={"with_record": None},  # type: ignore[dict-item]
    )
    row = build_results(fitted).rows[0]
    assert row.readings[2].said == "70 % (60 to 80 %)"
    assert "ring full" in str(row.marks)


def test_a_result_fixed_by_its_form_shows_no_marks(by_hand: RunResult) -> None:
    j = replace(by_hand.judgments[0], label=Label.FIXED)
    row = build_results(replace(by_hand, judgments=(j,))).rows[0]
    assert "ring" not in str(row.marks)
    assert [reading.said for reading in row.readings][:2] == ["–", "–"]


@pytest.mark.parametrize(
    ("word", "said"),
    [((0.0, 0.2), "at most 20 %"), ((0.55, 0.8), "55 to 80 %"), ((0.05, 1.0), "at least 5 %")],
)
def test_what_a_word_claims(word: tuple[float, float], said: str) -> None:
    assert word_range_said(word) == said


def test_marks_lie_where_their_numbers_are() -> None:
    svg = draw_marks([Mark("A", "none", 0.0), Mark("B", "full", 1.0, 0.5, 1.0)], (0.9, 1.0))
    assert 'cx="10.0"' in svg
    assert 'cx="226.0"' in svg
    assert 'x1="118.0" x2="226.0"' in svg
    assert "A: under 5 %; B: over 95 %" in svg


def test_totals_stand_against_dated_rows(calm: RunResult) -> None:
    first, second = total_rates(calm.case, "attack")
    assert (first.reported, second.reported) == (9, 21)
    dated = [e.day for e in calm.record.events if e.action == "attack"]
    assert first.dated == sum(d < first.end for d in dated)
    assert second.dated == sum(first.end <= d < second.end for d in dated)
    assert first.interval == "1 Jan 2024 to 1 Feb 2024"
    assert total_rates(calm.case, "strike") == []


def test_gaps_conflicts_and_absences_are_named(calm: RunResult) -> None:
    section = build_record(calm, reader_of(calm))
    assert [(g.what, g.listing) for g in section.gaps] == [("attack", "partial")]
    assert section.absences[0].listing == "none, says Ministry (held 80 % reliable)"
    event, total = section.conflicts
    assert event.values == ("1 (Daily list)", "6 (Another list)")
    assert "does not add up to 9" in total.values[0]
    assert section.timeline is not None
    assert section.timeline.datasets["gaps"]["type"] == ["Attack"]
    assert section.timeline.datasets["events"]["status"].count("conflict") == 1


def test_countries_add_up(calm: RunResult) -> None:
    section = build_record(calm, reader_of(calm))
    assert section.countries == ("Eastland",)
    assert {r.what: r.total for r in section.by_country} == {"Attack": 24, "Strike": 3}


def test_rows_outside_the_period_are_not_counted_in_it(calm: RunResult) -> None:
    first = calm.record.period[0]
    early = replace(calm.record.events[0], id="early", start=first - DAY, end=first - DAY)
    record = replace(calm.record, events=(*calm.record.events, early))
    held = build_top(replace(calm, record=record)).holds
    assert held.startswith(f"{len(calm.record.events)} dated events")
    assert held.endswith("; 1 more lies outside these days.")
    assert "outside" not in build_top(calm).holds


def test_no_table_of_countries_where_no_row_states_one(calm: RunResult) -> None:
    events = tuple(replace(event, country="") for event in calm.record.events)
    section = build_record(
        replace(calm, record=replace(calm.record, events=events)), reader_of(calm)
    )
    assert section.by_country == ()


def test_before_and_after_shows_every_act_with_its_listing(calm: RunResult) -> None:
    tables = {(t.cause, t.effect): t for t in build_around(calm, reader_of(calm))}
    table = tables["Attack", "Strike"]
    assert table.windows == (7, 30, 90)
    assert len(table.rows) == 24
    attacks = sorted(e.day for e in calm.record.events if e.action == "attack")
    strikes = [e.day for e in calm.record.events if e.action == "strike"]
    for row, at in zip(table.rows[6:9], attacks[6:9], strict=True):
        before = sum(0 < (at - s).days <= 30 for s in strikes)
        after = sum(0 < (s - at).days <= 30 for s in strikes)
        assert row.cells[1].counts == f"{before} → {after}"
    assert table.sentence.startswith("24 acts. 7 days: fewer after")


def test_a_judgment_shows_test_readings_and_reasons(by_hand: RunResult) -> None:
    first, second, third, fourth = build_judgments(by_hand, reader_of(by_hand))
    assert [p.title for p in first.parts] == ["", "many attacks"]
    assert first.parts[1].readings[0].share == "–"
    assert second.parts[0].readings[1].effect == "−34 % (−60 to −10)"
    assert second.parts[0].effect_note == "smallest that matters: −25 %"
    assert second.evidence_for[0].rows[0].id == "s1"
    assert third.parts[0].rows[0].line.startswith("3 Jan 2024")
    assert fourth.parts == ()
    assert "seed 3" in first.citation
    assert "not a forecast" in first.citation


def test_every_prior_and_source_is_listed(calm: RunResult) -> None:
    footing = build_footing(calm, reader_of(calm))
    whats = " ".join(p.what for p in footing.priors)
    for link in calm.case.links:
        assert f"{link}:" in whats
    for title in ("Attack, usual rate", "Attack, lethal", "War (observed switch)", "Push"):
        assert title in whats
    assert {s.id for s in footing.sources} == {"note", "list", "other"}
    note = next(s for s in footing.sources if s.id == "note")
    assert ("L1", "link-L1") in note.supports
    assert ("J1", "judgment-J1") in note.supports
    receipt = dict(footing.receipt)
    assert receipt["Seed"] == "3"
    assert calm.receipt.case_hash in receipt["Case"]


def test_the_console_table_is_plain_and_narrow(by_hand: RunResult) -> None:
    text = console_table(by_hand)
    assert max(map(len, text.splitlines())) <= 100
    assert "\x1b" not in text
    for said in ("J1", "over 95 %", "record: holds", "no data here", "Of 4 judgments"):
        assert said in text


def test_the_console_shows_hostile_text_without_obeying_it(by_hand: RunResult) -> None:
    evil = small_case({**CALM, "claim": HOSTILE["claim"] + "\\x1b[31m"})
    j = replace(by_hand.judgments[0], judgment=evil.judgments["J1"])
    text = console_table(replace(by_hand, judgments=(j,)))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[U+2066]" in text


def test_a_case_without_judgments_says_so(calm: RunResult) -> None:
    said = finding_sentence(replace(calm, judgments=()))
    assert said == "The case states no judgment yet, so that nothing is judged."
