"""The kernels compiled ahead of the first run."""

from __future__ import annotations

__all__ = ["warm"]


def warm() -> None:
    """Compile the kernel of the simulation, or load what was compiled before.

    One history of the starter case is simulated: the kernel has one signature, so that any case
    finds it compiled afterwards.
    """
    from talion.model.case import load_case
    from talion.simulate.run import simulate_case

    simulate_case(load_case("starter"), what_ifs=[], draws=2, histories=1, workers=1)
