"""The uncertain parameters behind a reading, with the value that each takes in each draw.

Nothing is simulated or compiled anew: a parameter's scores are a pure function of seed and name
(`talion.model.sampling`), or stand in the posterior draws that a reading was given. A link's arrow is
one parameter, its sign and its strength together, as a signed number in the case's own unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from talion.fit.case.stated import StatedParameter, stated_throughout
from talion.judge.parts import names_of
from talion.model.arrows import Arrow
from talion.model.case import Case
from talion.model.posterior import PosteriorDraws
from talion.model.reading import READINGS, Reading
from talion.model.sampling import Sampler

__all__ = ["DrawnReading", "Parameter", "parameters_of"]

F8 = NDArray[np.float64]

_KINDS = {
    "usual": "rate",
    "mark": "share",
    "listing": "share",
    "rest": "factor",
    "half-life": "factor",
    "noise": "factor",
    "sd": "factor",
    "dose": "factor",
    "after": "factor",
    "set": "factor",
    "chance": "decision",
    "error": "decision",
    "agreed": "decision",
    "lag": "decision",
    "reversal": "decision",
    "concession": "decision",
    "consent": "decision",
    "within": "decision",
    "position": "position",
}


@dataclass(frozen=True, eq=False)
class DrawnReading:
    """Where a simulated reading's draws come from.

    Attributes:
        reading: id of the prior that was compiled.
        draws, seed: of the compilation.
        given: posterior draws, of which the first `draws` were used; None for the prior.
        levels: factor -> where it stood at the cut-off in each draw, shape (draws,); empty unless a
            fit told the past.
    """

    reading: str
    draws: int
    seed: int
    given: PosteriorDraws | None
    levels: Mapping[str, F8]

    def scores(self, name: str) -> F8:
        """Return a parameter's standard normal scores, shape (draws,)."""
        found = None if self.given is None else self.given.scores.get(name)
        return Sampler(self.seed, self.draws).normal(name) if found is None else found[: self.draws]

    def signs(self, name: str) -> F8:
        """Return an arrow's signs under a reading that leaves them open, shape (draws,)."""
        found = None if self.given is None else self.given.signs.get(name)
        return Sampler(self.seed, self.draws).sign(name) if found is None else found[: self.draws]


@dataclass(frozen=True, eq=False)
class Parameter:
    """One uncertain parameter of a reading.

    Attributes:
        id: the arrow's name, or the name the parameter is drawn by.
        group: id of the link it belongs to, else its own id.
        link: id of that link, or None.
        node: where it acts on the graph of `paths.SystemGraph`.
        kind: `link`, `rate`, `share`, `factor`, `decision` or `position`.
        form: `share`, `extra`, `points`, `per_100` or `times` for an arrow; else `plain`.
        name: noun phrase, such as `A8 (Gaza war → Attack)` or `the usual rate of Attack`.
        unit: of `values`, in words.
        values: in each draw, in that unit; an arrow's with its sign (a factor for `times`: its
            inverse where it lowers, 1 where it does nothing), shape (draws,).
        scores: standard normal under the prior, shape (draws,).
        signs: +1, -1 or 0 in each draw where they differ, else None.
    """

    id: str
    group: str
    link: str | None
    node: str
    kind: str
    form: str
    name: str
    unit: str
    values: F8
    scores: F8
    signs: F8 | None = None

    @property
    def neutral(self) -> float:
        """The value that does nothing, for an arrow."""
        return 1.0 if self.form == "times" else 0.0

    @property
    def directed(self) -> bool:
        """Whether its value has a direction: an arrow's, or what moves a position."""
        return self.form != "plain"


def parameters_of(case: Case, drawn: DrawnReading) -> tuple[Parameter, ...]:
    """Return every uncertain parameter of a reading, by id.

    Args:
        case: the case.
        drawn: where the reading's draws come from.

    >>> from talion.model.case import load_case
    >>> found = parameters_of(load_case("starter"), DrawnReading("as_written", 3, 1, None, {}))
    >>> found[0].values.shape, {p.kind for p in found} >= {"link", "rate"}
    ((3,), True)
    """
    return tuple(sorted(_parameters(case, drawn), key=lambda p: p.id))


def _parameters(case: Case, drawn: DrawnReading) -> Iterator[Parameter]:
    reading = READINGS[drawn.reading]
    arrows = {arrow.name: arrow for arrow in case.arrows}
    names = names_of(case).titles
    strength = 1.0 if drawn.given is None else drawn.given.strength
    for name, told in stated_throughout(case, drawn.reading).items():
        if name.startswith("model/"):  # a choice among models has no size: see `bargains.py`
            continue
        scores = drawn.scores(name)
        values = told.values(scores, strength)
        arrow = arrows.get(name.rpartition("/")[0])
        if arrow is not None:
            found = _of_arrow(case, drawn, reading, arrow, told, names, values, scores)
        elif name.startswith("position/"):
            found = _of_position(case, drawn, reading, told, names, values, scores)
        else:
            found = _plain(case, told, names, values, scores)
        if float(np.ptp(found.values)) > 0:  # fixed numbers are no assumption that could be wrong
            yield found
    for name, level in drawn.levels.items():
        if float(np.ptp(level)) > 0:
            said = f"the level of {_title(names, name)} on {case.as_of.day} {case.as_of:%B %Y}"
            yield Parameter(
                f"start/{name}", f"start/{name}", None, name, "factor", "plain", said,
                case.factors[name].unit, level, _normal_scores(level),
            )  # fmt: skip


