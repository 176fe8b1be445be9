"""Issues to bargain over, from a case or from files of KTAB and `decide-exchange-model`."""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from talion.errors import InputError
from talion.model.bargaining.comparison import Bargainable
from talion.model.bargaining.drawn_stakes import UncertainIssue, UncertainStake, uncertain
from talion.model.bargaining.exchange_table import ExchangeTable, read_exchange_csv
from talion.model.bargaining.ktab import Scenario
from talion.model.bargaining.ktab_csv import read_ktab_csv
from talion.model.bargaining.ktab_xml import read_ktab_xml
from talion.model.bargaining.positions import MOST_SALIENCE, Dimension
from talion.model.bargaining.spatial_options import SpatialOptions
from talion.model.case import Case
from talion.model.text_file import read_text_file

__all__ = ["issue_of_case", "issue_of_file"]

_DECIDE = ("#A", "#P", "#M", "#D")


def issue_of_case(case: Case, issue: str | None = None) -> Bargainable:
    """Return an issue of a case with its ranges, and the issues it is traded against.

    Args:
        case: the case.
        issue: id; the first that a decision settles if None.

    Raises:
        InputError: the case has no issue, or none of that name.

    >>> from talion.model.case import load_case
    >>> issue_of_case(load_case("baghdad-2024")).issue.name
    'mission'
    """
    if not case.issues:
        raise InputError(
            "the case has no issue", place=case.name, remedy="place actors under `issues:`"
        )
    settled = [decision.issue for decision in case.decisions.values()]
    name = _named(issue, list(case.issues), next(iter(settled), next(iter(case.issues))))
    decision = next((d for d in case.decisions.values() if d.issue == name), None)
    titles = _titles(case)
    trades = decision.trades_with if decision is not None else ()
    return Bargainable(
        _uncertain_issue(case, name),
        SpatialOptions(),
        tuple(_uncertain_issue(case, other) for other in trades),
        tuple((actor, titles[actor]) for actor in case.issues[name].positions),
        None if decision is None else decision.agreed_at_most[1],
    )


def _titles(case: Case) -> dict[str, str]:
    """Return every actor's name; an id where two actors share a name."""
    placed = dict.fromkeys(a for issue in case.issues.values() for a in issue.positions)
    recorded = {actor.id: actor.name for actor in case.record.actors}
    named = {a: case.actors[a].name if a in case.actors else recorded.get(a, a) for a in placed}
    shared = Counter(named.values())
    return {a: name if shared[name] == 1 else a for a, name in named.items()}


def _uncertain_issue(case: Case, name: str) -> UncertainIssue:
    stated, titles = case.issues[name], _titles(case)
    scale = Dimension(name, 0.0, 100.0, stated.scale.get("0", ""), stated.scale.get("100", ""))
    stakes = tuple(
        UncertainStake(
            titles[actor],
            (_within(position.at),),
            (_within(position.salience),),
            _within(position.power),
        )
        for actor, position in stated.positions.items()
    )
    return UncertainIssue(name, (scale,), stakes)


def _within(prior: tuple[float, float, float]) -> tuple[float, float, float]:
    low, likely, high = (min(max(x, 0.0), 100.0) for x in prior)
    return low, likely, high


def issue_of_file(path: str | Path, issue: str | None = None) -> Bargainable:
    """Return the issue of a file of KTAB (CSV, XML) or one issue of a file of `decide-exchange-model`.

    Args:
        path: the file.
        issue: which, where a file has several; the first if None.

    Raises:
        InputError, Problems: the file cannot be read, is of no such kind, or has no such issue.
    """
    file = Path(path)
    if file.suffix.lower() == ".xml":
        return _of_scenario(read_ktab_xml(file), issue, file)
    text = read_text_file(file)
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.strip().lstrip("'\"").startswith(_DECIDE):
        return _of_table(read_exchange_csv(file), issue)
    return _of_scenario(read_ktab_csv(file), issue, file)


def _of_scenario(scenario: Scenario, issue: str | None, file: Path) -> Bargainable:
    stated = scenario.issue
    _named(issue, [stated.name], stated.name)
    stakes = tuple(
        uncertain(s.actor, [(x, x, x) for x in s.position], [(c, c, c) for c in s.salience], s.capability[0])
        for s in stated.stakes
    )  # fmt: skip
    return Bargainable(
        UncertainIssue(stated.name or file.stem, stated.dimensions, stakes), scenario.options
    )


def _of_table(table: ExchangeTable, issue: str | None) -> Bargainable:
    name = _named(issue, list(table.issues), table.issues[0])
    issues = {one: _column(table, p) for p, one in enumerate(table.issues)}
    own = issues.pop(name)
    return Bargainable(own, SpatialOptions(), tuple(issues.values()))


def _column(table: ExchangeTable, p: int) -> UncertainIssue:
    places = table.unscaled(table.positions)[:, p]
    low, high = table.scales[p]
    stakes = tuple(
        uncertain(
            actor,
            float(np.clip(places[n], low, high)),
            float(table.salience[n, p]) * MOST_SALIENCE,
            float(table.power[n, p]),
        )
        for n, actor in enumerate(table.actors)
        if np.isfinite(places[n])
    )
    return UncertainIssue(table.issues[p], (Dimension(table.issues[p], low, high),), stakes)


def _named(wanted: str | None, known: list[str], first: str) -> str:
    if wanted is None:
        return first
    if wanted in known:
        return wanted
    near = get_close_matches(wanted, known, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
    raise InputError("no such issue", place="--issue", value=wanted, remedy=remedy)
