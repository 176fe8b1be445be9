"""Where a whole run spends its time: processor seconds of each stage, on whatever thread it runs.

    python benchmarks/bench_stages.py

One run of the case, report included, in a process of its own, everything compiled. Stages run beside
one another, so each is counted by the clock of its own thread; what is left (drawing charts, replays,
loading modules) is the whole less the sum. Shares of the whole move little with the load of the machine,
seconds do.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["measure"]

CASE = "baghdad-2024"
STAGES = {  # stage -> where its function is looked up when it is called
    "simulating, compiled code": ("talion.simulate.room", "Room.run"),
    "compiling readings and variants": ("talion.model.compile", "compile_model"),
    "outcomes, linchpins, boxes": ("talion.judge.by_reading", "answers_under"),
    "what to watch": ("talion.judge.by_reading", "watch_lists"),
    "questions to the past": ("talion.judge.by_reading", "past_effects"),
    "labels and sentences": ("talion.judge.run", "_judge"),
    "report": ("talion.report.page", "render_report"),
    "dossier": ("talion.report.office.collect", "build_dossier"),
}


class _Clock:
    """Processor seconds of stages, each on its own thread; a stage inside another counts once."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inside = threading.local()
        self._lock = threading.Lock()

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function, counted."""

        @functools.wraps(function)
        def counted(*arguments: Any, **keywords: Any) -> Any:
            if getattr(self._inside, "stage", None) is not None:
                return function(*arguments, **keywords)
            self._inside.stage = stage
            began = time.thread_time()
            try:
                return function(*arguments, **keywords)
            finally:
                used = time.thread_time() - began
                self._inside.stage = None
                with self._lock:
                    self.seconds[stage] += used

        return counted


def _count(clock: _Clock) -> None:
    for stage, (module, name) in STAGES.items():
        owner: Any = importlib.import_module(module)
        *outer, last = name.split(".")
        for part in outer:
            owner = getattr(owner, part)
        setattr(owner, last, clock.timed(stage, getattr(owner, last)))


def _one() -> dict[str, Any]:
    """Run the case once in this process."""
    from talion.cli.run import run_case
    from talion.cli.sizes import Sizes

    clock = _Clock()
    _count(clock)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        sizes = Sizes.chosen(None, None, None, None, thorough=False)
        run_case(CASE, sizes, out=Path(folder) / "report")
    wall = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    whole = used.ru_utime + used.ru_stime
    stages = dict(clock.seconds)
    if missing := set(STAGES) - set(stages):
        raise SystemExit(f"never called, so not where it was looked for: {sorted(missing)}")
    stages["all else"] = whole - sum(stages.values())
    return {"seconds": wall, "processor_seconds": whole, "stages": stages}


def measure() -> dict[str, Any]:
    """Seconds of a run, and its processor seconds by stage."""
    environment = dict(os.environ) | {"OPENBLAS_NUM_THREADS": "1"}  # as the command has it
    done = subprocess.run(
        [sys.executable, __file__, "--one"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the run failed: {done.stderr[-400:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    print(json.dumps(_one() if "--one" in sys.argv else measure(), indent=None))
