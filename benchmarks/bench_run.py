"""Seconds and peak memory of whole commands: `talion --help`, `talion run`, warm and cold.

    python benchmarks/bench_run.py

A cold run has an empty folder for compiled code; the user's own is left alone.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

__all__ = ["measure"]

CASE = "baghdad-2024"


def _command(arguments: list[str], cache: str | None = None) -> dict[str, float]:
    """Wall and processor seconds and peak memory of one command."""
    environment = dict(os.environ) | ({"TALION_CACHE_DIR": cache} if cache else {})
    talion = Path(sys.executable).with_name("talion")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(talion), *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    _, said = process.communicate()
    wall = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"talion {' '.join(arguments)} failed: {said.decode()[-400:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # The peak is over all children so far, hence small commands are measured before large ones.
    return {"seconds": wall, "processor_seconds": used, "peak_mb": after.ru_maxrss / 1024}


def _least(runs: list[dict[str, float]]) -> dict[str, float]:
    return {key: min(run[key] for run in runs) for key in runs[0]}


def measure() -> dict[str, Any]:
    """All commands; each figure is the least of its repeats, a cold run has one."""
    with tempfile.TemporaryDirectory() as folder:
        _command(["warm"])
        out = ["--out", str(Path(folder) / "report")]
        return {
            "help": _least([_command(["--help"]) for _ in range(5)]),
            "run": _least([_command(["run", CASE, *out]) for _ in range(2)]),
            "cold_run": _command(["run", CASE, *out], str(Path(folder) / "cache")),
        }


if __name__ == "__main__":
    import json

    print(json.dumps(measure(), indent=2))
