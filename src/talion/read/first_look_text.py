"""The first look as text: `first-look.md` for people, `first-look.csv` for further work."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date

from talion.read.event_kinds import EventKind
from talion.read.first_look import WINDOWS, FirstLook, Pair, Pooled, TypeLook
from talion.record.before_after import Around, Window
from talion.record.reconcile import Increment

__all__ = ["csv_text", "markdown", "meaning", "pair_lines", "pooled_lines", "timeline", "type_line"]

_BARS = "▁▂▃▄▅▆▇█"
_ACTS_SHOWN = 20
_INTERVALS_SHOWN = 24


def timeline(counts: Sequence[int]) -> str:
    """Return counts as a row of bars; a dot where nothing is recorded.

    >>> timeline([0, 1, 4, 8])
    '·▁▄█'
    """
    most = max(counts, default=0)
    if most == 0:
        return "·" * len(counts)
    return "".join("·" if n == 0 else _BARS[-(-n * len(_BARS) // most) - 1] for n in counts)


def type_line(found: TypeLook) -> str:
    """Return how much is recorded of a type, in a sentence."""
    if not found.rows:
        return f"{found.kind.title}: no dated row; only the running total speaks of it."
    acts = f", {found.acts} acts" if found.acts != found.rows else ""
    text = f"{found.kind.title}: {_plural(found.rows, 'row')}{acts}, {found.first} to {found.last}"
    low, high, rows = found.deaths
    if rows:
        killed = f"{low}" if low == high else f"{low} to {high}"
        text += f"; {killed} killed, as {_plural(rows, 'row')} state"
    return f"{text}."


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def gap_line(found: TypeLook) -> str:
    """Return how completely a type is listed and where its longest silence lies."""
    parts = [f"{found.kind.title}: listing {found.listing}"]
    if found.gap is not None:
        parts.append(
            f"longest silence {found.gap.start} to {found.gap.end} ({_plural(found.gap.days, 'day')})"
        )
    if found.usual_gap is not None:
        parts.append(f"a row every {found.usual_gap:.1f} days on average")
    if found.rough:
        parts.append(f"{_plural(found.rough, 'row')} not dated to the day")
    if found.note:
        parts.append(found.note)
    return "; ".join(parts) + "."


def pooled_lines(pair: Pair) -> Iterator[str]:
    """Yield a sentence for each window of a pair."""
    for pooled in pair.pooled:
        yield _pooled_line(pooled, pair.effect)


def _pooled_line(pooled: Pooled, effect: EventKind) -> str:
    if not pooled.acts:
        return f"{pooled.days} days: no act has a whole window on both sides."
    before, after = pooled.before / pooled.acts, pooled.after / pooled.acts
    return (
        f"{pooled.days} days: {effect.title} "
        f"{before:.2f} before and {after:.2f} after on average; fewer after {pooled.fewer}, "
        f"more after {pooled.more}, of {_plural(pooled.acts, 'act')}."
    )


def pair_lines(pair: Pair, *, short: bool = False) -> list[tuple[str, ...]]:
    """Return a row of cells for each act of a pair: day, the day itself, then each window.

    Args:
        pair: the pair.
        short: for a terminal; "cut 17/90" then stands for days observed before and after.
    """
    cell = _short_window if short else _window
    return [
        (around.event.day.isoformat(), _same_day(around), *map(cell, around.windows))
        for around in pair.acts
    ]


def _short_window(window: Window) -> str:
    if window.days_before < 1 or window.days_after < 1:
        return "at the edge"
    cut = f", cut {window.days_before}/{window.days_after}" if window.truncated else ""
    shares = (window.coverage_before, window.coverage_after)
    said = ("?" if share is None else f"{round(100 * share)}%" for share in shares)
    listed = "" if shares == (None, None) else f", listed {'→'.join(said)}"
    return f"{window.before} → {window.after}{cut}{listed}"


def _same_day(around: Around) -> str:
    same = around.same_day
    return str(same.before + same.after + same.unknown or "")


def _window(window: Window) -> str:
    if window.days_before < 1 or window.days_after < 1:
        return "at the edge"
    cut = f" (cut: {window.days_before} and {window.days_after} days)" if window.truncated else ""
    listed = ""
    shares = (window.coverage_before, window.coverage_after)
    if shares != (None, None):
        said = ("?" if share is None else f"{round(100 * share)} %" for share in shares)
        listed = f", listed {' → '.join(said)}"
    return f"{window.before} → {window.after}{cut}{listed}"


def meaning(found: FirstLook) -> str:
    """Return what the look shows and what it does not, in plain words."""
    parts = [
        (
            "This is counting, not a model. A count that falls after an act does not show that the act "
            "made it fall: acts often come when things are at their worst, and then they ebb by "
            "themselves; something else may have moved both; and neighbouring windows overlap, so that "
            "one lull is counted many times."
        )
    ]
    unknown = [t.kind.title for t in found.types if t.listing == "unknown"]
    if unknown:
        parts.append(
            f"How completely {_listed(unknown)} {'is' if len(unknown) == 1 else 'are'} listed is not "
            "stated: a stretch without rows may be a lull or a gap in the list. State it in "
            "coverage.csv if you know it."
        )
    few = [t.kind.title for t in found.types if 0 < t.rows < 10]
    if few:
        parts.append(
            f"There are fewer than ten rows of {_listed(few)}: any "
            "pattern around them may be chance."
        )
    rough = [t.kind.title for t in found.types if t.rows and t.rough > t.rows / 4]
    if rough:
        parts.append(
            f"More than a quarter of the rows of {_listed(rough)} are not dated to the day; they are "
            "counted on the middle day of their interval."
        )
    missed = sum(step.remainder for steps in found.totals.values() for step in steps)
    if missed:
        parts.append(
            f"The running totals count {missed} acts that no row dates; shares listed beside the "
            "counts say where the list is thin."
        )
    parts.append(
        "What it does show: how much is recorded, when, by whom, where the record is silent, and "
        "whether what you believe of the two sides is at least not at odds with the dates."
    )
    return " ".join(parts)


def _listed(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return ", ".join(names[:-1]) + " and " + names[-1]


# --- the two files -------------------------------------------------------------------------------


def markdown(found: FirstLook, remarks: Sequence[str], place: str) -> str:
    """Return the text of `first-look.md`.

    Args:
        found: the look.
        remarks: how the table was read.
        place: what was imported.
    """
    lines = [
        f"# First look: {_md(found.title)}",
        "",
        f"From {_md(place)}, {found.period[0]} to {found.period[1]}. No model, only counts.",
        "",
        "## What is recorded",
        "",
        *(f"- {_md(type_line(t))}" for t in found.types),
        "",
        "```",
        *_timelines(found),
        "```",
        "",
        "## Coverage and gaps",
        "",
        *(f"- {_md(gap_line(t))}" for t in found.types),
        "",
        "## Before and after",
        "",
    ]
    lines += _md_pairs(found)
    lines += _md_totals(found)
    lines += ["## What this does and does not show", "", _md(meaning(found)), ""]
    lines += ["## How the table was read", "", *(f"- {_md(remark)}" for remark in remarks), ""]
    return "\n".join(lines)


def _md(text: str) -> str:
    plain = "".join(c if c.isprintable() else " " for c in text)
    for sign in ("\\", "`", "*", "_", "<", "|", "[", "]"):
        plain = plain.replace(sign, f"\\{sign}")
    return plain


def _timelines(found: FirstLook) -> Iterator[str]:
    wide = max((len(t.kind.title) for t in found.types), default=0)
    wide = min(wide, 32)
    unit = "day" if found.bar == 1 else f"{found.bar} days"
    for t in found.types:
        name = t.kind.title[:wide].ljust(wide).replace("`", "'")
        yield f"{''.join(c if c.isprintable() else ' ' for c in name)}  {timeline(t.counts)}  most {max(t.counts)}"
    yield f"{''.ljust(wide)}  one bar is {unit}, from {found.period[0]} to {found.period[1]}"


def timelines(found: FirstLook) -> list[str]:
    """Return the timelines of all types, aligned."""
    return list(_timelines(found))


def _md_pairs(found: FirstLook) -> Iterator[str]:
    if not found.pairs:
        yield "There is only one kind of act with dated rows, so there is nothing to count around it."
        yield ""
    for pair in found.pairs:
        yield f"### {_md(pair.effect.title)}, around each {_md(pair.cause.title)}"
        yield ""
        yield from (f"- {_md(line)}" for line in pooled_lines(pair))
        yield ""
        if pair.acts:
            yield "| act on | same day | " + " | ".join(f"{w} days" for w in WINDOWS) + " |"
            yield "|---|---|" + "---|" * len(WINDOWS)
            for cells in pair_lines(pair)[:_ACTS_SHOWN]:
                yield "| " + " | ".join(cells) + " |"
            if len(pair.acts) > _ACTS_SHOWN:
                yield ""
                yield f"{len(pair.acts) - _ACTS_SHOWN} more acts are in first-look.csv."
            yield ""
    if found.more_pairs:
        yield f"{found.more_pairs} more pairs of types are not counted here."
        yield ""


def _md_totals(found: FirstLook) -> Iterator[str]:
    if not found.totals:
        return
    yield "## Running totals against dated rows"
    yield ""
    for series, steps in found.totals.items():
        yield f"### {_md(series)}"
        yield ""
        yield "| from | to | the total adds | dated | not dated | share listed | |"
        yield "|---|---|---|---|---|---|---|"
        for step in steps[:_INTERVALS_SHOWN]:
            yield "| " + " | ".join(total_cells(step)) + " |"
        if len(steps) > _INTERVALS_SHOWN:
            yield ""
            yield f"{len(steps) - _INTERVALS_SHOWN} more intervals are in first-look.csv."
        yield ""


def total_cells(step: Increment) -> tuple[str, ...]:
    """Return an interval of a running total as cells."""
    said = "; ".join((*(["at least"] if step.lower_bound else []), *step.conflicts))
    share = "" if step.share is None else f"{round(100 * step.share)} %"
    return (
        step.start.isoformat(),
        step.end.isoformat(),
        str(step.increment),
        str(step.dated),
        str(step.remainder),
        share,
        said,
    )


_COLUMNS = (
    "table",
    "cause",
    "effect",
    "act",
    "day",
    "window",
    "before",
    "after",
    "days_before",
    "days_after",
    "same_day",
    "listed_before",
    "listed_after",
    "acts",
    "fewer",
    "more",
    "adds",
    "dated",
    "remainder",
)


def csv_text(found: FirstLook) -> str:
    """Return the text of `first-look.csv`: a row for each act and window, pair and interval."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for pair in found.pairs:
        shared = {"cause": pair.cause.id, "effect": pair.effect.id}
        for pooled in pair.pooled:
            writer.writerow(
                shared
                | {
                    "table": "all acts",
                    "window": pooled.days,
                    "before": pooled.before,
                    "after": pooled.after,
                    "acts": pooled.acts,
                    "fewer": pooled.fewer,
                    "more": pooled.more,
                }
            )
        for around in pair.acts:
            writer.writerows(shared | cells for cells in _act_cells(around))
    for series, steps in found.totals.items():
        writer.writerows(
            {
                "table": "running total",
                "effect": series,
                "day": step.end.isoformat(),
                "window": step.days,
                "adds": step.increment,
                "dated": step.dated,
                "remainder": step.remainder,
            }
            for step in steps
        )
    return out.getvalue()


def _act_cells(around: Around) -> Iterator[dict[str, object]]:
    for window in around.windows:
        yield {
            "table": "act",
            "act": around.event.id,
            "day": _day(around.event.day),
            "window": window.days,
            "before": window.before,
            "after": window.after,
            "days_before": window.days_before,
            "days_after": window.days_after,
            "same_day": _same_day(around) or 0,
            "listed_before": _share(window.coverage_before),
            "listed_after": _share(window.coverage_after),
        }


def _day(day: date) -> str:
    return day.isoformat()


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.4f}"
