"""Names as ids: one id for all spellings of a name, plain letters, the same at every import."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from talion.read.column_words import same_name

__all__ = ["Spelling", "identifier", "spell"]

LONGEST = 40
TAKEN = frozenset(
    {"baseline", "as_of", "horizon", "listing", "usual", "all", "true", "false", "null"}
)
# Each Cyrillic and Arabic letter as Latin ones, so that ids can be typed in a case file.
_CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґў",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "",
            "y",
            "",
            "e",
            "yu",
            "ya",
            "i",
            "yi",
            "ye",
            "g",
            "u",
        ],
        strict=True,
    )
)
_ARABIC = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءآأإؤئپچژگک",
        [
            "a",
            "b",
            "t",
            "th",
            "j",
            "h",
            "kh",
            "d",
            "dh",
            "r",
            "z",
            "s",
            "sh",
            "s",
            "d",
            "t",
            "z",
            "a",
            "gh",
            "f",
            "q",
            "k",
            "l",
            "m",
            "n",
            "h",
            "w",
            "y",
            "a",
            "a",
            "",
            "a",
            "a",
            "i",
            "u",
            "i",
            "p",
            "ch",
            "zh",
            "g",
            "k",
        ],
        strict=True,
    )
)


@dataclass(frozen=True)
class Spelling:
    """A name under one id: as printed, and how else the sheet writes it."""

    id: str
    name: str
    others: tuple[str, ...] = ()


def identifier(text: str) -> str:
    """Return a text as an id of small Latin letters, digits and underscores, "" if none is left.

    >>> identifier("Hay'at Tahrir al-Sham"), identifier("обстрел"), identifier("2nd Army")
    ('hay_at_tahrir_al_sham', 'obstrel', '_2nd_army')
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    letters = "".join(_CYRILLIC.get(c, _ARABIC.get(c, c)) for c in plain)
    parted = re.sub(r"\W+", "_", letters)
    # What has no Latin form is dropped here, and accents with it.
    ascii_ = unicodedata.normalize("NFKD", parted).encode("ascii", "ignore").decode()
    spaced = re.sub(r"[^a-z0-9]+", "_", ascii_).strip("_")[:LONGEST].rstrip("_")
    return f"_{spaced}" if spaced[:1].isdigit() else spaced


def spell(
    words: Iterable[str], kind: str, known: Mapping[str, str] | None = None
) -> dict[str, Spelling]:
    """Return the spelling of each word: those that differ by case, accents and signs are one.

    Args:
        words: as the sheet writes them, repeated as often as they occur.
        kind: what ids are called where a word has no Latin form: `actor_1`.
        known: ids of earlier imports by word.

    >>> found = spell(["ISIS", "Isis", "ISIS"], "actor")
    >>> found["Isis"].id, found["Isis"].name, found["ISIS"].others
    ('isis', 'ISIS', ('Isis',))
    """
    counts = Counter(words)
    before = {same_name(word): key for word, key in (known or {}).items()}
    groups: dict[str, list[str]] = {}
    by_id: dict[str, str] = {}  # two names of one id are one, as mapping.yaml may say
    for word in counts:
        plain = same_name(word)
        plain = by_id.setdefault(before[plain], plain) if plain in before else plain
        groups.setdefault(plain, []).append(word)
    used = set(TAKEN) | set(before.values())
    found: dict[str, Spelling] = {}
    for plain, group in groups.items():
        name, *others = sorted(group, key=lambda word: (-counts[word], word))
        key = before.get(plain) or _unused(identifier(name), kind, used)
        used.add(key)
        spelling = Spelling(key, name, tuple(others))
        found.update(dict.fromkeys(group, spelling))
    return found


def _unused(base: str, kind: str, used: set[str]) -> str:
    if base and base not in used:
        return base
    number = 2 if base else 1
    while f"{base or kind}_{number}" in used:
        number += 1
    return f"{base or kind}_{number}"
