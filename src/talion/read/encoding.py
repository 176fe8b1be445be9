"""The encoding of a text file, decided by what its letters would say, or not at all.

UTF-8 and UTF-16 prove themselves. Of the older one-byte encodings a file proves none, so each is
tried: words must be written as a language writes them (one script to a word, capitals at its
beginning). If one encoding alone stands that test, it is used and said so.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter

from talion.errors import RecordError

__all__ = ["ENCODINGS", "decoded"]

ENCODINGS = ("utf-8", "utf-16", "cp1252", "cp1251", "cp1256", "cp1250", "cp1254")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORD = re.compile(r"[^\W\d_]+")
# Letters that French, German, Spanish, Portuguese, Italian and the Nordic languages use.
_WESTERN = frozenset("àâäáãåæçèéêëìíîïñòóôöõøœùúûüÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜŸ")
_NEEDED = 0.95  # share of words with other than ASCII letters that must look right


def decoded(data: bytes, place: str, encoding: str | None) -> tuple[str, str]:
    """Return the text of a file and the name of its encoding.

    Args:
        data: the file's bytes.
        place: its name, for messages.
        encoding: given by the user; None to decide.

    Raises:
        RecordError: the bytes are not in that encoding, or which it is cannot be told.

    >>> decoded("дата;тип".encode("cp1251"), "a.csv", None)[1]
    'cp1251'
    """
    if encoding is not None:
        return _as_given(data, place, encoding), encoding
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _as_given(data, place, name), name
    half = _unmarked_utf16(data)
    if half:
        return _as_given(data, place, half), half
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _one_byte(data, place)


def _as_given(data: bytes, place: str, encoding: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except LookupError as error:
        raise RecordError(
            "no such encoding",
            place="--encoding",
            value=encoding,
            remedy=f"use one of {', '.join(ENCODINGS)}",
        ) from error
    except UnicodeError as error:
        raise RecordError(
            f"the text is not {encoding}",
            place=place,
            remedy=f"say --encoding with another of {', '.join(ENCODINGS)}",
        ) from error


def _unmarked_utf16(data: bytes) -> str:
    """Return which UTF-16 a text without a mark is in, by where its zero bytes stand, or ""."""
    head = data[:4000]
    if len(head) < 20 or 0 not in head:  # too little to tell by
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.3 * len(head) / 2 and even == 0:
        return "utf-16-le"
    if even > 0.3 * len(head) / 2 and odd == 0:
        return "utf-16-be"
    return ""


def _one_byte(data: bytes, place: str) -> tuple[str, str]:
    likely = {name: text for name in ("cp1252", "cp1251", "cp1256") if (text := _tried(data, name))}
    if len(likely) == 1:
        name, text = next(iter(likely.items()))
        return text, name
    remedy = "save it as UTF-8 (in Excel: CSV UTF-8), or say --encoding: " + ", ".join(
        f"{name} reads {_sample(data, name)!r}" for name in ENCODINGS[2:]
    )
    raise RecordError("not UTF-8, and its encoding cannot be told", place=place, remedy=remedy)


def _words(data: bytes, encoding: str) -> Counter[str]:
    """Return the words that hold other than ASCII letters."""
    text = data.decode(encoding, errors="replace")
    return Counter(word for word in _WORD.findall(text) if not word.isascii())


def _sample(data: bytes, encoding: str) -> str:
    words = _words(data, encoding)
    return max(words, key=len, default="?")[:16]


def _tried(data: bytes, encoding: str) -> str:
    """Return the text if its words look right in an encoding, else ""."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return ""
    words = _words(data, encoding)
    total = sum(words.values())
    if not total:  # only signs such as a dash or a quotation mark: the same in all three
        return text if encoding == "cp1252" else ""
    looks = {"cp1252": _is_western, "cp1251": _is_cyrillic, "cp1256": _is_arabic}[encoding]
    right = sum(n for word, n in words.items() if looks(word))
    return text if right >= _NEEDED * total else ""


def _is_western(word: str) -> bool:
    """Return whether a word is Latin, mostly ASCII, with usual accents and capitals in place."""
    strange = [c for c in word if not c.isascii()]
    if not set(strange) <= _WESTERN or 2 * len(strange) > len(word):
        return False
    return len(word) > 1 and _cased(word)


def _is_cyrillic(word: str) -> bool:
    return all("\u0400" <= c <= "\u04ff" for c in word) and _cased(word) and _pronounceable(word)


def _pronounceable(word: str) -> bool:
    return len(word) < 5 or bool(set(word.lower()) & set("аеёиоуыэюяіїє")) or word.isupper()


def _is_arabic(word: str) -> bool:
    return all(unicodedata.name(c, "").startswith("ARABIC") for c in word)


def _cased(word: str) -> bool:
    return word.islower() or word.isupper() or word.istitle()
