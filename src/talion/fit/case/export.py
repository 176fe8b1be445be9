"""A fit for other tools: ArviZ's InferenceData and parquet tables."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError, OutputError
from talion.fit.case.result import MAIN, CaseFit, FittedReading
from talion.fit.case.stated import stated
from talion.model.case import Case
from talion.model.classes import classes_of

if TYPE_CHECKING:
    import polars as pl

__all__ = ["to_inference_data", "to_parquet"]

_MICROSECONDS_PER_DAY = 86_400_000_000


def to_inference_data(fit: CaseFit, reading: str = MAIN) -> Any:
    """Return a reading's posterior as `arviz.InferenceData`.

    `posterior` holds the scores (standard normal under the prior), the signs as `sign/ARROW` and
    `unlisted_events`, how many events of a draw are no recorded row; `log_likelihood` (variable
    `record`) and `log_prior` hold what power-scaling needs; `sample_stats` their sum as `lp`.

    Args:
        fit: the fit.
        reading: `main` or the name of a variant.

    Raises:
        InputError: ArviZ is not installed.
        KeyError: no such reading.
    """
    try:
        import arviz
    except ImportError:
        remedy = "install it with: pip install 'talion[export]'"
        raise InputError("ArviZ is not installed", place="--export", remedy=remedy) from None
    fitted = dict(fit.readings())[reading]
    draws, chains = fitted.draws, fit.chains

    def by_chain(values: NDArray[Any]) -> NDArray[Any]:
        return np.ascontiguousarray(values.reshape(-1, chains).T)

    if fitted.size % chains:  # thinned across chains: what remains is one set of draws
        chains = 1
    past = draws.past
    listed_before = np.concatenate([[0], np.cumsum(past.rows < 0)])
    variables = {name: by_chain(values) for name, values in draws.scores.items()}
    variables |= {f"sign/{name}": by_chain(values) for name, values in draws.signs.items()}
    variables["unlisted_events"] = by_chain(np.diff(listed_before[past.offsets]))
    made = arviz.from_dict(
        posterior=variables,
        log_likelihood={"record": by_chain(fitted.log_likelihood)},
        sample_stats={"lp": by_chain(fitted.log_likelihood + fitted.log_prior)},
    )
    made.add_groups({"log_prior": {"parameters": by_chain(fitted.log_prior)}})
    made.posterior.attrs.update(_origin(fit, reading))
    return made


def to_parquet(fit: CaseFit, folder: Path | str, case: Case | None = None) -> tuple[Path, Path]:
    """Write a fit as two tables, both of them or none.

    `parameters.parquet` has a row for each reading, draw and parameter: `reading`, `draw`,
    `parameter`, `score` (standard normal under the prior), `value` and `unit` (null without a
    case), `sign` of the parameter's arrow (null where the reading fixes it). `events.parquet` has
    a row for each event of each draw's past: `reading`, `draw`, `time`, `class` (its number),
    `class_label` (null without a case) and `row`, the recorded row it is, null if imputed.

    Args:
        fit: the fit.
        folder: made if need be.
        case: gives values in its own units, and names of classes.

    Returns:
        The two files.

    Raises:
        OutputError: the folder or disk takes no files; older ones are left as they were.
    """
    import polars as pl

    readings = list(fit.readings())
    parameters = pl.concat([_parameters(name, fitted, case) for name, fitted in readings])
    events = pl.concat([_events(name, fitted, case) for name, fitted in readings])
    frames = {"parameters.parquet": parameters, "events.parquet": events}
    _write(Path(folder), frames)
    first, second = (Path(folder) / name for name in frames)
    return first, second


def _origin(fit: CaseFit, reading: str) -> dict[str, Any]:
    names = ("case", "seed", "version", "method", "case_hash", "record_hash", "chains", "sweeps")
    found: dict[str, Any] = {name: getattr(fit, name) for name in names}
    return found | {"as_of": fit.as_of.isoformat(), "reading": reading, "verdict": fit.verdict}


def _parameters(name: str, fitted: FittedReading, case: Case | None) -> pl.DataFrame:
    import polars as pl

    draws, size = fitted.draws, fitted.size
    known = stated(case, draws.reading) if case is not None else {}
    schema = {
        "reading": pl.String,
        "draw": pl.Int32,
        "parameter": pl.String,
        "score": pl.Float64,
        "value": pl.Float64,
        "unit": pl.String,
        "sign": pl.Int8,
    }
    parts = [pl.DataFrame(schema=schema)]
    for parameter, scores in draws.scores.items():
        found = known.get(parameter)
        signs = draws.signs.get(parameter.rpartition("/")[0])
        value = None if found is None else pl.Series(found.values(scores, draws.strength))
        made = pl.DataFrame({"draw": np.arange(size), "score": scores}).with_columns(
            reading=pl.lit(name),
            parameter=pl.lit(parameter),
            value=pl.lit(value),
            unit=pl.lit(None if found is None else found.unit),
            sign=pl.lit(None if signs is None else pl.Series(signs)),
        )
        parts.append(made.select(pl.col(key).cast(kind) for key, kind in schema.items()))
    return pl.concat(parts)


def _events(name: str, fitted: FittedReading, case: Case | None) -> pl.DataFrame:
    import polars as pl

    past = fitted.draws.past
    labels = None if case is None else [c.label for c in classes_of(case.document)]
    ids = np.array([*past.row_ids, None], dtype=object)  # -1 finds the None at the end
    draw = np.repeat(np.arange(past.draws), np.diff(past.offsets))
    since = np.rint(past.times * _MICROSECONDS_PER_DAY).astype(np.int64)
    of_class = None if labels is None else [labels[c] for c in past.classes.tolist()]
    return pl.DataFrame(
        {
            "reading": pl.Series([name]).new_from_index(0, len(draw)),
            "draw": pl.Series(draw).cast(pl.Int32),
            "time": pl.Series(since).cast(pl.Datetime("us")),
            "class": pl.Series(past.classes).cast(pl.Int32),
            "class_label": pl.Series(of_class or [None] * len(draw), dtype=pl.String),
            "row": pl.Series(ids[past.rows].tolist(), dtype=pl.String),
        }
    )


def _write(folder: Path, frames: dict[str, pl.DataFrame]) -> None:
    staged = {folder / f".{name}.{os.getpid()}.part": folder / name for name in frames}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for part, frame in zip(staged, frames.values(), strict=True):
            frame.write_parquet(part, compression="zstd")
        for part, final in staged.items():
            part.replace(final)
    except OSError as error:
        message = f"cannot write the tables: {error.strerror or error}"
        remedy = "free some space or choose another folder with --export"
        raise OutputError(message, place=str(folder), remedy=remedy) from error
    finally:
        for part in staged:
            with suppress(OSError):  # its folder may not even be one
                part.unlink()
