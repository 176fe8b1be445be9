"""How each label looks: a sign and a style beside its words, so that colour never stands alone."""

from __future__ import annotations

from dataclasses import dataclass

from talion.judge.labels import Label


@dataclass(frozen=True)
class LabelLook:
    """A label as printed: its words, a sign that tells it apart in black and white, what it says."""

    words: str
    sign: str
    style: str
    meaning: str


LOOKS: dict[Label, LabelLook] = {
    Label.WHATEVER: LabelLook(
        "Holds whatever you assume",
        "●",
        "record",
        "true for the author's friends and opponents alike, after the record is used",
    ),
    Label.BACKED: LabelLook(
        "Backed by the record", "◆", "record", "the record itself made it likely"
    ),
    Label.OTHER_WAY: LabelLook(
        "Record points the other way", "✕", "against", "the record made it unlikely"
    ),
    Label.TOO_SMALL: LabelLook(
        "Too small to matter", "·", "against", "the effect is there but below what matters"
    ),
    Label.CHECKED: LabelLook(
        "Checked on the record",
        "✓",
        "record",
        "counted, not simulated: a claim about what happened",
    ),
    Label.RESTS: LabelLook(
        "Rests on the author's assumption",
        "◐",
        "assumed",
        "it holds if you follow the author; the record has not spoken on it",
    ),
    Label.UNRESOLVED: LabelLook(
        "Unresolved",
        "○",
        "open",
        "neither the author's assumptions nor the record settle it",
    ),
    Label.FIXED: LabelLook(
        "Fixed by the form",
        "▣",
        "open",
        "the test comes out the same with every link at zero: no credit either way",
    ),
    Label.NOT_COMPUTABLE: LabelLook(
        "Not computable",
        "?",
        "open",
        "histories cut short at the event cap could change the answer",
    ),
    Label.NOT_TESTABLE: LabelLook(
        "Not testable", "□", "open", "a motive, a preference, or no event could show it wrong"
    ),
}


def look(label: Label) -> LabelLook:
    """Return how a label is printed.

    >>> look(Label.UNRESOLVED).sign
    '○'
    """
    return LOOKS[label]
