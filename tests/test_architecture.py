"""The house's order, checked on the source: who may import whom, names, sizes, what is committed.

Each rule is a function from a tree to the faults found, so that each is also run on a small tree
that breaks it: a check that cannot fail is no check.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

# A folder imports only from folders to its left; those in one group do not know each other.
ORDER = (
    ("record",),
    ("model",),
    ("read", "fit", "simulate"),
    ("judge",),
    ("report",),
    ("serve",),
    ("cli",),
    ("__main__",),
)
FREE = {"errors"}  # any folder may import it; it imports nothing of ours
DATA_ONLY = {"cases"}
RANK = {name: rank for rank, group in enumerate(ORDER) for name in group}

BANNED_WORDS = {"util", "utils", "helper", "helpers", "manager", "misc", "common"}
LONGEST_FILE = 500
HEAVY = {"altair", "llvmlite", "numba", "polars", "scipy", "vl_convert"}
LIGHT_FILES = (
    "__init__.py",
    "cli/__init__.py",
    "cli/app.py",
    "cli/options.py",
    "cli/start.py",
    "cli/start_options.py",
    "cli/verbs_after_run.py",
    "cli/verbs_of_fit.py",
    "cli/verbs_of_hypotheses.py",
    "cli/entry.py",
    "errors.py",
)
BINARY = {".png", ".gz", ".npz", ".parquet", ".ico", ".woff2"}

# Written apart, so that this file does not hold what it looks for.
HOSTS = (
    "files." + "pythonhosted",
    "pypi." + "org/simple",
    "registry." + "npmjs",
    "npm" + "js.com/package",
)
MACHINE_PATH = re.compile(r"(?<![\w.:/~$)}%-])/" + r"(?:work|tmp|root|home|opt|Users)(?![\w-])")


def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def part_of(file: Path, package: Path) -> str:
    """The folder (or top module) of the package in which a file lies."""
    relative = file.relative_to(package)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every (line, module) that a tree imports, anywhere in it, by statement or by constant name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from talion import record` names a folder as much as `import talion.record` does.
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            if called in {"import_module", "__import__"}:
                yield node.lineno, str(node.args[0].value)


def forbidden(part: str, target: str) -> str | None:
    """Why `part` may not import the folder `target`, or None."""
    if target in FREE or target == part:
        return None
    if target not in RANK:
        return (
            f"{target} has no place in the order; state it in ORDER"
            if target not in DATA_ONLY
            else (f"{target} is data: read it with importlib.resources")
        )
    if part in FREE or RANK[target] >= RANK.get(part, -1):
        return f"{part} may not import {target}"
    return None


def import_faults(package: Path) -> list[str]:
    """Imports against the order, and folders that have no place in it."""
    faults = []
    known = {
        child.stem if child.suffix == ".py" else child.name
        for child in package.iterdir()
        if child.suffix == ".py" or (child.is_dir() and any(child.rglob("*.py")))
    }
    faults += [
        f"{name} has no place in the order"
        for name in sorted(known - RANK.keys() - FREE - DATA_ONLY - {"__init__"})
    ]
    for file in sorted(package.rglob("*.py")):
        part = part_of(file, package)
        if part == "__init__":
            continue  # the front door names public calls lazily; LIGHT_FILES and its own test guard it
        for line, module in imported(parse(file)):
            pieces = module.split(".")
            if pieces[0] != package.name or len(pieces) < 2:
                continue
            is_ours = (package / pieces[1]).is_dir() or (package / f"{pieces[1]}.py").is_file()
            why = forbidden(part, pieces[1]) if is_ours else None
            if why:
                faults.append(f"{file.relative_to(package)}:{line}: {why}")
    return sorted(set(faults))


def data_faults(package: Path) -> list[str]:
    """Code in folders that hold data alone: an empty or docstring-only `__init__` may stand."""
    faults = []
    for folder in DATA_ONLY:
        for file in sorted((package / folder).rglob("*.py")):
            body = parse(file).body
            is_doc = all(
                isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant) for n in body
            )
            if file.name != "__init__.py" or not is_doc:
                faults.append(f"{file.relative_to(package)}: code among data")
    return faults


def words_of(name: str) -> set[str]:
    """The words of a snake_case or CamelCase name, lower case."""
    return {w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def name_faults(package: Path) -> list[str]:
    """Modules, classes and functions named for no subject."""
    faults = []
    for file in sorted(package.rglob("*.py")):
        names = [file.stem, *file.relative_to(package).parts[:-1]]
        nodes = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        names += [n.name for n in ast.walk(parse(file)) if isinstance(n, nodes)]
        faults += [f"{file.relative_to(package)}: {n}" for n in names if words_of(n) & BANNED_WORDS]
    return faults


def length_faults(package: Path) -> list[str]:
    """Files too long to hold one subject."""
    return [
        f"{file.relative_to(package)}: {lines} lines"
        for file in sorted(package.rglob("*.py"))
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]


def import_time_statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements that run at import, leaving out what only type checkers read."""
    for node in tree.body:
        if isinstance(node, ast.If | ast.Try | ast.With):
            if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
                yield from node.body
        else:
            yield node


