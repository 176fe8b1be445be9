"""What everything stands on: sources, every prior with its reason, methods, and the receipt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from talion.judge.bargains import mixture_words
from talion.judge.results import RunResult
from talion.model.case import Case
from talion.model.reading import NAMED
from talion.model.schema import CaseEvidence, Decision, Operation, Position
from talion.report.evidence import EvidenceReader, Pointer
from talion.report.judgments import lexicon_note
from talion.report.system import anchor, title_of
from talion.report.words import DASH, day, number, plural


@dataclass(frozen=True)
class SourceRow:
    """A source, its grade, and what rests on it."""

    id: str
    anchor: str
    title: str
    kind: str
    grade: str
    dated: str
    address: str
    supports: tuple[tuple[str, str], ...]
    events: int
    note: str


@dataclass(frozen=True)
class PriorRow:
    """One stated number: what, the value, what it comes to, and why."""

    what: str
    value: str
    means: str
    because: str


@dataclass(frozen=True)
class PositionRow:
    """An actor's position on an issue."""

    actor: str
    at: str
    power: str
    salience: str
    moved_by: str
    because: str
    evidence: tuple[Pointer, ...]


@dataclass(frozen=True)
class IssueView:
    """An issue: its scale and positions."""

    title: str
    scale: tuple[tuple[str, str], ...]
    positions: tuple[PositionRow, ...]
    because: str


@dataclass(frozen=True)
class WhatIfRow:
    """A what-if in words."""

    title: str
    starts: str
    does: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class Footing:
    """Section 7."""

    sources: tuple[SourceRow, ...]
    priors: tuple[PriorRow, ...]
    issues: tuple[IssueView, ...]
    what_ifs: tuple[WhatIfRow, ...]
    readings: tuple[tuple[str, str, int], ...]
    lexicon: str
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    receipt: tuple[tuple[str, str], ...]
    packages: tuple[tuple[str, str], ...]
    grades: str


def build_footing(result: RunResult, reader: EvidenceReader) -> Footing:
    """Return section 7 of a run."""
    case = result.case
    return Footing(
        tuple(_sources(result)),
        tuple(_priors(result)),
        tuple(_issues(case, reader)),
        tuple(_what_ifs(case)),
        tuple(
            (NAMED[name].title, NAMED[name].says, draws)
            for name, draws in result.receipt.reading_draws.items()
            if name in NAMED
        ),
        lexicon_note(result),
        tuple(dict.fromkeys(result.warnings)),
        case.document.notes,
        tuple(_receipt(result)),
        tuple(result.receipt.packages.items()),
        _grade_summary(result),
    )


def _supports(case: Case) -> dict[str, list[tuple[str, str]]]:
    """Return source id -> (name, anchor) of what cites it."""
    found: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)

    def add(evidence: tuple[CaseEvidence, ...], name: str, where: str) -> None:
        for item in evidence:
            if item.source:
                found[item.source][name, where] = None

    for name, link in case.links.items():
        add(link.evidence, name, f"link-{anchor(name)}")
    for name, j in case.judgments.items():
        add((*j.evidence, *j.evidence_for, *j.evidence_against), name, f"judgment-{anchor(name)}")
    for name, event in case.events.items():
        add(event.evidence, event.title, f"node-{anchor(name)}")
    for name, factor in case.factors.items():
        add(factor.evidence, title_of(case, name), f"node-{anchor(name)}")
    return {source: list(cited) for source, cited in found.items()}


def _sources(result: RunResult) -> Iterator[SourceRow]:
    case, record = result.case, result.record
    cited = _supports(case)
    events: dict[str, int] = defaultdict(int)
    for event in record.events:
        for source in event.sources:
            events[source] += 1
    for name, entry in case.sources.items():
        yield SourceRow(
            name, anchor(name), entry.title or name, "text", entry.grade or DASH,
            day(entry.dated or entry.published), "", tuple(cited.get(name, ())),
            events.pop(name, 0), entry.note,
        )  # fmt: skip
    listed = [s for s in record.sources if s.id not in case.sources]
    listed.sort(key=lambda s: (-events[s.id], s.id))
    for s in listed:
        yield SourceRow(
            s.id, anchor(s.id), s.title or s.id, s.kind, s.grade or DASH,
            day(s.published or s.dated), s.address, tuple(cited.get(s.id, ())), events[s.id], s.note,
        )  # fmt: skip


