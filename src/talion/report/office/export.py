"""What of a run is exported, made and written: all files or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from talion.errors import InputError
from talion.record.writing import write_files
from talion.report.office.bibliography import write_bibliography
from talion.report.office.dossier import Dossier, read_run
from talion.report.office.pictures import Picture, draw_picture, picture_templates
from talion.report.office.plain import write_markdown, write_text
from talion.report.office.private import withhold
from talion.report.office.slides import draw_for_slides, write_slides
from talion.report.office.word import write_annex, write_word
from talion.report.office.workbook import write_workbook

__all__ = ["ANNEX", "KINDS", "Exported", "export_run", "make_files"]

KINDS = {
    "docx": "brief.docx",
    "xlsx": "workbook.xlsx",
    "pptx": "slides.pptx",
    "png": "chart-*.png",
    "svg": "chart-*.svg",
    "md": "summary.md",
    "txt": "summary.txt",
    "bib": "sources.bib",
}
"""Kind of export -> file or files it makes."""
ANNEX = "annex.docx"
"""What does not fit on the brief's page; written with it."""


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        files: in the order made.
        withheld: what was left out, in words; "" if nothing was asked to be.
    """

    files: tuple[Path, ...]
    withheld: str


def export_run(
    run: Path,
    kinds: Sequence[str],
    *,
    out: Path | None = None,
    template: Path | None = None,
    no_rows: bool = False,
) -> Exported:
    """Write exports of a run, all of them or none.

    Args:
        run: folder that `talion run CASE --out run` wrote.
        kinds: keys of `KINDS`.
        out: folder to write to; `run` if omitted.
        template: Word document whose styles and page the brief takes.
        no_rows: withhold rows and texts of sources marked `shared: no`.

    Raises:
        InputError: no run, one of another version, no kind named, or a wrong template.
        OutputError: the folder takes no files; nothing is left behind.
    """
    known = ", ".join(f"--{kind}" for kind in KINDS)
    if not kinds:
        raise InputError("say what to export", remedy=f"give one or more of {known}")
    if template is not None and "docx" not in kinds:
        remedy = "add --docx, or leave the template out"
        message = "a template is for the Word brief, which is not asked for"
        raise InputError(message, place="--template", value=str(template), remedy=remedy)
    dossier = read_run(run)
    if no_rows:
        dossier = withhold(dossier)
    files = make_files(dossier, kinds, template=template)
    folder = run if out is None else out
    write_files(folder, files)
    return Exported(tuple(folder / name for name in files), dossier.withheld)


def make_files(
    dossier: Dossier, kinds: Sequence[str], *, template: Path | None = None
) -> dict[str, str | bytes]:
    """Return file name -> content of exports; the same dossier gives the same bytes.

    Args:
        dossier: of a run, withheld from or not.
        kinds: keys of `KINDS`.
        template: as for `export_run`.
    """
    files: dict[str, str | bytes] = {}
    if "docx" in kinds:
        files[KINDS["docx"]] = write_word(dossier, template)
        files[ANNEX] = write_annex(dossier, template)
    if "xlsx" in kinds:
        files[KINDS["xlsx"]] = write_workbook(dossier)
    if "pptx" in kinds:
        files[KINDS["pptx"]] = write_slides(dossier, draw_for_slides(dossier))
    pictures = {picture.id: picture for picture in _pictures(dossier, kinds)}
    for kind in ("png", "svg"):
        if kind in kinds:
            for picture in pictures.values():
                name = KINDS[kind].replace("*", picture.id)
                files[name] = picture.png if kind == "png" else picture.svg
    if "md" in kinds:
        files[KINDS["md"]] = write_markdown(dossier)
    if "txt" in kinds:
        files[KINDS["txt"]] = write_text(dossier)
    if "bib" in kinds:
        files[KINDS["bib"]] = write_bibliography(dossier)
    return files


def _pictures(dossier: Dossier, kinds: Sequence[str]) -> Iterator[Picture]:
    """Yield every chart, where files of charts are asked for."""
    if "png" not in kinds and "svg" not in kinds:
        return
    made = picture_templates()
    for chart in dossier.charts:
        yield draw_picture(chart, made)
