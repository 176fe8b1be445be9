"""Scenarios of the KAPSARC Toolkit for Behavioral Analysis (KTAB), and its names for choices.

`ktab_csv` and `ktab_xml` read and write its files. A scenario keeps what such a file can hold; what
it cannot hold is refused at writing, never dropped. One that is read is run as the program runs it,
the `receiver_view` of `SpatialOptions` included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from talion.errors import InputError
from talion.model.bargaining.positions import Dimension, Issue, Stake
from talion.model.bargaining.spatial_options import SpatialOptions

__all__ = ["OPTION_TAGS", "Scenario", "as_ktab", "option_of", "repeated_actor", "tag_value"]

KTAB_LOW, KTAB_HIGH = 0.0, 100.0

OPTION_TAGS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "VictoryProbModel": (
        "victory",
        {
            "Linear": "linear",
            "Square": "square",
            "Quartic": "quartic",
            "Octic": "octic",
            "Binary": "binary",
        },
    ),
    "PCEModel": (
        "election",
        {
            "Conditional": "conditional",
            "MarkovIncentive": "markov-incentive",
            "MarkovUniform": "markov-uniform",
        },
    ),
    "StateTransitions": (
        "choice",
        {"Deterministic": "deterministic", "Stochastic": "stochastic"},
    ),
    "VotingRule": (
        "voting",
        {
            "Binary": "binary",
            "PropBin": "proportional-binary",
            "Prop": "proportional",
            "PropCbc": "proportional-cubic",
            "Cubic": "cubic",
            "ASymProsp": "prospect",
        },
    ),
    "BigRAdjust": (
        "perspective",
        {
            "Full": "theirs",
            "TwoThirds": "two-thirds",
            "Half": "half",
            "OneThird": "one-third",
            "None": "own",
        },
    ),
    "BigRRange": ("risk_range", {"Min": "min", "Mid": "mid", "Max": "max"}),
    "ThirdPartyCommit": (
        "third_parties",
        {"NoCommit": "none", "SemiCommit": "semi", "FullCommit": "full"},
    ),
    "InterVecBrgn": ("division", {"S1P1": "s1p1", "S2P2": "s2p2", "S2PMax": "s2pmax"}),
    "BargnModel": (
        "proposals",
        {
            "InitOnlyInterp": "initiator",
            "InitRcvrInterp": "both",
            "PWCompInterp": "compromise",
        },
    ),
}
"""Tag of KTAB's XML -> our option, and its names -> ours, in the order of its schema."""

# The schema of KTAB has two names that its program does not know. Both are read; the program's are written.
_SCHEMA_NAMES = {("VotingRule", "Proportional"): "Prop", ("BigRAdjust", "No"): "None"}

_NOT_IN_KTAB = ("risk", "least_turns", "most_turns", "least_change")


@dataclass(frozen=True)
class Scenario:
    """An issue as KTAB keeps it: on scales of 0 to 100, with one capability for each actor.

    Attributes:
        issue: its name and description are the scenario's.
        options: how it is to be run; the seed among them.
    """

    issue: Issue
    options: SpatialOptions


def option_of(tag: str, name: str, place: str) -> tuple[str, str]:
    """Return our option and choice for a tag and name of KTAB's XML.

    Raises:
        InputError: no such name.

    >>> option_of("VotingRule", "PropCbc", "file.xml:9")
    ('voting', 'proportional-cubic')
    """
    option, names = OPTION_TAGS[tag]
    known = _SCHEMA_NAMES.get((tag, name), name)
    if known not in names:
        remedy = f"use one of: {', '.join(names)}"
        raise InputError("no such choice", place=f"{place}, {tag}", value=name, remedy=remedy)
    return option, names[known]


def tag_value(tag: str, options: SpatialOptions) -> str:
    """Return KTAB's name for what is chosen under a tag.

    >>> tag_value("BigRAdjust", SpatialOptions())
    'OneThird'
    """
    option, names = OPTION_TAGS[tag]
    chosen = getattr(options, option)
    return next(theirs for theirs, ours in names.items() if ours == chosen)


def repeated_actor(actor: str, before: Sequence[Stake], place: str) -> list[InputError]:
    """Return a fault if an actor of a file was named before."""
    if all(each.actor != actor for each in before):
        return []
    remedy = "rename or remove one"
    return [InputError("actor named twice", place=place, value=actor, remedy=remedy)]


def as_ktab(scenario: Scenario) -> Scenario:
    """Return a scenario on scales of 0 to 100.

    Raises:
        InputError: capabilities that differ by dimension, or an option that KTAB's files cannot hold.
    """
    issue, plain = scenario.issue, SpatialOptions()
    for field in fields(SpatialOptions):
        value = getattr(scenario.options, field.name)
        if field.name in _NOT_IN_KTAB and value != getattr(plain, field.name):
            raise InputError(
                "KTAB's files cannot hold this option",
                place=field.name,
                value=value,
                remedy="leave it at its default to write the file",
            )
    if scenario.options.proposals != "initiator" and scenario.options.receiver_view == "meant":
        raise InputError(
            "KTAB would reckon the receiver's view of an offer otherwise",
            place="receiver_view",
            value="meant",
            remedy="choose `program` to write the file",
        )
    for each in issue.stakes:
        if len(set(each.capability)) > 1:
            raise InputError(
                "KTAB's files hold one capability for each actor",
                place=f"issue {issue.name!r}, actor {each.actor!r}, capability",
                value=each.capability,
                remedy="give the same capability on all dimensions",
            )
    if all((d.low, d.high) == (KTAB_LOW, KTAB_HIGH) for d in issue.dimensions):
        return scenario
    scales = tuple(Dimension(d.name, KTAB_LOW, KTAB_HIGH) for d in issue.dimensions)
    places = issue.scaled * KTAB_HIGH
    stakes = tuple(
        replace(each, position=tuple(at.tolist()))
        for each, at in zip(issue.stakes, places, strict=True)
    )
    return Scenario(
        replace(issue, dimensions=scales, stakes=stakes),
        scenario.options,
    )