def _grade_summary(result: RunResult) -> str:
    counts: dict[str, int] = defaultdict(int)
    for source in result.record.sources:
        counts[source.grade[0] if source.grade else "not graded"] += 1
    return "; ".join(f"{grade}: {n}" for grade, n in sorted(counts.items()))


def _span(prior: tuple[float, float, float], unit: str = "") -> str:
    low, likely, high = prior
    end = f" {unit}" if unit else ""
    if low == high:
        return f"{number(likely)}{end} (fixed)"
    return f"{number(low)} / {number(likely)} / {number(high)}{end}"


def _priors(result: RunResult) -> Iterator[PriorRow]:
    yield from _event_priors(result.case)
    yield from _factor_priors(result.case)
    for c in result.echo:
        because = result.case.links[c.link].because
        fades = f"; half gone after {plural(round(c.fades), 'day')}" if c.fades else ""
        yield PriorRow(f"{c.link}: {c.says}", f"{c.stated}{fades}", c.means, because)
    yield from _decision_priors(result.case)


def _event_priors(case: Case) -> Iterator[PriorRow]:
    for event in case.events.values():
        when = ", ".join(f"{title_of(case, k)}: {v}" for k, v in event.usual_when.items())
        yield PriorRow(
            f"{event.title}, usual rate", _span(event.usual, "a month"),
            f"when {when}" if when else "", event.because,
        )  # fmt: skip
        for mark, shares in event.marks.items():
            value = ", ".join(f"{k} {_span(p, '%')}" for k, p in shares.items())
            yield PriorRow(f"{event.title}, {mark.replace('_', ' ')}", value, "", "")
        if event.listing is not None:
            raised = event.listing.raised_by
            means = f"more under {title_of(case, raised)}" if raised else ""
            yield PriorRow(
                f"{event.title}, share listed", _span(event.listing.share, "%"), means, ""
            )


def _factor_priors(case: Case) -> Iterator[PriorRow]:
    for name, factor in case.factors.items():
        title = title_of(case, name)
        if factor.states is not None:
            states = ", ".join(f"{k} {_span(p)}" for k, p in factor.states.items())
            yield PriorRow(f"{title} ({factor.kind} switch)", states, "", factor.because)
            for rule in factor.set_by:
                lasts = f", for {_span(rule.lasts, 'days')}" if rule.lasts else ""
                yield PriorRow(
                    f"{title}: set to {rule.to} by {title_of(case, rule.event)}",
                    f"{_span(rule.chance, '%')}{lasts}", "", factor.because,
                )  # fmt: skip
        elif factor.sd is not None:
            value = f"sd {_span(factor.sd)}, half-life {_span(factor.half_life, 'days')}"
            yield PriorRow(f"{title} (latent)", value, "common to several types", factor.because)
        elif factor.rest is not None:
            value = f"rests at {_span(factor.rest, factor.unit)}"
            means = f"half-life {_span(factor.half_life, 'days')}; noise {_span(factor.noise)}"
            yield PriorRow(f"{title} ({factor.kind} level)", value, means, factor.because)


def _decision_priors(case: Case) -> Iterator[PriorRow]:
    for decision in case.decisions.values():
        for call in decision.called_by:
            yield PriorRow(
                f"{decision.title}: chance that {title_of(case, call.event)} settles it",
                _span(call.chance, "%"), "", decision.because,
            )  # fmt: skip
        yield PriorRow(
            f"{decision.title}: error around {mixture_words(decision)}",
            _span(decision.error, "points"), "", decision.because,
        )  # fmt: skip
        yield from _consent_priors(case, decision)
        if decision.executes is not None:
            value = f"lag {_span(decision.executes.lag, 'days')}"
            means = f"reversed in {_span(decision.executes.reversal, '%')}"
            yield PriorRow(f"{decision.title}: carried out", value, means, decision.because)


