"""The built-in case's record: the figures of its README, the brief's places, nothing from later."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from talion.record.event import Event
from talion.record.merge import merge_reports
from talion.record.reconcile import history_mass, increments
from talion.record.record import Record

AS_OF = date(2024, 2, 13)
MAP_ACTORS = [
    "us",
    "us_forces",
    "us_dod",
    "us_treasury",
    "fed",
    "coalition",
    "iran",
    "irgc",
    "qods_force",
    "militias",
    "kh",
    "nujaba",
    "badr",
    "iraq_gov",
    "iraq_forces",
    "security_officials",
    "finance_authorities",
    "parliament",
    "pro_iran_blocs",
    "pro_iran_leaders",
    "sadr",
    "shia_leaders",
    "strategists",
    "moderates",
    "public",
    "is",
    "sdf",
    "iraqi_kurds",
    "israel",
    "hamas",
    "eight_banks",
    "al_huda",
    "arab_partners",
    "west",
]

# Where the brief speaks of each of its own rows, and a word or two that stand there.
PLACES = {
    "brief-badr-organised": [(1703, "Badr")],
    "brief-killing-soleimani": [(3075, "Soleimani"), (3346, "Muhandis")],
    "brief-exit-efforts": [(3075, "formal votes")],
    "brief-attacks-2021-2023": [(3514, "80")],
    "brief-war-start": [(3658, "October 7")],
    "brief-escalation": [(3745, "intensified")],
    "brief-talks-announced": [(3920, "HMC")],
    "brief-partnership": [(4219, "partnership")],
    "brief-tower-22": [(963, "Tower 22"), (1370, "responsible")],
    "brief-talks-paused": [(4644, "paused")],
    "brief-treasury-visit": [(7592, "visit")],
    "brief-treasury-request": [(7592, "urged")],
    "brief-al-huda": [(8146, "Al-Huda")],
    "brief-strike-0202": [(963, "February 2")],
    "brief-bank-ban": [(7483, "eight")],
    "brief-qaani-visit": [(5533, "Qaani")],
    "brief-killing-0207": [(1221, "February 7")],
    "brief-commanders-demand": [(1437, "commanders")],
    "brief-ameri-rejects": [(1703, "Ameri")],
    "brief-kh-liberation": [(2039, "liberation")],
    "brief-nujaba-retaliation": [(2191, "retaliation")],
    "brief-sudani-sovereignty": [(2379, "sovereign")],
    "brief-us-self-defence": [(2682, "self-defense")],
    "brief-abdi-is-gains": [(6642, "Abdi")],
    "brief-hmc-resumed": [(4764, "resumed")],
}


def chronology(record: Record, *actions: str) -> list[Event]:
    return [e for e in record.events if e.coding == "chronology" and e.action in actions]


# --- the figures of the README -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "attacks"),
    [
        (date(2023, 10, 17), date(2024, 2, 4), 74),
        (date(2023, 10, 24), date(2023, 11, 30), 40),
        (date(2023, 12, 9), date(2023, 12, 21), 1),
        (date(2024, 1, 7), date(2024, 1, 23), 1),
    ],
)
def test_dated_attacks(merged: Record, start: date, end: date, attacks: int) -> None:
    assert merged.count("attack", start, end, sizes=True) == attacks


@pytest.mark.parametrize(
    ("start", "end", "rows"),
    [
        (date(2020, 1, 3), date(2020, 1, 31), 8),
        (date(2020, 2, 1), date(2020, 2, 29), 0),
        (date(2020, 3, 11), date(2020, 3, 31), 5),
    ],
)
def test_attacks_after_the_killing_of_january_2020(
    merged: Record, start: date, end: date, rows: int
) -> None:
    assert merged.count("attack", start, end) == rows


def test_coded_rows(record: Record) -> None:
    assert sum(event.rows for event in chronology(record, "attack")) == 156
    acts = chronology(record, "strike", "targeted_killing")
    assert sum("us" in record.belongs(event.initiator) for event in acts) == 23
    days = {e.day for e in acts if e.day >= date(2023, 10, 17) and e.initiator == "us_forces"}
    assert len(days) == 12


def test_forty_four_per_cent_are_dated(record: Record) -> None:
    tally = next(count for count in record.counts if count.series == "attacks_tass")
    assert tally.total == 168
    listed = merge_reports(record).count("attack", date(2023, 10, 17), date(2024, 2, 4), sizes=True)
    assert round(100 * listed / tally.total) == 44


def test_totals_of_november(record: Record) -> None:
    series = {c.day: c.total for c in record.counts if c.series == "attacks_pentagon"}
    days = [date(2023, 11, 17), date(2023, 11, 23), date(2023, 11, 30), date(2023, 12, 7)]
    assert [series[day] for day in days] == [62, 73, 74, 78]
    assert series[date(2023, 12, 21)] == 102


def test_aggregates_are_flagged_and_never_counted(merged: Record) -> None:
    flagged = {event.start: event.attacks for event in merged.select("attack") if event.overlaps}
    assert flagged == {
        date(2020, 8, 12): 10,
        date(2021, 1, 1): 80,
        date(2022, 1, 1): 38,
        date(2022, 3, 1): 11,
        date(2022, 4, 1): 8,
        date(2022, 7, 15): 2,
        date(2023, 10, 7): 0,
        date(2024, 1, 22): 10,
    }
    year = date(2022, 1, 1), date(2022, 12, 31)
    assert merged.count("attack", *year, sizes=True) == 74 - (38 + 11 + 8 + 2)


def test_conflicts_of_the_readme_are_kept(record: Record, outcomes: Record) -> None:
    def values(source: Record, key: str, field: str) -> set[str]:
        found = [c for c in source.event(key).conflicts if c.field == field]
        return {value for conflict in found for value, _ in conflict.values}

    for base in ("tanf", "asad"):
        assert values(record, f"attack-20231018-{base}", "date") == {"2023-10-18", "2023-10-19"}
    assert values(record, "attack-20200311-taji", "injuries") == {"12", "15"}
    assert values(record, "strike-20231112", "deaths") == {"1", "6"}
    assert values(record, "attack-20240204-omar", "deaths") == {"6", "7"}
    tracker = next(count for count in record.counts if count.series == "attacks_tracker")
    assert (tracker.total, tracker.day) == (73, date(2023, 11, 14))
    assert "no attack after 4 February" in values(
        outcomes, "late-attack-20240210-conoco", "happened"
    )
    assert len(values(outcomes, "iranian_visit-20240129", "purpose")) == 2
    assert len(values(record, "brief-partnership", "outcome")) == 2


def test_salvos_are_one_decision(record: Record) -> None:
    seen = Counter(
        (event.day, event.initiator, event.place)
        for event in chronology(record, "attack")
        if event.precision == "day" and event.countable
    )
    assert max(seen.values()) == 1
    salvo = record.event("attack-20230324-green-village")
    assert (salvo.size, salvo.attacks, salvo.rows, len(salvo.sources)) == (2, 2, 2, 2)
    assert record.event("attack-20231109-asad").size == 3


def test_blank_harm_is_unknown_and_zero_is_zero(record: Record) -> None:
    stated = [event for event in chronology(record, "attack") if event.injuries is not None]
    zero = [event for event in stated if event.injuries and event.injuries.best == 0]
    assert 0 < len(zero) < len(stated) < len(chronology(record, "attack"))


def test_press_tallies_and_the_observatory_are_series_of_their_own(
    record: Record, outcomes: Record
) -> None:
    speakers = {c.speaker for c in record.counts if c.series == "attacks_pentagon"}
    assert speakers == {"US (Pentagon)", "US military", "US officials"}
    assert {c.series for c in outcomes.counts} == {"attacks_examiner", "attacks_sohr_syria"}
    last = next(count for count in outcomes.counts if count.series == "attacks_examiner")
    assert (last.total, last.lower_bound) == (180, True)
    sohr = [c for c in (*record.counts, *outcomes.counts) if c.series == "attacks_sohr_syria"]
    assert len(sohr) == 13
    assert sum(bool(count.split) for count in sohr) == 9
    assert all(sum(n for _, n in count.split) == count.total for count in sohr if count.split)
    assert all(count.country == "Syria" for count in sohr)


# --- the brief's own record ----------------------------------------------------------------------


def test_every_row_of_the_brief_points_into_it(record: Record) -> None:
    rows = [event for event in record.events if event.coding == "brief"]
    assert {event.id for event in rows} == set(PLACES)
    for event in rows:
        assert event.sources == ("brief",)
        assert event.published == AS_OF
        assert [pointer.start for pointer in event.evidence] == [at for at, _ in PLACES[event.id]]


def test_the_brief_stands_where_it_is_cited(record: Record, shared: Path) -> None:
    file = shared / "baghdad-2024" / "brief.txt"
    if not file.exists():
        pytest.skip("needs the brief")
    data = file.read_bytes()
    assert hashlib.sha256(data).hexdigest() == record.source("brief").sha256
    text = data.decode("utf-8")
    for key, places in PLACES.items():
        for pointer, (_, word) in zip(record.event(key).evidence, places, strict=True):
            assert 0 <= pointer.start < pointer.end <= 8664
            assert word.lower() in text[pointer.start : pointer.end].lower(), key


def test_no_words_of_the_brief_are_in_the_tables(case_folder: Path, shared: Path) -> None:
    file = shared / "baghdad-2024" / "brief.txt"
    if not file.exists():
        pytest.skip("needs the brief")
    words = re.findall(r"[\w’'-]+", file.read_text(encoding="utf-8").lower())
    runs = {" ".join(words[i : i + 6]) for i in range(len(words) - 5)}
    for table in case_folder.glob("*.csv"):
        own = re.findall(r"[\w’'-]+", table.read_text(encoding="utf-8").lower())
        found = {" ".join(own[i : i + 6]) for i in range(len(own) - 5)} & runs
        assert not found, (table.name, found)


def test_undated_statements_are_rows_of_their_own_with_an_inferred_month(record: Record) -> None:
    keys = [key for key in PLACES if "Date inferred" in record.event(key).note]
    assert len(keys) == 8
    assert {record.event(key).precision for key in keys} == {"month"}


def test_more_than_eighty_is_a_lower_bound(record: Record) -> None:
    count = next(count for count in record.counts if count.series == "attacks_brief")
    assert (count.total, count.lower_bound, count.source) == (80, True, "brief")
    assert count.since == date(2021, 1, 1)
    assert count.day == date(2023, 10, 6)


def test_all_actors_of_the_map_are_there(record: Record) -> None:
    ids = {actor.id for actor in record.actors}
    assert set(MAP_ACTORS) <= ids
    assert len(MAP_ACTORS) == 34
    for part in ("kh", "nujaba", "resistance", "badr", "kss", "aah"):
        assert record.camp(part) == "militias"
    assert record.belongs("qods_force") == ("qods_force", "irgc", "iran")
    assert record.actor("coalition").ties == (("us", "leads"), ("iraq_gov", "hosts"))


# --- nothing from later --------------------------------------------------------------------------


def test_nothing_in_the_record_was_published_after_as_of(record: Record, outcomes: Record) -> None:
    assert record.period[1] == AS_OF
    assert record.known_by(AS_OF) == record
    assert all(event.published > AS_OF for event in outcomes.events)
    assert all(count.published > AS_OF for count in outcomes.counts)
    assert all(absence.published > AS_OF for absence in outcomes.absences)
    assert {event.id for event in outcomes.events}.isdisjoint(record.event_ids)


def test_the_outcomes_change_no_number(record: Record, outcomes: Record) -> None:
    sources = {s.id: s for s in (*record.sources, *outcomes.sources)}
    everything = replace(
        record,
        period=(record.period[0], outcomes.period[1]),
        sources=tuple(sources.values()),
        events=record.events + outcomes.events,
        counts=record.counts + outcomes.counts,
        absences=record.absences + outcomes.absences,
    )
    known, plain = (merge_reports(r.known_by(AS_OF)) for r in (everything, record))
    assert known.content_hash() == plain.content_hash()
    assert increments(known, "attacks_sohr_syria") == increments(plain, "attacks_sohr_syria")
    one, other = (history_mass(r, "attack", AS_OF) for r in (everything, record))
    assert one.mass.tobytes() == other.mass.tobytes()


def test_every_action_has_a_coverage_period(record: Record) -> None:
    covered = {row.of for row in record.coverage}
    assert {event.action for event in record.events} <= covered
    strikes = [row for row in record.coverage if row.of == "strike"]
    assert [row.listing for row in strikes if row.end == AS_OF] == ["near complete"]


def test_absences_stand_for_the_truce(record: Record, merged: Record) -> None:
    days = {
        a.start + timedelta(days=k)
        for a in record.absences
        for k in range((a.end - a.start).days + 1)
    }
    assert min(days) == date(2023, 11, 24)
    assert max(days) == date(2023, 11, 30)
    assert not days & {event.day for event in merged.select("attack", countable=True)}


def test_every_source_is_graded_dated_by_rule_and_used(record: Record, outcomes: Record) -> None:
    cited = {source for event in record.events for source in event.sources}
    cited |= {count.source for count in record.counts} | {a.source for a in record.absences}
    cited |= {s for e in record.events for c in e.conflicts for _, s in c.values}
    assert {source.id for source in record.sources} == cited
    assert all(source.grade for source in (*record.sources, *outcomes.sources))
    for event in record.events:
        dated = [record.source(s).published for s in event.sources]
        if event.published_how == "address":
            assert event.published in dated
        known = [day for day in dated if day is not None]
        assert not known or min(known) <= max(event.published, event.start), event.id


# --- the coding it was made from -----------------------------------------------------------------


def test_no_row_of_the_chronology_is_lost(record: Record, outcomes: Record, shared: Path) -> None:
    file = shared / "data" / "flagship" / "us_militia_chronology.csv"
    if not file.exists():
        pytest.skip("needs the chronology")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    tallies = [r for r in rows if r["action"] == "statement" and r["quantity"]]
    coded = [e for e in (*record.events, *outcomes.events) if e.coding == "chronology"]
    assert sum(event.rows for event in coded) == len(rows) - len(tallies)
    everyone = (*record.counts, *outcomes.counts)
    assert all(
        any(c.total == int(r["quantity"]) and c.on <= date.fromisoformat(r["date"]) <= (c.on_end or c.on)
            for c in everyone)
        for r in tallies
    )  # fmt: skip
    addresses = {s.address for s in (*record.sources, *outcomes.sources)}
    assert {r["source_url"] for r in rows} <= addresses
    days = Counter(e.day for e in coded if e.precision == "day" for _ in range(e.rows))
    dated = Counter(
        date.fromisoformat(r["date"])
        for r in rows
        if r not in tallies and r["date_precision"] == "day" and "day approximate" not in r["note"]
    )
    assert days == dated
    deaths = sum(int(r["deaths"] or 0) for r in rows)
    kept = [e for e in (*record.events, *outcomes.events) if e.coding != "brief"]
    assert sum(e.deaths.best or 0 for e in kept if e.deaths) == deaths
