"""One midnight's tick of the factors, in plain loops that compiled passes take in as they are."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

__all__ = ["SOURCES", "tick"]

SOURCES = ("model/drift.py",)


def tick(
    z: NDArray[Any],
    rest: NDArray[Any],
    pull: NDArray[Any],
    z_ref: NDArray[Any],
    ff_target: NDArray[Any],
    ff_source: NDArray[Any],
    coef: NDArray[Any],
    out: NDArray[Any],
) -> None:
    """Move every factor towards its rest, before noise and range.

        out_f = z_f + pull_f (rest_f - z_f + sum_i coef_i (z_source - z_ref_source))

    The simulator's tick does the same; a course replayed with this and the noise it had finds its
    own levels again. `talion.fit` and `talion.simulate` compile it each for themselves.

    Args:
        z: [F] factors at the end of the day, its events' jumps included.
        rest, pull, z_ref: [F]; `pull` is 0 for switches.
        ff_target, ff_source: [Nff] factors of each factor -> factor entry.
        coef: [Nff] units of rest per unit of the source.
        out: [F] written.

    >>> import numpy as np
    >>> out, none = np.empty(1), np.empty(0, np.int64)
    >>> tick(np.array([10.0]), np.array([20.0]), np.array([0.1]), np.zeros(1), none, none,
    ...      np.empty(0), out)
    >>> out.tolist()
    [11.0]
    """
    for f in range(z.shape[0]):
        out[f] = z[f] + (rest[f] - z[f]) * pull[f]
    for i in range(ff_target.shape[0]):
        source, target = ff_source[i], ff_target[i]
        out[target] += coef[i] * (z[source] - z_ref[source]) * pull[target]
