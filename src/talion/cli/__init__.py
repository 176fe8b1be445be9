"""The command line: one verb per step, one line per mistake, never a traceback for bad input."""

from __future__ import annotations

from talion.cli.entry import main

__all__ = ["main"]
