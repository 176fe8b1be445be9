"""The verbs as `talion --help` lists them: in the order of the work, under what they are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typer.core import TyperGroup

__all__ = ["SECTIONS", "VerbList"]

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Your own case": ("start", "ask", "new", "check", "show"),
    "Run it": ("run", "what-if", "fit", "diagnose", "hypotheses", "bargain"),
    "Hand it on": ("export", "diff", "freeze", "interop"),
    "As time passes": ("watch", "update", "score"),
    "Around it": ("cases", "schema", "warm"),
}


class VerbList(TyperGroup):
    """Lists the verbs by section. A verb that no section names would be lost; a test finds it."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the verbs in the order of the sections."""
        order = [verb for verbs in SECTIONS.values() for verb in verbs]
        known = super().list_commands(ctx)
        return sorted(known, key=lambda verb: order.index(verb) if verb in order else len(order))

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - Typer's signature
        """Write the sections; each verb's line is as wide as the terminal lets it be."""
        width = max(map(len, self.commands))
        for title, verbs in SECTIONS.items():
            rows = [
                (
                    verb.ljust(width),
                    self.commands[verb].get_short_help_str(formatter.width - width - 6),
                )
                for verb in verbs
                if verb in self.commands
            ]
            with formatter.section(title):
                formatter.write_dl(rows)
