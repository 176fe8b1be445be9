"""What each result rests on and what would change it, asked of the draws a run already has.

For each part and reading: its linchpins (`linchpins.py`) and, from these, the region in which it flips
(`boxes.py`). Nothing is simulated for it, and no label depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from talion.judge.boxes import Bar, Box, find_box
from talion.judge.given_data import Resampling
from talion.judge.labels import Label
from talion.judge.linchpins import Linchpins, Told, find_linchpins
from talion.judge.parameters import DrawnReading, parameters_of
from talion.judge.readings import AS_WRITTEN, NO_VIEW, WITH_RECORD
from talion.judge.tests import Outcome
from talion.model.case import Case
from talion.model.reading import NAMED

__all__ = ["Foundation", "leading_reading", "rests_sentence"]


@dataclass(frozen=True, eq=False)
class Foundation:
    """The assumptions of one reading, ready to be asked.

    Attributes:
        told: its parameters.
        resampling: shuffles and samples of its draws.
    """

    told: Told
    resampling: Resampling

    @classmethod
    def of(cls, case: Case, drawn: DrawnReading, seed: int) -> Foundation:
        """Return the assumptions behind a reading.

        Args:
            case: the case.
            drawn: where its draws come from.
            seed: of the run.
        """
        told = Told.of(parameters_of(case, drawn), seed)
        return cls(told, Resampling.of(drawn.draws, seed))

    def under(
        self, upstream: frozenset[str], outcome: Outcome, bars: Sequence[Bar]
    ) -> tuple[Linchpins | None, Box | None]:
        """Return what a test rests on, and where it flips; None twice where it has no answer.

        Args:
            upstream: nodes with a way to what the test measures.
            outcome: of the test under this reading.
            bars: that divide the two answers.
        """
        if outcome.truth is None or outcome.share is None:
            return None, None
        found = find_linchpins(self.told, upstream, outcome.truth, self.resampling)
        return found, find_box(self.told, found, outcome.truth, bars)


def leading_reading(label: Label, linchpins: Mapping[str, Linchpins]) -> str | None:
    """Return the reading whose linchpins are named first: the first of these that has any.

    Where the record decided, that with the record; where the author's assumption does, as written;
    else no view, under which the directions of links are open too.

    >>> leading_reading(Label.RESTS, {}) is None
    True
    """
    first = AS_WRITTEN if label is Label.RESTS else NO_VIEW
    order = [first, *(name for name in (NO_VIEW, AS_WRITTEN) if name != first)]
    order.insert(0 if label.claims_the_record else len(order), WITH_RECORD)
    asked = [name for name in order if name in linchpins]
    return next((name for name in asked if linchpins[name].found), asked[0] if asked else None)


def rests_sentence(label: Label, linchpins: Mapping[str, Linchpins]) -> str:
    """Return in one line on what a judgment rests most; "" where nothing was simulated."""
    name = leading_reading(label, linchpins)
    if name is None:
        return ""
    if label is Label.FIXED:
        return "rests on the form of its test, on no assumption"
    found, title = linchpins[name].found, NAMED[name].title.lower()
    if not found:
        return f"rests on no assumption that stands out, {title}"
    first = found[0]
    more = "" if len(found) == 1 else f"; also {', '.join(_short(one.says) for one in found[1:3])}"
    return f"rests most on {first.says}, {title}{more}"


def _short(says: str) -> str:
    """Return an assumption without the titles behind a link's id.

    >>> _short("the sign of A8 (War → Attack)"), _short("the usual rate of Attack")
    ('the sign of A8', 'the usual rate of Attack')
    """
    return says.split(" (", maxsplit=1)[0] if " → " in says else says
