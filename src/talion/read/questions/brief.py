"""What the texts beside a case offer: sentences to be judged, and places that say what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from talion.model.case import Case
from talion.model.lexicon import read_word
from talion.model.names import pointers_in
from talion.read.brief_sentences import (
    BriefSentence,
    judgments_in,
    nearest,
    pointer_to,
    sentences_of,
)
from talion.read.passages import Span, passage_of, spans_of, texts_beside

__all__ = ["Offer", "claims_offered", "place_quoted", "places_offered"]

MOST = 20  # sentences that can be looked through at a terminal


@dataclass(frozen=True)
class Offer:
    """A sentence of a text beside the case.

    Attributes:
        text: the sentence.
        word: its words of likelihood, as a judgment states them; "" without any that can be read.
        evidence: the pointer at it, as a case file states it.
    """

    text: str
    word: str
    evidence: str | dict[str, str | int]

    @property
    def claim(self) -> str:
        """The sentence as a claim: without the full stop."""
        return self.text.rstrip(".;")


def claims_offered(case: Case) -> tuple[Offer, ...]:
    """Return the sentences that read like judgments and that no judgment cites yet, in their order."""
    found: list[Offer] = []
    for source, text in _texts(case).items():
        cited = list(_cited(case, source, text))
        for sentence in judgments_in(sentences_of(text, case.document.lexicon)):
            if not any(a < sentence.end and sentence.start < b for a, b in cited):
                found.append(_offer(case, source, sentence, text))
    return tuple(found[:MOST])


def places_offered(case: Case, words: Iterable[str], most: int = 3) -> tuple[Offer, ...]:
    """Return the sentences that share most with some words, the best of each text first.

    Args:
        case: with texts beside it.
        words: titles and reasons.
        most: of each text.
    """
    asked = tuple(words)
    return tuple(
        _offer(case, source, sentence, text)
        for source, text in _texts(case).items()
        for sentence in nearest(sentences_of(text, case.document.lexicon), asked, most)
    )


def place_quoted(case: Case, words: str) -> str:
    """Return evidence that quotes words of a text beside the case.

    Raises:
        ValueError: no such text holds them.
    """
    texts = _texts(case)
    quote = words.strip().strip('"“”').strip().replace('"', "”")
    for source, text in texts.items():
        if spans_of(quote, text):
            return f'{source} "{quote}"'
    raise ValueError(
        f"{' and '.join(texts)} {'does' if len(texts) == 1 else 'do'} not hold these words; copy them "
        "from there, `...` for words left out"
    )


def _texts(case: Case) -> dict[str, str]:
    return {name: held.text for name, held in texts_beside(case).items() if held.state == "there"}


def _cited(case: Case, source: str, text: str) -> Iterator[Span]:
    for path, pointer in pointers_in(case.document):
        if path[0] == "judgments" and pointer.source == source:
            span = passage_of(pointer, text)
            if span is not None:
                yield span


def _offer(case: Case, source: str, sentence: BriefSentence, text: str) -> Offer:
    word = " ".join(sentence.words)
    try:
        read_word(word, case.document.lexicon)
    except ValueError:
        word = ""
    return Offer(sentence.text, word, pointer_to(source, sentence, text))
