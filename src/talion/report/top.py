"""The first screen: what was found, what it stands on, and why it is no forecast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from talion.judge.labels import Label
from talion.judge.paths import SystemGraph
from talion.judge.results import JudgmentResult, PartResult, RunResult
from talion.report.labels import LabelLook
from talion.report.results_table import (
    AS_WRITTEN,
    NO_VIEW,
    WITH_RECORD,
    build_results,
    is_fitted,
)
from talion.report.watch import LeadingRow, leading_lead, leading_rows
from talion.report.words import amount, day, in_hundred, plural, sentence, series


@dataclass(frozen=True)
class Finding:
    """A finding in plain words, and the judgment it comes from ("" for several)."""

    text: str
    footing: str
    judgment: str


@dataclass(frozen=True)
class Top:
    """What the first screen prints."""

    title: str
    as_of: str
    as_of_note: str
    holds: str
    lacks: tuple[str, ...]
    whose: str
    finding: str
    tally: tuple[tuple[LabelLook, int], ...]
    findings: tuple[Finding, ...]
    signs_lead: str
    signs: tuple[LeadingRow, ...]
    watch: tuple[tuple[str, str], ...]
    confidence: str
    warnings: int


def build_top(result: RunResult) -> Top:
    """Return the first screen of a run."""
    case = result.case
    table = build_results(result)
    return Top(
        title=case.title,
        as_of=day(case.as_of),
        as_of_note=case.document.as_of_note,
        holds=_holds(result),
        lacks=tuple(_lacks(result)),
        whose=_whose(result),
        finding=finding_sentence(result),
        tally=table.tally,
        findings=tuple(_findings(result)),
        signs_lead=leading_lead(result),
        signs=leading_rows(result),
        watch=tuple(_watch(result)),
        confidence=_confidence(result),
        warnings=len(set(result.warnings)),
    )


def finding_sentence(result: RunResult) -> str:
    """Return the finding in one sentence: how many judgments stand on what."""
    if not result.judgments:
        return "The case states no judgment yet, so that nothing is judged."
    n = Counter(j.label for j in result.judgments)

    def are(count: int, what: str) -> str:
        return f"{count} {'is' if count == 1 else 'are'} {what}"

    said: list[tuple[int, Callable[[int], str]]] = [
        (
            sum(n[x] for x in Label if x.claims_the_record),
            lambda k: f"the record bears on {k or 'none'}",
        ),
        (n[Label.CHECKED], lambda k: f"{k} can be checked by counting in the record"),
        (n[Label.RESTS], lambda k: f"{k} rest{'s' * (k == 1)} on the author's assumptions"),
        (n[Label.FIXED], lambda k: are(k, "fixed by the form of the claim")),
        (n[Label.UNRESOLVED], lambda k: are(k, "unresolved")),
        (n[Label.NOT_COMPUTABLE], lambda k: are(k, "not computable")),
        (n[Label.NOT_TESTABLE], lambda k: are(k, "not testable at all")),
    ]
    # With a fit it is said even if the record bears on none: that is the finding then.
    parts = [say(k) for i, (k, say) in enumerate(said) if k or (i == 0 and is_fitted(result))]
    return f"Of {plural(len(result.judgments), 'judgment')}, {series(parts)}."


def _holds(result: RunResult) -> str:
    record = result.record
    first, last = record.period
    within = [e for e in record.events if first <= e.start <= last]
    actions = Counter(e.action for e in within if e.countable)
    common = series([f"{n} {a.replace('_', ' ')}" for a, n in actions.most_common(3)])
    totals = (
        f", {plural(len(record.counts), 'reported total')} in "
        f"{plural(len({c.series for c in record.counts}), 'series', 'series')}"
        if record.counts
        else ""
    )
    named = f" (most often {common})" if common else ""
    outside = len(record.events) - len(within)
    more = (
        f"; {outside} more lie{'s' if outside == 1 else ''} outside these days" if outside else ""
    )
    return (
        f"{plural(len(within), 'dated event')}{named}{totals}, from "
        f"{plural(len(record.sources), 'source')}, {day(first)} to {day(last)}{more}."
    )


def _lacks(result: RunResult) -> Iterator[str]:
    record = result.record
    kinds = {c.of for c in record.coverage}
    partial = {c.of for c in record.coverage if c.listing != "near complete"}
    if partial:
        named = [k.replace("_", " ") for k in sorted(partial)]
        which = series(named) if len(named) < 6 else f"{len(named)} of {len(kinds)} kinds of act"
        yield f"The listing is incomplete or of unknown completeness for {which}."
    conflicts = sum(bool(e.conflicts) for e in record.events)
    if conflicts:
        yield f"Sources contradict each other on {plural(conflicts, 'event')}; all values are kept."
    data = SystemGraph(result.case).with_data
    missing = [e.title for k, e in result.case.events.items() if k not in data]
    if missing:
        yield f"It holds no row of {plural(len(missing), 'event type')}: {series(missing)}."
    if result.fit is not None:
        silent, total = len(result.uninformed), len(result.case.links)
        if silent:
            yield (
                f"It cannot inform {silent} of {plural(total, 'link')}; these stay at what was "
                "supposed of them."
            )
        if result.fit.verdict:
            yield (
                "The fit to it has not converged: what stands under “with the record” is "
                "provisional, and no result is credited to the record."
            )
    else:
        yield (
            "The model has not been fitted to it: nothing here says how far the record supports "
            "a link, and no result is “backed by the record”."
        )


def _whose(result: RunResult) -> str:
    links = result.case.links
    own = sum(link.origin != "brief" for link in links.values())
    added = f" {own} of them we added; the reading as written leaves those out." if own else ""
    what = f"The {plural(len(links), 'link')} and the tests" if links else "The tests"
    return f"{what} are our reading of the brief, not its author's.{added} Disagree with a reading? Edit it: one line, and see the result move."


def _findings(result: RunResult) -> Iterator[Finding]:
    """Yield up to four findings, each computed: what was counted, what the record moved, an
    assumption's work, an effect."""
    checked = [j for j in result.judgments if j.label is Label.CHECKED]
    if checked:
        yield _checked(checked)
    used: set[str] = set()
    spoken = max(_record_spoke(result), key=lambda item: item[2], default=None)
    if spoken is not None:
        used.add(spoken[0].id)
        yield _record_at_work(*spoken[:2])
    # Where the record speaks, no assumption does most of the work.
    assumed = [item for item in _shares(result) if not item[0].label.claims_the_record]
    gap = max(assumed, key=lambda item: item[2], default=None)
    if gap is not None and gap[2] >= 0.05:
        used.add(gap[0].id)
        yield _assumption_at_work(*gap[:2])
    others = [item for item in _effects(result) if item[0].id not in used]
    effect = max(others, key=lambda item: item[2], default=None)
    if effect is not None:
        yield _effect_found(*effect[:2])


