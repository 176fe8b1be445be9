"""The compiled simulator: what it is made of, and the one call that gives its entry point."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import cast

from talion.model.kernel_cache import compile_cached

__all__ = ["SOURCES", "compiled_block"]

SOURCES = (
    "model/compiled.py",
    "model/measure.py",
    "simulate/arrays.py",
    "simulate/block.py",
    "simulate/cells.py",
    "simulate/compiling.py",
    "simulate/kernel.py",
    "simulate/measures_kernel.py",
    "simulate/outcome.py",
    "simulate/random.py",
    "simulate/rows.py",
    "simulate/state.py",
    "simulate/wiring.py",
)
"""Every file compiled code is made of; a test compares this with what the entry imports."""


@cache
def compiled_block() -> Callable[..., int]:
    """The entry point `talion.simulate.block.run_block`, compiled when first called."""
    from talion.simulate.block import run_block
    from talion.simulate.compiling import ENTRY

    return cast("Callable[..., int]", compile_cached(run_block, SOURCES, ENTRY))
