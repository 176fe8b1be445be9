"""`talion export`: a run as Word brief, workbook, slides, pictures, plain text, BibTeX."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from talion.cli.files import output_folder
from talion.cli.lines import say

__all__ = ["export"]


def export(
    run: Path, kinds: Sequence[str], *, out: Path | None, template: Path | None, no_rows: bool
) -> None:
    """Write exports of a run and say where they are and what was withheld.

    Args:
        run: folder of the run.
        kinds: of export, as `KINDS` names them.
        out: folder to write to; the run's own if omitted.
        template: Word document whose styles are used.
        no_rows: withhold rows and texts of sources that may not be passed on.

    Raises:
        TalionError: no run, a wrong template, or a folder that takes no files.
    """
    from talion.report.office.export import export_run

    if out is None:
        done = export_run(run, kinds, template=template, no_rows=no_rows)
    else:
        with output_folder(out):
            done = export_run(run, kinds, out=out, template=template, no_rows=no_rows)
    say(f"wrote {file}" for file in done.files)
    if done.withheld:
        say([done.withheld])