def _checked(checked: list[JudgmentResult]) -> Finding:
    by_outcome: dict[str, list[str]] = {}
    for j in checked:
        if j.main is not None and j.main.record is not None:
            by_outcome.setdefault(j.main.record.outcome, []).append(j.id)
    said = [_outcome_said(outcome, ids) for outcome, ids in by_outcome.items()]
    return Finding(
        f"Counted in the record, without any model: {'; '.join(said)}.",
        "These stand on the record as coded and on the definitions given with each.",
        "",
    )


def _outcome_said(outcome: str, ids: list[str]) -> str:
    one = len(ids) == 1
    return {
        "holds": f"{series(ids)} {'holds' if one else 'hold'}",
        "fails": f"{series(ids)} {'fails' if one else 'fail'}",
        "contested": f"{series(ids)} {'is' if one else 'are'} contested by the sources",
    }.get(outcome, f"on {series(ids)} the record cannot tell")


def _shares(result: RunResult) -> Iterator[tuple[JudgmentResult, PartResult, float]]:
    """Yield tested judgments with how much following the author moves them from no view."""
    for j in result.judgments:
        part = j.main
        if part is None or part.kind == "record" or j.label is Label.FIXED:
            continue
        none, written = part.readings.get(NO_VIEW), part.readings.get(AS_WRITTEN)
        if none is not None and written is not None:
            yield j, part, abs(written.probability - none.probability)


