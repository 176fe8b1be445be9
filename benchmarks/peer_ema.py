"""The reference process under an EMA workbench evaluator: a function of a seed, run as experiments.

Run in the peers' environment: python peer_ema.py PARAMETERS HISTORIES PROCESSES
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from ema_workbench import (
    ArrayOutcome,
    IntegerParameter,
    Model,
    MultiprocessingEvaluator,
    SequentialEvaluator,
)
from peer_process import Peer

PARAMETERS = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))


def year(number: int = 0) -> dict[str, np.ndarray]:
    """One history; counts by type."""
    peer = Peer(PARAMETERS, int(number))
    for _ in range(PARAMETERS["days"]):
        peer.run_day()
    return {"counts": peer.counts}


if __name__ == "__main__":
    histories, processes = int(sys.argv[2]), int(sys.argv[3])
    model = Model("crisis", function=year)
    model.uncertainties = [IntegerParameter("number", 0, 10**6)]
    model.outcomes = [ArrayOutcome("counts")]
    began = time.perf_counter()
    pool = MultiprocessingEvaluator(model, n_processes=processes)
    with pool if processes > 1 else SequentialEvaluator(model) as evaluator:
        _, outcomes = evaluator.perform_experiments(scenarios=histories)
    seconds = time.perf_counter() - began
    events = int(outcomes["counts"].sum())
    print(json.dumps({"seconds": seconds, "events": events, "version": version("ema-workbench")}))
