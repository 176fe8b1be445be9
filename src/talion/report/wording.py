"""The author's word under each reading, and what each rule of confidence says."""

from __future__ import annotations

from dataclasses import dataclass

from talion.judge.results import JudgmentResult
from talion.judge.wording import WordFit
from talion.model.reading import NAMED
from talion.report.words import sentence

__all__ = ["WordingView", "wording_view"]


@dataclass(frozen=True)
class WordingView:
    """What is printed of words and confidence, each by itself.

    Attributes:
        by_reading: reading's title, verdict on the author's word, the reading's own words.
        rules: rule of confidence, its level, its reason as a sentence.
    """

    by_reading: tuple[tuple[str, str, str], ...]
    rules: tuple[tuple[str, str, str], ...]


def wording_view(result: JudgmentResult) -> WordingView:
    """Return the words and rules of one judgment as printed; empty where nothing was tested."""
    parts = result.confidence.parts if result.confidence is not None else ()
    return WordingView(
        tuple(_reading(name, fit) for name, fit in result.words.items())
        if result.gives_chance
        else (),
        tuple((part.rule, part.level.value, sentence(part.reason)) for part in parts),
    )


def _reading(name: str, fit: WordFit) -> tuple[str, str, str]:
    title = NAMED[name].title if name in NAMED else name.replace("_", " ")
    return title, fit.verdict.value, fit.model_words
