"""After any move every number of a chain is what a fresh evaluation of its state gives."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from fit.case.proved_case import in_some_state, watched
from judge.two_types import TEXT, row
from talion.fit.case.chain import _begin, _compiled, evaluate, new_chain
from talion.fit.case.options import Options
from talion.fit.case.specification import problem_of
from talion.fit.case.sweep_kernel import AT_ONCE
from talion.model.case import EPOCH, Case, day_number, load_case, parse_case
from talion.record.event import Actor, Source
from talion.record.record import Record

MADE = (
    "part", "z", "base", "daily", "number", "cell", "state", "seen", "mix", "mu", "a", "b", "flow",
    "expected", "felt", "said", "marked", "weekly", "attended",
)  # fmt: skip


def long_war(days: int = 900) -> Case:
    """Raids and replies over a window in which a change fades long before its end; over 400 rows."""
    begin = dt.date(2022, 1, 1)
    end = begin + dt.timedelta(days=days)
    rng, first = np.random.default_rng(8), day_number(begin)
    told = {"raid": 260, "reply": 230, "storm": 40}
    rows = tuple(
        row(f"{name}-{i}", name, first + int(t))
        for name, count in told.items()
        for i, t in enumerate(np.sort(rng.uniform(0, days, count)))
    )
    actors = (Actor("north", "North"), Actor("south", "South"))
    text = TEXT.replace("2024-05-01", str(end)).replace("2024-01-01", str(begin))
    assert str(EPOCH + dt.timedelta(days=first)) == str(begin)
    return parse_case(text, "long-war", Record((begin, end), (Source("log"),), actors, rows))


def fresh(problem, ch):
    """A new chain in the same state, evaluated from nothing."""
    other = new_chain(problem, len(ch.time))
    for name in ("x", "sign", "moment", "events", "time", "kind", "row", "size", "daily"):
        getattr(other, name)[:] = getattr(ch, name)
    n = int(ch.events[0])
    other.order[:n] = np.argsort(ch.time[:n], kind="stable")
    other.daily[:] = 0.0
    cells = (np.floor(ch.time[:n]).astype(np.int64), ch.kind[:n])
    np.add.at(other.daily, cells, ch.size[:n])
    evaluate(problem, other)
    return other


def told_apart(problem, ch):
    """Largest difference of any number that moves keep up to date."""
    other, n = fresh(problem, ch), int(ch.events[0])
    s, worst = problem.arrays, {}
    for name in MADE:
        ours, theirs = getattr(ch, name), getattr(other, name)
        acts = ch.sign[s.g_arrow] != 0  # groups that do nothing are not followed
        if name == "seen":  # kept only for events of the group's target
            own = s.class_type[ch.kind[:n]][None, :] == s.g_target[:, None]
            ours, theirs = ours[:, :n][own & acts[:, None]], theirs[:, :n][own & acts[:, None]]
        elif name in ("cell", "state"):
            ours, theirs = ours[acts], theirs[acts]
        elif name in ("felt", "said", "marked"):
            ours, theirs = ours[:n], theirs[:n]
        worst[name] = float(np.abs(ours - theirs).max(initial=0.0))
    return worst


def only(problem, *moves):
    """The problem with all moves but those named left out of a sweep."""
    s = problem.arrays
    none = np.zeros(0, np.int64)
    change = {
        "coordinates": {"b_start": np.zeros(1, np.int64), "d_start": np.zeros(1, np.int64)},
        "flips": {"a_alone": np.zeros_like(s.a_alone)},
        "sets": {"s_start": np.zeros(1, np.int64), "o_start": np.zeros_like(s.o_start)},
        "mirrors": {"f_mirror": np.zeros_like(s.f_mirror)},
        "times and classes": {},
        "births and deaths": {"unlisted_type": none},
        "moments": {},
    }
    left_out = {k: v for name in change if name not in moves for k, v in change[name].items()}
    return replace(problem, arrays=s._replace(**left_out))


@pytest.mark.parametrize(
    ("move", "kinds"),
    [
        ("coordinates", (0,)), ("flips", (1,)), ("sets", (1,)), ("mirrors", ()),
        ("times and classes", (2, 3)), ("births and deaths", (4, 5, 6)), ("moments", (7,)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("reading", ["no_view", "as_written_ours"])
def test_after_each_kind_of_move_all_parts_are_fresh(move, kinds, reading):
    problem = only(problem_of(watched(), Options(reading=reading)), move)
    ch = _begin(problem, 400, np.random.default_rng(3))
    kept = np.empty((20, len(ch.x) + len(ch.sign) + len(ch.part)))
    accepted = 0
    for _ in range(4):
        ch.tally[:] = 0
        # The sweep begins with a whole evaluation, so what is left is what its moves have done.
        assert _compiled()[1](problem.arrays, ch, 20, kept) == 0
        accepted += ch.tally[list(kinds), 1].min() if kinds else 1
        worst = told_apart(problem, ch)
        assert max(worst.values()) < 1e-8, worst
    assert accepted > 0 or reading != "no_view"  # signs stand where they are stated


@pytest.mark.parametrize("name", ["watched", "baghdad-2024", "long war"])
def test_after_whole_sweeps_all_parts_are_fresh(name):
    made = {"watched": watched, "long war": long_war}
    case = made[name]() if name in made else load_case(name)
    problem = problem_of(case)
    ch = _begin(problem, 4000, np.random.default_rng(5))
    kept = np.empty((4, len(ch.x) + len(ch.sign) + len(ch.part)))
    for _ in range(3):
        assert _compiled()[1](problem.arrays, ch, 4, kept) == 0
        worst = told_apart(problem, ch)
        assert max(worst.values()) < 1e-8, worst
        np.testing.assert_allclose(kept[-1, -len(ch.part) :], ch.part)


def test_of_a_long_list_a_share_of_the_times_is_moved_by_turns():
    problem = problem_of(long_war())
    ch = _begin(problem, 4000, np.random.default_rng(5))
    listed = np.flatnonzero(ch.row[: ch.events[0]] >= 0)
    assert len(listed) > AT_ONCE
    kept = np.empty((1, len(ch.x) + len(ch.sign) + len(ch.part)))
    moved = {}
    before = {int(ch.row[slot]): ch.time[slot] for slot in listed}
    for _ in range(12):
        tried = int(ch.tally[2, 0])
        assert _compiled()[1](problem.arrays, ch, 1, kept) == 0
        assert 0 < ch.tally[2, 0] - tried <= AT_ONCE
        n = int(ch.events[0])
        now = {int(r): t for r, t in zip(ch.row[:n], ch.time[:n], strict=True) if r >= 0}
        moved |= {r: True for r, t in now.items() if t != before[r]}
        before = now
    assert len(moved) > 0.95 * len(listed)


def test_a_wrong_number_would_be_told():
    problem, ch = in_some_state(watched(), Options(reading="as_written"), 1)
    assert max(told_apart(problem, ch).values()) < 1e-8
    ch.cell[:] += 1e-6
    assert told_apart(problem, ch)["cell"] > 1e-7
