"""Posterior draws of a case's parameters, and a sampler that answers from them.

A parameter is told as its standard normal score: the number that `Sampler.normal` would have drawn
under the prior. So a posterior need not repeat what a prior means, and a parameter that a record
says nothing about keeps its prior stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.errors import CaseError
from talion.model.past import Past
from talion.model.reading import READINGS
from talion.model.sampling import Sampler

__all__ = ["ChosenDraws", "PosteriorDraws", "PosteriorSampler", "chosen_draws"]

F8 = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PosteriorDraws:
    """N joint draws of parameters and past, given a record, under one reading.

    Attributes:
        reading: id of the reading whose prior was updated.
        scores: name of a parameter, exactly as `Sampler.normal` is asked for it (`usual/attack`,
            `A1/attack>strike/share`, `half-life/push`), -> [N] standard normal scores.
        signs: name of an arrow, as `Sampler.sign` is asked for it, -> [N] of +1, -1 or 0; empty unless
            the reading leaves signs open.
        past: what happened, N draws.
        strength: the strength of every link was multiplied by this in the prior; see
            `talion.model.compile.compile_model`.

    Raises:
        CaseError: arrays of another length than N, scores that are not finite, signs other than
            +1, -1 and 0, signs under a reading that states them, no such reading, or a strength that
            is not positive.

    >>> past = Past(0, 1, [0, 0, 0], [], [], [], (), {})
    >>> PosteriorDraws("as_written", {"usual/attack": [0.1, -0.2]}, {}, past).draws
    2
    """

    reading: str
    scores: Mapping[str, F8]
    signs: Mapping[str, F8]
    past: Past
    strength: float = 1.0

    def __post_init__(self) -> None:
        """Bring the arrays to float64 and check them."""
        for part in ("scores", "signs"):
            given: Mapping[str, F8] = getattr(self, part)
            arrays = {name: np.asarray(x, dtype=np.float64) for name, x in given.items()}
            object.__setattr__(self, part, arrays)
            for name, values in arrays.items():
                self._check_values(f"posterior.{part}.{name}", values, part == "signs")
        if self.reading not in READINGS:
            known = f"use one of: {', '.join(READINGS)}"
            raise CaseError(
                "no such reading", place="posterior.reading", value=self.reading, remedy=known
            )
        if self.signs and READINGS[self.reading].signs != "either":
            raise CaseError(
                "this reading states its signs",
                place="posterior.signs",
                value=next(iter(self.signs)),
                remedy="give signs only where the reading leaves them open",
            )
        if not (np.isfinite(self.strength) and self.strength > 0):
            raise CaseError(
                "must be positive and finite", place="posterior.strength", value=self.strength
            )

    @property
    def draws(self) -> int:
        """Number of draws, N."""
        return self.past.draws

    def _check_values(self, place: str, values: F8, signs: bool) -> None:
        if values.shape != (self.draws,):
            raise CaseError(f"must have shape ({self.draws},)", place=place, value=values.shape)
        bad = values[~np.isin(values, (-1.0, 0.0, 1.0))] if signs else values[~np.isfinite(values)]
        if bad.size:
            message = "a sign is +1, -1 or 0" if signs else "a number is not finite"
            raise CaseError(message, place=place, value=float(bad[0]))


class ChosenDraws(PosteriorDraws):
    """Parameters that someone chose, with the record's rows as history, as under a prior.

    Its `past` is empty and says only how many draws there are.
    """


def chosen_draws(
    reading: str, scores: Mapping[str, F8], signs: Mapping[str, F8], draws: int
) -> ChosenDraws:
    """Return chosen parameters; those not named keep their prior stream.

    Args:
        reading: id of the reading.
        scores: name of a parameter -> standard normal scores, shape (draws,).
        signs: name of an arrow -> +1, -1 or 0, shape (draws,); none where the reading states signs.
        draws: how many.

    Raises:
        CaseError: as `PosteriorDraws`.

    >>> chosen_draws("as_written", {"usual/attack": np.array([0.5])}, {}, 1).draws
    1
    """
    none = np.zeros(0, np.int64)
    nothing = Past(0, 1, np.zeros(draws + 1, np.int64), np.zeros(0), none, none, (), {})
    return ChosenDraws(reading, scores, signs, nothing)


class PosteriorSampler(Sampler):
    """A sampler that answers from posterior draws, and else from the prior's own streams.

    Args:
        given: the posterior draws.
        seed: of the streams of all other parameters; any integer.
        draws: how many, the first of those given.

    Raises:
        CaseError: more draws than are given.

    >>> past = Past(0, 1, [0, 0, 0], [], [], [], (), {})
    >>> given = PosteriorDraws("as_written", {"usual/attack": [0.1, -0.2]}, {}, past)
    >>> sampler = PosteriorSampler(given, seed=1, draws=2)
    >>> sampler.normal("usual/attack").tolist()
    [0.1, -0.2]
    >>> bool((sampler.normal("usual/strike") == Sampler(1, 2).normal("usual/strike")).all())
    True
    >>> sampler.asked
    ('usual/attack', 'usual/strike')
    """

    def __init__(self, given: PosteriorDraws, seed: int, draws: int) -> None:
        if draws > given.draws:
            raise CaseError(
                f"the posterior has {given.draws} draws",
                place="posterior",
                value=draws,
                remedy=f"ask for at most {given.draws}, or fit with more",
            )
        super().__init__(seed, draws)
        self.given = given
        self._asked: dict[str, None] = {}
        self._asked_signs: dict[str, None] = {}

    @property
    def asked(self) -> tuple[str, ...]:
        """Names that `normal` was asked for, in the order first asked: the parameters there are."""
        return tuple(self._asked)

    @property
    def asked_signs(self) -> tuple[str, ...]:
        """Names that `sign` was asked for, in the order first asked."""
        return tuple(self._asked_signs)

    def normal(self, name: str) -> F8:
        """Return the posterior's scores of a parameter, else standard normals; shape (draws,)."""
        self._asked[name] = None
        scores = self.given.scores.get(name)
        return super().normal(name) if scores is None else scores[: self.draws].copy()

    def sign(self, name: str) -> F8:
        """Return the posterior's signs of an arrow, else those of its prior; shape (draws,)."""
        self._asked_signs[name] = None
        signs = self.given.signs.get(name)
        return super().sign(name) if signs is None else signs[: self.draws].copy()

    def check_all_used(self) -> None:
        """Raise CaseError where a name was given that nothing has asked for.

        Such a name is misspelt, or the draws belong to another case: left alone, the parameter it
        stands for would silently keep its prior.
        """
        for part, given, asked in (
            ("scores", self.given.scores, self._asked),
            ("signs", self.given.signs, self._asked_signs),
        ):
            unknown = [name for name in given if name not in asked]
            if unknown:
                raise CaseError(
                    "the case has no such uncertain parameter under this reading",
                    place=f"posterior.{part}",
                    value=unknown[0],
                    remedy="fit this case again",
                )
