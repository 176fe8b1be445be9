"""Fits that no sampler made: draws of the prior, and such draws moved as if the record had spoken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from talion import __version__
from talion.fit.case.key import METHOD, case_hash
from talion.fit.case.result import CaseFit, FittedReading
from talion.fit.case.stated import stated
from talion.model.case import EPOCH, Case, day_number
from talion.model.classes import classes_of
from talion.model.history import rows_of
from talion.model.past import Past
from talion.model.posterior import PosteriorDraws

PI = ("half_strength", "double_strength", "without_escalation", "constant_listing")
STRENGTHS = {"half_strength": 0.5, "double_strength": 2.0}


@dataclass(frozen=True)
class Spoken:
    """What a record is made to say: scores moved and narrowed, signs settled.

    The likelihood of a draw is that of the normal value which takes the prior N(0, 1) of a score to
    the stated mean and sd.
    """

    scores: Mapping[str, float] = field(default_factory=dict)
    signs: Mapping[str, int] = field(default_factory=dict)
    sd: float = 0.3


SILENT = Spoken()


def past_of(case: Case, draws: int, rng: np.random.Generator) -> Past:
    """The record's rows, each at a time of its own within its interval in every draw."""
    first = case.document.history_from
    assert first is not None
    start, end = day_number(first), case.as_of_day
    class_of = {c.type: c.index for c in reversed(classes_of(case.document))}
    rows = []
    for name, event in case.events.items():
        for row in rows_of(event, case.record):
            low = max((row.start - EPOCH).days, start)
            high = min((row.end - EPOCH).days + 1, end)
            if low < high:
                rows.append((row.id, low, high, class_of[name]))
    ids = tuple(name for name, *_ in rows)
    each = []
    for _ in range(draws):
        times = np.array([rng.uniform(low, high) for _, low, high, _ in rows])
        order = np.argsort(times)
        each.append((times[order], np.array([c for *_, c in rows])[order], order))
    return Past(
        start,
        end,
        np.arange(draws + 1) * len(rows),
        np.concatenate([t for t, _, _ in each]),
        np.concatenate([c for _, c, _ in each]),
        np.concatenate([o for _, _, o in each]),
        ids,
        {},
    )


def reading_fit(
    case: Case,
    draws: int,
    rng: np.random.Generator,
    *,
    reading: str = "no_view",
    strength: float = 1.0,
    says: Spoken = SILENT,
    verdict: str = "",
    informed: Iterable[str] = (),
) -> FittedReading:
    """Draws of a reading's prior, moved where the record is made to speak."""
    known = stated(case, reading)
    scores = {n: rng.normal(size=draws) for n, p in known.items() if p.prior[0] < p.prior[2]}
    likelihood = np.zeros(draws)
    for name, to in says.scores.items():
        if name in scores:
            scores[name] = to + says.sd * scores[name]
            precision = says.sd**-2 - 1.0  # what must be seen to take N(0, 1) there
            seen = to * says.sd**-2 / precision
            likelihood -= 0.5 * precision * (scores[name] - seen) ** 2
    arrows = [p.name.rpartition("/")[0] for p in known.values() if p.is_strength]
    signs = {
        arrow: np.full(draws, float(says.signs[arrow]))
        if arrow in says.signs
        else rng.integers(-1, 2, draws).astype(np.float64)
        for arrow in (arrows if reading == "no_view" else ())
    }
    given = PosteriorDraws(reading, scores, signs, past_of(case, draws, rng), strength)
    gates = (("usual/attack", 1.002, 900.0, 800.0),)
    prior = rng.normal(-80, 5, draws)
    return FittedReading(given, likelihood, prior, gates, verdict, tuple(informed), 100, 3.5)


def prior_fit(
    case: Case,
    *,
    draws: int = 80,
    seed: int = 5,
    says: Spoken = SILENT,
    variants: Mapping[str, Spoken] | None = None,
    informed: Iterable[str] | None = None,
    verdict: str = "",
    unconverged: Iterable[str] = (),
    fitted: Iterable[str] = (*PI, "opponent", "as_written"),
) -> CaseFit:
    """Return a fit of a case without fitting it.

    Args:
        case: the case.
        draws: kept draws of each reading.
        seed: of all of them.
        says: what the record is made to say, in the main fit and in every variant not named in
            `variants`.
        variants: variant -> what the record says there instead.
        informed: links the record informs; all by default.
        verdict: of the main fit; "" if it is to have converged.
        unconverged: variants that have not converged.
        fitted: the variants there are.
    """
    links = tuple(case.links if informed is None else informed)
    others = variants or {}
    found: dict[str, FittedReading] = {}
    for number, name in enumerate(("main", *fitted)):
        rng = np.random.default_rng([seed, number])
        found[name] = reading_fit(
            case,
            draws,
            rng,
            reading=name if name in ("opponent", "as_written") else "no_view",
            strength=STRENGTHS.get(name, 1.0),
            says=others.get(name, says),
            verdict=verdict if name == "main" else "r-hat 1.4" * (name in unconverged),
            informed=links,
        )
    main = found.pop("main")
    return CaseFit(
        case=case.name,
        as_of=case.as_of,
        start=main.draws.past.start,
        end=main.draws.past.end,
        seed=seed,
        version=__version__,
        method=METHOD,
        case_hash=case_hash(case),
        record_hash=case.record.content_hash(),
        main=main,
        variants=found,
        chains=4,
        sweeps=1000,
        kept=draws,
    )
