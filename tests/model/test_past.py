"""The past of a fit: its checks, and the start it leaves against plain sums and the simulator."""

from statistics import NormalDist

import numpy as np
import pytest

from model.fitted_border import BEGIN, END, FOLLOWED, day, posterior, random_past
from model.small_case import SMALL
from simulate.embedding import history_key, mix, word
from talion.errors import CaseError
from talion.model.case import parse_case
from talion.model.classes import classes_of
from talion.model.compile import compile_model, past_levels
from talion.model.past import Past, noisy_midnights
from talion.model.process import Course, Process
from talion.simulate.history import simulate_history

READING, DRAWS, SEED = "as_written_ours", 4, 5
LATENT_START = 12  # the simulator's counter for the start of a latent factor


@pytest.fixture(scope="module")
def case():
    return parse_case(SMALL)


def plain_mass(past, draw, until, classes, half_lives):
    out = np.zeros((classes, len(half_lives)))
    times, kinds, _ = past.of(draw)
    for t, c in zip(times, kinds, strict=True):
        if t < until:
            out[c] += [2.0 ** (-(until - t) / h) for h in half_lives]
    return out


@pytest.mark.parametrize("world", ["baseline", "replay"])
def test_mass_is_the_plain_sum_over_each_draws_events(case, world):
    past = random_past(case, 6)
    model = compile_model(case, READING, draws=5, seed=3, given=posterior(past))
    start = model.starts[model.worlds[model.world_index(world)].start_index]
    assert start.day == case.start_day(world)
    assert start.mass.shape == (5, len(model.class_labels), len(model.structure.half_life))
    for draw in range(5):
        wanted = plain_mass(
            past, draw, start.day, len(model.class_labels), model.structure.half_life
        )
        np.testing.assert_allclose(start.mass[draw], wanted, rtol=1e-12, atol=1e-300)


def channel_feeds(structure):
    """Channel -> {class: step}."""
    feeds = [{} for _ in structure.ch_half]
    for c in range(len(structure.class_type)):
        for i in range(structure.ee_start[c], structure.ee_start[c + 1]):
            if structure.ee_channel[i] >= 0:
                feeds[structure.ee_channel[i]][c] = structure.ee_step[i]
    return feeds


@pytest.mark.parametrize("world", ["baseline", "replay"])
def test_suppression_is_that_of_each_draws_events_in_the_structures_order(case, world):
    past = random_past(case, 6)
    model = compile_model(
        case, "no_view", draws=5, seed=3, given=posterior(past, reading="no_view")
    )
    start, s = model.starts[model.worlds[model.world_index(world)].start_index], model.structure
    feeds = channel_feeds(s)
    assert len({frozenset(f) for f in feeds}) > 1  # channels that an exchange would tell apart
    for draw in range(5):
        for channel, steps in enumerate(feeds):
            u, last, h = 0.0, float(past.start), s.half_life[s.ch_half[channel]]
            for t, c in zip(*past.of(draw)[:2], strict=True):
                if t < start.day and c in steps:
                    u *= 2.0 ** (-(t - last) / h)
                    u, last = u + (1.0 - u) * steps[c], t
            u *= 2.0 ** (-(start.day - last) / h)
            assert start.u[draw, channel] == pytest.approx(u, rel=1e-12), (draw, channel)


def test_without_a_fit_suppression_stands_in_the_structures_order(case):
    """`raid` feeds one channel and `reply` others; no raids at all must leave that channel empty."""
    never = SMALL.replace("usual: [8, 10, 12]", "usual: [1e-9, 1e-9, 1e-9]")
    model = compile_model(parse_case(never), "no_view", draws=12, seed=3)
    by_raid = [
        {model.structure.class_type[c] for c in f} == {0} for f in channel_feeds(model.structure)
    ]
    assert any(by_raid)
    assert not all(by_raid)
    assert (model.starts[0].u[:, by_raid] < 1e-6).all()
    assert (model.starts[0].u[:, ~np.array(by_raid)] > 1e-3).all()


def test_silent_types_stay_at_their_usual_rate_in_each_draw(case):
    past = random_past(case, DRAWS, types=("raid", "demand"))
    given = posterior(past, "no_view")
    model = compile_model(case, "no_view", draws=DRAWS, seed=3, given=given, worlds=["baseline"])
    start, h = model.starts[0], model.structure.half_life
    reply = model.class_labels.index("reply")
    rate = model.usual[:, model.type_ids.index("reply")]
    age = np.arange(past.days) + 0.5
    wanted = np.outer(rate, (2.0 ** (-age[:, None] / h)).sum(axis=0))
    np.testing.assert_allclose(start.mass[:, reply], wanted, rtol=1e-12)
    fed = [i for i, f in enumerate(channel_feeds(model.structure)) if reply in f]
    assert fed
    assert (np.argsort(start.u[:, fed[0]]) == np.argsort(rate)).all()
    demand = model.class_labels.index("demand")
    sums = [plain_mass(past, d, past.end, demand + 1, h)[demand] for d in range(DRAWS)]
    np.testing.assert_allclose(start.mass[:, demand], sums)


