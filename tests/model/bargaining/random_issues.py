"""Issues with random stakes, for tests of every model of bargaining."""

from __future__ import annotations

import numpy as np

from talion.model.bargaining.positions import Dimension, Issue, stake
from talion.model.bargaining.spatial_options import Accommodation, SpatialOptions

CHOICES: dict[str, tuple[str, ...]] = {
    "voting": (
        "proportional",
        "cubic",
        "proportional-cubic",
        "binary",
        "proportional-binary",
        "prospect",
    ),
    "victory": ("linear", "square", "quartic", "octic", "binary"),
    "election": ("conditional", "markov-uniform", "markov-incentive"),
    "choice": ("deterministic", "stochastic"),
    "risk_range": ("min", "mid", "max"),
    "perspective": ("own", "one-third", "half", "two-thirds", "theirs"),
    "third_parties": ("none", "semi", "full"),
    "division": ("s1p1", "s2p2", "s2pmax"),
    "proposals": ("initiator", "both", "compromise"),
    "receiver_view": ("meant", "program"),
}


def random_issue(seed: int, actors: int, dimensions: int = 1) -> Issue:
    """Actors anywhere on scales of 0 to 100, with any attention and capabilities from .1 to 10."""
    rng = np.random.default_rng(seed)
    care = rng.dirichlet(np.ones(dimensions + 1), actors)[:, :dimensions] * 100.0
    return Issue(
        "random",
        tuple(Dimension(f"d{k}") for k in range(dimensions)),
        tuple(
            stake(
                f"A{n}",
                rng.uniform(0.0, 100.0, dimensions).tolist(),
                care[n].tolist(),
                float(np.exp(rng.uniform(-2.3, 2.3))),
            )
            for n in range(actors)
        ),
    )


def random_options(seed: int, issue: Issue, most_turns: int = 100) -> SpatialOptions:
    """Any combination of choices; at times ideals that follow others and a stated attitude to risk."""
    rng = np.random.default_rng(seed)
    chosen = {name: str(rng.choice(values)) for name, values in CHOICES.items()}
    follow: tuple[Accommodation, ...] = ()
    if rng.random() < 0.5 and len(issue.actors) > 1:
        one, other = issue.actors[:2]
        follow = (Accommodation(one, one, 0.6), Accommodation(one, other, 0.3))
    risk = ((issue.actors[-1], float(rng.uniform(-1, 1))),) if rng.random() < 0.5 else ()
    return SpatialOptions(
        **chosen, accommodation=follow, risk=risk, most_turns=most_turns, seed=seed
    )
