"""A fit for other tools: nothing is lost or renamed on the way."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from fit.case_fits import made_fit
from talion.errors import InputError, OutputError
from talion.fit.case.export import to_inference_data, to_parquet
from talion.fit.case.key import FitSettings
from talion.fit.case.result import CaseFit
from talion.fit.case.stated import stated
from talion.fit.case.store import quantised
from talion.model.case import Case, load_case


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("starter")


@pytest.fixture(scope="module")
def fit(case: Case) -> CaseFit:
    settings = FitSettings(seed=4, chains=2, variants=("opponent",))
    return quantised(made_fit(case, settings, size=12))


def test_parquet_holds_every_draw_of_every_parameter(
    case: Case, fit: CaseFit, tmp_path: Path
) -> None:
    first, _ = to_parquet(fit, tmp_path / "made", case)
    table = pl.read_parquet(first)
    for name, fitted in fit.readings():
        draws, known = fitted.draws, stated(case, fitted.draws.reading)
        rows = table.filter(pl.col("reading") == name)
        assert len(rows) == fitted.size * len(draws.scores)
        for parameter, scores in draws.scores.items():
            mine = rows.filter(pl.col("parameter") == parameter).sort("draw")
            assert mine["score"].to_list() == scores.tolist()
            assert mine["value"].to_list() == known[parameter].values(scores).tolist()
            assert set(mine["unit"]) == {known[parameter].unit}
            signs = draws.signs.get(parameter.rpartition("/")[0], [None] * fitted.size)
            assert mine["sign"].to_list() == list(signs)


def test_parquet_holds_every_event_and_tells_imputed_ones(
    case: Case, fit: CaseFit, tmp_path: Path
) -> None:
    _, second = to_parquet(fit, tmp_path, case)
    table, past = pl.read_parquet(second), fit.main.draws.past
    for draw in range(past.draws):
        mine = table.filter((pl.col("reading") == "main") & (pl.col("draw") == draw))
        times, classes, rows = past.of(draw)
        days = (mine["time"] - dt.datetime(1970, 1, 1)).dt.total_microseconds().to_numpy()
        assert np.abs(days / 86_400e6 - times).max() < 1e-9
        assert mine["class"].to_list() == classes.tolist()
        assert mine["row"].to_list() == [None if r < 0 else past.row_ids[r] for r in rows]
    assert table["class_label"].null_count() == 0
    to_parquet(fit, tmp_path)
    assert pl.read_parquet(second)["class_label"].null_count() == len(table)


def test_tables_that_cannot_be_written_leave_the_old_ones(
    fit: CaseFit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = to_parquet(fit, tmp_path)
    before = first.read_bytes(), second.read_bytes()
    original = pl.DataFrame.write_parquet

    def full(self: pl.DataFrame, file: Path, **options: Any) -> None:
        if "events" in file.name:
            raise OSError(28, "No space left on device")
        original(self, file, **options)

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(OutputError, match="No space left"):
        to_parquet(fit, tmp_path)
    assert (first.read_bytes(), second.read_bytes()) == before
    assert len(list(tmp_path.iterdir())) == 2


def test_inference_data_holds_chains_as_they_were(fit: CaseFit) -> None:
    pytest.importorskip("arviz")
    found = to_inference_data(fit)
    draws, past = fit.main.draws, fit.main.draws.past
    assert dict(found.posterior.sizes) == {"chain": 2, "draw": 6}
    for name, scores in draws.scores.items():
        # Row i * chains + c is draw i of chain c.
        assert found.posterior[name].sel(chain=1).to_numpy().tolist() == scores[1::2].tolist()
    for name, signs in draws.signs.items():
        assert found.posterior[f"sign/{name}"].sel(chain=0).to_numpy().tolist() == list(signs[::2])
    unlisted = [int((past.of(d)[2] < 0).sum()) for d in range(past.draws)]
    assert found.posterior["unlisted_events"].to_numpy().T.ravel().tolist() == unlisted
    likelihood, prior = fit.main.log_likelihood, fit.main.log_prior
    assert found.log_likelihood["record"].to_numpy().T.ravel().tolist() == likelihood.tolist()
    assert found.log_prior["parameters"].to_numpy().T.ravel().tolist() == prior.tolist()
    total = found.sample_stats["lp"].to_numpy().T.ravel()
    assert total.tolist() == (likelihood + prior).tolist()
    assert found.posterior.attrs["record_hash"] == fit.record_hash
    assert found.posterior.attrs["seed"] == 4
    other = to_inference_data(fit, "opponent").posterior
    assert other.attrs["reading"] == "opponent"
    assert not [name for name in other.data_vars if name.startswith("sign/")]


def test_without_arviz_the_remedy_is_named(fit: CaseFit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "arviz", None)
    with pytest.raises(InputError, match=r"not installed.*talion\[export\]"):
        to_inference_data(fit)
