"""A case and its runs for other tools: exploratory modelling, sensitivity, data sets, provenance.

What needs a package of its own is imported where it is used; `pip install 'talion[interop]'` has
them all.
"""

from __future__ import annotations

from types import ModuleType

from talion.errors import InputError

__all__ = ["needed"]


def needed(module: str, place: str) -> ModuleType:
    """Return a package of the `interop` extra.

    Args:
        module: its name for import.
        place: which option or call asks for it.

    Raises:
        InputError: it is not installed; says how to install it.
    """
    import importlib
    import warnings

    try:
        with warnings.catch_warnings():
            # The EMA workbench says so at every import; we need no cluster.
            warnings.filterwarnings("ignore", message="ipyparallel not installed")
            return importlib.import_module(module)
    except ImportError as error:
        raise InputError(
            f"{module.partition('.')[0]} is not installed",
            place=place,
            value=str(error),
            remedy="install it with: pip install 'talion[interop]'",
        ) from None
