"""A case being asked about: answers go into its file and into the file of answers beside it.

After each answer three writes follow one another, each whole or not at all: the answers with the new
one marked as pending, the case, the answers without the mark. Stopped at any moment, nothing
answered is lost: what is pending is put into the case when asking goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from talion.errors import CaseError, InputError, OutputError, Problems, TalionError
from talion.model.case import Case, built_in_cases, load_case, parse_case
from talion.read.questions.answers import (
    Answer,
    AnswerSheet,
    JudgmentAnswer,
    read_answers,
)
from talion.read.questions.case_text import CaseText
from talion.read.questions.question import (
    Kind,
    Question,
    question_named,
    questions_on,
    switch_asked,
)
from talion.read.questions.sentences import judgment_written
from talion.read.questions.subjects import chosen_types, links_between
from talion.read.questions.written import Written, written_by
from talion.record.writing import write_files

__all__ = ["Check", "Preview", "Session", "answers_path", "begin"]

Check = Callable[[Case], Sequence[TalionError]]
"""Returns what stops a case from being run; `talion check` gives the same."""


def answers_path(case_file: Path) -> Path:
    """Return where the answers for a case are kept: beside it.

    >>> answers_path(Path("orlan/case.yaml")).name, answers_path(Path("orlan.yaml")).name
    ('answers.yaml', 'orlan.answers.yaml')
    """
    name = "answers.yaml" if case_file.name == "case.yaml" else f"{case_file.stem}.answers.yaml"
    return case_file.with_name(name)


@dataclass(frozen=True)
class Preview:
    """What an answer would make of the case; nothing is written yet.

    Attributes:
        question: id.
        text: the case's text with it.
        case: the case with it.
        sheet: the answers with it.
        written: what it puts where.
    """

    question: str
    text: CaseText
    case: Case
    sheet: AnswerSheet
    written: Written


@dataclass(frozen=True)
class Session:
    """A case, its text and the answers so far. `keep` returns the session after an answer.

    `kept` is what the file of answers holds as this session knows it; None where there is none.
    """

    path: Path
    text: CaseText
    case: Case
    sheet: AnswerSheet
    check: Check
    kept: bytes | None = None

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions, answered or not, as the case and the answers now stand."""
        return questions_on(self.case, chosen_types(self.case, self.sheet.about), self.sheet)

    def question(self, name: str) -> Question:
        """Return the question of that id, be it about other event types than those chosen.

        Raises:
            InputError: there is none.
        """
        found = question_named(self.case, name, self.sheet)
        if found is None:
            known = ", ".join(question.id for question in self.questions)
            raise InputError(
                "no such question on this case", value=name, remedy=f"among them are: {known}"
            )
        return found

    @property
    def name(self) -> str:
        """The case's short name."""
        return self.path.parent.name if self.path.name == "case.yaml" else self.path.stem

    def has_sense(self, question: Question) -> bool:
        """Whether a question can be asked now: what it builds on is there."""
        if question.kind == "fades":
            return any(True for _ in links_between(self.case, *question.about))
        if question.kind == "after":
            return switch_asked(self.case, self.sheet) is not None
        return True

    @property
    def open(self) -> tuple[Question, ...]:
        """The questions that can be asked now and have no answer."""
        return tuple(
            q for q in self.questions if not q.as_data(self.sheet)["answered"] and self.has_sense(q)
        )

    # --- one answer ------------------------------------------------------------------------------

    def preview(self, question: Question, answer: Answer) -> Preview:
        """Return what an answer would make of the case, checked.

        Raises:
            InputError, Problems: it is out of range, or the case could not be run with it.
        """
        switch = switch_asked(self.case, self.sheet)
        written = written_by(self.case, question, answer, self.sheet.wrote, switch)
        sheet = self.sheet.with_answer(question.id, answer)
        if len(written.entry) == 2 and question.kind != "usual" and answer is not None:
            sheet = replace(sheet, wrote={**sheet.wrote, question.id: written.entry[1]})
        return self._checked(question.id, written, sheet)

    def preview_judgment(self, answer: JudgmentAnswer) -> Preview:
        """Return what a judgment would make of the case, checked.

        Raises:
            InputError, Problems: as `preview`.
        """
        written = judgment_written(self.case, self.text.data, answer)
        sheet = self.sheet.with_judgment(answer)
        return self._checked(f"judgments.{sheet.judgments.index(answer)}", written, sheet)

    def preview_no_judgment(self) -> Preview:
        """Return what "don't know" to the question for judgments makes: nothing, but it is kept."""
        sheet = replace(self.sheet, no_judgment=not self.sheet.judgments)
        return self._checked("judgments", Written((), (), ("no judgment is added",)), sheet)

    def _checked(self, question: str, written: Written, sheet: AnswerSheet) -> Preview:
        text = self.text.changed(written.changes)
        if text == self.text:
            return Preview(question, text, self.case, sheet, written)
        plain = text.text.removeprefix("\ufeff")
        made = parse_case(plain, self.path.name.removesuffix(".yaml"), self.case.record)
        # As `load_case` would name it, once this text is in the file.
        digest = hashlib.sha256(text.text.encode()).hexdigest()
        case = replace(made, name=self.case.name, path=self.case.path, text_hash=digest)
        Problems.raise_any(self.check(case))
        for line in text.comments_beside(self.text):
            note = f"the comment on line {line} stays as it was: see that it still fits"
            written = replace(written, notes=(*written.notes, note))
        return Preview(question, text, case, sheet, written)

    def keep(self, preview: Preview) -> Session:
        """Write an answer: into the file of answers, into the case, and that it is there.

        Raises:
            CaseError: the case was changed by another hand since it was read; nothing is written.
            OutputError: the folder or disk takes no files.
        """
        return self.keep_all([preview])

    def keep_all(self, previews: Sequence[Preview]) -> Session:
        """Write several answers at once; each preview builds on the one before it."""
        if not previews:
            return self
        last = previews[-1]
        kept = self.kept
        self._untouched(kept)
        if last.text != self.text:
            pending = tuple(p.question for p in previews)
            kept = self._sheet_written(replace(last.sheet, pending=pending))
            self._untouched(kept)
            _write_text(self.path, last.text.text)
        sheet = replace(last.sheet, pending=())
        kept = self._sheet_written(sheet)
        return replace(self, text=last.text, case=last.case, sheet=sheet, kept=kept)

    def _sheet_written(self, sheet: AnswerSheet) -> bytes:
        text = sheet.to_text(self.name)
        _write_text(answers_path(self.path), text)
        return text.encode()

    def _untouched(self, kept: bytes | None) -> None:
        """Refuse to write over what an editor or another session has written meanwhile."""
        answers = answers_path(self.path)
        for path, same in (
            (self.path, _read_text(self.path) == self.text.text),
            (answers, _bytes_of(answers) == kept),
        ):
            if not same:
                raise CaseError(
                    "the file was changed by another hand meanwhile",
                    place=str(path),
                    remedy="nothing was written; save it there and start `talion ask` again",
                )

    # --- many answers ----------------------------------------------------------------------------

    def planned(self, sheet: AnswerSheet, only: Sequence[str] | None = None) -> tuple[Preview, ...]:
        """Return what answers from a file make of the case, one upon the other; nothing is written.

        Args:
            sheet: the answers.
            only: ids of those to give; all if None.

        Raises:
            InputError: one of them cannot stand; the error names its place.
        """
        here = self if not sheet.about else self.on(sheet.about)
        previews: list[Preview] = []
        wanted = [name for name in sheet.answers if only is None or name in only]
        for name in sorted(wanted, key=_turn):
            with _at(sheet.place(name)):
                preview = here.preview(here.question(name), sheet.answers[name])
            previews.append(preview)
            here = here.after(preview)
        for number, judgment in enumerate(sheet.judgments):
            if only is None or f"judgments.{number}" in only:
                with _at(sheet.place(f"judgments.{number}")):
                    preview = here.preview_judgment(judgment)
                previews.append(preview)
                here = here.after(preview)
        if sheet.no_judgment and not here.sheet.judgments:
            previews.append(here.preview_no_judgment())
        return tuple(previews)

    def after(self, preview: Preview) -> Session:
        """Return the session as it would stand after an answer, nothing written."""
        return replace(self, text=preview.text, case=preview.case, sheet=preview.sheet)

    def on(self, about: tuple[str, ...]) -> Session:
        """Return the session with questions about other event types.

        Raises:
            CaseError: there are no such types.
        """
        chosen_types(self.case, about)
        return replace(self, sheet=replace(self.sheet, about=about))


