"""The compiled map from scores to numbers is that of `talion.model.compile`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fit.case.proved_case import in_some_state, posterior_of, watched
from talion.fit.case.options import Options
from talion.model.case import load_case
from talion.model.compile import compile_model, past_levels
from talion.model.compiled import Draws

READINGS = ("no_view", "as_written", "opponent", "as_written_ours")
DRAWS = 4


@pytest.fixture(scope="module", params=["watched", "baghdad-2024"])
def case(request):
    return watched() if request.param == "watched" else load_case(request.param)


@pytest.fixture(scope="module")
def states(case):
    """By reading and strength: the problem, chains in random states, and each as a draw."""
    made = {}
    for reading in READINGS:
        for strength in (0.5, 1.0, 2.0):
            options = Options(reading=reading, strength=strength)
            found = [in_some_state(case, options, seed) for seed in range(DRAWS)]
            problem, chains = found[0][0], [ch for _, ch in found]
            givens = [posterior_of(problem, [ch]) for ch in chains]
            made[reading, strength] = problem, chains, givens
    return made


@pytest.fixture(params=[(r, s) for r in READINGS for s in (0.5, 1.0, 2.0)], ids=str)
def twins(request, case, states):
    problem, chains, givens = states[request.param]
    reading = problem.options.reading
    # Draw by draw: compiled together, a draw without suppression takes the quadrature's error of
    # those that have it, 1e-5 of a background.
    each = [compile_model(case, reading, draws=1, seed=1, given=given) for given in givens]
    # Channels are those of arrows that hold something down in some draw: another set for each.
    fields = [f for f in Draws._fields if f != "ch_b"]
    numbers = {f: np.concatenate([getattr(m.draws, f) for m in each]) for f in fields}
    usual = np.concatenate([m.usual for m in each])
    together = replace(each[0], draws=each[0].draws._replace(**numbers), usual=usual)
    return problem, chains, givens, each, together


def stacked(chains, field):
    return np.stack([getattr(ch, field) for ch in chains])


def same(found, wanted, what):
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9, err_msg=what)


def entries(problem, model, letter, rows, columns, start):
    """Position in the model of each sparse entry of the problem: same row, column and link."""
    s = problem.arrays
    ours = getattr(s, f"{letter}_start")
    arrows, factors = getattr(s, f"{letter}_arrow"), columns
    link_of = [model.link_ids.index(a.link) for a in problem.arrows]
    names = [model.factor_ids.index(f) for f in problem.factors]
    column, links = getattr(model.structure, start[1]), getattr(model.structure, start[2])
    offsets = getattr(model.structure, start[0])
    found = []
    for r in range(len(ours) - 1):
        there = rows[r]
        for i in range(ours[r], ours[r + 1]):
            fits = [
                j
                for j in range(offsets[there], offsets[there + 1])
                if column[j] == names[factors[i]] and links[j] == link_of[arrows[i]]
            ]
            assert len(fits) == 1, (letter, r, i)
            found.append(fits[0])
    return found


def test_usual_rates_and_shares_are_the_twins(twins):
    _, chains, _, _, model = twins
    same(stacked(chains, "rate"), model.usual, "rate")
    same(stacked(chains, "weight"), model.draws.class_weight, "weight")


def test_answers_and_exponents_are_the_twins(twins):
    problem, chains, _, each, _ = twins
    s, held = problem.arrays, 0
    assert len(s.g_arrow) > 0
    for ch, model in zip(chains, each, strict=True):
        t = model.structure
        for g in range(len(s.g_arrow)):
            link = model.link_ids.index(problem.arrows[s.g_arrow[g]].link)
            for c in np.flatnonzero(s.g_member[g]):
                at = [
                    i
                    for i in range(t.ee_start[c], t.ee_start[c + 1])
                    if t.ee_target[i] == s.g_target[g] and t.ee_link[i] == link
                ]
                assert len(at) == 1
                same(ch.a[g], model.draws.ee_offspring[0, at[0]], f"a {g}")
                channel = t.ee_channel[at[0]]
                same(ch.b[g], model.draws.ch_b[0, channel] if channel >= 0 else 0.0, f"b {g}")
                held += channel >= 0
    assert held > 0 or all((ch.sign[s.g_arrow] > 0).all() for ch in chains)


def test_backgrounds_are_the_twins(twins):
    problem, chains, _, _, model = twins
    told = np.flatnonzero(problem.arrays.fitted)
    same(stacked(chains, "mu")[:, told], model.draws.background[:, told], "mu")


def test_links_with_factors_are_the_twins(twins):
    problem, chains, _, _, model = twins
    s, dr = problem.arrays, model.draws
    types, classes = range(len(s.usual)), range(len(s.class_type))
    levels = [model.factor_ids.index(f) for f in problem.factors]
    for ours, letter, rows, column, start, theirs in (
        ("gain", "r", types, s.r_factor, ("fr_start", "fr_factor", "fr_link"), dr.fr_gamma),
        ("mix_gain", "m", classes, s.m_factor, ("mm_start", "mm_factor", "mm_link"), dr.mm_gamma),
        ("kick", "j", classes, s.j_factor, ("ef_start", "ef_factor", "ef_link"), dr.ef_jump),
        ("coefficient", "i", levels, s.i_source, ("ff_start", "ff_source", "ff_link"), dr.ff_coef),
    ):  # fmt: skip
        at = entries(problem, model, letter, rows, column, start)
        same(stacked(chains, ours), theirs[:, at], ours)


def test_anchors_of_factors_are_the_twins(twins):
    problem, chains, _, _, model = twins
    s = problem.arrays
    at = [model.factor_ids.index(f) for f in problem.factors]
    same(stacked(chains, "z_ref"), model.draws.z_ref[:, at], "z_ref")
    moving = np.flatnonzero(s.f_kind != 0)
    there = np.array(at, int)[moving]
    same(stacked(chains, "rest")[:, moving], model.draws.rest[:, there], "rest")
    same(stacked(chains, "pull")[:, moving], model.draws.pull[:, there], "pull")
    shaken = np.flatnonzero(s.f_shock >= 0)
    there = np.array(at, int)[shaken]
    same(stacked(chains, "shake")[:, shaken], model.draws.noise[:, there], "noise")


def test_paths_of_factors_are_the_twins(twins, case):
    """At most one event a day, so that no two meet an end of a range in another order."""
    problem, chains, givens, _, _ = twins
    at = [list(case.factors).index(f) for f in problem.factors]
    reading = problem.options.reading
    wanted = np.concatenate([past_levels(case, reading, given, 1, 1) for given in givens])
    same(stacked(chains, "z"), wanted[:, :, at], "z")
    assert np.ptp(wanted[:, :, at], axis=1).max() > 0.1  # something moves


def test_listing_is_the_twins(twins, case):
    """The load on attention, and the listed share where the case states one."""
    problem, chains, _, _, model = twins
    s = problem.arrays
    for k, name in enumerate(model.type_ids):
        if s.l_param[k] < 0 or not case.events[name].listing:
            continue
        share = stacked(chains, "v")[:, s.l_param[k]]
        same(np.log(share / (1 - share)), model.draws.listing_logit[:, k], name)
        if s.l_factor[k] < 0:
            continue
        sign = stacked(chains, "sign")[:, s.l_arrow[k]]
        times = stacked(chains, "v")[:, s.l_load[k]]
        load = sign * np.log(times) * s.strength / s.l_per[k]
        same(load, model.draws.listing_load[:, k], name)
