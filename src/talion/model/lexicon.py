"""What estimative words mean: the published scales, and this project's convention for bare claims.

A *word* of the author is looked up here and becomes a range of probability, or none. Sources:

- ICD 203: Office of the Director of National Intelligence (US), Intelligence Community Directive
  203, Analytic Standards (2015, technically amended 2022), section D.6.e(2)(a).
- PHIA: Professional Head of Intelligence Assessment (UK), Probability Yardstick, in "Explaining
  Uncertainty in UK Intelligence Assessment", Cabinet Office, 24 March 2025:
  www.gov.uk/government/publications/explaining-uncertainty-in-uk-intelligence-assessment. Its
  bounds are approximate but for three: over 0, under 50 and under 100 %. It has gaps between its
  bands, kept here: a probability in a gap has the words on both its sides.
- "will", "would not" and unhedged claims appear in neither: that they claim at least 90 % is a
  convention of this project, and reports say so.

>>> read_word("would not").range
(0.9, 1.0)
>>> read_word(["seemingly", "probably"]).range, read_word("appeared to").range
((0.55, 0.8), None)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "HOUSE",
    "ICD_203",
    "LEXICONS",
    "PHIA",
    "Band",
    "Lexicon",
    "Meaning",
    "WordReading",
    "estimative_words",
    "read_word",
]

ASSERTED = 0.90  # "will", "would not", unhedged: ours
POSSIBLE = 0.05  # "might": fails only under 5 %: ours


@dataclass(frozen=True)
class Band:
    """A published range of probability and the words for it; `low` and `high` are its cut-points.

    `below` says that the band ends just below `high`, as PHIA's 40 to under 50 %.
    """

    low: float
    high: float
    words: tuple[str, ...]
    below: bool = False

    @property
    def word(self) -> str:
        """Return the first word of the band, the one this project prints."""
        return self.words[0]


@dataclass(frozen=True)
class Lexicon:
    """A scale of bands in ascending order, with the document it is taken from."""

    id: str
    title: str
    source: str
    bands: tuple[Band, ...]

    def band_of(self, probability: float) -> Band:
        """Return the band of a probability; one in a gap or beyond the ends gets the nearest.

        A probability on a cut-point shared by two bands belongs to the upper one.

        >>> ICD_203.band_of(0.93).word, ICD_203.band_of(0.2).word, PHIA.band_of(0.37).word
        ('very likely', 'unlikely', 'unlikely')
        """

        def distance(band: Band) -> float:
            return max(band.low - probability, probability - band.high, 0.0)

        return min(reversed(self.bands), key=distance)

    def words_for(self, low: float, high: float) -> tuple[str, ...]:
        """Return the word of an interval, or the first and last word if it crosses bands.

        An interval wholly inside a gap between bands has the words on both sides of the gap; one
        beyond the ends of the scale has the nearest word.

        >>> ICD_203.words_for(0.5, 0.7), PHIA.words_for(0.36, 0.39), PHIA.words_for(0.37, 0.45)
        (('roughly even chance', 'likely'), ('unlikely', 'realistic possibility'), ('realistic possibility',))
        """
        starts = {band.low for band in self.bands}
        found = [
            band
            for band in self.bands
            if band.low <= high
            and (low < band.high or (low == band.high and not band.below and low not in starts))
        ]
        if not found:
            found = [b for b in self.bands if b.high <= low][-1:]
            found += [b for b in self.bands if b.low > high][:1]
        first, last = found[0].word, found[-1].word
        return (first,) if first == last else (first, last)


ICD_203 = Lexicon(
    "icd203",
    "ICD 203",
    "Intelligence Community Directive 203, Analytic Standards",
    (
        Band(0.01, 0.05, ("almost no chance", "remote")),
        Band(0.05, 0.20, ("very unlikely", "highly improbable")),
        Band(0.20, 0.45, ("unlikely", "improbable", "improbably")),
        Band(0.45, 0.55, ("roughly even chance", "roughly even odds", "roughly even")),
        Band(0.55, 0.80, ("likely", "probable", "probably")),
        Band(0.80, 0.95, ("very likely", "highly probable")),
        Band(0.95, 0.99, ("almost certain", "almost certainly", "nearly certain")),
    ),
)
PHIA = Lexicon(
    "phia",
    "PHIA Probability Yardstick",
    "Professional Head of Intelligence Assessment, Probability Yardstick, 24 March 2025",
    (
        Band(0.00, 0.05, ("remote chance",)),
        Band(0.10, 0.20, ("highly unlikely",)),
        Band(0.25, 0.35, ("unlikely",)),
        Band(0.40, 0.50, ("realistic possibility",), below=True),
        Band(0.55, 0.75, ("likely", "probable", "probably", "likely or probable")),
        Band(0.80, 0.90, ("highly likely",)),
        Band(0.95, 1.00, ("almost certain", "almost certainly")),
    ),
)
LEXICONS: dict[str, Lexicon] = {"icd203": ICD_203, "phia": PHIA}

Kind = Literal["band", "assertion", "possibility", "hedge"]

# Words no published scale defines. The longest match wins, so "will probably" is read at "probably".
HOUSE: dict[Kind, tuple[str, ...]] = {
    "assertion": (
        "unhedged", "will", "will not", "would", "would not", "will continue", "will endure",
        "certain", "certainly", "expect", "expects", "expected", "only for a time", "temporarily",
    ),
    "possibility": (
        "might", "may", "could", "potential", "potentially", "possible", "possibly", "signs",
        "real possibility", "real", "possibility",
    ),
    "hedge": (
        "appeared", "appears", "appear", "appeared to", "seemingly", "seems", "seemed",
        "reportedly", "signs appeared", "apparently", "view", "viewed", "implied",
    ),
}  # fmt: skip
_HOUSE_RANGES: dict[str, tuple[float, float] | None] = {
    "assertion": (ASSERTED, 1.0),
    "possibility": (POSSIBLE, 1.0),
    "hedge": None,
}


@dataclass(frozen=True)
class Meaning:
    """One word found, what it does, its range if it has one, and which lexicon says so."""

    word: str
    kind: Kind
    range: tuple[float, float] | None
    lexicon: str


@dataclass(frozen=True)
class WordReading:
    """What an author's word or words claim.

    `range` is that of a band word if there is one ("will probably" claims "probably"), else of a
    word of possibility, else of an assertion; None if only hedges were used, which qualify the
    source or the motive and claim no probability.
    """

    said: str
    meanings: tuple[Meaning, ...]

    @property
    def decisive(self) -> Meaning:
        """Return the meaning that sets the range."""
        order = ("band", "possibility", "assertion", "hedge")
        return min(self.meanings, key=lambda m: order.index(m.kind))

    @property
    def range(self) -> tuple[float, float] | None:
        """Return (low, high) of the claimed probability, or None."""
        return self.decisive.range

    @property
    def hedged(self) -> bool:
        """Return whether a word qualifies the source or the motive."""
        return any(m.kind == "hedge" for m in self.meanings)

    @property
    def convention(self) -> str:
        """Return who defines the range: the lexicon's title, or this project."""
        lexicon = LEXICONS.get(self.decisive.lexicon)
        return lexicon.title if lexicon else "this project's convention"

    def in_words(self) -> str:
        """Return such as "at least 90 %" or "55 to 80 %"; "no range" for a hedge alone.

        >>> read_word("unhedged").in_words(), read_word("likely").in_words()
        ('at least 90 %', '55 to 80 %')
        """
        if self.range is None:
            return "no range"
        low, high = (round(100 * end) for end in self.range)
        return f"at least {low} %" if high >= 100 else f"{low} to {high} %"


