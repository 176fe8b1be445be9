"""What a run left on disk, as models: results.json read back and checked.

Only what later steps need is read; the file may hold more. Values are those of the run, unrounded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from talion.judge.indicators import WatchList

__all__ = [
    "KeptDistribution",
    "KeptEffect",
    "KeptFit",
    "KeptForecast",
    "KeptJudgment",
    "KeptNumber",
    "KeptPart",
    "KeptReceipt",
    "KeptResults",
    "KeptShare",
]


class Kept(BaseModel):
    """A part of results.json: frozen, and silent on keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class KeptShare(Kept):
    """A probability under one reading, as `estimate.Share` holds it."""

    probability: float = Field(ge=0, le=1)
    low: float
    high: float
    mcse: float = Field(ge=0)
    draws: int
    histories: int
    undetermined: float


class KeptEffect(Kept):
    """A difference between two what-ifs under one reading, as `estimate.Effect` holds it."""

    mean: float
    low: float
    high: float
    unit: str
    smallest: float
    q: float
    mcse: float | None = None


class KeptCheck(Kept):
    """What a count on the record came to."""

    outcome: str
    sentence: str = ""


class KeptPart(Kept):
    """One test of a judgment at one horizon."""

    id: str
    title: str
    text: str
    kind: Literal["share", "effect", "record"]
    horizon: str | None
    world: str
    label: str
    no_data: bool
    path: tuple[str, ...]
    readings: Mapping[str, KeptShare | None]
    effect: Mapping[str, KeptEffect | None]
    record: KeptCheck | None


class KeptClaim(Kept):
    """A judgment as its author made it."""

    claim: str
    held_by: str
    kind: str
    word: str
    under: str


class KeptJudgment(Kept):
    """A judgment with its label and its parts."""

    id: str
    judgment: KeptClaim
    label: str
    parts: tuple[KeptPart, ...]
    main: str | None
    word_range: tuple[float, float] | None


class KeptReceipt(Kept):
    """How the run was made."""

    version: str
    seed: int
    draws: int
    histories: int
    reading_draws: Mapping[str, int]
    as_of: dt.date
    window: tuple[dt.date, dt.date]
    case_hash: str
    record_hash: str
    packages: Mapping[str, str]


class KeptFit(Kept):
    """How the fit behind the reading with the record was made."""

    seed: int
    version: str
    method: str
    window: tuple[dt.date, dt.date]
    verdict: str
    case_hash: str
    record_hash: str
    chains: int
    sweeps: int
    kept: int


class KeptDistribution(Kept):
    """A number over histories, as `forecasts.Distribution` holds it."""

    mean: float
    histories: int
    unknown: int
    counts: Mapping[str, int]
    quantiles: Mapping[str, float]


class KeptNumber(Kept):
    """A number that a test puts bounds on, as `forecasts.NumberForecast` holds it."""

    what: str
    subject: str
    by: str
    start: dt.date
    end: dt.date
    within: int
    readings: Mapping[str, KeptDistribution | None]


class KeptForecast(Kept):
    """A simulated test as a forecast, as `forecasts.PartForecast` holds it."""

    judgment: str
    part: str
    scored: Literal["yes", "if", "by hand", "no"]
    why: str
    start: dt.date
    end: dt.date
    numbers: tuple[KeptNumber, ...]


class KeptResults(Kept):
    """What is read of results.json."""

    case: str
    title: str
    lexicon: str
    judgments: Mapping[str, KeptJudgment]
    receipt: KeptReceipt
    fit: KeptFit | None
    forecasts: tuple[KeptForecast, ...]
    watch: Mapping[str, WatchList] = {}
    warnings: tuple[str, ...] = ()
