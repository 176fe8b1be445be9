"""The charts' JavaScript: Vega, Vega-Lite and the expression interpreter as one inlined script.

The bundle takes seconds to build, so it is kept in the user's cache under the versions it was made
of. It is built by the library `vl-convert` on this machine; none of it is part of the project.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
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

    import vl_convert

    made_of = f"{version('vl-convert-python')} {vl_convert.get_vega_version()} {_ENTRY}"
    name = f"charts-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}.js"
    kept = cache_folder() / name
    found = _read(kept)
    if found is None:
        found = _inline(vl_convert.javascript_bundle(_ENTRY))
        _keep(kept, found)
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
    """Return a kept script if its own hash, in its last line, still fits it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    body, _, mark = text.rpartition("\n//")
    return body if hashlib.sha256(body.encode()).hexdigest() == mark else None


def _keep(path: Path, script: str) -> None:
    """Keep the script for the next report. A cache that cannot be written only costs time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, delete=False
        ) as part:
            part.write(f"{script}\n//{hashlib.sha256(script.encode()).hexdigest()}")
        Path(part.name).replace(path)
    except OSError:
        return
