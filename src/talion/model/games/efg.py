"""Gambit's extensive-form files (`.efg`): games with perfect information are read and written.

A file lists nodes depth first. A line begins with `p` (a player's decision), `c` (chance) or `t` (an
end), then a name; decisions and chance nodes have an information set with its moves, every node may
have an outcome with payoffs. Outcomes on the way to an end add up. A player's information set with
more than one node means that the player does not know where it is: that is refused, as nothing here
solves it.

Reference: "Game representation formats", Gambit documentation, version 16.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from talion.errors import InputError
from talion.model.games.tree import (
    DEEPEST,
    LARGEST_PAYOFF,
    MOST_PLACES,
    SUM_WITHIN,
    Chance,
    Decision,
    Game,
    Node,
    Outcome,
)
from talion.model.text_file import read_text_file, write_text_file

__all__ = ["efg_text", "parse_efg", "read_efg", "write_efg"]

_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([{}])|([^\s{}",]+)|(,)|("))', re.DOTALL)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?(/\d+)?\Z")
LONGEST_NUMBER = 400
_ENDS = {"low": 0, "likely": 1, "high": 2}


@dataclass(frozen=True)
class _Token:
    kind: str  # "text", "{", "}", "word", "end"
    value: str
    line: int


def _tokens(text: str, name: str) -> Iterator[_Token]:
    at, line = 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            break  # white space to the end
        quoted, brace, word, _, stray = match.groups()
        line += text.count("\n", at, match.start(match.lastindex or 0))
        if stray is not None:
            raise InputError(
                "a quoted text without its end", place=f"{name}:{line}",
                value=text[match.start(5) : match.start(5) + 40], remedy='close it with "',
            )  # fmt: skip
        if quoted is not None:
            yield _Token("text", re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL), line)
        elif brace is not None:
            yield _Token(brace, brace, line)
        elif word is not None:
            yield _Token("word", word, line)
        line += text.count("\n", match.start(match.lastindex or 0), match.end())
        at = match.end()
    yield _Token("end", "", line)


@dataclass
class _Reader:
    """Tokens of a file, taken one by one."""

    name: str
    tokens: list[_Token]
    at: int = 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.at]

    def refuse(self, message: str, remedy: str, token: _Token | None = None) -> InputError:
        found = token or self.now
        value = found.value if found.kind != "end" else "the end of the file"
        return InputError(message, place=f"{self.name}:{found.line}", value=value, remedy=remedy)

    def take(self, kind: str, what: str) -> _Token:
        token = self.now
        if token.kind != kind:
            raise self.refuse(f"{what} is missing", f"give {what}")
        self.at += 1
        return token

    def text(self, what: str) -> str:
        return self.take("text", f"{what} in quotes").value

    def count(self, what: str) -> int:
        token = self.take("word", what)
        if not re.fullmatch(r"\d{1,9}", token.value):
            raise self.refuse(f"{what} is no whole number", "give 0, 1, 2, ...", token)
        return int(token.value)

    def number(self, what: str) -> Fraction:
        token = self.take("word", what)
        if not _NUMBER.match(token.value) or len(token.value) > LONGEST_NUMBER:
            raise self.refuse(f"{what} is no number", "write 1, 0.5 or 1/2", token)
        upper, _, lower = token.value.partition("/")
        if lower and not int(lower):
            raise self.refuse(f"{what} is divided by zero", "write 1, 0.5 or 1/2", token)
        value = Fraction(upper) / int(lower or 1)
        if abs(value) > LARGEST_PAYOFF:
            raise self.refuse(f"{what} beyond 1e12", "give payoffs in a larger unit", token)
        return value


@dataclass
class _Open:
    """A node whose moves are still to be followed."""

    kind: str
    name: str
    player: str
    labels: list[str]
    odds: list[Fraction]
    gained: tuple[Fraction, ...]
    below: list[Node] = field(default_factory=list)

    def closed(self) -> Node:
        moves = tuple(zip(self.labels, self.below, strict=True))
        if self.kind == "p":
            return Decision(self.player, moves, self.name)
        return Chance(moves, tuple(map(float, self.odds)), self.name)


@dataclass
class _File:
    """What a file has said so far."""

    reader: _Reader
    players: tuple[str, ...]
    outcomes: dict[int, tuple[str, tuple[Fraction, ...]]] = field(default_factory=dict)
    sets: dict[tuple[int, int], tuple[list[str], list[Fraction]]] = field(default_factory=dict)
    ends: int = 0

    def moves(self, kind: str, player: int) -> tuple[list[str], list[Fraction]]:
        """The information set of a node: number, perhaps a name, moves and their odds."""
        reader, first = self.reader, self.reader.now
        number = reader.count("the number of the information set")
        key = (player, number)
        if reader.now.kind == "text":
            reader.at += 1
        if player and key in self.sets:
            raise reader.refuse(
                "a second node in one information set: the player would not know where it is",
                "only games with perfect information are read; give each node a set of its own",
                first,
            )
        if reader.now.kind != "{":
            if key not in self.sets:
                raise reader.refuse("the moves are missing", 'give them as { "stay" "go" }')
            return self.sets[key]
        reader.at += 1
        labels, odds = [], []
        while reader.now.kind == "text":
            labels.append(reader.text("a move"))
            if kind == "c":
                odds.append(reader.number("a probability"))
        if not labels:
            raise reader.refuse("a move in quotes is missing", 'give them as { "stay" "go" }')
        reader.take("}", "a closing brace after the moves")
        if kind == "c" and (min(odds) < 0 or abs(float(sum(odds)) - 1.0) > SUM_WITHIN):
            raise reader.refuse("probabilities do not sum to one", "correct them", first)
        # Gambit lets moves go without a name, or share one; here they are told apart by number.
        labels = _numbered([x or str(k) for k, x in enumerate(labels, 1)])
        self.sets[key] = (labels, odds)
        return self.sets[key]

    def outcome(self) -> tuple[str, tuple[Fraction, ...]]:
        """The outcome of a node: its number, and name and payoffs where it is first met."""
        reader, first = self.reader, self.reader.now
        number = reader.count("the number of the outcome")
        name = None
        if reader.now.kind == "text":
            name = reader.text("the outcome's name")
        payoffs: list[Fraction] | None = None
        if reader.now.kind == "{":
            reader.at += 1
            payoffs = []
            while reader.now.kind == "word":
                payoffs.append(reader.number("a payoff"))
            reader.take("}", "a closing brace after the payoffs")
        nothing = ("", (Fraction(0),) * len(self.players))
        if number == 0:
            return nothing
        if payoffs is None:
            if number not in self.outcomes:
                raise reader.refuse("an outcome without payoffs", "give them as { 1 0 }", first)
            return self.outcomes[number]
        if len(payoffs) != len(self.players):
            raise reader.refuse(
                f"{len(payoffs)} payoffs for {len(self.players)} players",
                "give one for each player", first,
            )  # fmt: skip
        said = (name or f"outcome {number}", tuple(payoffs))
        if self.outcomes.setdefault(number, said)[1] != said[1]:
            raise reader.refuse(
                "an outcome with other payoffs than before", "number it anew", first
            )
        return self.outcomes[number]


def parse_efg(text: str, name: str = "efg") -> Game:
    """Read a game from the text of a `.efg` file.

    Args:
        text: the file.
        name: of the file, for errors.

    Returns:
        The game. Payoffs on the way to an end are added to the end's. An end without an outcome, or
        that shares its outcome's name with one of other payoffs, is named for the moves that lead to
        it.

    Raises:
        InputError, Problems: not such a file, incomplete, too large, or without perfect information;
            each names the line.

    >>> parse_efg('EFG 2 R "g" { "A" } p "" 1 1 "" { "x" "y" } 0 t "" 1 "one" { 0 } t "" 2 "two" { 1/2 }'
    ...           ).outcomes
    ('one', 'two')
    """
    reader = _Reader(name, list(_tokens(text, name)))
    title, players = _prologue(reader)
    file = _File(reader, players)
    open_: list[_Open] = []
    root: Node | None = None
    places = 0
    while root is None:
        places += 1
        if places > MOST_PLACES or len(open_) > DEEPEST:
            raise reader.refuse(
                "the game is too large", f"at most {MOST_PLACES} nodes, {DEEPEST} moves in a row"
            )
        found = _node(file, open_)
        if isinstance(found, _Open):
            open_.append(found)
            continue
        done: Node = found
        while open_:
            open_[-1].below.append(done)
            if len(open_[-1].below) < len(open_[-1].labels):
                break
            done = open_.pop().closed()
        else:
            root = done
    if reader.now.kind != "end":
        raise reader.refuse("more nodes than the tree has moves", "take them out")
    return Game(title, players, _told_apart(root))


def _prologue(reader: _Reader) -> tuple[str, tuple[str, ...]]:
    words = [token.value for token in reader.tokens[:3]]
    if words[:1] == ["NFG"]:
        raise reader.refuse("a game in normal form has no tree", "give an .efg file")
    if words[:2] != ["EFG", "2"] or words[2] not in ("R", "D"):
        raise reader.refuse("no .efg file", 'it begins with EFG 2 R "title" { "player" "player" }')
    reader.at = 3
    title = reader.text("the title")
    reader.take("{", "an opening brace before the players")
    players = []
    while reader.now.kind == "text":
        players.append(reader.text("a player"))
    reader.take("}", "a closing brace after the players")
    if reader.now.kind == "text":
        reader.at += 1  # the comment
    if not players:
        raise reader.refuse("no players", "name one or more")
    named = [x if x.strip() else f"player {k}" for k, x in enumerate(players, 1)]
    return title, tuple(_numbered(named))


def _numbered(names: list[str]) -> list[str]:
    """Names that stand more than once, with their number."""
    count = Counter(names)
    return [x if count[x] == 1 else f"{x} ({k})" for k, x in enumerate(names, 1)]


def _node(file: _File, open_: list[_Open]) -> _Open | Outcome:
    reader = file.reader
    token = reader.now
    if token.kind == "end":
        raise reader.refuse("a node is missing: a move leads nowhere", "complete the tree")
    if token.kind != "word" or token.value not in ("p", "c", "t"):
        raise reader.refuse("no such node", "a node begins with p, c or t")
    reader.at += 1
    name = reader.text("the node's name")
    gained = open_[-1].gained if open_ else (Fraction(0),) * len(file.players)
    player, labels, odds = 0, [""], [Fraction(0)]
    if token.value == "p":
        player = reader.count("the player's number")
        if not 1 <= player <= len(file.players):
            raise reader.refuse(
                "no such player", f"there are {len(file.players)}", reader.tokens[reader.at - 1]
            )
    if token.value != "t":
        labels, odds = file.moves(token.value, player)
    called, payoffs = file.outcome()
    total = tuple(a + b for a, b in zip(gained, payoffs, strict=True))
    if token.value != "t":
        mover = file.players[player - 1] if player else ""
        return _Open(token.value, name, mover, labels, odds, total)
    return Outcome(called, tuple((float(v), float(v), float(v)) for v in total))


def _told_apart(root: Node) -> Node:
    """Name ends that have no name, or whose name stands for several payoffs, for their moves."""
    payoffs: dict[str, set[object]] = {}
    for _, node in _ends(root):
        payoffs.setdefault(node.name, set()).add(node.payoffs)
    vague = {name for name, found in payoffs.items() if not name or len(found) > 1}
    return _renamed(root, vague) if vague else root


def _ends(root: Node) -> Iterator[tuple[tuple[str, ...], Outcome]]:
    open_: list[tuple[tuple[str, ...], Node]] = [((), root)]
    while open_:
        path, node = open_.pop()
        if isinstance(node, Outcome):
            yield path, node
        else:
            open_ += [((*path, label), below) for label, below in reversed(node.moves)]


def _renamed(node: Node, vague: set[str], path: tuple[str, ...] = ()) -> Node:
    # Recursion is safe: a file deeper than DEEPEST was refused.
    if isinstance(node, Outcome):
        if node.name not in vague:
            return node
        where = ", ".join(path) or "end"
        return Outcome(f"{node.name}: {where}" if node.name else where, node.payoffs)
    moves = tuple((label, _renamed(below, vague, (*path, label))) for label, below in node.moves)
    if isinstance(node, Decision):
        return Decision(node.player, moves, node.name)
    return Chance(moves, node.probabilities, node.name)


def read_efg(path: str | Path) -> Game:
    """Read a game from a `.efg` file; see `parse_efg`.

    Raises:
        InputError, Problems: the file cannot be read, or as in `parse_efg`.
    """
    return parse_efg(read_text_file(path), str(path))


def efg_text(game: Game, payoffs: str = "likely") -> str:
    """Return a game as the text of a `.efg` file.

    Args:
        game: the tree.
        payoffs: which end of each range is written, as the format has single numbers: `low`,
            `likely` or `high`.

    Raises:
        InputError: another word.

    >>> from talion.model.games.tree import Game, decision, outcome
    >>> print(efg_text(Game("g", ("A",), decision("A", {"x": outcome("one", 0.5), "y": outcome("two", 1)}))))
    EFG 2 R "g" { "A" }
    ""
    <BLANKLINE>
    p "" 1 1 "" { "x" "y" } 0
    t "" 1 "one" { 0.5 }
    t "" 2 "two" { 1 }
    <BLANKLINE>
    """
    if payoffs not in _ENDS:
        raise InputError(
            "no such end of a range", place="payoffs", value=payoffs,
            remedy=f"give {', '.join(_ENDS)}",
        )  # fmt: skip
    players = " ".join(map(_quoted, game.players))
    note = "" if game.certain else f"Payoffs are the {payoffs} ends of ranges."
    lines = [f"EFG 2 R {_quoted(game.title)} {{ {players} }}", _quoted(note), ""]
    sets = dict.fromkeys(range(-1, len(game.players)), 0)
    ends: dict[tuple[str, tuple[float, ...]], int] = {}
    for place in game.places:
        node = place.node
        if isinstance(node, Outcome):
            worth = tuple(p[_ENDS[payoffs]] for p in node.payoffs)
            number = ends.setdefault((node.name, worth), len(ends) + 1)
            numbers = " ".join(map(_decimal, worth))
            lines.append(f't "" {number} {_quoted(node.name)} {{ {numbers} }}')
            continue
        player = game.player_of(place)
        sets[player] += 1
        labels = [_quoted(label) for label, _ in node.moves]
        who = f"{player + 1} " if isinstance(node, Decision) else ""
        if isinstance(node, Chance):
            odds = map(str, _rational(node.probabilities))
            labels = [f"{label} {p}" for label, p in zip(labels, odds, strict=True)]
        kind = "p" if isinstance(node, Decision) else "c"
        moves = " ".join(labels)
        lines.append(f'{kind} {_quoted(node.name)} {who}{sets[player]} "" {{ {moves} }} 0')
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _decimal(value: float) -> str:
    """A number without an exponent, which not every reader takes."""
    return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")


def _rational(odds: tuple[float, ...]) -> list[Fraction]:
    """Simple fractions that sum to one exactly, as Gambit asks."""
    simple = [Fraction(p).limit_denominator(1000) for p in odds]
    found = [f if float(f) == p else Fraction(repr(p)) for f, p in zip(simple, odds, strict=True)]
    # What rounding leaves over, at most 1e-6, goes to the largest.
    found[found.index(max(found))] += 1 - sum(found)
    return found


def write_efg(game: Game, path: str | Path, payoffs: str = "likely") -> None:
    """Write a game as a `.efg` file, whole or not at all; see `efg_text`.

    Raises:
        InputError: as in `efg_text`.
        OutputError: the file cannot be written.
    """
    write_text_file(path, efg_text(game, payoffs))
