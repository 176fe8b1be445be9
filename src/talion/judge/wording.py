"""The author's word beside what a reading computes: too strong, fair, too weak, or untestable.

A word claims a range of probability (`talion.model.lexicon`); a reading gives an interval. The word
is *fair* where the two meet. It is *too strong* where the interval lies, by more than Monte Carlo
error, on the less committal side of the range: below it for a word that says something will happen,
above it for one that says it will not ("unlikely" and below). It is *too weak* on the other side.
*Untestable* is a hedge, which claims no probability, or a test that no history can answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from talion.judge.estimate import Share
from talion.judge.labels import ERRORS
from talion.model.lexicon import LEXICONS, WordReading

__all__ = ["UNLIKELY", "WordFit", "WordVerdict", "model_words", "word_fit"]

UNLIKELY = 0.45
"""A word whose range ends here or lower says that something will not happen."""


class WordVerdict(Enum):
    """How a word compares with an interval. The value is the text printed."""

    TOO_STRONG = "too strong"
    FAIR = "fair"
    TOO_WEAK = "too weak"
    UNTESTABLE = "untestable"


@dataclass(frozen=True)
class WordFit:
    """The author's word against one reading.

    Attributes:
        verdict: too strong, fair, too weak, untestable.
        sentence: the same as a clause.
        model_words: the estimative word of the reading's interval, or the two words if it crosses
            bands; "" where there is no interval.
    """

    verdict: WordVerdict
    sentence: str
    model_words: str


def model_words(share: Share | None, lexicon: str) -> str:
    """Return the estimative word of a share's interval, or both words if it crosses bands.

    >>> model_words(Share(.6, .35, .84, .01, .1, .4, 200, 4000, 0, .6, .6), "icd203")
    'unlikely to very likely'
    """
    return "" if share is None else " to ".join(LEXICONS[lexicon].words_for(share.low, share.high))


def word_fit(word: WordReading, share: Share | None, lexicon: str) -> WordFit:
    """Return how the author's word compares with one reading.

    The interval is that of the share over draws, taken 1.64 Monte Carlo errors wider at both ends
    before a word is called too strong or too weak; an effect, whose share over draws has no spread,
    is compared by its error alone.

    Args:
        word: the author's.
        share: of the reading; None where no history can answer.
        lexicon: of the case.

    >>> from talion.model.lexicon import read_word
    >>> share = Share(.6, .35, .84, .01, .1, .4, 200, 4000, 0, .6, .6)
    >>> word_fit(read_word("almost certain"), share, "icd203").verdict.value
    'too strong'
    """
    said = model_words(share, lexicon)
    if word.range is None:
        return WordFit(WordVerdict.UNTESTABLE, "the author's words claim no probability", said)
    if share is None:
        sentence = "no simulated history can answer, so the author's word is not tested"
        return WordFit(WordVerdict.UNTESTABLE, sentence, said)
    low, high = word.range
    room = ERRORS * share.mcse
    below, above = share.high + room < low, share.low - room > high
    if below or above:
        strong = below if high > UNLIKELY else above
        verdict = WordVerdict.TOO_STRONG if strong else WordVerdict.TOO_WEAK
        return WordFit(verdict, f"the author's word is {verdict.value} for this model", said)
    inside = low <= share.low and share.high <= high
    sentence = (
        "the author's word fits this model"
        if inside
        else "the interval crosses the edge of the author's word"
    )
    return WordFit(WordVerdict.FAIR, sentence, said)
