"""What each answer writes, "don't know" included, and what it comes to by the model's own numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from read.questions.two_banks import TEXT, opened
from talion.errors import TalionError
from talion.model.case import Case
from talion.model.compile import compile_model
from talion.read.questions.answers import parse_answer
from talion.read.questions.consequence import comes_to, rates_after
from talion.read.questions.question import switch_asked
from talion.read.questions.session import Session


def given(session: Session, question: str, said: Any) -> Session:
    """Answer one question, in memory."""
    return session.after(session.preview(session.question(question), parse_answer(question, said)))


def told(session: Session, question: str, said: Any) -> str:
    """What an answer is echoed as."""
    asked = session.question(question)
    preview = session.preview(asked, parse_answer(question, said))
    switch = switch_asked(preview.case, preview.sheet)
    return comes_to(preview.case, asked, preview.written, switch)


def data(session: Session) -> dict[str, Any]:
    return session.text.data


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return opened(tmp_path)


# --- rates ---------------------------------------------------------------------------------------


def test_a_usual_rate_goes_into_the_event_type(session: Session) -> None:
    made = given(session, "usual.raid", {"value": [4, 5, 6.5], "because": "counted again"})
    assert data(made)["events"]["raid"]["usual"] == [4, 5, 6.5]
    assert data(made)["events"]["raid"]["because"] == "counted again"
    assert "      # a month" in made.text.text
    assert "one in 6.1 days; about 30 (24 to 38) in 180 days" in told(
        session, "usual.raid", [4, 5, 6.5]
    )


def test_one_number_is_certain_and_said_to_be(session: Session) -> None:
    assert data(given(session, "usual.raid", 5))["events"]["raid"]["usual"] == 5
    assert "taken as certain" in told(session, "usual.raid", 5)


def test_not_knowing_a_rate_leaves_the_file_as_it_is(session: Session) -> None:
    made = given(session, "usual.raid", "don't know")
    assert made.text == session.text
    assert made.sheet.answers == {"usual.raid": None}
    assert "stays as it is" in told(session, "usual.raid", "don't know")


@pytest.mark.parametrize(
    ("question", "said", "why"),
    [
        ("usual.raid", [0, 1, 2], "a usual rate must be positive"),
        ("answers.raid.strike", [5, 8, 10], r"between 0 and 9\.5"),
        ("answers.raid.strike", [-1, 0, 1], r"between 0 and 9\.5"),
        ("after.raid", 3, "no switch is named"),
        ("fades.raid.strike", "weeks", "there is no link whose effect could fade"),
        ("pressure", "mood", "no such switch"),
        ("pressure", {"name": "War", "since": "2024-07-01"}, "lies after as_of"),
        ("extra.strike.raid", [5, 20, 40], "breed without end"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    session: Session, question: str, said: Any, why: str
) -> None:
    base = given(session, "answers.raid.strike", [4, 6, 8]) if "extra" in question else session
    with pytest.raises(TalionError, match=why):
        given(base, question, said)


# --- links ---------------------------------------------------------------------------------------


def test_of_ten_is_a_share_and_echoed_as_answers_of_one_event(session: Session) -> None:
    made = given(session, "answers.raid.strike", {"value": [2, 4, 6], "origin": "brief"})
    (link,) = data(made)["links"].values()
    assert link["says"] == "raid raises strike"
    assert link["share"] == [20, 40, 60]
    assert link["origin"] == "brief"
    echo = told(session, "answers.raid.strike", [2, 4, 6])
    # 40 % of 4 strikes a month are 1.6 answers to 10 raids: 0.16 each.
    assert "40 % (20 to 60) of these answer it: at usual rates one event draws 0.16" in echo


def test_of_ten_is_what_the_model_then_draws(session: Session) -> None:
    case = given(session, "answers.raid.strike", 4).case
    model = compile_model(case, "as_written_ours", draws=4, seed=1, worlds=["baseline"])
    answers = model.draws.ee_offspring[:, 0] * model.usual[:, 0] / model.usual[:, 1]
    assert answers == pytest.approx(np.full(4, 0.4))


def test_extra_is_signed_by_its_range(session: Session) -> None:
    fewer = data(given(session, "extra.strike.raid", [-2, -1, 0]))["links"]["L1"]
    assert (fewer["says"], fewer["extra"], fewer["within"]) == (
        "strike lowers raid",
        [0, 1, 2],
        "30 days",
    )
    more = data(given(session, "extra.strike.raid", [0, 0.5, 1]))["links"]["L1"]
    assert more["says"] == "strike raises raid"


def test_extra_within_the_time_is_what_the_model_draws(session: Session) -> None:
    case = given(given(session, "extra.strike.raid", 0.5), "fades.strike.raid", "months").case
    model = compile_model(case, "as_written_ours", draws=2, seed=1, worlds=["baseline"])
    within = model.draws.ee_offspring[:, 0] * (1 - 2.0 ** (-30 / 30))
    assert within == pytest.approx(np.full(2, 0.5))


@pytest.mark.parametrize("said", [[-1, 0.5, 2], "don't know"])
def test_an_unknown_direction_acts_under_no_view_alone(session: Session, said: Any) -> None:
    case = given(session, "extra.strike.raid", said).case
    (link,) = case.links.values()
    assert link.origin == "nobody"
    signs = {}
    for reading in ("no_view", "as_written", "as_written_ours", "opponent"):
        model = compile_model(case, reading, draws=60, seed=1, worlds=["baseline"])
        entries = model.draws.ee_offspring
        held = model.draws.ch_b
        signs[reading] = (entries.size and entries.max() > 0, held.size and held.max() > 0)
    assert signs["no_view"] == (True, True)
    assert not any(any(signs[r]) for r in ("as_written", "as_written_ours", "opponent"))
    assert "may raise or lower" in told(session, "extra.strike.raid", said)
    assert "no view" in told(session, "extra.strike.raid", said)


def test_nothing_at_all_writes_no_link(session: Session) -> None:
    made = given(session, "extra.strike.raid", 0)
    assert made.text == session.text
    assert "it would do nothing" in told(session, "extra.strike.raid", 0)


def test_an_answer_that_is_changed_changes_its_own_link(session: Session) -> None:
    first = given(session, "extra.strike.raid", [0, 0.5, 1])
    turned = given(first, "extra.strike.raid", [-1, -0.5, 0])
    (link,) = data(turned)["links"].values()
    assert link["says"] == "strike lowers raid"
    known = given(given(session, "extra.strike.raid", "don't know"), "extra.strike.raid", [0, 1, 2])
    (link,) = data(known)["links"].values()
    assert (link["origin"], link["because"]) == ("analyst", "my own judgment; no reason was given")
    assert "share" not in link


LINK = (
    "links: {B: {says: strike raises raid, strength: weak, origin: brief, because: 'x'}}  # theirs"
)


def test_a_link_of_the_brief_is_kept_beside_an_opposite_answer(tmp_path: Path) -> None:
    session = opened(tmp_path, TEXT.replace("links: {}", LINK))
    made = given(session, "extra.strike.raid", [-1, -0.5, 0])
    assert set(data(made)["links"]) == {"B", "L1"}
    assert "B says the opposite and stays: both act" in told(
        session, "extra.strike.raid", [-1, -0.5, 0]
    )
    with pytest.raises(TalionError, match="B states a direction"):
        given(session, "extra.strike.raid", [-1, 0.5, 1])
    unknown = given(session, "extra.strike.raid", "don't know")
    assert unknown.text == session.text


def test_a_link_of_the_same_direction_gets_the_new_strength(tmp_path: Path) -> None:
    session = opened(tmp_path, TEXT.replace("links: {}", LINK))
    made = given(session, "extra.strike.raid", [0, 0.5, 1])
    said = LINK.replace("strength: weak", "extra: [0, 0.5, 1]").replace("}}", ", within: 30 days}}")
    assert said in made.text.text
    back = given(made, "answers.strike.raid", [1, 2, 3])
    assert "extra" not in data(back)["links"]["B"]
    assert data(back)["links"]["B"]["share"] == [10, 20, 30]


def test_ids_go_on_in_the_style_of_the_file(tmp_path: Path) -> None:
    numbered = LINK.replace("B:", "L4:")
    session = opened(tmp_path, TEXT.replace("links: {}", numbered))
    assert set(data(given(session, "answers.raid.strike", 3))["links"]) == {"L4", "L5"}


@pytest.mark.parametrize(
    ("said", "word"), [(1, "days"), ("3 days", "days"), (4, "weeks"), (14, "weeks"), (16, "months"), (400, "lasting")]
)  # fmt: skip
def test_a_half_life_is_the_nearest_of_four_tempi(session: Session, said: Any, word: str) -> None:
    linked = given(session, "answers.raid.strike", 3)
    made = given(linked, "fades.raid.strike", said)
    (link,) = data(made)["links"].values()
    assert link["fades"] == word
    assert "is taken as" in told(linked, "fades.raid.strike", said)


def test_not_knowing_the_tempo_says_which_is_taken(session: Session) -> None:
    linked = given(session, "answers.raid.strike", 3)
    assert given(linked, "fades.raid.strike", "don't know").text == linked.text
    assert "weeks, half gone after 7 days, in every reading" in told(
        linked, "fades.raid.strike", "?"
    )


# --- what begins or ends the pressure ------------------------------------------------------------


def test_a_new_pressure_is_a_switch_with_a_what_if(session: Session) -> None:
    made = given(session, "pressure", {"name": "Krieg am Fluß", "since": "2024-02-01"})
    said = data(made)
    assert said["factors"]["krieg_am_flu"]["title"] == "Krieg am Fluß"
    assert said["factors"]["krieg_am_flu"]["values"] == {"2024-02-01": "active"}
    assert said["what_ifs"]["krieg_am_flu_ended"]["do"] == [{"set": "krieg_am_flu", "to": "ended"}]
    assert said["events"]["raid"]["usual_when"] == {"krieg_am_flu": "active"}
    assert data(given(made, "pressure", {"name": "Krieg am Fluß"})) == said  # twice is once


def test_a_name_without_latin_letters_stays_whole(session: Session) -> None:
    made = given(session, "pressure", {"name": "حرب غزة"})
    assert data(made)["factors"]["pressure"]["title"] == "حرب غزة"


@pytest.mark.parametrize("said", ["don't know", "nothing"])
def test_no_pressure_writes_nothing(session: Session, said: str) -> None:
    made = given(session, "pressure", said)
    assert made.text == session.text
    assert "after.raid" not in {q.id for q in made.open}


@pytest.mark.parametrize(
    ("going_on", "after", "says", "times"),
    [
        (True, [1, 2, 5], "war raises raid", [2, 5, 10]),
        (True, [20, 50, 100], "war lowers raid", [2, 5, 10]),
        (False, [20, 50, 100], "war raises raid", [2, 5, 10]),
        (False, [1, 2, 5], "war lowers raid", [2, 5, 10]),
        (True, [0, 0, 0], "war raises raid", 100),
    ],
)
def test_a_rate_after_six_months_is_a_multiplier(
    session: Session, going_on: bool, after: Any, says: str, times: Any
) -> None:
    switched = given(session, "pressure", {"name": "War", "going_on": going_on})
    made = given(switched, "after.raid", after)
    (link,) = data(made)["links"].values()
    assert (link["says"], link["times"]) == (says, times)
    # What the model settles at once the switch is turned is what was answered, in the middle draw.
    settled = np.median(rates_after(made.case, "raid", "war")) * 30.4375
    assert settled == pytest.approx(max(after[1], 0.1), rel=0.15)


def test_a_rate_on_both_sides_of_today_is_a_direction_nobody_knows(session: Session) -> None:
    switched = given(session, "pressure", {"name": "War"})
    made = given(switched, "after.raid", [5, 12, 20])
    (link,) = data(made)["links"].values()
    assert link["origin"] == "nobody"
    unknown = given(switched, "after.raid", "don't know")
    assert next(iter(data(unknown)["links"].values()))["origin"] == "nobody"


def test_the_settled_rate_counts_answers_too(session: Session) -> None:
    switched = given(session, "pressure", {"name": "War"})
    ended = given(switched, "after.raid", 2)
    alone = float(np.median(rates_after(ended.case, "raid", "war")))
    both = given(given(ended, "answers.raid.strike", 5), "extra.strike.raid", 0.5)
    # Strikes that come by themselves go on and draw raids, whatever the war does.
    assert float(np.median(rates_after(both.case, "raid", "war"))) > 1.05 * alone
    assert "with what answers other events" in told(both, "after.raid", 2)


def test_a_switch_of_the_case_is_taken_as_it_is(tmp_path: Path) -> None:
    switch = (
        "factors: {truce: {kind: observed, states: {none: 0, half: 0.5, held: 1}, then: none, "
        "because: x}}"
    )
    session = opened(tmp_path, TEXT.replace("factors: {}", switch))
    made = given(session, "pressure", "truce")
    assert data(made)["what_ifs"] == {
        "truce_held": {
            "title": "truce: held",
            "from": "as_of",
            "do": [{"set": "truce", "to": "held"}],
        }
    }
    ruled: Case = given(made, "after.raid", [1, 2, 5]).case
    assert ruled.links["L1"].says == ("truce lowers raid",)
