"""The system as read: the influence diagram, and the table of links behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from talion.judge.bargains import mixture_words
from talion.judge.paths import SystemGraph
from talion.model.arrows import Arrow as CaseArrow
from talion.model.arrows import link_strength
from talion.model.case import Case
from talion.model.echo import Consequence
from talion.model.history import rows_of
from talion.model.schema import Link
from talion.report.diagram import Arrow, Diagram, Node, draw
from talion.report.evidence import EvidenceReader, Pointer
from talion.report.words import number, plural

COLUMNS = ("Outside forces", "Events", "Conditions", "Decisions")
_WEIGHT = {"weak": 1, "moderate": 2, "strong": 3}
# Where a strength is given in numbers, the likely value at which an arrow becomes medium and thick:
# halfway, on the scale of the table of words, between weak, moderate and strong.
_STEPS = {
    "share": (10.0, 35.0),
    "extra": (0.3, 1.5),
    "times": (1.5, 3.2),
    "points": (3.0, 9.0),
    "per_100": (20.0, 45.0),
}


@dataclass(frozen=True)
class LinkRow:
    """A link as the table shows it."""

    id: str
    anchor: str
    says: tuple[str, ...]
    strength: tuple[str, ...]
    tempo: str
    origin: str
    held_by: str
    contested: str
    silent: bool
    because: str
    evidence: tuple[Pointer, ...]


@dataclass(frozen=True)
class NodeRow:
    """A box of the diagram: what it is and why it has the numbers it has."""

    id: str
    anchor: str
    title: str
    kind: str
    value: str
    because: str
    evidence: tuple[Pointer, ...]


@dataclass(frozen=True)
class System:
    """What section 4 prints."""

    diagram: Diagram
    links: tuple[LinkRow, ...]
    nodes: tuple[NodeRow, ...]
    sentence: str
    imagined: tuple[str, ...]


def anchor(name: str) -> str:
    """Return a name that can stand in an HTML id and in a list split at spaces.

    >>> anchor("A24 b")
    'A24_b'
    """
    return re.sub(r"[^\w.-]", "_", name)


def build_system(case: Case, echo: Sequence[Consequence], reader: EvidenceReader) -> System:
    """Return the diagram and tables of a case.

    Args:
        case: the case.
        echo: consequence of each arrow's strength.
        reader: of evidence.
    """
    graph = SystemGraph(case)
    data, informed = graph.with_data, graph.informed_links
    nodes, arrows = list(_nodes(case, data)), list(_arrows(case, data))
    silent = len(case.links) - len(informed)
    sentence = (
        f"{plural(len(nodes), 'box', 'boxes')} and {plural(len(case.links), 'link')}: "
        f"{_origins(case)}. The record holds no data at one end or both of "
        f"{silent} of them."
    )
    return System(
        _draw(nodes, arrows, f"Influence diagram. {sentence}"),
        tuple(_link_row(case, reader, link, link not in informed, echo) for link in case.links),
        tuple(_node_rows(case, reader, data)),
        sentence,
        tuple(f.title or i for i, f in case.factors.items() if f.kind == "imagined"),
    )


def _draw(nodes: list[Node], arrows: list[Arrow], summary: str) -> Diagram:
    """Draw the columns that have a box."""
    kept = sorted({n.column for n in nodes})
    moved = [replace(n, column=kept.index(n.column)) for n in nodes]
    return draw(moved, arrows, [COLUMNS[c] for c in kept], summary=summary)


def _origins(case: Case) -> str:
    said = {
        "brief": "read from the brief",
        "record": "taken from the record",
        "analyst": "added by us",
        "nobody": "of a direction nobody states",
    }
    counts = {o: sum(link.origin == o for link in case.links.values()) for o in said}
    return ", ".join(f"{n} {said[o]}" for o, n in counts.items() if n)


def title_of(case: Case, name: str) -> str:
    """Return the printed title of an event type, factor, decision or named series."""
    if name in case.events:
        return case.events[name].title
    if name in case.factors:
        return case.factors[name].title or name.replace("_", " ")
    if name in case.decisions:
        return case.decisions[name].title
    return name.replace("_", " ")


def _driven(case: Case) -> set[str]:
    """Return the factors that something in the system moves."""
    driven = {a.effect for a in case.arrows if a.effect in case.factors}
    driven |= {name for name, f in case.factors.items() if f.set_by}
    for decision in case.decisions.values():
        driven.add(decision.writes)
        driven |= {part.factor for part in (decision.sets, decision.executes) if part}
    return driven


def _nodes(case: Case, data: frozenset[str]) -> Iterator[Node]:
    driven, used = _driven(case), _used(case)
    for name, factor in case.factors.items():
        if name in used:
            column = 2 if name in driven or factor.kind == "latent" else 0
            imagined = factor.kind == "imagined" or name not in data
            yield Node(anchor(name), title_of(case, name), column, imagined)
    for name in case.events:
        yield Node(anchor(name), title_of(case, name), 1, name not in data, round=True)
    for name in case.decisions:
        yield Node(f"decision-{anchor(name)}", title_of(case, name), 3)


def _used(case: Case) -> set[str]:
    """Return the factors that have an arrow at all; the rest stand in the table only."""
    used = {end for a in case.arrows for end in (a.cause, a.effect)} | _driven(case)
    for decision in case.decisions.values():
        positions = case.issues[decision.issue].positions.values()
        used |= {f for p in positions for f in (*p.moved_by, *p.salience_moved_by)}
        used |= set(decision.needs)
    return used


def _arrows(case: Case, data: frozenset[str]) -> Iterator[Arrow]:
    for a in case.arrows:
        link = case.links[a.link]
        yield Arrow(
            anchor(a.link),
            anchor(a.cause),
            anchor(a.effect),
            None if link.origin == "nobody" else a.sign > 0,
            _weight(case, link, a),
            a.cause not in data or a.effect not in data,
            link.because,
        )
    for name, factor in case.factors.items():
        for event in dict.fromkeys(rule.event for rule in factor.set_by):
            yield _unnumbered(anchor(event), anchor(name), None, "turns this switch")
    for name in case.decisions:
        yield from _decision_arrows(case, name)


def _unnumbered(source: str, target: str, raises: bool | None, note: str) -> Arrow:
    """Return an arrow of no link: a rule that turns a switch, or a decision's ways."""
    return Arrow("", source, target, raises, note=note, into=f"node-{target}")


