"""From case to arrays: signs by reading, usual rates, reference states, starts."""

import numpy as np
import pytest

from model.small_case import SMALL
from talion.errors import CaseError
from talion.model.case import parse_case
from talion.model.compile import compile_model
from talion.model.reading import READINGS


@pytest.fixture(scope="module")
def case():
    return parse_case(SMALL)


def compiled(case, reading="as_written_ours", **options):
    return compile_model(case, reading, draws=options.pop("draws", 60), seed=3, **options)


def test_links_at_zero_leaves_no_link(case):
    draws = compiled(case, "links_at_zero").draws
    links = ("ee_offspring", "ch_b", "fr_gamma", "mm_gamma", "ef_jump", "ff_coef", "listing_load")
    assert all((getattr(draws, part) == 0).all() for part in links)
    assert all(getattr(compiled(case).draws, part).any() for part in links)
    assert draws.po_move.size
    assert not draws.po_move.any()


def test_as_written_uses_brief_links_with_their_signs(case):
    model = compiled(case, "as_written")
    s, d = model.structure, model.draws
    brief = {i for i, name in enumerate(model.link_ids) if case.links[name].origin == "brief"}
    acting = {int(i) for i in s.ee_link[(d.ee_offspring > 0).any(axis=0)]}
    assert acting == {model.link_ids.index("A1"), model.link_ids.index("A2")}
    assert not (d.ch_b != 0).any()
    assert {int(i) for i in s.fr_link[(d.fr_gamma != 0).any(axis=0)]} <= brief


def test_opponent_turns_contested_links_only(case):
    written, opposed = compiled(case, "as_written"), compiled(case, "opponent")
    of_a2 = written.structure.ee_link == written.link_ids.index("A2")
    assert (written.draws.ee_offspring[:, of_a2] > 0).all()
    assert (opposed.draws.ee_offspring[:, of_a2] == 0).all()
    assert (opposed.draws.ch_b > 0).any()
    assert (written.draws.ef_jump == opposed.draws.ef_jump).all()


def test_no_view_raises_lowers_and_does_nothing_in_a_third_of_the_draws_each(case):
    model = compiled(case, "no_view", draws=2000)
    for part in (model.draws.fr_gamma, model.draws.ef_jump, model.draws.ff_coef):
        for found in (part > 0, part < 0, part == 0):
            assert np.abs(found.mean(axis=0) - 1 / 3).max() < 0.05  # 4.7 standard errors
    entry = 0
    channel = model.structure.ee_channel[entry]
    answers, held = model.draws.ee_offspring[:, entry] > 0, model.draws.ch_b[:, channel] > 0
    assert not (answers & held).any()
    assert abs(answers.mean() - 1 / 3) < 0.05
    assert abs(held.mean() - 1 / 3) < 0.05


def test_readings_share_magnitudes(case):
    both = [np.abs(compiled(case, r).draws.fr_gamma) for r in ("no_view", "as_written_ours")]
    acts = both[0] > 0  # under no view a link may also do nothing
    assert acts.any(axis=0).all()
    assert both[0][acts] == pytest.approx(both[1][acts])


def test_a_link_that_nobody_vouches_for_acts_under_no_view_alone(case):
    unsure = parse_case(
        SMALL.replace(
            "origin: brief,\n       because: revenge", "origin: nobody,\n       because: revenge"
        )
    )
    assert unsure.links["A2"].origin == "nobody"
    index = list(unsure.links).index("A2")
    acts = {}
    for reading in READINGS:
        model = compiled(unsure, reading)
        mine = model.structure.ee_link == index
        acts[reading] = bool((model.draws.ee_offspring[:, mine] > 0).any())
    assert acts == {reading: reading == "no_view" for reading in READINGS}
    # Under no view its numbers are those of any other link: the origin moves nothing else.
    both = [compiled(c, "no_view").draws.ee_offspring for c in (case, unsure)]
    assert both[0] == pytest.approx(both[1])


