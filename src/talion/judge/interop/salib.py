"""A case as a SALib problem: names, bounds and distributions of its uncertain parameters.

Numbers are told as standard normal scores, cut at +-4, for which SALib has a distribution; a sign is
told by a uniform number, whose thirds are *lowers*, *nothing* and *raises*. Groups are links, so that
strength and sign of one link can be varied together.

References:
    Herman and Usher (2017), Journal of Open Source Software 2(9):97.
"""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.judge.interop.evaluator import CaseFunction
from talion.judge.interop.parameters import WIDEST
from talion.model.claim import BASELINE

__all__ = ["Problem", "evaluate_sample", "salib_problem"]

F8 = NDArray[np.float64]
_BY_THIRD = ("lowers", "nothing", "raises")


class Problem(TypedDict):
    """What SALib samples from; `units` is ours and left alone by it."""

    num_vars: int
    names: list[str]
    bounds: list[list[float]]
    dists: list[str]
    groups: list[str]


def salib_problem(function: CaseFunction, *, grouped: bool = False) -> Problem:
    """Return the problem dictionary of a case.

    Args:
        function: the case under a reading.
        grouped: vary the parameters of each link together; else each is a group of its own.

    >>> from talion.model.case import load_case
    >>> problem = salib_problem(CaseFunction(load_case("starter"), "as_written"))
    >>> problem["names"][0], problem["dists"][0], problem["bounds"][0]
    ('usual/raid', 'truncnorm', [-4.0, 4.0, 0.0, 1.0])
    """
    parameters = function.parameters
    return Problem(
        num_vars=len(parameters),
        names=[p.name for p in parameters],
        bounds=[[0.0, 1.0] if p.is_sign else [-WIDEST, WIDEST, 0.0, 1.0] for p in parameters],
        dists=["unif" if p.is_sign else "truncnorm" for p in parameters],
        groups=[p.group if grouped else p.name for p in parameters],
    )


def evaluate_sample(function: CaseFunction, sample: F8, what_if: str = BASELINE) -> dict[str, F8]:
    """Return every outcome at the rows of a SALib sample.

    Args:
        function: whose problem was sampled.
        sample: shape (N, parameters), as SALib's samplers return it.
        what_if: the world.

    Returns:
        name of an outcome -> shape (N,), what `SALib.analyze` takes as Y.

    Raises:
        InputError: the sample is of another shape.
    """
    parameters = function.parameters
    if sample.ndim != 2 or sample.shape[1] != len(parameters):
        raise InputError(
            f"a sample of {len(parameters)} parameters has so many columns",
            value=sample.shape,
            remedy="sample the problem of this very function",
        )
    values: dict[str, F8 | list[str]] = {}
    for column, p in enumerate(parameters):
        drawn = np.asarray(sample[:, column], np.float64)
        if p.is_sign:
            thirds = np.clip((3 * drawn).astype(int), 0, 2)
            values[p.name] = [_BY_THIRD[third] for third in thirds.tolist()]
        else:
            values[p.name] = p.values(drawn)
    return function.evaluate(values, what_if)
