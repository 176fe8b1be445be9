"""The reference process as a careful user of the peers would write it: numpy and plain Python.

The same law as ours: exact thinning in continuous time, daily factors, weekly noise. State is kept
at the present moment; every candidate decays it. Used by both peers; imports nothing of Talion.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["Peer"]


class Peer:
    """One history of the reference process."""

    def __init__(self, p: dict[str, Any], seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.mu, self.effect = np.array(p["rates"]), np.array(p["effect"])
        self.kick, self.inputs = np.array(p["kick"]), np.array(p["inputs"])
        self.pull, self.noise, self.range = np.array(p["pull"]), np.array(p["noise"]), p["range"]
        halves = sorted({ln["half_life"] for ln in p["links"]})
        self.rate = math.log(2) / np.array(halves)
        types = len(self.mu)
        self.jump = np.zeros((types, types, len(halves)))  # source, target, half-life
        dampers = [ln for ln in p["links"] if ln["step"] > 0]
        self.damper_rate = math.log(2) / np.array([ln["half_life"] for ln in dampers])
        self.damping = np.zeros((types, len(dampers)))  # target, damper
        self.steps = np.zeros((types, len(dampers)))  # source, damper
        for i, ln in enumerate(dampers):
            self.damping[ln["target"], i] = ln["b"]
            self.steps[ln["source"], i] = ln["step"]
        for ln in p["links"]:
            h = halves.index(ln["half_life"])
            self.jump[ln["source"], ln["target"], h] += ln["a"] * self.rate[h]
        self.e = np.zeros((types, len(halves)))
        self.u = np.zeros(len(dampers))
        self.z = np.zeros(len(self.pull))
        self.day, self.first = 0, p["first_day"]
        self.counts = np.zeros(types, np.int64)

    def tick(self) -> None:
        """Midnight: factors drift, are shaken weekly, and set the background of the day."""
        if self.day > 0:
            self.z += (self.inputs @ self.z - self.z) * self.pull
            if (self.first + self.day) % 7 == 0:
                self.z += self.noise * self.rng.standard_normal(len(self.z))
            np.clip(self.z, *self.range, out=self.z)
        self.base = self.mu * np.exp(self.effect @ self.z)

    def decay(self, dt: float) -> None:
        """Let the state fade for a time."""
        self.e *= np.exp(-self.rate * dt)
        self.u *= np.exp(-self.damper_rate * dt)

    def rates(self) -> np.ndarray:
        """Rate of every type now."""
        return (self.base + self.e.sum(axis=1)) * np.exp(-self.damping @ self.u)

    def event(self, k: int) -> None:
        """What an event of type k does."""
        self.counts[k] += 1
        self.e += self.jump[k]
        self.u += (1 - self.u) * self.steps[k]
        self.z += self.kick[k]

    def run_day(self) -> None:
        """One day by thinning: the bound is the rate without suppression, which only falls."""
        self.tick()
        left = 1.0
        while True:
            bound = float(self.base.sum() + self.e.sum())
            wait = self.rng.exponential(1 / bound)
            if wait >= left:
                self.decay(left)
                break
            left -= wait
            self.decay(wait)
            below = np.cumsum(self.rates())
            height = self.rng.random() * bound
            if height < below[-1]:
                self.event(int(np.searchsorted(below, height, side="right")))
        self.day += 1
