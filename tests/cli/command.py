"""How a command ended, for the tests of the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ended:
    """Its status and what it printed."""

    status: int
    out: str
    err: str


Command = Callable[..., Ended]
