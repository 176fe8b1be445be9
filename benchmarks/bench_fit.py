"""Likelihood, maximum likelihood and sampling of the linear process, beside other packages.

    python benchmarks/bench_fit.py [--alone] [--small]

Processor time, the least of some repeats, with the value or the optimum reached beside it: a fit
that stops early is fast. Peers run in an environment of their own (build/peers-fit, made from
bench_fit_peers.txt), on the same data; their optima are put to one likelihood, ours. Their values
must agree with ours, or the work is not the same and the benchmark fails.

--alone leaves the peers out; --small takes a tenth of the events.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from talion.errors import InputError
from talion.fit.events import EventTable, event_table
from talion.fit.linear import LinearPass, linear_likelihood, linear_parameters
from talion.fit.maximum import fit_linear

__all__ = ["compare"]

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / "build" / "peers-fit"

BETA = 1.3
MU = np.full(5, 0.2)
A = np.full((5, 5), 0.08) + 0.3 * np.eye(5)
SAMPLED = 965


def simulate(events: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The first `events` events of the reference process, by its clusters (Hawkes and Oakes)."""
    rng = np.random.default_rng(seed)
    branching = A.sum(axis=0)
    mean = np.linalg.solve(np.eye(5) - A, MU).sum()
    days = 1.1 * events / mean
    types = np.repeat(np.arange(5), rng.poisson(MU * days))
    times = rng.uniform(0, days, len(types))
    all_times, all_types = [times], [types]
    while len(times):
        number = rng.poisson(branching[types])
        source = np.repeat(types, number)
        times = np.repeat(times, number) + rng.exponential(1 / BETA, number.sum())
        step = np.cumsum(A / branching, axis=0)[:, source]
        types = (rng.random(len(source)) > step).sum(axis=0)
        inside = times < days
        times, types = times[inside], types[inside]
        all_times.append(times)
        all_types.append(types)
    t, m = np.concatenate(all_times), np.concatenate(all_types)
    order = np.argsort(t)[:events]
    return t[order], m[order]


def table_of(times: np.ndarray, types: np.ndarray) -> EventTable:
    """The events with a period that ends a moment after the last."""
    return event_table(times, types, start=0, end=times[-1] + 1e-6, names=list("abcde"))


