"""Progress on standard error: nothing in the first second, then one line that stays current.

On a terminal the line is rewritten in place; elsewhere a plain line is added now and then.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

__all__ = ["Progress"]

SILENT_FOR = 1.0  # seconds
REDRAW = 0.2
NEW_LINE = 10.0
TELLS_AFTER = 60.0  # seconds of work from which even a small part done says how long all takes


class Progress:
    """Says how far a piece of work is.

    Args:
        title: what is done, such as `Simulating`.
        stream: where to write; standard error if omitted.
        clock: seconds, only ever forward.
    """

    def __init__(
        self,
        title: str,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.title = title
        self._stream = stream if stream is not None else sys.stderr
        self._clock = clock
        self._begun = clock()
        self._said: float | None = None
        self._line = ""
        self._is_terminal = self._stream.isatty()

    def __enter__(self) -> Progress:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal's line free for what follows."""
        if self._is_terminal and self._said is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def __call__(self, done: float, total: float) -> None:
        """Say that `done` of `total` is done, if it is time to say so."""
        now = self._clock()
        if now - self._begun < SILENT_FOR:
            return
        pause = REDRAW if self._is_terminal else NEW_LINE
        if self._said is not None and now - self._said < pause:
            return
        self._said = now
        line = f"{self.title}: {_percent(done, total)}{_remaining(now - self._begun, done, total)}"
        if line != self._line or self._is_terminal:
            self._write(line)
        self._line = line

    def _write(self, line: str) -> None:
        self._stream.write(f"\r\x1b[K{line}" if self._is_terminal else f"{line}\n")
        self._stream.flush()


def _percent(done: float, total: float) -> str:
    """Return whole per cent, never 100 before the end.

    >>> _percent(999, 1000), _percent(0, 0)
    ('99 %', '0 %')
    """
    return f"{int(100 * done / total) if total else 0} %"


def _remaining(seconds: float, done: float, total: float) -> str:
    """Return such as `, about 12 s left`, once enough is done to tell."""
    if not total or not done or (done / total < 0.05 and seconds < TELLS_AFTER):
        return ""
    left = seconds * (total - done) / done
    if left < 1:
        return ""
    return f", about {left:.0f} s left" if left < 90 else f", about {left / 60:.0f} min left"