def test_a_case_without_factors_has_a_past_too():
    text = (
        "talion: 1\ntitle: Two\nas_of: 2024-06-01\nevents:\n"
        "  raid: {title: Raid, usual: [8, 10, 12]}\n"
    )
    model = compiled(parse_case(text))
    assert model.starts[0].z.shape == (60, 0)
    assert model.draws.background == pytest.approx(model.usual)


def test_usual_rates_balance_background_and_answers(case):
    """At usual rates and without suppression mu + sum a R = R, in every draw above the floor."""
    model = compiled(case, "as_written")
    s, d = model.structure, model.draws
    raid, reply = 0, 1
    rate = model.usual[:, s.class_type] * d.class_weight
    answered = np.zeros(model.n_draws)
    for c in range(len(s.class_type)):
        for e in range(s.ee_start[c], s.ee_start[c + 1]):
            if s.ee_target[e] == reply:
                answered += d.ee_offspring[:, e] * rate[:, c]
    share = answered / model.usual[:, reply]
    assert np.median(share) == pytest.approx(0.2, abs=0.05)
    assert d.background[:, reply] + answered == pytest.approx(model.usual[:, reply])
    assert (d.background[:, raid] >= 0.019 * model.usual[:, raid]).all()


def test_usual_state_and_reference_state_differ_by_the_link(case):
    """`usual` is stated for an active war; the same case without `usual_when` has the same rate."""
    other = parse_case(SMALL.replace("    usual_when: {war: active}\n", "", 1))
    one, two = compiled(case), compiled(other)
    assert one.draws.background == pytest.approx(two.draws.background)
    paused = parse_case(SMALL.replace("usual_when: {war: active}", "usual_when: {war: ended}", 1))
    gamma = np.log(compiled(paused).draws.background[:, 0] / one.draws.background[:, 0])
    column = list(case.factors).index("war")
    entry = int(np.flatnonzero(one.structure.fr_factor == column)[0])
    assert gamma == pytest.approx(one.draws.fr_gamma[:, entry])


def test_adding_a_link_changes_no_other_draw(case):
    more = SMALL.replace(
        "links:\n",
        "links:\n  A0: {says: demand raises session, strength: weak, origin: brief, because: x}\n",
        1,
    )
    one, two = compiled(case), compiled(parse_case(more))
    assert (one.draws.fr_gamma == two.draws.fr_gamma).all()
    assert (one.draws.rest == two.draws.rest).all()
    assert (one.usual == two.usual).all()


def test_a_world_is_rows(case):
    model = compiled(case)
    world = model.worlds[model.world_index("doubled_raids")]
    assert world.rows.row_value[0].tolist() == [2.0, 1.0]
    assert (np.diff(world.rows.row_day) == 60).all()
    assert compiled(case, worlds=["baseline"]).worlds[0].rows.row_day.size == 0
    moved = compiled(case, worlds=["ceasefire"], shifts={"ceasefire": 10}).worlds[0]
    assert moved.from_day == case.what_if_day("ceasefire") + 10 == moved.rows.row_day[0]


def test_unknown_reading_and_what_if(case):
    with pytest.raises(CaseError, match="no such reading"):
        compiled(case, "hopeful")
    with pytest.raises(CaseError, match="no such what-if"):
        compiled(case, worlds=["peace"])
    assert set(READINGS) == {
        "no_view",
        "as_written",
        "as_written_ours",
        "opponent",
        "links_at_zero",
    }


def test_every_array_is_fit_for_the_kernel(case):
    model = compiled(case)
    for group in (model.structure, model.draws, *model.starts, *(w.rows for w in model.worlds)):
        for array in group:
            if isinstance(array, np.ndarray):
                assert array.flags.c_contiguous
                assert array.flags.writeable
                assert array.dtype in (np.dtype("i8"), np.dtype("f8"), np.dtype("u8"))