def timed(call: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Least processor milliseconds of some calls after a first, and what the last returned."""
    result = call()
    best = np.inf
    for _ in range(repeats):
        began = time.process_time()
        result = call()
        best = min(best, time.process_time() - began)
    return 1e3 * best, result


def likelihoods(large: EventTable) -> dict[str, Callable[[], float]]:
    """Our passes for the likelihood tasks of the peers; each call returns the value."""
    single = event_table(large.times, 0, start=0, end=large.end)
    five, one, rate = LinearPass(large, 1), LinearPass(single, 1), np.array([BETA])
    answers = np.ascontiguousarray(A[:, None, :])

    def multivariate() -> float:
        five.run(MU, answers, rate)
        return float(five.ll.sum())

    def univariate() -> float:
        one.run(np.ones(1), np.full((1, 1, 1), 0.6), rate)
        return float(one.ll.sum())

    return {"likelihood": multivariate, "univariate": univariate}


def fits(small: EventTable, repeats: int) -> dict[str, Any]:
    """Our maximum likelihood: at the given decay, and with the common half-life estimated."""
    half = np.log(2) / BETA
    fit_used, fit = timed(lambda: fit_linear(small, half), repeats)
    free_used, free = timed(lambda: fit_linear(small), 1)
    return {
        "fit": {"ms": fit_used, "log_likelihood": fit.log_likelihood, "events": len(small.times),
                "converged": fit.converged},
        "fit_free": {"ms": free_used, "log_likelihood": free.log_likelihood,
                     "half_life": float(free.parameters.half_lives[0]),
                     "evaluations": free.evaluations},
    }  # fmt: skip


def sampling(repeats: int) -> dict[str, Any]:
    """Milliseconds of processor time for each effective draw: 31 parameters, 965 events."""
    from talion.fit.posterior import sample_linear

    table = table_of(*simulate(SAMPLED, 3))

    def draw() -> Any:
        return sample_linear(table, seed=1, chains=2, draws=1000, tune=500, cores=1)

    try:
        used, fit = timed(draw, repeats)
    except InputError as error:
        return {"left_out": str(error)}
    least = min(c.ess_bulk for c in fit.convergence)
    return {
        "ms": used, "least_ess": least, "ms_per_ess": used / least, "verdict": fit.verdict,
    }  # fmt: skip


def peers_python() -> Path:
    """The peers' interpreter; their environment is made, from hashes, if there is none."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    lock = HERE / "bench_fit_peers.txt"
    stamp = ENVIRONMENT / ".made"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", str(lock)], check=True)
        stamp.touch()
    return python


class Peers:
    """The peers' process, which holds the data and does one round of work when asked."""

    def __init__(self, large: EventTable, small: EventTable, folder: str, repeats: int) -> None:
        file = Path(folder) / "events.npz"
        np.savez(
            file, times=large.times, types=large.types, end=large.end, small_times=small.times,
            small_types=small.types, small_end=small.end, mu=MU, A=A, beta=BETA,
        )  # fmt: skip
        command = [str(peers_python()), str(HERE / "bench_fit_peers.py"), str(file), str(repeats)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, word: str) -> dict[str, Any]:
        """The answer to one word; lines that a package prints of itself are passed over."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("{"):
                found: dict[str, Any] = json.loads(line)
                return found
        sys.exit("the peers failed: see above")

    def close(self) -> None:
        """Let the process end."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def in_turns(large: EventTable, peers: Peers | None, rounds: int) -> tuple[Any, Any]:
    """Least processor milliseconds of our likelihoods, and of the peers', taken in turns.

    On a shared machine times drift; in turns they drift for all. A first round is not counted.
    """
    calls = likelihoods(large)
    own: dict[str, Any] = {task: {"value": call(), "ms": np.inf} for task, call in calls.items()}
    found = peers.ask("round") if peers else {}
    for row in (row for rows in found.values() for row in rows.values()):
        row["ms"] = np.inf
    for _ in range(rounds):
        for task, call in calls.items():
            began = time.process_time()
            call()
            used = 1e3 * (time.process_time() - began)
            own[task]["ms"] = min(own[task]["ms"], used)
        if peers:
            for task, rows in peers.ask("round").items():
                for name, row in rows.items():
                    found[task][name]["ms"] = min(found[task][name]["ms"], row["ms"])
    return own, found


def check(own: dict[str, Any], found: dict[str, Any], small: EventTable) -> None:
    """Put the peers' optima to our likelihood; fail where they did other work than ours."""
    for task in ("likelihood", "univariate"):
        for name, r in found[task].items():
            off = abs(r["value"] / own[task]["value"] - 1.0)
            if off > 1e-9:
                sys.exit(f"{name} has another value: {r['value']!r}, ours {own[task]['value']!r}")
    for r in found["fit"].values():
        if "mu" in r:
            half = np.log(2) / BETA
            p = linear_parameters(np.maximum(r.pop("mu"), 0), np.maximum(r.pop("A"), 0), half)
            r["log_likelihood"] = linear_likelihood(small, p).value
            r["short_by"] = own["fit"]["log_likelihood"] - r["log_likelihood"]


def compare(*, alone: bool = False, small: bool = False, repeats: int = 20) -> dict[str, Any]:
    """All figures, and how many times longer each peer takes."""
    n = 100_000 if small else 1_000_000
    large, fitted = table_of(*simulate(n, 1)), table_of(*simulate(n // 10, 2))
    with tempfile.TemporaryDirectory() as folder:
        peers = None if alone else Peers(large, fitted, folder, repeats)
        own, found = in_turns(large, peers, repeats)
        own |= fits(fitted, repeats)
        if peers:
            found["fit"] = peers.ask("fit")
            peers.close()
    result: dict[str, Any] = {"talion": own, "sampling": sampling(2)}
    if not alone:
        check(own, found, fitted)
        for task, rows in found.items():
            for r in rows.values():
                if "ms" in r:
                    r["times"] = r["ms"] / own[task]["ms"]
        result["peers"] = found
    return result


if __name__ == "__main__":
    words = set(sys.argv[1:])
    print(json.dumps(compare(alone="--alone" in words, small="--small" in words), indent=2))
