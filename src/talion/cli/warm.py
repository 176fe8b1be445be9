"""`talion warm`: the kernels compiled ahead of the first run."""

from __future__ import annotations

import time

from talion.cli.lines import say

__all__ = ["warm_kernels"]


def warm_kernels() -> None:
    """Compile the simulation kernels for this processor, or load what is compiled already."""
    from talion.simulate.warm import warm

    say(["compiling the simulation kernels (a minute or so the first time) ..."], err=True)
    began = time.perf_counter()
    warm()
    say([f"kernels are ready ({time.perf_counter() - began:.1f} s)"])