def _bands(lexicon: Lexicon) -> Iterator[Meaning]:
    for band in lexicon.bands:
        for word in band.words:
            yield Meaning(word, "band", (band.low, band.high), lexicon.id)


def _entries(lexicon: Lexicon) -> Iterator[Meaning]:
    yield from _bands(lexicon)
    for kind, words in HOUSE.items():
        for word in words:
            yield Meaning(word, kind, _HOUSE_RANGES[kind], "house")


def read_word(word: str | Iterable[str], lexicon: str = "icd203") -> WordReading:
    """Return what the author's word or words claim.

    Known words are found inside a longer phrase, the longest first ("very unlikely" before
    "unlikely"); what stands between them is left aside. A word of the other scale is refused: read as
    the part of it that this scale knows ("likely" in "highly likely"), it would claim something else.

    Args:
        word: a phrase, or several.
        lexicon: `icd203` or `phia`: which scale reads the likelihood words.

    Raises:
        ValueError: the lexicon is unknown, a phrase holds no word that it knows, or one of another
            lexicon.

    >>> read_word("almost certainly implies").range
    (0.95, 0.99)
    >>> read_word("highly likely")
    Traceback (most recent call last):
    ...
    ValueError: 'highly likely' is a word of PHIA Probability Yardstick and not of ICD 203; ...
    >>> read_word("perchance")
    Traceback (most recent call last):
    ...
    ValueError: 'perchance' is no estimative word of ICD 203 or of this project; write `unhedged` ...
    """
    if lexicon not in LEXICONS:
        raise ValueError(f"no lexicon is called {lexicon!r}; there are {', '.join(LEXICONS)}")
    phrases = [word] if isinstance(word, str) else list(word)
    entries = sorted(_entries(LEXICONS[lexicon]), key=lambda m: -len(m.word))
    found: list[Meaning] = []
    for phrase in phrases:
        here = list(_found_in(phrase, entries))
        _refuse_foreign(phrase, lexicon, entries)
        if not here:
            raise ValueError(
                f"{phrase!r} is no estimative word of {LEXICONS[lexicon].title} or of this "
                "project; write `unhedged` for a claim made without any"
            )
        found += here
    return WordReading(", ".join(phrases), tuple(found))