def heavy_faults(package: Path) -> list[str]:
    """Slow libraries imported at the top of files that every command loads."""
    faults = []
    for name in LIGHT_FILES:
        file = package / name
        if not file.exists():
            continue
        for node in import_time_statements(parse(file)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                found = {module.split(".")[0] for _, module in imported(node)} & HEAVY
                faults += [f"{name}:{node.lineno}: {library}" for library in sorted(found)]
    return faults


def state_faults(package: Path) -> list[str]:
    """Module state (`global`) and work done at import (a bare call at the top of a module)."""
    faults = []
    for file in sorted(package.rglob("*.py")):
        tree, place = parse(file), file.relative_to(package)
        faults += [
            f"{place}:{n.lineno}: global" for n in ast.walk(tree) if isinstance(n, ast.Global)
        ]
        if part_of(file, package) in {"cli", "__main__"}:
            continue  # a command line registers its verbs by calls
        faults += [
            f"{place}:{n.lineno}: call at import"
            for n in tree.body
            if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)
        ]
    return faults


def text_faults(files: Iterable[Path], root: Path) -> list[str]:
    """Registry hosts and paths of one machine in text files."""
    faults = []
    for file in files:
        if file.suffix in BINARY or not file.is_file():
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if any(host in line for host in HOSTS) or MACHINE_PATH.search(line):
                faults.append(f"{file.relative_to(root)}:{number}: {line.strip()[:80]}")
    return faults


def tracked(root: Path) -> list[Path]:
    """Files under version control."""
    if not (root / ".git").exists():
        pytest.skip("not a git checkout")
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    )
    return [root / name for name in done.stdout.split("\0") if name]


RULES: dict[str, Callable[[Path], list[str]]] = {
    "imports": import_faults,
    "data": data_faults,
    "names": name_faults,
    "length": length_faults,
    "heavy": heavy_faults,
    "state": state_faults,
}

# For each rule, files that break it and words of the fault it must then name.
BREAKS = [
    ("imports", {"record/event.py": "from talion.model import case\n", "model/case.py": ""}, "record may not import model"),
    ("imports", {"fit/a.py": "def f():\n    import talion.simulate.history\n", "simulate/history.py": ""}, "fit may not import simulate"),
    ("imports", {"model/a.py": "from talion import judge\n", "judge/b.py": ""}, "model may not import judge"),
    ("imports", {"report/a.py": "import importlib\nimportlib.import_module('talion.cli')\n", "cli.py": ""}, "report may not import cli"),
    ("imports", {"errors.py": "import talion.record.event\n", "record/event.py": ""}, "errors may not import record"),
    ("imports", {"model/a.py": "import talion.cases\n", "cases/__init__.py": ""}, "cases is data"),
    ("imports", {"plotting/a.py": ""}, "plotting has no place"),
    ("imports", {"record/a.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from talion.judge import b\n", "judge/b.py": ""}, "record may not import judge"),
    ("data", {"cases/one/load.py": "x = 1\n"}, "load.py: code among data"),
    ("data", {"cases/__init__.py": "import os\n"}, "code among data"),
    ("names", {"record/utils.py": ""}, "utils"),
    ("names", {"record/a.py": "class FileManager:\n    pass\n"}, "FileManager"),
    ("names", {"record/a.py": "def date_helper(): ...\n"}, "date_helper"),
    ("length", {"record/a.py": "x = 1\n" * (LONGEST_FILE + 1)}, f"{LONGEST_FILE + 1} lines"),
    ("heavy", {"cli/app.py": "import numba\n"}, "cli/app.py:1: numba"),
    ("heavy", {"__init__.py": "try:\n    from polars import DataFrame\nexcept ImportError:\n    pass\n"}, "polars"),
    ("state", {"model/a.py": "n = 0\ndef f():\n    global n\n    n = 1\n"}, "global"),
    ("state", {"model/a.py": "import os\nos.getcwd()\n"}, "call at import"),
]  # fmt: skip