def _consent_priors(case: Case, decision: Decision) -> Iterator[PriorRow]:
    """What an actor gives way by at most, and whose consent a low outcome needs."""
    if decision.largest_concession[0] < 100.0:
        value = _span(decision.largest_concession, "points")
        yield PriorRow(
            f"{decision.title}: largest concession in a session", value, "", decision.because
        )
    consent = decision.needs_consent
    if consent is not None:
        who = " and ".join(case.actors[a].name if a in case.actors else a for a in consent.of)
        without = "nothing is settled" if consent.otherwise == "open" else "it is held there"
        yield PriorRow(
            f"{decision.title}: outcomes that need the consent of {who}",
            f"under {_span(consent.below)}",
            f"given down to {_span(consent.within, 'points')} below their position; without it {without}",
            decision.because,
        )


def _issues(case: Case, reader: EvidenceReader) -> Iterator[IssueView]:
    for issue in case.issues.values():
        rows = tuple(
            PositionRow(
                reader.name(actor), _span(p.at), _span(p.power), _span(p.salience),
                _moved_by(case, p),
                p.because, reader.pointers(p.evidence),
            )
            for actor, p in issue.positions.items()
        )  # fmt: skip
        yield IssueView(issue.title, tuple(issue.scale.items()), rows, issue.because)


def _moved_by(case: Case, position: Position) -> str:
    said = [f"{title_of(case, f)} {_span(by)}" for f, by in position.moved_by.items()]
    care = position.salience_moved_by.items()
    return ", ".join([*said, *(f"salience by {title_of(case, f)} {_span(by)}" for f, by in care)])


def _what_ifs(case: Case) -> Iterator[WhatIfRow]:
    for name, what_if in case.what_ifs.items():
        starts = "the cut-off" if what_if.from_ == "as_of" else what_if.from_
        if what_if.history_until:
            starts += f"; a replay, the record used until {day(what_if.history_until)}"
        does = tuple(_operation(case, o) for o in what_if.do)
        said = " ".join(filter(None, (what_if.because, what_if.note)))
        yield WhatIfRow(what_if.title or name.replace("_", " "), starts, does, said)


def _operation(case: Case, o: Operation) -> str:
    subject = title_of(case, o.subject)
    said = {
        "set": f"set {subject} to {o.to}",
        "pin": f"hold {subject} at {o.to}",
        "shift": f"shift {subject} by {o.by}",
        "scale": f"multiply {subject} by {o.by}",
        "block": f"no {subject}",
        "unblock": f"allow {subject} again",
        "add": f"add one {subject}",
    }[o.verb]
    marks = f" ({', '.join(f'{k}: {v}' for k, v in o.marks.items())})" if o.marks else ""
    at = f", at {o.at}" if o.at else ""
    return f"{said}{marks}{f', for {o.for_} days' if o.for_ else ''}{at}"


def _fit_receipt(result: RunResult) -> Iterator[tuple[str, str]]:
    fit = result.fit
    if fit is None:
        yield "Fit to the record", "none"
        return
    first, last = fit.window
    yield (
        "Fit to the record",
        (
            f"{fit.origin}; method {fit.method}, Talion {fit.version}, seed {fit.seed}; "
            f"{day(first)} to {day(last)}; {plural(fit.chains, 'chain')} of {fit.sweeps:,} sweeps, "
            f"{fit.kept:,} draws kept; {number(fit.seconds, 2)} seconds of sampling"
        ),
    )
    yield "Fit: has it converged", fit.verdict or "yes, every reading"
    yield "Fit: case and record", f"SHA-256 {fit.case_hash}, {fit.record_hash}"
    variants = (f"{n.replace('_', ' ')}: {d}" for n, d in fit.readings.items())
    yield "Fit: draws simulated", ", ".join(variants)


def _receipt(result: RunResult) -> Iterator[tuple[str, str]]:
    r = result.receipt
    first, last = r.window
    yield "Command", r.command
    yield "Talion", r.version
    yield "Cut-off", day(r.as_of)
    yield "Record", f"{day(first)} to {day(last)}, SHA-256 {r.record_hash}"
    yield "Case", f"SHA-256 {r.case_hash}"
    yield "Seed", str(r.seed)
    yield from _fit_receipt(result)
    yield (
        "Size",
        (
            f"{r.draws} draws × {r.histories} histories × {plural(len(result.case.what_ifs) + 1, 'world')} "
            f"({', '.join(f'{NAMED[k].title if k in NAMED else k}: {n} draws' for k, n in r.reading_draws.items())})"
        ),
    )
    events = sum(e.events_simulated for e in result.ensembles.values())
    yield "Simulated", f"{events:,} events; whole run {number(r.seconds, 2)} seconds"
