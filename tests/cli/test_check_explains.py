"""`talion check` explains: each finding on a case that has the fault, and not on its mended twin."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.command import Command
from judge.crisis import TEXT, crisis, small_record
from talion.judge.checks import findings_on
from talion.judge.findings import Finding
from talion.model.case import Case, parse_case
from talion.record.event import Count
from talion.record.record import Record

# One judgment whose path uses every link, with a horizon, a test that can fail and words of its own.
SOUND = (
    "kind: conditional, under: peace, horizons: [180 days], holds_if: {all: ["
    "{difference: {count: demand}, lower_by: 10 %}, {difference: {level: push}, lower_by: 2 points}]}"
)


def case_of(text: str = TEXT, record: Record | None = None, **judgments: str) -> Case:
    """The small crisis with one sound judgment, and others."""
    if record is None:
        return crisis(text=text, extra={"S": SOUND, **judgments})
    body = "".join(
        f"  {name}: {{claim: {name}, word: unhedged, {said}}}\n"
        for name, said in {"S": SOUND, **judgments}.items()
    )
    return parse_case(text + body, "crisis", record)


def linked(says: str) -> str:
    """The crisis's text with one link more."""
    return TEXT.replace("what_ifs:\n", f"  X: {{{says}, because: x}}\nwhat_ifs:\n")


def with_totals(*counts: tuple[str, str, str], event: str = "attack", on: int = 100) -> Record:
    """The small record with totals of one action: series, speaker, definition of each."""
    record = small_record()
    since = record.period[0]
    made = tuple(
        Count(series, event, speaker, definition, since, since + dt.timedelta(days=on + i),
              since + dt.timedelta(days=on + i + 1), 30 + i, source="log")
        for i, (series, speaker, definition) in enumerate(counts)
    )  # fmt: skip
    return replace(record, counts=made)


TOTALS = TEXT.replace("rows: {action: [attack]}\n", "rows: {action: [attack]}\n    totals: one\n")
SPLIT = TOTALS.replace(
    "  strike: {title",
    "  raid: {title: Raid, by: guard, rows: {action: [attack], country: Far}, totals: one, usual: [1, 2, 3]}\n"
    "  strike: {title",
)
ONE_SERIES = with_totals(("one", "army", "all"), ("one", "army", "all"))
SWITCH_TURNED = TEXT.replace(
    "values: {2024-01-01: active}", "values: {2024-01-01: ended, 2024-02-01: active}"
)
EVIDENCE = TEXT.replace("history_from", "sources: {note: {title: A note}}\nhistory_from").replace(
    "factors:\n", "factors:\n  mood: {kind: imagined, title: Mood, rest: 50, because: x}\n"
)


def cited(start: int, end: int) -> str:
    """Two ways to one effect, each with evidence: strikes at 10 to 50, the mood where it says."""
    return EVIDENCE.replace(
        "what_ifs:\n",
        "  E1: {says: strike raises parade, strength: weak, origin: brief, because: x,\n"
        "       evidence: {source: note, start: 10, end: 50, gist: x}}\n"
        "  E2: {says: mood raises parade, times: 2, origin: brief, because: x,\n"
        f"       evidence: {{source: note, start: {start}, end: {end}, gist: x}}}}\nwhat_ifs:\n",
    )


SHARES = "says: attack raises demand, share: [5, 10, {high}], fades: days, origin: brief"
INDICATED = TEXT.replace(
    "factors:\n",
    "factors:\n  mood: {kind: measured, title: Mood, rest: 50, indicators: [attack], because: x}\n",
).replace(
    "what_ifs:\n",
    "  X1: {says: mood raises parade, times: 2, origin: brief, because: x}\n"
    "  X2: {says: attack raises parade, strength: weak, origin: brief, because: x}\nwhat_ifs:\n",
)
RAIDS = (
    TEXT.replace("{", "{{")
    .replace("}", "}}")
    .replace(
        "  strike: {{title",
        "  raid: {{title: Raid, by: guard, rows: {{{rows}}}, usual: [1, 2, 3]}}\n  strike: {{title",
    )
)
BREEDS = "says: attack raises attack, extra: [0.1, 0.3, {high}], within: 600 days, origin: analyst"

# A loop breeds without end only where both of its links raise: under no view in a ninth of draws.
LOOP = "says: strike raises attack, extra: [0.2, {likely}, {high}], within: 600 days, origin: brief"

