"""The frozen forecast file, format 1: what is in it, as pydantic models.

`talion freeze --schema` prints their JSON Schema. Days are ISO dates; probabilities are as computed,
unrounded; what is printed of them stops at 5 and 95 %.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "FrozenCase",
    "FrozenDistribution",
    "FrozenEffect",
    "FrozenFit",
    "FrozenForecast",
    "FrozenJudgment",
    "FrozenNumber",
    "FrozenReading",
    "FrozenRecord",
    "FrozenRun",
    "FrozenShare",
    "FrozenTest",
    "FrozenType",
    "FrozenWorld",
]

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Frozen(BaseModel):
    """A part of the file: no other keys, nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FrozenCase(Frozen):
    """The case that was run."""

    name: str = Field(description="its short name")
    title: str
    sha256: Sha256 = Field(description="of the case file's bytes")
    lexicon: str = Field(description="scale that reads the likelihood words, such as icd203")


class FrozenRecord(Frozen):
    """The record as known on the cut-off; none of its rows are in the file."""

    sha256: Sha256 = Field(description="of its content, whatever the order of rows")
    first_day: dt.date
    last_day: dt.date


class FrozenFit(Frozen):
    """The fit behind the reading with the record."""

    case_sha256: Sha256 = Field(description="of what the fit saw of the case")
    record_sha256: Sha256
    method: str
    version: str
    seed: int
    chains: int
    sweeps: int
    kept: int = Field(description="draws kept of the main reading")
    first_day: dt.date
    last_day: dt.date
    verdict: str = Field(description="empty if the sampler converged, else what did not")


class FrozenRun(Frozen):
    """The run whose results these are."""

    version: str = Field(description="of Talion")
    seed: int
    draws: int
    histories: int = Field(description="of each draw")
    reading_draws: Mapping[str, int]
    packages: Mapping[str, str]
    results_sha256: Sha256 = Field(description="of its results.json")


class FrozenReading(Frozen):
    """What one reading supposes."""

    title: str
    says: str


class FrozenType(Frozen):
    """An event type that scored tests count, as the case defines it: what will be counted."""

    title: str
    rows: Any = Field(description="which rows of a record are of this type")
    row_marks: Any = Field(description="how a row gets its marks")
    usual: Any = Field(description="low, likely and high usual rate a month")
    totals: str | None = Field(description="running total that counts it, if any")


class FrozenWorld(Frozen):
    """A what-if on which a score is conditional."""

    title: str
    does: Any = Field(description="the what-if as the case file has it: from when, and what")


class FrozenShare(Frozen):
    """A probability: the share of histories (of draws, for an effect) in which a test holds."""

    probability: float = Field(ge=0, le=1)
    low: float = Field(description="80 % interval over draws, lower end")
    high: float
    mcse: float = Field(ge=0, description="Monte Carlo error of the probability")
    draws: int
    histories: int
    undetermined: float = Field(description="share of histories that cannot answer")
    words: str = Field(description="the estimative word or words of the interval")


class FrozenEffect(Frozen):
    """A difference between two worlds, over draws."""

    mean: float
    low: float
    high: float
    unit: str
    smallest: float = Field(description="the signed smallest effect that matters")
    mcse: float | None = Field(default=None, description="Monte Carlo error of the mean")


class FrozenDistribution(Frozen):
    """A number over draws and histories together."""

    mean: float
    histories: int = Field(description="in which it is known")
    unknown: int
    counts: Mapping[str, int] = Field(
        description="of a whole number: value -> histories, the whole sample; else empty"
    )
    quantiles: Mapping[str, float] = Field(
        description="of any other number: level -> value; else empty"
    )


class FrozenNumber(Frozen):
    """A number that a test puts bounds on."""

    what: str
    subject: str = Field(description="series or factor")
    by: str = Field(description="the series that answers, if any")
    start: dt.date
    end: dt.date = Field(description="the day after the last")
    within: int = Field(description="days of a rolling window or for an answer; 0 for none")
    readings: Mapping[str, FrozenDistribution | None]


class FrozenTest(Frozen):
    """One test of a judgment at one horizon."""

    id: str
    title: str
    text: str = Field(description="the test in words")
    holds_if: Any = Field(description="the test as the case file has it")
    kind: Literal["share", "effect", "record"]
    world: str
    world_title: str
    start: dt.date | None = Field(description="first day it looks at")
    end: dt.date | None = Field(description="the day after the last")
    ended: bool = Field(
        description="its days had passed when it was frozen: a hindcast, no forecast"
    )
    scored: Literal["yes", "if", "by hand", "no"] = Field(
        description="can be scored: yes, if its what-if comes about, by hand, or no"
    )
    why: str = Field(description="the condition, what must be looked up, or why not")
    label: str
    outcome: str = Field(description="of a count on the record; else empty")
    probabilities: Mapping[str, FrozenShare | None]
    effects: Mapping[str, FrozenEffect | None]
    numbers: tuple[FrozenNumber, ...]


class FrozenJudgment(Frozen):
    """A judgment of the case."""

    claim: str
    held_by: str
    kind: str
    word: str = Field(description="the author's word")
    word_range: tuple[float, float] | None = Field(description="what it claims; none for a hedge")
    testable: str
    due: dt.date | None = Field(description="the day the case names for checking it")
    label: str
    main: str | None = Field(description="the test whose label is the judgment's")
    tests: tuple[FrozenTest, ...]


class FrozenForecast(Frozen):
    """The whole file."""

    talion_forecast: Literal[1] = Field(description="version of the format")
    frozen_at: dt.datetime = Field(description="when it was frozen, UTC")
    frozen_by: str = Field(description="version of Talion that froze it")
    as_of: dt.date = Field(description="the cut-off: nothing published later was used")
    case: FrozenCase
    record: FrozenRecord
    fit: FrozenFit | None = Field(description="none if the run left out what the record says")
    run: FrozenRun
    readings: Mapping[str, FrozenReading]
    types: Mapping[str, FrozenType]
    series: Mapping[str, Any] = Field(description="named sums of event types")
    worlds: Mapping[str, FrozenWorld]
    judgments: Mapping[str, FrozenJudgment]
    warnings: tuple[str, ...] = Field(description="of the run")
    seals: Mapping[str, Sha256] = Field(description="section -> SHA-256 of its canonical JSON")
    sha256: Sha256 = Field(description="of the canonical JSON of all but this key")