def _turn(question: str) -> int:
    """Return when a question has its turn: what others build on comes first."""
    kinds = get_args(Kind)
    kind = question.partition(".")[0]
    return kinds.index(kind) if kind in kinds else len(kinds)


@contextmanager
def _at(place: str) -> Iterator[None]:
    """Add the place of an answer to an error that knows only what is wrong with it."""
    try:
        yield
    except TalionError as error:
        if not isinstance(error, Problems) and error.place is None:
            raise InputError(
                error.message, place=place, value=error.value, remedy=error.remedy
            ) from None
        raise InputError(
            f"this answer cannot go into the case: {str(error).splitlines()[0]}",
            place=place,
            remedy="give another answer, or change what it meets",
        ) from None


def begin(name: str, check: Check, *, resume: bool = True) -> Session:
    """Load a case to be asked about, with the answers kept beside it.

    Args:
        name: a folder with case.yaml, or a case file.
        check: what stops a case from being run.
        resume: put in what was pending when asking was stopped; else nothing is written.

    Raises:
        InputError: it is a built-in case, or has faults already.
        CaseError, RecordError, Problems: as `load_case`.
    """
    case = load_case(name)
    if case.path is None or (name in built_in_cases() and not Path(name).exists()):
        raise InputError(
            "a built-in case is not changed",
            value=name,
            remedy="make one of your own with `talion new NAME`",
        )
    path = case.path.resolve()
    Problems.raise_any(check(case))
    answers = answers_path(path)
    kept = _bytes_of(answers)
    sheet = AnswerSheet() if kept is None else read_answers(answers)
    text = CaseText(_read_text(path), path.name)
    session = Session(path, text, case, replace(sheet, pending=()), check, kept)
    if not sheet.pending or not resume:
        return session
    return session.keep_all(session.planned(sheet, only=sheet.pending))


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise CaseError(message, place=str(path), remedy="check its permissions") from None


def _bytes_of(path: Path) -> bytes | None:
    """Return what a file holds; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise CaseError(message, place=str(path), remedy="check its permissions") from None


def _write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all, with the permissions it had."""
    mode = path.stat().st_mode & 0o777 if path.exists() else None
    write_files(path.parent, {path.name: text})
    if mode is not None:
        try:
            path.chmod(mode)
        except OSError as error:
            raise OutputError(
                f"written, but its permissions could not be set: {error.strerror}",
                place=str(path),
                remedy="check who owns the file",
            ) from None
