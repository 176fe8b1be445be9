"""Claims about the past, counted on small records whose answers are plain."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from talion.judge.coverage import listing_of
from talion.judge.parts import Setting
from talion.judge.record_checks import RecordCheck, check_on_record
from talion.model.case import day_number
from talion.model.claim import Names, parse_expression
from talion.record.event import Actor, Conflict, Coverage, Event, Source
from talion.record.rate_ratio import power_to_see, rate_ratio
from talion.record.record import Record

START, END = dt.date(2024, 1, 1), dt.date(2024, 12, 31)
AS_OF = dt.date(2024, 12, 31)


def row(key: str, day: str, action: str = "attack", **more: Any) -> Event:
    start = dt.date.fromisoformat(day)
    fields = {"end": start, "precision": "day", "type": "ASSAULT", "country": "Iraq", **more}
    fields.setdefault("published", fields["end"])
    return Event(key, start, initiator="kh", target="us", action=action, sources=("a",), **fields)


def record(*events: Event, listing: str = "near complete", **more: Any) -> Record:
    coverage = tuple(Coverage(a, START, END, listing) for a in ("attack", "strike"))
    actors = (
        Actor("kh", "KH", part_of="militias"),
        Actor("militias", "Militias"),
        Actor("us", "US"),
    )
    fields = {"coverage": coverage, "sources": (Source("a"), Source("b")), **more}
    return Record((START, END), actors=actors, events=events, **fields)


def check(test: dict[str, Any], found: Record) -> RecordCheck:
    day = day_number(AS_OF)
    setting = Setting("judgments.J.holds_if", "baseline", day, day + 180, {}, {"baseline": day})
    return check_on_record(parse_expression(test), setting, found, Names({}, AS_OF))


ATTACKS = {"recorded": {"action": "attack"}}
THREE = (row("a", "2024-02-01"), row("b", "2024-02-11"), row("c", "2024-06-01"))


def test_enough_rows_settle_at_least_even_in_a_partial_list() -> None:
    found = check({**ATTACKS, "at_least": 3}, record(*THREE, listing="partial"))
    assert found.outcome == "holds"
    assert found.counts["at_least"] == 3
    assert found.gaps == ("listing of attack is partial, 1 January to 31 December 2024",)


def test_too_few_rows_settle_it_only_where_listing_is_near_complete() -> None:
    assert check({**ATTACKS, "at_least": 4}, record(*THREE)).outcome == "fails"
    assert (
        check({**ATTACKS, "at_least": 4}, record(*THREE, listing="partial")).outcome
        == "cannot tell"
    )


def test_at_most_is_the_mirror() -> None:
    assert check({**ATTACKS, "at_most": 3}, record(*THREE)).outcome == "holds"
    assert (
        check({**ATTACKS, "at_most": 3}, record(*THREE, listing="partial")).outcome == "cannot tell"
    )
    assert check({**ATTACKS, "at_most": 2}, record(*THREE, listing="partial")).outcome == "fails"


def test_windows_include_both_days() -> None:
    window = {"from": "2024-02-01", "to": "2024-02-11"}
    assert check({**ATTACKS, "at_least": 2, **window}, record(*THREE)).outcome == "holds"
    window["to"] = "2024-02-10"
    assert check({**ATTACKS, "at_least": 2, **window}, record(*THREE)).outcome == "fails"


def test_a_row_dated_to_a_month_counts_only_at_the_upper_end() -> None:
    vague = row("v", "2024-03-01", end=dt.date(2024, 3, 31), precision="month")
    found = check({**ATTACKS, "at_least": 1, "from": "2024-03-10"}, record(vague))
    assert (found.counts["at_least"], found.counts["at_most"]) == (0, 1)
    assert found.outcome == "cannot tell"


def test_aggregates_that_count_rows_again_are_left_out() -> None:
    again = row("sum", "2024-02-05", overlaps=True)
    assert check({**ATTACKS, "at_least": 4}, record(*THREE, again)).outcome == "fails"


def test_an_actor_stands_for_its_parts() -> None:
    test = {"recorded": {"action": "attack", "initiator": "militias"}, "at_least": 3}
    assert check(test, record(*THREE)).outcome == "holds"


def test_in_every_looks_at_the_emptiest_window() -> None:
    monthly = [row(f"m{m}", f"2024-{m:02d}-15") for m in range(1, 13)]
    test = {**ATTACKS, "at_least": 1, "in_every": "31 days"}
    assert check({**test, "from": "2024-01-15"}, record(*monthly)).outcome == "holds"
    assert (
        check({**test, "from": "2024-01-15"}, record(*monthly[:5], *monthly[6:])).outcome == "fails"
    )


def test_in_every_looks_at_the_fullest_window_for_at_most() -> None:
    test = {**ATTACKS, "at_most": 1, "in_every": "10 days"}
    assert (
        check(test, record(*THREE)).outcome == "holds"
    )  # 1 and 11 February are 11 days, both ends in
    assert check({**test, "in_every": "11 days"}, record(*THREE)).outcome == "fails"


def test_free_of_leaves_out_rows_soon_after() -> None:
    strikes = (row("s1", "2024-01-25", "strike"), row("s2", "2024-06-01", "strike"))
    free = {"action": "strike", "days": 14}
    found = check({**ATTACKS, "at_least": 1, "free_of": free}, record(*THREE, *strikes))
    assert found.rows == ("b",)  # a follows s1 by 7 days; c falls on the day of s2, order unknown
    coded = row("s2", "2024-06-01", "strike", after="c")
    found = check({**ATTACKS, "at_least": 1, "free_of": free}, record(*THREE, strikes[0], coded))
    assert found.rows == ("b", "c")  # now the strike of 1 June is known to have come later


def test_rows_that_sources_dispute_make_it_contested() -> None:
    doubtful = row("d", "2024-07-01", status="disputed")
    test = {**ATTACKS, "at_least": 4}
    assert check(test, record(*THREE, doubtful)).outcome == "contested"
    assert check({**ATTACKS, "at_least": 3}, record(*THREE, doubtful)).outcome == "holds"


def test_a_conflict_over_harm_leaves_the_count_alone() -> None:
    def with_conflict(field: str) -> Record:
        conflict = Conflict(field, (("1", "a"), ("2", "b")))
        return record(*THREE, row("d", "2024-07-01", conflicts=(conflict,)))

    assert check({**ATTACKS, "at_least": 4}, with_conflict("deaths")).outcome == "holds"
    assert check({**ATTACKS, "at_least": 4}, with_conflict("initiator")).outcome == "contested"


def spread(start: str, days: int, number: int, key: str) -> list[Event]:
    first = dt.date.fromisoformat(start)
    step = days / number
    return [
        row(f"{key}{i}", (first + dt.timedelta(days=int(i * step))).isoformat())
        for i in range(number)
    ]


def rate_test(**more: Any) -> dict[str, Any]:
    return {"recorded_rate": {"action": "attack"}, "after": "2024-06-01", "days": 90, **more}


def test_a_clear_fall_of_the_rate_holds() -> None:
    rows = [*spread("2024-03-03", 90, 60, "b"), *spread("2024-06-02", 90, 20, "a")]
    found = check(rate_test(below="75 %"), record(*rows))
    assert (found.outcome, found.counts["before"], found.counts["after"]) == ("holds", 60, 20)
    assert found.counts["high"] < 0.75
    assert check(rate_test(above="75 %"), record(*rows)).outcome == "fails"


def test_few_rows_cannot_tell_and_say_so() -> None:
    rows = [*spread("2024-03-03", 90, 4, "b"), *spread("2024-06-02", 90, 2, "a")]
    found = check(rate_test(below="75 %"), record(*rows))
    assert found.outcome == "cannot tell"
    assert found.counts["power"] < 0.5
    assert "could hardly have shown it" in found.sentence


def test_a_change_of_listing_between_the_sides_cannot_tell() -> None:
    rows = [*spread("2024-03-03", 90, 60, "b"), *spread("2024-06-02", 90, 20, "a")]
    june = dt.date(2024, 6, 1)
    coverage = (
        Coverage("attack", START, june, "near complete"),
        Coverage("attack", june, END, "partial"),
    )
    assert check(rate_test(below="75 %"), record(*rows, coverage=coverage)).outcome == "cannot tell"


def test_a_window_beyond_the_record_cannot_tell() -> None:
    rows = spread("2024-09-05", 90, 60, "b")
    test = {**rate_test(below="75 %"), "after": "2024-12-04"}
    assert check(test, record(*rows)).outcome == "cannot tell"


def test_the_first_window_back_at_the_old_rate_is_named() -> None:
    rows = [
        *spread("2024-03-03", 90, 30, "b"),
        *spread("2024-06-02", 60, 6, "q"),
        *spread("2024-08-01", 30, 12, "r"),
    ]
    test = {
        "recorded_return": {"action": "attack"},
        "after": "2024-06-01",
        "window": "30 days",
        "to_rate_before": "90 days",
    }
    found = check(test, record(*rows))
    assert found.outcome == "holds"
    assert found.counts["window"] == 3
    assert "1 to 30 August 2024" in found.sentence
    assert check(test, record(*rows[:36])).outcome == "fails"
    assert check(test, record(*rows[:36], listing="partial")).outcome == "cannot tell"
    assert check({**test, "after": "2024-01-02"}, record(*rows)).outcome == "cannot tell"


def test_sources_agree_only_if_there_are_two() -> None:
    one = row("x", "2024-01-20")
    two = row("y", "2024-01-21")
    object.__setattr__(two, "sources", ("a", "b"))
    conflict = Conflict("action", (("pressed", "a"), ("restrained", "b")))
    torn = row("z", "2024-01-22", conflicts=(conflict,))
    found = record(one, two, torn)
    assert check({"sources_agree": "x"}, found).outcome == "cannot tell"
    assert check({"sources_agree": ["x", "y"]}, found).outcome == "holds"
    contested = check({"sources_agree": ["y", "z"]}, found)
    assert contested.outcome == "contested"
    assert "pressed (a) against restrained (b)" in contested.sentence


def test_joined_checks_follow_their_parts() -> None:
    yes, no = {**ATTACKS, "at_least": 3}, {**ATTACKS, "at_least": 4}
    found = record(*THREE)
    assert check({"all": [yes, no]}, found).outcome == "fails"
    assert check({"any": [yes, no]}, found).outcome == "holds"


def test_days_no_row_speaks_of_are_gaps() -> None:
    coverage = (Coverage("attack", dt.date(2024, 2, 1), dt.date(2024, 2, 29), "near complete"),)
    found = listing_of(record(coverage=coverage), ["attack"], START, dt.date(2024, 3, 31))
    assert found.kinds == ("not stated", "near complete")
    assert len(found.gaps) == 2
    assert "1 to 31 January 2024" in found.gaps[0]


@pytest.mark.parametrize(("after", "before"), [(0, 5), (5, 0), (3, 12), (40, 40)])
def test_the_interval_holds_the_ratio_and_is_exact(after: int, before: int) -> None:
    from scipy.stats import binom

    found = rate_ratio(after, before, 90, 90)
    assert found.low <= (after / before if before else float("inf")) <= found.high
    n = after + before
    if after:
        p = found.low / (1 + found.low)
        assert binom.sf(after - 1, n, p) == pytest.approx(0.1, abs=1e-9)
    if before:
        p = found.high / (1 + found.high)
        assert binom.cdf(after, n, p) == pytest.approx(0.1, abs=1e-9)


def test_power_is_the_share_of_records_that_would_show_it() -> None:
    import numpy as np

    rng = np.random.default_rng(1)
    before, after = rng.poisson(20, 2000), rng.poisson(10, 2000)
    seen = np.mean(
        [rate_ratio(int(a), int(b), 90, 90).high < 1 for a, b in zip(after, before, strict=True)]
    )
    assert power_to_see(0.5, 1.0, 20, 90, 90) == pytest.approx(seen, abs=0.03)
