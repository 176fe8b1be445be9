"""Which links can move what a test measures, and whether the record holds anything on them.

The graph has event types, factors and decisions as nodes. Its edges are the arrows of links, the
rules by which events turn switches, and the ways of decisions: what calls them and what moves the
positions behind them leads to them, and they lead to what they write, set and execute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from talion.judge.measures import worlds_of
from talion.judge.parts import Part
from talion.model.case import Case
from talion.model.claim import BASELINE, AllOf, AnyOf, Difference, Expression
from talion.model.history import rows_of

__all__ = ["Edge", "Path", "SystemGraph", "measured_by", "path_of"]


@dataclass(frozen=True)
class Edge:
    """One way of influence; `link` is its link's id, or "" for a rule or a decision."""

    cause: str
    effect: str
    link: str = ""


@dataclass(frozen=True)
class Path:
    """The links that can move what a test measures.

    Attributes:
        links: ids, in the order of the case.
        informed: those of them with data at both ends.
        measured: nodes the test measures.
        unrecorded: those of them that the record does not show.
        fitted: those of the links that a fit to the record informs; empty without a fit.
    """

    links: tuple[str, ...]
    informed: tuple[str, ...]
    measured: tuple[str, ...]
    unrecorded: tuple[str, ...]
    fitted: tuple[str, ...] = ()

    @property
    def no_data(self) -> bool:
        """Whether nothing in the record can bear on the test.

        Nothing of what it measures is recorded, or there are links on its path and none of them
        has data at both ends.
        """
        nothing_seen = len(self.unrecorded) == len(self.measured)
        return nothing_seen or (bool(self.links) and not self.informed)

    @property
    def has_data(self) -> bool:
        """Whether the record can bear on the whole test: all that it measures is recorded too."""
        return not self.no_data and not self.unrecorded

    @property
    def record_bears(self) -> bool:
        """Whether a fit informs some link on the path that has data at both ends.

        A latent factor has none, whatever a fit makes of its links.
        """
        return self.has_data and not frozenset(self.fitted).isdisjoint(self.informed)

    def with_fit(self, informed: Iterable[str]) -> Path:
        """Return the path with the links that a fit informs."""
        known = frozenset(informed)
        return replace(self, fitted=tuple(name for name in self.links if name in known))


@dataclass(frozen=True)
class SystemGraph:
    """The influence graph of a case."""

    case: Case

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Return every edge, links first."""
        arrows = [Edge(a.cause, a.effect, a.link) for a in self.case.arrows]
        return tuple(dict.fromkeys([*arrows, *_rule_edges(self.case), *_decision_edges(self.case)]))

    @cached_property
    def with_data(self) -> frozenset[str]:
        """Return the nodes the record shows: types with rows, observed factors, measured factors
        with an indicator that has rows."""
        shown = {n for n, e in self.case.events.items() if rows_of(e, self.case.record)}
        factors = {
            name
            for name, factor in self.case.factors.items()
            if (factor.kind == "observed" and factor.values)
            or (factor.kind == "measured" and any(i in shown for i in factor.indicators))
        }
        return frozenset(shown | factors)

    @cached_property
    def informed_links(self) -> frozenset[str]:
        """Return the links of which some arrow has data at both ends."""
        shown = self.with_data
        return frozenset(
            e.link for e in self.edges if e.link and e.cause in shown and e.effect in shown
        )

    def acted_on(self, worlds: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Return the nodes on which what-ifs act, and the links they scale.

        Scaling a link acts on its effects, with the link itself on the path.
        """
        nodes: set[str] = set()
        scaled: set[str] = set()
        for world in worlds:
            for operation in self.case.what_ifs[world].do if world != BASELINE else ():
                subject = operation.subject
                if subject in self.case.links:
                    scaled.add(subject)
                    nodes |= {e.effect for e in self.edges if e.link == subject}
                else:
                    nodes.add(subject)
        return frozenset(nodes), frozenset(scaled)

    def upstream(self, measured: Iterable[str]) -> frozenset[str]:
        """Return the nodes from which any way leads to what is measured, these included.

        The issue of a decision among them is listed as `issue NAME`.
        """
        nodes = _reach(measured, _group(self.edges, "effect"), "cause")
        issues = {
            f"issue {decision.issue}"
            for name, decision in self.case.decisions.items()
            if f"decision {name}" in nodes
        }
        return frozenset(nodes | issues)

    def leads(self, sources: Iterable[str], measured: Iterable[str]) -> bool:
        """Return whether any way, by links or not, leads from a source to what is measured."""
        return bool(_reach(sources, _group(self.edges, "cause"), "effect") & set(measured))

    def path(self, measured: Iterable[str], sources: Iterable[str] | None) -> Path:
        """Return the path to what is measured.

        Args:
            measured: event types and factors a test looks at.
            sources: nodes that the compared what-ifs act on; only ways that lead from one of them
                count then, without passing a source or a measured node in between. None for a
                test of one world, whose path is everything upstream.
        """
        ends = frozenset(measured)
        starts = None if sources is None else frozenset(sources)
        edges = self.edges
        if starts is not None:
            edges = tuple(
                e for e in edges if e.effect not in starts and e.cause not in ends - starts
            )
        before = _reach(ends, _group(edges, "effect"), "cause")
        used = [e for e in edges if e.effect in before]
        if starts is not None:
            after = _reach(starts, _group(edges, "cause"), "effect")
            used = [e for e in used if e.cause in after]
        on_path = {e.link for e in used} - {""}
        links = tuple(name for name in self.case.links if name in on_path)
        informed = tuple(name for name in links if name in self.informed_links)
        return Path(links, informed, tuple(sorted(ends)), tuple(sorted(ends - self.with_data)))


