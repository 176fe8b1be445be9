"""What exports print, as one file beside a run's results: `dossier.json`.

`talion run` writes it, since only then are case, record and simulation at hand; `talion export` reads
it, so that an export takes seconds and says what the report says. It holds words as the report's own
functions say them, numbers as they are in `results.json`, and charts as data. What rests on a source
that may not be passed on is marked, and taken out by `withhold`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError

from talion.errors import InputError

__all__ = [
    "DOSSIER",
    "RESULTS",
    "Assumption",
    "Cell",
    "ChartData",
    "CitedSource",
    "Dossier",
    "FlipLine",
    "JudgmentEntry",
    "LeadingSignLine",
    "LinchpinLine",
    "LinkChangeEntry",
    "LinkRange",
    "ReadingSaid",
    "RecordTable",
    "ResultLine",
    "RivalEntry",
    "RivalPair",
    "Rivals",
    "SignLine",
    "SourceLine",
    "Tally",
    "dossier_text",
    "read_run",
]

DOSSIER, RESULTS = "dossier.json", "results.json"
FORMAT = 3
"""Raise it with any change of the models below: an older file is then refused, with its remedy."""

Cell: TypeAlias = bool | int | float | str | None


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tally(_Part):
    """How many judgments have one label."""

    sign: str
    words: str
    count: int


class ReadingSaid(_Part):
    """One reading of a judgment in words, as in the report's table."""

    id: str
    name: str
    said: str


class CitedSource(_Part):
    """One place a judgment is said to stand on: a source, where in it, and rows resting on it."""

    source: str
    place: str = ""
    gist: str = ""
    rows: tuple[str, ...] = ()


class LinchpinLine(_Part):
    """One assumption that a judgment rests on, under one reading.

    Attributes:
        share, low, high: of what draws differ in, with its 80 % interval.
        slices: probability of the test in draws of one sign, or at one end of its values.
    """

    reading: str
    says: str
    link: str | None
    share: float
    low: float
    high: float
    slices: tuple[tuple[str, str], ...]


class FlipLine(_Part):
    """Where a judgment flips under one reading, with how many draws of it lie there.

    Attributes:
        mass: share of draws there; `probability` of the test in them, `overall` over all.
    """

    reading: str
    says: str
    mass: float
    probability: float
    overall: float


class SignLine(_Part):
    """A sign to watch for one judgment, and the probabilities it leads to, under one reading."""

    title: str
    sign: str
    first_day: dt.date
    last_day: dt.date
    reading: str
    chance: float
    now: float
    seen: float
    unseen: float
    tells: str
    settles: bool


class LeadingSignLine(_Part):
    """A sign that tells most over all judgments, in the words of the report's first screen."""

    judgments: tuple[str, ...]
    title: str
    sign: str
    would: str
    chance: str
    text: str


class JudgmentEntry(_Part):
    """A judgment as printed: the row of the report's table, and its sentences.

    Attributes:
        bottom_line: two sentences: how it stands, and on what that turns.
        rests, flips: what it rests on and what would change it, reading by reading.
        signs: to watch, most telling first; `signs_none` says why there are none.
        readings: no view, as written and with the record, where there are such.
        outcome: of a count in the record; "" for other tests.
        test: of the main part, in words; "" without one.
        names_private_rows: the test names rows that may not be passed on.
    """

    id: str
    claim: str
    bottom_line: tuple[str, str]
    holder: str
    word: str
    word_says: str
    readings: tuple[ReadingSaid, ...]
    sign: str
    label: str
    outcome: str
    no_data: bool
    test: str
    test_note: str
    label_sentence: str
    record_sentence: str
    likelihood: str
    confidence: str
    footing: str
    rests: tuple[LinchpinLine, ...]
    flips: tuple[FlipLine, ...]
    signs: tuple[SignLine, ...]
    signs_none: str
    watch: tuple[str, ...]
    cites: tuple[CitedSource, ...]
    names_private_rows: bool = False


