"""The section on what is bargained over: who stands where, what models make of it, what hangs on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from talion.judge.bargains import Bargain, share_words
from talion.judge.readings import AS_WRITTEN
from talion.judge.results import RunResult
from talion.model.bargaining.issue_files import issue_of_case
from talion.model.bargaining.positions import Issue
from talion.model.bargaining.spatial import spatial_model
from talion.model.bargaining.spatial_words import explain_end, explain_move
from talion.model.case import Case
from talion.model.schema import Decision
from talion.model.schema_decisions import MODEL_TITLES
from talion.report.bargaining_marks import Path, draw_axis, draw_course, draw_outcome, draw_stake
from talion.report.evidence import EvidenceReader
from talion.report.system import anchor, title_of
from talion.report.words import number

__all__ = ["BargainView", "build_bargains"]

_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
_ROUNDS = 6
_TOLD = 5
_LONGEST = 38  # characters of a label
_TOGETHER = 1.0  # points: actors that end so near to each other share a line


@dataclass(frozen=True)
class StakeRow:
    """One actor: what it wants, how much it weighs, where one session leaves it."""

    actor: str
    picture: Markup
    stands: str
    weight: str


@dataclass(frozen=True)
class OutcomeRow:
    """One model: how often the case follows it, and where it ends."""

    model: str
    role: str
    share: str
    picture: Markup
    said: str


@dataclass(frozen=True)
class OwedRow:
    """One test that hangs on the bargain."""

    judgment: str
    anchor: str
    title: str
    label: str
    model: str
    coding: str
    both: str


@dataclass(frozen=True)
class BargainView:
    """A decision's bargain as printed.

    Attributes:
        title, scale: of the issue; the scale as number and meaning.
        lead: what is settled and by how many.
        axis: numbers over both tables.
        stakes, outcomes: rows.
        course: positions round by round; None where nobody moves.
        moves: the largest moves of the first round, in words, and the end.
        rules: concessions, consent, calls, error, table.
        owed: tests that hang on it.
    """

    title: str
    scale: tuple[tuple[str, str], ...]
    lead: str
    axis: Markup
    stakes: tuple[StakeRow, ...]
    outcomes: tuple[OutcomeRow, ...]
    course: Markup | None
    moves: tuple[str, ...]
    rules: tuple[str, ...]
    owed: tuple[OwedRow, ...]


def build_bargains(result: RunResult, reader: EvidenceReader) -> tuple[BargainView, ...]:
    """Return a view of each decision's bargain; none where a case bargains over nothing."""
    return tuple(_view(result, reader, bargain) for bargain in result.bargains)


def _view(result: RunResult, reader: EvidenceReader, bargain: Bargain) -> BargainView:
    case = result.case
    decision = case.decisions[bargain.decision]
    issue = case.issues[decision.issue]
    likely = issue_of_case(case, decision.issue).issue.likely
    names = [reader.name(actor) for actor in issue.positions]
    run = spatial_model(likely)
    places = run.positions[:, :, 0]
    limit = decision.largest_concession[1]
    first = np.clip(places[min(1, len(places) - 1)], places[0] - limit, places[0] + limit)
    lines = _baselines(bargain)
    moves = sorted(
        (m for m in run.turns[0].moves if m.moved),
        key=lambda m: -float(np.abs(m.end - m.start).max()),
    )
    told = tuple(explain_move(run, 0, move) for move in moves[:_TOLD])
    return BargainView(
        title=issue.title,
        scale=tuple((place, words) for place, words in issue.scale.items()),
        lead=f"{decision.title}: {len(names)} actors have a position.",
        axis=draw_axis(),
        stakes=tuple(_stakes(case, decision, names, likely, first, lines)),
        outcomes=tuple(_outcomes(bargain, lines)),
        course=_course(places, names),
        moves=(*told, explain_end(run)),
        rules=tuple(_rules(case, reader, decision, bargain)),
        owed=tuple(_owed(result, bargain.decision)),
    )


def _baselines(bargain: Bargain) -> tuple[tuple[float, str], ...]:
    """The middles of both baselines, as lines across every row."""
    found = []
    for name, kind in (("weighted_mean", "mean"), ("weighted_median", "median")):
        if name in bargain.drawn.models:
            place = bargain.drawn.models.index(name)
            found.append((bargain.range(place)[1], kind))
    return tuple(found)


def _stakes(
    case: Case,
    decision: Decision,
    names: list[str],
    likely: Issue,
    first: np.ndarray,
    lines: tuple[tuple[float, str], ...],
) -> Iterator[StakeRow]:
    positions = list(case.issues[decision.issue].positions.values())
    weights = (likely.capability * likely.salience)[:, 0]
    order = sorted(range(len(names)), key=lambda n: positions[n].at[1])
    for n in order:
        p, share = positions[n], weights[n] / max(float(weights.max()), 1e-9)
        stands = f"{_points(p.at[1])} ({_points(p.at[0])} to {_points(p.at[2])})"
        weight = f"power {_points(p.power[1])} × salience {_points(p.salience[1])} %"
        after = float(first[n])
        said = f"{names[n]}: {stands}, {weight}; after one session {_points(after)}"
        picture = draw_stake(p.at, float(share), after, said, lines)
        yield StakeRow(names[n], picture, stands, weight)