@pytest.fixture(scope="module")
def followed():
    """Histories of a case from BEGIN on, and the same case at END with them as its past."""
    turns = ", 2024-02-10: pause, 2024-03-05: active"
    first = parse_case(FOLLOWED.format(as_of=BEGIN, begin=BEGIN, turns=""))
    later = parse_case(FOLLOWED.format(as_of=END, begin=BEGIN, turns=turns).split("what_ifs:")[0])
    model = compile_model(first, READING, draws=DRAWS, seed=SEED)
    days = day(END) - day(BEGIN)
    histories = [simulate_history(model, "turning", d, d + 2, days) for d in range(DRAWS)]
    return model, later, histories, past_of(model, histories)


def normal(key, counter):
    """The simulator's normal number, told again in plain integers."""
    return NormalDist().inv_cdf(((word(key, counter) >> 11) + 0.5) * 2.0**-53)


def past_of(model, histories):
    weeks = [m // 7 for m in noisy_midnights(histories[0].start, histories[0].end).tolist()]
    innovations = {}
    for name in ("push", "attention", "mood"):
        own = int(model.structure.factor_hash[model.factor_ids.index(name)])
        rows = []
        for h in histories:
            key = mix(history_key(model.seed, h.draw, h.history) ^ own)
            first = normal(key ^ LATENT_START, 0)
            rows.append([first, *(normal(key, week) for week in weeks)])
        innovations[name] = np.array(rows)
    return Past(
        histories[0].start,
        histories[0].end,
        np.concatenate([[0], np.cumsum([len(h.times) for h in histories])]),
        np.concatenate([h.times for h in histories]),
        np.concatenate([h.classes for h in histories]),
        np.full(sum(len(h.times) for h in histories), -1),
        (),
        innovations,
    )


def test_run_in_goes_the_simulators_way(followed):
    """Fed a history's events and innovations, every factor at every midnight is the simulator's."""
    model, later, histories, past = followed
    found = past_levels(later, READING, posterior(past), DRAWS, SEED)
    for history in histories:
        np.testing.assert_allclose(found[history.draw], history.levels, atol=1e-9)
    # What the comparison would miss if the case did not bring it: ends of ranges, turning, noise.
    levels = np.stack([h.levels for h in histories])
    push, war = model.factor_ids.index("push"), model.factor_ids.index("war")
    assert (levels[:, :, push] == 60.0).any()
    assert len(np.unique(levels[0, :, war])) == 2
    assert past.daily(classes_of(later.document)).sum(axis=2).max() > 2
    assert all(np.std(x) > 0.5 for x in past.innovations.values())


def test_start_is_the_end_of_the_run_in(followed):
    _, later, histories, past = followed
    start = compile_model(later, READING, draws=DRAWS, seed=SEED, given=posterior(past)).starts[0]
    np.testing.assert_allclose(start.z, [h.levels[-1] for h in histories], atol=1e-9)
    assert not start.latent_sd.any()  # the only latent factor has innovations


def test_memory_at_the_start_is_the_process_own(followed):
    """The process told in numpy over the same events reaches the same excitation and suppression."""
    model, later, histories, past = followed
    fitted = compile_model(later, READING, draws=DRAWS, seed=SEED, given=posterior(past))
    nothing = np.zeros(0, np.int64)
    for history in histories:
        told = Process(model, history.draw, model.worlds[1], history.course())
        empty = Course(
            np.zeros(0), nothing, fitted.starts[0].z[history.draw][None], np.zeros(0), nothing,
            np.zeros(0),
        )  # fmt: skip
        start = Process(fitted, history.draw, fitted.worlds[0], empty)
        end = float(history.end)
        assert told.excitation(end).max() > 0.0
        np.testing.assert_allclose(start.excitation(end), told.excitation(end), rtol=1e-10)
        assert told.suppression(end).max() > 0.0
        np.testing.assert_allclose(start.suppression(end), told.suppression(end), rtol=1e-10)


def test_factors_without_innovations_follow_their_mean_path(followed):
    model, later, _, past = followed
    quiet = Past(*(getattr(past, f) for f in list(past.__dataclass_fields__)[:-1]), {})
    levels = past_levels(later, READING, posterior(quiet), DRAWS, SEED)
    mood = model.factor_ids.index("mood")
    assert not levels[:, :, mood].any()
    start = compile_model(later, READING, draws=DRAWS, seed=SEED, given=posterior(quiet)).starts[0]
    assert (start.latent_sd[:, mood] > 0.0).all()


def test_innovations_enter_at_midnights_divisible_by_seven(followed):
    model, later, _, past = followed
    column = model.factor_ids.index("attention")
    nothing = (np.zeros(DRAWS + 1, np.int64), np.zeros(0), [], [], ())
    ones = np.ones((DRAWS, 1 + len(noisy_midnights(past.start, past.end))))
    paths = [
        past_levels(later, READING, posterior(Past(past.start, past.end, *nothing, x)), DRAWS, SEED)
        for x in ({}, {"attention": 1e-3 * ones})
    ]
    apart = (paths[1] - paths[0])[0, :, column]
    rises = past.start + 1 + np.flatnonzero(np.diff(apart) > 0)
    assert rises.tolist() == noisy_midnights(past.start, past.end).tolist()
    first = rises[0] - past.start
    assert apart[first] == pytest.approx(1e-3 * model.draws.noise[0, column])


def test_a_replay_starts_from_the_truncated_past(case):
    given = posterior(random_past(case, DRAWS))
    model = compile_model(case, READING, draws=DRAWS, seed=3, given=given)
    levels = past_levels(case, READING, given, DRAWS, 3)
    replay = model.starts[model.worlds[model.world_index("replay")].start_index]
    index = replay.day - given.past.start
    np.testing.assert_allclose(replay.z, levels[:, index], rtol=1e-12)
    assert np.abs(levels[:, index] - levels[:, index + 1]).max() > 1e-3
    # The latent path and the noise are cut at the replay, not after it.
    assert (replay.z[:, model.factor_ids.index("escalation")] != 0.0).all()


def test_before_keeps_events_before_the_midnight_and_its_tick(case):
    past = random_past(case, 3)
    cut = past.before(past.start + 20)
    for draw in range(3):
        times, classes, _ = past.of(draw)
        keep = times < past.start + 20
        assert cut.of(draw)[0].tolist() == times[keep].tolist()
        assert cut.of(draw)[1].tolist() == classes[keep].tolist()
    ticks = [m for m in range(past.start + 1, past.start + 21) if m % 7 == 0]
    assert cut.innovations["push"].shape == (3, 1 + len(ticks))
    assert (cut.innovations["push"] == past.innovations["push"][:, : 1 + len(ticks)]).all()
    assert past.before(past.start).times.size == 0
    assert past.before(past.end).times.tolist() == past.times.tolist()
    for outside in (past.start - 1, past.end + 1):
        with pytest.raises(CaseError, match="no such day in the past"):
            past.before(outside)


def test_daily_counts_every_event_once(case):
    past = random_past(case, 3)
    classes = classes_of(case.document)
    counts = past.daily(classes)
    assert counts.shape == (3, past.days, len(classes))
    times, kinds, _ = past.of(1)
    wanted = np.zeros(counts.shape[1:])
    for t, c in zip(times, kinds, strict=True):
        wanted[int(t) - past.start, c] += 1
    assert (counts[1] == wanted).all()
    with pytest.raises(CaseError, match="a class beyond"):
        past.daily(classes[:2])


GOOD = {
    "start": 100, "end": 121, "offsets": [0, 2, 3], "times": [100.0, 120.9, 103.5],
    "classes": [0, 1, 0], "rows": [-1, 0, 0], "row_ids": ("E1",),
    "innovations": {"push": np.zeros((2, 4))},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"end": 99}, "ends before it starts"),
        ({"offsets": [1, 2, 3]}, "offsets rise from 0"),
        ({"offsets": [0, 2, 1, 3]}, "offsets rise from 0"),
        ({"offsets": [0]}, "offsets rise from 0"),
        ({"offsets": [0.0, 2.0, 3.0]}, "not whole numbers"),
        ({"classes": [0, 1]}, "past.classes: must have shape"),
        ({"times": [100.0, 121.0, 103.5]}, "an event outside the days from 100 to 121"),
        ({"times": [99.9, 120.0, 103.5]}, "an event outside"),
        ({"times": [120.0, 101.0, 103.5]}, "not in order of time"),
        ({"times": [100.0, np.nan, 103.5]}, "not finite"),
        ({"classes": [0, -1, 0]}, "a negative class"),
        ({"rows": [-1, 1, 0]}, "a row outside"),
        ({"rows": [-2, 0, 0]}, "a row outside"),
        ({"innovations": {"push": np.zeros((2, 3))}}, r"innovations.push: must have shape \(2, 4\)"),
        ({"innovations": {"push": np.full((2, 4), np.inf)}}, "not finite"),
    ],
)  # fmt: skip
def test_a_past_that_does_not_fit_is_refused(change, says):
    assert Past(**GOOD).draws == 2
    with pytest.raises(CaseError, match=says):
        Past(**{**GOOD, **change})


def test_the_past_of_another_case_is_refused(case):
    other = parse_case(SMALL.replace("history_from: 2024-01-01", "history_from: 2024-01-02"))
    later = parse_case(SMALL.replace("as_of: 2024-06-01", "as_of: 2024-06-02"))
    for wrong in (other, later):
        with pytest.raises(CaseError, match="the past must reach from day"):
            compile_model(wrong, READING, draws=2, seed=3, given=posterior(random_past(case, 2)))
    for name in ("war", "hope"):
        strange = posterior(random_past(case, 2, named=(name,)))
        with pytest.raises(CaseError, match=f"only levels and latent .*{name}"):
            compile_model(case, READING, draws=2, seed=3, given=strange)
    fewer = parse_case(SMALL.replace("      place: {east: 60, west: 40}\n", "").split("links:")[0])
    with pytest.raises(CaseError, match="a class beyond"):
        compile_model(fewer, READING, draws=2, seed=3, given=posterior(random_past(case, 2)))
