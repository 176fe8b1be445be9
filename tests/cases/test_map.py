"""The built-in case holds all of the system map, and points into the brief where the map says."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from cases.map_tables import BRIEF, MAP, SystemMap, offsets, places, read_map
from talion.model.arrows import link_strength
from talion.model.case import Case, load_case
from talion.model.strength import FADES, offspring_from_extra
from talion.record.event import Event
from talion.record.tables import read_record

WHAT_IFS = {
    "ceasefire", "truce", "no_strikes", "doubled_response", "us_exit", "talks_suspended",
    "timetable_agreed", "dollar_access_cut", "dollar_lever_given_up", "is_surge_syria",
    "attacks_doubled", "restraint_ordered", "restraint_lifted", "feb_as_happened",
    "feb_without_strikes",
}  # fmt: skip

# Section 2 of the map, row by row: words that single the row out, the recorded actions that it
# means, the days within which they must lie, and how many the row speaks of.
HAPPENED: tuple[tuple[str, tuple[str, ...], str, str, int], ...] = (
    ("irgc organised badr", ("statement",), "1980-01-01", "1988-12-31", 1),
    ("us killed Soleimani", ("targeted_killing",), "2020-01-01", "2020-01-31", 1),
    ("sought formal exit", ("exit_demand",), "2020-01-01", "2024-02-13", 1),
    ("early 2021 to 7 Oct 2023", ("attack",), "2021-01-01", "2023-10-07", 1),
    ("hamas attacked israel", ("war_start",), "2023-10-07", "2023-10-07", 1),
    ("attack and retaliation intensified", ("attack", "statement"), "2023-10-01", "2024-02-29", 1),
    ("announced HMC talks", ("talks",), "2024-01-01", "2024-01-31", 1),
    ("a new partnership", ("statement",), "2024-01-01", "2024-02-13", 1),
    ("drone attack on Tower 22", ("attack",), "2024-01-28", "2024-01-28", 1),
    ("HMC process paused", ("talks_pause",), "2024-01-28", "2024-02-10", 1),
    (
        "Treasury visit",
        ("contact_us", "treasury_request", "treasury_action"),
        "2024-01-25",
        "2024-02-03",
        3,
    ),
    ("us_forces struck militias", ("strike",), "2024-02-02", "2024-02-02", 1),
    ("barred eight_banks", ("bank_ban",), "2024-02-04", "2024-02-04", 1),
    ("Qaani met security_officials", ("iranian_visit",), "2024-01-29", "2024-02-13", 1),
    ("kh logistics commander", ("targeted_killing",), "2024-02-07", "2024-02-07", 1),
    (
        "commanders demand exit",
        ("exit_demand", "threat", "criticism", "statement"),
        "2024-01-13",
        "2024-02-13",
        7,
    ),
    ("HMC resumed", ("hmc_session",), "2024-02-11", "2024-02-11", 1),
)


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("baghdad-2024")


@pytest.fixture(scope="module")
def system_map(shared: Path) -> SystemMap:
    return read_map(_there(shared / MAP))


@pytest.fixture(scope="module")
def brief(shared: Path) -> Path:
    return _there(shared / BRIEF)


@pytest.fixture(scope="module")
def brief_rows(root: Path) -> list[Event]:
    """Rows that rest on the brief, before reports of one event are merged."""
    record = read_record(root / "src" / "talion" / "cases" / "baghdad_2024")
    return [event for event in record.events if "brief" in event.sources]


def _there(path: Path) -> Path:
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the checkout")
    return path


def _in_brief(part: BaseModel) -> list[tuple[int, int]]:
    """Return every span of the brief that a part of the case points to, however deep."""
    return list(_spans(part.model_dump()))


def _spans(value: object) -> Iterator[tuple[int, int]]:
    if isinstance(value, dict):
        if value.get("source") == "brief" and value.get("end") is not None:
            yield value["start"], value["end"]
        for inner in value.values():
            yield from _spans(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _spans(inner)


def _ids(cell: str) -> list[str]:
    return re.findall(r"[a-z][a-z_0-9]*", cell)


# --- everything of the map is there --------------------------------------------------------------


def test_every_actor_of_the_map(case: Case, system_map: SystemMap) -> None:
    wanted = [(actor, row) for row in system_map.actors for actor in _ids(row[0])]
    assert len(wanted) >= 34
    assert [a for a, _ in wanted if a not in case.actors] == []
    for actor, row in wanted:
        if "all" not in row[-1]:
            assert set(places(row[-1])) <= set(case.actors[actor].where), actor


def test_every_event_of_the_map_is_a_row_of_the_record(
    system_map: SystemMap, brief_rows: list[Event]
) -> None:
    for row in system_map.happened:
        text = " ".join(row[:2])
        meant = [h for h in HAPPENED if h[0] in text]
        assert len(meant) == 1, f"the test does not know which rows this one means: {text}"
        _, actions, first, last, number = meant[0]
        found = [
            e
            for e in brief_rows
            if e.action in actions
            and dt.date.fromisoformat(first) <= e.start
            and e.end <= dt.date.fromisoformat(last)
        ]
        assert len(found) >= number, text
        assert not number > 1 or len({e.id for e in found}) >= number


def test_every_link_of_the_map(case: Case, system_map: SystemMap) -> None:
    wanted = {row[0]: row for row in system_map.links}
    assert len(wanted) == 33 + 4
    assert [link for link in wanted if link not in case.links] == []
    for name, row in wanted.items():
        origin = row[3].split()[0]
        assert case.links[name].origin == origin, name


def test_every_judgment_of_the_map(case: Case, system_map: SystemMap) -> None:
    wanted = [row[0].split()[0] for row in system_map.judgments]
    assert len(wanted) == 21
    assert [j for j in (*wanted, "J6b", "J9b") if j not in case.judgments] == []
    for row in system_map.judgments:
        judgment = case.judgments[row[0].split()[0]]
        assert set(judgment.where) == set(places(row[0])), row[0]
        kinds = {"history", "cause", "forecast", "conditional", "motive", "preference"}
        named = kinds & set(re.findall(r"[a-z]+", row[1]))
        assert judgment.kind in named or not named, row[0]


def test_every_what_if_asked_for(case: Case) -> None:
    assert set(case.what_ifs) >= WHAT_IFS


# --- pointers into the brief ---------------------------------------------------------------------


def test_offsets_lie_in_the_brief_and_its_bytes_are_the_ones_meant(case: Case, brief: Path) -> None:
    text = brief.read_text(encoding="utf-8")
    stated = case.sources["brief"].sha256
    assert stated == hashlib.sha256(brief.read_bytes()).hexdigest()
    spans = _in_brief(case.document)
    assert len(spans) > 100
    for start, end in spans:
        assert end <= len(text)
        assert text[start:end] == text[start:end].strip(), (start, end)


def test_links_point_into_the_places_the_map_names(case: Case, system_map: SystemMap) -> None:
    for row in system_map.links:
        named = places(row[3])
        variants = [n for n in case.links if re.fullmatch(rf"{row[0]}[b-z]?", n)]
        spans = [s for n in variants for s in _in_brief(case.links[n])]
        if named:
            assert spans, row[0]
            for span in spans:
                assert any(_inside(span, system_map.span(p)) for p in named), (row[0], span)
        for _, at in offsets(row[3]):
            assert any(start < at + 400 and end > at for start, end in spans), (row[0], at)


def test_judgments_point_into_the_places_the_map_names(case: Case, system_map: SystemMap) -> None:
    for row in system_map.judgments:
        name = row[0].split()[0]
        spans = list(_spans([e.model_dump() for e in case.judgments[name].evidence]))
        assert spans, name
        for span in spans:
            assert any(_inside(span, system_map.span(p)) for p in places(row[0])), (name, span)
        for _, at in offsets(row[0]):
            assert any(start < at + 400 and end > at for start, end in spans), (name, at)


def _inside(span: tuple[int, int], place: tuple[int, int]) -> bool:
    return place[0] <= span[0] and span[1] <= place[1]


# --- nothing is copied, nothing is known too early -----------------------------------------------


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _runs(words: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(words[i : i + length]) for i in range(len(words) - length + 1))


def test_no_six_words_in_a_row_of_the_brief_are_in_the_repository(root: Path, brief: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, check=False, text=True
    )
    if listed.returncode != 0:
        pytest.skip("no git checkout")
    theirs = set(_runs(_words(brief.read_text(encoding="utf-8")), 6))
    copied: list[str] = []
    for name in filter(None, listed.stdout.split("\0")):
        path = root / name
        if not path.is_file():
            continue
        try:
            words = _words(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue
        copied += [f"{name}: {' '.join(run)}" for run in _runs(words, 6) if run in theirs]
    assert copied == []


def test_switches_turn_only_on_days_the_record_knew_of_at_the_cut_off(case: Case) -> None:
    known = {e.day for e in case.record.events}
    for name, actions in {
        "restraint": {"pause"},
        "talks": {"hmc_session", "talks_pause"},
    }.items():
        for day, state in case.factors[name].values.items():
            if day < dt.date(2023, 10, 17) or state == "none":
                continue
            assert day in known
            assert any(e.day == day and e.action in actions for e in case.record.events), day


# --- the numbers are possible --------------------------------------------------------------------


def test_answers_into_each_type_sum_below_its_usual_rate(case: Case) -> None:
    answered = dict.fromkeys(case.events, 0.0)
    for arrow in case.arrows:
        if arrow.kind != "event-event" or arrow.sign < 0:
            continue
        link = case.links[arrow.link]
        form, (_, likely, _) = link_strength(link, arrow.kind, case.document.word_strengths)
        if form == "share":
            answered[arrow.effect] += likely / 100
            continue
        assert link.within is not None
        half_life = FADES[link.fades or "weeks"]
        each = float(offspring_from_extra(np.array([likely]), link.within, half_life)[0])
        cause = case.events[arrow.cause]
        rate = cause.usual[1]
        for mark, value in arrow.cause_marks:
            shares = {v: p[1] for v, p in cause.marks[mark].items()}
            rate *= shares[value] / sum(shares.values())
        answered[arrow.effect] += each * rate / case.events[arrow.effect].usual[1]
    assert max(answered.values()) < 0.9, answered
    assert answered["strike"] == pytest.approx(0.5)


def test_the_two_replays_differ_only_by_the_two_recorded_acts(case: Case) -> None:
    def plain(name: str) -> list[tuple[str, str, str]]:
        return [(op.verb, op.subject, str(op.at)) for op in case.what_ifs[name].do]

    with_them, without = plain("feb_as_happened"), plain("feb_without_strikes")
    added = [op for op in with_them if op not in without]
    assert [op for op in without if op not in with_them] == []
    assert [(verb, subject) for verb, subject, _ in added] == [
        ("add", "strike"),
        ("add", "killing"),
    ]
    starts = {case.what_ifs[n].history_until for n in ("feb_as_happened", "feb_without_strikes")}
    assert starts == {dt.date(2024, 2, 2)}


def test_every_number_has_a_reason(case: Case) -> None:
    for group in (case.events, case.factors, case.judgments, case.decisions):
        for name, part in group.items():
            assert part.because, name
    for name, factor in case.factors.items():
        if factor.kind == "imagined":
            assert factor.because.startswith(("No data", "Starts at", "Nothing is settled")), name
    for issue in case.issues.values():
        assert all(position.because for position in issue.positions.values())
