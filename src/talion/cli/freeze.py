"""`talion freeze`: a run as a dated, sealed forecast file; and whether such a file was altered."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from talion.cli.lines import day_in_words, say, sentence
from talion.errors import InputError
from talion.report.words import plural

if TYPE_CHECKING:
    from talion.judge.frozen_schema import FrozenForecast

__all__ = ["freeze", "freeze_or_verify", "print_schema", "verify"]


def freeze_or_verify(
    run: Path | None,
    *,
    out: Path | None,
    file: Path | None,
    expected: str | None,
    schema: bool,
    as_json: bool,
) -> None:
    """Do what the options ask for: freeze a run, verify a file, or print the schema.

    Raises:
        InputError: the options ask for several of these, or for none.
    """
    asked = [what for what, given in (("RUN", run), ("--verify", file), ("--schema", schema)) if given]  # fmt: skip
    if len(asked) != 1:
        raise InputError(
            "give one of these: a run to freeze, --verify with a file, or --schema",
            place="talion freeze",
            value=", ".join(asked) or "none",
            remedy="such as `talion freeze talion-starter`",
        )
    if expected is not None and file is None:
        raise InputError(
            "--expect goes with --verify", place="--expect", remedy="add --verify FILE"
        )
    if (out is not None or as_json) and run is None:
        option = "--out" if out is not None else "--json"
        raise InputError(f"{option} goes with a run", place=option, remedy="leave it out")
    if run is not None:
        freeze(run, out=out, as_json=as_json)
    elif file is not None:
        verify(file, expected=expected or "")
    else:
        print_schema()


def freeze(run: Path, *, out: Path | None = None, as_json: bool = False) -> None:
    """Freeze a run into a new, read-only file, and say what can be scored of it and when.

    Args:
        run: folder that `talion run` wrote.
        out: file or folder; the short hash is put into the file's name. The present folder if omitted.
        as_json: print path and hash as JSON instead of words.

    Raises:
        InputError: no run, or nothing in it can be scored later.
        OutputError: the file exists, or cannot be written.
    """
    from talion.judge.frozen import file_name, freeze_run
    from talion.judge.run_folder import read_run
    from talion.judge.seal import file_text
    from talion.record.writing import write_once

    forecast = freeze_run(read_run(run), dt.datetime.now(dt.UTC))
    path = _place(out, forecast, file_name(forecast))
    write_once(path, file_text(forecast.model_dump(mode="json")))
    if as_json:
        typer.echo(json.dumps({"file": str(path), "sha256": forecast.sha256}, indent=1))
    else:
        say(_frozen(path, forecast))


def _place(out: Path | None, forecast: FrozenForecast, name: str) -> Path:
    """Return where to write: in a folder under the usual name, or as named with the hash put in."""
    from talion.judge.frozen import short_hash

    if out is None:
        return Path(name)
    if out.is_dir() or not out.suffix:
        return out / name
    if out.suffix != ".json":
        remedy = "name a file that ends in .json, or a folder"
        raise InputError("a forecast file is JSON", place="--out", value=str(out), remedy=remedy)
    return out.with_name(f"{out.stem}-{short_hash(forecast)}.json")


def _frozen(path: Path, forecast: FrozenForecast) -> Iterator[str]:
    yield f"frozen: {path}"
    yield f"SHA-256: {forecast.sha256}"
    yield from _summary(forecast)
    yield from sentence(
        "The file is read-only and is never replaced. Its hash shows an alteration only to someone who "
        "has it from elsewhere: send it to someone, or print it.",
        indent=0,
    )


def _summary(forecast: FrozenForecast) -> Iterator[str]:
    """Yield when it was frozen, as of when, and what can be scored."""
    tests = [test for judged in forecast.judgments.values() for test in judged.tests]
    scored = [test for test in tests if test.scored != "no"]
    how = {way: sum(test.scored == way for test in scored) for way in ("yes", "if", "by hand")}
    yield from sentence(
        f"Frozen on {_moment(forecast.frozen_at)}; it knows what was published by "
        f"{day_in_words(forecast.as_of)}.",
        indent=0,
    )
    ahead = sorted({test.end for test in scored if test.end and not test.ended})
    when = f"; the last days end on {day_in_words(ahead[-1])}" if ahead else ""
    by_hand = f"{plural(how['by hand'], 'test')} by hand, " if how["by hand"] else ""
    yield from sentence(
        f"{plural(how['yes'], 'test')} can be scored once the days have passed, {by_hand}"
        f"{plural(how['if'], 'test')} only if a what-if comes about; {len(tests) - len(scored)} "
        f"cannot{when}.",
        indent=0,
    )
    ended = [test for test in scored if test.ended]
    if ended:
        yield from sentence(
            f"{len(ended)} of these {'was' if len(ended) == 1 else 'were'} frozen after the days in "
            "question had passed: a score of them shows how well the run fits what came, not foresight.",
            indent=0,
        )
    if forecast.fit is not None and forecast.fit.verdict:
        yield "warning: the fit to the record has not converged; the file says so"


def _moment(moment: dt.datetime) -> str:
    return f"{day_in_words(moment.date())}, {moment:%H:%M} UTC"


def verify(file: Path, *, expected: str = "") -> None:
    """Say that a forecast file is what was frozen.

    Raises:
        InputError, Problems: it is not; each altered part is named.
    """
    from talion.judge.frozen import verify_forecast

    found = verify_forecast(file, expected)
    say([f"{file}: not altered since it was sealed", f"SHA-256: {found.seal.found}"])
    say(_summary(found.forecast))
    say(f"note: {note}" for note in found.notes)
    if not expected:
        advice = (
            "Compare the SHA-256 with the one noted when it was frozen (--expect): whoever alters "
        )
        say(sentence(f"{advice}a file can also seal it anew.", indent=0))


def print_schema() -> None:
    """Print the JSON Schema of forecast files."""
    from talion.judge.frozen_schema import FrozenForecast

    schema = FrozenForecast.model_json_schema(mode="serialization")
    typer.echo(json.dumps(schema, indent=1, ensure_ascii=False))