def _group(edges: Iterable[Edge], key: str) -> dict[str, list[Edge]]:
    grouped: dict[str, list[Edge]] = {}
    for edge in edges:
        grouped.setdefault(getattr(edge, key), []).append(edge)
    return grouped


def _reach(starts: Iterable[str], edges: Mapping[str, list[Edge]], way: str) -> set[str]:
    """Return the nodes reached from `starts`, these included, along `way` (cause or effect)."""
    seen, todo = set(starts), list(starts)
    while todo:
        for edge in edges.get(todo.pop(), []):
            node = getattr(edge, way)
            if node not in seen:
                seen.add(node)
                todo.append(node)
    return seen


def _rule_edges(case: Case) -> Iterator[Edge]:
    for name, factor in case.factors.items():
        for rule in factor.set_by:
            yield Edge(rule.event, name)
    for name, event in case.events.items():
        if event.listing is not None and event.listing.raised_by:
            yield Edge(event.listing.raised_by, f"{name}, as listed")


def _decision_edges(case: Case) -> Iterator[Edge]:
    for name, decision in case.decisions.items():
        here = f"decision {name}"
        for call in decision.called_by:
            yield Edge(call.event, here)
        for factor in decision.needs:
            yield Edge(factor, here)
        for position in case.issues[decision.issue].positions.values():
            for factor in (*position.moved_by, *position.salience_moved_by):
                yield Edge(factor, here)
        yield Edge(here, decision.writes)
        if decision.sets is not None:
            yield Edge(here, decision.sets.factor)
        if decision.executes is not None:
            yield Edge(here, decision.executes.factor)


def measured_by(case: Case, test: Expression) -> frozenset[str]:
    """Return the event types and factors a test looks at, named series opened."""
    used = test.references()
    types: set[str] = set()
    for name in used.names:
        members = case.series.get(name, (name,))
        types |= {member.split("[")[0].strip() for member in members}
    return frozenset(types | used.factors)


def _differences(test: Expression) -> Iterator[Difference]:
    if isinstance(test, Difference):
        yield test
    elif isinstance(test, AllOf | AnyOf):
        for part in test.parts:
            yield from _differences(part)


def path_of(graph: SystemGraph, part: Part) -> Path:
    """Return the path of one part; empty for a test of the record."""
    case, test = graph.case, part.test
    if test.kind == "record":
        return Path((), (), (), ())
    if test.kind == "share":
        return graph.path(measured_by(case, test), None)
    paths = []
    scaled: set[str] = set()
    for one in _differences(test):
        nodes, links_scaled = graph.acted_on(worlds_of(one, part.setting))
        paths.append(graph.path(measured_by(case, one), nodes))
        scaled |= links_scaled
    on_path = {link for path in paths for link in path.links} | scaled
    links = tuple(name for name in case.links if name in on_path)
    informed = tuple(name for name in links if name in graph.informed_links)
    measured = tuple(sorted({m for path in paths for m in path.measured}))
    return Path(links, informed, measured, tuple(m for m in measured if m not in graph.with_data))