def _outcomes(bargain: Bargain, lines: tuple[tuple[float, str], ...]) -> Iterator[OutcomeRow]:
    for place, (model, share) in enumerate(
        zip(bargain.drawn.models, bargain.drawn.shares, strict=True)
    ):
        quantiles = np.quantile(bargain.outcomes[:, place], _QUANTILES).tolist()
        baseline = model in ("weighted_mean", "weighted_median")
        said = f"{_points(quantiles[2])} ({_points(quantiles[0])} to {_points(quantiles[4])})"
        title = MODEL_TITLES[model]
        yield OutcomeRow(
            title[0].upper() + title[1:],
            "baseline" if baseline else "",
            f"{round(100 * share)} %",
            draw_outcome(quantiles, f"{title}: {said}", baseline=baseline, lines=lines),
            said,
        )


def _course(places: np.ndarray, names: list[str]) -> Markup | None:
    """Positions of the first rounds of the spatial model; actors that end together share a label."""
    shown = places[: _ROUNDS + 1]
    if len(shown) < 2 or float(np.abs(shown[-1] - shown[0]).max()) < _TOGETHER:
        return None
    named, silent = [], []
    for group in _groups(shown[-1]):
        first, *rest = group
        named.append(Path(_label(names, group), tuple(shown[:, first].tolist())))
        silent += [Path("", tuple(shown[:, n].tolist())) for n in rest]
    said = "; ".join(f"{p.name}: {_points(p.places[0])} to {_points(p.places[-1])}" for p in named)
    return draw_course(named, f"Positions by round. {said}", others=silent)


def _label(names: list[str], group: list[int]) -> str:
    """Name those who end together, as far as there is room."""
    for shown in range(len(group), 0, -1):
        more = len(group) - shown
        label = ", ".join(_short(names[n]) for n in group[:shown]) + (
            f" and {more} more" if more else ""
        )
        if len(label) <= _LONGEST:
            return label
    return _short(names[group[0]])[: _LONGEST - 1] + "…"


def _groups(ends: np.ndarray) -> list[list[int]]:
    groups: list[list[int]] = []
    for n in np.argsort(-ends, kind="stable").tolist():
        if groups and abs(ends[groups[-1][-1]] - ends[n]) < _TOGETHER:
            groups[-1].append(n)
        else:
            groups.append([n])
    return groups


def _short(name: str) -> str:
    return name.split(",", maxsplit=1)[0].split(" (", maxsplit=1)[0]


def _rules(
    case: Case, reader: EvidenceReader, decision: Decision, bargain: Bargain
) -> Iterator[str]:
    for call in decision.called_by:
        chance = (
            f"{number(call.chance[1])} % ({number(call.chance[0])} to {number(call.chance[2])})"
        )
        binds = "" if call.binds == "yes" else "; what it says binds nobody"
        yield f"{title_of(case, call.event)} settles it with a chance of {chance}{binds}."
    low, likely, high = decision.largest_concession
    if low < 100.0:
        yield (
            f"One call is one session, in which nobody gives way by more than {number(likely)} points "
            f"({number(low)} to {number(high)})."
        )
    if decision.needs_consent is not None:
        consent = decision.needs_consent
        who = " and ".join(reader.name(actor) for actor in consent.of)
        without = "nothing is settled" if consent.otherwise == "open" else "it is held there"
        yield (
            f"An outcome under {number(consent.below[1])} needs the consent of {who}, each of whom gives "
            f"it down to {number(consent.within[1])} points below its own position; without it {without}."
        )
    yield (
        f"What is agreed differs from what the model says by an error with a standard deviation of "
        f"{number(decision.error[1])} points ({number(decision.error[0])} to {number(decision.error[2])}), "
        "drawn anew in every history; the drawings show outcomes without it."
    )
    if bargain.error.states:
        yield (
            f"A simulation looks outcomes up in a table; on {bargain.error.states} random states it is off "
            f"by {bargain.error.mean:.1f} points on average and {bargain.error.largest:.0f} at most."
        )


def _owed(result: RunResult, decision: str) -> Iterator[OwedRow]:
    """Yield a row for each test, at its first horizon."""
    for judgment in result.judgments:
        tests = {part.id.partition("@")[0]: part for part in reversed(judgment.parts)}
        for part in reversed(tests.values()):
            share = part.bargains.get(AS_WRITTEN) or next(iter(part.bargains.values()), None)
            if share is None or share.decision != decision:
                continue
            title = " ".join(
                filter(None, (part.title or "The test itself", _horizon(part.horizon)))
            )
            yield OwedRow(
                judgment.id, anchor(judgment.id), title, part.label.value,
                share_words(share.model), share_words(share.coding),
                f"{share_words(share.both)} ({share_words(share.low)} to {share_words(share.high)})",
            )  # fmt: skip


def _horizon(said: str | None) -> str:
    return "" if said is None else f"({said.split(',', maxsplit=1)[0]})"


def _points(value: float) -> str:
    return f"{value:.0f}"
