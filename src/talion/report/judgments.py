"""Each judgment in full: what is claimed, the test, what the readings give, and why the label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from talion.judge.bottom_line import BottomLine
from talion.judge.results import JudgmentResult, PartResult, RunResult
from talion.model.lexicon import LEXICONS
from talion.model.reading import NAMED
from talion.report.evidence import EvidenceReader, Pointer, Row
from talion.report.labels import LabelLook, look
from talion.report.marks import draw_marks
from talion.report.rests import RestsView, build_rests
from talion.report.results_table import holder_name, is_provisional, marks_of, word_range_said
from talion.report.system import anchor, title_of
from talion.report.watch import WatchBlock, watch_block
from talion.report.wording import WordingView, wording_view
from talion.report.words import DASH, amount, day, number, percent, percent_range, plural


@dataclass(frozen=True)
class ReadingRow:
    """One reading of one part: name, share, its interval, and its effect where it has one."""

    name: str
    share: str
    interval: str
    chance: str
    effect: str


@dataclass(frozen=True)
class PartView:
    """One test as printed."""

    title: str
    text: str
    horizon: str
    world: str
    label: LabelLook
    label_sentence: str
    likelihood: str
    fit_said: str
    no_data: bool
    marks: Markup | None
    readings: tuple[ReadingRow, ...]
    effect_note: str
    outcome: str
    record_sentence: str
    counts: tuple[tuple[str, str], ...]
    gaps: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class JudgmentView:
    """One judgment as printed."""

    id: str
    anchor: str
    claim: str
    bottom_line: BottomLine
    holder: str
    kind: str
    word: str
    word_says: str
    word_verdict: str
    model_words: str
    record_verdict: str
    record_words: str
    label: LabelLook
    label_sentence: str
    no_data: bool
    likelihood: str
    confidence: str
    wording: WordingView
    footing: str
    path: tuple[tuple[str, str], ...]
    because: str
    due: str
    evidence: tuple[Pointer, ...]
    evidence_for: tuple[Pointer, ...]
    evidence_against: tuple[Pointer, ...]
    watch: tuple[str, ...]
    look_out: WatchBlock | None
    shows: tuple[tuple[str, str], ...]
    parts: tuple[PartView, ...]
    citation: str
    rests: RestsView | None


_KINDS = {
    "history": "a claim about what happened",
    "cause": "a claim about what causes what",
    "forecast": "a forecast",
    "conditional": "a conditional forecast",
    "motive": "a claim about a motive",
    "preference": "a preference",
}


def build_judgments(result: RunResult, reader: EvidenceReader) -> tuple[JudgmentView, ...]:
    """Return every judgment in full, in the order of the case."""
    return tuple(_view(result, reader, j) for j in result.judgments)


def _view(result: RunResult, reader: EvidenceReader, j: JudgmentResult) -> JudgmentView:
    stated = j.judgment
    return JudgmentView(
        id=j.id,
        anchor=anchor(j.id),
        claim=stated.claim,
        bottom_line=result.bottom_line(j.id),
        holder=holder_name(result, stated.held_by),
        kind=_KINDS[stated.kind],
        word=stated.word,
        word_says=word_range_said(j.word_range),
        word_verdict=j.word_verdict,
        model_words=j.model_words if j.gives_chance else "",
        record_verdict=j.record_verdict,
        record_words=j.record_words if j.gives_chance else "",
        label=look(j.label),
        label_sentence=j.label_sentence,
        no_data=j.no_data,
        likelihood=j.main.likelihood_sentence if j.main is not None else "",
        confidence=j.confidence_sentence,
        wording=wording_view(j),
        footing=j.footing_sentence,
        path=tuple((link, anchor(link)) for link in j.path),
        because=stated.because,
        due=day(stated.due) if stated.due else "",
        evidence=reader.pointers(stated.evidence),
        evidence_for=reader.pointers(stated.evidence_for),
        evidence_against=reader.pointers(stated.evidence_against),
        watch=stated.watch,
        look_out=watch_block(result, j.id),
        shows=_shows(result, j),
        parts=tuple(_part(result, reader, part) for part in j.parts),
        citation=_citation(result, j),
        rests=build_rests(j.main, provisional=is_provisional(result)),
    )


def _shows(result: RunResult, j: JudgmentResult) -> tuple[tuple[str, str], ...]:
    """Return the inputs a judgment asks to be shown: positions on an issue, or a title."""
    found = []
    for kind, name in j.judgment.shows.items():
        if kind == "issue" and name in result.case.issues:
            issue = result.case.issues[name]
            for actor, p in issue.positions.items():
                who = result.case.actors[actor].name if actor in result.case.actors else actor
                at = f"at {number(p.at[1])} ({number(p.at[0])} to {number(p.at[2])})"
                weight = f"power {number(p.power[1])}, salience {number(p.salience[1])}"
                found.append((who, f"{at}, {weight}"))
        else:
            found.append((kind, title_of(result.case, name)))
    return tuple(found)


def _citation(result: RunResult, j: JudgmentResult) -> str:
    """Return the sentence that "copy" puts on the clipboard, with what it takes to check it."""
    receipt = result.receipt
    said = j.main.likelihood_sentence if j.main is not None else ""
    if j.main is not None and j.main.record is not None:
        said = j.main.record.sentence
    body = " ".join(filter(None, (f"{j.id}: {j.judgment.claim}", f"[{j.label.value}]", said)))
    return (
        f"{body} {j.confidence_sentence} (Model output, not a forecast. {result.case.title}, as of "
        f"{day(receipt.as_of)}; Talion {receipt.version}, seed {receipt.seed}, case "
        f"{receipt.case_hash[:12]}, record {receipt.record_hash[:12]}{_fit_cited(result)}.)"
    )


def _fit_cited(result: RunResult) -> str:
    fit = result.fit
    if fit is None:
        return ""
    return f", fit seed {fit.seed}{' (not converged)' if fit.verdict else ''}"


def _part(result: RunResult, reader: EvidenceReader, part: PartResult) -> PartView:
    check = part.record
    worlds = {k: w.title or k.replace("_", " ") for k, w in result.case.what_ifs.items()}
    simulated = part.kind != "record"
    effects = [e for e in part.effect.values() if e is not None]
    return PartView(
        title=part.title,
        text=part.text,
        horizon=part.horizon or "",
        world=_world_said(part, worlds) if simulated else "",
        label=look(part.label),
        label_sentence=part.label_sentence,
        likelihood=part.likelihood_sentence,
        fit_said=part.fit_sentence,
        no_data=part.no_data,
        marks=draw_marks(marks_of(part), None, axis=True) if simulated else None,
        readings=tuple(_reading(part, name) for name in part.readings) if simulated else (),
        effect_note=f"smallest that matters: {_amount(effects[0].smallest, effects[0].unit)}"
        if effects
        else "",
        outcome=check.outcome if check else "",
        record_sentence=check.sentence if check else "",
        counts=tuple((_count_name(k), number(float(v))) for k, v in check.counts.items())
        if check
        else (),
        gaps=check.gaps if check else (),
        rows=tuple(Row(r, reader.event_line(r)) for r in check.rows) if check else (),
    )


def _count_name(key: str) -> str:
    """Return the name of a count as printed.

    >>> _count_name("2.days_before"), _count_name("listed")
    ('test 2: days before', 'listed')
    """
    part, dot, name = key.rpartition(".")
    return (f"test {part}: " if dot else "") + name.replace("_", " ")


def _world_said(part: PartResult, worlds: Mapping[str, str]) -> str:
    """Return the what-if a test is asked under, unless its text names it already."""
    title = worlds.get(part.world, "")
    return "" if title in part.text else title


def _reading(part: PartResult, name: str) -> ReadingRow:
    share, effect = part.readings[name], part.effect.get(name)
    title = NAMED[name].title if name in NAMED else name.replace("_", " ")
    if share is None:
        return ReadingRow(title, DASH, "no history can answer", "", "")
    if not part.gives_chance:
        return ReadingRow(title, DASH, "the form fixes the answer", "", "")
    interval = percent_range(share.low, share.high) if share.low < share.high else DASH
    chance = f"± {plural(max(1, round(100 * share.mcse)), 'point')}"
    if share.undetermined > 0:
        chance += f"; {percent(share.undetermined)} of histories cannot answer"
    said = ""
    if effect is not None:
        low, high = (amount(x, effect.unit) for x in (effect.low, effect.high))
        said = f"{_amount(effect.mean, effect.unit)} ({low} to {high})"
    return ReadingRow(title, percent(share.probability), interval, chance, said)


def _amount(value: float, unit: str) -> str:
    return f"{amount(value, unit)} {unit}".rstrip()


def lexicon_note(result: RunResult) -> str:
    """Return which scale of words is used, and where it comes from."""
    lexicon = LEXICONS[result.case.document.lexicon]
    return f"{lexicon.title} ({lexicon.source}), {plural(len(lexicon.bands), 'band')}"
