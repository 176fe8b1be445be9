"""Whether the names in a case meet: actors, states, factors, marks, what-ifs, series, sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from talion.errors import CaseError
from talion.model.arrows import check_marks, link_strength, parse_arrow
from talion.model.claim import Expression, SeriesName
from talion.model.document import Document
from talion.model.history import rows_of
from talion.model.schema import CaseDocument, CaseEvidence, Decision, Operation
from talion.model.schema_hypotheses import BASELINE
from talion.record.record import Record

__all__ = ["name_problems", "pointers_in"]

Found = Iterator[tuple[tuple[str | int, ...], str, object, str]]


def name_problems(case: CaseDocument, document: Document, record: Record) -> list[CaseError]:
    """Return every place where a case names something that is not there.

    Args:
        case: the parsed case.
        document: its marks, for places.
        record: the record it names rows, sources and series of.
    """
    found: tuple[Found, ...] = (
        _actors(case, record),
        _events(case, record),
        _factors(case),
        _links(case),
        _issues(case, record),
        _decisions(case),
        _what_ifs(case),
        _counterfactuals(case, record),
        _rivals(case),
        _hypotheses(case),
        _episodes(case),
        _judgments(case, record),
        _evidence(case, record),
    )
    return [
        CaseError(message, place=document.place(path), value=value, remedy=remedy)
        for findings in found
        for path, message, value, remedy in findings
    ]


def _known(names: Iterable[str]) -> str:
    listed = sorted(names)
    shown = ", ".join(listed[:8]) + (", ..." if len(listed) > 8 else "")
    return f"use one of: {shown}" if listed else "add it first"


def _missing(
    path: tuple[str | int, ...], names: Iterable[str], known: Iterable[str], what: str
) -> Found:
    pool = set(known)
    for name in names:
        if name not in pool:
            yield path, f"no such {what}", name, _known(pool)


def _actor_ids(case: CaseDocument, record: Record) -> set[str]:
    return set(case.actors) | {actor.id for actor in record.actors}


def _state(case: CaseDocument, path: tuple[str | int, ...], factor: str, state: str) -> Found:
    if factor not in case.factors:
        yield path, "no such factor", factor, _known(case.factors)
    elif not case.factors[factor].is_switch:
        yield path, "this factor has no states", factor, "name a switch"
    elif state not in (case.factors[factor].states or {}):
        yield path, f"{factor} has no such state", state, _known(case.factors[factor].states or {})


def _actors(case: CaseDocument, record: Record) -> Found:
    known = _actor_ids(case, record)
    for name, actor in case.actors.items():
        yield from _missing(("actors", name, "part_of"), actor.part_of, known, "actor")


def _events(case: CaseDocument, record: Record) -> Found:
    actors = _actor_ids(case, record)
    series = {count.series for count in record.counts}
    for name, event in case.events.items():
        here = ("events", name)
        if name in case.factors:
            yield here, "this id is used for a factor too", name, "rename one"
        yield from _missing((*here, "by"), event.by, actors, "actor")
        yield from _missing((*here, "against"), event.against, actors, "actor")
        for factor, state in event.usual_when.items():
            yield from _state(case, (*here, "usual_when", factor), factor, state)
        for mark in event.row_marks:
            yield from _missing((*here, "row_marks"), [mark], event.marks, "mark")
        if event.totals:
            yield from _missing((*here, "totals"), [event.totals], series, "series of totals")
        if event.listing and event.listing.raised_by:
            yield from _missing(
                (*here, "listing"), [event.listing.raised_by], case.factors, "factor"
            )
        if event.usual[0] <= 0:
            yield (
                (*here, "usual"),
                "a usual rate must be positive",
                event.usual[0],
                "use a small one",
            )
    for name, members in case.series.items():
        for member in members:
            yield from _series(case, ("series", name), member)


def _series(case: CaseDocument, path: tuple[str | int, ...], text: str) -> Found:
    try:
        series = SeriesName.model_validate(text)
        if series.name not in case.events:
            yield path, "no such event type", series.name, _known(case.events)
        else:
            check_marks(case, series.name, dict(series.marks))
    except ValueError as error:
        yield path, str(error), text, "see the case's events"


def _call(
    case: CaseDocument, path: tuple[str | int, ...], event: str, marks: Mapping[str, str]
) -> Found:
    if event not in case.events:
        yield path, "no such event type", event, _known(case.events)
        return
    try:
        check_marks(case, event, marks)
    except ValueError as error:
        yield path, str(error), dict(marks), "see the event type's marks"


def _factors(case: CaseDocument) -> Found:
    for name, factor in case.factors.items():
        for i, rule in enumerate(factor.set_by):
            yield from _call(case, ("factors", name, "set_by", i), rule.event, rule.when)
        yield from _missing(
            ("factors", name, "indicators"), factor.indicators, case.events, "event type"
        )


def _links(case: CaseDocument) -> Found:
    for name, link in case.links.items():
        for i, says in enumerate(link.says):
            try:
                arrow = parse_arrow(case, name, says)
                link_strength(link, arrow.kind, case.word_strengths)
                if link.more_when:
                    check_marks(case, arrow.cause, link.more_when.marks)
            except ValueError as error:
                yield ("links", name, "says", i), str(error), says, "mend the link"
        if not link.says:
            yield ("links", name), "a link must say something", name, "add `says`"


def _issues(case: CaseDocument, record: Record) -> Found:
    actors = _actor_ids(case, record)
    for name, issue in case.issues.items():
        yield from _missing(("issues", name, "positions"), issue.positions, actors, "actor")
        for actor, position in issue.positions.items():
            for key in ("moved_by", "salience_moved_by"):
                path = ("issues", name, "positions", actor, key)
                yield from _missing(path, getattr(position, key), case.factors, "factor")


def _decisions(case: CaseDocument) -> Found:
    for name, decision in case.decisions.items():
        here = ("decisions", name)
        yield from _missing((*here, "issue"), [decision.issue], case.issues, "issue")
        yield from _missing((*here, "writes"), [decision.writes], case.factors, "factor")
        for i, call in enumerate(decision.called_by):
            yield from _call(case, (*here, "called_by", i), call.event, call.when)
        for factor, state in decision.needs.items():
            yield from _state(case, (*here, "needs"), factor, state)
        if len(decision.needs) > 1:
            yield (*here, "needs"), "only one switch can be needed", len(decision.needs), "keep one"
        if decision.sets:
            yield from _state(case, (*here, "sets"), decision.sets.factor, decision.sets.to)
        if decision.executes:
            yield from _missing(
                (*here, "executes"), [decision.executes.factor], case.factors, "factor"
            )
        if decision.issue in case.issues:
            yield from _bargain(case, here, decision)


def _bargain(case: CaseDocument, here: tuple[str | int, ...], decision: Decision) -> Found:
    """What the models of a decision need: other actors, other issues, those whose consent counts."""
    actors, shares = case.issues[decision.issue].positions, decision.model_shares()
    moving = set(shares) - {"weighted_mean", "weighted_median"}
    if moving and len(actors) < 2:
        remedy = "place another actor, or use weighted_mean"
        yield (*here, "models"), "these models need two actors", sorted(moving), remedy
    others = [name for name in case.issues if name != decision.issue]
    yield from _missing((*here, "trades_with"), decision.trades_with, others, "other issue")
    if "exchange" in shares and not decision.trades_with:
        remedy = "name another issue under `trades_with`, or leave exchange out"
        yield (*here, "models"), "an exchange needs another issue", "exchange", remedy
    if decision.needs_consent is not None:
        path = (*here, "needs_consent", "of")
        yield from _missing(path, decision.needs_consent.of, actors, "actor on this issue")


def _operation(case: CaseDocument, path: tuple[str | int, ...], op: Operation) -> Found:
    name, verb = op.subject, op.verb
    if verb in ("block", "unblock"):
        yield from _missing(path, [name], case.events, "event type")
    elif verb == "add":
        yield from _call(case, path, name, op.marks)
    elif verb == "scale":
        yield from _missing(path, [name], {*case.events, *case.links}, "event type or link")
    elif name not in case.factors:
        yield path, "no such factor", name, _known(case.factors)
    elif isinstance(op.to, str):
        yield from _state(case, path, name, op.to)
    elif verb == "set" or (verb == "pin" and case.factors[name].is_switch):
        yield path, f"`{verb}` on {name} needs the name of a state", op.to, "write `to: STATE`"


def _what_ifs(case: CaseDocument) -> Found:
    for name, what_if in case.what_ifs.items():
        here = ("what_ifs", name)
        if name in ("baseline", "as_of", "horizon"):
            yield here, "this name is taken", name, "rename the what-if"
        for i, op in enumerate(what_if.do):
            yield from _operation(case, (*here, "do", i), op)
        if what_if.from_ != "as_of":
            try:
                start = dt.date.fromisoformat(what_if.from_)
            except ValueError:
                yield (*here, "from"), "not a date", what_if.from_, "write 2024-03-01 or as_of"
                continue
            if start < (what_if.history_until or case.as_of):
                remedy = "start later, or give `history_until` for a replay"
                yield (*here, "from"), "starts before the history ends", what_if.from_, remedy
        if what_if.history_until and what_if.history_until > case.as_of:
            remedy = "a replay starts at or before as_of"
            yield (*here, "history_until"), "lies after as_of", str(what_if.history_until), remedy


def _counterfactuals(case: CaseDocument, record: Record) -> Found:
    counted = {row.id for event in case.events.values() for row in rows_of(event, record)}
    first = case.history_from or case.as_of - dt.timedelta(days=365)
    for name, counterfactual in case.counterfactuals.items():
        here = ("counterfactuals", name, "remove")
        yield from _missing(here, counterfactual.remove, record.event_ids, "event of the record")
        for key in counterfactual.remove:
            if key not in record.event_ids:
                continue
            row = record.event(key)
            if row.id not in counted:
                yield here, "no event type of the case counts this row", key, "name another row"
            elif row.end < first or row.start >= case.as_of:
                remedy = f"name a row from {first} to the eve of {case.as_of}"
                yield here, "this row lies outside the observed window", key, remedy


def _rivals(case: CaseDocument) -> Found:
    for i, rival in enumerate(case.rivals):
        for key in ("links", "without"):
            yield from _missing(("rivals", i, key), getattr(rival, key), case.links, "link")


def _hypotheses(case: CaseDocument) -> Found:
    for name, hypothesis in case.hypotheses.items():
        here = ("hypotheses", name)
        if name == BASELINE:
            yield here, "this name is taken by the baseline", name, "rename the hypothesis"
        for key in ("keeps", "without"):
            yield from _missing((*here, key), getattr(hypothesis, key), case.links, "link")
        for factor, state in hypothesis.held.items():
            yield from _state(case, (*here, "held", factor), factor, state)


def _episodes(case: CaseDocument) -> Found:
    first = case.history_from or case.as_of - dt.timedelta(days=365)
    for name, episode in case.episodes.items():
        if episode.to < first or episode.from_ >= case.as_of:
            remedy = f"name days from {first} to the eve of {case.as_of}"
            yield ("episodes", name), "this lies outside the observed window", name, remedy


def _judgments(case: CaseDocument, record: Record) -> Found:
    worlds = {"baseline", *case.what_ifs}
    for name, judgment in case.judgments.items():
        here: tuple[str | int, ...] = ("judgments", name)
        yield from _missing((*here, "under"), [judgment.under], worlds, "what-if")
        tests = [((*here, "holds_if"), judgment.holds_if)]
        tests += [((*here, "also", k), part.holds_if) for k, part in judgment.also.items()]
        for key, part in judgment.also.items():
            if part.under:
                yield from _missing((*here, "also", key), [part.under], worlds, "what-if")
        for path, test in tests:
            if test is not None:
                yield from _references(case, path, test)
                rows = {event.id for event in record.events}
                named = sorted(test.references().rows)
                yield from _missing(path, named, rows, "event of the record")
        for kind, subject in judgment.shows.items():
            if kind == "issue":
                yield from _missing((*here, "shows"), [subject], case.issues, "issue")


def _references(case: CaseDocument, path: tuple[str | int, ...], test: Expression) -> Found:
    found = test.references()
    yield from _missing(path, sorted(found.names), {*case.events, *case.series}, "series")
    for name, mark, value in sorted(found.marks):
        yield from _series(case, path, f"{name}[{mark}={value}]")
    yield from _missing(path, sorted(found.factors), case.factors, "factor")
    yield from _missing(path, sorted(found.what_ifs), {"baseline", *case.what_ifs}, "what-if")


def _evidence(case: CaseDocument, record: Record) -> Found:
    sources = set(case.sources) | {source.id for source in record.sources}
    rows = {event.id for event in record.events}
    for path, pointer in pointers_in(case):
        if pointer.source:
            yield from _missing(path, [pointer.source], sources, "source")
        yield from _missing(path, pointer.rows, rows, "event of the record")


def pointers_in(case: CaseDocument) -> Iterator[tuple[tuple[str | int, ...], CaseEvidence]]:
    """Yield every pointer of a case into a source, with the key it stands under."""
    groups: dict[str, Mapping[str, object]] = {
        "events": case.events,
        "factors": case.factors,
        "links": case.links,
        "issues": case.issues,
        "decisions": case.decisions,
        "hypotheses": case.hypotheses,
        "judgments": case.judgments,
    }
    for group, members in groups.items():
        for name, member in members.items():
            for key in ("evidence", "evidence_for", "evidence_against"):
                for pointer in getattr(member, key, ()):
                    yield (group, name, key), pointer
