"""Freezing a run: a dated, sealed forecast file that later scoring reads and nothing rewrites.

The day of freezing is now, whatever the cut-off of the run; both are in the file. A test whose days
had passed by then is marked `ended`: what it says is a hindcast.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from talion.errors import InputError, Problems
from talion.judge.frozen_schema import FrozenForecast
from talion.judge.kept_results import (
    KeptFit,
    KeptForecast,
    KeptJudgment,
    KeptNumber,
    KeptPart,
    KeptReceipt,
    KeptShare,
)
from talion.judge.run_folder import KeptRun
from talion.judge.seal import Seal, check_seal, file_text, parse, sealed
from talion.model.claim import BASELINE, SeriesName
from talion.model.lexicon import LEXICONS
from talion.model.reading import NAMED

__all__ = [
    "Verified",
    "file_name",
    "freeze_run",
    "read_forecast",
    "short_hash",
    "verify_forecast",
]

_SHORT = 12  # hexadecimal digits of the hash in a file's name
_LARGEST = 256 * 1024 * 1024
_REASONS = 4  # that are listed where nothing can be scored


def freeze_run(run: KeptRun, now: dt.datetime) -> FrozenForecast:
    """Return the forecast file of a run.

    Args:
        run: as `read_run` returns it.
        now: the moment of freezing, with its zone.

    Raises:
        InputError: nothing in the run can be scored later, its cut-off lies ahead of `now`, or it
            kept no copy of its case.
    """
    moment = now.astimezone(dt.UTC).replace(microsecond=0)
    case = _check(run, moment.date())
    results = run.results
    judgments = {
        name: _judgment(run, case, judged, moment.date())
        for name, judged in results.judgments.items()
    }
    _refuse_unscored(run, judgments)
    document = {
        "talion_forecast": 1,
        "frozen_at": moment.isoformat().replace("+00:00", "Z"),
        "frozen_by": _version(),
        "as_of": results.receipt.as_of.isoformat(),
        "case": {
            "name": results.case,
            "title": results.title,
            "sha256": results.receipt.case_hash,
            "lexicon": results.lexicon,
        },
        "record": _record(results.receipt),
        "fit": None if results.fit is None else _fit(results.fit),
        "run": _run(run),
        "readings": _readings(results.judgments.values()),
        **_counted(case, results.forecasts),
        "worlds": _worlds(case, judgments.values()),
        "judgments": judgments,
        "warnings": list(results.warnings),
    }
    return FrozenForecast.model_validate(sealed(document))


def _version() -> str:
    import talion

    return talion.__version__


def _check(run: KeptRun, today: dt.date) -> Mapping[str, Any]:
    if run.case is None:
        raise InputError(
            "the run kept no copy of its case, so its tests cannot be written down",
            place=str(run.folder),
            remedy="make the run again: `talion run CASE --out DIR`",
        )
    as_of = run.results.receipt.as_of
    if as_of > today:
        raise InputError(
            "the cut-off of the run lies ahead of today, and nobody knows that record yet",
            place=f"{run.folder}, as_of",
            value=as_of.isoformat(),
            remedy="set `as_of` to the day up to which the record was really read, and run again",
        )
    return run.case


def _refuse_unscored(run: KeptRun, judgments: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a run of which no test can be scored."""
    tests = [(name, test) for name, judged in judgments.items() for test in judged["tests"]]
    if any(test["scored"] != "no" for _, test in tests):
        return
    reasons = [f"{name} {test['id']}: {test['why']}" for name, test in tests]
    reasons += [f"{name}: it has no test" for name, judged in judgments.items() if not judged["tests"]]  # fmt: skip
    more = f"; and {len(reasons) - _REASONS} more" if len(reasons) > _REASONS else ""
    listed = f" ({'; '.join(reasons[:_REASONS])}{more})" if reasons else ""
    raise InputError(
        f"nothing in this run can be scored later{listed}",
        place=str(run.folder),
        remedy="add a judgment of kind forecast whose `holds_if` counts recorded events after the "
        "cut-off",
    )


# --- parts of the file ---------------------------------------------------------------------------


def _record(receipt: KeptReceipt) -> dict[str, Any]:
    first, last = receipt.window
    return {
        "sha256": receipt.record_hash,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
    }


def _fit(fit: KeptFit) -> dict[str, Any]:
    kept = ("method", "version", "seed", "chains", "sweeps", "kept", "verdict")
    return {
        **{name: getattr(fit, name) for name in kept},
        "case_sha256": fit.case_hash,
        "record_sha256": fit.record_hash,
        "first_day": fit.window[0].isoformat(),
        "last_day": fit.window[1].isoformat(),
    }


