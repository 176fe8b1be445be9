"""Readings of the challenge model: what its papers leave open, each as a named choice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Literal, get_args, get_type_hints

from talion.errors import InputError, Problems

__all__ = [
    "Acceptance",
    "Capitulation",
    "ChallengeOptions",
    "ChangeTerm",
    "Denominator",
    "Resistance",
]

Denominator = Literal["all-pairs", "pair"]
Acceptance = Literal["scholz", "least-move"]
Capitulation = Literal["stated", "never"]
Resistance = Literal["target", "rival"]
ChangeTerm = Literal["printed", "omitted"]


@dataclass(frozen=True)
class ChallengeOptions:
    """How the challenge model is read.

    Attributes:
        rounds: how many are played. The model has no rule for stopping.
        status_quo: Q, the chance that things stay as they are if nobody challenges, 0 to 1.
        better: T, the chance that things get better for an actor if they do not stay, 0 to 1; of no
            effect where `status_quo` is 1.
        denominator: what the votes for a challenger are a share of. `pair`, as printed: all votes in
            that contest, so that the chances of two rivals sum to one. `all-pairs`: the votes in all
            contests of all actors, which makes every chance tiny but is what meets the published chart.
        acceptance: which of several compromises an actor takes. `least-move`, as the papers say;
            `scholz`, the one with the lowest position weighted by expected utilities, as the authors'
            program did by report, and what meets the published course of means.
        capitulation: whether an actor without a better offer gives in to a rival that gains less than it
            loses itself (`stated`), or such an offer is passed over (`never`), as in that program.
        resistance: whose salience is the chance of resistance when j challenges i: that of the `target`
            i, or of the `rival` j in both directions, as printed.
        change_term: whether (1 - Q)(T U_better + (1 - T) U_worse) counts (`printed`) or not.

    Raises:
        InputError, Problems: a choice that is none, or a number out of range.

    >>> ChallengeOptions().denominator
    'all-pairs'
    """

    rounds: int = 10
    status_quo: float = 1.0
    better: float = 0.5
    denominator: Denominator = "all-pairs"
    acceptance: Acceptance = "scholz"
    capitulation: Capitulation = "stated"
    resistance: Resistance = "target"
    change_term: ChangeTerm = "printed"

    def __post_init__(self) -> None:
        """Refuse what is no choice."""
        Problems.raise_any(self._faults())

    def _faults(self) -> Iterable[InputError]:
        hints = get_type_hints(ChallengeOptions)
        for field in fields(self):
            known, value = get_args(hints[field.name]), getattr(self, field.name)
            if isinstance(field.default, str) and value not in known:
                remedy = f"choose one of: {', '.join(known)}"
                yield InputError("no such choice", place=field.name, value=value, remedy=remedy)
        if self.rounds < 1:
            yield InputError("at least one round is needed", place="rounds", value=self.rounds)
        for name in ("status_quo", "better"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                yield InputError("a chance is from 0 to 1", place=name, value=getattr(self, name))