# finding: severity, the faulty case, its mended twin, what its message, value and place hold.
FINDINGS: dict[str, tuple[str, Callable[[], Case], Callable[[], Case], str, str]] = {
    "unused-link": (
        "note",
        lambda: case_of(linked("says: attack raises parade, strength: weak, origin: brief")),
        lambda: case_of(
            linked("says: attack raises parade, strength: weak, origin: brief"),
            T="kind: forecast, horizons: [90 days], holds_if: {count: parade, at_least: 8}",
        ),
        "no judgment's path uses link X",
        "links.X",
    ),
    "no-data-link": (
        "note",
        lambda: case_of(linked("says: demand raises attack, strength: weak, origin: brief")),
        lambda: case_of(linked("says: strike raises attack, strength: weak, origin: brief")),
        "no data can inform link X: demand names no rows of the record",
        "links.X",
    ),
    "never-turned": (
        "note",
        case_of,
        lambda: case_of(SWITCH_TURNED),
        "the record cannot show what war does: it stood at active from 2024-01-01 on",
        "links.L4",
    ),
    "fixed-test": (
        "warning",
        lambda: case_of(T="kind: forecast, horizons: [90 days], holds_if: {rate: attack, at_least: 0}"),
        lambda: case_of(T="kind: forecast, horizons: [90 days], holds_if: {rate: attack, at_least: 9}"),
        "this test cannot fail: every history is at least 0",
        "judgments.T.holds_if",
    ),
    "no-way": (
        "warning",
        lambda: case_of(
            T="kind: cause, under: no_strikes, horizons: [90 days], "
            "holds_if: {difference: {count: parade}, lower_by: 10 %}"
        ),
        lambda: case_of(
            linked("says: strike raises parade, strength: weak, origin: brief"),
            T="kind: cause, under: no_strikes, horizons: [90 days], "
            "holds_if: {difference: {count: parade}, lower_by: 10 %}",
        ),
        "nothing leads from what the what-ifs change to parade",
        "judgments.T",
    ),
    "nearly-sure": (
        "note",
        lambda: case_of(T="kind: forecast, horizons: [180 days], holds_if: {count: attack, at_least: 1}"),
        lambda: case_of(T="kind: forecast, horizons: [180 days], holds_if: {count: attack, at_least: 50}"),
        "this test hardly ever fails: at half its low usual rate",
        "judgments.T.holds_if",
    ),
    "decided": (
        "warning",
        lambda: case_of(T="kind: forecast, horizons: [90 days], holds_if: {recorded: {action: attack}, at_least: 5}"),
        lambda: case_of(T="kind: history, holds_if: {recorded: {action: attack}, at_least: 5}"),
        "this test looks at the record up to 2024-06-01 alone",
        "judgments.T.holds_if",
    ),
    "no-range": (
        "note",
        lambda: case_of(T="kind: forecast, word: seemingly, horizons: [90 days], holds_if: {count: parade, at_least: 8}"),
        lambda: case_of(T="kind: forecast, word: seemingly likely, horizons: [90 days], holds_if: {count: parade, at_least: 8}"),
        "this word claims no probability",
        "judgments.T.word",
    ),
    "no-test": (
        "warning",
        lambda: case_of(T="kind: forecast"),
        lambda: case_of(T="kind: forecast, testable: never"),
        "it can be tested but has no `holds_if`",
        "judgments.T",
    ),
    "no-horizon": (
        "warning",
        lambda: case_of(T="kind: forecast, holds_if: {count: parade, at_least: 8}"),
        lambda: case_of(T="kind: forecast, horizons: [90 days], holds_if: {count: parade, at_least: 8}"),
        "states no horizons; the case's own are used (90, 180 days)",
        "judgments.T",
    ),
    "no-such-row": (
        "warning",
        lambda: case_of(T="kind: history, holds_if: {recorded: {action: atack}, at_least: 1}"),
        lambda: case_of(T="kind: history, holds_if: {recorded: {action: attack}, at_least: 1}"),
        "no recorded row has action atack",
        "judgments.T.holds_if",
    ),
    "told-twice": (
        "warning",
        lambda: case_of(linked("says: attack raises strike, share: 5, fades: days, origin: brief")),
        lambda: case_of(
            linked("says: 'attack[place=west] raises strike', share: 5, fades: days, origin: brief")
            .replace("L1: {says: attack", "L1: {when: {place: east}, says: attack")
        ),
        "links L1 and X both tell that attack raises strike",
        "links.X",
    ),
    "same-evidence": (
        "warning",
        lambda: case_of(cited(30, 60)),
        lambda: case_of(cited(45, 90)),
        "links E1 and E2 bring the same evidence to parade by two ways: mood and strike",
        "links.E2",
    ),
    "indicator-acts": (
        "note",
        lambda: case_of(INDICATED),
        lambda: case_of(INDICATED.replace("indicators: [attack]", "indicators: [strike]")),
        "attack indicates mood, and both move parade the same way by links X1 and X2",
        "links.X2",
    ),
    "shared-rows": (
        "warning",
        lambda: case_of(RAIDS.format(rows="action: [attack]")),
        lambda: case_of(RAIDS.format(rows="action: [raid]")),
        "attack and raid both count the same 10 recorded rows",
        "events.raid.rows",
    ),
    "shared-totals": (
        "warning",
        lambda: case_of(SPLIT, ONE_SERIES),
        lambda: case_of(SPLIT.replace("country: Far}, totals: one", "country: Far}"), ONE_SERIES),
        "attack and raid are each held against the whole of the same totals",
        "events.raid.totals",
    ),
    "mixed-series": (
        "warning",
        lambda: case_of(TOTALS, with_totals(("one", "army", "all"), ("one", "guard", "its own"))),
        lambda: case_of(TOTALS, with_totals(("one", "army", "all"), ("two", "guard", "its own"))),
        "with no ratio between them",
        "events.attack.totals",
    ),
    "unused-totals": (
        "note",
        lambda: case_of(TEXT, ONE_SERIES),
        lambda: case_of(TOTALS, ONE_SERIES),
        "the record has totals of attack, and the case does not use them",
        "events.attack",
    ),
    "shares-at-high-end": (
        "warning",
        lambda: case_of(linked(SHARES.format(high=40))),
        lambda: case_of(linked(SHARES.format(high=12))),
        "at their high values links claim 125 % of demand",
        "links.L2",
    ),
    "branching-ratio": (
        "warning",
        lambda: case_of(linked(LOOP.format(likely=5, high=20))),
        lambda: case_of(linked(LOOP.format(likely=0.4, high=0.6))),
        "one event breeds more than one other",
        "links.X",
    ),
    "shares-over-100": (
        "error",
        lambda: case_of(linked(SHARES.replace("[5, 10, {high}]", "30"))),
        lambda: case_of(linked(SHARES.replace("[5, 10, {high}]", "3"))),
        "links claim 105 % of demand at their likely values",
        "links.L2",
    ),
    "endless-priors": (
        "error",
        lambda: case_of(linked(BREEDS.format(high=40).replace("0.1, 0.3", "2, 4"))),
        lambda: case_of(linked(BREEDS.format(high=0.4))),
        "the priors let events breed without end",
        "links.X",
    ),
    "sign-only": (
        "error",
        lambda: case_of(T="kind: cause, under: no_strikes, holds_if: {difference: {count: demand}, lower_by: 0.1 %}"),
        lambda: case_of(T="kind: cause, under: no_strikes, holds_if: {difference: {count: demand}, lower_by: 10 %}"),
        "the test only asks for the sign of link L2",
        "judgments.T.holds_if",
    ),
    "counted-twice": (
        "error",
        lambda: case_of(
            TEXT.replace("series: {", "  wing_attack: {title: Wing, by: wing, rows: {action: [attack]}, "
                         "usual: [1, 2, 3]}\nseries: {all: [attack, wing_attack], ")
        ),
        lambda: case_of(
            TEXT.replace("series: {", "  wing_attack: {title: Wing, by: wing, rows: {action: [raid]}, "
                         "usual: [1, 2, 3]}\nseries: {all: [attack, wing_attack], ")
        ),
        "count the acts of wing twice",
        "series.all",
    ),
    "simulated-mind": (
        "error",
        lambda: case_of(T="kind: motive, holds_if: {count: attack, at_least: 1}"),
        lambda: case_of(T="kind: motive, testable: never"),
        "a motive is not simulated",
        "judgments.T.holds_if",
    ),
    "unreadable-test": (
        "error",
        lambda: case_of(T="kind: forecast, word: perchance, horizons: [9], holds_if: {count: attack, at_least: 1}"),
        lambda: case_of(T="kind: forecast, word: likely, horizons: [9], holds_if: {count: attack, at_least: 1}"),
        "is no estimative word",
        "judgments.T.word",
    ),
}  # fmt: skip