_NO_CLAIM = frozenset(
    {"unhedged", "view", "viewed", "implied", "real", "certain", "signs", "remote", "temporarily"}
)


def estimative_words(sentence: str, lexicon: str = "icd203") -> tuple[str, ...]:
    """Return the words of likelihood in a sentence, as they stand in it, each part of it used once.

    Words that mostly stand for something else ("view", "real", "remote") are left out, and so is the
    month of May.

    Args:
        sentence: prose.
        lexicon: `icd203` or `phia`.

    >>> estimative_words("Tehran will continue to press, and may probably succeed in May")
    ('will continue', 'may', 'probably')
    """
    found: list[tuple[int, str]] = []
    rest = re.sub(r"(?<!^)(?<![.!?] )\bMay\b", "|||", " ".join(sentence.split())).lower()
    for entry in sorted(_entries(LEXICONS[lexicon]), key=lambda m: -len(m.word)):
        if entry.word in _NO_CLAIM:
            continue
        for match in re.finditer(rf"(?<![a-z]){re.escape(entry.word)}(?![a-z])", rest):
            found.append((match.start(), entry.word))
            rest = rest[: match.start()] + "|" * len(entry.word) + rest[match.end() :]
    return tuple(word for _, word in sorted(found))


def _refuse_foreign(phrase: str, lexicon: str, own: Iterable[Meaning]) -> None:
    """Raise ValueError if a phrase holds a word that another scale alone defines."""
    known = {entry.word for entry in own}
    others = [e for other in LEXICONS.values() if other.id != lexicon for e in _bands(other)]
    both = sorted([*own, *(e for e in others if e.word not in known)], key=lambda m: -len(m.word))
    for entry in _found_in(phrase, both):
        if entry.word not in known:
            raise ValueError(
                f"{entry.word!r} is a word of {LEXICONS[entry.lexicon].title} and not of "
                f"{LEXICONS[lexicon].title}; use one scale, or set `lexicon: {entry.lexicon}`"
            )


def _found_in(phrase: str, entries: Iterable[Meaning]) -> Iterator[Meaning]:
    """Yield the known words in `phrase`, each part of it used once."""
    rest = " ".join(phrase.lower().split())
    for entry in entries:
        pattern = rf"(?<![a-z]){re.escape(entry.word)}(?![a-z])"
        if re.search(pattern, rest):
            rest = re.sub(pattern, "|", rest)
            yield entry
