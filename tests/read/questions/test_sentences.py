"""Judgments from templates: each loads, passes the check, and means what its sentence says.

A sentence means what it says if it holds in simulated histories of a world in which it is true, and
fails in those of its twin in which it is false.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from read.questions.two_banks import TEXT, faults, opened
from talion.errors import InputError, TalionError
from talion.judge.checks import findings_on
from talion.judge.parts import names_of, parts_of
from talion.judge.run import judge_case
from talion.read.questions.answers import ONE_TEMPLATE, judgment_of
from talion.read.questions.session import Session, begin

WAR = (
    "factors:\n  war: {kind: observed, title: War, states: {active: 1, ended: 0}, then: active, "
    "because: x}\n"
)


def world(*links: str, raids: str = "[8, 10, 12]", factors: str = WAR) -> str:
    """The case with links in it and another rate of raids."""
    told = "".join(
        f"  L{i}: {{{link}, origin: brief, because: x}}\n" for i, link in enumerate(links)
    )
    text = TEXT.replace("links: {}\n", f"links:\n{told}" if told else "links: {}\n")
    text = text.replace("factors: {}                 # none yet\n", factors)
    return text.replace("[8, 10, 12] ", f"{raids} ")


def judged(session: Session, **said: Any) -> Session:
    return session.keep(session.preview_judgment(judgment_of(said)))


def probability(folder: Path, text: str, **said: Any) -> float:
    """The share of histories (or of draws) in which the sentence holds, as written."""
    folder.mkdir()
    session = judged(opened(folder, text), **said)
    case = session.case
    name = list(case.judgments)[-1]
    result = judge_case(case, draws=20, histories=5, seed=3)
    main = result.judgment(name).main
    assert main is not None
    share = main.readings["as_written"]
    assert share is not None
    return share.probability


ENDS_RAIDS = "says: war raises raid, times: 200"
ANSWERS = "says: raid raises strike, share: 80, fades: days"
NO_ANSWERS = "says: raid raises strike, share: 1, fades: days"
HELD = "says: strike lowers raid, share: 70, fades: weeks"
LOOSE = "says: strike lowers raid, share: 1, fades: weeks"
DAY = "2024-07-01"
MEANINGS: dict[str, tuple[dict[str, Any], str, str]] = {
    "would_not_stop": (
        {"cause": "war", "effect": "raid", "horizon": "90 days"},
        world(),
        world(ENDS_RAIDS),
    ),
    "holds_down": (
        {"cause": "strike", "effect": "raid", "horizon": "180 days"},
        world(HELD),
        world(LOOSE),
    ),
    "raises": (
        {"cause": "raid", "effect": "strike", "horizon": "180 days", "size": "25 %"},
        world(ANSWERS),
        world(NO_ANSWERS),
    ),
    "by_date": ({"effect": "raid", "by": DAY}, world(), world(raids="0.01")),
    "goes_on": (
        {"effect": "raid", "horizon": "90 days", "every": "30 days"},
        world(),
        world(raids="0.3"),
    ),
    "at_most": (
        {"effect": "raid", "at_most": 15, "horizon": "90 days"},
        world(raids="2"),
        world(raids="20"),
    ),
}


@pytest.mark.parametrize("template", MEANINGS)
def test_a_sentence_holds_where_it_is_true_and_fails_where_it_is_false(
    tmp_path: Path, template: str
) -> None:
    said, true, false = MEANINGS[template]
    assert probability(tmp_path / "true", true, template=template, **said) > 0.9
    assert probability(tmp_path / "false", false, template=template, **said) < 0.1


@pytest.mark.parametrize(
    ("template", "going_on", "links", "expected"),
    [
        ("raises", True, "says: war raises raid, times: 3", True),
        ("raises", True, "says: war lowers raid, times: 3", False),
        ("holds_down", True, "says: war lowers raid, times: 3", True),
        ("raises", False, "says: war raises raid, times: 3", True),
        ("holds_down", False, "says: war lowers raid, times: 3", True),
        ("holds_down", False, "says: war raises raid, times: 3", False),
    ],
)
def test_a_switch_is_turned_the_way_that_the_sentence_needs(
    tmp_path: Path, template: str, going_on: bool, links: str, expected: bool
) -> None:
    factors = WAR if going_on else WAR.replace("then: active", "then: ended")
    text = world(links, factors=factors)
    found = probability(
        tmp_path / "case", text, template=template, cause="war", effect="raid", horizon="180 days"
    )
    assert (found > 0.9) is expected
    assert (found < 0.1) is not expected


def test_every_sentence_but_the_untested_one_is_tried() -> None:
    assert set(ONE_TEMPLATE) - set(MEANINGS) == {"not_testable"}


def test_what_no_event_shows_is_listed_and_never_tested(tmp_path: Path) -> None:
    said = {"claim": "They want the ford", "word": "seemingly", "because": "nobody has asked"}
    session = judged(opened(tmp_path, world()), template="not_testable", **said)
    written = session.case.judgments["J1"]
    assert (written.kind, written.testable, written.holds_if) == ("motive", "never", None)
    assert (written.claim, written.word, written.because) == tuple(said.values())
    twice = judged(session, template="not_testable", **said)
    assert twice.text == session.text


@pytest.mark.parametrize("template", MEANINGS)
def test_a_judgment_has_a_time_and_a_test_and_nothing_to_complain_of(
    tmp_path: Path, template: str
) -> None:
    said, true, _ = MEANINGS[template]
    if template == "would_not_stop":  # a pressure that bears on it, though not enough to stop it
        true = world("says: war raises raid, times: 1.2")
    session = judged(opened(tmp_path, true), template=template, **said)
    name = list(session.case.judgments)[-1]
    found = [f for f in findings_on(session.case).findings if f"judgments.{name}" in f.place]
    assert [f.code for f in found if f.severity != "note"] == []
    judgment = session.case.judgments[name]
    assert judgment.holds_if is not None
    assert bool(judgment.horizons) is (template != "by_date")
    assert judgment.because


def test_the_sentence_is_the_claim(tmp_path: Path) -> None:
    session = opened(tmp_path, world())
    for template, (said, _, _) in MEANINGS.items():
        session = judged(session, template=template, **said)
    claims = [judgment.claim for judgment in list(session.case.judgments.values())[1:]]
    assert claims == [
        "End of War: this would not stop “Raid”",
        "“Strike” holds down “Raid”",
        "“Raid” raises “Strike”",
        "“Raid” by 1 July 2024",
        "“Raid” goes on",
        "At most 15 events “Raid”",
    ]
    own = judged(session, template="goes_on", effect="strike", claim="Strikes do not end")
    assert list(own.case.judgments.values())[-1].claim == "Strikes do not end"


def test_the_day_itself_counts(tmp_path: Path) -> None:
    session = judged(
        opened(tmp_path, world()), template="by_date", effect="raid", by=dt.date(2024, 7, 1)
    )
    test = session.text.data["judgments"][list(session.case.judgments)[-1]]["holds_if"]
    assert test == {"count": "raid", "at_least": 1, "from": "as_of", "to": "2024-07-02"}


def test_a_rare_act_goes_on_over_longer_windows(tmp_path: Path) -> None:
    rates = [("20", 30), ("1.5", 60), ("0.8", 90), ("0.4", 180)]
    for number, (rate, days) in enumerate(rates):
        folder = tmp_path / str(number)
        folder.mkdir()
        session = judged(
            opened(folder, world(raids=rate)), template="goes_on", effect="raid", horizon="365 days"
        )
        test = list(session.text.data["judgments"].values())[-1]["holds_if"]
        assert test["in_every"] == f"{days} days"


def test_a_what_if_that_is_there_is_used(tmp_path: Path) -> None:
    text = world().replace(
        "what_ifs: {}", "what_ifs:\n  calm: {title: Calm, from: as_of, do: [{block: strike}]}"
    )
    session = judged(opened(tmp_path, text), template="holds_down", cause="strike", effect="raid")
    assert list(session.case.what_ifs) == ["calm"]
    session = judged(session, template="would_not_stop", cause="calm", effect="raid")
    assert list(session.case.judgments.values())[-1].under == "calm"


def test_the_same_judgment_twice_is_one(tmp_path: Path) -> None:
    once = judged(opened(tmp_path, world()), template="goes_on", effect="raid")
    assert judged(once, template="goes_on", effect="raid") == once


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"template": "goes_on", "effect": "mood"}, "no such event type or series"),
        ({"template": "raises", "cause": "mood", "effect": "raid"}, "no such event type or switch"),
        ({"template": "would_not_stop", "cause": "raid", "effect": "raid"}, "no such what-if or switch"),
        ({"template": "raises", "cause": "raid", "effect": "raid"}, "cause and effect are the same"),
        ({"template": "by_date", "effect": "raid", "by": "2024-05-01"}, "not after as_of"),
        ({"template": "goes_on", "effect": "raid", "every": "60 days", "horizon": 30}, "no window of 60"),
        ({"template": "goes_on", "effect": "raid", "word": "perchance"}, "no estimative word"),
    ],
)  # fmt: skip
def test_a_sentence_that_cannot_be_is_refused(
    tmp_path: Path, said: dict[str, Any], why: str
) -> None:
    session = opened(tmp_path, world())
    with pytest.raises(TalionError, match=why):
        session.preview_judgment(judgment_of(said))
    assert session.path.read_bytes() == world().encode()


# --- at a pace -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at_least", "written", "told"),
    [
        (6, 6, "at least 6 in every 30 days"),
        ("6 events", "6 events", "at least 6 events in every 30 days"),
        ("0.5 x usual", "0.5 x usual", "at least 0.5 times the usual number in every 30 days"),
    ],
)
def test_going_on_may_be_asked_at_a_pace(
    tmp_path: Path, at_least: int | str, written: int | str, told: str
) -> None:
    said = {"template": "goes_on", "effect": "raid", "horizon": "90 days", "at_least": at_least}
    session = judged(opened(tmp_path, world()), **said)
    entry = session.text.data["judgments"]["J1"]
    assert entry["holds_if"]["at_least"] == written
    assert entry["claim"] == f"“Raid” goes on, {told}"
    assert told in entry["because"]
    again = judged(
        begin(str(session.path), faults), **said
    )  # the same sentence, kept and read anew
    assert again.text == session.text
    assert again.sheet.judgments == session.sheet.judgments


def test_a_pace_that_is_not_kept_fails_where_one_event_holds(tmp_path: Path) -> None:
    said = {"template": "goes_on", "effect": "raid", "horizon": "90 days", "every": "30 days"}
    assert probability(tmp_path / "one", world(), **said) > 0.9
    assert probability(tmp_path / "pace", world(), at_least=20, **said) < 0.1


@pytest.mark.parametrize("at_least", [0, -1, "10 %", "2 points", "many"])
def test_what_is_no_pace_is_refused(at_least: object) -> None:
    with pytest.raises(ValueError, match="at_least"):
        judgment_of({"template": "goes_on", "effect": "raid", "at_least": at_least})


def test_a_window_fits_into_a_short_horizon(tmp_path: Path) -> None:
    session = opened(tmp_path, world("says: war raises raid, times: 2"))
    short = judged(session, template="goes_on", effect="raid", horizon="20 days")
    assert short.text.data["judgments"]["J1"]["holds_if"]["in_every"] == "20 days"
    under = {"template": "would_not_stop", "cause": "war", "effect": "raid"}
    short = judged(short, **under, horizon="40 days")
    assert short.text.data["judgments"]["J2"]["holds_if"]["in_every"] == "10 days"
    with pytest.raises(InputError, match="give a horizon of more than 30 days"):
        judged(short, **under, horizon="30 days")


def test_a_title_with_quotes_stands_inside_quotes(tmp_path: Path) -> None:
    text = world(HELD).replace("title: Raid\n", "title: Raid on the “old bridge”\n")
    session = judged(
        opened(tmp_path, text), template="raises", cause="raid", effect="strike", size="25 %"
    )
    assert session.case.what_ifs["no_raid"].title == "Without Raid on the ‘old bridge’"
    assert session.case.judgments["J1"].claim == "“Raid on the ‘old bridge’” raises “Strike”"
    (part,) = parts_of(session.case, "J1")
    told = part.test.in_words(names_of(session.case, part.horizon))
    assert "under “Without Raid on the ‘old bridge’” than" in told
