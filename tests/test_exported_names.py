"""What `import talion` offers is a stated list, and stays callable whatever was imported before."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import talion
from talion.errors import TalionError

CALLS = {"judge_case", "load_case", "simulate_case", "write_report"}
ERRORS = {
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
}


def every_submodule() -> list[str]:
    """Names of all modules of the package."""
    return [
        m.name
        for m in pkgutil.walk_packages(talion.__path__, "talion.")
        if m.name[-9:] != "__main__"
    ]


def test_the_exported_names_are_the_stated_ones() -> None:
    assert set(talion.__all__) == CALLS | ERRORS | {"__version__"}
    assert set(talion.__all__) <= set(dir(talion))


def test_public_calls_survive_the_import_of_every_submodule() -> None:
    # A package `simulate` imported later would replace a function `simulate` of the same name.
    for name in every_submodule():
        importlib.import_module(name)
    for name in CALLS:
        call = getattr(talion, name)
        assert callable(call), name
        assert call.__module__.startswith("talion."), name
    for name in ERRORS:
        assert issubclass(getattr(talion, name), TalionError), name


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(talion, "predict")


def test_importing_the_package_imports_none_of_its_parts() -> None:
    code = "import sys, talion; print(*sorted(m for m in sys.modules if m.startswith('talion')))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["talion", "talion.errors"]


def test_the_version_is_the_installed_one() -> None:
    from importlib.metadata import version

    assert talion.__version__ == version("talion")
