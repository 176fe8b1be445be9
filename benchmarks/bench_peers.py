"""The same process in Mesa's batch_run and an EMA workbench evaluator, side by side with ours.

    python benchmarks/bench_peers.py

All three simulate a year of the reference process, exactly, in continuous time, from the same
numbers; the peers run `peer_process.Peer`, plain Python and numpy as their users write it, in an
environment of its own, with as many processes as we have workers. Events per history must agree
within sampling error, or the work is not the same and the benchmark fails. Runs take turns, so that
whatever else the machine does falls on all; each figure is the least of its repeats.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

import numpy as np
from reference_model import DAYS, peer_parameters, reference_model

from simulate.models import START
from talion.model.measure import Measure, MeasurePlan, Op
from talion.simulate.ensemble import simulate_ensemble

__all__ = ["compare"]

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / "build" / "peers"
PEER_HISTORIES = 200
OUR_DRAWS = 4000


def peers_python() -> Path:
    """The peers' interpreter; their environment is made, from hashes, if there is none."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    lock = HERE / "requirements-peers.txt"
    stamp = ENVIRONMENT / ".made"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(lock)], check=True)
        stamp.touch()
    return python


def run_peer(script: str, parameters: Path, processes: int) -> dict[str, Any]:
    """One run of a peer; it times itself without its start."""
    done = subprocess.run(
        [str(peers_python()), str(HERE / script), str(parameters), str(PEER_HISTORIES),
         str(processes)],
        check=True, capture_output=True, text=True, cwd=HERE,
    )  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result | {"histories": PEER_HISTORIES}


def run_ours(workers: int) -> dict[str, Any]:
    """The same year, counts by type, baseline only."""
    model = reference_model(OUR_DRAWS)
    end = START + DAYS
    series = {t: (i,) for i, t in enumerate(model.type_ids)}
    measures = tuple(Measure(Op.COUNT, "baseline", t, start=START, end=end) for t in series)
    plan = MeasurePlan(measures, series, (), {"baseline": end})
    began = time.perf_counter()
    ensemble = simulate_ensemble(model, plan, histories=1, workers=workers)
    seconds = time.perf_counter() - began
    spread = float(ensemble.values.sum(axis=2).std())
    return {"seconds": seconds, "events": ensemble.events_simulated, "version": ensemble.version,
            "histories": OUR_DRAWS, "spread": spread}  # fmt: skip


def _rates(best: dict[str, Any]) -> dict[str, Any]:
    return best | {
        "events_per_history": best["events"] / best["histories"],
        "events_per_second": best["events"] / best["seconds"],
        "history_years_per_second": best["histories"] / best["seconds"],
    }


def compare(repeats: int = 4, workers: int = 2) -> dict[str, Any]:
    """Figures of all three and how many times faster ours is, in events a second."""
    run_ours(workers)  # compile, or load what was compiled
    runs: dict[str, list[dict[str, Any]]] = {"talion": [], "mesa": [], "ema": []}
    with tempfile.TemporaryDirectory() as folder:
        parameters = Path(folder) / "parameters.json"
        parameters.write_text(json.dumps(peer_parameters()), encoding="utf-8")
        for _ in range(repeats):
            runs["talion"].append(run_ours(workers))
            runs["mesa"].append(run_peer("peer_mesa.py", parameters, workers))
            runs["ema"].append(run_peer("peer_ema.py", parameters, workers))
    best = {name: _rates(min(found, key=lambda r: r["seconds"])) for name, found in runs.items()}
    ours = best["talion"]
    for name in ("mesa", "ema"):
        gap = best[name]["events_per_history"] - ours["events_per_history"]
        error = ours["spread"] / np.sqrt(best[name]["histories"])
        if abs(gap) > 4 * error:
            sys.exit(f"{name} does other work: {gap:+.0f} events a history, error {error:.0f}")
        best[name]["times"] = ours["events_per_second"] / best[name]["events_per_second"]
    return best


if __name__ == "__main__":
    print(json.dumps(compare(), indent=2))
