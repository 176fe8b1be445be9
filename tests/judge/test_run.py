"""Small crises judged end to end: each label that needs no fit, and nothing beyond it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from judge.crisis import JUDGMENTS, TEXT, crisis
from talion.errors import CaseError, JudgmentTestError, PlanError, Problems
from talion.judge.labels import Label
from talion.judge.results import RunResult
from talion.judge.run import judge_case
from talion.judge.simulated import _overdrawn_warnings
from talion.judge.words import FIXED_FORM
from talion.model.reading import READINGS

# A flood runs every history into the event cap, which takes its time: it is judged apart.
CALM = [name for name in JUDGMENTS if name != "flooded"]


@pytest.fixture(scope="module")
def result() -> RunResult:
    return judge_case(crisis(*CALM), draws=60, histories=10, seed=7)


@pytest.mark.parametrize(
    ("judgment", "label"),
    [
        ("fixed", Label.FIXED),
        ("never", Label.FIXED),
        ("rests", Label.RESTS),
        ("unresolved", Label.UNRESOLVED),
        ("checked", Label.CHECKED),
        ("contested", Label.CHECKED),
        ("motive", Label.NOT_TESTABLE),
    ],
)
def test_each_label_that_needs_no_fit_is_given(
    result: RunResult, judgment: str, label: Label
) -> None:
    assert result.judgment(judgment).label is label


def test_a_flood_of_events_is_not_computable() -> None:
    found = judge_case(crisis("flooded"), draws=20, histories=2)
    assert found.judgment("flooded").label is Label.NOT_COMPUTABLE
    assert any("reached the cap of 20,000 events" in warning for warning in found.warnings)


def test_no_label_claims_the_record_without_a_fit(result: RunResult) -> None:
    labels = {part.label for j in result.judgments for part in j.parts}
    assert labels
    assert not any(label.claims_the_record for label in labels)


def test_what_nobody_records_is_said_to_have_no_data(result: RunResult) -> None:
    rests = result.judgment("rests")
    assert rests.no_data
    assert rests.path == ("L2",)
    assert "no data here" in rests.label_sentence
    assert rests.confidence_sentence.startswith("Confidence is low: no data bear on it")
    assert not result.judgment("fixed").no_data


def test_the_effect_follows_the_link(result: RunResult) -> None:
    main = result.judgment("rests").main
    assert main is not None
    written, zero = main.effect["as_written"], main.effect["links_at_zero"]
    assert written is not None
    assert zero is not None
    assert -90 < written.mean < -40  # three of four demands answer a strike
    assert zero.mean == 0.0  # with the link gone, coupled histories are identical
    opponent = main.effect["opponent"]
    assert opponent is not None
    assert opponent.mean > 0  # the contested link turned round


def test_readings_have_the_stated_draws(result: RunResult) -> None:
    assert result.receipt.reading_draws == {
        "no_view": 60,
        "as_written": 60,
        "as_written_ours": 30,
        "opponent": 30,
        "links_at_zero": 30,
    }
    main = result.judgment("fixed").main
    assert main is not None
    assert set(main.readings) == set(READINGS)
    share = main.readings["as_written"]
    assert share is not None
    assert (share.draws, share.histories) == (60, 600)


def test_the_same_seed_gives_the_same_numbers(result: RunResult) -> None:
    again = judge_case(crisis(*CALM), draws=60, histories=10, seed=7, workers=1)
    assert again.frame().equals(result.frame())
    other = judge_case(crisis("rests"), draws=60, histories=10, seed=8)
    one, two = other.judgment("rests").main, result.judgment("rests").main
    assert one is not None
    assert two is not None
    assert one.effect["as_written"] != two.effect["as_written"]


def test_other_judgments_do_not_move_a_number(result: RunResult) -> None:
    alone = judge_case(crisis("rests"), draws=60, histories=10, seed=7)
    assert alone.judgment("rests") == result.judgment("rests")


def test_the_frame_has_a_row_for_each_part_and_reading(result: RunResult) -> None:
    frame = result.frame()
    parts = [part for j in result.judgments for part in j.parts]
    simulated = sum(part.kind != "record" for part in parts)
    untested = sum(not j.parts for j in result.judgments)
    assert frame.height == 5 * simulated + (len(parts) - simulated) + untested
    row = frame.filter((frame["judgment"] == "rests") & (frame["reading"] == "as_written"))
    assert row["effect_unit"].to_list() == ["%"]
    assert row["no_data"].to_list() == [True]


def test_json_has_sorted_keys_and_no_nan(result: RunResult) -> None:
    text = result.to_json()
    found = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    assert list(found) == sorted(found)
    assert found["judgments"]["rests"]["label"] == "Rests on the author's assumption"
    assert found["judgments"]["checked"]["parts"][0]["record"]["outcome"] == "holds"


def test_likelihood_and_confidence_never_share_a_sentence(result: RunResult) -> None:
    for judged in result.judgments:
        assert "of 100" not in judged.confidence_sentence
        assert "%" not in judged.confidence_sentence
        for part in judged.parts:
            assert "onfiden" not in part.likelihood_sentence


def test_no_chance_is_told_where_the_form_fixes_the_answer(result: RunResult) -> None:
    judgment = result.judgment("fixed")
    main = judgment.main
    assert main is not None
    assert not main.gives_chance
    assert not judgment.gives_chance
    assert main.likelihood_sentence == FIXED_FORM
    assert main.readings["as_written"] is not None  # the share itself is kept
    others = [j for j in result.judgments if j.main is not None and j.label is not Label.FIXED]
    assert any(j.gives_chance for j in others)
    assert all(j.gives_chance is (j.main.kind != "record") for j in others if j.main is not None)


def test_both_horizons_are_judged_and_the_shorter_leads() -> None:
    found = judge_case(crisis(extra={"J": "kind: forecast, holds_if: {count: demand, at_least: 12}"}),
                       draws=20, histories=5)  # fmt: skip
    parts = found.judgment("J").parts
    assert [p.id for p in parts] == ["main@90", "main@180"]
    main = found.judgment("J").main
    assert main is parts[0]
    short, long = (p.readings["as_written"] for p in parts)
    assert short is not None
    assert long is not None
    assert short.probability < long.probability


def test_progress_runs_over_all_readings() -> None:
    seen: list[tuple[int, int]] = []
    judge_case(
        crisis("fixed"), draws=4, histories=2, progress=lambda done, of: seen.append((done, of))
    )
    whole = 4 * (2 * 2 + 3 * 1)  # three readings serve the label alone and get half the histories
    assert seen[-1] == (whole, whole)
    assert [d for d, _ in seen] == sorted(d for d, _ in seen)


def test_too_few_draws_and_unknown_readings_are_refused() -> None:
    with pytest.raises(PlanError, match="too few draws"):
        judge_case(crisis("fixed"), draws=1)
    with pytest.raises(PlanError, match="no such reading"):
        judge_case(crisis("fixed"), draws=4, histories=2, readings=["hunch"])


def test_a_faulty_case_is_not_run() -> None:
    late = "kind: forecast, holds_if: {count: attack, at_least: 1, from: 2024-01-01}"
    with pytest.raises(JudgmentTestError, match="begin on 2024-06-01"):
        judge_case(crisis(extra={"J": late}), draws=4, histories=2)
    with pytest.raises((CaseError, Problems), match="no estimative word"):
        judge_case(crisis(extra={"J": "kind: motive, word: perchance"}), draws=4, histories=2)


def test_usual_thresholds_follow_the_draw() -> None:
    body = "kind: forecast, holds_if: {rate: parade, at_least: 0.5 x usual, to: as_of + 180 days}"
    found = judge_case(crisis(extra={"J": body}), draws=40, histories=10)
    main = found.judgment("J").main
    assert main is not None
    share = main.readings["links_at_zero"]
    assert share is not None
    # 18 parades are usual in 180 days; nine or fewer come in about one history of 60.
    assert share.probability == pytest.approx(0.985, abs=0.015)


def test_a_replay_is_judged_from_its_own_start() -> None:
    body = (
        "kind: history, under: replay, holds_if: "
        "{count: attack, at_least: 1, from: replay, to: replay + 30 days}"
    )
    found = judge_case(crisis(extra={"J": body}), draws=4, histories=4)
    main = found.judgment("J").main
    assert main is not None
    share = main.readings["as_written"]
    assert share is not None
    assert share.probability > 0.9


def iterate(result: RunResult) -> Iterator[str]:
    for judged in result.judgments:
        yield from (judged.label_sentence, judged.confidence_sentence, judged.footing_sentence)


def test_every_sentence_ends() -> None:
    found = judge_case(crisis("fixed", "rests", "checked", "motive"), draws=4, histories=2)
    for sentence in iterate(found):
        assert sentence.endswith(".")
        assert "  " not in sentence


def test_links_that_claim_too_much_are_said_once_with_every_reading() -> None:
    greedy = TEXT.replace("share: [60, 75, 85]", "share: [90, 97, 99.5]")
    assert greedy != TEXT
    found = judge_case(crisis("rests", text=greedy), draws=40, histories=2)
    (said,) = [w for w in found.warnings if "draw more of these" in w]
    assert re.match(r"Demand: in \d+ to \d+ % of draws other events draw more", said)
    assert re.search(r"\(as written \d+ %; as written, with our links \d+ %\)$", said)


def test_variants_of_a_fit_are_named_together() -> None:
    found = {
        ("with_record", False): {"attack": 0.12},
        ("as_written", False): {},
        ("double_strength", True): {"attack": 0.37},
        ("opponent", True): {"attack": 0.2},
    }
    (said,) = _overdrawn_warnings(crisis("rests"), found)
    assert said.startswith("Attack: in 12 to 37 % of draws ")
    assert said.endswith(
        "(with the record 12 %; variants of the fit: double strength 37 %, opponent 20 %)"
    )
