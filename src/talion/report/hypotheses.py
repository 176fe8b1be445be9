"""Rival explanations on the page: how well each told the coming weeks, and where they part.

The comparison is made by `talion hypotheses` and found by its hash. Without one the section says how to
make it, and which explanations it would compare.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from talion.judge.evidence_matrix import Cell, MatrixRow, evidence_matrix
from talion.judge.hypotheses import Compared, Comparison, Pair
from talion.judge.hypotheses_file import ORIGINS, find_comparison
from talion.judge.week_scores import Difference, Weight
from talion.report.words import DASH, day, percent, plural, signed

if TYPE_CHECKING:
    from talion.model.case import Case

__all__ = ["HypothesesSection", "build_hypotheses", "finding_sentence", "how_made"]

WIDTH, HEIGHT, EDGE = 130, 18, 6


@dataclass(frozen=True)
class RivalLine:
    """One explanation in the table."""

    id: str
    rank: str
    title: str
    says: str
    keeps: str
    predicts: tuple[str, ...]
    difference: str
    verdict: str
    clear: bool
    reach: str
    first: str
    weight: str
    picture: Markup
    differs: str
    episodes: tuple[str, ...]


@dataclass(frozen=True)
class PairLine:
    """Two explanations, the one that told the weeks better first."""

    one: str
    other: str
    difference: str
    error: str
    verdict: str
    clear: bool
    reach: str


@dataclass(frozen=True)
class EvidenceCell:
    """A cell of the matrix: the model's word, its number, the analyst's mark, whether out of reach."""

    word: str
    number: str
    mark: str
    apart: bool
    thin: bool


@dataclass(frozen=True)
class EvidenceLine:
    """A row of the matrix."""

    kind: str
    title: str
    observed: str
    cells: tuple[EvidenceCell, ...]


@dataclass(frozen=True)
class HypothesesSection:
    """The section; without `span` nothing has been compared yet.

    Attributes:
        command: how to make the comparison.
        names: titles of what is to be compared.
        span, weeks, fits: days and number of the weeks told, and fits of each hypothesis.
        finding: a sentence that stands first.
        origin: where the comparison comes from and how it was made.
        rivals: by how well they told the weeks.
        pairs: every two of them.
        episodes: their titles, as heads of columns.
        columns, rows: of the matrix; `columns` are titles.
        marked: whether an analyst's marks are shown.
        warnings: sentences.
    """

    command: str
    names: str
    span: str = ""
    weeks: str = ""
    fits: str = ""
    finding: str = ""
    origin: str = ""
    rivals: tuple[RivalLine, ...] = ()
    pairs: tuple[PairLine, ...] = ()
    episodes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[EvidenceLine, ...] = ()
    marked: bool = False
    warnings: tuple[str, ...] = ()


def build_hypotheses(case: Case) -> HypothesesSection | None:
    """Return the section; None where the case has no hypotheses."""
    if not case.document.hypotheses:
        return None
    command = f"talion hypotheses {case.name}"
    names = "; ".join(h.title for h in case.document.hypotheses.values())
    lying = find_comparison(case)
    if lying is None:
        return HypothesesSection(command, names)
    found = lying.comparison
    matrix = evidence_matrix(case, found)
    return HypothesesSection(
        command,
        names,
        f"{day(found.weeks[0].first)} to {day(found.weeks[-1].last)}",
        plural(len(found.weeks), "week"),
        plural(len(found.cuts), "time"),
        finding_sentence(found),
        f"{ORIGINS[lying.origin]}: {how_made(found)}.",
        tuple(_rival(n, h, found) for n, h in enumerate(found.ranked, 1)),
        tuple(_pairs(found)),
        tuple(case.document.episodes[e.id].title for e in found.baseline.episodes),
        matrix.titles,
        tuple(_line(row) for row in matrix.rows),
        bool(found.marks),
        found.warnings,
    )


def how_made(found: Comparison) -> str:
    """Return seed, sizes and versions of a comparison, in a clause."""
    s = found.settings
    return (
        f"Talion {found.version}, {found.method}, seed {s.seed}, {plural(s.chains, 'chain')} of "
        f"{s.sweeps} sweeps, {s.particles} particles in {plural(s.islands, 'island')}, for each "
        f"explanation and fit; {found.noise_in_words}"
    )


def finding_sentence(found: Comparison) -> str:
    """Return which explanations told the weeks clearly better or worse than the baseline."""
    rivals = found.hypotheses[1:]
    better = [h.title for h in rivals if h.against.verdict == "better"]
    worse = [h.title for h in rivals if h.against.verdict == "worse"]
    same = [h.title for h in rivals if h.against.verdict == "indistinguishable"]
    said = []
    if not better and not worse:
        said.append(
            f"None of {plural(len(rivals), 'explanation')} told these weeks clearly better or worse "
            "than supposing that nobody answers anybody."
        )
    if better:
        said.append(f"Told clearly better than if nobody answered anybody: {'; '.join(better)}.")
    if worse:
        said.append(f"Told clearly worse: {'; '.join(worse)}.")
    if same and (better or worse):
        said.append(f"Cannot be told from the baseline: {'; '.join(same)}.")
    if same:
        coarse = [h.title for h in rivals if h.title in same and h.noisy]
        which = "those" if better or worse else "them"
        if len(coarse) == len(same):
            said.append(f"The computation was too coarse to tell {which} apart.")
        elif coarse:
            said.append(
                f"This record cannot tell {which} apart; for {'; '.join(coarse)} the computation was "
                "coarse too."
            )
        else:
            said.append(f"This record cannot tell {which} apart.")
    thin = sorted({n for p in found.pairs for n in p.thin})
    if thin:
        said.append(
            f"Of {plural(len(found.weeks), 'week')}, {len(thin)} {'was' if len(thin) == 1 else 'were'} "
            f"out of reach of the particles under one of them (week{'' if len(thin) == 1 else 's'} {', '.join(map(str, thin))}): no "
            f"verdict hangs on {'it' if len(thin) == 1 else 'those'}."
        )
    return " ".join(said)


def _pairs(found: Comparison) -> Iterator[PairLine]:
    """Yield all pairs, those with the first first."""
    place = {h.id: n for n, h in enumerate(found.ranked)}
    title = {h.id: h.title for h in found.hypotheses}
    ordered = sorted(found.pairs, key=lambda p: sorted((place[p.one], place[p.other])))
    for kept in ordered:
        pair = kept if place[kept.one] < place[kept.other] else kept.turned
        d = pair.difference
        yield PairLine(
            title[pair.one],
            title[pair.other],
            signed(d.value),
            DASH if d.error is None else f"{2 * d.error:.1f}",
            d.verdict,
            d.verdict != "indistinguishable",
            pair.reach_in_words,
        )


def _rival(rank: int, h: Compared, found: Comparison) -> RivalLine:
    base = h is found.baseline
    own = Pair(h.id, found.baseline.id, h.against, h.thin, h.reached)
    return RivalLine(
        h.id,
        str(rank),
        h.title,
        h.says,
        ", ".join(h.keeps) or "none",
        h.predicts,
        DASH if base else _said(h.against),
        "the rival to beat" if base else h.against.verdict,
        not base and h.against.verdict != "indistinguishable",
        "" if base else own.reach_in_words,
        "" if rank == 1 else f"from the first {_said(h.best)}, {h.best.verdict}",
        f"{percent(h.weight.value)} ({percent(h.weight.low)} to {percent(h.weight.high)})",
        _bar(h.weight),
        DASH if base else h.difference_in_words,
        tuple(
            DASH if base else f"{_said(e.against)}, {e.against.verdict}" if e.weeks else "not told"
            for e in h.episodes
        ),
    )


def _said(difference: Difference) -> str:
    error = "no error known" if difference.error is None else f"± {difference.error:.1f}"
    return f"{signed(difference.value)} ({error})"


def _bar(weight: Weight) -> Markup:
    """A weight on an axis from 0 to 1, with its interval."""

    def at(x: float) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * x

    y = HEIGHT / 2
    return Markup(  # noqa: S704 - numbers alone are put in
        f'<svg width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
        f'<line x1="{at(0):.1f}" y1="{y}" x2="{at(1):.1f}" y2="{y}" stroke="var(--grid)"/>'
        f'<line x1="{at(weight.low):.1f}" y1="{y}" x2="{at(weight.high):.1f}" y2="{y}" '
        'stroke="var(--accent)" stroke-width="3"/>'
        f'<circle class="ring full" cx="{at(weight.value):.1f}" cy="{y}" r="4"/></svg>'
    )


def _line(row: MatrixRow) -> EvidenceLine:
    return EvidenceLine(row.kind, row.title, row.observed, tuple(map(_cell, row.cells)))


def _cell(cell: Cell) -> EvidenceCell:
    number = "" if cell.value is None else signed(cell.value)
    return EvidenceCell(cell.word or DASH, number, cell.mark, cell.apart, cell.thin)