class ResultLine(_Part):
    """A row of `results.csv`: judgment x part x reading, numbers as computed."""

    judgment: str
    claim: str
    held_by: str
    kind: str
    word: str
    part: str | None
    test: str | None
    horizon: str | None
    world: str | None
    label: str
    reading: str | None
    probability: float | None
    low: float | None
    high: float | None
    mcse: float | None
    between_sd: float | None
    within_sd: float | None
    undetermined: float | None
    effect_mean: float | None
    effect_low: float | None
    effect_high: float | None
    smallest_effect: float | None
    effect_unit: str | None
    draws: int | None
    histories: int | None
    record_outcome: str | None
    no_data: bool | None
    names_private_rows: bool = False


class Assumption(_Part):
    """A stated number: what, the value in words, what it comes to, and why."""

    what: str
    value: str
    means: str
    because: str


class LinkRange(_Part):
    """The effect of an arrow: 1-in-10, middle, 9-in-10, and the chances that it raises or lowers."""

    low: float | None
    likely: float | None
    high: float | None
    raises: float | None
    lowers: float | None


class LinkChangeEntry(_Part):
    """An arrow before and after the record; `after` is None where the record cannot inform it."""

    link: str
    says: str
    unit: str
    before: LinkRange
    after: LinkRange | None
    power: float | None


class RecordTable(_Part):
    """One table of the record, as judged.

    Attributes:
        name: of the native table.
        columns: (name, kind) with kinds as in `record/layout.py`.
        rows: cells; days as YYYY-MM-DD.
        private: numbers of the rows that rest on a source that may not be passed on.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    private: tuple[int, ...] = ()


class SourceLine(_Part):
    """A source with what rests on it."""

    id: str
    title: str
    kind: str
    grade: str
    dated: dt.date | None
    published: dt.date | None
    address: str
    note: str
    supports: tuple[str, ...]
    events: int
    shared: bool


class ChartData(_Part):
    """A chart of the report as data, with the line that says where it is from.

    Attributes:
        part: which section of the report it stands in.
        on_slide: whether it is among the few shown on slides.
        private: it shows one by one rows that may not be passed on.
    """

    id: str
    template: str
    title: str
    subtitle: str
    sentence: str
    height: int | None
    datasets: dict[str, dict[str, tuple[Cell, ...]]]
    part: Literal["record", "past", "future", "what-ifs"]
    source: str
    on_slide: bool
    private: bool = False


class RivalEntry(_Part):
    """A rival explanation as compared: words as in the report's table, numbers as computed.

    Attributes:
        said, verdict, weight: in words.
        reach: what weeks out of reach do to the verdict; "" without such.
        week: in which it differs most from the baseline.
        difference, error: of log scores from the baseline, and its standard error.
        weight_value, weight_low, weight_high: predictive weight, 1-in-10 and 9-in-10.
    """

    id: str
    title: str
    said: str
    verdict: str
    weight: str
    reach: str
    week: str
    difference: float | None
    error: float | None
    weight_value: float
    weight_low: float
    weight_high: float


class RivalPair(_Part):
    """Two explanations: `one` less `other`."""

    one: str
    other: str
    difference: float | None
    error: float | None
    verdict: str
    reach: str


class Rivals(_Part):
    """Rival explanations compared by how well they told the weeks of a span.

    Attributes:
        finding: a sentence.
        made: how, in a clause.
        span: days of the weeks that were told.
        entries: by how well they told them.
        pairs: every two.
    """

    finding: str
    made: str
    span: str
    entries: tuple[RivalEntry, ...]
    pairs: tuple[RivalPair, ...]


class Dossier(_Part):
    """Everything an export prints.

    Attributes:
        format: of this file.
        results_sha256: of the `results.json` it belongs to.
        lacks, whose, confidence, finding: as on the report's first screen.
        signs: that tell most over all judgments; `signs_lead` says how they were found.
        watch: the author's own lines, by judgment.
        method: how the numbers were made, in a line.
        rivals: the comparison of rival explanations; None without one.
        secrets: private texts, to be erased wherever else they occur.
        withheld: what was left out, in words; "" if nothing was.
    """

    format: Literal[3]
    results_sha256: str
    title: str
    as_of: dt.date
    as_of_note: str
    finding: str
    confidence: str
    holds: str
    lacks: tuple[str, ...]
    whose: str
    method: str
    tally: tuple[Tally, ...]
    findings: tuple[str, ...]
    signs_lead: str
    signs: tuple[LeadingSignLine, ...]
    watch: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    fitted: bool
    judgments: tuple[JudgmentEntry, ...]
    results: tuple[ResultLine, ...]
    assumptions: tuple[Assumption, ...]
    links: tuple[LinkChangeEntry, ...]
    tables: tuple[RecordTable, ...]
    sources: tuple[SourceLine, ...]
    charts: tuple[ChartData, ...]
    version: str
    seed: int
    window: tuple[dt.date, dt.date]
    case_hash: str
    record_hash: str
    command: str
    receipt: tuple[tuple[str, str], ...]
    rivals: Rivals | None = None
    secrets: tuple[str, ...] = ()
    withheld: str = ""

    def source(self, key: str) -> SourceLine | None:
        """Return the source of an id; None if there is none."""
        return next((s for s in self.sources if s.id == key), None)


def dossier_text(dossier: Dossier) -> str:
    """Return the file's text: the same for the same dossier."""
    return json.dumps(
        dossier.model_dump(mode="json"), ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )


