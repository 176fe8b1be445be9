"""Fitting a case: the main reading and its variants."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np

from talion.errors import InputError
from talion.fit.case.options import VARIANTS, Options
from talion.fit.case.result import CaseFit, FittedReading
from talion.fit.case.sampler import FOR_SIXTY_DRAWS, FULL, THIN, sample_reading
from talion.fit.case.specification import Problem, problem_of
from talion.model.case import Case

__all__ = ["fit_case", "rival_variants", "same_problem"]

_KEEP, _KEEP_VARIANT = 200, 60  # as many as a run simulates


def fit_case(
    case: Case,
    *,
    seed: int,
    chains: int = 4,
    sweeps: int = 5000,
    variants: Sequence[str] = tuple(VARIANTS),
    patience: float = 1.0,
    progress: Callable[[float, float], None] | None = None,
    cores: int = 2,
) -> CaseFit:
    """Fit a case to its record, once with no view of its links and once for each variant.

    If any variant is asked for, the rivals that the case names are left out in turn too: one more
    variant each, such as `without_R2`.

    Args:
        case: with the record as known on `as_of`.
        seed: the same seed gives the same draws, whatever the threads.
        chains: of each reading.
        sweeps: of each chain of the main reading; variants, of which fewer draws are used, begin
            with a fifth, and have a gate to match.
        variants: which of `options.VARIANTS`. One that changes nothing in this case is the main reading.
        patience: a reading that misses its gate is run on, to so many times `sweeps` at the most.
        progress: called with (done, of), in sweeps.
        cores: threads.

    Returns:
        The fit. One that has not converged says so in its `verdict`.

    Raises:
        FitError: the record cannot be had under the model.
        InputError: an unknown variant, a rival named like one, or too few chains or sweeps.
    """
    from talion import __version__
    from talion.fit.case.key import METHOD, case_hash

    for name in variants:
        if name not in VARIANTS:
            known = ", ".join(VARIANTS)
            raise InputError("no such variant", value=name, remedy=f"use some of {known}")
    plan = {"": Options()} | {name: VARIANTS[name] for name in variants}
    if variants:
        plan |= rival_variants(case)
    lengths = {name: sweeps if not name else max(4 * THIN, sweeps // 5) for name in plan}
    done, later = 0, chains * sum(map(_run_length, lengths.values()))

    def tell(sweeps_done: int, to_do: int) -> None:
        nonlocal done
        done += sweeps_done
        if progress is not None:
            progress(done, done + to_do + later)

    made: dict[str, FittedReading] = {}
    whole = problem_of(case)
    for name, options in plan.items():
        later -= chains * _run_length(lengths[name])
        problem = problem_of(case, options)
        if name and same_problem(problem, whole):  # such as `rows_only` of a record without totals
            made[name] = made[""]
            continue
        made[name] = sample_reading(
            problem,
            seed=seed + zlib.crc32(name.encode()),  # a variant's draws hang on no other one
            chains=chains,
            sweeps=lengths[name],
            longest=int(patience * sweeps),
            gate=FOR_SIXTY_DRAWS if name else FULL,
            keep=_KEEP_VARIANT if name else _KEEP,
            cores=cores,
            progress=tell,
        )
    main = made.pop("")
    past = main.draws.past
    return CaseFit(
        case=case.name, as_of=case.as_of, start=past.start, end=past.end, seed=seed,
        version=__version__, method=METHOD, case_hash=case_hash(case),
        record_hash=case.record.content_hash(), main=main, variants=made, chains=chains,
        sweeps=sweeps, kept=main.size,
    )  # fmt: skip


def same_problem(one: Problem, other: Problem) -> bool:
    """Return whether two problems ask for one posterior, though their options differ."""
    parts = ("parameters", "arrows", "factors", "classes", "record", "informed", "held")
    return (
        one.options.reading == other.options.reading
        and one.options.fixed == other.options.fixed
        and all(getattr(one, part) == getattr(other, part) for part in parts)
        and np.array_equal(one.sampled, other.sampled)
        and all(
            np.array_equal(np.asarray(a), np.asarray(b))
            for a, b in zip(one.arrays, other.arrays, strict=True)
        )
    )


def _run_length(sweeps: int) -> int:
    """Sweeps of one chain if it passes its gate at once, those thrown away included."""
    return sweeps + sweeps // 4


def rival_variants(case: Case) -> dict[str, Options]:
    """Return the variants that leave out the rival explanations of a case, by name.

    Raises:
        InputError: the links left out give the name of one of `options.VARIANTS`.
    """
    found = {rival.variant: Options(without=rival.without) for rival in case.document.rivals}
    for name in found:
        if name in VARIANTS:
            raise InputError(
                "this rival has the name of another variant",
                place="rivals",
                value=name,
                remedy="rename the link it leaves out",
            )
    return found
