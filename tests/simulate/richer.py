"""One model with every feature at once: what must hold of the simulator must hold of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simulate.models import Decision, Link, Spec
from talion.model.compiled import (
    ADD_EVENT,
    BLOCK,
    PIN,
    SCALE_LINK,
    SCALE_TYPE,
    SET,
    SHIFT,
    UNBLOCK,
    UNPIN,
)

LEVEL: dict[str, float] = {"level": 1.0, "lo": 0.0, "hi": 100.0}

RICH = Spec(
    rates={"attack": 0.9, "strike": 0.25, "talk": 0.3, "vote": 0.1},
    marks={"attack": {"iraq": 0.6, "syria": 0.4}},
    half_lives=(2.0, 14.0, 60.0),
    links=(
        Link("attack", "attack", 2.0, a=0.3),
        Link("attack[iraq]", "strike", 2.0, a=0.2, id="answer"),
        Link("attack[syria]", "strike", 2.0, a=0.1, id="answer"),
        Link("strike", "attack", 2.0, b=1.2, step=0.6, id="deter"),
        Link("strike", "attack", 14.0, a=0.4, b=-0.5, step=0.4, id="provoke"),
        Link("strike", "vote", 60.0, a=0.5),
    ),
    factors={
        "push": {**LEVEL, "z": 40.0, "rest": 45.0, "ref": 40.0, "pull": 0.02, "noise": 3.0},
        "mood": {"level": 1.0, "pull": 0.05, "noise": 0.4, "latent_sd": 0.6, "ref": 0.1},
        "gaza": {"level": 0.0, "z": 1.0, "ref": 1.0, "timer": 40.0, "timer_value": 0.0},
        "pause": {"level": 0.0, "z": 0.0},
        "deal": {"level": 0.0, "z": 0.0},
        "outcome": {**LEVEL, "z": 80.0, "rest": 80.0, "ref": 80.0, "pull": 0.01},
        "presence": {**LEVEL, "z": 100.0, "rest": 100.0, "ref": 100.0, "pull": 0.03},
    },
    to_rate=(
        ("gaza", "attack", 0.7),
        ("pause", "attack", -1.5, "restraint"),
        ("mood", "attack", 0.5),
        ("mood", "strike", 0.5),
        ("push", "vote", 0.02),
        ("presence", "attack", 0.005),
    ),
    to_mix=(("push", "attack[syria]", 0.03),),
    to_factor=(("strike", "push", 4.0), ("attack[syria]", "push", -0.5)),
    between=(("presence", "push", 0.3),),
    set_by=(
        ("strike", "pause", {"value": 1.0, "chance": 0.5, "lasts": 5.0, "then": 0.0}),
        ("vote", "pause", {"value": 0.0}),
    ),
    listing={"attack": ("push", 0.5, 0.03), "vote": ("", 1.0, 0.0)},
    decisions={
        "mission": Decision(
            positions=((70.0, 80.0, 50.0), (20.0, 40.0, 90.0), (40.0, 30.0, 30.0)),
            called_by="talk",
            chance=0.3,
            error=25.0,
            threshold=50.0,
            need=("pause", 1.0),
            writes="outcome",
            sets=("deal", 1.0),
            executes="presence",
            table=((0.0, 0.0), (35.0, 10.0), (50.0, 50.0), (100.0, 100.0)),
            lag=10.0,
            reversal=0.3,
            moved_by={1: ("push", 50.0)},
        )
    },
    worlds={
        "busy": [
            (0, SHIFT, "push", 20.0),
            (5, SCALE_LINK, "deter", 2.0),
            (5, SCALE_LINK, "answer", 1.5),
            (10, BLOCK, "vote", 0.0),
            (12, ADD_EVENT, "attack[syria]", 1.0),
            (12, ADD_EVENT, "strike", 1.0),
            (20, PIN, "push", 90.0),
            (25, UNBLOCK, "vote", 0.0),
            (25, SET, "gaza", 0.0),
            (30, SCALE_TYPE, "attack", 1.7),
            (35, UNPIN, "push", 0.0),
            (40, SCALE_LINK, "deter", 1.0),
        ],
    },
    mass={("strike", 14.0): 1.5, ("attack", 2.0): 2.0},
    draws=2,
)


def rich(**changes: Any) -> Spec:
    """The rich model with some parts replaced."""
    return replace(RICH, **changes)