def read_run(folder: Path) -> Dossier:
    """Read what the exports of a run print.

    Args:
        folder: that `talion run CASE --out folder` wrote.

    Raises:
        InputError: there is no run, it is of an older or newer version, damaged, or its two files
            belong to different runs.
    """
    if not folder.is_dir():
        what = "this is a file, not the folder of a run" if folder.exists() else "no such folder"
        remedy = "give the folder that `talion run CASE --out DIR` wrote"
        raise InputError(what, place=str(folder), remedy=remedy)
    results = _bytes(folder / RESULTS, "no run here: the folder has no results.json")
    again = f"run it again: {_command(results)}"
    older = f"the run was made by an older version of Talion and has no {DOSSIER}"
    data = _bytes(folder / DOSSIER, older, again)
    dossier = _parsed(folder / DOSSIER, data, again)
    if dossier.results_sha256 != hashlib.sha256(results).hexdigest():
        message = f"{RESULTS} is not the one this file was written with: the two are of different runs, or one was edited"
        raise InputError(message, place=str(folder / DOSSIER), remedy=again)
    return dossier


def _bytes(file: Path, missing: str, remedy: str = "") -> bytes:
    remedy = remedy or "give the folder that `talion run CASE --out DIR` wrote"
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise InputError(missing, place=str(file.parent), remedy=remedy) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise InputError(message, place=str(file), remedy="check its permissions") from None


def _command(results: bytes) -> str:
    """Return the command that made the results, as its receipt says, or a plain one."""
    try:
        receipt = json.loads(results)["receipt"]
        command = str(receipt["command"])
    except (ValueError, KeyError, TypeError):
        return "talion run CASE --out DIR"
    return command


def _parsed(file: Path, data: bytes, remedy: str) -> Dossier:
    try:
        found = json.loads(data)
    except ValueError as error:
        message = f"this is no JSON: {error}"
        raise InputError(message, place=str(file), remedy=remedy) from None
    number = found.get("format") if isinstance(found, dict) else None
    if number != FORMAT:
        message = f"written by another version of Talion: its format is not {FORMAT}"
        raise InputError(message, place=f"{file}, format", value=number, remedy=remedy)
    try:
        return Dossier.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = f"{file}, {'.'.join(map(str, first['loc']))}"
        raise InputError(
            f"damaged: {first['msg']}", place=place, value=first["input"], remedy=remedy
        ) from None
