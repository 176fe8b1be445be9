"""`talion warm`: the kernels compiled ahead of the first run."""

from __future__ import annotations

import time

from talion.cli.lines import say

__all__ = ["warm_kernels"]


def warm_kernels(*, fit: bool = False) -> None:
    """Compile what a run needs for this processor, or load what is compiled already.

    Beside the simulation, what the past is asked with, and the models of bargaining that a case's
    decisions may follow.

    Args:
        fit: the sampler of a fit too, which takes longer and which a run with a fit on file needs not.
    """
    from talion.simulate.warm import warm

    say(["compiling the simulation kernels (a minute or so the first time) ..."], err=True)
    began = time.perf_counter()
    warm()
    _warm_past()
    _warm_bargaining()
    if fit:
        _warm_sampler()
    say([f"kernels are ready ({time.perf_counter() - began:.1f} s)"])


def _warm_past() -> None:
    """Ask the built-in case its questions to the past, two draws of them."""
    from talion.fit.case.lookup import find_fit
    from talion.judge.past_effects import past_effects
    from talion.model.case import load_case

    case = load_case("baghdad-2024")
    found, notes = find_fit(case)
    if found is None:
        say(
            ["questions to the past are compiled when first asked, for want of a fit", *notes],
            err=True,
        )
        return
    past_effects(case, found.fit, draws=2, seed=1, workers=1)


def _warm_sampler() -> None:
    from talion.fit.case.chain import compile_passes
    from talion.fit.case.specification import problem_of
    from talion.model.case import load_case

    say(["compiling the sampler of fits (some minutes the first time) ..."], err=True)
    compile_passes(problem_of(load_case("starter")))


def _warm_bargaining() -> None:
    from talion.model.bargaining.challenge_draws import challenge_draws
    from talion.model.bargaining.positions import one_dimension
    from talion.model.bargaining.spatial_draws import spatial_draws

    two = one_dimension("any issue", {"A": (0, 50, 1), "B": (100, 50, 2)})
    stakes = (two.scaled[None], two.salience[None], two.capability[None])
    spatial_draws(two, *stakes)
    challenge_draws(two, *stakes)