def found(case: Case, code: str) -> list[Finding]:
    return [f for f in findings_on(case).findings if f.code == code]


@pytest.mark.parametrize("code", FINDINGS)
def test_a_fault_is_found_with_place_value_why_and_remedy(code: str) -> None:
    severity, faulty, _, message, key = FINDINGS[code]
    (finding, *more) = found(faulty(), code)
    assert all(f.message != finding.message for f in more)
    hit = next(f for f in (finding, *more) if message in f.message)
    assert hit.severity == severity
    told = hit.as_data()
    assert told["file"] == "crisis.yaml"
    assert told["line"] > 1
    assert told["column"] >= 1
    assert key in told["key"]
    assert told["value"]
    assert told["why"]
    assert told["remedy"]
    assert not told["why"].endswith(".")


@pytest.mark.parametrize("code", FINDINGS)
def test_its_mended_twin_has_none(code: str) -> None:
    _, faulty, mended, _, key = FINDINGS[code]
    assert any(key in f.place for f in found(faulty(), code))
    assert not any(key in f.place for f in found(mended(), code))


def test_a_sound_case_has_no_error_and_no_warning() -> None:
    left = [f for f in findings_on(case_of(SWITCH_TURNED)).findings if f.severity != "note"]
    assert left == []


@pytest.mark.parametrize(
    ("holds_if", "said"),
    [
        ("{count: strike, at_least: 1}", "cannot hold: no_strikes blocks strike itself"),
        ("{count: strike, at_most: 3}", "cannot fail: no_strikes blocks strike itself"),
        ("{rate: strike, more_than: 0}", "cannot hold: no_strikes blocks strike itself"),
        ("{given: {count: attack, at_least: 9}, holds: {count: attack, at_least: 9}}", "cannot fail"),
    ],
)  # fmt: skip
def test_what_a_what_if_settles_by_itself_is_found(holds_if: str, said: str) -> None:
    body = f"kind: conditional, under: no_strikes, horizons: [90 days], holds_if: {holds_if}"
    assert any(said in f.message for f in found(case_of(T=body), "fixed-test"))
    free = body.replace("under: no_strikes", "under: peace").replace(
        "at_least: 9}}", "at_least: 12}}"
    )
    assert not any(said in f.message for f in found(case_of(T=free), "fixed-test"))


