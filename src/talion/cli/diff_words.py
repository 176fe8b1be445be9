"""A comparison of two runs in words, once for the terminal and once as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from talion.cli.lines import day_in_words, heading, sentence
from talion.judge.apart import Apart, together_only
from talion.judge.changes import MOVES, Change
from talion.judge.moved import Comparison, JudgmentMoves, Move, PartMoves
from talion.judge.run_folder import KeptRun
from talion.judge.words import percent
from talion.model.lexicon import read_word
from talion.model.reading import NAMED
from talion.report.words import clean, number, plural, series, signed

__all__ = ["Block", "Item", "as_markdown", "as_text", "blocks_of"]

_MOST_LINES = 25  # changes of one area that are listed; --json has them all
_MAIN = ("no_view", "as_written", "with_record")


@dataclass(frozen=True)
class Item:
    """One line: its text and how deep it stands."""

    text: str
    depth: int = 0


@dataclass(frozen=True)
class Block:
    """A heading and what stands under it."""

    title: str
    items: tuple[Item, ...]


def as_text(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the blocks as lines for a terminal."""
    for block in blocks:
        yield from heading(block.title)
        for item in block.items:
            yield from sentence(item.text, indent=2 + 4 * item.depth)


def as_markdown(blocks: Iterable[Block]) -> str:
    """Return the blocks as Markdown: a heading each, nested lists below."""
    parts = []
    for block in blocks:
        lines = [f"{'  ' * item.depth}- {_escaped(item.text)}" for item in block.items]
        parts.append("\n".join([f"## {_escaped(block.title)}", "", *lines]))
    return "\n\n".join(parts) + "\n"


