"""How compiled passes outside the simulator are compiled: serial, without fast-math, arrays from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

__all__ = ["ENTRY", "inlined", "inner"]

F = TypeVar("F", bound=Callable[..., Any])

ENTRY: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


def inlined(function: F) -> F:
    """Compile a function that is written out at each call."""
    compiled: F = njit(inline="always", **ENTRY)(function)
    return compiled


def inner(function: F) -> F:
    """Compile a function that only compiled code calls: without a wrapper for Python."""
    options = {**ENTRY, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    compiled: F = njit(**options)(function)
    return compiled