@pytest.mark.parametrize(
    "more", [", {unblock: strike, at: + 30 days}", ", {add: strike, at: + 30 days}", "for: 30 days"]
)
def test_what_is_blocked_for_a_while_is_not_settled(more: str) -> None:
    block = "{block: strike, for: 30 days}" if more.startswith("for") else "{block: strike}" + more
    text = TEXT.replace("no_strikes: {title: No strikes, from: as_of, do: [{block: strike}]",
                        f"no_strikes: {{title: No strikes, from: as_of, do: [{block}]")  # fmt: skip
    body = "kind: conditional, under: no_strikes, horizons: [90 days], holds_if: {count: strike, at_least: 1}"
    assert found(case_of(text, T=body), "fixed-test") == []
    assert found(case_of(T=body), "fixed-test") != []


FORECAST = "kind: forecast, horizons: [90 days], holds_if: "
UNDER = "kind: {kind}, under: {under}, horizons: [90 days], holds_if: "


@pytest.mark.parametrize(
    ("holds_if", "said"),
    [
        ("{count: attack, at_least: 1, in_every: 30 days}", "9.9 in 30 days are usual, and at that rate it fails in under one in a hundred"),
        ("{count: attack, at_most: 110}", "at twice its high usual rate in under one history in a thousand"),
        ("{rate: attack, at_least: 5, per: month}", "30 in 90 days are usual"),
        ("{count: attack, at_most: 5}", "this test hardly ever holds: 30 in 90 days are usual"),
        ("{count: parade, at_least: 40}", "this test hardly ever holds: 8.9 in 90 days are usual"),
        ("{count: attack, at_least: 0.2 x usual}", "this test hardly ever fails"),
        ("{count: force, at_least: 1, in_every: 20 days}", "this test hardly ever fails: 9.2 in 20 days"),
        ("{count: attack, at_least: 1, at_most: 500}", "this test hardly ever fails"),
    ],
)  # fmt: skip
def test_a_test_that_the_usual_rate_settles_is_noted(holds_if: str, said: str) -> None:
    hits = found(case_of(T=FORECAST + holds_if), "nearly-sure")
    assert any(said in f.message for f in hits), [f.message for f in hits]