SOUND = {
    "__init__.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import polars\n",
    "errors.py": "class TalionError(Exception): ...\n",
    "record/event.py": "from talion.errors import TalionError\n",
    "model/case.py": "from talion.record import event\nfrom talion import __version__\n",
    "judge/run.py": "import talion.model.case\nimport numba\n",
    "cli/app.py": "def main():\n    import numba\n    from talion.judge import run\n",
    "cases/__init__.py": '"""Cases."""\n',
}


def plant(folder: Path, files: dict[str, str]) -> Path:
    package = folder / "talion"
    for name, text in files.items():
        file = package / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return package


@pytest.mark.parametrize("rule", RULES)
def test_the_source_keeps_the_rule(root: Path, rule: str) -> None:
    assert RULES[rule](root / "src" / "talion") == []


@pytest.mark.parametrize("rule", RULES)
def test_a_sound_tree_passes(tmp_path: Path, rule: str) -> None:
    assert RULES[rule](plant(tmp_path, SOUND)) == []


@pytest.mark.parametrize(
    ("rule", "files", "fault"), BREAKS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_a_broken_tree_is_caught(
    tmp_path: Path, rule: str, files: dict[str, str], fault: str
) -> None:
    assert any(fault in found for found in RULES[rule](plant(tmp_path, files)))


def test_no_registry_host_and_no_machine_path_is_committed(root: Path) -> None:
    assert text_faults(tracked(root), root) == []


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ("url = https://" + "files." + "pythonhosted.org/packages/x", True),
        ("--index-url https://" + "pypi." + "org/simple", True),
        ("open('" + "/" + "tmp/x.csv')", True),
        ("# via -r " + "/" + "work/main/pyproject.toml", True),
        ("--find-links " + "/" + "opt/wheels", True),
        ("see ../shared/work/notes, https://example.org/home/page and /usr/bin/env", False),
        ("and/or, us/iraq, tmp_path / 'x'", False),
    ],
)
def test_hosts_and_machine_paths_are_caught(tmp_path: Path, line: str, caught: bool) -> None:
    file = tmp_path / "a.txt"
    file.write_text(f"first\n{line}\n", encoding="utf-8")
    assert bool(text_faults([file], tmp_path)) is caught


def test_lock_files_are_hashed_and_name_no_index(root: Path) -> None:
    for name in ("run.txt", "dev.txt"):
        text = (root / "requirements" / name).read_text(encoding="utf-8")
        pins = re.findall(r"^[A-Za-z0-9._-]+==", text, flags=re.MULTILINE)
        assert len(pins) > 20
        entries = re.split(r"^(?=[A-Za-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
        assert all("--hash=sha256:" in entry for entry in entries)
        assert not re.search(
            r"^--?(index-url|extra-index-url|find-links|i|f)\b", text, flags=re.MULTILINE
        )
    assert not (root / "uv.lock").exists()


def test_the_command_line_starts_without_the_slow_libraries() -> None:
    code = f"import sys, talion.cli; print(*sorted(set(sys.modules) & {HEAVY!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr
