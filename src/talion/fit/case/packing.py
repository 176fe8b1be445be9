"""A fit as arrays and a header, and back; what is packed is rounded, and comes back the same.

Scores and innovations are kept as float32, times as whole units of 2^-20 day (0.08 s) since the
first day, each counted from the event before it in its draw. Bytes of equal weight stand together,
which lets the rare large ones compress to nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.packing_studies import pack_studies, unpack_studies
from talion.fit.case.result import MAIN, CaseFit, FittedReading, Gate
from talion.model.past import Past
from talion.model.posterior import PosteriorDraws

__all__ = ["FORMAT", "pack", "unpack"]

FORMAT = 3
UNITS = 2**20  # of a day
_SCALARS = ("case", "seed", "version", "method", "case_hash", "record_hash", "start", "end",
            "chains", "sweeps", "kept")  # fmt: skip
_TEXTS = frozenset({"case", "version", "method", "case_hash", "record_hash"})

Arrays = dict[str, NDArray[Any]]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


def pack(fit: CaseFit) -> tuple[dict[str, Any], Arrays]:
    """Return the header, fit for JSON, and the arrays of a fit by name.

    Raises:
        ValueError: arrays of unequal lengths, or numbers too large for float32.
    """
    header: dict[str, Any] = {"talion_fit": FORMAT, "as_of": fit.as_of.isoformat()}
    for name in _SCALARS:
        value = getattr(fit, name)
        header[name] = str(value) if name in _TEXTS else int(value)
    header["readings"] = []
    arrays: Arrays = {}
    for i, (name, fitted) in enumerate(fit.readings()):
        if name != MAIN and fitted is fit.main:
            header["readings"].append({"name": name, "same_as": MAIN})
            continue
        parts, packed = _pack_reading(name, fitted)
        header["readings"].append(parts)
        arrays |= {f"{i}/{key}": value for key, value in packed.items()}
    header |= pack_studies(fit)
    return header, arrays


def unpack(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> CaseFit:
    """Return the fit that was packed.

    Raises:
        KeyError, TypeError, ValueError, CaseError: header and arrays do not make a fit.
    """
    found = {name: header[name] for name in _SCALARS}
    for name, value in found.items():
        if type(value) is not (str if name in _TEXTS else int):
            raise TypeError(f"{name} is {type(value).__name__}")
    readings: dict[str, FittedReading] = {}
    for i, parts in enumerate(header["readings"]):
        if "same_as" in parts:  # the main reading, which comes first
            readings[_text(parts["name"])] = readings[_text(parts["same_as"])]
            continue
        prefix = f"{i}/"
        mine = {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
        readings[_text(parts["name"])] = _unpack_reading(parts, mine)
    main = readings.pop(MAIN)
    as_of = dt.date.fromisoformat(header["as_of"])
    studies = unpack_studies(header)
    return CaseFit(**found, as_of=as_of, main=main, variants=readings, **studies)


# --- one reading ----------------------------------------------------------------------------------


def _pack_reading(name: str, fitted: FittedReading) -> tuple[dict[str, Any], Arrays]:
    draws, size = fitted.draws, fitted.size
    past = draws.past
    innovations = list(past.innovations.values())
    gates = np.array([numbers for _, *numbers in fitted.convergence], np.float64).reshape(-1, 3)
    header = {
        "name": name,
        "reading": draws.reading,
        "strength": float(draws.strength),
        "scores": list(draws.scores),
        "signs": list(draws.signs),
        "observation": list(fitted.observation),
        "innovations": list(past.innovations),
        "start": int(past.start),
        "end": int(past.end),
        "row_ids": list(past.row_ids),
        "gates": [gate for gate, *_ in fitted.convergence],
        "verdict": fitted.verdict,
        "informed": list(fitted.informed),
        "sweeps": int(fitted.sweeps),
        "seconds": float(fitted.seconds),
    }
    arrays: Arrays = {
        "scores": _singles(list(draws.scores.values()), (size,)),
        "signs": _signs(list(draws.signs.values()), size),
        "observation": _singles(list(fitted.observation.values()), (size,)),
        "innovations": _singles(innovations, innovations[0].shape if innovations else (size, 0)),
        "counts": np.diff(past.offsets).astype(np.uint32),
        "steps": _steps(past),
        "classes": _smallest(past.classes),
        "rows": _smallest(past.rows),
        "log_likelihood": np.asarray(fitted.log_likelihood, np.float64),
        "log_prior": np.asarray(fitted.log_prior, np.float64),
        "gates": gates,
    }
    return header, arrays


def _singles(values: Sequence[F8], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return arrays of one shape, stacked, as float32."""
    stacked = np.stack(values) if values else np.zeros((0, *shape))
    if stacked.shape[1:] != shape or not (np.abs(stacked) < np.finfo(np.float32).max).all():
        raise ValueError("scores or innovations of unequal shape, or too large")
    return stacked.astype(np.float32)


