"""What to know before believing the fit of a plain table, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from talion.fit.bootstrap import Bootstrap
from talion.fit.events import EventTable
from talion.fit.maximum import ERROR_NOTE, table_warnings

__all__ = ["LIMITS", "METHODS", "maximum_words", "of_events", "posterior_words"]

F8 = NDArray[np.float64]

METHODS = {
    "blocked": "blocked sampler of Talion (Hamiltonian rows, slice for the half-life, times moved one by one)",
    "nuts": "NUTS of nutpie, at exact times",
    "maximum": "maximum likelihood with a parametric bootstrap: no priors, intervals of 1.64 standard deviations",
}

LIMITS = (
    "An answer is an event that comes more often after another; a common cause that lifts both looks the same.",
    "One half-life is shared by all pairs, and background rates are constant over the period.",
    "Only listed events count: what is reported more at some times than at others looks like answers.",
)
"""What no fit of this kind can say."""

_OF_ESTIMATES = ("NOT CONVERGED", "Events draw more than one")
_LITTLE = 0.25  # share of the prior's uncertainty taken away, under which the prior speaks
_EXPLOSIVE = 0.05


def of_events(table: EventTable) -> list[str]:
    """Sentences that follow from the table alone, whatever the method."""
    n, found = int(table.counts.sum()), []
    if n == 0:
        found.append(
            "No event in the period: the background rates are held down by the silence, "
            "and everything else is the prior."
        )
    elif n == 1:
        found.append(
            "One event in the period: answers and half-life are the prior's, not the record's."
        )
    elif len(np.unique(table.times[table.first :])) == 1:
        at = "day" if not table.is_exact else "moment"
        found.append(
            f"All {n} events lie in one {at}: that they bunch is seen once, and nothing repeats it."
        )
    silent = [name for name, c in zip(table.names, table.counts, strict=True) if c == 0]
    if silent and n:
        found.append(f"No event in the period of: {', '.join(silent)}.")
    if n > 1 and not table.is_exact:
        found.append(
            "Which of two events in one interval came first is supposed draw by draw, not known."
        )
    return [*found, *table_warnings(table)]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:6])
    return shown + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def posterior_words(
    table: EventTable, half_lives: F8, branching: F8, learnt: Sequence[tuple[str, float]]
) -> tuple[str, ...]:
    """Sentences on a posterior.

    Args:
        table: what was fitted.
        half_lives: draws, days.
        branching: draws of the branching ratio.
        learnt: parameters with the share of the prior's uncertainty that the events took away.
    """
    found = of_events(table)
    little = [name for name, share in learnt if share < _LITTLE]
    if little:
        found.append(
            "Mostly the prior's, since the events took away less than a quarter of its "
            f"uncertainty: {_listed(little)}."
        )
    explosive = float((branching >= 1.0).mean())
    if explosive > _EXPLOSIVE:
        found.append(
            f"In {explosive:.0%} of draws events draw one or more events each: such a process explodes."
        )
    width = float(table.widths.max(initial=0.0))
    if width > 0 and table.counts.sum() > 1 and float(np.median(half_lives)) < width:
        found.append(
            f"The half-life is shorter than the {width:g} days within which times are known: it "
            "rests on the supposition that nothing but answers bunches events within them."
        )
    return tuple(found)


def maximum_words(table: EventTable, boot: Bootstrap) -> tuple[str, bool, tuple[str, ...]]:
    """Verdict, whether all fits converged, and sentences, for maximum likelihood."""
    sentences = of_events(table)
    if boot.by_simulation:
        n = len(boot.replicates)
        sentences.append(
            f"Maximum likelihood: no prior and no posterior. Intervals are from {n} tables simulated "
            "from the estimate and fitted again; they hold if the process is the right one."
        )
    else:
        sentences.append(
            "The estimated process explodes, or comes so near to it that simulated tables do: "
            "intervals are from the observed information, parameters taken as independent. "
            + ERROR_NOTE
        )
    if not table.is_exact:
        width = float(table.widths.max())
        known = f"Times known to {width:g} days were drawn evenly in them, not sampled with the parameters"
        sentences.append(
            f"{known}; in tables simulated and treated the same way the half-life came out "
            f"{boot.stretch:.2g} times what was put in."
            if boot.by_simulation
            else f"{known}: a memory shorter than that is made longer."
        )
    converged = boot.converged
    sentences += [w for fit in boot.fits[:1] for w in fit.warnings if w.startswith(_OF_ESTIMATES)]
    verdict = (
        "Converged: every row met its tolerance and the half-life is inside the range searched."
        if converged
        else "NOT CONVERGED: a row or the half-life did not reach a maximum inside the range searched."
    )
    return verdict, converged, tuple(sentences)