def _normal_scores(values: F8) -> F8:
    """Return values as scores of mean 0 and sd 1."""
    return np.asarray((values - values.mean()) / values.std(), np.float64)


def _of_arrow(
    case: Case,
    drawn: DrawnReading,
    reading: Reading,
    arrow: Arrow,
    told: StatedParameter,
    names: Mapping[str, str],
    values: F8,
    scores: F8,
) -> Parameter:
    """Return an arrow's strength with its sign, or how much more some of its causes count."""
    cause = _side(names, arrow.cause, arrow.cause_marks)
    name = f"{arrow.link} ({cause} → {_side(names, arrow.effect, arrow.effect_marks)})"
    link, node = arrow.link, arrow.effect
    form = told.name.rpartition("/")[2]
    if form == "more":
        more = case.links[arrow.link].more_when
        where = ", ".join(more.marks.values()) if more is not None else ""
        said = f"the extra weight of causes with {where} in {name}"
        return Parameter(
            told.name, link, link, node, "link", "plain", said, "times", values, scores
        )
    if reading.signs == "either":
        signs = drawn.signs(arrow.name)
    else:
        turned = reading.signs == "reversed" and case.links[arrow.link].contested
        signs = np.full(drawn.draws, float(-arrow.sign if turned else arrow.sign))
    signed = values**signs if form == "times" else signs * values
    open_ = signs if float(np.ptp(signs)) > 0 else None
    return Parameter(
        arrow.name, link, link, node, "link", form, name, told.unit, signed, scores, open_
    )


def _of_position(
    case: Case,
    drawn: DrawnReading,
    reading: Reading,
    told: StatedParameter,
    names: Mapping[str, str],
    values: F8,
    scores: F8,
) -> Parameter:
    _, issue, actor, what, *factor = told.name.split("/")
    node = _issue_node(issue)
    who, on = _title(names, actor), case.issues[issue].title
    plain = {
        "at": f"the position of {who} on {on}",
        "power": f"the power of {who} on {on}",
        "salience": f"the weight of {on} for {who}",
    }
    said = None if factor else plain.get(what)
    if said is not None:
        return Parameter(
            told.name, told.name, None, node, "position", "plain", said, "points", values, scores
        )
    moved = f"the pull of {_title(names, what)} on {who} ({on})"
    if factor:
        moved = f"the pull of {_title(names, factor[0])} on {plain[what]}"
    signs = drawn.signs(told.name) if reading.signs == "either" else np.ones(drawn.draws)
    open_ = signs if float(np.ptp(signs)) > 0 else None
    return Parameter(
        told.name, told.name, None, node, "position", "per_100", moved, "points per 100",
        signs * values, scores, open_,
    )  # fmt: skip


def _issue_node(issue: str) -> str:
    """Return the name under which `upstream_of` lists an issue."""
    return f"issue {issue}"


def _plain(
    case: Case, told: StatedParameter, names: Mapping[str, str], values: F8, scores: F8
) -> Parameter:
    head, _, rest = told.name.partition("/")
    kind = _KINDS[head]
    parts = rest.split("/")
    node = f"decision {parts[0]}" if kind == "decision" else parts[0]
    if head == "listing":
        node = f"{parts[0]}, as listed"
    said = _said(case, head, parts, names)
    return Parameter(
        told.name, told.name, None, node, kind, "plain", said, told.unit, values, scores
    )


def _said(case: Case, head: str, parts: list[str], names: Mapping[str, str]) -> str:
    """Return a parameter as a noun phrase."""
    if _KINDS[head] == "decision":
        title = case.decisions[parts[0]].title
        if head == "chance":
            return f"the chance that {_call(case, parts, names)} settles “{title}”"
        return {
            "error": f"the error of the models of “{title}”",
            "agreed": f"the outcome up to which “{title}” counts as agreed",
            "lag": f"the time from “{title}” to its execution",
            "reversal": f"the chance that “{title}” is never carried out",
            "concession": f"the largest concession in a session on “{title}”",
            "consent": f"the outcome under which “{title}” needs consent",
            "within": f"how far below its position {_title(names, parts[-1])} consents on “{title}”",
        }[head]
    what = _title(names, parts[0])
    if head == "mark":
        return f"the share of {what} with {parts[1].replace('_', ' ')} {parts[2].replace('_', ' ')}"
    if head == "dose":
        return f"the dose of {what} in the state “{parts[1]}”"
    if head == "set":
        rule = (
            "chance that an event sets" if parts[2] == "chance" else "time for which an event sets"
        )
        return f"the {rule} {what}"
    return {
        "usual": f"the usual rate of {what}",
        "listing": f"the share of {what} that is listed",
        "rest": f"the resting level of {what}",
        "half-life": f"the half-life of {what}",
        "noise": f"the wandering of {what} by itself",
        "sd": f"the wandering of {what} by itself",
        "after": f"the time that {what} lasts from the cut-off on",
    }[head]


def _call(case: Case, parts: list[str], names: Mapping[str, str]) -> str:
    """Return the event that may call for a decision, as said."""
    if len(parts) < 2:
        return "an event"
    call = case.decisions[parts[0]].called_by[int(parts[1])]
    return _side(names, call.event, tuple(call.when.items()))


def _title(names: Mapping[str, str], name: str) -> str:
    return names.get(name, name.replace("_", " "))


def _side(names: Mapping[str, str], name: str, marks: tuple[tuple[str, str], ...]) -> str:
    said = ", ".join(f"{m.replace('_', ' ')}: {v}" if v else m for m, v in marks)
    return _title(names, name) + (f" [{said}]" if said else "")
