"""The model all speed figures are for: 8 event types, 3 half-lives, 12 daily factors.

Like the built-in case in size and density: every type excites itself; of the 56 other pairs 24 have
a link, a third of which suppress; each type's background listens to two or three factors; each
factor drifts daily, is shaken weekly and jumps at two types' events. About 800 events a year.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from simulate.models import START, Link, Spec, build
from talion.model.compiled import SCALE_TYPE, CompiledModel
from talion.model.measure import Fan, Measure, MeasurePlan, Op

__all__ = ["DAYS", "peer_parameters", "reference_model", "reference_plan", "reference_spec"]

DAYS = 365
TYPES = [f"type{i}" for i in range(8)]
FACTORS = [f"factor{i}" for i in range(12)]
HALF_LIVES = (2.0, 14.0, 90.0)
# What a case states as each type's usual rate, events per day: here the simulated mean of a year.
USUAL = dict(zip(TYPES, (0.15, 0.38, 0.33, 0.32, 0.13, 0.15, 0.56, 0.24), strict=True))


def _links(rng: np.random.Generator) -> list[Link]:
    own = [Link(t, t, float(rng.choice(HALF_LIVES[:2])), a=0.35) for t in TYPES]
    pairs = [(a, b) for a in TYPES for b in TYPES if a != b]
    chosen = [pairs[i] for i in rng.choice(len(pairs), 24, replace=False)]
    others = []
    for i, (source, target) in enumerate(chosen):
        half = float(rng.choice(HALF_LIVES))
        if i % 3 == 0:
            others.append(Link(source, target, half, b=0.5, step=0.3, id=f"L{i}"))
        else:
            others.append(Link(source, target, half, a=0.12, id=f"L{i}"))
    return own + others


def reference_spec(draws: int = 100) -> Spec:
    """The model in words, with a what-if that halves one type from day 60 on."""
    rng = np.random.default_rng(0)
    factors = {
        f: {"level": 1, "pull": 1 - 2 ** (-1 / h), "noise": 0.15, "lo": -4.0, "hi": 4.0}
        for f, h in zip(FACTORS, rng.uniform(5, 120, len(FACTORS)), strict=True)
    }
    to_rate = [
        (f, t, float(rng.normal(0, 0.15)))
        for t in TYPES
        for f in rng.choice(FACTORS, int(rng.integers(2, 4)), replace=False)
    ]
    to_factor = [
        (t, f, float(rng.normal(0, 0.02))) for f in FACTORS for t in rng.choice(TYPES, 2, False)
    ]
    between = [(FACTORS[i], FACTORS[(i + 5) % 12], 0.2) for i in range(0, 12, 2)]
    rates = dict(zip(TYPES, rng.uniform(0.06, 0.28, len(TYPES)), strict=True))
    return Spec(
        rates=rates,
        reference=USUAL,
        links=_links(rng),
        half_lives=HALF_LIVES,
        factors=factors,
        to_rate=to_rate,
        to_factor=to_factor,
        between=between,
        worlds={"less": [(60, SCALE_TYPE, "type0", 0.5)]},
        draws=draws,
    )


def reference_model(draws: int = 100) -> CompiledModel:
    """The compiled model of `reference_spec`."""
    return build(reference_spec(draws))


def peer_parameters() -> dict[str, Any]:
    """The same model as dense lists, for the peers, which know nothing of ours."""
    spec = reference_spec(1)
    links = [
        {"source": TYPES.index(ln.source), "target": TYPES.index(ln.target)}
        | {"half_life": ln.half_life, "a": ln.a, "b": ln.b, "step": ln.step}
        for ln in spec.links
    ]
    effect = np.zeros((len(TYPES), len(FACTORS)))
    for row in spec.to_rate:
        effect[TYPES.index(row[1]), FACTORS.index(row[0])] += row[2]
    kick = np.zeros((len(TYPES), len(FACTORS)))
    for source, factor, jump in spec.to_factor:
        kick[TYPES.index(source), FACTORS.index(factor)] += jump
    inputs = np.zeros((len(FACTORS), len(FACTORS)))
    for source, target, coefficient in spec.between:
        inputs[FACTORS.index(target), FACTORS.index(source)] += coefficient
    return {
        "first_day": START,
        "days": DAYS,
        "rates": list(spec.rates.values()),
        "links": links,
        "effect": effect.tolist(),
        "kick": kick.tolist(),
        "inputs": inputs.tolist(),
        "pull": [f["pull"] for f in spec.factors.values()],
        "noise": [f["noise"] for f in spec.factors.values()],
        "range": [-4.0, 4.0],
    }


def reference_plan(days: int = DAYS) -> MeasurePlan:
    """Twenty measures and four fans in each of the two worlds: about what judgments ask for."""
    end = START + days
    series = {t: (i,) for i, t in enumerate(TYPES)} | {"all": tuple(range(8))}
    measures: list[Measure] = []
    fans: list[Fan] = []
    for world in ("baseline", "less"):
        measures += [Measure(Op.COUNT, world, series=s, start=START, end=end) for s in series]
        for t in TYPES[:4]:
            measures.append(
                Measure(Op.MAX_WINDOW, world, series=t, start=START, end=end, number=30)
            )
        for f in FACTORS[:4]:
            measures.append(Measure(Op.LEVEL, world, factor=f, start=end))
        measures.append(Measure(Op.MEAN_LEVEL, world, factor=FACTORS[0], start=START, end=end))
        measures.append(
            Measure(Op.FIRST_COUNT, world, series="all", start=START, end=end, number=100)
        )
        measures.append(
            Measure(
                Op.ANSWERED, world, series=TYPES[0], other=TYPES[1], start=START, end=end, number=7
            )
        )
        weeks = days // 7
        fans += [Fan(world, series=t, start=START, weeks=weeks) for t in TYPES[:2]]
        fans += [Fan(world, factor=f, start=START, weeks=weeks) for f in FACTORS[:2]]
    return MeasurePlan(tuple(measures), series, tuple(fans), {"baseline": end, "less": end})