def _escaped(text: str) -> str:
    """Return a text in which no character of a name or claim acts as Markdown or HTML."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", clean(" ".join(text.split())))


def blocks_of(comparison: Comparison, apart: Sequence[Apart] = ()) -> tuple[Block, ...]:
    """Return a comparison as blocks: the runs, what moved, what did not, what changed, how to read.

    Args:
        comparison: the two runs.
        apart: changes run alone, if that was asked for.
    """
    found = [
        Block("Compared", (_run("Before", comparison.before), _run("After", comparison.after))),
        Block("What moved", tuple(_moved(comparison))),
        Block("What did not", tuple(_still(comparison))),
        Block("What changed", tuple(_changed(comparison.changes))),
        Block("Each change alone", tuple(_alone(comparison, apart))),
        Block("How to read this", tuple(_notes(comparison))),
    ]
    return tuple(block for block in found if block.items)


def _run(name: str, run: KeptRun) -> Item:
    receipt, fit = run.results.receipt, run.results.fit
    fitted = "without the record's say" if fit is None else "with the record"
    if fit is not None and fit.verdict:
        fitted += " (a fit that has not converged)"
    return Item(
        f"{name}: {run.results.title} ({run.folder}), as of {day_in_words(receipt.as_of)}; "
        f"{receipt.draws} draws of {receipt.histories} histories, seed {receipt.seed}, {fitted}; "
        f"Talion {receipt.version}"
    )


# --- what moved ----------------------------------------------------------------------------------


def _moved(comparison: Comparison) -> Iterator[Item]:
    one, two = comparison.before.results.judgments, comparison.after.results.judgments
    for name in comparison.gone:
        yield Item(f"{name}, gone: {one[name].judgment.claim}")
    for name in comparison.added:
        yield Item(f"{name}, new: {two[name].judgment.claim} ({two[name].label})")
    for judged in comparison.judgments:
        if judged.moved or judged.reworded or judged.was:
            yield from _judgment(judged, comparison)
    if not (comparison.gone or comparison.added) and not any(
        j.moved or j.reworded or j.was for j in comparison.judgments
    ):
        yield Item("Nothing.")


def _judgment(judged: JudgmentMoves, comparison: Comparison) -> Iterator[Item]:
    before, after = judged.claim
    renamed = f" (was {judged.was})" if judged.was else ""
    yield Item(f"{judged.id}{renamed}: {after}")
    if before != after:
        yield Item(f"reworded; it was: {before}", 1)
    if judged.word[0] != judged.word[1]:
        yield Item(f"the author's word: {_word(judged.word[0])} → {_word(judged.word[1])}", 1)
    if not judged.moved:
        yield Item("no label and no number moved beyond simulation noise", 1)
        return
    if judged.label[0] != judged.label[1]:
        yield Item(f"label: {judged.label[0]} → {judged.label[1]}", 1)
    for part in judged.parts:
        yield from _part(part, judged)
    for name in judged.parts_added:
        yield Item(f"a new test: {name}", 1)
    for name in judged.parts_gone:
        yield Item(f"a test is gone: {name}", 1)
    yield Item(_reason(judged, comparison.changes), 1)


def _word(word: str) -> str:
    try:
        return f"{word} ({read_word(word).in_words()})"
    except ValueError:  # of a lexicon this version does not have
        return word


def _part(part: PartMoves, judged: JudgmentMoves) -> Iterator[Item]:
    if not part.shows:
        return
    depth = 1
    if len(judged.parts) > 1:
        yield Item(f"test {part.id}{f' ({part.title})' if part.title else ''}", 1)
        depth = 2
    if part.asks == "another test":
        yield Item(f"it asked: {part.text[0]}", depth)
        yield Item(f"it asks: {part.text[1]}", depth)
    elif part.asks == "other dates":
        yield Item(f"the same test on other dates or names: {part.text[1]}", depth)
    if part.relabelled and (part.label != judged.label or depth > 1):
        yield Item(f"its label: {part.label[0]} → {part.label[1]}", depth)
    for move in part.moves:
        if move.shows or (part.relabelled and move.what == "share" and move.reading in _MAIN):
            yield Item(_move(move), depth)


def _move(move: Move) -> str:
    """Return one number before and after, with what chance alone explains."""
    title = NAMED[move.reading].title.lower() if move.reading in NAMED else move.reading
    if move.before is None or move.after is None:
        had = "the later" if move.before is None else "the earlier"
        share = move.after if move.before is None else move.before
        return f"{title}: {percent(share or 0.0)}, in {had} run alone"
    if move.what == "effect":
        unit = f" {move.unit}"
        return (
            f"{title}: mean effect {signed(move.before)} → {signed(move.after)}{unit} (chance alone: "
            f"up to {number(move.allowed, 2)}{unit})"
        )
    said = f"{title}: {percent(move.before)} → {percent(move.after)}"
    if move.before == move.after:
        return f"{title}: {percent(move.after)}, unchanged"
    if not move.beyond_noise:
        return f"{said}, within simulation noise"
    words = f"; {move.words[0]} → {move.words[1]}" if move.crosses else ""
    return f"{said} (chance alone: up to {_points(move.allowed)}){words}"


def _points(share: float) -> str:
    points = max(1, round(100 * share))
    return plural(points, "point")


def _reason(judged: JudgmentMoves, changes: Sequence[Change]) -> str:
    """Return which change it is because of, if that can be told."""
    moved = any(move.shows for part in judged.parts for move in part.moves)
    asked = any(part.asks == "another test" for part in judged.parts)
    edge = ""
    if not (moved or asked or judged.parts_added or judged.parts_gone or _lost(judged)):
        edge = "no number moved beyond simulation noise, so the label stands near a threshold of its rule; "  # fmt: skip
        if any(change.unit in ("seed", "sizes") for change in changes):
            edge += "another seed or size is enough to turn it; "
    if len(judged.reasons) == 1:
        lead = "the one change that can bear on it is" if edge else "because of"
        return f"{edge}{lead} {_unit(judged.reasons[0], changes, own=judged)}"
    if judged.reasons:
        named = series([_called(unit, judged) for unit in judged.reasons])
        return (
            f"{edge}these changed and can bear on it: {named}; which one moved it cannot be told "
            "without running them apart"
        )
    return f"{edge}nothing that changed bears on it"


def _lost(judged: JudgmentMoves) -> bool:
    """Whether a reading or a count on the record is not what it was, which no error tells."""
    one_alone = any(
        move.before is None or move.after is None for part in judged.parts for move in part.moves
    )
    counted = any(part.relabelled and not part.moves for part in judged.parts)
    return one_alone or counted


_NAMED_UNITS = {
    "record": "the record",
    "as_of": "the cut-off",
    "fit": "the fit",
    "version": "the version of Talion",
    "case": "the case, of which no copy is kept",
    "horizon": "the horizon",
}
_SECTIONS = {
    "links": "link",
    "events": "event type",
    "factors": "factor",
    "what_ifs": "what-if",
    "series": "series",
    "issues": "issue",
    "decisions": "decision",
    "actors": "actor",
    "word_strengths": "the strength in words",
}
_DETAILS = 3  # changes of one unit that are named in a reason


def _unit(unit: str, changes: Sequence[Change], *, own: JudgmentMoves | None = None) -> str:
    """Return a unit with what changed in it."""
    called = _called(unit, own)
    inside = [change for change in changes if change.unit == unit and change.weight == MOVES]
    if called == "its own test" or not inside:
        return called
    told = [_difference(change, within=unit) for change in inside[:_DETAILS]]
    more = f" and {len(inside) - _DETAILS} more" if len(inside) > _DETAILS else ""
    return f"{called} ({'; '.join(told)}{more})"


def _called(unit: str, own: JudgmentMoves | None = None) -> str:
    """Return the name of a unit: link L2, the record, its own test."""
    section, _, name = unit.partition(".")
    if unit in _NAMED_UNITS:
        return _NAMED_UNITS[unit]
    if own is not None and unit in (f"judgments.{own.id}", f"judgments.{own.was}"):
        return "its own test"
    return f"{_SECTIONS.get(section, section)} {name}".strip()


def _difference(change: Change, *, within: str = "") -> str:
    """Return a change in words; of what is inside a unit the unit's own name is left out."""
    inside = within and (change.key == within or change.key.startswith(f"{within}."))
    key = change.key[len(within) :].lstrip(".") if inside else change.key
    lead = f"{key}: " if key else ""
    if change.how == "order":
        return f"{lead}another order, {change.before} → {change.after}"
    if change.how == "added":
        return f"{lead}new, {change.after}" if change.after else f"{key} new".strip()
    if change.how == "removed":
        return f"{lead}gone, was {change.before}" if change.before else f"{key} gone".strip()
    return f"{lead}{change.before} → {change.after}"


