"""How closely a cause would have to follow a latent factor for a link's sign to be lost.

The factor's loading on the cause, as a multiplier of its rate per sd, is held fixed at each of a
grid of values and the case refitted. Each loading is told as a correlation, over the midpoints t of
the window's days,

    r = corr( log lambda_source(t), s w(t) ),   w = z / sd

with lambda the cause's intensity just before t given all events of the draw, z the factor, and s
the sign of the loading in that draw; averaged over posterior draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.fit.case.options import Options
from talion.fit.case.partial import Partial, partial_of
from talion.fit.case.result import CaseFit, FittedReading
from talion.fit.case.sampler import THIN, sample_reading
from talion.fit.case.selection import ConfoundingStudy, LinkConfounding
from talion.fit.case.signs import judged_arrows, raises
from talion.fit.case.specification import problem_of
from talion.model.arrows import Arrow
from talion.model.case import Case
from talion.model.compile import compile_model, past_levels
from talion.model.compile_factors import factor_numbers
from talion.model.posterior import PosteriorDraws, PosteriorSampler
from talion.model.process import Course, Process

__all__ = ["LOADINGS", "confounding_fits", "correlation"]

F8 = NDArray[np.float64]

LOADINGS = (1.0, 1.5, 2.5, 4.0, 8.0)
METHOD = (
    "the latent factor's multiplier of the cause's rate per sd held fixed in turn; its correlation "
    "with the cause's log-intensity over the window's days, averaged over posterior draws"
)
_DRAWS = 24  # over which correlations are averaged


def correlation(
    case: Case, fitted: FittedReading, source: str, latent: Arrow, draws: int = _DRAWS
) -> float:
    """Return the correlation of a type's log-intensity with a latent factor over the window.

    Args:
        case: the case.
        fitted: its fit, with latent factors.
        source: the event type.
        latent: the arrow from the factor to the type.
        draws: at most so many, evenly from all.
    """
    given = _some(fitted.draws, draws)
    n = given.draws
    model = compile_model(case, given.reading, draws=n, seed=0, given=given, from_window_start=True)
    levels = past_levels(case, given.reading, given, n, 0, from_window_start=True)
    sd = factor_numbers(case.document, PosteriorSampler(given, 0, n)).latent_sd
    f, k = list(case.factors).index(latent.cause), list(case.events).index(source)
    signs = given.signs.get(latent.name, np.full(n, float(latent.sign)))
    none, nothing = np.zeros(0, np.int64), np.zeros(0)
    found = []
    for d in range(n):
        times, classes, _ = given.past.of(d)
        course = Course(times, classes, levels[d], nothing, none, nothing)
        process = Process(model, d, model.worlds[0], course)
        middles = np.arange(given.past.start, given.past.end) + 0.5
        rate = np.array([process.intensity(float(t))[k] for t in middles])
        # At the middle of a day rates read the levels of the midnight before it.
        w = signs[d] * levels[d, : len(middles), f] / sd[d, f]
        found.append(_correlated(np.log(np.maximum(rate, 1e-12)), w))
    return float(np.mean(found))


def _correlated(x: F8, y: F8) -> float:
    """Correlation; 0 where one does not vary."""
    if x.std() < 1e-12 or y.std() < 1e-12:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])


def _some(draws: PosteriorDraws, number: int) -> PosteriorDraws:
    """Return at most `number` draws, evenly from all."""
    from talion.model.past import Past

    past = draws.past
    at = np.unique(np.linspace(0, draws.draws - 1, min(number, draws.draws)).round().astype(int))
    parts = [past.of(int(i)) for i in at]
    some = Past(
        past.start, past.end, np.cumsum([0, *(len(p[0]) for p in parts)]),
        np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]),
        np.concatenate([p[2] for p in parts]), past.row_ids,
        {name: values[at] for name, values in past.innovations.items()},
    )  # fmt: skip
    return PosteriorDraws(
        draws.reading,
        {name: values[at] for name, values in draws.scores.items()},
        {name: values[at] for name, values in draws.signs.items()},
        some,
        draws.strength,
    )


def confounding_fits(
    case: Case,
    fit: CaseFit,
    *,
    seed: int,
    loadings: Sequence[float] = LOADINGS,
    chains: int = 2,
    sweeps: int = 400,
    burn: int = 200,
    cores: int = 2,
    progress: Callable[[float, float], None] | None = None,
    keep_partial: bool = True,
) -> ConfoundingStudy:
    """Refit a case over a grid of a latent factor's loading on each cause that it moves.

    Args:
        case: with its record.
        fit: its fit; a variant `without_escalation` is used where it has one, else one is made.
        seed: of all fits.
        loadings: multipliers of the cause's rate per sd of the factor, 1 for none.
        chains, sweeps, burn: of each fit.
        cores: threads.
        progress: called with (fits done, of).
        keep_partial: keep each fit's numbers in the user's cache, and take from there what is done.

    Returns:
        A row for every informed link from such a cause; none where no latent factor moves a cause.

    Raises:
        InputError: a loading is not positive.
        FitError: the record cannot be had under the model.
    """
    if not loadings or min(loadings) <= 0:
        raise InputError("loadings are positive multipliers", value=tuple(loadings))
    arrows = judged_arrows(problem_of(case))
    pairs = [
        (latent, [a for a in arrows if _from(a, latent.effect)])
        for latent in problem_of(case).arrows
        if latent.kind == "factor-event" and case.factors[latent.cause].kind == "latent"
    ]
    pairs = [(latent, links) for latent, links in pairs if links]
    settings = {"seed": seed, "chains": chains, "sweeps": sweeps, "burn": burn}
    kept = partial_of(fit, "confounding", settings) if keep_partial else Partial(None)
    of, done = len(pairs) * len(loadings) + int(bool(pairs)), 0

    def numbers(name: str, options: Options, latent: Arrow | None, names: list[str]) -> F8:
        """[1 + arrows] correlation (0 without a factor) and the chance that each raises."""
        nonlocal done
        result = kept.get(name)
        if result is None:
            sampled = sample_reading(
                problem_of(case, options), seed=seed + 15485863, chains=chains, sweeps=sweeps,
                burn=burn, keep=chains * (sweeps // THIN), cores=cores,
            )  # fmt: skip
            r = 0.0 if latent is None else correlation(case, sampled, latent.effect, latent)
            result = [r, *(raises(sampled, a) for a in names)]
            kept.put(name, result)
        done += 1
        if progress is not None:
            progress(done, of)
        return np.array(result)

    every = [a.name for _, links in pairs for a in links]
    plain = _without(fit, every) if pairs else {}
    if pairs and not plain:
        chances = numbers("without", Options(escalation=False), None, every)[1:]
        plain = dict(zip(every, chances.tolist(), strict=True))
    rows = []
    for latent, links in pairs:
        names = [a.name for a in links]
        table = [
            numbers(
                f"{latent.cause}-{latent.effect}-{load:g}",
                Options(fixed=((f"{latent.name}/times", float(load)),)),
                latent,
                names,
            )
            for load in loadings
        ]
        for i, arrow in enumerate(links, start=1):
            rows.append(
                LinkConfounding(
                    arrow.link, arrow.name, latent.effect, latent.cause,
                    raises(fit.main, arrow.name), plain[arrow.name], tuple(map(float, loadings)),
                    tuple(float(t[0]) for t in table), tuple(float(t[i]) for t in table),
                )
            )  # fmt: skip
    return ConfoundingStudy(seed, chains, sweeps, METHOD, tuple(rows))


def _from(arrow: Arrow, source: str) -> bool:
    return arrow.kind == "event-event" and arrow.cause == source and arrow.effect != source


def _without(fit: CaseFit, arrows: list[str]) -> dict[str, float]:
    """Chances that arrows raise in the variant without latent factors; empty without one."""
    variant = fit.variants.get("without_escalation")
    return {} if variant is None else {name: raises(variant, name) for name in arrows}
