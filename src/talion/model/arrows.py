"""Arrows: `attack raises strike`, read from a link's `says`, with the form of its strength."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from talion.model.schema import CaseDocument, Link, Word
from talion.model.strength import WORDS

__all__ = ["Arrow", "Kind", "link_strength", "parse_arrow"]

Kind = Literal[
    "event-event", "event-factor", "factor-event", "factor-factor", "factor-mark", "factor-listing"
]

_SIDE = r"(?P<{0}>[A-Za-z_][\w-]*)(?:\[(?P<{0}_marks>[^\]]*)\])?"
_SAYS = re.compile(
    rf"\s*{_SIDE.format('cause')}\s+(?P<verb>raises|lowers)\s+{_SIDE.format('effect')}\s*\Z"
)

# Which words of strength a kind of arrow takes, the first being what `strength:` stands for.
FORMS: dict[str, tuple[str, ...]] = {
    "event-event": ("share", "extra"),
    "event-factor": ("points",),
    "factor-event": ("times",),
    "factor-factor": ("per_100",),
    "factor-mark": ("times",),
    "factor-listing": ("times",),
}
LISTING = "listing"  # `press_attention raises attack[listing]`: the odds that an event gets listed


@dataclass(frozen=True)
class Arrow:
    """One cause, one effect and the stated direction, belonging to a link.

    Attributes:
        link: the link's id.
        cause, effect: ids of event types or factors.
        cause_marks: the arrow holds only for cause events with these marks.
        effect_marks: a factor that shifts the mix of marks, not the rate.
        sign: +1 raises, -1 lowers.
        kind: what is tied to what.
    """

    link: str
    cause: str
    effect: str
    sign: int
    kind: Kind
    cause_marks: tuple[tuple[str, str], ...] = ()
    effect_marks: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """Return a name that stays the same when other arrows come or go; seeds its draws."""
        return f"{self.link}/{self.cause}{dict(self.cause_marks) or ''}>{self.effect}{dict(self.effect_marks) or ''}"


def _marks(text: str | None) -> dict[str, str]:
    pairs = [part.partition("=") for part in (text or "").split(",") if part.strip()]
    return {name.strip(): value.strip() for name, _, value in pairs}


def parse_arrow(document: CaseDocument, link_id: str, says: str) -> Arrow:
    """Read one `says` sentence against the case's names.

    Raises:
        ValueError: not of the form CAUSE raises|lowers EFFECT, or an unknown name or mark.
    """
    match = _SAYS.match(says)
    if match is None:
        raise ValueError("write `CAUSE raises EFFECT` or `CAUSE lowers EFFECT`")
    marks = {**_marks(match["cause_marks"]), **document.links[link_id].when}
    cause, effect = match["cause"], match["effect"]
    effect_marks = _marks(match["effect_marks"])
    for name in (cause, effect):
        if name not in document.events and name not in document.factors:
            raise ValueError(f"no such event type or factor: {name}")
    check_marks(document, cause, marks)
    if list(effect_marks) == [LISTING]:
        if effect not in document.events or document.events[effect].listing is None:
            raise ValueError(f"{effect} has no `listing` to raise")
    else:
        check_marks(document, effect, effect_marks)
    sign = 1 if match["verb"] == "raises" else -1
    kind = _kind(document, cause, effect, effect_marks)
    return Arrow(
        link_id, cause, effect, sign, kind, tuple(marks.items()), tuple(effect_marks.items())
    )


def check_marks(document: CaseDocument, name: str, marks: Mapping[str, str]) -> None:
    """Raise ValueError where an event type lacks a mark or value that is asked for."""
    if not marks:
        return
    if name not in document.events:
        raise ValueError(f"{name} is a factor and has no marks")
    known = document.events[name].marks
    for mark, value in marks.items():
        if mark not in known:
            raise ValueError(f"{name} has no mark {mark} (marks: {', '.join(known) or 'none'})")
        if value not in known[mark]:
            raise ValueError(f"{name}: mark {mark} has no value {value} ({', '.join(known[mark])})")


def _kind(document: CaseDocument, cause: str, effect: str, effect_marks: dict[str, str]) -> Kind:
    if cause in document.events:
        if effect_marks:
            raise ValueError("an event cannot shift a mix of marks directly; put a factor between")
        if effect in document.events:
            return "event-event"
        _check_level(document, effect)
        return "event-factor"
    if effect_marks:
        return "factor-listing" if list(effect_marks) == [LISTING] else "factor-mark"
    if effect in document.factors:
        _check_level(document, effect)
        return "factor-factor"
    return "factor-event"


def _check_level(document: CaseDocument, name: str) -> None:
    if document.factors[name].is_switch or document.factors[name].kind == "latent":
        raise ValueError(f"{name} is no level: a switch is turned by set_by, latent by nothing")


def link_strength(
    link: Link, kind: Kind, words: Mapping[str, Mapping[Word, tuple[float, float, float]]]
) -> tuple[str, tuple[float, float, float]]:
    """Return the form of strength (`share`, `extra`, `times`, `points`, `per_100`) and its prior.

    Args:
        link: the link.
        kind: of the arrow.
        words: the case's overrides of the table of words.

    Raises:
        ValueError: a form that this kind of arrow does not take.
    """
    allowed = FORMS[kind]
    if link.strength is not None:
        form = allowed[0]
        return form, words.get(form, {}).get(link.strength) or WORDS[form][link.strength]
    form = next(f for f in ("share", "extra", "times", "points", "per_100") if getattr(link, f))
    if form not in allowed:
        raise ValueError(
            f"an arrow {kind.replace('-', ' to ')} takes {' or '.join(allowed)}, not {form}"
        )
    if form == "extra" and min(link.extra or (0,)) < 0:
        raise ValueError("`extra` counts answers; the direction stands in `says`")
    if form == "times" and min(link.times or (1,)) <= 0:
        raise ValueError("`times` must be positive")
    return form, getattr(link, form)