# --- what did not move, what changed, how to read ------------------------------------------------


def _still(comparison: Comparison) -> Iterator[Item]:
    still = [j for j in comparison.judgments if not j.moved]
    equal = [j.id for j in still if j.equal]
    if equal:
        yield Item(f"{series(equal)}: every number the same to the last digit")
    near = [j for j in still if not j.equal]
    for judged in near:
        shares = [m for part in judged.parts for m in part.moves if m.what == "share"]
        known = [m for m in shares if m.before is not None and m.after is not None]
        if not known:
            yield Item(f"{judged.id}: its numbers stand in one run alone")
            continue
        if all(m.before == m.after for m in known):
            yield Item(f"{judged.id}: the same numbers where both runs have them")
            continue
        widest = max(known, key=lambda m: abs((m.after or 0.0) - (m.before or 0.0)))
        title = NAMED[widest.reading].title.lower() if widest.reading in NAMED else widest.reading
        ends = [percent(end or 0.0) for end in (widest.before, widest.after)]
        said = f"{ends[0]} → {ends[1]}" if ends[0] != ends[1] else f"{ends[0]} in both"
        yield Item(f"{judged.id}: within simulation noise (farthest: {title}, {said})")


def _changed(changes: Sequence[Change]) -> Iterator[Item]:
    for area, title in (
        ("case", "The case"),
        ("record", "The record"),
        ("fit", "The fit"),
        ("settings", "The settings"),
    ):
        here = [change for change in changes if change.area == area]
        acting = [change for change in here if change.weight != "none"]
        idle = [change for change in here if change.weight == "none"]
        if not here:
            continue
        yield Item(f"{title}: {_tally(here)}")
        listed = acting + (idle if area == "fit" else [])
        for change in listed[:_MOST_LINES]:
            yield Item(_difference(change), 1)
        if len(listed) > _MOST_LINES:
            yield Item(f"and {len(listed) - _MOST_LINES} more, all of them under --json", 1)
        if idle and area != "fit":
            keys = [change.key for change in idle[:_MOST_LINES]]
            more = f" and {len(idle) - len(keys)} more" if len(idle) > len(keys) else ""
            yield Item(f"moving no number: {', '.join(keys)}{more}", 1)
    if not changes:
        yield Item("Nothing: case, record, fit, seed, sizes and versions are the same.")


