"""A sitting of `talion ask` with replies given beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from talion.cli.conversation import Conversation
from talion.judge.checks import check_case
from talion.read.questions.session import begin


def conversation(starter: Path, replies: Iterable[str], **more: tuple[str, ...]) -> Conversation:
    """A sitting with these replies; after the last one the person is gone."""
    waiting: Iterator[str] = iter(replies)

    def reply(_: str) -> str:
        try:
            return next(waiting)
        except StopIteration:
            raise EOFError from None

    def faults(case: object) -> object:
        return check_case(case)[0]  # type: ignore[arg-type]

    held = Conversation(begin(str(starter), faults), reply, **more)  # type: ignore[arg-type]
    held.hold()
    return held
