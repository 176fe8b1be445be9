"""`talion bargain`: an issue under every model of bargaining, on the terminal or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from talion.cli.lines import columns, heading, say, sentence
from talion.errors import InputError

if TYPE_CHECKING:
    from talion.model.bargaining.comparison import Bargainable, Comparison, ModelOutcome
    from talion.model.schema_decisions import BargainingModel

__all__ = ["Asked", "bargain_over"]

_DRAWS = 500
_MOST_DRAWS = 100_000
_SEED = 20240213
_SHOWN_TIPS = 6
_CASES = (".yaml", ".yml")


@dataclass(frozen=True)
class Asked:
    """What the command line asks for.

    Attributes:
        source: file or case.
        issue: which, or None.
        models: with commas, or None.
        without, shifts: of the what-if, as typed.
    """

    source: str
    issue: str | None = None
    models: str | None = None
    without: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()


def bargain_over(
    asked: Asked, *, draws: int | None = None, seed: int | None = None, as_json: bool = False
) -> None:
    """Run the models and print what they say.

    Args:
        asked: what is asked for.
        draws: of ranges; 500 if None.
        seed: of the draws.
        as_json: print JSON.

    Raises:
        TalionError: a file, case or option is wrong.
    """
    from talion.model.bargaining.comparison import compare_models, parse_shift

    size = _DRAWS if draws is None else draws
    if not 1 <= size <= _MOST_DRAWS:
        raise InputError(
            "cannot draw so many", place="--draws", value=size, remedy=f"give 1 to {_MOST_DRAWS}"
        )
    names = None
    if asked.models is not None:
        names = [name.strip().replace(" ", "_") for name in asked.models.split(",") if name.strip()]
        if not names:
            raise InputError(
                "no model is named", place="--models", remedy="name one, or leave it out"
            )
    issue = _issue(asked)
    found = compare_models(
        issue,
        cast("list[BargainingModel] | None", names),
        draws=size,
        seed=_SEED if seed is None else seed,
        without=asked.without,
        shifts=[parse_shift(text) for text in asked.shifts],
    )
    if as_json:
        typer.echo(json.dumps(_plain(found), ensure_ascii=False, allow_nan=False, indent=1))
        return
    say(_lines(found))


def _issue(asked: Asked) -> Bargainable:
    """Read the issue: a file that is no case is one of another program."""
    from talion.model.bargaining.issue_files import issue_of_case, issue_of_file
    from talion.model.case import load_case

    path = Path(asked.source)
    if path.is_file() and path.suffix.lower() not in _CASES:
        return issue_of_file(path, asked.issue)
    return issue_of_case(load_case(asked.source), asked.issue)


def _lines(found: Comparison) -> Iterator[str]:
    issue = found.asked.issue
    size = (
        "every number is certain"
        if found.asked.certain
        else f"{found.draws} draws of ranges, seed {found.seed}"
    )
    yield f"{issue.name}: {len(issue.stakes)} actors; {size}"
    for scale in issue.dimensions:
        ends = (
            f"{scale.low:g} {scale.low_means}".strip(),
            f"{scale.high:g} {scale.high_means}".strip(),
        )
        yield from sentence(f"{scale.name}: {ends[0]} to {ends[1]}")
    for k, scale in enumerate(issue.dimensions):
        on = f" on {scale.name}" if len(issue.dimensions) > 1 else ""
        yield from heading(f"Where it ends{on}: 1-in-10, middle, 9-in-10")
        yield from columns(_row(found, one, k) for one in found.outcomes)
    if found.changed:
        yield from sentence(f"What if: {'; '.join(found.changed)}. Both from the same draws.")
    yield from _caveats(found)
    yield from _tips(found)
    if found.moves:
        yield from heading("Who moves, at the likely numbers")
        for said in found.moves:
            yield from sentence(said)
    yield from heading("How far to trust it")
    yield from sentence(
        "On 353 decided issues of the European Union no model that moves positions predicted better than "
        "the weighted mean, which missed by 23 points of 100 on average. Positions, salience and capability "
        "are an analyst's judgment."
    )


def _row(found: Comparison, one: ModelOutcome, dimension: int) -> tuple[str, ...]:
    from talion.model.schema_decisions import MODEL_TITLES

    low, middle, high = one.range(dimension)
    title = MODEL_TITLES[one.model]
    told = f"{middle:.1f}" if low == high else f"{low:.1f}  {middle:.1f}  {high:.1f}"
    role = "baseline" if one.baseline else ""
    if not found.changed:
        return title, told, role
    a, b, c = one.shift[dimension]
    shift = f"{b:+.1f}" if a == c else f"{b:+.1f} ({a:+.1f} to {c:+.1f})"
    return title, told, f"what if: {shift}", role


def _caveats(found: Comparison) -> Iterator[str]:
    from talion.model.schema_decisions import MODEL_TITLES

    for one in found.outcomes:
        if one.caveat:
            lead = "" if one.caveat.startswith("the ") else f"{MODEL_TITLES[one.model]}: "
            said = f"{lead}{one.caveat}."
            yield from sentence(said[0].upper() + said[1:])


def _tips(found: Comparison) -> Iterator[str]:
    from talion.model.schema_decisions import MODEL_TITLES

    if not found.tipping:
        return
    scale = found.asked.issue.dimensions[0]
    yield from heading(
        f"Whom it turns on: the {MODEL_TITLES[found.tipped]} without each, on {scale.name}"
    )
    rows = []
    for tip in found.tipping[:_SHOWN_TIPS]:
        low, middle, high = tip.shift
        shift = f"{middle:+.1f}" if low == high else f"{middle:+.1f} ({low:+.1f} to {high:+.1f})"
        said = [f"the median's place in {_share(tip.pivotal)}"] if tip.pivotal > 0 else []
        if tip.crossing is not None:
            said.append(f"crosses {found.asked.threshold:g} in {_share(tip.crossing)}")
        rows.append((tip.actor, shift, "; ".join(said)))
    yield from columns(rows)


def _share(share: float) -> str:
    if 0.0 < share < 0.01:
        return "under 1 % of draws"
    return f"{100 * share:.0f} % of draws"


def _plain(found: Comparison) -> dict[str, object]:
    issue = found.asked.issue
    return {
        "issue": issue.name,
        "scales": [
            {"name": d.name, "low": d.low, "high": d.high, "low_means": d.low_means, "high_means": d.high_means}
            for d in issue.dimensions
        ],
        "actors": [stake.actor for stake in issue.stakes],
        "draws": found.draws,
        "seed": found.seed,
        "what_if": list(found.changed),
        "models": {
            one.model: {
                "baseline": one.baseline,
                "outcome": [list(one.range(k)) for k in range(len(issue.dimensions))],
                "shift": [list(shift) for shift in one.shift],
                "caveat": one.caveat,
            }
            for one in found.outcomes
        },
        "tipping": {
            "model": found.tipped,
            "threshold": found.asked.threshold,
            "actors": [
                {"actor": t.actor, "shift": list(t.shift), "matters": t.matters, "crossing": t.crossing, "pivotal": t.pivotal}
                for t in found.tipping
            ],
        },
        "moves": list(found.moves),
    }  # fmt: skip
