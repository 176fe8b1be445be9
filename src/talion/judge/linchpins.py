"""Key assumptions: on which links, starting values and factors a result rests, from its own draws.

For each test and reading the draws differ in how often the test holds. A *linchpin* is an assumption
that tells them apart beyond chance (`given_data.search`): a link, its sign and its strength together,
a usual rate, where a factor settles, a position. Only assumptions that have a way to what the test
measures are asked. Each is told with the share of the variance between draws that it accounts for
alone, and with the probability of the test in thirds of its values, and under each sign.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from talion.judge.estimate import DrawTruth
from talion.judge.given_data import (
    LEAST_DRAWS,
    Even,
    Find,
    Output,
    Resampling,
    explained_by,
    explained_share,
    features_of,
    search,
)
from talion.judge.parameter_words import condition_words, role_words
from talion.judge.parameters import Parameter

__all__ = ["Linchpin", "Linchpins", "Slice", "Told", "find_linchpins", "output_of", "pooled"]

F8 = NDArray[np.float64]
B1 = NDArray[np.bool_]
I8 = NDArray[np.int64]

_Z80 = 1.2815515655446004  # an 80 % interval
LEAST_SHARE = 0.02  # of the variance: what accounts for less is no linchpin, however sure
_FEWEST = 5  # draws of which a slice says anything
_PART = 0.05  # of the share of variance: less is not named as sign, or as strength
_SIGNS = ((-1.0, "lowers"), (0.0, "does nothing"), (1.0, "raises"))


@dataclass(frozen=True)
class Slice:
    """The probability of a test in some of the draws.

    Attributes:
        says: which draws, such as `lower third: draws under 12 % of these` or `raises`.
        probability: of the test there.
        low, high: 80 % interval of that probability.
        draws: how many.
        sign: of an arrow whose sign is open, `raises` or `lowers`, if only draws of it are meant.
    """

    says: str
    probability: float
    low: float
    high: float
    draws: int
    sign: str = ""


@dataclass(frozen=True)
class Linchpin:
    """One assumption on which a result rests.

    Attributes:
        id: id of the link, or name of the parameter.
        link: id of the link; None for another assumption.
        kind: `link`, `rate`, `share`, `factor`, `decision` or `position`.
        parameters: names of what was found, the strongest first.
        says: noun phrase, such as `the sign and the strength of A8 (War → Attack)`.
        part: `sign`, `strength` or `sign and strength` for a link; `value` for anything else.
        share, low, high: share of the variance between draws that it accounts for alone, with an
            80 % interval.
        p_value: chance that the best of all assumptions does as well if none does anything more.
        thirds: probability in the lower, middle and upper third of the strongest parameter's values;
            of its size under each sign where the sign is open; empty where the sign alone matters.
        signs: probability where it lowers, does nothing and raises; empty where its sign is given.
    """

    id: str
    link: str | None
    kind: str
    parameters: tuple[str, ...]
    says: str
    part: str
    share: float
    low: float
    high: float
    p_value: float
    thirds: tuple[Slice, ...]
    signs: tuple[Slice, ...] = ()


@dataclass(frozen=True)
class Linchpins:
    """What one result rests on under one reading.

    Attributes:
        found: the strongest first; empty if no assumption stands out.
        together: share of the variance between draws that they account for, added up.
        asked: how many assumptions have a way to what is measured.
        draws: that can answer.
        sentence: the same in words.
    """

    found: tuple[Linchpin, ...]
    together: float
    asked: int
    draws: int
    sentence: str


@dataclass(frozen=True, eq=False)
class Told:
    """A reading's parameters with their features, by id.

    Attributes:
        parameters: in the order of their ids.
        features: of each, shape (G, D, 4).
        seed: of shuffles and bootstraps.
        even: the features made ready for questions that every draw answers alike.
    """

    parameters: tuple[Parameter, ...]
    features: F8
    seed: int
    even: Even
    places: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, parameters: Sequence[Parameter], seed: int) -> Told:
        """Return parameters with their features; their order changes nothing."""
        ordered = tuple(sorted(parameters, key=lambda p: p.id))
        told = [features_of(p.scores, p.signs) for p in ordered]
        features = np.stack(told) if told else np.zeros((0, 0, 4))
        places = {p.id: i for i, p in enumerate(ordered)}
        return cls(ordered, features, seed, Even.of(features), places)


def output_of(truth: DrawTruth) -> tuple[Output, B1] | None:
    """Return draws as numbers to explain, and which draws they are; None where too few answer.

    A draw counts by its answers. Where draws have several histories, those with a single answer are
    left out, since nothing tells their noise.
    """
    least = 1.0 if float(truth.answers.max(initial=0.0)) <= 1 else 2.0
    used = truth.answers >= least
    if int(used.sum()) < LEAST_DRAWS:
        return None
    return Output(truth.share[used], truth.answers[used], truth.noise[used]), used


def pooled(output: Output, where: B1) -> tuple[float, float]:
    """Return the probability in some draws, and its error with draws as the independent units.

    The error is never less than that of (k + 1/2)/(n + 1), k of n draws.
    """
    weights, values = output.weights[where], output.values[where]
    n = values.size
    p = float((values * weights).sum() / weights.sum())
    spread = float((weights**2 * (values - p) ** 2).sum()) * n / max(n - 1, 1)
    nearer = (p * n + 0.5) / (n + 1)
    history = float(weights.mean())
    least = math.sqrt(nearer * (1 - nearer) / (n * history))
    return p, max(math.sqrt(spread) / float(weights.sum()), least)


def find_linchpins(
    told: Told, upstream: frozenset[str], truth: DrawTruth, resampling: Resampling
) -> Linchpins:
    """Return what a test's probability rests on under one reading.

    Args:
        told: the reading's parameters.
        upstream: nodes with a way to what is measured; see `paths.SystemGraph.upstream`.
        truth: in how many answers of each draw the test holds.
        resampling: of the reading's draws.
    """
    asked = [i for i, p in enumerate(told.parameters) if p.node in upstream]
    made = output_of(truth)
    if made is None:
        few = int((truth.answers > 0).sum())
        why = f"Not asked: {few} draws that can answer are too few to tell assumptions apart."
        return Linchpins((), 0.0, len(asked), few, why)
    output, used = made
    resampling = resampling.among(used)
    finds: tuple[Find, ...] = ()
    if asked:
        even = told.even.among(asked) if bool(used.all()) else None
        finds = search(told.features[asked][:, used], output, resampling, even=even)
    found = tuple(
        _linchpins(told, [asked[f.index] for f in finds], finds, output, used, resampling)
    )
    together = 0.0
    if found:
        named = [told.places[name] for one in found for name in one.parameters]
        features = [told.features[i][used] for i in named]
        together = explained_share(features, output)
    draws = int(used.sum())
    return Linchpins(
        found, together, len(asked), draws, _sentence(found, together, len(asked), output)
    )


def _linchpins(
    told: Told,
    places: Sequence[int],
    finds: Sequence[Find],
    output: Output,
    used: B1,
    resampling: Resampling,
) -> Iterator[Linchpin]:
    """Yield what was found, all of one link together, the strongest first.

    Args:
        places: of each find in `told`.
    """
    groups: dict[str, list[int]] = {}
    for number, place in enumerate(places):
        groups.setdefault(told.parameters[place].group, []).append(number)
    made = []
    for group, members in groups.items():
        found = [told.parameters[places[i]] for i in members]
        features = [told.features[places[i]][used] for i in members]
        share = explained_by(features, output, resampling)
        if share.share < LEAST_SHARE:
            continue
        first = found[0]
        sign, strength = _parts(first, features[0], output)
        made.append(
            Linchpin(
                id=group,
                link=first.link,
                kind=first.kind,
                parameters=tuple(p.id for p in found),
                says=role_words(first, sign=sign, strength=strength) + _others(found),
                part=_part_words(first, sign=sign, strength=strength),
                share=share.share,
                low=share.low,
                high=share.high,
                p_value=min(finds[i].p_value for i in members),
                thirds=tuple(_thirds(first, output, used)) if strength else (),
                signs=tuple(_by_sign(first, output, used)),
            )
        )
    yield from sorted(made, key=lambda one: (-one.share, one.id))


def _part_words(parameter: Parameter, *, sign: bool, strength: bool) -> str:
    if not parameter.directed:
        return "value"
    return " and ".join(w for w, matters in (("sign", sign), ("strength", strength)) if matters)


def _others(found: Sequence[Parameter]) -> str:
    return f" and {len(found) - 1} more of its arrows" if len(found) > 1 else ""


def _parts(parameter: Parameter, features: F8, output: Output) -> tuple[bool, bool]:
    """Return whether its sign matters and whether its strength does, both given the other."""
    if parameter.signs is None:
        return False, True
    by_sign = features.copy()
    by_sign[:, 2:] = 0.0
    whole, sign = explained_share([features], output), explained_share([by_sign], output)
    if whole - sign > _PART * max(whole, _PART):
        return sign > _PART * whole, True
    return True, False


def _thirds(parameter: Parameter, output: Output, used: B1) -> Iterator[Slice]:
    """Yield thirds of the values; where the sign is open, the ends of the size under each sign."""
    values = parameter.values[used]
    if parameter.signs is None:
        yield from _thirds_of(parameter, output, values, np.ones(values.size, np.bool_), "")
        return
    signs = parameter.signs[used]
    for sign, says in _SIGNS[::2]:
        yield from _thirds_of(parameter, output, values, signs == sign, says)


def _thirds_of(
    parameter: Parameter, output: Output, values: F8, among: B1, sign: str
) -> Iterator[Slice]:
    if int(among.sum()) < 3 * _FEWEST or float(np.ptp(values[among])) <= 0:
        return
    first, second = (float(x) for x in np.quantile(values[among], (1 / 3, 2 / 3)))
    places = (
        (values <= first, (None, first)),
        ((values > first) & (values < second), (first, second)),
        (values >= second, (second, None)),
    )
    lowers = parameter.signs is not None and float(values[among].max()) < parameter.neutral
    names = ("lower third", "middle third", "upper third")[:: -1 if lowers else 1]
    cuts = zip(names, places, strict=True)
    for name, (where, (low, high)) in sorted(cuts, key=lambda cut: cut[0]):
        inside = where & among
        if int(inside.sum()) >= _FEWEST:
            said = _third_words(parameter, low, high, one_way=bool(sign))
            yield _slice(f"{name}: {said}", output, inside, sign)


def _third_words(
    parameter: Parameter, low: float | None, high: float | None, *, one_way: bool
) -> str:
    """Return a range of values without the parameter's name."""
    said = condition_words(parameter, low, high, one_way=one_way)
    lead = f"{parameter.name} " if parameter.directed else f"{parameter.name} is "
    return said.removeprefix(lead)


