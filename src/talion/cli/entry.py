"""The way in: runs a verb and turns whatever goes wrong into one line and an exit status.

| Status | Meaning |
|---|---|
| 0 | done |
| 1 | it could not be carried through, its reader went away, or it is a defect of Talion |
| 2 | the input or the command line is wrong, or the output cannot be written |
| 130 | stopped by Ctrl-C |
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import typer

from talion.cli import (  # noqa: F401 - they register their verbs
    verbs_after_run,
    verbs_of_bargaining,
    verbs_of_hypotheses,
)
from talion.cli.app import app
from talion.cli.lines import say
from talion.errors import OutputError, TalionError

__all__ = ["main"]

STOPPED = 130
READER_GONE = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; nothing is raised.

    Args:
        arguments: what follows `talion`; `sys.argv[1:]` if omitted.

    Returns:
        The exit status.

    >>> main(["--version"])
    talion 0.1.0
    0
    """
    _forgive_narrow_terminals()
    _leave_threads_to_us()
    try:
        status = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
        return _stopped() if status == STOPPED else status
    except TalionError as error:
        say(str(error).splitlines(), err=True)
        return error.exit_status
    except typer.TyperException as error:
        return _say(_usage(error), 2)
    except (KeyboardInterrupt, typer.Abort):
        return _stopped()
    except BrokenPipeError:
        _drop_output()
        return READER_GONE
    except OSError as error:
        return _system(error)
    except MemoryError:
        return _say("out of memory; use fewer --draws or --histories, or close other programs", 1)
    except Exception as error:  # noqa: BLE001 - the last resort: a line, and the way to the traceback
        return _defect(error)


def _run(arguments: list[str]) -> int:
    try:
        typed = ("talion", *arguments)  # for the receipt
        result = app(args=arguments, prog_name="talion", standalone_mode=False, obj=typed)
    except SystemExit as leaving:  # shell completion leaves this way
        return int(leaving.code or 0)
    return result if isinstance(result, int) else 0


def _system(error: OSError) -> int:
    """Say what the system refused: a full disk, a file that went away, a closed standard output."""
    _drop_output()
    place = error.filename or "standard output"
    remedy = "free some space, check permissions, or send it elsewhere"
    told = OutputError(error.strerror or type(error).__name__, place=str(place), remedy=remedy)
    say([str(told)], err=True)
    return told.exit_status


def _drop_output() -> None:
    """Point standard output nowhere, so that the interpreter's own flush at exit stays silent."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):  # no real file behind it: then there is nothing left to flush
        return


def _forgive_narrow_terminals() -> None:
    """Let a terminal that lacks a letter show a question mark instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _leave_threads_to_us() -> None:
    """Keep linear algebra on one thread, unless the user said otherwise; before numpy is loaded.

    Its matrices are small here, so its other threads only spin, and take the cores from our own.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _say(text: str, status: int) -> int:
    say([f"talion: {text}"], err=True)
    return status


def _stopped() -> int:
    return _say("stopped; what was not finished is not written", STOPPED)


def _usage(error: typer.TyperException) -> str:
    """Say what is wrong with the command line and where its help stands."""
    context = getattr(error, "ctx", None)
    verb = context.command_path if context is not None else "talion"
    message = " ".join(error.format_message().split()).rstrip(".")
    return f"{message}; see `{verb} --help`"


def _defect(error: Exception) -> int:
    if os.environ.get("TALION_DEBUG"):
        import traceback

        traceback.print_exception(error)
    from talion import __version__

    what = " ".join(str(error).split())[:200]
    return _say(
        f"this is a defect of Talion {__version__}, not of your input: {type(error).__name__}: {what}; "
        "please report it with the command you gave (TALION_DEBUG=1 shows where it happened)",
        1,
    )
