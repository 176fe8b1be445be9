"""Gambit files: read, refused with their line, written and read again."""

from __future__ import annotations

import re
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.games.random_games import ladder, random_game
from talion.errors import InputError, OutputError
from talion.model.games.efg import efg_text, parse_efg, read_efg, write_efg
from talion.model.games.solve import best_replies, subgame_perfect
from talion.model.games.tree import Chance, Decision, Game, Outcome, chance, decision, outcome

NIM = """EFG 2 R "Nim, starting with Five Stones." { "Player 1" "Player 2" }

p "5 left" 1 1 "(1,1)" { "TAKE 1" "TAKE 2" } 0
p "4 left" 2 1 "(2,1)" { "TAKE 1" "TAKE 2" } 0
p "3 left" 1 2 "(1,2)" { "TAKE 1" "TAKE 2" } 0
p "2 left" 2 2 "(2,3)" { "TAKE 1" "TAKE 2" } 0
t "1 left" 1 "Outcome 1" { 1 -1 }
t "0 left" 2 "Outcome 2" { -1 1 }
t "1 left" 2 "Outcome 2" { -1 1 }
p "2 left" 1 3 "(1,3)" { "TAKE 1" "TAKE 2" } 0
t "1 left" 2
t "0 left" 1
p "" 2 3 "(2,2)" { "TAKE 1" "TAKE 2" } 0
p "2 left" 1 4 "(1,4)" { "TAKE 1" "TAKE 2" } 0
t "1 left" 2 "Outcome 2" { -1 1 }
t "0 left" 1 "Outcome 1" { 1 -1 }
t "1 left" 1 "Outcome 1" { 1, -1 }
"""


def test_nim_is_read_and_solved() -> None:
    # After the example nim.efg of Gambit. Whoever takes the last stone wins, so 3 stones are lost for the mover: from five
    # the first player takes two and wins.
    game = parse_efg(NIM)
    assert (game.title, game.players) == (
        "Nim, starting with Five Stones.",
        ("Player 1", "Player 2"),
    )
    assert game.outcomes == ("Outcome 1", "Outcome 2")
    found = subgame_perfect(game)
    assert {c.payoffs for c in found.courses} == {(1.0, -1.0)}
    assert {c.moves[0] for c in found.courses} == {"TAKE 2"}


def test_the_deterrence_file(shared: Path) -> None:
    game = read_efg(shared / "data" / "bargaining" / "deterrence.efg")
    assert game.players == ("C", "D")
    ends = {p.node.name: p.node.payoffs for p in game.places if isinstance(p.node, Outcome)}
    assert ends["war"] == ((-2, -2, -2), (-1, -1, -1))
    assert same(parse_efg(efg_text(game)), game)


def same(one: Game, two: Game) -> bool:
    """Whether two games are equal in all that a file holds."""

    def content(game: Game) -> list[object]:
        rows: list[object] = [game.title, game.players]
        for p in game.places:
            node = p.node
            if isinstance(node, Outcome):
                rows.append((p.path, node.name, [likely for _, likely, _ in node.payoffs]))
            elif isinstance(node, Decision):
                rows.append((p.path, node.name, node.player))
            else:
                rows.append((p.path, node.name, [round(x, 9) for x in node.probabilities]))
        return rows

    return content(one) == content(two)


@given(st.integers(0, 10**6))
@settings(max_examples=60)
def test_games_survive_the_file(seed: int) -> None:
    game = random_game(seed)
    assert same(parse_efg(efg_text(game)), game)


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    str.strip
)


@given(names, names, names, st.floats(-1e9, 1e9), st.floats(-1e-9, 1e-9))
@settings(max_examples=80)
def test_any_names_and_numbers_survive(
    title: str, move: str, end: str, first: float, second: float
) -> None:
    moves = {move: outcome(end, first, second), f"{move}2": outcome(f"{end}2", second, first)}
    game = Game(
        title, ("P", title if title.strip() != "P" else "Q"), decision("P", moves, name=end)
    )
    text = efg_text(game)
    again = parse_efg(text)
    assert again.title == title
    assert [p.path for p in again.places] == [p.path for p in game.places]
    assert [p.node.name for p in again.places] == [p.node.name for p in game.places]
    assert [p.node.payoffs for p in again.places[1:]] == [p.node.payoffs for p in game.places[1:]]  # type: ignore[union-attr]


