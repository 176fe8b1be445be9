"""Rival explanations of simulated records: what gains weight, what stays indistinguishable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from judge.rivalry import made_case
from talion.errors import FitError, InputError
from talion.fit.case import hypothesis_scores
from talion.fit.case.hypothesis_scores import ScoreSettings, cut_weeks, score_hypotheses, scores_key
from talion.judge.hypotheses import Comparison, compare_hypotheses
from talion.judge.hypotheses_file import read_comparison, write_comparison
from talion.model.case import load_case
from talion.model.hypotheses import link_sets

SMALL = ScoreSettings(chains=2, sweeps=100, particles=80, islands=4, cuts=2)


@pytest.fixture(scope="module")
def made() -> Comparison:
    """Raids answered by most replies, over 16 weeks."""
    tiny = replace(SMALL, sweeps=60, particles=24, cuts=1)
    return compare_hypotheses(made_case(16, 1, 0.9, 0.03), tiny, kept=False)


def test_link_sets_add_to_the_baseline_or_take_from_the_whole() -> None:
    sets = {s.id: s for s in link_sets(made_case(8, 1, 0.5))}
    assert list(sets) == ["no_interaction", "answers", "answers_too", "war"]
    assert sets["no_interaction"].keeps == ()
    assert sets["answers"].keeps == ("A1",)
    assert sets["war"].without == ("A1", "A2")
    built_in = {s.id: set(s.keeps) for s in link_sets(load_case("baghdad-2024"))}
    assert built_in["no_interaction"] == {"R1", "R3", "R4", "R4b"}
    assert len(built_in) == 6
    for keeps in built_in.values():
        assert built_in["no_interaction"] <= keeps


def test_cuts_leave_weeks_to_fit_and_weeks_to_tell() -> None:
    assert cut_weeks(17, 3) == (5, 9, 13)
    assert cut_weeks(6, 3) == (3, 4, 5)
    assert cut_weeks(6, 10) == (3, 4, 5)
    with pytest.raises(InputError, match="at least 6 weeks"):
        cut_weeks(5, 1)


def test_weeks_and_sums_are_told(made: Comparison) -> None:
    assert [w.number for w in made.weeks] == list(range(made.trained + 1, 17))
    assert made.cuts[0] == made.trained + 1
    rows = [key for week in made.weeks for key in week.rows]
    assert len(rows) == len(set(rows))
    for hypothesis in made.hypotheses:
        assert len(hypothesis.scores) == len(made.weeks)
        gap = sum(hypothesis.scores) - sum(made.baseline.scores)
        assert hypothesis.against.value == pytest.approx(gap)
    assert sum(h.weight.value for h in made.hypotheses) == pytest.approx(1.0)
    assert max(h.best.value for h in made.hypotheses) == 0.0


def test_two_names_for_one_set_are_indistinguishable(made: Comparison) -> None:
    one, two = (h for h in made.hypotheses if h.id.startswith("answers"))
    assert one.scores != two.scores  # chance of their own
    best = max(made.hypotheses, key=lambda h: sum(h.scores))
    assert best.id in ("answers", "answers_too")
    for hypothesis in (one, two):
        assert hypothesis.best.verdict == "indistinguishable"


def test_what_bears_on_nothing_is_said_to_be_the_baseline() -> None:
    case = made_case(8, 1, 0.5)
    hypotheses = dict(case.document.hypotheses)
    hypotheses["idle"] = hypotheses["war"].model_copy(
        update={"keeps": (), "held": {"war": "ended"}}
    )
    del hypotheses["answers"], hypotheses["answers_too"]
    case = replace(case, document=case.document.model_copy(update={"hypotheses": hypotheses}))
    found = compare_hypotheses(case, replace(SMALL, cuts=1), kept=False)
    by = {h.id: h for h in found.hypotheses}
    assert by["idle"].as_baseline
    assert not by["war"].as_baseline
    assert by["idle"].difference_in_words == "not distinguishable by this record"
    assert any("baseline under another name" in w for w in found.warnings)


def test_an_episode_left_out_takes_its_weeks_out(made: Comparison) -> None:
    for hypothesis in made.hypotheses[1:]:
        (late,) = hypothesis.episodes
        assert late.weeks == (15, 16)
        gaps = np.array(hypothesis.scores) - np.array(made.baseline.scores)
        assert late.against.value == pytest.approx(gaps[:-2].sum())


def test_parts_are_kept_and_work_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALION_CACHE_DIR", str(tmp_path))
    calls: list[tuple[str, int]] = []

    def told(case, links, settings, cut, end, cores, tell):  # type: ignore[no-untyped-def]
        calls.append((links.id, cut))
        if len(calls) == 4:
            raise KeyboardInterrupt
        log = np.full((settings.islands, end - cut), -1.0 - cut)
        log[0, 0] = -np.inf
        return hypothesis_scores.Segment(cut, log, np.full(log.shape, 3.0), "")

    monkeypatch.setattr(hypothesis_scores, "_told", told)
    case = made_case(8, 1, 0.5)
    with pytest.raises(KeyboardInterrupt):
        score_hypotheses(case, SMALL)
    found = score_hypotheses(case, SMALL)
    assert len(calls) == 1 + 2 * len(found)  # the part that was stopped, and each part once
    again = score_hypotheses(case, SMALL)
    assert len(calls) == 1 + 2 * len(found)
    for one, two in zip(found, again, strict=True):
        for a, b in zip(one.segments, two.segments, strict=True):
            np.testing.assert_array_equal(a.log, b.log)
    assert again[0].segments[0].log[0, 0] == -np.inf
    assert scores_key(case, SMALL) != scores_key(case, replace(SMALL, seed=1))


def test_a_file_gives_back_what_was_written(made: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "hypotheses.json"
    write_comparison(path, made)
    assert read_comparison(path) == made
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(FitError, match="damaged"):
        read_comparison(path)
    with pytest.raises(FitError, match="no such"):
        read_comparison(tmp_path / "none.json")


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_what_made_the_record_gains_weight_with_data() -> None:
    """Medians over five records made with answers: difference and weight grow with the weeks."""
    medians = []
    for weeks in (10, 40):
        found = []
        for seed in range(5):
            case = made_case(weeks, seed, 0.9, 0.03)
            hypotheses = {k: v for k, v in case.document.hypotheses.items() if k != "answers_too"}
            document = case.document.model_copy(update={"hypotheses": hypotheses})
            compared = compare_hypotheses(replace(case, document=document), SMALL, kept=False)
            (answers,) = (h for h in compared.hypotheses if h.id == "answers")
            found.append((answers.against.value, answers.weight.value))
        medians.append(np.median(found, axis=0))
    assert medians[1][0] > medians[0][0] + 2.0
    assert medians[1][1] > max(0.7, medians[0][1] - 0.05)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_where_nothing_answers_the_baseline_is_not_beaten() -> None:
    """Records without answers: at most one of five calls answers better."""
    better = 0
    for seed in range(5):
        compared = compare_hypotheses(made_case(20, 50 + seed, 0.0), SMALL, kept=False)
        better += sum(h.against.verdict == "better" for h in compared.hypotheses)
    assert better <= 1


def test_a_week_is_not_named_by_a_handful_of_particles() -> None:
    from judge.comparisons import SETTINGS, two_rivals
    from talion.judge.hypotheses import compared

    case = two_rivals()
    for least, said in (
        (3.0, "in no week within reach of the particles"),
        (30.0, "told 148 times better"),
    ):
        scores = [
            hypothesis_scores.HypothesisScores(
                links, False,
                (hypothesis_scores.Segment(
                    4, np.full((4, 4), 5.0 * (links.id == "war")), np.full((4, 4), least / 4), ""
                ),),
            )
            for links in link_sets(case)
        ]  # fmt: skip
        war = compared(case, SETTINGS, scores).hypotheses[-1]
        assert said in war.difference_in_words


def test_a_verdict_that_hangs_on_weeks_out_of_reach_is_none() -> None:
    """Four logs only with a thin week: indistinguishable. Five in every week: as clear without it."""
    from judge.comparisons import comparison_of, two_rivals

    case = two_rivals()
    few = {"answers": [30.0, 3.0, 30.0, 30.0], "war": [30.0, 3.0, 30.0, 30.0]}
    gaps = {"answers": [1.2, 1.3, 1.2, 1.2], "war": [5.0, 5.1, 5.0, 4.9]}
    found = {h.id: h for h in comparison_of(case, gaps, few=few).hypotheses}
    assert found["answers"].against.value == pytest.approx(4.9)
    assert found["answers"].against.verdict == "indistinguishable"
    assert found["war"].against.verdict == "better"
    for hypothesis in (found["answers"], found["war"]):
        assert hypothesis.thin == (6,)
        assert hypothesis.reached is not None
    assert found["war"].reached.value == pytest.approx(14.9)  # type: ignore[union-attr]
    assert found["answers"].named is None
    assert found["answers"].difference_in_words == "in no week within reach of the particles"
    assert found["war"].named is not None
    assert found["war"].named.week != 6
    made = comparison_of(case, gaps, few=few)
    pair = made.pair("answers", "war")
    assert pair.thin == (6,)
    assert "week 6 out of reach of the particles" in pair.reach_in_words
    out = [f"“{found[name].title}” (week 6)" for name in ("answers", "war")]
    assert any("; ".join(out) in w for w in made.warnings)
    assert pair.turned.turned == pair
    assert pair.turned.difference.value == -pair.difference.value
    assert pair.turned.one == pair.other
    whole = comparison_of(case, gaps)
    assert {h.id: h for h in whole.hypotheses}["answers"].against.verdict == "better"
    assert not any(p.thin for p in whole.pairs)
    assert not any("reach" in w for w in whole.warnings)


def test_every_two_are_compared_and_ranked_by_their_sums() -> None:
    from judge.comparisons import comparison_of, two_rivals

    made = comparison_of(two_rivals(), {"answers": [-1.0] * 4, "war": [2.0] * 4})
    assert [h.id for h in made.ranked] == ["war", "no_interaction", "answers"]
    assert len(made.pairs) == 3
    for pair in made.pairs:
        sums = {h.id: sum(h.scores) for h in made.hypotheses}
        assert pair.difference.value == pytest.approx(sums[pair.one] - sums[pair.other])
    assert made.pair("war", "answers").difference.value in (
        pytest.approx(12.0),
        pytest.approx(-12.0),
    )


def test_a_cell_of_a_week_out_of_reach_is_marked_and_says_nothing() -> None:
    from judge.comparisons import comparison_of, two_rivals
    from talion.judge.evidence_matrix import evidence_matrix

    case = two_rivals()
    gaps = {"answers": [4.0, 4.0, 0.0, 0.0], "war": [0.0] * 4}
    matrix = evidence_matrix(
        case, comparison_of(case, gaps, few={"answers": [30.0, 3.0, 30.0, 30.0]})
    )
    rows = {row.id: dict(zip(matrix.columns, row.cells, strict=True)) for row in matrix.rows}
    assert (rows["week-5"]["answers"].word, rows["week-5"]["answers"].thin) == ("CC", False)
    assert (rows["week-6"]["answers"].word, rows["week-6"]["answers"].thin) == ("N", True)
    assert not rows["week-6"]["war"].thin
