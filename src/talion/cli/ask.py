"""`talion ask`: questions at the terminal, from a file, or as data."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from talion.cli.lines import say, sentence
from talion.errors import InputError, TalionError

if TYPE_CHECKING:
    from talion.model.case import Case
    from talion.read.questions.session import Preview, Session

__all__ = ["ask_case", "explained", "next_steps", "remarks_on", "sharper_reading"]


def ask_case(
    name: str,
    *,
    answers: Path | None = None,
    about: str | None = None,
    again: Sequence[str] = (),
    list_only: bool = False,
) -> None:
    """Ask about a case, read answers from a file, or print the questions as data.

    Args:
        name: a folder with case.yaml, or a case file; no built-in case.
        answers: file of answers; nobody is asked then.
        about: one or two event types, with a comma between.
        again: ids of questions to be asked although they have an answer.
        list_only: print the questions as JSON and stop.

    Raises:
        TalionError: the case, an option or an answer is wrong; nothing is written then.
    """
    from talion.read.questions.answers import read_answers
    from talion.read.questions.session import begin

    if list_only and answers is not None:
        message = "say one thing: list the questions, or give answers"
        raise InputError(message, place="--list, --answers", remedy="leave out one of them")
    # Nothing is written before it is clear that somebody answers.
    answered = answers is not None or sys.stdin.isatty()
    session = begin(name, _faults, resume=answered and not list_only)
    if about is not None:
        session = session.on(tuple(part.strip() for part in about.split(",") if part.strip()))
    if list_only:
        typer.echo(json.dumps(_as_data(session), indent=1, ensure_ascii=False))
        return
    if answers is not None:
        previews = session.planned(read_answers(answers))
        kept = session.keep_all(previews)
        before = session.case
        for preview in previews:
            say(sentence(f"{preview.question}: {explained(preview, kept)}", indent=0))
            for remark in remarks_on(before, preview):
                say(sentence(f"! {remark}"))
            before = preview.case
        say(_given(session, kept, answers))
        return
    if not answered:
        raise InputError(
            "there is nobody to ask: standard input is no terminal",
            place="--answers",
            remedy="give `--answers FILE`; `--list` shows the questions and how they are answered",
        )
    from talion.cli.conversation import Conversation

    Conversation(session, input, again=tuple(again)).hold()


def _faults(case: Case) -> Sequence[TalionError]:
    """Return what `talion check` would refuse."""
    from talion.judge.checks import check_case

    return check_case(case)[0]


def _as_data(session: Session) -> dict[str, object]:
    from talion.read.questions.answers import DONT_KNOW, ONE_TEMPLATE
    from talion.read.questions.brief import claims_offered
    from talion.read.questions.session import answers_path
    from talion.read.questions.subjects import chosen_types

    return {
        "case": str(session.path),
        "answers": str(answers_path(session.path)),
        "about": list(chosen_types(session.case, session.sheet.about)),
        "dont_know": DONT_KNOW,
        "questions": [question.as_data(session.sheet) for question in session.questions],
        "templates": dict(ONE_TEMPLATE),
        "claims_of_the_brief": [
            {"claim": offer.claim, "word": offer.word, "evidence": offer.evidence}
            for offer in claims_offered(session.case)
        ],
    }


def _given(before: Session, after: Session, file: Path) -> Iterator[str]:
    changed = before.text != after.text
    number = after.sheet.given
    yield f"{file}: {number} answer{'' if number == 1 else 's'} kept for {after.path}"
    if not changed:
        yield "the case says all of it already; it is unchanged"
    yield from next_steps(after)


def next_steps(session: Session) -> Iterator[str]:
    """Yield where things are kept and what to do next."""
    from talion.read.questions.session import answers_path

    open_ = [question.id for question in session.open if question.kind != "judgments"]
    if open_:
        yield from sentence(f"not asked or left for later: {', '.join(open_)}", indent=0)
    ours = [n for n in session.sheet.wrote.values() if _is_ours(session.case, n)]
    if ours:
        yield from sentence(
            f"{', '.join(dict.fromkeys(ours))}: not the brief's, so left out of the reading as written; "
            "as_written_ours and no_view have all links",
            indent=0,
        )
    if not session.case.judgments:
        again = "no judgment yet, so a run has nothing to judge; `--again judgments` asks for some"
        yield from sentence(again, indent=0)
    if session.sheet.given:
        yield f"answers: {answers_path(session.path)}"
    place = session.path.parent if session.path.name == "case.yaml" else session.path
    yield f"next: talion check {place}, then talion show {place} and talion run {place}"


def _is_ours(case: Case, name: str) -> bool:
    return name in case.links and case.links[name].origin in ("record", "analyst")


def explained(preview: Preview, session: Session) -> str:
    """Return what an answer comes to, in words and by the model's numbers."""
    from talion.judge.parts import names_of, parts_of
    from talion.read.questions.consequence import comes_to
    from talion.read.questions.question import switch_asked

    entry = preview.written.entry
    if preview.question.startswith("judgments"):
        if not entry:
            return "; ".join(preview.written.notes)
        parts = [
            f"{part.test.in_words(names_of(preview.case, part.horizon))} "
            f"[{_asked_under(preview.case, part.setting.world)}]"
            for part in parts_of(preview.case, entry[1])
        ]
        claim = preview.case.judgments[entry[1]].claim
        if not parts:
            parts = ["listed as not testable, with its evidence; no chance is given"]
        return "; ".join([f"{claim}: {'; '.join(parts)}", *preview.written.notes])
    question = session.question(preview.question)
    switch = switch_asked(preview.case, preview.sheet)
    return comes_to(preview.case, question, preview.written, switch)


def _asked_under(case: Case, world: str) -> str:
    from talion.model.claim import BASELINE
    from talion.read.questions.subjects import title_of

    return (
        "asked where nothing is done"
        if world == BASELINE
        else f"asked under “{title_of(case, world)}”"
    )


TOLD_AT_ONCE = (
    "fixed-test",
    "nearly-sure",
    "no-way",
    "told-twice",
    "shares-at-high-end",
    "branching-ratio",
)
"""Findings of `talion check` that an answer can bring in by itself, whatever is answered later."""


def remarks_on(before: Case, preview: Preview) -> Iterator[str]:
    """Yield what `talion check` would say of the case with an answer, and did not say without it."""
    from talion.judge.checks import check_case

    if preview.case is before:
        return
    known = {(f.code, f.message) for f in check_case(before)[1]}
    for found in check_case(preview.case)[1]:
        if found.code in TOLD_AT_ONCE and (found.code, found.message) not in known:
            yield f"{found.message}; {found.remedy}"


def sharper_reading(preview: Preview) -> tuple[int, str] | None:
    """Return a number a window to ask for where one event hardly ever fails to come, and why."""
    from talion.judge.nearly_sure import pace_of, sharper
    from talion.judge.parts import parts_of

    entry = preview.written.entry
    if not preview.written.changes:
        return None
    for part in parts_of(preview.case, entry[1]):
        better, pace = sharper(preview.case, part), pace_of(preview.case, part)
        if better is not None and pace is not None and pace.verdict == "fails":
            number, chance = better
            return number, (
                f"this can hardly fail: {pace.in_words()}. Sharper: at least {number} in every "
                f"{pace.days} days, which at the usual rate fails in {100 * chance:.0f} % of histories"
            )
    return None