def test_ranges_are_written_at_the_end_asked_for(tmp_path: Path) -> None:
    game = ladder()
    write_efg(game, tmp_path / "low.efg", "low")
    assert '"war" { -5 -9 }' in (tmp_path / "low.efg").read_text(encoding="utf-8")
    assert "the low ends of ranges" in (tmp_path / "low.efg").read_text(encoding="utf-8")
    assert '"war" { -5 -6 }' in efg_text(game)
    assert same(read_efg(tmp_path / "low.efg"), parse_efg(efg_text(game, "low")))
    with pytest.raises(InputError, match="no such end"):
        efg_text(game, "middle")
    assert [p.name for p in tmp_path.iterdir()] == ["low.efg"]


def test_chances_are_fractions_that_sum_to_one() -> None:
    third = chance({f"c{k}": (1 / 3, outcome(f"e{k}", k)) for k in range(3)})
    assert '{ "c0" 1/3 "c1" 1/3 "c2" 1/3 }' in efg_text(Game("g", ("A",), third))
    odd = chance({"a": (0.1234567890123, outcome("a", 0)), "b": (0.8765432109877, outcome("b", 0))})
    node = parse_efg(efg_text(Game("g", ("A",), odd))).root
    assert isinstance(node, Chance)
    assert node.probabilities == pytest.approx((0.1234567890123, 0.8765432109877), abs=1e-15)


def test_what_rounding_left_over_is_settled_in_the_file() -> None:
    odds = (0.3333333, 0.3333333, 0.3333333)
    nodes = chance({f"c{k}": (p, outcome(f"e{k}", k)) for k, p in enumerate(odds)})
    line = efg_text(Game("g", ("A",), nodes)).splitlines()[3]
    written = [Fraction(x) for x in re.findall(r'" ([0-9./]+)', line.split("{")[1])]
    assert len(written) == 3
    assert sum(written) == 1


def test_payoffs_on_the_way_add_up() -> None:
    text = (
        'EFG 2 R "toll" { "A" } "a comment"\n'
        'p "" 1 1 "" { "stay" "go" } 1 "toll" { -1/2 }\n'
        't "" 0\n'
        'c "" 1 "" { "rain" 1/4 "sun" .75 } 0\n'
        't "" 2 "far" { 1.5 }\n'
        't "" 2\n'
    )
    game = parse_efg(text)
    ends = {p.node.name: p.node.payoffs[0][0] for p in game.places if isinstance(p.node, Outcome)}
    assert ends == {"stay": -0.5, "far": 1.0}
    assert best_replies(game).values[0, 0, 0] == 1.0


def test_chance_may_repeat_its_set_and_moves_their_names() -> None:
    text = (
        'EFG 2 D "g" { "A" } p "" 1 1 "" { "x" "x" "" } 0\n'
        'c "" 1 "" { "h" 0.5 "t" 0.5 } 0 t "" 1 "one" { 1 } t "" 2 "two" { 2 }\n'
        'c "" 1 0 t "" 1 t "" 2 t "" 0\n'
    )
    game = parse_efg(text)
    assert [label for label, _ in game.root.moves] == ["x (1)", "x (2)", "3"]  # type: ignore[union-attr]
    assert len(game.places) == 8


def test_ends_of_one_name_and_several_payoffs_are_told_apart() -> None:
    text = 'EFG 2 R "g" { "A" } p "" 1 1 "" { "x" "y" } 0\nt "" 1 "end" { 1 }\nt "" 2 "end" { 2 }\n'
    assert parse_efg(text).outcomes == ("end: x", "end: y")


