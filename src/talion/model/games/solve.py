"""Backward induction: what players do when each foresees what the later ones will do.

From the last moves to the first, each player takes a move that is best for it given what follows:
such plans are the subgame-perfect equilibria. Where two moves are equally good there are several.
`subgame_perfect` finds them all, as the different courses that some equilibrium leads to, with the
number of complete plans behind each. `best_replies` gives one for many sets of payoffs at once: it
takes equally good moves with equal chance, which is an equilibrium too.

References:
    Kuhn (1953), "Extensive games and the problem of information", in Contributions to the Theory of
    Games II, for backward induction; Selten (1965), Zeitschrift für die gesamte Staatswissenschaft
    121:301, for subgame perfection.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from talion.errors import InputError
from talion.model.games.tree import Chance, Decision, Game, Outcome, Place, likely_payoffs

__all__ = [
    "Equilibria",
    "Equilibrium",
    "Solution",
    "best_replies",
    "induct",
    "subgame_perfect",
]

F8 = NDArray[np.float64]
Choose = Callable[[F8], F8]

TIED_WITHIN = 1e-12  # of the largest payoff
MOST_COURSES = 10_000
_Course = tuple[tuple[int, float], ...]  # outcomes' places and their chances


@dataclass(frozen=True, eq=False)
class Solution:
    """Choices and values everywhere in the tree, for one or more sets of payoffs.

    Attributes:
        game: the tree.
        chosen: chance that each place is chosen where its parent stands, (draws, places); 1 at the root.
        values: expected payoffs from each place on, (draws, places, players).
        method: how choices were made.
    """

    game: Game
    chosen: F8
    values: F8
    method: str

    @property
    def chances(self) -> F8:
        """Return how likely each outcome is, (draws, outcomes); see `Game.outcomes`."""
        return self.game.outcome_chances(self.chosen)

    def choice(self, *path: str) -> dict[str, float]:
        """Return the chance of each move at the place that a path of moves leads to, in the first draw.

        Raises:
            InputError: no such path, or nobody moves there.
        """
        for place in self.game.places:
            if place.path == path and not isinstance(place.node, Outcome):
                labels = [label for label, _ in place.node.moves]
                odds = self.chosen[0, list(place.children)].tolist()
                return dict(zip(labels, odds, strict=True))
        raise InputError(
            "nobody moves there",
            place="path",
            value=" > ".join(path),
            remedy="give the moves in order",
        )


def induct(game: Game, payoffs: F8, choose: Choose, method: str) -> Solution:
    """Walk from the last moves to the first.

    Args:
        game: the tree.
        payoffs: (draws, places, players), read at outcomes.
        choose: turns the values of a player's moves, (draws, moves), into chances, (draws, moves).
        method: how `choose` does it, in words.

    Returns:
        Choices and values.

    Raises:
        InputError: payoffs of another shape, or that are not finite.
    """
    shape = (len(game.places), len(game.players))
    if payoffs.ndim != 3 or payoffs.shape[1:] != shape or not np.isfinite(payoffs).all():
        raise InputError(
            "payoffs must be finite, for draws, places and players", place="payoffs",
            value=payoffs.shape, remedy=f"give (draws, {shape[0]}, {shape[1]}), as payoff_draws does",
        )  # fmt: skip
    values = payoffs.copy()
    chosen = np.ones(values.shape[:2])
    for place in reversed(game.places):
        node = place.node
        if isinstance(node, Outcome):
            continue
        ahead = values[:, list(place.children), :]
        if isinstance(node, Chance):
            odds = np.array(node.probabilities) / sum(node.probabilities)
            chances = np.broadcast_to(odds, ahead.shape[:2])
        else:
            chances = choose(ahead[:, :, game.player_of(place)])
        chosen[:, list(place.children)] = chances
        values[:, place.index, :] = np.einsum("dm,dmp->dp", chances, ahead)
    return Solution(game, chosen, values, method)


def tolerance(payoffs: F8) -> float:
    """Return below which difference two values count as equal: rounding, not judgment."""
    return TIED_WITHIN * max(float(np.abs(payoffs).max(initial=0.0)), 1e-300)


def best_replies(game: Game, payoffs: F8 | None = None) -> Solution:
    """Solve by backward induction; equally good moves are taken with equal chance.

    Args:
        game: the tree.
        payoffs: (draws, places, players), from `payoff_draws`; the likely ones by default.

    Reference: Kuhn (1953); see the module.

    >>> from talion.model.games.tree import Game, decision, outcome
    >>> game = Game("g", ("A",), decision("A", {"x": outcome("one", 1), "y": outcome("two", 2)}))
    >>> best_replies(game).choice()
    {'x': 0.0, 'y': 1.0}
    """
    found = likely_payoffs(game) if payoffs is None else payoffs
    within = tolerance(found)

    def choose(values: F8) -> F8:
        best = values >= values.max(axis=1, keepdims=True) - within
        return np.asarray(best / best.sum(axis=1, keepdims=True))

    return induct(game, found, choose, "backward induction, equal chances among equally good moves")


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """One course that subgame-perfect equilibria lead to.

    Attributes:
        moves: what is done from the start to the first chance node or outcome.
        chances: outcome -> how likely it is; a single one of 1 where chance plays no part.
        payoffs: expected payoffs of the players.
        plans: how many equilibria lead to this course.
        plan: one of them, as the place of each decision -> the number of the move taken there.
    """

    moves: tuple[str, ...]
    chances: dict[str, float]
    payoffs: tuple[float, ...]
    plans: int
    plan: dict[int, int]


@dataclass(frozen=True, eq=False)
class Equilibria:
    """Every course that a subgame-perfect equilibrium in pure strategies leads to.

    Attributes:
        game: solved at its likely payoffs.
        courses: one or more, those with the most plans first.
    """

    game: Game
    courses: tuple[Equilibrium, ...]

    @property
    def plans(self) -> int:
        """Return the number of equilibria in pure strategies."""
        return sum(course.plans for course in self.courses)

    @property
    def unique(self) -> bool:
        """Return whether all equilibria lead to one course."""
        return len(self.courses) == 1

    @property
    def low(self) -> tuple[float, ...]:
        """Return what each player gets at least, over all equilibria."""
        return tuple(map(min, zip(*(c.payoffs for c in self.courses), strict=True)))

    @property
    def high(self) -> tuple[float, ...]:
        """Return what each player gets at most, over all equilibria."""
        return tuple(map(max, zip(*(c.payoffs for c in self.courses), strict=True)))

    def sentences(self, course: int = 0) -> list[str]:
        """Return one plan in words, from the last decision to the first.

        >>> from talion.model.games.tree import Game, decision, outcome
        >>> game = Game("g", ("C", "D"), decision("C", {"stay": outcome("peace", 0, 1),
        ...     "go": decision("D", {"yield": outcome("won", 1, 0), "fight": outcome("war", -2, -1)})}))
        >>> print(*subgame_perfect(game).sentences(), sep="\\n")
        After go, D takes yield: 0 to it, against -1 for fight.
        At the start, C takes go: 1 to it, against 0 for stay.
        """
        game, plan = self.game, self.courses[course].plan
        values = _values_of(game, plan)
        within = tolerance(values)
        said = []
        for place in reversed(game.places):
            if not isinstance(place.node, Decision):
                continue
            player, labels = game.player_of(place), [label for label, _ in place.node.moves]
            worth = [values[child, player] for child in place.children]
            taken = plan[place.index]
            rest = [f"{worth[k]:g} for {x}" for k, x in enumerate(labels) if k != taken]
            equal = any(worth[k] >= worth[taken] - within for k in range(len(labels)) if k != taken)
            where = f"After {place.words()}" if place.path else "At the start"
            against = f", against {', '.join(rest)}" if rest else ""
            said.append(
                f"{where}, {place.node.player} takes {labels[taken]}: {worth[taken]:g} to it{against}"
                f"{' (equally good)' if equal else ''}."
            )
        return said


def _values_of(game: Game, plan: dict[int, int]) -> F8:
    """Expected payoffs everywhere, (places, players), when everyone keeps to a plan."""
    values: F8 = likely_payoffs(game)[0]
    for place in reversed(game.places):
        if isinstance(place.node, Decision):
            values[place.index] = values[place.children[plan[place.index]]]
        elif isinstance(place.node, Chance):
            odds = np.array(place.node.probabilities) / sum(place.node.probabilities)
            values[place.index] = odds @ values[list(place.children)]
    return values


@dataclass(frozen=True, eq=False)
class _Found:
    """Equilibria of a subgame that lead to one course.

    `picks` is the course of each child in one of these equilibria, and `taken` the move at the place.
    """

    course: _Course
    payoffs: F8
    plans: int
    picks: tuple[int, ...] = ()
    taken: int = -1


def subgame_perfect(game: Game) -> Equilibria:
    """Find the subgame-perfect equilibria in pure strategies, at the likely payoffs.

    Two moves are equally good where their values differ by less than 1e-12 of the largest payoff. A
    course is told from another by which outcomes it reaches and how likely; the equilibria that lead to
    it differ in what would be done where nobody comes. Where two moves are equally good, mixing them
    is an equilibrium too, with values between those of the courses.

    Raises:
        InputError: more than 10,000 courses at one node.

    Reference: Kuhn (1953), Selten (1965); see the module.

    >>> from talion.model.games.tree import Game, decision, outcome
    >>> game = Game("g", ("A", "B"), decision("A", {"x": outcome("one", 1, 0), "y": outcome("two", 1, 5)}))
    >>> found = subgame_perfect(game)
    >>> [course.moves for course in found.courses], found.low, found.high
    ([('x',), ('y',)], (1.0, 0.0), (1.0, 5.0))
    """
    payoffs = likely_payoffs(game)[0]
    within = tolerance(payoffs)
    found: list[list[_Found]] = [[] for _ in game.places]
    for place in reversed(game.places):
        below = [found[child] for child in place.children]
        if isinstance(place.node, Outcome):
            mine = [_Found(((place.index, 1.0),), payoffs[place.index], 1)]
        elif isinstance(place.node, Chance):
            mine = _mixed(place, place.node, below)
        else:
            mine = _chosen(place, below, game.player_of(place), within)
        found[place.index] = mine
    courses = [_described(game, found, k) for k in range(len(found[0]))]
    return Equilibria(game, tuple(sorted(courses, key=lambda c: -c.plans)))


def _too_many(place: str) -> InputError:
    return InputError(
        "too many equilibria: ties lead to more courses than are listed", place=place,
        value=MOST_COURSES, remedy="tell equal payoffs apart, or use best_replies",
    )  # fmt: skip


def _mixed(place: Place, node: Chance, below: list[list[_Found]]) -> list[_Found]:
    """Every combination of what follows the moves of chance."""
    if math.prod(map(len, below)) > MOST_COURSES:
        raise _too_many(f"at {place.words()}")
    total = sum(node.probabilities)
    odds = [p / total for p in node.probabilities]
    mixed: dict[_Course, _Found] = {}
    for picks in itertools.product(*(range(len(options)) for options in below)):
        parts = [options[k] for options, k in zip(below, picks, strict=True)]
        course = tuple(
            (end, p * q)
            for p, part in zip(odds, parts, strict=True)
            for end, q in part.course
            if p * q > 0.0
        )
        plans = math.prod(part.plans for part in parts)
        if course in mixed:  # what follows a move of no chance tells no course from another
            mixed[course] = replace(mixed[course], plans=mixed[course].plans + plans)
            continue
        value = np.sum([p * part.payoffs for p, part in zip(odds, parts, strict=True)], axis=0)
        mixed[course] = _Found(course, value, plans, picks)
    return list(mixed.values())


def _chosen(place: Place, below: list[list[_Found]], player: int, within: float) -> list[_Found]:
    """Each course of each move, where the other moves have a course that is no better for the player."""
    worths = [sorted(option.payoffs[player] for option in options) for options in below]
    poorest = [int(np.argmin([x.payoffs[player] for x in options])) for options in below]
    counts = []
    for options in below:
        ordered = sorted(options, key=lambda option: option.payoffs[player])
        counts.append([0, *itertools.accumulate(option.plans for option in ordered)])
    made = []
    for move, options in enumerate(below):
        for k, option in enumerate(options):
            least = option.payoffs[player] + within
            plans = option.plans
            for other in range(len(below)):
                if other != move:
                    plans *= counts[other][bisect.bisect_right(worths[other], least)]
            if plans:
                picks = (*poorest[:move], k, *poorest[move + 1 :])
                made.append(_Found(option.course, option.payoffs, plans, picks, move))
    if len(made) > MOST_COURSES:
        raise _too_many(f"at {place.words()}")
    return made


def _described(game: Game, found: list[list[_Found]], which: int) -> Equilibrium:
    """A course at the root in names, with one complete plan."""
    root = found[0][which]
    plan: dict[int, int] = {}
    open_ = [(0, which)]
    while open_:
        index, k = open_.pop()
        place, here = game.places[index], found[index][k]
        if isinstance(place.node, Decision):
            plan[index] = here.taken
        open_ += zip(place.children, here.picks, strict=True)
    moves = []
    place = game.places[0]
    while isinstance(place.node, Decision):
        moves.append(place.node.moves[plan[place.index]][0])
        place = game.places[place.children[plan[place.index]]]
    chances: dict[str, float] = {}
    for end, p in root.course:
        node = game.places[end].node
        chances[node.name] = chances.get(node.name, 0.0) + p
    return Equilibrium(tuple(moves), chances, tuple(root.payoffs.tolist()), root.plans, plan)
