"""All benchmarks: prints a table and writes build/benchmarks/results.{json,md}.

    python benchmarks/run.py [simulate] [peers] [fit] [games] [run] [stages] [bargaining]

Without a word all parts run. `make bench` calls this.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import bench_bargaining
import bench_fit
import bench_games
import bench_peers
import bench_run
import bench_simulate
import bench_stages

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "build" / "benchmarks"
PARTS = {
    "simulate": bench_simulate.measure,
    "peers": bench_peers.compare,
    "fit": bench_fit.compare,
    "games": bench_games.measure,
    "run": bench_run.measure,
    "stages": bench_stages.measure,
    "bargaining": bench_bargaining.measure,
}


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    import numba
    import numpy

    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text(encoding="utf-8").splitlines()
        model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), model)
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "processor": model,
        "cores": os.cpu_count(),
        "load_before": load,
        "python": platform.python_version(),
        "numba": numba.__version__,
        "numpy": numpy.__version__,
    }


def _simulate_rows(found: dict[str, Any]) -> list[str]:
    rows = [
        "| simulator | events/s | history-years/s | events per processor second |",
        "|---|---|---|---|",
    ]
    for name in ("one_worker", "two_workers"):
        r = found[name]
        rows.append(
            f"| {r['workers']} worker(s) | {r['events_per_second']:,.0f} "
            f"| {r['history_years_per_second']:,.0f} | {r['events_per_processor_second']:,.0f} |"
        )
    rows += ["", "| cost | microseconds each | share of variance on the line |", "|---|---|---|"]
    for name, fit in found["slopes"].items():
        rows.append(
            f"| {name.replace('_', ' ')} | {fit['slope_microseconds']:.3g} | {fit['r_squared']:.4f} |"
        )
    return rows


def _peer_rows(found: dict[str, Any]) -> list[str]:
    rows = [
        "| same process | version | events a history | events/s | history-years/s | times slower |",
        "|---|---|---|---|---|---|",
    ]
    titles = {"talion": "Talion", "mesa": "Mesa batch_run", "ema": "EMA workbench evaluator"}
    for name, title in titles.items():
        r = found[name]
        rows.append(
            f"| {title} | {r['version']} | {r['events_per_history']:.0f} "
            f"| {r['events_per_second']:,.0f} | {r['history_years_per_second']:,.1f} "
            f"| {r.get('times', 1.0):,.0f} |"
        )
    return rows


def _fit_rows(found: dict[str, Any]) -> list[str]:
    rows = ["| linear process | task | processor ms | times ours |", "|---|---|---|---|"]
    for task, own in found["talion"].items():
        rows.append(f"| Talion | {task.replace('_', ' ')} | {own['ms']:.1f} | 1 |")
        for name, r in found["peers"].get(task, {}).items():
            if "ms" in r:
                rows.append(
                    f"| {name} {r['version']} | {task} | {r['ms']:.1f} | {r['times']:.1f} |"
                )
    if "ms_per_ess" in found["sampling"]:
        rows.append(f"| Talion | an effective draw | {found['sampling']['ms_per_ess']:.2f} | 1 |")
    return rows


def _games_rows(found: dict[str, Any]) -> list[str]:
    rows = ["| exchange, power, games | processor ms | plain Python takes |", "|---|---|---|"]
    for name, r in found.items():
        times = f"{r['times']:,.0f} times" if "times" in r else ""
        rows.append(f"| {name} | {r['ms']:.1f} | {times} |")
    return rows


def _stage_rows(found: dict[str, Any]) -> list[str]:
    whole, seconds = found["processor_seconds"], found["seconds"]
    rows = [
        f"A whole run: {seconds:.1f} s, {whole:.1f} processor s, {whole / seconds:.2f} cores busy.",
        "",
        "| stage | processor seconds | share of the whole |",
        "|---|---|---|",
    ]
    for name, used in sorted(found["stages"].items(), key=lambda item: -item[1]):
        rows.append(f"| {name} | {used:.2f} | {100 * used / whole:.0f} % |")
    return rows


def _run_rows(found: dict[str, Any]) -> list[str]:
    rows = ["| command | seconds | processor seconds | peak MB |", "|---|---|---|---|"]
    for name, r in found.items():
        rows.append(
            f"| {name.replace('_', ' ')} | {r['seconds']:.2f} | {r['processor_seconds']:.2f} "
            f"| {r['peak_mb']:.0f} |"
        )
    return rows


def _bargaining_rows(found: dict[str, Any]) -> list[str]:
    size = f"{found['draws']:,} draws of {found['actors']} actors"
    rows = [
        f"| {size} | milliseconds | processor ms | times faster than a plain rewrite |",
        "|---|---|---|---|",
    ]
    rows += [
        f"| {name} | {1e3 * r['seconds']:,.1f} | {1e3 * r['processor_seconds']:,.1f} "
        f"| {r['times']:,.0f} |"
        for name, r in found.items()
        if isinstance(r, dict) and "seconds" in r
    ]
    return rows


ROWS = {
    "simulate": _simulate_rows,
    "peers": _peer_rows,
    "fit": _fit_rows,
    "games": _games_rows,
    "run": _run_rows,
    "stages": _stage_rows,
    "bargaining": _bargaining_rows,
}


def main(parts: list[str]) -> None:
    """Run the parts asked for and write what they found."""
    if unknown := [part for part in parts if part not in PARTS]:
        sys.exit(f"no such benchmark: {unknown[0]}; there are: {', '.join(PARTS)}")
    found: dict[str, Any] = {"machine": machine()}
    page = [", ".join(f"{k} {v}" for k, v in found["machine"].items())]
    for part in parts or list(PARTS):
        found[part] = PARTS[part]()
        page += ["", *ROWS[part](found[part])]
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "results.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    (OUT / "results.md").write_text("\n".join(page) + "\n", encoding="utf-8")
    print("\n".join(page))


if __name__ == "__main__":
    main(sys.argv[1:])
