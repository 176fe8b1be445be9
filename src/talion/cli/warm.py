"""`talion warm`: the kernels compiled ahead of the first run."""

from __future__ import annotations

import time

from talion.cli.lines import say

__all__ = ["warm_kernels"]


def warm_kernels(*, fit: bool = False) -> None:
    """Compile the simulation kernels for this processor, or load what is compiled already.

    Args:
        fit: the sampler of a fit too, which takes longer and which a run with a fit on file needs
            not.
    """
    from talion.simulate.warm import warm

    say(["compiling the simulation kernels (a minute or so the first time) ..."], err=True)
    began = time.perf_counter()
    warm()
    if fit:
        _warm_sampler()
    say([f"kernels are ready ({time.perf_counter() - began:.1f} s)"])


def _warm_sampler() -> None:
    from talion.fit.case.chain import compile_passes
    from talion.fit.case.specification import problem_of
    from talion.model.case import load_case

    say(["compiling the sampler of fits (some minutes the first time) ..."], err=True)
    compile_passes(problem_of(load_case("starter")))