def _record_spoke(result: RunResult) -> Iterator[tuple[JudgmentResult, PartResult, float]]:
    """Yield judgments whose label credits the record, with how far it moved the no-view share."""
    for j in result.judgments:
        if j.main is None or not j.label.claims_the_record:
            continue
        none, seen = (j.main.readings.get(name) for name in (NO_VIEW, WITH_RECORD))
        if none is not None and seen is not None:
            yield j, j.main, abs(seen.probability - none.probability)


def _record_at_work(j: JudgmentResult, part: PartResult) -> Finding:
    none, seen = part.readings[NO_VIEW], part.readings[WITH_RECORD]
    assert none is not None  # noqa: S101 - `_record_spoke` keeps only such
    assert seen is not None  # noqa: S101 - the same
    return Finding(
        f"{sentence(j.judgment.claim)} Here the record says most, under the model's assumptions: the "
        f"test is met in {in_hundred(seen.probability)} {_counted(part)} with the record, and in "
        f"{in_hundred(none.probability)} before it, if no link's direction is supposed.",
        j.footing_sentence,
        j.id,
    )


def _counted(part: PartResult) -> str:
    return "simulated histories" if part.kind == "share" else "draws of the parameters"


def _assumption_at_work(j: JudgmentResult, part: PartResult) -> Finding:
    written, none = part.readings[AS_WRITTEN], part.readings[NO_VIEW]
    assert written is not None  # noqa: S101 - `_shares` keeps only such
    assert none is not None  # noqa: S101 - the same
    return Finding(
        f"{sentence(j.judgment.claim)} Here the author's assumptions do most of their work: the "
        f"test is met in {in_hundred(written.probability)} {_counted(part)} as written, and in "
        f"{in_hundred(none.probability)} if no link's direction is supposed.",
        j.footing_sentence,
        j.id,
    )


def _effects(result: RunResult) -> Iterator[tuple[JudgmentResult, PartResult, float]]:
    """Yield differences as written with their size in units of the smallest that matters."""
    for j in result.judgments:
        effect = j.main.effect.get(AS_WRITTEN) if j.main is not None else None
        if j.main is not None and effect is not None and effect.smallest:
            yield j, j.main, abs(effect.mean / effect.smallest)


def _effect_found(j: JudgmentResult, part: PartResult) -> Finding:
    effect = part.effect[AS_WRITTEN]
    assert effect is not None  # noqa: S101 - `_effects` keeps only such
    mean, low, high, least = (
        amount(x, effect.unit) for x in (effect.mean, effect.low, effect.high, effect.smallest)
    )
    unit = f" {effect.unit}" if effect.unit else ""
    return Finding(
        f"{sentence(j.judgment.claim)} Under these assumptions, as written, the difference is "
        f"{mean}{unit} (four draws in five between {low} and {high}); the smallest that matters "
        f"is {least}.",
        part.label_sentence,
        j.id,
    )


def _watch(result: RunResult) -> Iterator[tuple[str, str]]:
    """Yield the first thing to watch of each judgment whose result could move, at most six."""
    moving = (Label.RESTS, Label.UNRESOLVED, Label.BACKED, Label.WHATEVER, Label.OTHER_WAY)
    chosen = [j for label in moving for j in result.judgments if j.label is label]
    seen: set[str] = set()
    for j in chosen:
        for line in j.judgment.watch[:1]:
            if line not in seen and len(seen) < 6:
                seen.add(line)
                yield j.id, line


def _confidence(result: RunResult) -> str:
    case, fit = result.case, result.fit
    total = len(case.links)
    if fit is None:
        silent = total - len(SystemGraph(case).informed_links)
        reasons = ["no number has been fitted to the record"]
        lacks = f"{'has' if silent == 1 else 'have'} no data at one end or both"
    else:
        silent = len(result.uninformed)
        reasons = ["the fit to the record has not converged"] if fit.verdict else []
        lacks = f"{'is' if silent == 1 else 'are'} beyond what the record can inform"
    level = "moderate" if not reasons and silent * 3 <= total else "low"
    if silent:
        reasons.append(f"{silent} of {plural(total, 'link')} {lacks}")
    why = f": {series(reasons)}" if reasons else ""
    return f"Our confidence in the simulated results as a whole is {level}{why}."
