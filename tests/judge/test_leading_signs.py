"""Signs ranked over all judgments: the same sign counts once for each, outcomes come last."""

from __future__ import annotations

from dataclasses import replace

from judge.test_came_true import sign
from report.test_watch import told
from talion.judge.indicators import Indicator, WatchList
from talion.judge.leading_signs import MOST, leading_signs


def one(subject: str, bits: float, **more: object) -> Indicator:
    evidence = {"as_written": told(0.5, 0.8, 0.4, 0.3, bits=bits)}
    return sign(subject=subject, title=subject, evidence=evidence, **more)


def listed(judgment: str, *signs: Indicator, world: str = "baseline") -> WatchList:
    return WatchList(judgment, "main", world, "as_written", signs, "", 240, 0.01, 200)


def subjects(*lists: WatchList) -> list[str]:
    return [found.sign.subject for found in leading_signs(lists)]


def test_what_tells_of_several_judgments_comes_before_what_tells_more_of_one() -> None:
    found = leading_signs(
        [listed("J1", one("raid", 0.06), one("talks", 0.1)), listed("J2", one("raid", 0.07))]
    )
    assert [f.sign.subject for f in found] == ["raid", "talks"]
    assert [name for name, _ in found[0].moves] == ["J2", "J1"]
    assert found[0].bits == 0.13


def test_another_bar_is_another_sign_and_a_subject_is_named_once() -> None:
    found = leading_signs(
        [listed("J1", one("raid", 0.06, bar=3.0)), listed("J2", one("raid", 0.07, bar=4.0))]
    )
    assert [(f.sign.bar, f.bits) for f in found] == [(4.0, 0.07)]


def test_the_same_sign_in_another_world_is_another_one() -> None:
    lists = listed("J1", one("raid", 0.06)), listed("J2", one("raid", 0.07), world="peace")
    assert [found.world for found in leading_signs(lists)] == ["peace", "baseline"]


def test_outcomes_fill_the_list_only_while_it_is_short() -> None:
    outcome = listed("J9", one("vote", 0.9, settles=True))
    few = listed("J1", one("a", 0.2), one("b", 0.1))
    assert subjects(outcome, few) == ["a", "b", "vote"]
    assert subjects(outcome, listed("J1", *(one(x, 0.2) for x in "abc"))) == ["a", "b", "c"]
    assert subjects(outcome) == ["vote"]


def test_there_are_at_most_five_and_none_of_nothing() -> None:
    many = listed("J1", *(one(x, 0.1) for x in "abcdefgh"))
    assert len(leading_signs([many])) == MOST == 5
    assert leading_signs([replace(many, indicators=())]) == ()
