"""Game trees with perfect information: who may do what, in which order, and what it is worth.

A tree is written from its root down. A decision belongs to a player and offers named moves; a chance
node has named moves with probabilities; an outcome ends the game and says what it is worth to each
player, as one number or as a range (low, likely, high; see `talion.model.quantity`). Whoever moves
knows everything that was done before. A game also holds the tree as a flat list of places, each
before what follows it, which is what solvers and drawings walk along.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError, Problems
from talion.model.quantity import prior
from talion.model.sampling import Sampler

__all__ = [
    "Chance",
    "Decision",
    "Game",
    "Outcome",
    "Place",
    "chance",
    "decision",
    "likely_payoffs",
    "outcome",
    "payoff_draws",
]

F8 = NDArray[np.float64]
Range = tuple[float, float, float]

MOST_PLACES = 20_000
DEEPEST = 200
SUM_WITHIN = 1e-6
LARGEST_PAYOFF = 1e12
MOST_NUMBERS = 40_000_000  # payoffs over draws, places and players; 320 MB


@dataclass(frozen=True, eq=False)
class Outcome:
    """An end of the game; `payoffs` in the order of the game's players. See `outcome`."""

    name: str
    payoffs: tuple[Range, ...]


@dataclass(frozen=True, eq=False)
class Decision:
    """A player's choice among named moves. See `decision`."""

    player: str
    moves: tuple[tuple[str, Node], ...]
    name: str = ""


@dataclass(frozen=True, eq=False)
class Chance:
    """Moves that nobody chooses, with their probabilities. See `chance`."""

    moves: tuple[tuple[str, Node], ...]
    probabilities: tuple[float, ...]
    name: str = ""


Node = Outcome | Decision | Chance


def outcome(name: str, *payoffs: float | Sequence[float]) -> Outcome:
    """Return an end of the game.

    Args:
        name: what has happened then; outcomes of the same name are counted together.
        payoffs: for each player a number, or [low, likely, high].

    Raises:
        InputError: a payoff that is neither, or not finite, or beyond 1e12.

    >>> outcome("war", -2, [-3, -1, 0]).payoffs
    ((-2.0, -2.0, -2.0), (-3.0, -1.0, 0.0))
    """
    read = []
    for k, value in enumerate(payoffs, 1):
        place = f"outcome {name!r}, payoff {k}"
        try:
            found = prior(list(value) if isinstance(value, Sequence) else float(value))
        except (ValueError, TypeError) as error:
            raise InputError(str(error), place=place, value=value) from None
        if max(map(abs, found)) > LARGEST_PAYOFF:
            raise InputError("a payoff beyond 1e12", place=place, value=value, remedy="rescale")
        read.append(found)
    return Outcome(name, tuple(read))


def decision(player: str, moves: Mapping[str, Node], *, name: str = "") -> Decision:
    """Return a choice of `player` among `moves` (label -> what follows).

    >>> decision("US", {"stay": outcome("base stays", 0), "leave": outcome("base goes", 1)}).player
    'US'
    """
    return Decision(player, tuple(moves.items()), name)


def chance(moves: Mapping[str, tuple[float, Node]], *, name: str = "") -> Chance:
    """Return moves of chance: label -> (probability, what follows).

    >>> chance({"hit": (0.25, outcome("loss", -1)), "miss": (0.75, outcome("none", 0))}).probabilities
    (0.25, 0.75)
    """
    nodes = tuple((label, node) for label, (_, node) in moves.items())
    return Chance(nodes, tuple(float(p) for p, _ in moves.values()), name)


@dataclass(frozen=True, eq=False)
class Place:
    """A node where it stands in the tree.

    Attributes:
        index: in the game's list; the root is 0 and a child stands after its parent.
        node: what is there.
        parent: index of the place before, -1 for the root.
        move: which move of the parent leads here, counted from 0.
        depth: moves from the root.
        path: labels of the moves that lead here.
        children: indices, in the order of the node's moves.
    """

    index: int
    node: Node
    parent: int
    move: int
    depth: int
    path: tuple[str, ...]
    children: tuple[int, ...] = ()

    def words(self) -> str:
        """Return where this is: the moves that lead here."""
        return " > ".join(self.path) or "the start"


