"""Sealing a JSON document: a hash for each of its sections and one for the whole.

*Canonical JSON*: keys sorted, no space between tokens, letters as themselves in UTF-8, numbers as the
shortest decimals that read back the same, no NaN and no infinity. The seal of a section is the SHA-256
of its canonical JSON; the seal of the document that of the document without `sha256`, the sections'
seals among it.

A seal shows that a file is not what it was. It cannot show who wrote it or when: who alters a file
can seal it anew. Only a hash that was written down elsewhere, before, shows that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = ["SEALS", "SUM", "Document", "Seal", "canonical", "check_seal", "file_text", "parse", "sealed"]  # fmt: skip

SEALS, SUM = "seals", "sha256"
_EACH = "judgments"  # the section of which every entry is sealed by itself

Document: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Seal:
    """What the seals of a document say.

    Attributes:
        stated: the SHA-256 in the document.
        found: the SHA-256 of what the document holds.
        altered: sections that are not what was sealed, such as `judgments.J1`.
        added, gone: sections without a seal, and seals without a section.
    """

    stated: str
    found: str
    altered: tuple[str, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Whether everything is what was sealed."""
        return self.stated == self.found and not (self.altered or self.added or self.gone)


def canonical(value: object) -> str:
    """Return a value as canonical JSON.

    Raises:
        ValueError: it holds a number that is not finite.

    >>> canonical({"b": [1.0, "é"], "a": None})
    '{"a":null,"b":[1.0,"é"]}'
    """
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )


def file_text(document: Document) -> str:
    """Return a document as its file holds it: canonical but for line breaks, so that it can be read."""
    return (
        json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    )


def sealed(document: Document) -> dict[str, Any]:
    """Return a document with its seals.

    >>> document = sealed({"a": 1, "judgments": {"J1": 2}})
    >>> sorted(document["seals"]), len(document["sha256"])
    (['a', 'judgments.J1'], 64)
    """
    body = {key: value for key, value in document.items() if key not in (SEALS, SUM)}
    seals = {name: _hash(part) for name, part in _sections(body).items()}
    whole = {**body, SEALS: seals}
    return {**whole, SUM: _hash(whole)}


def check_seal(document: Document) -> Seal:
    """Return what the seals of a document say."""
    stated = document.get(SUM)
    seals = document.get(SEALS)
    seals = seals if isinstance(seals, Mapping) else {}
    body = {key: value for key, value in document.items() if key not in (SEALS, SUM)}
    sections = _sections(body)
    altered = [name for name in sections if name in seals and seals[name] != _hash(sections[name])]
    return Seal(
        stated if isinstance(stated, str) else "",
        _hash({key: value for key, value in document.items() if key != SUM}),
        tuple(sorted(altered)),
        tuple(sorted(sections.keys() - seals.keys())),
        tuple(sorted(seals.keys() - sections.keys())),
    )


def _sections(body: Document) -> dict[str, object]:
    """Return what is sealed by itself: each key, and each entry of the judgments."""
    found: dict[str, object] = {key: value for key, value in body.items() if key != _EACH}
    each = body.get(_EACH, {})
    if isinstance(each, Mapping):
        found |= {f"{_EACH}.{name}": value for name, value in each.items()}
    elif _EACH in body:
        found[_EACH] = each
    return found


def _hash(value: object) -> str:
    # A file may hold half of a surrogate pair as an escape: no UTF-8, but it must not stop a check.
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def parse(text: str) -> object:
    """Return the value of a JSON text; a key that stands twice in one place is refused.

    Raises:
        ValueError: not JSON, NaN or infinity, or a doubled key.
    """
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} stands twice in one place")
        found[key] = value
    return found


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
