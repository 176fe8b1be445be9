"""How the kernel's functions are compiled.

All are serial, without fast-math. Only the entry point is called from Python, so the inner
functions have no wrappers (unpacking the model's hundred arrays in each would be most of the
compilation), and as every array is allocated outside, none counts references.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit

__all__ = ["ENTRY", "ZERO", "inlined", "inner", "signed"]

F = TypeVar("F", bound=Callable[..., Any])

ENTRY: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
ZERO: Any = np.int64(0)
"""A zero that is no literal: for a literal, what it is passed to would be compiled once more."""

_INNER: dict[str, Any] = {**ENTRY, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def inner(function: F) -> F:
    """Compile a function that only compiled code calls."""
    compiled: F = njit(**_INNER)(function)
    return compiled


def inlined(function: F) -> F:
    """The same, written out at each call: for what runs every day or event."""
    compiled: F = njit(inline="always", **_INNER)(function)
    return compiled


@inlined
def signed(index: Any) -> int:
    """An unsigned index as a signed integer: mixing the two would make a float."""
    return np.int64(index)  # type: ignore[return-value] # an int, once compiled
