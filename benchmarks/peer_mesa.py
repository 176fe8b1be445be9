"""The reference process in Mesa: an agent for each event type, a step for each day.

Run in the peers' environment: python peer_mesa.py PARAMETERS HISTORIES PROCESSES
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import mesa
from peer_process import Peer


class Source(mesa.Agent):
    """One event type; the model asks it for its count."""

    def __init__(self, model: Crisis, type_: int) -> None:
        super().__init__(model)
        self.type = type_

    @property
    def events(self) -> int:
        """Events of this type so far."""
        return int(self.model.peer.counts[self.type])


class Crisis(mesa.Model):
    """The whole process; the day's thinning is vectorised, which is kind to Mesa."""

    def __init__(self, parameters: str, number: int = 0, seed: int | None = None) -> None:
        super().__init__(seed=seed)
        p: dict[str, Any] = json.loads(Path(parameters).read_text(encoding="utf-8"))
        self.peer, self.days = Peer(p, number), p["days"]
        for k in range(len(p["rates"])):
            Source(self, k)
        self.datacollector = mesa.DataCollector(model_reporters={"events": total})

    def step(self) -> None:
        """One day."""
        self.peer.run_day()
        self.datacollector.collect(self)
        self.running = self.peer.day < self.days


def total(model: Crisis) -> int:
    """Events so far; Mesa's batch_run reads what was collected at the last step."""
    return sum(agent.events for agent in model.agents)


if __name__ == "__main__":
    path, histories, processes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    began = time.perf_counter()
    rows = mesa.batch_run(
        Crisis,
        {"parameters": path, "number": list(range(histories))},
        number_processes=processes,
        data_collection_period=-1,
        display_progress=False,
    )
    seconds = time.perf_counter() - began
    events = sum(row["events"] for row in rows)
    print(json.dumps({"seconds": seconds, "events": events, "version": mesa.__version__}))