def _by_sign(parameter: Parameter, output: Output, used: B1) -> Iterator[Slice]:
    if parameter.signs is None:
        return
    for sign, says in _SIGNS:
        where = parameter.signs[used] == sign
        if int(where.sum()) >= _FEWEST:
            yield _slice(says, output, where)


def _slice(says: str, output: Output, where: B1, sign: str = "") -> Slice:
    p, error = pooled(output, where)
    low, high = max(p - _Z80 * error, 0.0), min(p + _Z80 * error, 1.0)
    return Slice(says, p, low, high, int(where.sum()), sign)


def _sentence(found: Sequence[Linchpin], together: float, asked: int, output: Output) -> str:
    if not found:
        if float(np.ptp(output.values)) <= 0:
            return "No assumption stands out: every draw gives the same answer."
        return (
            f"No assumption stands out: none of the {asked} that can move it tells draws apart "
            "beyond chance."
        )
    first, *rest = (f"{one.says}, {_whole(one.share)}" for one in found)
    more = "".join(f"; then {said}" for said in rest)
    sentence = f"It rests on {first} of what draws differ in{more}."
    if rest:
        sentence += f" Together they account for {_whole(together)} of it."
    return sentence


def _whole(share: float) -> str:
    """Return a share of variance as whole per cent.

    >>> _whole(0.416), _whole(0.001), _whole(0.999)
    ('42 %', 'under 1 %', 'over 99 %')
    """
    if share < 0.01:
        return "under 1 %"
    return "over 99 %" if share > 0.99 else f"{round(100 * share)} %"
