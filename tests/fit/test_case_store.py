"""Fits on file: exact for what is kept, whole or not at all, and never a traceback."""

from __future__ import annotations

import datetime as dt
import io
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fit.case_fits import contents, made_fit
from talion.errors import FitError, OutputError
from talion.fit.case.key import FitSettings
from talion.fit.case.packing import FORMAT
from talion.fit.case.result import CaseFit, FittedReading
from talion.fit.case.store import quantised, read_fit, write_fit
from talion.model.case import load_case
from talion.model.past import Past, noisy_midnights
from talion.model.posterior import PosteriorDraws

TICK = 2.0**-20
NAMES = st.text(min_size=1, max_size=12)


@pytest.fixture(scope="module")
def fit() -> CaseFit:
    """A made-up fit of the starter case with one variant."""
    return made_fit(load_case("starter"), FitSettings(seed=1, variants=("opponent",)))


@pytest.fixture(scope="module")
def file_bytes(fit: CaseFit, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("fits") / "fit.npz"
    write_fit(path, fit)
    return path.read_bytes()


@st.composite
def fits(draw: st.DrawFn) -> CaseFit:
    """Fits of any shape: no events, no parameters, windows of years, names of any letters."""
    start = draw(st.integers(-3000, 30_000))
    days = draw(st.integers(1, 9000))
    size = draw(st.integers(1, 4))
    counts = draw(st.lists(st.integers(0, 6), min_size=size, max_size=size))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    share = st.floats(0, 1, exclude_max=True)
    within = [sorted(draw(share) for _ in range(n)) for n in counts]
    times = start + days * np.array([s for part in within for s in part])
    times = np.minimum(times, np.nextafter(start + days, -np.inf))
    rows = draw(st.lists(NAMES, max_size=3))
    weeks = len(noisy_midnights(start, start + days))
    normal = st.floats(-1e6, 1e6)
    scores = draw(
        st.dictionaries(NAMES, st.lists(normal, min_size=size, max_size=size), max_size=3)
    )
    factors = draw(st.sets(NAMES, max_size=2))
    past = Past(
        start,
        start + days,
        offsets,
        times,
        rng.integers(0, draw(st.sampled_from([1, 200, 70_000])), len(times)),
        rng.integers(-1, len(rows), len(times)),
        tuple(rows),
        {name: rng.normal(size=(size, 1 + weeks)) for name in factors},
    )
    signs = {n: np.where(rng.random(size) < 0.5, -1.0, 1.0) for n in draw(st.sets(NAMES))}
    draws = PosteriorDraws(
        "no_view", {n: np.array(v) for n, v in scores.items()}, signs, past, draw(st.floats(0.1, 3))
    )
    gates = draw(st.lists(st.tuples(NAMES, st.floats(1), st.floats(0), st.floats(0)), max_size=3))
    main = FittedReading(
        draws, rng.normal(size=size), rng.normal(size=size), tuple(gates),
        draw(st.text()), tuple(draw(st.lists(NAMES, max_size=2))),
        draw(st.integers(0, 10**6)), draw(st.floats(0, 1e4)),
    )  # fmt: skip
    return CaseFit(
        draw(st.text()), dt.date(1970, 1, 1) + dt.timedelta(start + days), start, start + days,
        draw(st.integers(0, 2**62)), "0", "m", "c", "r", main, {}, 4, 10, size,
    )  # fmt: skip


@given(fit=fits())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_what_is_read_is_exactly_what_writing_returned(tmp_path: Path, fit: CaseFit) -> None:
    path = tmp_path / "fit.npz"
    stored = write_fit(path, fit)
    assert contents(read_fit(path)) == contents(stored)
    assert contents(quantised(fit)) == contents(stored)
    assert contents(quantised(stored)) == contents(stored)  # rounding twice is rounding once


def test_a_variant_that_is_the_main_reading_is_kept_once(
    tmp_path: Path, fit: CaseFit, file_bytes: bytes
) -> None:
    same = replace(fit, variants={**fit.variants, "rows_only": fit.main})
    path = tmp_path / "fit.npz"
    write_fit(path, same)
    back = read_fit(path)
    assert list(back.variants) == ["opponent", "rows_only"]
    assert back.variants["rows_only"] is back.main
    assert len(path.read_bytes()) < 1.02 * len(file_bytes)


@given(fit=fits())
@settings(max_examples=60)
def test_rounding_stays_within_what_is_stated(fit: CaseFit) -> None:
    kept = quantised(fit).main.draws
    past, before = kept.past, fit.main.draws.past
    assert ((before.times - past.times >= 0) & (before.times - past.times < TICK)).all()
    assert (np.floor(before.times) == np.floor(past.times)).all()  # no event changes its day
    for name, scores in fit.main.draws.scores.items():
        assert np.allclose(kept.scores[name], scores, rtol=2.0**-24, atol=1e-40)
    for name, drawn in before.innovations.items():
        assert np.allclose(past.innovations[name], drawn, rtol=2.0**-24, atol=1e-40)
    for exact in ("offsets", "classes", "rows"):
        assert (getattr(past, exact) == getattr(before, exact)).all()


def test_the_same_fit_gives_the_same_bytes(fit: CaseFit, file_bytes: bytes, tmp_path: Path) -> None:
    write_fit(tmp_path / "again.npz", fit)
    assert (tmp_path / "again.npz").read_bytes() == file_bytes


def test_any_changed_byte_is_noticed_or_harmless(
    fit: CaseFit, file_bytes: bytes, tmp_path: Path
) -> None:
    rng, path, noticed = np.random.default_rng(2), tmp_path / "fit.npz", 0
    expected = contents(quantised(fit))
    places = rng.integers(0, len(file_bytes), 400).tolist() + list(range(80))
    places += list(range(len(file_bytes) - 80, len(file_bytes)))
    for place in places:
        damaged = bytearray(file_bytes)
        damaged[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        try:
            found = read_fit(path)
        except FitError as error:
            noticed += str(path) in str(error) and "fit again" in str(error)
        else:
            assert contents(found) == expected, place
    assert noticed > 0.7 * len(places)  # the others are dates and such of the archive


def test_any_truncation_is_noticed(file_bytes: bytes, tmp_path: Path) -> None:
    path = tmp_path / "fit.npz"
    for length in [0, 1, 30, *np.linspace(31, len(file_bytes) - 1, 40).astype(int)]:
        path.write_bytes(file_bytes[:length])
        with pytest.raises(FitError, match="damaged"):
            read_fit(path)


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def text_array(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "damaged, or no fit"),
        (b"date,type\n2024-01-01,raid\n", "damaged, or no fit"),
        (npz(x=np.arange(3)), "damaged, or no fit"),
        (npz(header=text_array("not JSON")), "damaged, or no fit"),
        (npz(header=text_array("[]")), "damaged, or no fit"),
        (npz(header=text_array(f'{{"talion_fit": {FORMAT}}}')), "damaged, or no fit"),
        (npz(header=np.array([object()], dtype=object)), "damaged, or no fit"),
        (npz(header=text_array('{"talion_fit": 99}')), "another format.*got 99"),
    ],
)
def test_foreign_files_are_named_for_what_they_are(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    with pytest.raises(FitError, match=says) as caught:
        read_fit(path)
    assert caught.value.place == str(path)
    assert caught.value.remedy
    assert caught.value.exit_status == 2


def test_a_header_that_does_not_fit_the_arrays_is_damage(file_bytes: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(file_bytes)) as archive:
        arrays = {n: np.load(archive.open(n)) for n in archive.namelist()}
    arrays = {n.removesuffix(".npy"): a for n, a in arrays.items()}
    spoilt = [
        {"0/counts": arrays["0/counts"] + 1},
        {"0/scores": arrays["0/scores"][:, 1:]},
        {"0/scores": arrays["0/scores"].astype(np.float64)},
        {"0/scores": arrays["0/scores"] * np.float32(np.nan)},
        {"0/signs": arrays["0/signs"] * np.int8(3)},
        {"0/rows": arrays["0/rows"] + np.int8(100)},
        {"0/steps": arrays["0/steps"][:, ::-1]},
        {"0/steps": 255 - arrays["0/steps"]},
        {"0/log_prior": arrays["0/log_prior"][1:]},
    ]
    for change in spoilt:
        path = tmp_path / "fit.npz"
        path.write_bytes(npz(**(arrays | change)))
        with pytest.raises(FitError, match="damaged"):
            read_fit(path)
    path.write_bytes(npz(**arrays))
    read_fit(path)  # and unspoilt it is a fit


def test_a_file_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    header = io.BytesIO()
    shape = {"descr": "|u1", "fortran_order": False, "shape": (2**50,)}
    np.lib.format.write_array_header_1_0(header, shape)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.npy", header.getvalue())
    with pytest.raises(FitError, match="damaged"):
        read_fit(path)


def test_a_missing_file_and_a_folder_are_errors_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(FitError, match="no such fit"):
        read_fit(tmp_path / "none.npz")
    with pytest.raises(FitError, match="damaged, or no fit"):
        read_fit(tmp_path)


def test_a_failed_write_leaves_the_old_fit(
    fit: CaseFit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "fit.npz"
    stored = write_fit(path, fit)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    other = made_fit(load_case("starter"), FitSettings(seed=2, variants=()))
    with pytest.raises(OutputError, match="No space left"):
        write_fit(path, other)
    assert contents(read_fit(path)) == contents(stored)
    assert [p.name for p in tmp_path.iterdir()] == ["fit.npz"]


def test_numbers_beyond_single_precision_are_not_written_as_infinite(fit: CaseFit) -> None:
    fit.main.draws.scores["usual/x"] = np.full(fit.main.size, 1e39)  # type: ignore[index]
    try:
        with pytest.raises(ValueError, match="too large"):
            quantised(fit)
    finally:
        del fit.main.draws.scores["usual/x"]  # type: ignore[attr-defined]
