"""The parameters of a fit: names as in `talion.model.sampling`, with their stated priors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Parameters"]

F8 = NDArray[np.float64]
Triple = tuple[float, float, float]

_Z90 = 1.2815515655446004
_SCALES = {"linear": 0, "log": 1, "logit": 2}


@dataclass
class Parameters:
    """A growing table of parameters; each name once.

    A prior with equal ends is a known number: it has a place in the table and no score. `fixed`
    holds natural values that are taken as known in place of their priors; `scores_of_fixed` then
    has the score that the prior gives each of them.
    """

    names: list[str] = field(default_factory=list)
    middle: list[float] = field(default_factory=list)
    down: list[float] = field(default_factory=list)
    up: list[float] = field(default_factory=list)
    scale: list[int] = field(default_factory=list)
    free: list[bool] = field(default_factory=list)
    fixed: Mapping[str, float] = field(default_factory=dict)
    scores_of_fixed: dict[str, float] = field(default_factory=dict)
    _index: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, prior: Triple, scale: str = "linear") -> int:
        """Return the place of a parameter, entering it where it is new.

        The transformation is that of `talion.model.quantity.quantile_draws`.

        >>> table = Parameters()
        >>> table.add("a", (1.0, 2.0, 4.0), "log"), table.add("a", (1.0, 2.0, 4.0), "log")
        (0, 0)
        """
        if name in self._index:
            return self._index[name]
        if name in self.fixed:
            return self._hold(name, prior, scale, self.fixed[name])
        low, likely, high = prior
        known = low == high
        edges = np.array(prior, np.float64)
        if known:
            scale = "linear"
        elif scale == "log":
            edges = np.log(np.maximum(edges, 1e-4 * max(high, 1e-12)))
        elif scale == "logit":
            edges = np.clip(edges, 1e-4, 1 - 1e-4)
            edges = np.log(edges) - np.log1p(-edges)
        self.names.append(name)
        self.middle.append(float(likely if known else edges[1]))
        self.down.append(0.0 if known else float(edges[1] - edges[0]) / _Z90)
        self.up.append(0.0 if known else float(edges[2] - edges[1]) / _Z90)
        self.scale.append(_SCALES[scale])
        self.free.append(not known)
        self._index[name] = len(self.names) - 1
        return self._index[name]

    def percent(self, name: str, prior: Triple) -> int:
        """The same for a share stated in per cent."""
        low, likely, high = (p / 100 for p in prior)
        if name in self.fixed:
            return self._hold(name, (low, likely, high), "logit", self.fixed[name] / 100)
        return self.add(name, (low, likely, high), "logit")

    def magnitude(self, name: str, prior: Triple) -> int:
        """The same for a size that cannot be negative."""
        return self.add(name, prior, "log" if prior[0] > 0 else "linear")

    def _hold(self, name: str, prior: Triple, scale: str, value: float) -> int:
        """Enter a parameter as the known number `value`, and keep its score under the prior."""
        if name in self._index:
            return self._index[name]
        if prior[0] < prior[2]:
            self.scores_of_fixed[name] = _score(prior, scale, value)
        free = Parameters()
        free.add(name, (value, value, value), scale)
        for own, other in (
            (self.names, free.names), (self.middle, free.middle), (self.down, free.down),
            (self.up, free.up), (self.scale, free.scale), (self.free, free.free),
        ):  # fmt: skip
            own.extend(other)  # type: ignore[arg-type]
        self._index[name] = len(self.names) - 1
        return self._index[name]


def _score(prior: Triple, scale: str, value: float) -> float:
    """Return the standard normal score at which a prior has its quantile at `value`.

    >>> round(_score((1.0, 2.0, 4.0), "log", 4.0), 3)
    1.282
    """
    table = Parameters()
    table.add("x", prior, scale)
    held = np.array([value])
    if scale == "log":
        held = np.log(np.maximum(held, 1e-4 * max(prior[2], 1e-12)))
    elif scale == "logit":
        held = np.clip(held, 1e-4, 1 - 1e-4)
        held = np.log(held) - np.log1p(-held)
    away = float(held[0]) - table.middle[0]
    spread = table.up[0] if away > 0 else table.down[0]
    return away / spread if spread > 0 else 0.0
