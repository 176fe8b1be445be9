"""Talion makes a brief on an armed crisis executable.

Four calls carry a case from its file to its report; each is imported when first used:

    case = talion.load_case("baghdad-2024")
    ensemble = talion.simulate_case(case, ...)
    results = talion.judge_case(case, ...)
    talion.write_report(results, ...)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from talion.errors import (
    CaseError,
    FitError,
    InputError,
    JudgmentTestError,
    OutputError,
    PlanError,
    Problems,
    RecordError,
    SimulationError,
    TalionError,
)

if TYPE_CHECKING:
    from talion.judge.run import judge_case
    from talion.model.case import load_case
    from talion.report.page import write_report
    from talion.simulate.run import simulate_case

__version__ = "0.1.0"

__all__ = [
    "CaseError",
    "FitError",
    "InputError",
    "JudgmentTestError",
    "OutputError",
    "PlanError",
    "Problems",
    "RecordError",
    "SimulationError",
    "TalionError",
    "__version__",
    "judge_case",
    "load_case",
    "simulate_case",
    "write_report",
]

# Where each public call lives. Read on first use, so that `import talion` costs nothing.
_HOMES = {
    "judge_case": "talion.judge.run",
    "load_case": "talion.model.case",
    "simulate_case": "talion.simulate.run",
    "write_report": "talion.report.page",
}


def __getattr__(name: str) -> object:
    """Import a public call from its module when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'talion' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names, including those not imported yet."""
    return sorted({*globals(), *__all__})