def _tally(changes: Sequence[Change]) -> str:
    counts = {
        how: sum(c.how == how for c in changes) for how in ("added", "removed", "changed", "order")
    }
    said = {"added": "added", "removed": "gone", "changed": "changed", "order": "in another order"}
    return series([f"{n} {said[how]}" for how, n in counts.items() if n])


def _alone(comparison: Comparison, apart: Sequence[Apart]) -> Iterator[Item]:
    for one in apart:
        named = _unit(one.unit, comparison.changes)
        if one.comparison is None:
            yield Item(f"{named}: {one.why}")
            continue
        moved = [j for j in one.comparison.judgments if j.moved]
        yield Item(f"{named}: {'moves' if moved else 'moves nothing beyond simulation noise'}")
        for judged in moved:
            yield Item(f"{judged.id}: {_gist(judged)}", 1)
    if not apart:
        return
    for name in together_only(comparison, apart):
        yield Item(f"{name} moves only when several of these act together")
    yield Item(
        "Each line is the earlier run made again with that change alone, with its seed and sizes and "
        "without the reading with the record, which would need a fit for each."
    )


def _gist(judged: JudgmentMoves) -> str:
    """Return what moved in a judgment in one line: its label, else the farthest number."""
    label = f"{judged.label[0]} → {judged.label[1]}"
    moves = [m for part in judged.parts for m in part.moves if m.shows]
    shares = [m for m in moves if m.what == "share"] or moves
    told = [] if judged.label[0] == judged.label[1] else [label]
    if shares:
        widest = max(shares, key=lambda m: abs((m.after or 0.0) - (m.before or 0.0)))
        title = NAMED[widest.reading].title.lower() if widest.reading in NAMED else widest.reading
        if widest.what == "share":
            ends = f"{percent(widest.before or 0.0)} → {percent(widest.after or 0.0)}"
        else:
            ends = f"{signed(widest.before)} → {signed(widest.after)} {widest.unit}"
        told.append(f"{title} {ends}")
    return "; ".join(told) or "its tests"


def _notes(comparison: Comparison) -> Iterator[Item]:
    one, two = comparison.before.results, comparison.after.results
    missing = [str(r.folder) for r in (comparison.before, comparison.after) if r.case is None]
    if missing:
        yield Item(f"No copy of the case lies in {series(missing)}: only its hash was compared.")
    if all(judged.equal for judged in comparison.judgments):
        return
    yield Item(
        "A number moved if its two values lie farther apart than their Monte Carlo errors explain: "
        f"with {plural(comparison.compared, 'number')} compared, {comparison.limit:.1f} errors, and "
        "more with few draws. Of a hundred such comparisons of runs that differ by chance alone, about "
        "five would show a move."
    )
    if one.receipt.seed == two.receipt.seed and comparison.changes:
        yield Item(
            "Both runs have one seed and share random numbers, so chance alone moves them by less: a "
            "small move within simulation noise may be real. More draws and histories would tell."
        )
    if one.fit is not None and two.fit is not None and one.fit != two.fit:
        yield Item(
            "The fits to the record differ. Their own sampling error is not in the noise allowed for, "
            "so a small move of the reading with the record may be theirs."
        )