HEAD = 'EFG 2 R "g" { "A" "B" }\n'
BODY = 'p "" 1 1 "" { "x" "y" } 0\nt "" 1 "one" { 1 2 }\nt "" 2 "two" { 3 4 }\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "no .efg file"),
        ("NFG 1 R", 1, "normal form"),
        ('EFG 1 R "g" { "A" }', 1, "no .efg file"),
        ('EFG 2 R "g" { }', 1, "no players"),
        ('EFG 2 R { "A" }', 1, "title"),
        (HEAD, 1, "a node is missing"),
        (HEAD + BODY.replace('t "" 2 "two" { 3 4 }\n', ""), 3, "a node is missing"),
        (HEAD + BODY + 't "" 1\n', 5, "more nodes"),
        (HEAD + BODY.replace("{ 1 2 }", "{ 1 }"), 3, "1 payoffs for 2 players"),
        (HEAD + BODY.replace("{ 1 2 }", "{ 1 two }"), 3, "no number"),
        (HEAD + BODY.replace("{ 1 2 }", "{ 1 1/0 }"), 3, "divided by zero"),
        (HEAD + BODY.replace("{ 1 2 }", "{ 1 1e999 }"), 3, "beyond 1e12"),
        (HEAD + BODY.replace("{ 1 2 }", "{ 1 " + "9" * 5000 + " }"), 3, "no number"),
        (HEAD + BODY.replace("{ 1 2 }", "{ 1 nan }"), 3, "no number"),
        (HEAD + BODY.replace("{ 1 2 }", ""), 3, "without payoffs"),
        (HEAD + BODY.replace('2 "two"', '1 "two"'), 4, "other payoffs than before"),
        (HEAD + BODY.replace("1 1", "3 1", 1), 2, "no such player"),
        (HEAD + BODY.replace("1 1", "0 1", 1), 2, "no such player"),
        (HEAD + BODY.replace("1 1", "one 1", 1), 2, "no whole number"),
        (HEAD + BODY.replace('{ "x" "y" }', ""), 2, "moves are missing"),
        (HEAD + BODY.replace('{ "x" "y" }', "{ }"), 2, "a move in quotes"),
        (HEAD + BODY.replace('{ "x" "y" }', '{ "x" "y"'), 2, "closing brace"),
        (HEAD + BODY.replace('"two"', '"two'), 4, "without its end"),
        (HEAD + BODY.replace('t ""', 'q ""', 1), 3, "no such node"),
        (HEAD + 'c "" 1 "" { "h" 0.5 "t" 0.4 } 0\nt "" 0\nt "" 0\n', 2, "sum to one"),
        (HEAD + 'c "" 1 "" { "h" "t" } 0\nt "" 0\nt "" 0\n', 2, "a probability"),
    ],
)
def test_bad_files_are_refused_with_their_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    file = tmp_path / "bad.efg"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words) as caught:
        read_efg(file)
    assert str(caught.value).startswith(f"{file}:{line}: ")


def test_information_sets_of_several_nodes_are_refused(tmp_path: Path) -> None:
    text = (
        'EFG 2 R "matching pennies" { "A" "B" }\n'
        'p "" 1 1 "" { "H" "T" } 0\n'
        'p "" 2 1 "" { "H" "T" } 0\nt "" 1 "won" { 1 -1 }\nt "" 2 "lost" { -1 1 }\n'
        'p "" 2 1 "" { "H" "T" } 0\nt "" 2\nt "" 1\n'
    )
    with pytest.raises(InputError, match="the player would not know where it is") as caught:
        parse_efg(text, "pennies.efg")
    assert "pennies.efg:6:" in str(caught.value)
    assert "perfect information" in str(caught.value)


def test_deep_and_endless_files_are_refused() -> None:
    deep = HEAD + "".join(f'p "" 1 {k} "" {{ "on" }} 0\n' for k in range(1, 5000))
    with pytest.raises(InputError, match="too large"):
        parse_efg(deep)
    wide = HEAD + 'c "" 1 "" {' + "".join(f' "{k}" 1/30000' for k in range(30000)) + " } 0\n"
    with pytest.raises(InputError, match="too large"):
        parse_efg(wide + 't "" 0\n' * 30000)


def test_no_file_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_efg(tmp_path / "none.efg")
    with pytest.raises(OutputError):
        write_efg(ladder(), tmp_path / "none" / "g.efg")
    (tmp_path / "bad.efg").write_bytes(b'EFG 2 R\n"\xff" { "A" }')
    with pytest.raises(InputError, match="not UTF-8") as caught:
        read_efg(tmp_path / "bad.efg")
    assert "bad.efg:2" in str(caught.value)


def test_a_file_that_cannot_be_replaced_is_left_whole(tmp_path: Path) -> None:
    target = tmp_path / "g.efg"
    target.mkdir()
    (target / "kept.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(OutputError):
        write_efg(ladder(), target)
    assert (target / "kept.txt").read_text(encoding="utf-8") == "kept"
    assert [p.name for p in tmp_path.iterdir()] == ["g.efg"]


@given(st.text(alphabet='EFG2R"{}ptc 01/.-\\\n,xy', max_size=80))
@settings(max_examples=200)
def test_nothing_but_our_errors(tail: str) -> None:
    for text in (tail, HEAD + tail, HEAD + BODY[:30] + tail):
        with suppress(InputError):
            parse_efg(text)
