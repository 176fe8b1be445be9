"""The author's word against each reading, and the word or words of an interval."""

from __future__ import annotations

from dataclasses import replace

import pytest

from judge.crisis import crisis
from talion.judge.estimate import Share
from talion.judge.run import judge_case
from talion.judge.wording import WordVerdict, model_words, word_fit
from talion.model.lexicon import read_word

SHARE = Share(0.62, 0.35, 0.84, 0.01, 0.1, 0.4, 200, 4000, 0.0, 0.62, 0.62)


def share(p: float) -> Share:
    return replace(SHARE, probability=p, low=max(p - 0.05, 0), high=min(p + 0.05, 1))


def test_an_interval_across_bands_has_both_words() -> None:
    assert model_words(SHARE, "icd203") == "unlikely to very likely"
    assert model_words(share(0.65), "icd203") == "likely"
    assert model_words(None, "icd203") == ""


def test_an_interval_inside_a_gap_of_phia_has_the_words_on_both_sides() -> None:
    inside = replace(SHARE, low=0.76, high=0.79)
    assert model_words(inside, "phia") == "likely to highly likely"
    assert model_words(inside, "icd203") == "likely"


@pytest.mark.parametrize(
    ("word", "p", "verdict", "said"),
    [
        ("would not", 0.97, "fair", "fits"),
        ("would not", 0.6, "too strong", "too strong"),
        ("likely", 0.9, "too weak", "too weak"),
        ("likely", 0.8, "fair", "crosses"),
        ("likely", 0.4, "too strong", "too strong"),
        ("might", 0.02, "fair", "crosses"),
        ("might", 0.5, "fair", "fits"),
        ("unlikely", 0.7, "too strong", "too strong"),  # it says that this will not happen
        ("unlikely", 0.06, "too weak", "too weak"),
        ("almost no chance", 0.3, "too strong", "too strong"),
        ("appeared to", 0.5, "untestable", "claim no probability"),
    ],
)
def test_the_authors_word_is_compared_with_the_interval(
    word: str, p: float, verdict: str, said: str
) -> None:
    found = word_fit(read_word(word), share(p), "icd203")
    assert found.verdict is WordVerdict(verdict)
    assert said in found.sentence


def test_a_word_is_faulted_only_beyond_monte_carlo_error() -> None:
    near = replace(share(0.5), low=0.5, high=0.54)  # likely begins at 55 %
    assert word_fit(read_word("likely"), near, "icd203").verdict is WordVerdict.FAIR
    surer = replace(near, mcse=0.002)
    assert word_fit(read_word("likely"), surer, "icd203").verdict is WordVerdict.TOO_STRONG


def test_a_test_that_no_history_answers_is_untestable() -> None:
    found = word_fit(read_word("will"), None, "icd203")
    assert (found.verdict, found.model_words) == (WordVerdict.UNTESTABLE, "")


def test_the_scale_is_the_cases() -> None:
    # 76 to 79 % is inside ICD's likely; PHIA's ends at 75 %.
    inside = replace(SHARE, low=0.76, high=0.79, mcse=0.001)
    assert word_fit(read_word("likely", "icd203"), inside, "icd203").verdict is WordVerdict.FAIR
    assert word_fit(read_word("likely", "phia"), inside, "phia").verdict is WordVerdict.TOO_WEAK


def test_every_reading_of_a_run_has_its_verdict() -> None:
    case = crisis("rests", "checked", "motive")
    result = judge_case(case, draws=20, histories=4, seed=3)
    rests = result.judgment("rests")
    assert list(rests.words) == list(rests.main.readings)
    assert rests.words["links_at_zero"].verdict is WordVerdict.TOO_STRONG  # "unhedged"
    assert rests.words["as_written"].sentence == rests.word_verdict
    assert result.judgment("checked").words == {}
    assert result.judgment("motive").confidence is None
    kept = result.to_json()
    assert '"verdict": "too strong"' in kept
    assert '"rule": "power"' in kept
