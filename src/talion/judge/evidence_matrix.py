"""The matrix of evidence against hypotheses: the model's cells in words, beside the analyst's.

Rows are weeks, episodes and the evidence that the case names; columns the rivals of the baseline. The
model's cell is how much better or worse a hypothesis told the row's weeks than the baseline did, in
the words of the analysis of competing hypotheses (Heuer 1999), by cut-points that are ours:

| Word | Difference d of log scores | The row was told |
|---|---|---|
| CC | d >= log 10 | at least ten times better |
| C | log 3 <= d < log 10 | three to ten times better |
| N | between, or within three standard errors of the particles | about as well |
| I | -log 10 < d <= -log 3 | three to ten times worse |
| II | d <= -log 10 | at least ten times worse |
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from talion.judge.hypotheses import Comparison
from talion.judge.week_scores import CLEAR, summed_error
from talion.model.case import Case

__all__ = ["MARKS", "Cell", "Matrix", "MatrixRow", "cell_word", "evidence_matrix"]

MARKS = ("CC", "C", "N", "I", "II", "NA")
"""What an analyst may write: consistent or inconsistent, doubled where much so; NA for no bearing."""
STRONG, SOME = math.log(10.0), math.log(3.0)


@dataclass(frozen=True)
class Cell:
    """One row under one hypothesis.

    Attributes:
        value: log score of the row's weeks less the baseline's; None where no week was told.
        word: of it; empty where there is none.
        mark: the analyst's, or empty.
        thin: whether a week of the row is out of reach, so that the word is N whatever the value.
    """

    value: float | None
    word: str
    mark: str
    thin: bool = False

    @property
    def apart(self) -> bool:
        """Whether model and analyst point different ways."""
        return bool(self.mark and self.word) and _side(self.mark) * _side(self.word) < 0


@dataclass(frozen=True)
class MatrixRow:
    """A row: `kind` is week, episode or evidence."""

    id: str
    kind: str
    title: str
    observed: str
    weeks: tuple[int, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Matrix:
    """All rows; `columns` are ids of hypotheses, without the baseline."""

    columns: tuple[str, ...]
    titles: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


def cell_word(difference: float, error: float | None) -> str:
    """Return the word of a difference.

    Args:
        difference: of log scores.
        error: standard error of it by the particles; None where it has none, which tells nothing.

    >>> [cell_word(d, 0.1) for d in (3.0, 1.5, 0.0, -1.5, -3.0)], cell_word(3.0, 2.0)
    (['CC', 'C', 'N', 'I', 'II'], 'N')
    """
    if error is None or abs(difference) < max(SOME, CLEAR * error):
        return "N"
    strong = abs(difference) >= STRONG
    return ("CC" if strong else "C") if difference > 0 else ("II" if strong else "I")


def _side(word: str) -> int:
    return {"C": 1, "I": -1}.get(word[:1], 0)


def evidence_matrix(
    case: Case, comparison: Comparison, marks: Mapping[str, Mapping[str, str]] | None = None
) -> Matrix:
    """Return the matrix.

    Args:
        case: of which.
        comparison: of its hypotheses.
        marks: the analyst's, by row and hypothesis; those of the comparison by default.
    """
    given = comparison.marks if marks is None else marks
    rivals = comparison.hypotheses[1:]
    place = {week.number: i for i, week in enumerate(comparison.weeks)}
    rows = []
    for key, kind, title, observed, weeks in _rows(case, comparison):
        cells = []
        for rival in rivals:
            at = [place[w] for w in weeks]
            mark = given.get(key, {}).get(rival.id, "")
            if not at:
                cells.append(Cell(None, "", mark))
                continue
            value = sum(rival.scores[i] - comparison.baseline.scores[i] for i in at)
            errors = [h.errors[i] for h in (rival, comparison.baseline) for i in at]
            known = [e for e in errors if e is not None]
            thin = bool(set(weeks) & set(rival.thin))
            error = summed_error(known) if len(known) == len(errors) and not thin else None
            cells.append(Cell(value, cell_word(value, error), mark, thin))
        rows.append(MatrixRow(key, kind, title, observed, weeks, tuple(cells)))
    return Matrix(tuple(r.id for r in rivals), tuple(r.title for r in rivals), tuple(rows))


def _rows(
    case: Case, comparison: Comparison
) -> Iterator[tuple[str, str, str, str, tuple[int, ...]]]:
    """Yield id, kind, title, what was observed, and the weeks told, of every row."""
    for week in comparison.weeks:
        title = f"Week {week.number}, {week.first} to {week.last}"
        yield f"week-{week.number}", "week", title, week.observed, (week.number,)
    for name, episode in case.document.episodes.items():
        weeks = tuple(
            w.number for w in comparison.weeks if w.first <= episode.to and episode.from_ <= w.last
        )
        dates = f"{episode.from_} to {episode.to}"
        yield f"episode-{name}", "episode", episode.title, dates, weeks
    for name, hypothesis in case.document.hypotheses.items():
        for i, pointer in enumerate(hypothesis.evidence, 1):
            own = set(pointer.rows)
            weeks = tuple(w.number for w in comparison.weeks if own & set(w.rows))
            told = ", ".join(pointer.rows) or f"{pointer.source or ''}"
            yield f"evidence-{name}-{i}", "evidence", pointer.gist or told, told, weeks
