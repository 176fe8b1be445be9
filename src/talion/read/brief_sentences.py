"""The sentences of a brief: which of them read like judgments, and which speak of given words.

Nothing is understood. A sentence reads like a judgment if it holds a word of likelihood, or stands in
a list under a heading that says so; a person decides.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from talion.model.lexicon import estimative_words
from talion.read.passages import LEFT_OUT, spans_of

__all__ = ["BriefSentence", "judgments_in", "nearest", "pointer_to", "sentences_of"]

SHORTEST, LONGEST = 4, 90  # words of what is offered as a judgment
QUOTED = 12  # words up to which a sentence is quoted whole
BROKEN_AT = 60  # characters from which a line without an end goes on in the next
STEM = 5  # letters by which words are held to be one: "ambush" and "ambushes"
_HEADING = re.compile(r"\b(judge?ments?|outlook|forecasts?|assessments?)\b", re.IGNORECASE)
_END = re.compile(r"[.!?][\"”’')\]]*(?=\s)")
_ABBREVIATED = re.compile(
    r"(?:\b[A-Z]|\b(?:Mr|Mrs|Ms|Dr|St|Gen|Lt|Col|Maj|Capt|Brig|Sgt|Adm|Gov|Sen|Rep|Prof|No|Nos|vs|cf|e\.g"
    r"|i\.e|approx|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec))\Z"
)
_BULLET = re.compile(r"\A(?:[-*•–]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s+")


@dataclass(frozen=True)
class BriefSentence:
    """A sentence of a text.

    Attributes:
        start, end: its characters in the text, the end not included.
        text: the sentence in one line, without a bullet before it.
        words: the words of likelihood in it.
        listed: whether its paragraph stands under a heading such as "Judgments".
    """

    start: int
    end: int
    text: str
    words: tuple[str, ...]
    listed: bool


def sentences_of(text: str, lexicon: str = "icd203") -> tuple[BriefSentence, ...]:
    """Return the sentences of a text in order; a heading is a sentence of its own.

    >>> [s.text for s in sentences_of("Outlook\\n1. U.S. forces will stay. Gen. Ash may not.")]
    ['Outlook', 'U.S. forces will stay.', 'Gen. Ash may not.']
    """
    return tuple(_sentences(text, lexicon))


def _sentences(text: str, lexicon: str) -> Iterator[BriefSentence]:
    listed = False
    for begins, line in _paragraphs(text):
        bullet = _BULLET.match(line)
        if bullet is None and _is_heading(line):
            listed = bool(_HEADING.search(line))
        first = bullet.end() if bullet else 0
        for start, end in _split(line, first):
            said = " ".join(line[start:end].split())
            words = estimative_words(said, lexicon)
            yield BriefSentence(begins + start, begins + end, said, words, listed)


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each paragraph begins, and its text; lines that were broken at a width are joined."""
    start, end = 0, 0
    for line in re.finditer(r"\S[^\n]*", text):
        last = text[start:end].rpartition("\n")[2].rstrip()
        broken = len(last) >= BROKEN_AT and not last.endswith((".", "!", "?", ":", ";"))
        if end > start and not (
            broken
            and text[end : line.start()].strip(" \t\r") == "\n"
            and not _BULLET.match(line[0])
        ):
            yield start, text[start:end]
            start = line.start()
        start = line.start() if end == 0 else start
        end = line.end()
    if end > start:
        yield start, text[start:end]


def _is_heading(line: str) -> bool:
    bare = line.strip().lstrip("#").strip()
    return len(bare.split()) <= 12 and not bare.endswith((".", "!", "?", ";", ","))


def _split(line: str, first: int) -> Iterator[tuple[int, int]]:
    start = first
    for match in _END.finditer(line, first):
        follows = line[match.end() :].lstrip()
        if _ABBREVIATED.search(line[start : match.start()]) or not re.match(
            r"[\W\d]*[^\W\d_a-z]", follows
        ):
            continue
        yield start, match.end()
        start = match.end() + len(line[match.end() :]) - len(follows)
    end = len(line.rstrip())
    if end > start:
        yield start, end


def judgments_in(sentences: Sequence[BriefSentence]) -> tuple[BriefSentence, ...]:
    """Return the sentences that read like judgments.

    If the text lists its judgments under a heading, those; else all with a word of likelihood. A
    heading is none, nor is a question.

    >>> text = "All is calm today. The raids will go on. Will they?"
    >>> [s.text for s in judgments_in(sentences_of(text))]
    ['The raids will go on.']
    """
    possible = [s for s in sentences if not s.text.endswith("?") and _has_length(s)]
    listed = [s for s in possible if s.listed and s.text.endswith((".", "!", ";"))]
    return tuple(listed or [s for s in possible if s.words and not _is_heading(s.text)])


def _has_length(sentence: BriefSentence) -> bool:
    return SHORTEST <= len(sentence.text.split()) <= LONGEST


def nearest(
    sentences: Sequence[BriefSentence], words: Iterable[str], most: int = 3
) -> tuple[BriefSentence, ...]:
    """Return the sentences that share most with given words, the best first; no headings.

    A word counts the more the fewer sentences hold it: log(1 + n / n_with), the inverse document
    frequency of Spärck Jones (1972); words are compared by their first five letters, a final s apart.

    Args:
        sentences: of a text.
        words: phrases; only their words matter.
        most: how many at most; none that shares nothing.

    >>> found = nearest(sentences_of("The camps feed it. Air strikes fuel raids. Rain."), ["Air strike"])
    >>> [s.text for s in found]
    ['Air strikes fuel raids.']
    """
    held = [_stems(sentence.text) for sentence in sentences]
    counts = Counter(stem for stems in held for stem in stems)
    asked = {stem for phrase in words for stem in _stems(phrase)}
    weights = [
        sum(math.log(1 + len(held) / counts[stem]) for stem in sorted(asked & stems))
        for stems in held
    ]
    best = sorted(range(len(held)), key=lambda i: (-weights[i], i))
    best = [i for i in best if not _is_heading(sentences[i].text)]
    return tuple(sentences[i] for i in best[:most] if weights[i] > 0)


def _stems(text: str) -> set[str]:
    return {word.rstrip("s")[:STEM] for word in re.findall(r"\w{3,}", text.casefold())}


def pointer_to(source: str, sentence: BriefSentence, text: str) -> str | dict[str, str | int]:
    """Return evidence that points at a sentence: quoted words if they stand once, else its characters.

    Of a long sentence the first and the last words are quoted.

    Args:
        source: id of the text.
        sentence: one of its sentences.
        text: the text.

    >>> text = "The raids will go on."
    >>> pointer_to("note", sentences_of(text)[0], text)
    'note "The raids will go on"'
    """
    words = sentence.text.rstrip(".!;").replace('"', "”").split()
    quote = " ".join(words)
    if len(words) > QUOTED:
        quote = f"{' '.join(words[: QUOTED // 2])} ... {' '.join(words[-QUOTED // 3 :])}"
    spans = spans_of(quote, text) if sentence.end - sentence.start <= LEFT_OUT else ()
    if len(spans) == 1 and sentence.start <= spans[0][0] and spans[0][1] <= sentence.end:
        return f'{source} "{quote}"'
    return {"source": source, "start": sentence.start, "end": sentence.end}
