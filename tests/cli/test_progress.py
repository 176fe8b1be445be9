"""Progress: silent at first, in place on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io

import pytest

from talion.cli.progress import NEW_LINE, Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_nothing_in_the_first_second() -> None:
    stream, clock = io.StringIO(), Clock()
    with Progress("simulating", stream, clock) as progress:
        for step in range(10):
            clock.now = step / 11
            progress(step, 10)
    assert stream.getvalue() == ""


def test_plain_lines_now_and_then_where_there_is_no_terminal() -> None:
    stream, clock = io.StringIO(), Clock()
    with Progress("simulating", stream, clock) as progress:
        for second in range(1, 41):
            clock.now = float(second)
            progress(second, 80)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 40 // NEW_LINE
    assert lines[0] == "simulating: 1 %"
    assert lines[-1].startswith("simulating: 38 %, about ")
    assert "\r" not in stream.getvalue()


def test_a_plain_line_is_not_said_twice() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = Progress("fitting", stream, clock)
    for second in range(10, 60, 10):
        clock.now = float(second)
        progress(second // 30, 100)
    assert stream.getvalue() == "fitting: 0 %\nfitting: 1 %\n"


def test_one_line_in_place_on_a_terminal_which_is_wiped_at_the_end() -> None:
    stream, clock = Terminal(), Clock()
    with Progress("simulating", stream, clock) as progress:
        for step in range(1, 5):
            clock.now = float(step)
            progress(step, 8)
    text = stream.getvalue()
    assert text.count("\r\x1b[K") == 5
    assert "\n" not in text
    assert text.endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("done", "total", "said"),
    [
        (50, 100, "simulating: 50 %, about 60 s left"),
        (1, 100, "simulating: 1 %, about 99 min left"),
        (0, 100, "simulating: 0 %"),
        (10, 100, "simulating: 10 %, about 9 min left"),
        (99.9, 100, "simulating: 99 %"),
    ],
)
def test_the_time_left(done: float, total: float, said: str) -> None:
    stream, clock = io.StringIO(), Clock()
    progress = Progress("simulating", stream, clock)
    clock.now = 60.0
    progress(done, total)
    assert stream.getvalue() == said + "\n"