@pytest.mark.parametrize(
    "holds_if",
    [
        "{count: attack, at_least: 1, in_every: 14 days}",
        "{count: attack, at_least: 6, in_every: 30 days}",
        "{count: attack, at_most: 40}",
        "{rate: attack, at_least: 9, per: month}",
        "{count: attack, at_least: 0.8 x usual}",
        "{count: parade, at_least: 1, in_every: 30 days}",
        "{count: 'attack[place=west]', at_least: 1}",
    ],
)
def test_a_test_that_may_come_out_either_way_is_not(holds_if: str) -> None:
    assert found(case_of(T=FORECAST + holds_if), "nearly-sure") == []


def test_the_remedy_of_a_sure_test_is_a_sharper_one() -> None:
    sure = "{count: attack, at_least: 1, in_every: 30 days}"
    (finding,) = found(case_of(T=FORECAST + sure), "nearly-sure")
    assert finding.remedy.endswith("such as `at_least: 5`")
    assert (
        found(case_of(T=FORECAST + sure.replace("at_least: 1", "at_least: 5")), "nearly-sure") == []
    )


MORE_WORLDS = TEXT.replace(
    "  double:",
    "  still: {title: Strikes end, from: as_of, do: [{block: strike}]}\n"
    "  war_stays: {title: War stays, from: as_of, do: [{set: war, to: active}]}\n  double:",
)


@pytest.mark.parametrize(
    ("kind", "under", "holds_if", "said"),
    [
        ("cause", "no_strikes", "{difference: {count: demand}, against: still, lower_by: 10 %}", "no_strikes and still do the same"),
        ("cause", "war_stays", "{difference: {count: attack}, lower_by: 10 %}", "war_stays only says what is so already"),
        ("conditional", "war_stays", "{count: attack, at_least: 30}", "war_stays cannot bear on this test: it only says"),
        ("conditional", "peace", "{count: parade, at_least: 8}", "peace cannot bear on this test: nothing leads from war to parade"),
    ],
)  # fmt: skip
def test_a_what_if_that_cannot_matter_is_found(
    kind: str, under: str, holds_if: str, said: str
) -> None:
    body = UNDER.format(kind=kind, under=under) + holds_if
    assert any(said in f.message for f in found(case_of(MORE_WORLDS, T=body), "no-way"))
    matters = UNDER.format(kind=kind, under="peace") + holds_if.replace("parade", "attack")
    assert found(case_of(MORE_WORLDS, T=matters), "no-way") == []


def test_a_switch_that_may_turn_by_itself_is_held_by_a_what_if() -> None:
    body = UNDER.format(kind="conditional", under="war_stays") + "{count: attack, at_least: 30}"
    turns = MORE_WORLDS.replace("then: active, because", "then: {to: ended, after: 90}, because")
    assert turns != MORE_WORLDS
    assert found(case_of(turns, T=body), "no-way") == []


def test_one_link_that_tells_the_same_twice_is_found() -> None:
    twice = "says: [attack raises parade, attack raises parade], strength: weak, origin: brief"
    (finding,) = found(case_of(linked(twice)), "told-twice")
    assert finding.message == "link X tells twice that attack raises parade"
    other = twice.replace("attack raises parade]", "strike raises parade]")
    assert found(case_of(linked(other)), "told-twice") == []


def test_a_cause_whose_rows_all_lie_before_the_past_informs_nothing() -> None:
    late = TEXT.replace("history_from: 2024-01-01", "history_from: 2024-05-30")
    hits = [f for f in found(case_of(late), "never-turned") if "what attack does" in f.message]
    assert {f.place.split(", ")[-1] for f in hits} == {"links.L1"}
    assert "rows is of 2024-05-30 or later" in hits[0].message
    assert not any("what attack does" in f.message for f in found(case_of(), "never-turned"))


def test_extra_events_count_as_shares_of_what_is_usual() -> None:
    # 3 within 30 days are 3 / (1 - 2^(-30/7)) = 3.16 in all; of 4 strikes a month, of 10 attacks.
    text = linked(
        "says: strike raises attack, extra: [0.5, {0}, 3], within: 30 days, origin: brief"
    )
    (finding,) = found(case_of(text.replace("{0}", "1")), "shares-at-high-end")
    assert "at their high values links claim 126 % of attack" in finding.message
    (finding,) = found(case_of(text.replace("{0}", "3")), "shares-at-high-end")
    assert "at their likely values links claim 126 % of attack" in finding.message
    assert found(case_of(text.replace("{0}", "1").replace("3]", "2]")), "shares-at-high-end") == []


