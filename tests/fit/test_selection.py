"""Placebos, values held fixed, confounding, and that a fit keeps what was found."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fit.case_fits import contents, made_fit
from judge.two_types import TEXT, two_types
from talion.errors import FitError, InputError
from talion.fit.case.confounding import confounding_fits, correlation
from talion.fit.case.key import FitSettings
from talion.fit.case.options import Options
from talion.fit.case.packing import FORMAT, pack, unpack
from talion.fit.case.placebo import foreign_type, placebo_fits, recorded_rows
from talion.fit.case.result import CaseFit
from talion.fit.case.sampler import sample_reading
from talion.fit.case.selection import (
    ConfoundingStudy,
    LinkConfounding,
    LinkPlacebo,
    LinkPower,
    PlaceboStudy,
    PowerStudy,
    Rate,
)
from talion.fit.case.signs import raises
from talion.fit.case.specification import problem_of
from talion.fit.case.stated import stated
from talion.fit.case.store import read_fit, write_fit
from talion.model.case import Case

STRONG = "S1/raid>reply"


@pytest.fixture(scope="module")
def case() -> Case:
    return two_types()


@pytest.fixture(scope="module")
def fit(case: Case) -> CaseFit:
    return made_fit(case, FitSettings(seed=2, variants=()))


# --- displaced rows -------------------------------------------------------------------------------


def rows_by_id(case: Case, options: Options) -> dict[str, tuple[float, float]]:
    return {r.id: (r.low, r.high) for r in problem_of(case, options).record.rows}


def test_moved_rows_keep_their_gaps_and_those_that_leave_are_lost(case: Case) -> None:
    plain, moved = (rows_by_id(case, o) for o in (Options(), Options(moved=("reply", -14))))
    replies = {k: v for k, v in plain.items() if k.startswith("reply")}
    early = {k for k, (low, _) in replies.items() if low < 14}
    assert early
    assert early == replies.keys() - moved.keys()
    assert all(moved[k] == (v[0] - 14, v[1] - 14) for k, v in replies.items() if k not in early)
    assert {k: v for k, v in plain.items() if k not in replies} == {
        k: v for k, v in moved.items() if not k.startswith("reply")
    }


def test_shuffled_rows_are_anywhere_in_the_window_by_their_seed(case: Case) -> None:
    """All rows stay; over 400 shuffles of 15 rows the mean day is the window's middle within 1.7
    days (4 sd), whereas the storms themselves have theirs."""
    days = problem_of(case).arrays.days
    found = [rows_by_id(case, Options(shuffled=("storm", seed))) for seed in range(400)]
    storms = [v for rows in found for k, v in rows.items() if k.startswith("storm")]
    assert len(storms) == 400 * 15
    low, high = np.array(storms).T
    assert (high - low == 1).all()
    assert low.min() >= 0
    assert high.max() <= days
    assert abs(low.mean() - (days - 1) / 2) < 1.9
    assert found[3] == rows_by_id(case, Options(shuffled=("storm", 3)))
    assert found[3] != found[4]


def test_coded_order_totals_and_absences_of_a_displaced_type_are_left_out(case: Case) -> None:
    last = case.record.events[-1]
    first, second, *others = case.record.events
    tied = replace(second, after=first.id)
    record = replace(case.record, events=(first, tied, *others))
    ordered = replace(case, record=record)
    assert problem_of(ordered).record.rows[1].after == first.id
    moved = problem_of(ordered, Options(moved=("raid", 1))).record.rows
    assert next(r for r in moved if r.id == tied.id).after is None
    assert last.id in {r.id for r in moved}
    with pytest.raises(InputError, match="no such event type"):
        problem_of(case, Options(moved=("rain", -1)))


# --- values held fixed ----------------------------------------------------------------------------


def test_a_fixed_value_is_held_in_the_unit_of_the_case(case: Case) -> None:
    fixed = ((f"{STRONG}/share", 60.0), ("L1/mood>raid/times", 4.0), ("half-life/mood", 15.0))
    fitted = sample_reading(
        problem_of(case, Options(fixed=fixed)), seed=1, chains=2, sweeps=60, burn=20
    )
    known = stated(case, "no_view")
    for name, value in fixed:
        held = known[name].values(fitted.draws.scores[name])
        assert np.allclose(held, value, rtol=1e-9), name
    free = known["usual/raid"].values(fitted.draws.scores["usual/raid"])
    assert free.std() > 0


def test_the_likelihood_sees_the_fixed_value(case: Case) -> None:
    """Not the prior's middle: the kernel's own table of natural values holds it."""
    from talion.fit.case.chain import evaluate, new_chain

    problem = problem_of(case, Options(fixed=(("L1/mood>raid/times", 4.0),)))
    ch = new_chain(problem, 4)
    ch.x[:] = 0.3
    evaluate(problem, ch)
    place = problem.parameters.index("L1/mood>raid/times")
    assert ch.v[place] == 4.0
    assert not problem.sampled[place]


def test_an_unknown_parameter_cannot_be_fixed(case: Case) -> None:
    with pytest.raises(InputError, match="no such parameter bears on the record"):
        problem_of(case, Options(fixed=(("usual/rain", 4.0),)))


# --- placebos -------------------------------------------------------------------------------------


def test_the_type_it_cannot_act_on_is_one_no_path_leads_to(case: Case) -> None:
    assert recorded_rows(case, "storm") == 15
    assert foreign_type(case, "raid") == "storm"
    few = tuple(e for e in case.record.events if e.action != "storm" or e.id < "storm-12")
    assert foreign_type(replace(case, record=replace(case.record, events=few)), "raid") is None
    looped = two_types(text=_linked("raid raises storm"))
    assert foreign_type(looped, "reply") is None  # reply raises raid, raid raises storm


def _linked(says: str) -> str:
    return TEXT + f"  X1: {{says: {says}, strength: weak, origin: brief, because: x}}\n"


def test_a_cause_moved_or_shuffled_shows_less_than_where_it_acts(
    case: Case, fit: CaseFit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record in which 19 of 20 raids are answered: its own sign is sure, displaced it is not.

    The mean sign probability of the placebos of the strong link stays under .75 on the side that
    the record itself shows with over .95.
    """
    monkeypatch.setattr("talion.fit.case.partial.user_cache", lambda: tmp_path)
    clear = two_types(seed=5, share=0.95)
    own = sample_reading(problem_of(clear), seed=5, chains=2, sweeps=200, burn=100)
    assert raises(own, STRONG) > 0.95
    base = made_fit(clear, FitSettings(seed=2, variants=()))
    told: list[float] = []
    sizes: dict[str, Any] = {"seed": 3, "shuffles": 3, "sweeps": 200, "burn": 100}
    study = placebo_fits(clear, base, progress=lambda n, of: told.append(n / of), **sizes)
    mine = {p.kind: p for p in study.links if p.arrow == STRONG}
    assert {k: len(p.raises) for k, p in mine.items()} == {"lead": 1, "shuffled": 3}
    assert np.mean(mine["lead"].raises + mine["shuffled"].raises) < 0.75
    assert mine["lead"].days == 14
    foreign = [p for p in study.links if p.kind == "foreign"]
    assert [(p.source, p.arrow) for p in foreign] == [
        ("raid", "placebo/raid>storm"), ("reply", "placebo/reply>storm"),
    ]  # fmt: skip
    assert all(p.false == Rate(0, 1) for p in foreign)
    assert told == [n / 10 for n in range(1, 11)]
    # Each fit is kept: a second study makes none.
    monkeypatch.setattr("talion.fit.case.placebo.sample_reading", None)
    assert repr(placebo_fits(clear, base, **sizes)) == repr(study)


