"""What is made once and kept: the charts' JavaScript and the chart templates.

The script (Vega, Vega-Lite, the expression interpreter) is built by the library `vl-convert` on
this machine and takes seconds; none of it is part of the project. Both are kept in the user's cache
under a hash of what they were made of. A cache that cannot be read or written only costs time.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

_ENTRY = "window.vegaEmbed=vegaEmbed;"


def cache_folder() -> Path:
    """Return the folder for things that can be made again: `TALION_CACHE`, or the user's own."""
    if "TALION_CACHE" in os.environ:
        return Path(os.environ["TALION_CACHE"])
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "talion"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/talion"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "talion"


def chart_script() -> str:
    """Return the script that defines `vegaEmbed`, safe to stand inside a script element."""
    from importlib.metadata import version

    def build() -> str:
        import vl_convert

        return _inline(vl_convert.javascript_bundle(_ENTRY))

    return kept("charts.js", f"vl-convert {version('vl-convert-python')} {_ENTRY}", build)


def kept(name: str, made_of: str, make: Callable[[], str]) -> str:
    """Return a text from the cache, or make it and keep it.

    Args:
        name: ending of its file name.
        made_of: everything its content depends on.
        make: makes it.
    """
    path = cache_folder() / f"{hashlib.sha256(made_of.encode()).hexdigest()[:16]}-{name}"
    found = _read(path)
    if found is None:
        found = make()
        _keep(path, found)
    return found


def _inline(script: str) -> str:
    """Escape what would end or change the state of an HTML script element."""
    return (
        script.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("</script", "<\\/script")
        .replace("<!--", "<\\!--")
    )


def _read(path: Path) -> str | None:
    """Return a kept text if its own hash, in its last line, still fits it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    body, _, mark = text.rpartition("\n//")
    return body if hashlib.sha256(body.encode()).hexdigest() == mark else None


def _keep(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, delete=False
        ) as part:
            part.write(f"{text}\n//{hashlib.sha256(text.encode()).hexdigest()}")
        Path(part.name).replace(path)
    except OSError:
        return