@dataclass(frozen=True, eq=False)
class Game:
    """Players and a tree.

    Attributes:
        title: what the game is about.
        players: names, in the order of payoffs.
        root: the first node.
        places: every node where it stands, parents before children.

    Raises:
        InputError, Problems: no players, a player that nobody declared, another number of payoffs, a
            node without moves or with two of one label, probabilities that are negative or do not sum
            to one, a tree too large or too deep. Each names the moves that lead to it.

    >>> game = Game("deterrence", ("C", "D"), decision("C", {
    ...     "stay": outcome("peace", 0, 1), "challenge": outcome("conquest", 1, 0)}))
    >>> [place.words() for place in game.places]
    ['the start', 'stay', 'challenge']
    """

    title: str
    players: tuple[str, ...]
    root: Node
    places: tuple[Place, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Lay the tree out flat and name every fault in it."""
        object.__setattr__(self, "players", tuple(self.players))
        faults = [*self._player_faults()]
        Problems.raise_any(faults)
        object.__setattr__(self, "places", _flat(self.root))
        Problems.raise_any(fault for place in self.places for fault in self._faults(place))

    def _player_faults(self) -> Iterator[InputError]:
        if not self.players:
            yield InputError("a game needs players", place="players", value=self.players)
        for k, name in enumerate(self.players):
            if not name.strip() or name in self.players[:k]:
                yield InputError(
                    "players need names that differ", place="players", value=name,
                    remedy="name every player once",
                )  # fmt: skip

    def _faults(self, place: Place) -> Iterator[InputError]:
        node, where = place.node, f"at {place.words()}"
        if isinstance(node, Outcome):
            if len(node.payoffs) != len(self.players):
                yield InputError(
                    f"{len(node.payoffs)} payoffs for {len(self.players)} players", place=where,
                    value=node.name, remedy="give one for each player, in their order",
                )  # fmt: skip
            return
        labels = [label for label, _ in node.moves]
        if not labels:
            yield InputError("a node without moves", place=where, value=node.name)
        if len(set(labels)) < len(labels):
            yield InputError("two moves of one name", place=where, value=labels)
        if isinstance(node, Decision) and node.player not in self.players:
            yield InputError(
                "no such player", place=where, value=node.player,
                remedy=f"players are: {', '.join(self.players)}",
            )  # fmt: skip
        if isinstance(node, Chance):
            odds = node.probabilities
            bad = not all(math.isfinite(p) and 0.0 <= p <= 1.0 for p in odds)
            if bad or abs(sum(odds) - 1.0) > SUM_WITHIN:
                yield InputError(
                    "probabilities must be 0 to 1 and sum to one", place=where, value=odds
                )

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Return the names of the outcomes, each once, in the order of the tree."""
        names = (p.node.name for p in self.places if isinstance(p.node, Outcome))
        return tuple(dict.fromkeys(names))

    @property
    def certain(self) -> bool:
        """Return whether every payoff is one number."""
        return all(
            low == high
            for p in self.places
            if isinstance(p.node, Outcome)
            for low, _, high in p.node.payoffs
        )

    def player_of(self, place: Place) -> int:
        """Return the number of the player who moves there; -1 if none does."""
        return self.players.index(place.node.player) if isinstance(place.node, Decision) else -1

    def reached(self, chosen: F8) -> F8:
        """Return how likely each place is to be reached.

        Args:
            chosen: chance that each place is chosen where its parent stands, (..., places).

        Returns:
            Products along the path, (..., places).
        """
        reach = np.ones_like(chosen)
        for place in self.places[1:]:
            reach[..., place.index] = reach[..., place.parent] * chosen[..., place.index]
        return reach

    def outcome_chances(self, chosen: F8) -> F8:
        """Return how likely each outcome is, (..., outcomes), given `chosen` as in `reached`."""
        reach = self.reached(chosen)
        names = {name: k for k, name in enumerate(self.outcomes)}
        chances = np.zeros((*chosen.shape[:-1], len(names)))
        for place in self.places:
            if isinstance(place.node, Outcome):
                chances[..., names[place.node.name]] += reach[..., place.index]
        return chances


def _flat(root: Node) -> tuple[Place, ...]:
    """Every node before what follows it, without recursion: a deep tree must not overflow a stack."""
    places: list[Place] = []
    children: list[list[int]] = []
    open_: list[tuple[Node, int, int, int, tuple[str, ...]]] = [(root, -1, 0, 0, ())]
    while open_:
        node, parent, move, depth, path = open_.pop()
        if len(places) >= MOST_PLACES or depth > DEEPEST:
            what = "deep" if depth > DEEPEST else "large"
            raise InputError(
                f"the game is too {what}", place=" > ".join(path[:6]), value=len(places),
                remedy=f"at most {MOST_PLACES} nodes and {DEEPEST} moves in a row",
            )  # fmt: skip
        index = len(places)
        places.append(Place(index, node, parent, move, depth, path))
        children.append([])
        if parent >= 0:
            children[parent].append(index)
        if not isinstance(node, Outcome):
            moves = enumerate(node.moves)
            step = [(n, index, k, depth + 1, (*path, label)) for k, (label, n) in moves]
            open_ += reversed(step)
    return tuple(
        Place(p.index, p.node, p.parent, p.move, p.depth, p.path, tuple(children[p.index]))
        for p in places
    )


def payoff_draws(game: Game, draws: int, seed: int) -> F8:
    """Draw the payoffs of every outcome; a payoff that is one number does not vary.

    What an outcome is worth to a player is one quantity: where its name stands at several places of
    the tree, all share the draws.

    Args:
        game: a range is low, likely, high: 1-in-10, middle, 9-in-10.
        draws: how many, 1 or more.
        seed: the numbers of an outcome depend on it and on the names of outcome and player alone.

    Returns:
        (draws, places, players); 0 at places that are no outcome.

    Raises:
        InputError: no draw, or more than fit into memory.

    >>> game = Game("g", ("A",), outcome("end", [1, 2, 5]))
    >>> payoff_draws(game, 4, 1).shape
    (4, 1, 1)
    """
    if draws < 1:
        raise InputError("at least one draw is needed", place="draws", value=draws)
    if draws * len(game.places) * len(game.players) > MOST_NUMBERS:
        raise InputError(
            "too many draws for a game of this size", place="draws", value=draws,
            remedy=f"at most {MOST_NUMBERS // (len(game.places) * len(game.players))}",
        )  # fmt: skip
    sampler = Sampler(seed, draws)
    found = np.zeros((draws, len(game.places), len(game.players)))
    for place in game.places:
        if isinstance(place.node, Outcome):
            for k, (player, stated) in enumerate(
                zip(game.players, place.node.payoffs, strict=True)
            ):
                name = f"{place.node.name}/{player}"
                found[:, place.index, k] = sampler.draw(name, stated)
    return found


def likely_payoffs(game: Game) -> F8:
    """Return the likely payoffs, (1, places, players), as `payoff_draws` would."""
    found = np.zeros((1, len(game.places), len(game.players)))
    for place in game.places:
        if isinstance(place.node, Outcome):
            found[0, place.index] = [likely for _, likely, _ in place.node.payoffs]
    return found
