"""Answers: what each kind of question takes, and the file that keeps them.

The file is YAML beside the case. The same form is kept after every answer and read by
`talion ask CASE --answers FILE`:

    talion_answers: 1
    about: [raid, shelling]
    answers:
      usual.raid: [4, 5, 6.5]
      extra.shelling.raid: {value: [-1, 0.5, 2], because: fire draws volunteers, origin: brief}
      fades.shelling.raid: don't know
    judgments:
      - {template: goes_on, effect: raid, horizon: 180 days}
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from talion.errors import CaseError, Problems
from talion.model.claim_terms import Threshold
from talion.model.document import Document, read_document_file
from talion.model.quantity import Days, Prior, days
from talion.model.schema_terms import Part
from talion.read.questions.yaml_words import Value, in_one_line

__all__ = [
    "DONT_KNOW",
    "ONE_TEMPLATE",
    "Answer",
    "AnswerSheet",
    "JudgmentAnswer",
    "Numbers",
    "Pressure",
    "Tempi",
    "Template",
    "Tempo",
    "answers_of",
    "as_written",
    "is_unknown",
    "judgment_of",
    "parse_answer",
    "read_answers",
]

DONT_KNOW = "don't know"
_UNKNOWN = frozenset({DONT_KNOW, "dont know", "do not know", "don’t know", "unknown", "d", "?"})

Template = Literal[
    "would_not_stop", "holds_down", "raises", "by_date", "goes_on", "at_most", "not_testable"
]
ONE_TEMPLATE: Mapping[str, str] = {
    "would_not_stop": "{cause} would not stop {effect}",
    "holds_down": "{cause} holds down {effect}",
    "raises": "{cause} raises {effect}",
    "by_date": "{effect} by {by}",
    "goes_on": "{effect} goes on",
    "at_most": "at most {at_most} events {effect}",
    "not_testable": "a motive or a view, which no event could show to be wrong",
}
"""Each template with its sentence; what stands in braces is asked."""

Tempi: TypeAlias = Literal["days", "weeks", "months", "lasting"]


class _Given(Part):
    """What any answer may say of itself."""

    because: str = ""
    origin: Literal["brief", "record", "analyst"] | None = None
    evidence: str | dict[str, Any] | None = None


class Numbers(_Given):
    """Low, likely and high, or one number that is certain; of a link also who says otherwise."""

    value: Prior
    contested: str = ""


def _half_life(value: Any) -> Any:
    """Read a tempo's name, or a half-life such as `10 days`, in days."""
    if isinstance(value, str) and value not in ("days", "weeks", "months", "lasting"):
        value = days(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not value > 0:
            raise ValueError("a half-life must be positive")
        return float(value)
    if not isinstance(value, str):
        raise ValueError("give a time such as 10 days, or days, weeks, months, lasting")
    return value


class Tempo(_Given):
    """How soon half of an effect is gone: days, or the name of a tempo."""

    half_life: Annotated[float | Tempi, BeforeValidator(_half_life)]


class Pressure(_Given):
    """What begins or ends the pressure: a switch of the case, a new one by name, or nothing."""

    switch: str | None = None
    name: str | None = None
    going_on: bool = True
    since: dt.date | None = None
    nothing: bool = False

    @model_validator(mode="after")
    def _one(self) -> Pressure:
        given = (self.switch is not None) + (self.name is not None) + self.nothing
        if given != 1:
            raise ValueError("give one of `switch` (a switch of the case), `name` or `nothing`")
        if self.name is not None and not self.name.strip():
            raise ValueError("the name is empty")
        return self


class JudgmentAnswer(_Given):
    """A judgment as a sentence made from a template."""

    template: Template
    effect: str | None = None
    cause: str | None = None
    word: str | None = None
    horizon: Days | None = Field(default=None, ge=1)
    every: Days | None = Field(default=None, ge=1)
    at_least: Threshold | None = None
    size: Threshold | None = None
    by: dt.date | None = None
    at_most: int | None = Field(default=None, ge=0)
    claim: str = ""

    @model_validator(mode="after")
    def _complete(self) -> JudgmentAnswer:
        needs = {
            "would_not_stop": ("cause",),
            "holds_down": ("cause",),
            "raises": ("cause",),
            "by_date": ("by",),
            "goes_on": (),
            "at_most": ("at_most",),
            "not_testable": (),
        }[self.template]
        tested = self.template != "not_testable"
        if not tested and not self.claim.strip():
            raise ValueError("`not_testable` needs `claim`")
        for key in (*needs, *(("effect",) if tested else ())):
            if getattr(self, key) is None:
                raise ValueError(f"`{self.template}` needs `{key}`")
        uses = {
            "cause": {"would_not_stop", "holds_down", "raises"},
            "every": {"would_not_stop", "goes_on"},
            "at_least": {"would_not_stop", "goes_on"},
            "size": {"holds_down", "raises"},
            "by": {"by_date"},
            "at_most": {"at_most"},
            "effect": set(ONE_TEMPLATE) - {"not_testable"},
            "horizon": set(ONE_TEMPLATE) - {"not_testable"},
        }
        for key, templates in uses.items():
            if getattr(self, key) is not None and self.template not in templates:
                raise ValueError(f"`{self.template}` takes no `{key}`")
        if self.template == "by_date" and self.horizon is not None:
            raise ValueError("`by_date` takes no `horizon`; the date is its horizon")
        if self.size is not None and (
            self.size.unit not in ("%", "events") or self.size.value <= 0
        ):
            raise ValueError("`size` is the smallest effect that matters, such as 10 % or 2 events")
        if self.at_least is not None and (
            self.at_least.unit not in ("", "events", "x usual") or self.at_least.value <= 0
        ):
            raise ValueError("`at_least` is a number of events a window, such as 6 or 0.5 x usual")
        return self


Answer: TypeAlias = "Numbers | Tempo | Pressure | None"
"""None stands for "don't know"."""


def is_unknown(text: object) -> bool:
    """Return whether someone says that they do not know.

    >>> is_unknown("Don't know"), is_unknown("5")
    (True, False)
    """
    return isinstance(text, str) and " ".join(text.lower().split()) in _UNKNOWN


@dataclass(frozen=True)
class AnswerSheet:
    """All answers given for a case.

    Attributes:
        about: the event types that the questions are about; empty for the program's choice.
        answers: id of a question -> answer, None for "don't know".
        judgments: in the order given; None once for "don't know".
        pending: ids given and not yet seen in the case; a judgment's is `judgments.N`, N from 0.
        wrote: id of a question -> id of the link or factor that it added to the case.
        marks: where things stand in the file, for messages.
    """

    about: tuple[str, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    judgments: tuple[JudgmentAnswer, ...] = ()
    no_judgment: bool = False
    pending: tuple[str, ...] = ()
    wrote: Mapping[str, str] = field(default_factory=dict)
    marks: Document | None = field(default=None, compare=False, repr=False)

    def with_answer(self, question: str, answer: Answer) -> AnswerSheet:
        """Return the sheet with one answer more, or in another's place."""
        return replace(self, answers={**self.answers, question: answer})

    def with_judgment(self, answer: JudgmentAnswer) -> AnswerSheet:
        """Return the sheet with one judgment more, if it is not there yet."""
        if answer in self.judgments:
            return self
        return replace(self, judgments=(*self.judgments, answer), no_judgment=False)

    def told(self, question: str) -> str:
        """Return the answer to a question as the file says it; "" where there is none."""
        if question not in self.answers:
            return ""
        return in_one_line(_told(self.answers[question]))

    @property
    def given(self) -> int:
        """How many answers there are."""
        return len(self.answers) + len(self.judgments) + self.no_judgment

    def place(self, question: str) -> str:
        """Return where an answer stands, for messages."""
        if self.marks is None:
            return question
        key, _, number = question.partition(".")
        if key == "judgments":
            return self.marks.place(("judgments", int(number or 0)))
        return self.marks.place(("answers", question))

    def to_text(self, case_name: str) -> str:
        """Return the file's text.

        >>> sheet = AnswerSheet().with_answer("usual.raid", Numbers(value=(4, 5, 6)))
        >>> print(sheet.to_text("orlan").splitlines()[-1])
          usual.raid: [4, 5, 6]
        """
        lines = [
            f"# Answers to `talion ask` for {case_name}; rewritten after each answer.",
            "# `talion ask CASE --answers FILE` reads the same form.",
            "talion_answers: 1",
        ]
        if self.about:
            lines.append(f"about: {in_one_line(list(self.about))}")
        if self.pending:
            lines.append(f"pending: {in_one_line(list(self.pending))}")
        if self.wrote:
            lines.append(f"wrote: {in_one_line(dict(self.wrote))}")
        if self.no_judgment:
            lines.append(f"judgments: {DONT_KNOW}")
        elif self.judgments:
            lines.append("judgments:")
            lines += [f"  - {in_one_line(_told(answer))}" for answer in self.judgments]
        if self.answers:
            lines.append("answers:")
            lines += [
                f"  {in_one_line(k)}: {in_one_line(_told(a))}" for k, a in self.answers.items()
            ]
        return "\n".join(lines) + "\n"


def _told(answer: Answer | JudgmentAnswer) -> Value:
    """Return an answer as the file says it: short where nothing but its value is said."""
    if answer is None:
        return DONT_KNOW
    said: dict[str, Any] = {}
    for key, value in answer.model_dump(exclude_defaults=True).items():
        said[key] = _scalar(key, value)
    if isinstance(answer, JudgmentAnswer):
        sized = {"size": answer.size, "at_least": answer.at_least}
        said |= {key: as_written(size) for key, size in sized.items() if size is not None}
    if set(said) == {"value"} or set(said) == {"half_life"}:
        return next(iter(said.values()))  # type: ignore[no-any-return]
    return said


def as_written(size: Threshold) -> int | float | str:
    """Return a threshold as a file says it.

    >>> as_written(Threshold(value=6)), as_written(Threshold(value=0.5, unit="x usual"))
    (6, '0.5 x usual')
    """
    if size.unit:
        return f"{size.value:g} {size.unit}"
    return int(size.value) if size.value.is_integer() else size.value


def _scalar(key: str, value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if key in ("horizon", "every"):
        return f"{value} days"
    if key == "half_life" and not isinstance(value, str):
        return int(value) if float(value).is_integer() else value
    if isinstance(value, tuple):
        low, _, high = value
        return value[1] if low == high else list(value)
    return value


_KIND_OF: Mapping[str, type[Numbers] | type[Tempo] | type[Pressure]] = {
    "usual": Numbers,
    "answers": Numbers,
    "extra": Numbers,
    "after": Numbers,
    "fades": Tempo,
    "pressure": Pressure,
}


def parse_answer(question: str, said: Any) -> Answer:
    """Return the answer that a file or a person gives to a question.

    Args:
        question: its id, such as `usual.raid`.
        said: "don't know", a number, a list of three, a tempo, or a mapping with more.

    Raises:
        ValueError: (pydantic's ValidationError) it is no answer to such a question.
        KeyError: no question is called so.

    >>> parse_answer("usual.raid", [4, 5, 6.5]).value, parse_answer("fades.a.b", "don't know")
    ((4.0, 5.0, 6.5), None)
    """
    kind = _KIND_OF[question.partition(".")[0]]
    if is_unknown(said):
        return None
    if isinstance(said, dict):
        return kind.model_validate(said)
    if kind is Pressure:
        nothing = isinstance(said, str) and said.strip().lower() in ("nothing", "none")
        return Pressure(nothing=True) if nothing else Pressure(switch=said)
    return kind.model_validate({"value" if kind is Numbers else "half_life": said})


def judgment_of(said: Any) -> JudgmentAnswer:
    """Return the judgment that a mapping describes; ValueError if it is none."""
    return JudgmentAnswer.model_validate(said)


def read_answers(path: Path) -> AnswerSheet:
    """Read a file of answers.

    Raises:
        CaseError, Problems: it is missing, no YAML, or an answer in it cannot be read; each error
            names line, column and key.
    """
    return answers_of(read_document_file(path))


def answers_of(document: Document) -> AnswerSheet:
    """Return the answers a parsed file holds; see `read_answers`."""
    data, problems = document.data, list[CaseError]()
    if not isinstance(data, dict) or data.get("talion_answers") != 1:
        raise CaseError(
            "this is no file of answers",
            place=document.name,
            remedy="begin it with `talion_answers: 1`; `talion ask CASE --list` shows the questions",
        )
    known = {"talion_answers", "about", "answers", "judgments", "pending", "wrote"}
    for key in data:
        if key not in known:
            place = document.place((key,))
            problems.append(
                CaseError(
                    "unknown key", place=place, value=key, remedy=f"use {', '.join(sorted(known))}"
                )
            )
    answers: dict[str, Answer] = {}
    for question, said in _mapping(document, "answers", problems).items():
        place = document.place(("answers", question))
        try:
            answers[question] = parse_answer(question, said)
        except KeyError:
            remedy = f"questions begin with {', '.join(_KIND_OF)}; see `talion ask CASE --list`"
            problems.append(
                CaseError("no such question", place=place, value=question, remedy=remedy)
            )
        except ValidationError as error:
            problems += _translated(error, place, said)
        except ValueError as error:
            problems.append(
                CaseError(str(error), place=place, value=said, remedy="mend the answer")
            )
    judgments, none = _judgments(document, problems)
    Problems.raise_any(problems)
    return AnswerSheet(
        about=_names(document, "about"),
        answers=answers,
        judgments=judgments,
        no_judgment=none,
        pending=_names(document, "pending"),
        wrote={k: str(v) for k, v in _mapping(document, "wrote", problems).items()},
        marks=document,
    )


def _mapping(document: Document, key: str, problems: list[CaseError]) -> dict[str, Any]:
    found = document.data.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        place = document.place((key,))
        problems.append(
            CaseError("not a mapping", place=place, value=found, remedy="write `id: answer`")
        )
        return {}
    return found


def _names(document: Document, key: str) -> tuple[str, ...]:
    found = document.data.get(key) or ()
    listed = [found] if isinstance(found, str) else found
    if not isinstance(listed, list | tuple) or not all(isinstance(n, str) for n in listed):
        raise CaseError(
            "not a list of ids",
            place=document.place((key,)),
            value=found,
            remedy="write [raid, strike]",
        )
    return tuple(listed)


def _judgments(
    document: Document, problems: list[CaseError]
) -> tuple[tuple[JudgmentAnswer, ...], bool]:
    said = document.data.get("judgments")
    if said is None or said == []:
        return (), False
    if is_unknown(said):
        return (), True
    if not isinstance(said, list):
        place, remedy = document.place(("judgments",)), "write a list, one mapping each"
        problems.append(CaseError("not a list", place=place, value=said, remedy=remedy))
        return (), False
    found: list[JudgmentAnswer] = []
    for i, one in enumerate(said):
        place = document.place(("judgments", i))
        try:
            found.append(judgment_of(one))
        except ValidationError as error:
            problems += _translated(error, place, one)
    return tuple(found), False


_PLAINLY: Mapping[str, str] = {
    "missing": "is missing",
    "model_type": "no mapping of keys, such as {template: goes_on, effect: ID}",
    "int_parsing": "no whole number",
    "int_from_float": "no whole number",
    "string_type": "no text",
}
"""Type of a finding of pydantic -> what it is called here."""


def _translated(error: ValidationError, place: str, said: Any) -> list[CaseError]:
    """Turn findings of pydantic into our one-line form."""
    made = []
    for item in error.errors():
        where = ".".join(str(p) for p in item["loc"])
        message = _PLAINLY.get(item["type"], str(item["msg"]).removeprefix("Value error, "))
        value = item["input"] if item["type"] != "missing" else said
        made.append(
            CaseError(
                message[0].lower() + message[1:],
                place=f"{place}{'.' if where else ''}{where}",
                value=value,
                remedy="`talion ask CASE --list` shows what each question takes",
            )
        )
    return made
