"""Made-up fits of a case, right in form, for tests of what is done with a fit."""

from __future__ import annotations

import numpy as np

from talion import __version__
from talion.fit.case.key import METHOD, FitSettings, case_hash
from talion.fit.case.options import VARIANTS
from talion.fit.case.result import CaseFit, FittedReading
from talion.fit.case.stated import stated
from talion.model.case import Case, day_number
from talion.model.classes import classes_of
from talion.model.past import Past, noisy_midnights
from talion.model.posterior import PosteriorDraws


def made_past(
    rng: np.random.Generator, case: Case, size: int, events: float, innovations: bool = True
) -> Past:
    """Return events at random times; every second one stands for a recorded row."""
    first = case.document.history_from
    assert first is not None
    start, end = day_number(first), case.as_of_day
    counts = rng.poisson(events, size)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    times = np.concatenate([np.sort(rng.uniform(start, end, n)) for n in counts])
    row_ids = tuple(event.id for event in case.record.events)
    total = len(times)
    listed = (np.arange(total) % 2 == 1) & bool(row_ids)
    rows = np.where(listed, np.arange(total) % max(len(row_ids), 1), -1)
    weeks = len(noisy_midnights(start, end))
    levels = [name for name, factor in case.factors.items() if not factor.is_switch]
    drawn = {n: rng.normal(size=(size, 1 + weeks)) for n in levels} if innovations else {}
    classes = rng.integers(0, len(classes_of(case.document)), total)
    return Past(start, end, offsets, times, classes, rows, row_ids, drawn)


def made_reading(
    rng: np.random.Generator,
    case: Case,
    size: int,
    events: float,
    reading: str = "no_view",
    strength: float = 1.0,
    verdict: str = "",
) -> FittedReading:
    """Return standard normal scores for every uncertain parameter, which is their prior."""
    known = stated(case, reading)
    names = [n for n, p in known.items() if p.prior[0] < p.prior[2]]
    strengths = [p.name.rpartition("/")[0] for p in known.values() if p.is_strength]
    draws = PosteriorDraws(
        reading=reading,
        scores={name: rng.normal(size=size) for name in names},
        signs={
            arrow: rng.integers(-1, 2, size).astype(np.float64)
            for arrow in (strengths if reading == "no_view" else ())
        },
        past=made_past(rng, case, size, events),
        strength=strength,
    )
    gates = tuple((name, 1.001, 900.0 + i, 800.5) for i, name in enumerate(names))
    likelihood, prior = rng.normal(-900, 5, size), rng.normal(-80, 5, size)
    informed = tuple(case.links)[:3]
    return FittedReading(draws, likelihood, prior, gates, verdict, informed, 100, 12.5)


def made_fit(
    case: Case,
    settings: FitSettings,
    *,
    size: int = 8,
    events: float = 20.0,
    verdict: str = "",
) -> CaseFit:
    """Return a fit of that case with those settings, of `size` draws for each reading."""
    rng = np.random.default_rng(settings.seed)
    main = made_reading(rng, case, size, events, verdict=verdict)
    variants = {
        name: made_reading(rng, case, size, events, VARIANTS[name].reading, VARIANTS[name].strength)
        for name in settings.variants
    }
    return CaseFit(
        case=case.name,
        as_of=case.as_of,
        start=main.draws.past.start,
        end=main.draws.past.end,
        seed=settings.seed,
        version=__version__,
        method=METHOD,
        case_hash=case_hash(case),
        record_hash=case.record.content_hash(),
        main=main,
        variants=variants,
        chains=settings.chains,
        sweeps=settings.sweeps,
        kept=size,
    )


def contents(fit: CaseFit) -> dict[str, object]:
    """Return everything in a fit as plain values, so that two can be compared exactly."""
    plain: dict[str, object] = {
        name: value for name, value in vars(fit).items() if name not in {"main", "variants"}
    }
    for name, fitted in fit.readings():
        draws, past = fitted.draws, fitted.draws.past
        plain[name] = (
            [draws.reading, draws.strength, past.start, past.end, past.row_ids],
            [(key, list(values)) for key, values in draws.scores.items()],
            [(key, list(values)) for key, values in draws.signs.items()],
            [list(part) for part in (past.offsets, past.times, past.classes, past.rows)],
            [(key, values.tolist()) for key, values in past.innovations.items()],
            [fitted.log_likelihood.tolist(), fitted.log_prior.tolist(), fitted.convergence],
            [fitted.verdict, fitted.informed, fitted.seconds],
        )
    return plain