def _decision_arrows(case: Case, name: str) -> Iterator[Arrow]:
    decision, node = case.decisions[name], f"decision-{anchor(name)}"
    for event in dict.fromkeys(call.event for call in decision.called_by):
        yield _unnumbered(anchor(event), node, None, "may settle the decision")
    movers: dict[str, float] = {}
    positions = case.issues[decision.issue].positions.values()
    for position in positions:
        for factor, by in position.moved_by.items():
            movers[factor] = movers.get(factor, 0.0) + by[1]
    for factor, by_all in movers.items():
        yield _unnumbered(anchor(factor), node, by_all > 0, "moves positions on it")
    for factor in dict.fromkeys(f for p in positions for f in p.salience_moved_by):
        if factor not in movers:
            yield _unnumbered(anchor(factor), node, None, "moves how much it matters to an actor")
    targets = [decision.writes] + [p.factor for p in (decision.sets, decision.executes) if p]
    for factor in dict.fromkeys(targets):
        yield _unnumbered(node, anchor(factor), None, "the outcome sets it")


def _weight(case: Case, link: Link, arrow: CaseArrow) -> int:
    if link.strength is not None:
        return _WEIGHT[link.strength]
    form, (_, likely, _) = link_strength(link, arrow.kind, case.document.word_strengths)
    medium, thick = _STEPS[form]
    return 1 + (likely >= medium) + (likely >= thick)


def _side(case: Case, name: str, marks: tuple[tuple[str, str], ...]) -> str:
    title = title_of(case, name)
    return f"{title} ({', '.join(f'{k}: {v}' for k, v in marks)})" if marks else title


def say_arrow(case: Case, a: CaseArrow) -> str:
    """Return an arrow in words: Gaza war raises Militia attack."""
    verb = "raises" if a.sign > 0 else "lowers"
    if case.links[a.link].origin == "nobody":
        verb = "may raise or lower"
    cause, effect = _side(case, a.cause, a.cause_marks), _side(case, a.effect, a.effect_marks)
    return f"{cause} {verb} {effect}"


def _link_row(
    case: Case,
    reader: EvidenceReader,
    name: str,
    silent: bool,
    echo: Sequence[Consequence],
) -> LinkRow:
    link = case.links[name]
    arrows = [a for a in case.arrows if a.link == name]
    means = [c for c in echo if c.link == name]
    tempo = link.tempo or _tempo(next((c.fades for c in means if c.fades), None))
    return LinkRow(
        name,
        anchor(name),
        tuple(say_arrow(case, a) for a in arrows),
        tuple(dict.fromkeys(f"{c.stated}: {c.means}" for c in means)),
        tempo,
        {"brief": "brief", "record": "record", "analyst": "ours", "nobody": "nobody"}[link.origin],
        link.held_by,
        link.contested or "",
        silent,
        link.because,
        reader.pointers(link.evidence),
    )


def _tempo(half_life: float | None) -> str:
    return "" if half_life is None else f"half gone after {plural(round(half_life), 'day')}"


def _node_rows(case: Case, reader: EvidenceReader, data: frozenset[str]) -> Iterator[NodeRow]:
    for name, event in case.events.items():
        low, likely, high = event.usual
        rows = len(rows_of(event, case.record))
        value = f"usually {number(likely)} a month ({number(low)} to {number(high)}); " + (
            plural(rows, "recorded row") if rows else "no data in the record"
        )
        yield NodeRow(
            name, anchor(name), event.title, "event", value, event.because,
            reader.pointers(event.evidence),
        )  # fmt: skip
    for name, factor in case.factors.items():
        yield NodeRow(
            name, anchor(name), title_of(case, name), _factor_kind(factor.kind, name in data),
            _factor_value(case, name), factor.because, reader.pointers(factor.evidence),
        )  # fmt: skip
    for name, decision in case.decisions.items():
        yield NodeRow(
            name, f"decision-{anchor(name)}", decision.title, "decision",
            f"error {number(decision.error[1])} points around {mixture_words(decision)}",
            decision.because, reader.pointers(decision.evidence),
        )  # fmt: skip


def _factor_kind(kind: str, has_data: bool) -> str:
    return kind if has_data or kind in ("imagined", "latent") else f"{kind}, no data in the record"


def _factor_value(case: Case, name: str) -> str:
    factor = case.factors[name]
    if factor.states is not None:
        states = ", ".join(f"{s} = {number(p[1])}" for s, p in factor.states.items())
        return f"switch: {states}"
    if factor.kind == "latent":
        sd = factor.sd or (0.0, 0.0, 0.0)
        return f"log scale, sd {number(sd[1])} ({number(sd[0])} to {number(sd[2])})"
    rest = factor.rest or (0.0, 0.0, 0.0)
    return (
        f"rests at {number(rest[1])} {factor.unit} ({number(rest[0])} to {number(rest[2])}), "
        f"half-life {number(factor.half_life[1])} days"
    )
