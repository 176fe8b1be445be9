"""The parameters of a fit: names as in `talion.model.sampling`, with their stated priors."""

from __future__ import annotations

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

    A prior with equal ends is a known number: it has a place in the table and no score.
    """

    names: list[str] = field(default_factory=list)
    middle: list[float] = field(default_factory=list)
    down: list[float] = field(default_factory=list)
    up: list[float] = field(default_factory=list)
    scale: list[int] = field(default_factory=list)
    free: list[bool] = field(default_factory=list)
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
        return self.add(name, (low, likely, high), "logit")

    def magnitude(self, name: str, prior: Triple) -> int:
        """The same for a size that cannot be negative."""
        return self.add(name, prior, "log" if prior[0] > 0 else "linear")
