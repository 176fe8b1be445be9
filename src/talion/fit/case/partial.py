"""Results of long studies, kept one by one, so that a study that was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from talion.fit.case.result import CaseFit
from talion.model.kernel_cache import user_cache

__all__ = ["Partial", "partial_of"]


class Partial:
    """A folder of small results by name; without a folder nothing is kept.

    Args:
        folder: made when first needed.

    >>> Partial(None).get("0") is None
    True
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def get(self, name: str) -> Any:
        """Return a result; None if there is none, or none that can be read."""
        if self.folder is None:
            return None
        try:
            return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def put(self, name: str, result: Any) -> None:
        """Keep a result, whole or not at all; a cache that takes no file costs only time."""
        if self.folder is None:
            return
        part = self.folder / f".{name}.{os.getpid()}.part"
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(result, allow_nan=False), encoding="utf-8")
            part.replace(self.folder / f"{name}.json")


def partial_of(fit: CaseFit, study: str, settings: Mapping[str, Any]) -> Partial:
    """Return where partial results of a study of a fit are kept.

    Args:
        fit: the fit.
        study: its name.
        settings: all else on which a result depends.
    """
    names = ("case_hash", "record_hash", "method", "version", "seed", "chains", "sweeps", "kept")
    parts = {name: getattr(fit, name) for name in names} | {"settings": dict(settings)}
    text = json.dumps(parts, sort_keys=True)
    key = hashlib.sha256(text.encode()).hexdigest()[:24]
    try:
        return Partial(user_cache() / study / key)
    except RuntimeError:
        return Partial(None)
