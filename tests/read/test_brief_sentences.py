"""Sentences of a brief, those that read like judgments, and pointers that lead back to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.model.lexicon import estimative_words
from talion.model.schema import CaseEvidence
from talion.read.brief_sentences import judgments_in, nearest, pointer_to, sentences_of
from talion.read.passages import passage_of

BRIEF = """\
The Orlan: what to expect

Since June the U.S. envoy Gen. Ash has met the Guard. In No. 7 Camp nobody was hurt. Raids fell
by half, to approx. 12 a month.

Outlook

1. The raids will go on.
2) Talks may probably be resumed in May; nobody knows.
- The Guard seemingly wants the ford.
Is that all?
"""


def texts(brief: str) -> list[str]:
    return [sentence.text for sentence in sentences_of(brief)]


def test_sentences_end_where_a_reader_ends_them() -> None:
    assert texts(BRIEF) == [
        "The Orlan: what to expect",
        "Since June the U.S. envoy Gen. Ash has met the Guard.",
        "In No. 7 Camp nobody was hurt.",
        "Raids fell by half, to approx. 12 a month.",
        "Outlook",
        "The raids will go on.",
        "Talks may probably be resumed in May; nobody knows.",
        "The Guard seemingly wants the ford.",
        "Is that all?",
    ]


def test_lines_broken_at_a_width_are_one_paragraph() -> None:
    wrapped = (
        "A heading of its own\n"
        "The raids of the River Guard will go on through the whole of the summer, and\n"
        "nobody will stop them. That is what all of the officers on both banks expect\n"
        "too.\n\nA new paragraph that is long enough to look as if it had been broken off\n\n"
        "Another one.\n"
    )
    assert texts(wrapped) == [
        "A heading of its own",
        "The raids of the River Guard will go on through the whole of the summer, and nobody will stop them.",
        "That is what all of the officers on both banks expect too.",
        "A new paragraph that is long enough to look as if it had been broken off",
        "Another one.",
    ]
    led_back(wrapped)


def test_those_under_a_heading_are_the_judgments() -> None:
    found = judgments_in(sentences_of(BRIEF))
    assert [(s.text[:9], s.words) for s in found] == [
        ("The raids", ("will",)),
        ("Talks may", ("may", "probably")),
        ("The Guard", ("seemingly",)),
    ]


def test_without_a_heading_a_word_of_likelihood_makes_one() -> None:
    prose = (
        BRIEF.replace("Outlook", "And then").replace("1. ", "").replace("Guard.", "Guard again.")
    )
    assert [s.text[:9] for s in judgments_in(sentences_of(prose))] == [
        "The raids", "Talks may", "The Guard",
    ]  # fmt: skip
    assert judgments_in(sentences_of("All is calm. Nothing happened today.")) == ()


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("It would not stop.", ("would not",)),
        ("It will very likely stop.", ("will", "very likely")),
        ("In May it stopped.", ()),
        ("May talks begin soon.", ("may",)),
        ("A remote base was viewed.", ()),
        ("Goodwill and mayors.", ()),
    ],
)
def test_words_of_likelihood(sentence: str, words: tuple[str, ...]) -> None:
    assert estimative_words(sentence) == words


def test_the_nearest_sentence_shares_the_rarest_words() -> None:
    found = nearest(sentences_of(BRIEF), ["Raid", "going on"])
    assert [s.text[:9] for s in found] == ["Raids fel", "The raids"]
    assert nearest(sentences_of(BRIEF), ["zeppelin"]) == ()


def led_back(text: str) -> None:
    for sentence in sentences_of(text):
        pointer = pointer_to("brief", sentence, text)
        read = CaseEvidence.model_validate(pointer)
        span = passage_of(read, text)
        assert span is not None
        assert sentence.start <= span[0] < span[1] <= sentence.end


def test_a_pointer_leads_back_to_its_sentence() -> None:
    led_back(BRIEF)
    led_back(f"{BRIEF}{BRIEF}")  # every sentence stands twice
    led_back('He said "never" and "not now", twice. ' + "A long one, " * 200 + "that ends.")


@given(st.text(alphabet="aB .!?\n\"“”'…-1", max_size=200))
def test_any_pointer_leads_back_and_sentences_do_not_overlap(text: str) -> None:
    led_back(text)
    places = [place for s in sentences_of(text) for place in (s.start, s.end)]
    assert places == sorted(places)


def test_sentences_of_a_real_brief_lead_back(shared: Path) -> None:
    text = (shared / "baghdad-2024" / "brief.txt").read_text(encoding="utf-8")
    led_back(text)
    found = judgments_in(sentences_of(text))
    assert 10 <= len(found) <= 20
    assert any("would not" in s.words for s in found)
