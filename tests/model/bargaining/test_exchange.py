"""Equal-gain exchange: reference numbers, what must hold of every exchange, and bad tables."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from talion.errors import InputError, OutputError, Problems
from talion.model.bargaining.exchange import (
    equal_gain_exchange,
    exchange_spread,
    weighted_outcome,
)
from talion.model.bargaining.exchange_table import (
    ExchangeTable,
    exchange_table,
    read_exchange_csv,
    write_exchange_csv,
)


@pytest.fixture(scope="module")
def bargaining(shared: Path) -> Path:
    return shared / "data" / "bargaining"


def random_table(seed: int, actors: int, issues: int) -> ExchangeTable:
    """Positions on round numbers, so that ties occur; some actors without a stake or without weight."""
    rng = np.random.default_rng(seed)
    stakes = {
        (f"a{i}", f"p{p}"): (
            float(rng.integers(0, 11) * 10),
            float(rng.integers(0, 11) / 10),
            float(rng.integers(0, 5)),
        )
        for i in range(actors)
        for p in range(issues)
        if rng.random() > 0.1
    }
    for p in range(issues):
        stakes["a0", f"p{p}"] = (float(rng.integers(0, 101)), 0.5, 1.0)
    return exchange_table({f"p{p}": (0, 100) for p in range(issues)}, stakes)


tables = st.builds(random_table, st.integers(0, 10**6), st.integers(2, 7), st.integers(2, 5))


# Source: decide-exchange-model, commit 51dee66, run on its own examples: initial outcomes as stored, 240 pairs of
# opposed actors and issues in the first, and the first gains as its own tests state them.
@pytest.mark.parametrize(
    ("table", "reference", "opposed", "gains"),
    [
        ("sample_data.txt", "exchange_sample_data.json", 240, (1.973684210526, 1.79263630876534)),
        ("copenhagen.csv", "exchange_copenhagen.json", None, (3.278817734, 1.853389831)),
    ],
)
def test_initial_outcomes_and_first_gains(
    bargaining: Path, table: str, reference: str, opposed: int | None, gains: tuple[float, float]
) -> None:
    read = read_exchange_csv(bargaining / table)
    found = equal_gain_exchange(read).rounds[0]
    expected = json.loads((bargaining / reference).read_text(encoding="utf-8"))
    start = dict(zip(read.issues, found.before.tolist(), strict=True))
    assert start == pytest.approx(expected["initial_outcome_NBS_eq_compromise"], abs=1e-10)
    assert [e.gain for e in found.exchanges[:2]] == pytest.approx(gains, abs=2e-9)
    assert opposed is None or found.opposed == opposed


def test_the_first_exchange_in_full(bargaining: Path) -> None:
    # Same source: Wcentr and Willems, shifts 13.1579 and 10.38781, move to 61.051174.
    read = read_exchange_csv(bargaining / "sample_data.txt")
    made = equal_gain_exchange(read).rounds[0].exchanges[0]
    assert (made.first.actor, made.first.gives) == ("Wcentr", "tolheffing-binnenstad")
    assert (made.first.before, made.first.after) == pytest.approx((0, 61.051174), abs=1e-6)
    assert (made.second.actor, made.second.gives) == ("Willems", "extra-investering")
    assert (made.second.before, made.second.after) == pytest.approx((25, 100), abs=1e-9)
    assert {round(abs(s.shift), 4) for s in (made.first, made.second)} == {13.1579, 10.3878}


@pytest.mark.parametrize(
    ("table", "reference"),
    [
        ("sample_data.txt", "exchange_sample_data.json"),
        ("copenhagen.csv", "exchange_copenhagen.json"),
    ],
)
def test_outcomes_lie_near_those_of_the_program(
    bargaining: Path, table: str, reference: str
) -> None:
    # The program's own orders differ among themselves; ours compares with outcomes as they stand.
    read = read_exchange_csv(bargaining / table)
    expected = json.loads((bargaining / reference).read_text(encoding="utf-8"))
    after = equal_gain_exchange(read).outcome
    theirs = [expected["outcome_after_round"][0][name] for name in read.issues]
    assert np.abs(after - theirs).max() < 6.0
    moved = np.abs(np.array(theirs) - equal_gain_exchange(read).start).max()
    assert moved > 20.0  # so that six points are near


@given(tables, st.integers(0, 5))
@settings(max_examples=60)
def test_every_exchange_gains_both_the_stated_amount(table: ExchangeTable, seed: int) -> None:
    done = equal_gain_exchange(table, seed=seed).rounds[0]
    votes = done.positions.copy()
    actor = {name: i for i, name in enumerate(table.actors)}
    issue = {name: p for p, name in enumerate(table.issues)}
    s, x = table.salience, done.positions
    before = weighted_outcome(table, votes)
    for made in done.exchanges:
        a, b = made.first, made.second
        for side, other in ((a, b), (b, a)):
            i, p = actor[side.actor], issue[side.gives]
            partner = x[actor[other.actor], p]
            assert votes[i, p] == pytest.approx(side.before, abs=1e-9)
            votes[i, p] = side.after
            # Towards the partner's own position, never past it and never back.
            assert min(x[i, p], partner) - 1e-7 <= side.after <= max(x[i, p], partner) + 1e-7
            assert (side.after - side.before) * (partner - x[i, p]) >= 0
        after = weighted_outcome(table, votes)
        for side, other in ((a, b), (b, a)):
            i, gives, gets = actor[side.actor], issue[side.gives], issue[other.gives]
            # No outcome passes the position of the actor that wanted it moved.
            assert (x[i, gets] - before[gets]) * (x[i, gets] - after[gets]) >= -1e-7
            gained = sum(
                s[i, p] * (abs(x[i, p] - before[p]) - abs(x[i, p] - after[p]))
                for p in (gives, gets)
            )
            # What it gives away may at best cost less than stated, where the outcome crosses it.
            assert gained >= made.gain - 1e-7
        before = after
    assert np.allclose(before, done.outcome)


def test_gains_are_equal_and_no_pair_is_left_that_could_gain(bargaining: Path) -> None:
    table = read_exchange_csv(bargaining / "copenhagen.csv")
    done = equal_gain_exchange(table).rounds[0]
    s = {(a, p): table.salience[i, k] for i, a in enumerate(table.actors) for k, p in enumerate(table.issues)}  # fmt: skip
    for made in done.exchanges:
        a, b = made.first, made.second
        gains = [
            s[me.actor, other.gives] * abs(other.shift) - s[me.actor, me.gives] * abs(me.shift)
            for me, other in ((a, b), (b, a))
        ]
        assert gains == pytest.approx([made.gain, made.gain], abs=1e-12)
    assert done.ties > 0


@given(tables, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_actors_and_issues_does_not_matter(table: ExchangeTable, random) -> None:  # type: ignore[no-untyped-def]
    rows, columns = list(range(len(table.actors))), list(range(len(table.issues)))
    random.shuffle(rows)
    random.shuffle(columns)
    turned = ExchangeTable(
        tuple(table.actors[i] for i in rows),
        tuple(table.issues[p] for p in columns),
        tuple(table.scales[p] for p in columns),
        *(m[np.ix_(rows, columns)] for m in (table.positions, table.salience, table.power)),
    )
    first, second = equal_gain_exchange(table), equal_gain_exchange(turned)
    assert np.allclose(first.outcome[columns], second.outcome, atol=1e-6)
    assert [e.gain for e in first.rounds[0].exchanges] == pytest.approx(
        [e.gain for e in second.rounds[0].exchanges], abs=1e-7
    )


# In the example an actor stands exactly at the outcome, and rounding must not choose its side.
@example(random_table(223, 2, 2), 35.88248836523739)
@given(tables, st.floats(0.01, 100))
@settings(max_examples=20)
def test_the_unit_of_power_does_not_matter(table: ExchangeTable, unit: float) -> None:
    other = ExchangeTable(
        table.actors,
        table.issues,
        table.scales,
        table.positions,
        table.salience,
        table.power * unit,
    )
    assert np.allclose(
        equal_gain_exchange(table).outcome, equal_gain_exchange(other).outcome, atol=1e-6
    )


@given(tables)
@settings(max_examples=20)
def test_outcomes_and_votes_stay_on_the_scale(table: ExchangeTable) -> None:
    for done in equal_gain_exchange(table, rounds=3).rounds:
        votes = done.votes[np.isfinite(done.votes)]
        assert votes.min() >= -1e-6
        assert votes.max() <= 100 + 1e-6
        assert done.outcome.min() >= -1e-6
        assert done.outcome.max() <= 100 + 1e-6


def test_those_who_agree_exchange_nothing() -> None:
    stakes = {(a, p): (40.0, 0.2 + 0.1 * k, 1.0) for k, a in enumerate("ABC") for p in ("p", "q")}
    result = equal_gain_exchange(exchange_table({"p": (0, 100), "q": (0, 100)}, stakes), rounds=2)
    assert [r.exchanges for r in result.rounds] == [(), ()]
    assert result.outcome.tolist() == pytest.approx([40, 40])


def test_equal_ratios_of_salience_leave_nothing_to_gain() -> None:
    stakes = {
        ("A", "p"): (0.0, 0.8, 1.0), ("A", "q"): (0.0, 0.4, 1.0),
        ("B", "p"): (100.0, 0.4, 1.0), ("B", "q"): (100.0, 0.2, 1.0),
    }  # fmt: skip
    done = equal_gain_exchange(exchange_table({"p": (0, 100), "q": (0, 100)}, stakes)).rounds[0]
    assert (done.opposed, done.exchanges) == (1, ())


def test_third_parties_bear_the_exchanges_of_others() -> None:
    stakes = {
        ("A", "p"): (0.0, 0.9, 1.0), ("A", "q"): (0.0, 0.3, 1.0),
        ("B", "p"): (100.0, 0.3, 1.0), ("B", "q"): (100.0, 0.9, 1.0),
        ("C", "p"): (100.0, 0.5, 0.1),
    }  # fmt: skip
    done = equal_gain_exchange(exchange_table({"p": (0, 100), "q": (0, 100)}, stakes)).rounds[0]
    assert {side.actor for e in done.exchanges for side in (e.first, e.second)} == {"A", "B"}
    assert done.utility_change[:2].min() > 0
    assert done.utility_change[2] == pytest.approx(0.5 * (done.outcome[0] - done.before[0]))
    assert done.utility_change[2] < 0


def test_ties_show_in_the_spread_and_seeds_repeat(bargaining: Path) -> None:
    table = read_exchange_csv(bargaining / "copenhagen.csv")
    spread = exchange_spread(table, runs=12, seed=5)
    assert (spread.high - spread.low).max() > 1.0
    assert (spread.low <= spread.by_name).all()
    assert (spread.by_name <= spread.high).all()
    again = exchange_spread(table, runs=3, seed=5)
    assert np.array_equal(again.outcomes, spread.outcomes[:3])
    assert len({row.tobytes() for row in spread.outcomes}) > 1


def test_the_next_round_starts_nearer_to_the_votes(bargaining: Path) -> None:
    table = read_exchange_csv(bargaining / "sample_data.txt")
    first, second = equal_gain_exchange(table, rounds=2).rounds
    part = 0.4 * (1 - table.salience) + 0.1
    assert np.allclose(second.positions, first.positions + part * (first.votes - first.positions))
    assert not np.allclose(second.positions, first.positions)


@pytest.mark.parametrize(("rounds", "issues"), [(0, 2), (1001, 2), (1, 1)])
def test_what_cannot_be_exchanged_is_refused(rounds: int, issues: int) -> None:
    table = exchange_table(
        {f"p{k}": (0, 1) for k in range(issues)},
        {("A", f"p{k}"): (0.5, 1, 1) for k in range(issues)},
    )
    with pytest.raises(InputError):
        equal_gain_exchange(table, rounds=rounds)
    with pytest.raises(InputError):
        exchange_spread(table, rounds=rounds, runs=0 if issues == 2 and rounds == 1 else 1)


@pytest.mark.parametrize("name", ["sample_data.txt", "copenhagen.csv"])
def test_a_table_survives_the_file(bargaining: Path, tmp_path: Path, name: str) -> None:
    table = read_exchange_csv(bargaining / name)
    write_exchange_csv(table, tmp_path / "a.csv")
    again = read_exchange_csv(tmp_path / "a.csv")
    assert (again.actors, again.issues, again.scales) == (table.actors, table.issues, table.scales)
    assert np.allclose(again.positions, table.positions, equal_nan=True, atol=1e-12)
    assert np.array_equal(again.salience, table.salience)
    assert np.array_equal(again.power, table.power)
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_a_missing_position_is_no_part(bargaining: Path) -> None:
    table = read_exchange_csv(bargaining / "copenhagen.csv")
    russia = table.actors.index("Russia")
    absent = [p for k, p in enumerate(table.issues) if np.isnan(table.positions[russia, k])]
    assert absent == ["Commitments", "Extra"]


GOOD = "#A\tA\n#A\tB\n#P\tp\n#M\tp\t0\n#M\tp\t10\n#D\tA\tp\t0\t1\t1\n#D\tB\tp\t10\t1\t1\n"


def test_names_with_quotes_and_other_separators(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("\ufeff" + GOOD.replace("\t", ";").replace("\n", "\r\n"), encoding="utf-8")
    assert read_exchange_csv(file).positions.tolist() == [[0.0], [100.0]]
    quoted = exchange_table({"it's": (0, 1)}, {('O\'Neill\t"x"', "it's"): (0.25, 1, 1)})
    write_exchange_csv(quoted, file)
    again = read_exchange_csv(file)
    assert (again.actors, again.issues) == (quoted.actors, quoted.issues)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("#D\tA\tp\t0\t1\t1", "#D\tC\tp\t0\t1\t1", 6, "no such actor"),
        ("#D\tA\tp\t0\t1\t1", "#D\tA\tq\t0\t1\t1", 6, "no such issue"),
        ("#D\tA\tp\t0\t1\t1", "#D\tA\tp\t-1\t1\t1", 6, "off the scale"),
        ("#D\tA\tp\t0\t1\t1", "#D\tA\tp\t0\t90\t1", 6, "salience"),
        ("#D\tA\tp\t0\t1\t1", "#D\tA\tp\t0\t1\t-3", 6, "power"),
        ("#D\tA\tp\t0\t1\t1", "#D\tA\tp\tzero\t1\t1", 6, "no number"),
        ("#D\tA\tp\t0\t1\t1", "#D\tA\tp\tnan\t1\t1", 6, "no number"),
        ("#D\tA\tp\t0\t1\t1", "#D\tA\tp\t0", 6, "4 cells"),
        ("#D\tB\tp\t10", "#D\tA\tp\t10", 7, "second position"),
        ("#A\tB", "#A\tA", 2, "given before"),
        ("#A\tB", "#A\t", 2, "name is missing"),
        ("#M\tp\t10\n", "", 3, "no scale"),
        ("#M\tp\t10", "#M\tr\t10", 5, "no such issue"),
        ("#P\tp", "#Q\tp", 3, "no such row"),
    ],
)
def test_a_bad_row_is_named_by_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert old in GOOD
    file = tmp_path / "bad.csv"
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=words) as caught:
        read_exchange_csv(file)
    assert f"{file}:{line}:" in str(caught.value)


def test_all_bad_rows_are_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(GOOD.replace("\t1\t1\n", "\t2\t-1\n"), encoding="utf-8")
    with pytest.raises(Problems) as caught:
        read_exchange_csv(file)
    assert len(caught.value) == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"#A\tA\n\xff\xfe", "not UTF-8"),
        (b"#A\tA\n#P\tp\n#M\tp\t0\n#M\tp\t1\n", "nobody has both"),
        (b"'#A'\t'A\n", "not CSV"),
        (b"#A\tA\n", "no issues"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_exchange_csv(file)


@given(st.text(alphabet="#APMD'\t,;0123.\n\r\x00 ab", max_size=80))
@settings(max_examples=100)
def test_nothing_but_our_errors(tail: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "t.csv"
        for text in (tail, GOOD + tail):
            file.write_text(text, encoding="utf-8", newline="")
            with suppress(InputError):
                read_exchange_csv(file)


def test_arrays_that_do_not_fit_are_refused() -> None:
    good = exchange_table({"p": (0, 1)}, {("A", "p"): (0.5, 1, 1)})
    one, two = np.ones((1, 1)), np.ones((1, 2))
    for arrays in ((two, one, one), (one, two, one), (one, one, two)):
        with pytest.raises(InputError, match="one column for each issue"):
            ExchangeTable(good.actors, good.issues, good.scales, *arrays)
    with pytest.raises(InputError, match="nobody has both"):
        ExchangeTable(good.actors, good.issues, good.scales, one, one, 0 * one)


def test_no_file_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_exchange_csv(tmp_path / "none.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_exchange_csv(tmp_path)
    table = exchange_table({"p": (0, 1)}, {("A", "p"): (0.5, 1, 1)})
    with pytest.raises(OutputError, match="cannot be written"):
        write_exchange_csv(table, tmp_path / "none" / "t.csv")