def test_a_series_that_names_a_type_twice_counts_it_once() -> None:
    twice = TEXT.replace("series: {", "series: {all: [attack, attack], ")
    case = case_of(twice, T=FORECAST + "{count: all, at_most: 36}")  # 30 are usual, and no 60
    (finding,) = found(case, "shared-rows")
    assert finding.severity == "note"
    assert found(case, "nearly-sure") == []


def test_two_tempi_of_one_effect_are_only_noted() -> None:
    both = case_of(linked("says: attack raises strike, share: 5, fades: months, origin: brief"))
    (finding,) = found(both, "told-twice")
    assert finding.severity == "note"
    assert "at two tempi (days and months)" in finding.message


def test_two_wordings_of_one_speaker_are_only_noted() -> None:
    record = with_totals(("one", "army", "all"), ("one", "army", "all of them"))
    (finding,) = found(case_of(TOTALS, record), "mixed-series")
    assert finding.severity == "note"


def test_a_total_that_names_no_speaker_is_no_second_speaker() -> None:
    record = with_totals(("one", "army", "all"), ("one", "", "all"))
    assert found(case_of(TOTALS, record), "mixed-series") == []


def test_totals_of_different_days_do_not_overlap() -> None:
    record = with_totals(("one", "army", "all"), ("one", "guard", "its own"))
    first, second = record.counts
    later = replace(second, since=first.on + dt.timedelta(days=1), on=dt.date(2024, 5, 1),
                    published=dt.date(2024, 5, 2))  # fmt: skip
    assert found(case_of(TOTALS, replace(record, counts=(first, later))), "mixed-series") == []


def test_the_page_names_every_kind_of_warning_and_note(root: Path) -> None:
    page = (root / "docs" / "how-to" / "write-a-case.md").read_text(encoding="utf-8")
    for code, (severity, *_) in FINDINGS.items():
        if severity != "error":
            row = next((line for line in page.splitlines() if f"`{code}`" in line), "")
            assert f"| {severity} |" in row, code


# --- the command ---------------------------------------------------------------------------------


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "case.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def as_data(talion: Command, folder: Path) -> tuple[int, dict[str, Any]]:
    ended = talion("check", folder, "--json")
    assert ended.err == ""
    return ended.status, json.loads(ended.out)


def test_warnings_and_notes_do_not_stop(talion: Command, starter: Path) -> None:
    change(starter, "    horizons: [180 days]\n", "")
    status, told = as_data(talion, starter)
    assert (status, told["errors"], told["warnings"]) == (0, 0, 1)
    assert told["notes"] == len(told["findings"]) - 1
    first = told["findings"][0]  # the gravest first
    assert (first["severity"], first["code"]) == ("warning", "no-horizon")
    assert first["file"] == "case.yaml"
    ended = talion("check", starter)
    assert ended.status == 0
    assert ended.out.startswith("warning: case.yaml:")
    assert "why: a claim without a time" in ended.out
    assert "remedy: add `horizons: [180 days]`" in ended.out
    assert ended.out.splitlines()[-1].endswith("1 warning and 2 notes")


def test_errors_end_with_status_2_and_say_why(talion: Command, starter: Path) -> None:
    change(starter, "share: [5, 12, 25]", "share: [95, 120, 130]")
    status, told = as_data(talion, starter)
    assert (status, told["errors"]) == (2, 1)
    error = told["findings"][0]
    assert (error["severity"], error["code"], error["value"]) == ("error", "shares-over-100", "L2")
    ended = talion("check", starter)
    assert ended.status == 2
    assert "links claim 120 %" in ended.err
    assert "why: then no event of that type comes by itself" in ended.err
    assert ": ok: " not in ended.out


def test_a_file_that_is_no_case_is_a_finding_too(talion: Command, starter: Path) -> None:
    change(starter, "by: river_guard\n", "by: river_gard\n")
    change(starter, "by: tolva_army\n", "by: tolva_armi\n")
    status, told = as_data(talion, starter)
    assert (status, told["errors"]) == (2, 2)
    assert {f["code"] for f in told["findings"]} == {"form"}
    assert all(f["line"] and f["key"] and f["value"] and f["remedy"] for f in told["findings"])


def test_of_one_kind_the_reason_is_said_once(talion: Command) -> None:
    out = talion("check", "baghdad-2024").out
    assert out.count("no data can inform link") > 20
    assert out.count("a fit leaves it as it was stated, so every result") == 1
