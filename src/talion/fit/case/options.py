"""What is varied when a case is fitted more than once."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SENSITIVITY", "VARIANTS", "Options"]


@dataclass(frozen=True)
class Options:
    """One way to fit a case.

    Attributes:
        reading: whose prior of the links is updated; see `talion.model.reading`.
        strength: multiplier of every link's strength.
        escalation: whether latent factors act.
        weekly_listing: whether listing may vary by week.
        rows: whether dated rows of types with totals are used.
        same_day: where rows of several types share a day, `forward` puts the types into the order of
            the case file within it, `reversed` the other way round; by default the order is as
            coded, and sampled where nobody knows it.
        totals: `all` series, the type's own `reference`, or `none`.
        moved: rows of one event type, moved by so many days: a placebo, for what comes before its
            cause is no effect. Rows that leave the window are lost; coded order, totals and
            absences of the type are left out.
        shuffled: rows of one event type at uniform random days of the window, by this seed; the
            same is left out.
        fixed: natural values of parameters, by name and in the units of the case, held as known.
        explained: types whose events are explained even where the record holds no row of them.
        without: ids of links left out, so that none of their arrows acts.
        held: states at which switches are held throughout the window, by factor.
        until: days of the window after which nothing is read; what spans weeks is then put into one
            of them (see `weeks.py`). None for the whole window, as it is.
    """

    reading: str = "no_view"
    strength: float = 1.0
    escalation: bool = True
    weekly_listing: bool = True
    rows: bool = True
    same_day: str = ""
    totals: str = "all"
    moved: tuple[str, int] | None = None
    shuffled: tuple[str, int] | None = None
    fixed: tuple[tuple[str, float], ...] = ()
    explained: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    held: tuple[tuple[str, str], ...] = ()
    until: int | None = None


VARIANTS: dict[str, Options] = {
    "half_strength": Options(strength=0.5),
    "double_strength": Options(strength=2.0),
    "without_escalation": Options(escalation=False),
    "constant_listing": Options(weekly_listing=False),
    "reference_totals": Options(totals="reference"),
    "same_day_forward": Options(same_day="forward"),
    "same_day_reversed": Options(same_day="reversed"),
    "rows_only": Options(totals="none"),
    "totals_only": Options(rows=False),
    "opponent": Options(reading="opponent"),
    "as_written": Options(reading="as_written"),
}
"""The other ways, each changing one thing."""

SENSITIVITY = (
    "half_strength",
    "double_strength",
    "without_escalation",
    "constant_listing",
    "reference_totals",
    "same_day_forward",
    "same_day_reversed",
)
"""The variants under which a result must stand before it holds whatever one assumes. `rows_only` and
`totals_only` are shown beside the whole; `opponent` and `as_written` update other priors."""
