"""`talion diagnose`: one page that says how far a fit can be believed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from talion.cli.check import refuse_faults
from talion.cli.files import output_folder
from talion.cli.lines import columns, day_in_words, heading, say, sentence
from talion.cli.progress import Progress
from talion.cli.sizes import within

if TYPE_CHECKING:
    from talion.fit.case.residuals import Spread
    from talion.judge.diagnosis import Diagnosis, VariantEffect

__all__ = ["diagnose_fit"]

DRAWS, HISTORIES = 100, 2
_TAIL = 0.05  # on either side, below which a tail probability is worth naming
_NAMES = {
    "half_strength": "half strength",
    "double_strength": "double strength",
    "without_escalation": "no escalation",
    "constant_listing": "constant listing",
    "reference_totals": "reference totals",
    "same_day_forward": "days in the order of the case",
    "same_day_reversed": "days in the other order",
    "rows_only": "rows only",
    "totals_only": "totals only",
    "as_written": "as written",
}


def diagnose_fit(
    name: str,
    *,
    draws: int | None = None,
    histories: int | None = None,
    out: Path | None = None,
    as_json: bool = False,
) -> None:
    """Find or make the fit of a case, look at it from every side, and print a page.

    Args:
        name: built-in name, folder or file.
        draws, histories: of the checks that simulate; None for the usual ones.
        out: folder for diagnosis.json and diagnosis.txt.
        as_json: print JSON instead of the page.

    Raises:
        TalionError: the case is wrong, or cannot be fitted, or the folder cannot be written to.
    """
    from talion.fit.case.lookup import obtain_fit
    from talion.judge.diagnosis import diagnose_case
    from talion.model.case import load_case
    from talion.record.writing import write_files

    number = within("--draws", draws, DRAWS, 2, 100_000)
    each = within("--histories", histories, HISTORIES, 1, 1000)
    case = load_case(name)
    refuse_faults(case)
    with nullcontext() if out is None else output_folder(out):
        with Progress("fitting") as progress:
            found = obtain_fit(case, progress=progress)
        with Progress("diagnosing") as progress:
            diagnosis = diagnose_case(
                case, found.fit, draws=number, histories=each, progress=progress
            )
        page = list(_page(diagnosis))
        if out is not None:
            text = "\n".join(page) + "\n"
            made = {"diagnosis.json": diagnosis.to_json() + "\n", "diagnosis.txt": text}
            write_files(out, made)
    if as_json:
        typer.echo(diagnosis.to_json())
    else:
        say(page)
    notes = [f"warning: {note}" for note in found.notes]
    written = [] if out is None else [f"written: {out / n}" for n in made]
    say([*notes, *written], err=as_json)


def _page(d: Diagnosis) -> Iterator[str]:
    yield d.title
    yield from sentence(
        f"fitted to {day_in_words(d.start)} until the eve of {day_in_words(d.end)}, as known on "
        f"{day_in_words(d.as_of)}; seed {d.seed}, {d.chains} chains of {d.sweeps} sweeps, {d.kept} "
        f"draws kept, {d.tested} of them looked at here; Talion {d.version}"
    )
    yield from _convergence(d)
    yield from _residuals(d)
    yield from _predictive(d)
    yield from _stability(d)
    yield from _sides(d)
    yield from _effects(d)
    yield from heading("What this record cannot say: these links keep what was supposed of them")
    yield from sentence(", ".join(d.silent) or "none")


def _convergence(d: Diagnosis) -> Iterator[str]:
    yield from heading("Did the chains agree?")
    if d.verdict:
        why = d.verdict.removeprefix("not converged: ")
        yield from sentence(f"NOT CONVERGED: {why}. Read what follows as provisional.")
    else:
        yield from sentence(f"Yes, in every variant; {d.gates} quantities of the main reading.")
    if d.worst:
        yield from sentence("The worst:")
        rows = [("", "R-hat", "effective size", "of its tails")]
        rows += [(n, f"{r:.3f}", f"{bulk:.0f}", f"{tail:.0f}") for n, r, bulk, tail in d.worst]
        yield from columns(rows, numbers_from=1)


def _residuals(d: Diagnosis) -> Iterator[str]:
    from talion.fit.case.residuals import TOO_HIGH

    yield from heading("Do events come as the process says? (residuals on its own clock)")
    rows = [("", "events", "expected", "K-S of gaps", "p, middle (1-in-10 to 9-in-10)", "drift p")]
    for r in d.residuals:
        gaps = "too few" if r.gap_p.median != r.gap_p.median else f"{r.gap_distance.median:.2f}"
        rows.append(
            (r.type, f"{r.events.median:.0f}", f"{r.expected.median:.1f}", gaps,
             _span(r.gap_p, 3), _number(r.drift_p.median, 3))
        )  # fmt: skip
    yield from columns(rows, numbers_from=1)
    yield from sentence(TOO_HIGH)


def _predictive(d: Diagnosis) -> Iterator[str]:
    p = d.predictive
    yield from heading("Would the process make such a record? (the window simulated anew)")
    yield from sentence(
        f"{p.draws} draws of {p.histories} histories from the first day; "
        f"{_percent(p.capped)} reached the event cap. Tail probabilities: chance that a new "
        "history has more than the fitted past."
    )
    what = list(dict.fromkeys(row.what for row in p.discrepancies))
    inside = {w.type: w.inside for w in p.weekly}
    rows: list[tuple[str, ...]] = [("", "weeks inside 80 %", *what)]
    for name, share in inside.items():
        found = {row.what: row.p for row in p.discrepancies if row.type == name}
        rows.append((name, _percent(share), *(_number(found[w], 2) for w in what)))
    yield from _table(rows)
    series: dict[str, list[float]] = {}
    for total in p.totals:
        series.setdefault(total.series, []).append(total.p)
    if series:
        yield from sentence("Reported totals, replicated with the fitted errors:")
        rows = [("", "statements", "lowest p", "highest p", f"beyond {_TAIL:g} on either side")]
        for name, found_p in series.items():
            far = sum(not _TAIL <= value <= 1 - _TAIL for value in found_p)
            low, high = f"{min(found_p):.2f}", f"{max(found_p):.2f}"
            rows.append((name, str(len(found_p)), low, high, str(far)))
        yield from columns(rows, numbers_from=1)


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    """A table whose long heads are numbered and told below it."""
    heads = rows[0][1:]
    short = [("", *(f"[{i}]" for i in range(1, len(heads) + 1))), *rows[1:]]
    told = "; ".join(f"[{i}] {head}" for i, head in enumerate(heads, 1))
    return [*columns(short, numbers_from=1), *sentence(told)]


def _stability(d: Diagnosis) -> Iterator[str]:
    yield from heading("Does it breed without end? (spectral radius; 1 and above does)")
    yield from sentence(
        "Share of draws above 1, and the 9-in-10 without the link that matters most:"
    )
    rows = [
        (
            "",
            "1-in-10",
            "middle",
            "9-in-10",
            "above 1",
            "9-in-10 without the link that matters",
        )
    ]
    for row in d.stability.rows:
        link = "-" if row.link is None else f"{row.without:.2f} {row.link}"
        r = row.radius
        rows.append(
            (row.what, f"{r.low:.2f}", f"{r.median:.2f}", f"{r.high:.2f}", _percent(row.above), link)
        )  # fmt: skip
    yield from columns(rows, numbers_from=1)


def _sides(d: Diagnosis) -> Iterator[str]:
    yield from heading("Dated rows only, totals only, both (events a month, 80 % interval)")
    if not d.sides:
        yield from sentence("the fit was made without these variants; `talion fit --refit`")
    for side in d.sides:
        rows: list[tuple[str, ...]] = [
            (side.type, "listed", "both", "rows only", "totals only", "")
        ]
        for m in side.months:
            found = [_span(m.events[w], 0) for w in ("both", "rows_only", "totals_only")]
            rows.append((m.month, str(m.listed), *found, "DISAGREE" if m.disagree else ""))
        yield from columns(rows, numbers_from=1)


def _effects(d: Diagnosis) -> Iterator[str]:
    yield from heading("Each link under every way to fit (middle, and the chance that it raises)")
    for found in d.effects:
        yield from sentence(f"{found.link}  {found.says} [{found.unit}]")
        cells = [f"before {_effect(found.before)}"]
        for name, effect in found.by_variant.items():
            cells.append(f"{_NAMES.get(name, name)} {_effect(effect)}")
        yield from sentence("; ".join(cells), indent=6)
    if not d.effects:
        yield "  none"


def _effect(effect: VariantEffect) -> str:
    return f"{effect.median:.2g} ({_percent(effect.raises)})"


def _span(spread: Spread, digits: int) -> str:
    if spread.median != spread.median:
        return "-"
    low, middle, high = (f"{x:.{digits}f}" for x in (spread.low, spread.median, spread.high))
    return f"{middle} ({low} to {high})"


def _number(value: float, digits: int) -> str:
    return "-" if value != value else f"{value:.{digits}f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
