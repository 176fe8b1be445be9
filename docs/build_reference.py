"""Write the reference pages that the code itself knows best: commands, Python calls, case format.

python docs/build_reference.py           write them
python docs/build_reference.py --check   only say whether they are current
"""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import talion

sys.path.insert(0, str(Path(__file__).resolve().parent))
from case_format import case_format_page

REFERENCE = Path(__file__).resolve().parent / "reference"
NOTE = "<!-- Written by docs/build_reference.py; change the code and run `make docs`. -->\n\n"


def help_text(*verb: str) -> str:
    """What `talion VERB --help` prints."""
    text = run_talion(*verb, "--help")
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def run_talion(*arguments: str) -> str:
    """What a command prints, at a fixed width and without colour."""
    plain = {
        **{k: v for k, v in os.environ.items() if k not in {"FORCE_COLOR", "GITHUB_ACTIONS"}},
        "COLUMNS": "96",
        "TERMINAL_WIDTH": "96",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }
    command = [sys.executable, "-m", "talion", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=plain)
    return done.stdout


def verbs() -> list[str]:
    """The commands that `talion --help` lists."""
    listed = help_text().split("Options:", 1)[1]
    return re.findall(r"^  ([a-z][a-z-]*)  ", listed, flags=re.MULTILINE)


def exit_statuses() -> str:
    """The table of exit statuses, as the entry of the command line states it."""
    from talion.cli import entry

    rows = [line for line in (entry.__doc__ or "").splitlines() if line.startswith("|")]
    return "\n".join([*rows, "", "With `TALION_DEBUG=1` a defect of Talion shows its traceback."])


def commands_page() -> str:
    """The page on the command line."""
    parts = [f"{NOTE}# Commands\n\n```text\n{help_text()}\n```\n"]
    parts.append(f"\n## Exit status\n\n{exit_statuses()}\n")
    parts += [f"\n## talion {verb}\n\n```text\n{help_text(verb)}\n```\n" for verb in verbs()]
    return "".join(parts)


def entry(name: str) -> str:
    """One public name: its signature and its docstring."""
    thing = getattr(talion, name)
    if isinstance(thing, type):
        bases = ", ".join(base.__name__ for base in thing.__bases__)
        title = f"class {name}({bases})"
    else:
        title = f"{name}{inspect.signature(thing)}"
    return f"\n## {name}\n\n```text\n{title}\n\n{inspect.getdoc(thing) or ''}\n```\n"


def python_page() -> str:
    """The page on the public Python names: calls first, then errors."""
    names = [name for name in talion.__all__ if not name.startswith("_")]
    calls = [name for name in names if not isinstance(getattr(talion, name), type)]
    errors = [name for name in names if name not in calls]
    return f"{NOTE}# Python calls\n" + "".join(entry(name) for name in [*calls, *errors])


def schema_text() -> str:
    """The JSON Schema of case files, as `talion schema` prints it."""
    return run_talion("schema")


def pages() -> dict[Path, str]:
    """Each generated page and its text."""
    return {
        REFERENCE / "commands.md": commands_page(),
        REFERENCE / "python.md": python_page(),
        REFERENCE / "case-format.md": NOTE + case_format_page(),
        REFERENCE / "case.schema.json": schema_text(),
    }


def main() -> int:
    """Write or check; 1 if a page is out of date."""
    stale = []
    for path, text in pages().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    if stale:
        print(("out of date: " if "--check" in sys.argv else "written: ") + ", ".join(stale))
    return int(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