def _run(run: KeptRun) -> dict[str, Any]:
    receipt = run.results.receipt
    kept = ("version", "seed", "draws", "histories")
    return {
        **{name: getattr(receipt, name) for name in kept},
        "reading_draws": dict(receipt.reading_draws),
        "packages": dict(receipt.packages),
        "results_sha256": run.results_hash,
    }


def _readings(judgments: Iterable[KeptJudgment]) -> dict[str, dict[str, str]]:
    used = {name for judged in judgments for part in judged.parts for name in part.readings}
    return {
        name: {"title": NAMED[name].title, "says": NAMED[name].says}
        if name in NAMED
        else {"title": name, "says": ""}
        for name in sorted(used)
    }


def _counted(case: Mapping[str, Any], forecasts: Iterable[KeptForecast]) -> dict[str, Any]:
    """Return the types and named sums that tests which can be scored count, as the case has them."""
    sums: Mapping[str, Any] = case.get("series") or {}
    asked = {
        name
        for forecast in forecasts
        if forecast.scored != "no"
        for number in forecast.numbers
        for name in (number.subject, number.by)
        if name
    }
    used = {name: sums[name] for name in sorted(asked) if name in sums}
    members = [member for name in asked for member in sums.get(name, [name])]
    types = sorted(
        {name for m in members if (name := SeriesName.model_validate(m).name) in case["events"]}
    )  # a test scored by hand may ask for a factor
    return {
        "series": used,
        "types": {
            name: {
                "title": entry.get("title", name),
                "rows": entry.get("rows"),
                "row_marks": entry.get("row_marks"),
                "usual": entry.get("usual"),
                "totals": entry.get("totals"),
            }
            for name in types
            for entry in [case["events"][name]]
        },
    }