def _signs(values: Sequence[F8], size: int) -> NDArray[np.int8]:
    stacked = np.stack(values) if values else np.zeros((0, size))
    if stacked.shape[1:] != (size,):
        raise ValueError("signs of unequal length")
    return stacked.astype(np.int8)


def _smallest(values: I8) -> NDArray[Any]:
    """Return whole numbers in the smallest signed type that holds them."""
    low, high = (int(values.min()), int(values.max())) if values.size else (0, 0)
    kind = np.result_type(np.min_scalar_type(low), np.min_scalar_type(high), np.int8)
    return np.asarray(values).astype(kind)


def _steps(past: Past) -> NDArray[np.uint8]:
    """Return the units between events of a draw, bytes of equal weight together: [8, E]."""
    ticks = np.floor((np.asarray(past.times) - past.start) * UNITS).astype(np.int64)
    steps = np.diff(ticks, prepend=0)
    first = past.offsets[:-1][np.diff(past.offsets) > 0]
    steps[first] = ticks[first]
    return np.ascontiguousarray(steps.astype("<i8").view(np.uint8).reshape(-1, 8).T)


def _unpack_reading(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> FittedReading:
    size = len(_shaped(arrays, "log_likelihood", "f8", 1))
    draws = PosteriorDraws(
        reading=_text(header["reading"]),
        scores=_named(_texts(header, "scores"), _shaped(arrays, "scores", "f4", 2, size)),
        signs=_named(_texts(header, "signs"), _shaped(arrays, "signs", "i1", 2, size)),
        past=_unpack_past(header, arrays, size),
        strength=float(header["strength"]),
    )
    gates = _shaped(arrays, "gates", "f8", 2, 3).tolist()
    names = _texts(header, "gates")
    found: list[Gate] = [(n, r, b, t) for n, (r, b, t) in zip(names, gates, strict=True)]
    return FittedReading(
        draws=draws,
        log_likelihood=_shaped(arrays, "log_likelihood", "f8", 1),
        log_prior=_shaped(arrays, "log_prior", "f8", 1, size),
        convergence=tuple(found),
        verdict=_text(header["verdict"]),
        informed=_texts(header, "informed"),
        sweeps=int(header["sweeps"]),
        seconds=float(header["seconds"]),
        observation=_named(
            _texts(header, "observation"), _shaped(arrays, "observation", "f4", 2, size)
        ),
    )


def _unpack_past(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], size: int) -> Past:
    counts = _shaped(arrays, "counts", "u4", 1, size).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    total, start, end = int(offsets[-1]), int(header["start"]), int(header["end"])
    planes = np.ascontiguousarray(_shaped(arrays, "steps", "u1", 2, total).T)
    ticks = np.cumsum(planes.view("<i8").reshape(-1))
    before = np.concatenate([[0], ticks])[offsets[:-1]]  # each draw counts from the first day
    ticks -= np.repeat(before, counts)
    innovations = _shaped(arrays, "innovations", "f4", 3)
    return Past(
        start=start,
        end=end,
        offsets=offsets,
        times=start + ticks / UNITS,
        classes=_shaped(arrays, "classes", "i", 1, total).astype(np.int64),
        rows=_shaped(arrays, "rows", "i", 1, total).astype(np.int64),
        row_ids=_texts(header, "row_ids"),
        innovations=_named(_texts(header, "innovations"), innovations),
    )


def _named(names: tuple[str, ...], values: NDArray[Any]) -> dict[str, F8]:
    return dict(zip(names, values.astype(np.float64), strict=True))


def _shaped(
    arrays: Mapping[str, NDArray[Any]], name: str, kind: str, ndim: int, length: int | None = None
) -> NDArray[Any]:
    """Return an array if it has the type, the dimensions and the last length that it must have."""
    found = arrays[name]
    right = found.dtype.str[1:] == kind or found.dtype.kind == kind
    if not right or found.ndim != ndim or length not in (None, found.shape[-1]):
        raise ValueError(f"{name} has type {found.dtype} and shape {found.shape}")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"no text: {value!r}")
    return value


def _texts(header: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(_text(value) for value in header[name])