# --- confounding ----------------------------------------------------------------------------------


def test_a_larger_loading_is_a_larger_correlation(
    case: Case, fit: CaseFit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("talion.fit.case.partial.user_cache", lambda: tmp_path)
    study = confounding_fits(case, fit, seed=1, loadings=(1.0, 3.0), sweeps=100, burn=50)
    found = {c.source: c for c in study.links}
    none, some = found["reply"].correlations  # replies answer raids as well
    assert abs(none) < 0.25
    assert none + 0.1 < some < 0.95
    alone = found["raid"]  # raids have no other source of variation to speak of
    assert alone.correlations[1] > 0.95
    assert (alone.arrow, alone.latent, alone.loadings) == (STRONG, "mood", (1.0, 3.0))
    assert {c.source for c in study.links} == {"raid", "reply"}


def test_the_correlation_is_that_of_its_formula(case: Case) -> None:
    """Without answers, log lambda is linear in the factor: +1 whatever the sign of the loading."""
    plain = replace(case, arrows=tuple(a for a in case.arrows if a.kind != "event-event"))
    latent = next(a for a in plain.arrows if a.effect == "raid")
    for load, expected in ((3.0, 1.0), (1.0, 0.0)):
        options = Options(fixed=((f"{latent.name}/times", load),))
        fitted = sample_reading(problem_of(plain, options), seed=1, chains=2, sweeps=60, burn=20)
        assert correlation(plain, fitted, "raid", latent) == pytest.approx(expected, abs=1e-6)


def tied(main: float, right: tuple[float, ...]) -> LinkConfounding:
    return LinkConfounding(
        "A", "A/x>y", "x", "w", main, 0.5, (1.0, 2.0, 4.0), (0.0, 0.4, 0.7), right
    )


def test_what_undoes_a_link_in_words() -> None:
    assert tied(0.7, (0.9, 0.9, 0.9)).sentence == "its sign never reached .80"
    assert tied(0.9, (0.9, 0.85, 0.8)).sentence == "none up to a correlation of 0.70 undoes it"
    assert tied(0.9, (0.9, 0.79, 0.6)).sentence == "a correlation of 0.40 with w undoes it"
    lowers = tied(0.1, (0.1, 0.15, 0.5))
    assert lowers.undone_at == 0.7


# --- kept with the fit ----------------------------------------------------------------------------


def studied(fit: CaseFit) -> CaseFit:
    rate = Rate(3, 7)
    power = LinkPower("S1", STRONG, rate, Rate(0, 0), Rate(1, 7), Rate(6, 7), Rate(0, 4))
    return replace(
        fit,
        power=PowerStudy(11, 4, 1, 400, 3, 2, 400, "drawn", (power,)),
        placebos=PlaceboStudy(
            3, 2, 400, ("raid: none",), "moved",
            (
                LinkPlacebo("S1", STRONG, "lead", "raid", 14, (0.4,), 0.9),
                LinkPlacebo("placebo", "placebo/raid>storm", "foreign", "raid", 0, (0.4,), math.nan),
            ),
        ),
        confounding=ConfoundingStudy(3, 2, 400, "tied", (tied(0.9, (0.9, 0.8, 0.7)),)),
        main=replace(fit.main, observation={"fit/total-scale/x": np.arange(8.0)}),
    )  # fmt: skip


def test_a_fit_keeps_its_studies(fit: CaseFit, tmp_path: Path) -> None:
    full = studied(fit)
    back = read_fit_after(full, tmp_path)
    for name in ("power", "placebos", "confounding"):
        assert repr(getattr(back, name)) == repr(getattr(full, name))  # NaN is not equal to itself
    assert back.main.observation["fit/total-scale/x"].tolist() == list(range(8))
    without = read_fit_after(fit, tmp_path)
    assert (without.power, without.placebos, without.confounding) == (None, None, None)
    assert contents(without) == contents(unpack(*pack(fit)))


def read_fit_after(fit: CaseFit, folder: Path) -> CaseFit:
    write_fit(folder / "fit.npz", fit)
    return read_fit(folder / "fit.npz")


def test_a_fit_of_the_format_before_is_refused_with_what_to_do(
    fit: CaseFit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("talion.fit.case.packing.FORMAT", 1)
    write_fit(tmp_path / "old.npz", fit)
    monkeypatch.undo()
    with pytest.raises(
        FitError, match=rf"another format; this Talion reads format {FORMAT}.*fit again"
    ):
        read_fit(tmp_path / "old.npz")


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("replicates", "many"),
        ("links", [{"link": "S1"}]),
        ("seed", None),
        ("method", 3),
    ],
)  # fmt: skip
def test_a_damaged_study_is_refused(fit: CaseFit, part: str, value: object) -> None:
    header, arrays = pack(studied(fit))
    header = json.loads(json.dumps(header))
    header["power"][part] = value
    with pytest.raises((KeyError, TypeError, ValueError)):
        unpack(header, arrays)