def _worlds(
    case: Mapping[str, Any], judgments: Iterable[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return the what-ifs on which a score is conditional, as the case has them."""
    tests = (test for judged in judgments for test in judged["tests"])
    used = {t["world"] for t in tests if t["scored"] != "no" and t["world"] != BASELINE}
    return {
        name: {"title": _world_title(case, name), "does": case["what_ifs"][name]}
        for name in sorted(used)
    }


def _judgment(
    run: KeptRun, case: Mapping[str, Any], judged: KeptJudgment, today: dt.date
) -> dict[str, Any]:
    entry = case["judgments"][judged.id]
    forecasts = {f.part: f for f in run.results.forecasts if f.judgment == judged.id}
    due = entry.get("due")
    return {
        "claim": judged.judgment.claim,
        "held_by": judged.judgment.held_by,
        "kind": judged.judgment.kind,
        "word": judged.judgment.word,
        "word_range": None if judged.word_range is None else list(judged.word_range),
        "testable": entry.get("testable", "now"),
        "due": None if due is None else str(due),
        "label": judged.label,
        "main": judged.main,
        "tests": [
            _test(run, case, entry, part, forecasts.get(part.id), today) for part in judged.parts
        ],
    }


def _test(
    run: KeptRun,
    case: Mapping[str, Any],
    entry: Mapping[str, Any],
    part: KeptPart,
    forecast: KeptForecast | None,
    today: dt.date,
) -> dict[str, Any]:
    key = part.id.split("@", maxsplit=1)[0]
    own = entry if key == "main" else entry["also"][key]
    scored, why = _scored(part, forecast)
    return {
        "id": part.id,
        "title": part.title,
        "text": part.text,
        "holds_if": own.get("holds_if"),
        "kind": part.kind,
        "world": part.world,
        "world_title": _world_title(case, part.world),
        "start": None if forecast is None else forecast.start.isoformat(),
        "end": None if forecast is None else forecast.end.isoformat(),
        "ended": forecast is not None and forecast.end <= today,
        "scored": scored,
        "why": why,
        "label": part.label,
        "outcome": "" if part.record is None else part.record.outcome,
        "probabilities": {
            name: None if share is None else _share(share, run.results.lexicon)
            for name, share in part.readings.items()
        },
        "effects": {
            name: None if effect is None else effect.model_dump(exclude={"q"})
            for name, effect in part.effect.items()
        },
        "numbers": [_number(n) for n in forecast.numbers] if forecast is not None else [],
    }


def _scored(part: KeptPart, forecast: KeptForecast | None) -> tuple[str, str]:
    if forecast is None:
        return "no", "it counts what the record holds already"
    if forecast.scored != "no" and not any(s is not None for s in part.readings.values()):
        return "no", "no simulated history can answer it"
    return forecast.scored, forecast.why


def _world_title(case: Mapping[str, Any], world: str) -> str:
    if world == BASELINE:
        return "nothing done"
    return str(case["what_ifs"][world].get("title") or world.replace("_", " "))


def _share(share: KeptShare, lexicon: str) -> dict[str, Any]:
    words = LEXICONS[lexicon].words_for(share.low, share.high) if lexicon in LEXICONS else ()
    return {**share.model_dump(), "words": " to ".join(words)}


def _number(number: KeptNumber) -> dict[str, Any]:
    return number.model_dump(mode="json")


# --- names, reading, verifying -------------------------------------------------------------------


def short_hash(forecast: FrozenForecast) -> str:
    """Return the first twelve digits of a forecast's SHA-256."""
    return forecast.sha256[:_SHORT]


def file_name(forecast: FrozenForecast) -> str:
    """Return what a forecast's file is called: case, day of freezing, short hash."""
    case = re.sub(r"[^\w.-]+", "-", forecast.case.name).strip("-.") or "case"
    return f"forecast-{case}-{forecast.frozen_at.date()}-{short_hash(forecast)}.json"


@dataclass(frozen=True)
class Verified:
    """A forecast file that is what was sealed.

    Attributes:
        forecast: its content.
        seal: what its seals say.
        notes: what is odd without being an alteration of the content.
    """

    forecast: FrozenForecast
    seal: Seal
    notes: tuple[str, ...]


def read_forecast(path: Path) -> FrozenForecast:
    """Read a forecast file, which must not have been altered.

    Raises:
        InputError, Problems: as `verify_forecast`.
    """
    return verify_forecast(path).forecast


def verify_forecast(path: Path, expected: str = "") -> Verified:
    """Say whether a forecast file is what was sealed.

    Args:
        path: the file.
        expected: SHA-256 written down elsewhere, or its first eight digits or more.

    Raises:
        InputError: no such file, no forecast file, altered in one part, or not the one expected.
        Problems: altered in several parts; each is named.
    """
    text, document = _read(path)
    seal = check_seal(document)
    Problems.raise_any(_alterations(path, seal))
    wanted = expected.strip().lower()
    if wanted and not (len(wanted) >= 8 and seal.found.startswith(wanted)):
        raise InputError(
            f"is sealed, but not the forecast expected: its SHA-256 is {seal.found}",
            place=str(path),
            value=expected,
            remedy="compare with what was written down when it was frozen, eight digits at least",
        )
    try:
        forecast = FrozenForecast.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        place = f"{path}, {'.'.join(map(str, first['loc']))}"
        message = f"sealed, but not of the form of a forecast file: {str(first['msg']).lower()}"
        raise InputError(message, place=place, remedy="freeze the run again") from None
    return Verified(forecast, seal, tuple(_notes(path, text, document, forecast)))


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    remedy = "give a file that `talion freeze RUN` wrote"
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError("too large to be a forecast file", place=str(path), remedy=remedy)
        text = path.read_bytes().decode("utf-8")
        document = parse(text)
    except OSError as error:
        message = f"cannot be read: {error.strerror or type(error).__name__}"
        raise InputError(message, place=str(path), remedy=remedy) from None
    except ValueError as error:  # UnicodeDecodeError is one
        message = f"not readable as JSON, so it is cut short or altered: {error}"
        raise InputError(message, place=str(path), remedy=remedy) from None
    if not isinstance(document, dict) or document.get("talion_forecast") != 1:
        raise InputError("not a forecast file of format 1", place=str(path), remedy=remedy)
    return text, document


def _alterations(path: Path, seal: Seal) -> Iterator[InputError]:
    remedy = "do not score it; find the file as it was frozen, or freeze a run anew"
    said = {
        "altered since it was frozen": seal.altered,
        "added since it was frozen": seal.added,
        "taken out since it was frozen": seal.gone,
    }
    for message, sections in said.items():
        for section in sections:
            yield InputError(message, place=f"{path}, {section}", remedy=remedy)
    if seal.stated != seal.found and not any(said.values()):
        message = "altered since it was frozen: its own hashes, and nothing else"
        yield InputError(message, place=f"{path}, sha256", value=seal.stated, remedy=remedy)


def _notes(
    path: Path, text: str, document: Mapping[str, Any], forecast: FrozenForecast
) -> Iterator[str]:
    if text != file_text(document):
        yield "the file was written anew with other spaces or line breaks; its content is the same"
    stated = re.search(rf"(?<![0-9a-f])([0-9a-f]{{{_SHORT}}})(?![0-9a-f])", path.stem)
    if stated is not None and stated[1] != short_hash(forecast):
        yield f"its name states another hash, {stated[1]}"
