"""What a run returns: frozen results, one row a judgment x part x reading as a frame, and JSON."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal

from talion.judge.bargains import Bargain, BargainShare
from talion.judge.bottom_line import BottomLine, bottom_line
from talion.judge.boxes import Box
from talion.judge.confidence import Confidence
from talion.judge.estimate import Effect, Share
from talion.judge.forecasts import PartForecast
from talion.judge.labels import Label, RecordFit
from talion.judge.linchpins import Linchpins
from talion.judge.record_checks import RecordCheck
from talion.judge.wording import WordFit

if TYPE_CHECKING:
    import polars as pl

    from talion.fit.case.stated import LinkChange
    from talion.judge.before_after import PairTable
    from talion.judge.imputed import ImputedWeeks
    from talion.judge.indicators import WatchList
    from talion.judge.past_effects import PastEffects
    from talion.model.case import Case
    from talion.model.schema import Judgment
    from talion.record.event import Record
    from talion.simulate.ensemble import Ensemble

__all__ = [
    "FitReceipt",
    "JudgmentResult",
    "PartResult",
    "Receipt",
    "RunResult",
    "plain",
]


@dataclass(frozen=True)
class PartResult:
    """One test of one judgment at one horizon.

    Attributes:
        id: `main` or the key under `also`; with `@180` where a test is put at several horizons.
        title: of a further test; "" for the main one.
        text: the test in words.
        kind: `share` (of histories), `effect` (share of draws) or `record`.
        horizon: such as "180 days (11 August 2024)", or None if the test names its own days.
        world: the what-if it is asked in.
        readings: reading -> share; None where no history can answer.
        effect: reading -> effect, for a difference between two what-ifs.
        record: the check on the record, for kind `record`.
        label, label_sentence: by the rule of `labels.py`, and what it says here.
        likelihood_sentence: the shares in words; "" for kind `record`.
        no_data: no link on its path has data, or nothing recorded shows what it measures.
        path: ids of the links that can move what it measures.
        fit: what a fit says of it, as the rule takes it; None without one.
        variants: variant of the fit -> share, among them the opponent's prior updated.
        fit_sentence: the same in words; "" without a fit.
        linchpins: reading -> the assumptions on which its probability rests; empty for kind `record`.
        boxes: reading -> where it flips; None where no such region can be shown.
        bargained: what it measures is the outcome of a bargain, so that no label credits the record.
        bargains: reading -> the share of its variance that is choice of model and coding.
    """

    id: str
    title: str
    text: str
    kind: Literal["share", "effect", "record"]
    horizon: str | None
    world: str
    readings: Mapping[str, Share | None]
    effect: Mapping[str, Effect | None]
    record: RecordCheck | None
    label: Label
    label_sentence: str
    likelihood_sentence: str
    no_data: bool
    path: tuple[str, ...]
    fit: RecordFit | None = None
    variants: Mapping[str, Share | None] = field(default_factory=dict)
    fit_sentence: str = ""
    linchpins: Mapping[str, Linchpins] = field(default_factory=dict)
    boxes: Mapping[str, Box | None] = field(default_factory=dict)
    bargained: bool = False
    bargains: Mapping[str, BargainShare] = field(default_factory=dict)

    @property
    def gives_chance(self) -> bool:
        """Whether its shares are told as chances: not those of a count, nor of a fixed form."""
        return self.kind != "record" and self.label.gives_chance


@dataclass(frozen=True)
class JudgmentResult:
    """A judgment with its label, its parts and its sentences.

    Attributes:
        id: in the case.
        judgment: as the case holds it.
        label, label_sentence: of the main part; Not testable without one.
        parts: main test first (shortest horizon first), then the further tests.
        main: the part whose label is the judgment's; None if it has no test of its own.
        no_data, path: of the main part.
        word_range: what the author's word claims, or None for a hedge alone.
        word_verdict: how the range compares with the model's interval, in words; "" if it does not.
        model_words: the estimative word or words of the as-written interval; "" without one.
        confidence_sentence: by the rules of `confidence.py`; never mixed with likelihood.
        footing_sentence: which links the result stands on and what data they have.
        record_verdict, record_words: `word_verdict` and `model_words` with the record; "" without.
        words: reading -> the author's word against it: too strong, fair, too weak, untestable; empty
            without a simulated test.
        confidence: its level and what each rule says; None where nothing was tested.
        rests_sentence: in one line, on what it rests most; "" if nothing was simulated.
    """

    id: str
    judgment: Judgment
    label: Label
    label_sentence: str
    parts: tuple[PartResult, ...]
    main: PartResult | None
    no_data: bool
    path: tuple[str, ...]
    word_range: tuple[float, float] | None
    word_verdict: str
    model_words: str
    confidence_sentence: str
    footing_sentence: str
    record_verdict: str = ""
    record_words: str = ""
    words: Mapping[str, WordFit] = field(default_factory=dict)
    confidence: Confidence | None = None
    rests_sentence: str = ""

    @property
    def gives_chance(self) -> bool:
        """Whether the shares of its main part are told as chances, which its label decides."""
        return self.main is not None and replace(self.main, label=self.label).gives_chance


@dataclass(frozen=True)
class FitReceipt:
    """How the fit behind the reading *with the record* was made.

    Attributes:
        origin: where it is from, in words.
        seed, version, method: that made it; method is what was sampled and how.
        window: first and last day of the record it was fitted to.
        verdict: "" if every reading converged, else what did not.
        case_hash, record_hash: of what was fitted.
        chains, sweeps, kept: of the sampler, and draws kept of the main reading.
        readings: main and variants -> draws simulated.
        seconds: of sampling, all readings.
    """

    origin: str
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
    readings: Mapping[str, int]
    seconds: float


@dataclass(frozen=True)
class Receipt:
    """How a run was made, enough to make it again.

    Attributes:
        version: of Talion.
        seed, draws, histories: sizes asked for; `reading_draws` holds the draws of each reading.
        as_of: the cut-off.
        window: first and last day covered by the record.
        case_hash, record_hash: SHA-256.
        command: as typed, or the Python call.
        seconds: elapsed.
        packages: name -> version of what the numbers depend on.
    """

    version: str
    seed: int
    draws: int
    histories: int
    reading_draws: Mapping[str, int]
    as_of: dt.date
    window: tuple[dt.date, dt.date]
    case_hash: str
    record_hash: str
    command: str
    seconds: float
    packages: Mapping[str, str]


@dataclass(frozen=True)
class RunResult:
    """Everything one run found.

    Attributes:
        case, record: what was judged, as known on the cut-off.
        judgments: in the order of the case.
        ensembles: reading -> its simulated measures and fans.
        echo: consequences of the stated strengths, one sentence each.
        before_after: the model-free table.
        warnings: what the reader should know about the run itself.
        receipt: how it was made.
        fit: how the fit to the record was made; None without one.
        links: each arrow of each link before and after the record; empty without a fit.
        power: link -> chance that this record would show a true effect of the stated size, where
            the fit says so.
        uninformed: ids of links that the record cannot inform, which stay at their prior; empty
            without a fit.
        past_effects: what the observed window owes to what; None without a fit.
        imputed: events of the observed window by week, imputed ones with them; empty without a fit.
        forecasts: each simulated test with its days and numbers, and whether it can be scored.
        watch: what to watch for each judgment, in the order of the case.
        bargains: every decision's bargain, in the order of the case.
    """

    case: Case
    record: Record
    judgments: tuple[JudgmentResult, ...]
    ensembles: Mapping[str, Ensemble]
    echo: tuple[Any, ...]
    before_after: tuple[PairTable, ...]
    warnings: tuple[str, ...]
    receipt: Receipt
    fit: FitReceipt | None = None
    links: tuple[LinkChange, ...] = ()
    power: Mapping[str, float] = field(default_factory=dict)
    uninformed: tuple[str, ...] = ()
    past_effects: PastEffects | None = None
    imputed: tuple[ImputedWeeks, ...] = ()
    forecasts: tuple[PartForecast, ...] = ()
    watch: tuple[WatchList, ...] = ()
    bargains: tuple[Bargain, ...] = ()

    def judgment(self, key: str) -> JudgmentResult:
        """Return the result of one judgment; KeyError if there is none of that id."""
        for found in self.judgments:
            if found.id == key:
                return found
        raise KeyError(f"no judgment {key!r}; there are {', '.join(j.id for j in self.judgments)}")

    def bottom_line(self, key: str) -> BottomLine:
        """Return one judgment in two sentences; KeyError if there is none of that id."""
        return bottom_line(
            self.case,
            self.judgment(key),
            next((found for found in self.watch if found.judgment == key), None),
            provisional=self.fit is not None and bool(self.fit.verdict),
        )

    def frame(self) -> pl.DataFrame:
        """Return one row a judgment x part x reading.

        Probabilities are as computed; printing caps them. Columns of a reading are null for a
        judgment without a simulated test.
        """
        import polars as pl

        return pl.DataFrame(list(_rows(self.judgments)), schema=_columns(), orient="row")

    def to_json(self) -> str:
        """Return judgments, before-and-after table, links, past, warnings and receipts as JSON.

        Keys are sorted, numbers finite (an unknown one is null), so that equal results give equal
        text, save for the receipt's seconds.
        """
        document = {
            "case": self.case.name,
            "title": self.case.title,
            "lexicon": self.case.document.lexicon,
            "judgments": {j.id: _judgment_json(j) for j in self.judgments},
            "bottom_lines": {j.id: plain(self.bottom_line(j.id)) for j in self.judgments},
            "before_after": plain(self.before_after),
            "echo": plain(self.echo),
            "warnings": list(self.warnings),
            "receipt": plain(self.receipt),
            "fit": plain(self.fit),
            "links": plain(self.links),
            "power": plain(self.power),
            "uninformed": list(self.uninformed),
            "past_effects": plain(self.past_effects),
            "imputed": plain(self.imputed),
            "forecasts": plain(self.forecasts),
            "watch": {w.judgment: plain(w) for w in self.watch},
            "bargains": {b.decision: b.summary() for b in self.bargains},
        }
        return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)


def _judgment_json(result: JudgmentResult) -> dict[str, Any]:
    shown = plain(result)
    judgment = result.judgment
    shown["judgment"] = {
        key: plain(getattr(judgment, key)) for key in ("claim", "held_by", "kind", "word", "under")
    }
    shown["main"] = result.main.id if result.main else None
    return dict(shown)


def plain(value: Any) -> Any:
    """Return a value as JSON types: dataclasses as mappings, dates as text, unknowns as null.

    >>> plain((1.0, float("nan"), dt.date(2024, 2, 13), Label.BACKED))
    [1.0, None, '2024-02-13', 'Backed by the record']
    """
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _columns() -> dict[str, Any]:
    import polars as pl

    text = ["judgment", "claim", "held_by", "kind", "word", "part", "test", "horizon", "world"]
    text += ["label", "reading"]
    numbers = ["probability", "low", "high", "mcse", "between_sd", "within_sd", "undetermined"]
    effects = ["effect_mean", "effect_low", "effect_high", "smallest_effect"]
    return {
        **{name: pl.String() for name in text},
        **{name: pl.Float64() for name in (*numbers, *effects)},
        "effect_unit": pl.String(),
        "draws": pl.Int64(),
        "histories": pl.Int64(),
        "record_outcome": pl.String(),
        "no_data": pl.Boolean(),
    }


def _rows(judgments: tuple[JudgmentResult, ...]) -> Iterator[tuple[Any, ...]]:
    for result in judgments:
        head = (
            result.id,
            result.judgment.claim,
            result.judgment.held_by,
            result.judgment.kind,
            result.judgment.word,
        )
        if not result.parts:
            yield (
                *head,
                None,
                None,
                None,
                None,
                result.label.value,
                *_reading_row(None, None, None),
            )
        for part in result.parts:
            about = (part.id, part.text, part.horizon, part.world, part.label.value)
            for reading in part.readings or (None,):
                yield (*head, *about, *_reading_row(part, reading, part.no_data))


def _reading_row(
    part: PartResult | None, reading: str | None, no_data: bool | None
) -> tuple[Any, ...]:
    share = part.readings[reading] if part is not None and reading is not None else None
    effect = part.effect.get(reading) if part is not None and reading is not None else None
    numbers = ("probability", "low", "high", "mcse", "between_sd", "within_sd", "undetermined")
    effects = ("mean", "low", "high", "smallest")
    return (
        reading,
        *(getattr(share, n, None) for n in numbers),
        *(getattr(effect, n, None) for n in effects),
        getattr(effect, "unit", None),
        getattr(share, "draws", None),
        getattr(share, "histories", None),
        part.record.outcome if part is not None and part.record is not None else None,
        no_data,
    )
