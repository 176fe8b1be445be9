"""The verbs and their options. What a verb does stands in a module of its own, imported when run."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from talion.cli.options import Case, Draws, Histories, Seed, Workers, complete_case
from talion.cli.start import start
from talion.cli.verb_list import VerbList
from talion.cli.verbs_of_fit import diagnose, fit

__all__ = ["Case", "Draws", "Histories", "Seed", "Workers", "app", "complete_case"]

app = typer.Typer(
    cls=VerbList,
    help="Makes a brief on an armed crisis executable: what its judgments rest on, and whether they hold."
    "\n\nBegin with `talion run baghdad-2024`, or with your own table of events: `talion start EVENTS.xlsx`.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(value: bool) -> None:
    if value:
        from talion import __version__

        typer.echo(f"talion {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _talion(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="show the version and stop", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    if context.invoked_subcommand is None and not version:
        typer.echo(context.get_help())


@app.command(short_help="Simulate and judge a case; write its report.")
def run(
    context: typer.Context,
    case: Case,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="where to write  [default: talion-CASE]")
    ] = None,
    seed: Seed = None,
    draws: Draws = None,
    histories: Histories = None,
    workers: Workers = None,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="500 draws of 40 histories, five times the work")
    ] = False,
    text: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE=FILE",
            help="show the real lines of a source in the report; the file's hash is checked; repeatable",
        ),
    ] = None,
    json: Annotated[
        bool,
        typer.Option("--json", help="print the results as JSON and write nothing but with --out"),
    ] = False,
    refit: Annotated[
        bool, typer.Option("--refit", help="fit the case to its record anew; takes minutes")
    ] = False,
    no_fit: Annotated[
        bool, typer.Option("--no-fit", help="leave out what the record says of the links")
    ] = False,
) -> None:
    """Simulate a case, judge its judgments, write the report and print a table of results.

    The case is fitted to its record once; while neither changes, the fit is found again.

    Writes report.html, results.json, results.csv (a row for each judgment, part and reading), and the
    case and record as they were run, from which `talion diff` and `talion freeze` work.
    """
    from talion.cli.run import run_case
    from talion.cli.sizes import Sizes

    sizes = Sizes.chosen(seed, draws, histories, workers, thorough=thorough)
    typed = shlex.join(context.obj or ())
    run_case(
        case,
        sizes,
        out=out,
        texts=tuple(text or ()),
        as_json=json,
        command=typed,
        refit=refit,
        no_fit=no_fit,
    )


app.command(short_help="Fit a case to its record, or a table of events by itself.")(fit)
app.command(short_help="Say how far the fit of a case can be believed.")(diagnose)


@app.command("export", short_help="Turn a run into Word, Excel, slides, pictures, text or BibTeX.")
def export_(
    run: Annotated[
        Path,
        typer.Argument(metavar="RUN", help="the folder that `talion run CASE --out DIR` wrote"),
    ],
    docx: Annotated[
        bool,
        typer.Option("--docx", help="brief.docx: a Word brief of one page; annex.docx: the rest"),
    ] = False,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="workbook.xlsx: an Excel workbook")] = False,
    pptx: Annotated[bool, typer.Option("--pptx", help="slides.pptx: slides, 16:9")] = False,
    png: Annotated[bool, typer.Option("--png", help="chart-*.png: every chart")] = False,
    svg: Annotated[bool, typer.Option("--svg", help="chart-*.svg: every chart")] = False,
    md: Annotated[bool, typer.Option("--md", help="summary.md: a summary in Markdown")] = False,
    txt: Annotated[bool, typer.Option("--txt", help="summary.txt: the same, for e-mail")] = False,
    bib: Annotated[bool, typer.Option("--bib", help="sources.bib: the sources as BibTeX")] = False,
    template: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="with --docx: a .docx or .dotx whose styles are used"),
    ] = None,
    no_rows: Annotated[
        bool,
        typer.Option(
            "--no-rows", help="withhold rows and texts of sources marked `shared: no`, and say so"
        ),
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="where to write  [default: RUN]")
    ] = None,
) -> None:
    """Turn a run into files for an office: Word, Excel, slides, pictures, plain text, BibTeX.

    Nothing is simulated anew: every number is the run's own, and the same run gives the same bytes.
    """
    from talion.cli.export import export

    asked = {
        "docx": docx, "xlsx": xlsx, "pptx": pptx, "png": png, "svg": svg, "md": md, "txt": txt,
        "bib": bib,
    }  # fmt: skip
    kinds = [kind for kind, wanted in asked.items() if wanted]
    export(run, kinds, out=out, template=template, no_rows=no_rows)


@app.command()
def cases() -> None:
    """List the built-in cases."""
    from talion.cli.show import list_cases

    list_cases()


@app.command(short_help="Show what is in a case, and what it implies.")
def show(
    case: Case,
    judgment: Annotated[
        str | None, typer.Option(metavar="ID", help="one judgment with its tests in words")
    ] = None,
    link: Annotated[
        str | None, typer.Option(metavar="ID", help="one link with its consequences and evidence")
    ] = None,
) -> None:
    """Show what is in a case: actors, event types, factors, links and what they imply, judgments."""
    from talion.cli.show import show_case

    show_case(case, judgment=judgment, link=link)


@app.command(short_help="Name every mistake in a case, and what would mislead.")
def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="a case file, folder or name")],
    json: Annotated[bool, typer.Option("--json", help="print all findings as JSON")] = False,
) -> None:
    """Check a case: every mistake with its place, value, why it matters and what to do.

    Errors end with status 2, since the case cannot be run. Warnings (a result would mislead) and
    notes (worth knowing) do not stop a run.
    """
    from talion.cli.check import check_file

    check_file(file, as_json=json)


@app.command(short_help="Ask five to ten questions and write the answers into a case.")
def ask(
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="a folder with case.yaml, or a case file")
    ],
    answers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="read the answers from a file instead of asking"),
    ] = None,
    about: Annotated[
        str | None,
        typer.Option(
            metavar="TYPE[,TYPE]",
            help="event types to ask about  [default: the most recorded one and its opponent's]",
        ),
    ] = None,
    again: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="ask this question anew; repeatable"),
    ] = None,
    list_only: Annotated[
        bool, typer.Option("--list", help="print the questions as JSON and stop")
    ] = False,
) -> None:
    """Ask how often, how many, how soon, what if and what you judge; write the answers as YAML.

    Each answer is read back as its consequence before it is kept, and "don't know" is always an
    answer. The rest of the file stays as it is. Answers are kept beside the case; started again,
    the command goes on where it stopped.
    """
    from talion.cli.ask import ask_case

    ask_case(case, answers=answers, about=about, again=tuple(again or ()), list_only=list_only)


@app.command(short_help="Begin with a commented starter case that runs as it is.")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="folder to make")],
) -> None:
    """Begin a case: a folder with a commented starter case and a small record, which runs as it is."""
    from talion.cli.starter import begin_case

    begin_case(name)


app.command(short_help="Begin a case from a table of events.")(start)


@app.command("what-if", short_help="Compare what-ifs with doing nothing.")
def what_if(
    case: Case,
    what_ifs: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME[@DATE]...", help="what-ifs of the case; @DATE moves where one begins"
        ),
    ],
    reading: Annotated[
        str, typer.Option(metavar="ID", help="what to suppose of the links")
    ] = "as_written",
    seed: Seed = None,
    draws: Draws = None,
    histories: Histories = None,
    workers: Workers = None,
) -> None:
    """Compare what-ifs with doing nothing: every series and factor after 30, 90, 180 and 365 days."""
    from talion.cli.compare import compare
    from talion.cli.sizes import Sizes

    compare(case, tuple(what_ifs), Sizes.chosen(seed, draws, histories, workers), reading=reading)


@app.command(short_help="Say what moved between two runs, and why.")
def diff(
    before: Annotated[
        Path, typer.Argument(metavar="A", help="folder of the earlier run, from `talion run`")
    ],
    after: Annotated[Path, typer.Argument(metavar="B", help="folder of the later run")],
    json: Annotated[bool, typer.Option("--json", help="print the comparison as JSON")] = False,
    md: Annotated[bool, typer.Option("--md", help="print the comparison as Markdown")] = False,
    apart: Annotated[
        bool,
        typer.Option(
            "--apart", help="run A again with each change alone, without the record's reading"
        ),
    ] = False,
    workers: Workers = None,
) -> None:
    """Say what moved between two runs: judgments, labels, probabilities; and what changed.

    A probability moved if chance does not explain it; what is smaller is called simulation noise. A
    change is named as the reason only where no other can be.
    """
    from talion.cli.diff import diff_runs

    diff_runs(before, after, as_json=json, markdown=md, apart=apart, workers=workers)


@app.command(short_help="Freeze a run into a dated, sealed forecast file.")
def freeze(
    run: Annotated[
        Path | None, typer.Argument(metavar="[RUN]", help="folder of a run, from `talion run`")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="where to write, a file or a folder; its short hash is put into the name  "
            "[default: forecast-CASE-DAY-HASH.json]",
        ),
    ] = None,
    verify: Annotated[
        Path | None, typer.Option(metavar="FILE", help="say whether a forecast file was altered")
    ] = None,
    expect: Annotated[
        str | None,
        typer.Option(metavar="SHA256", help="with --verify: the hash noted when it was frozen"),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="print the JSON Schema of forecast files")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="print file and hash as JSON")] = False,
) -> None:
    """Freeze a run: its judgments, tests and probabilities in one read-only file, dated and sealed.

    The day of freezing is now; the cut-off of the run stands apart. Nothing rewrites the file.
    --verify says whether one was altered, and which part.
    """
    from talion.cli.freeze import freeze_or_verify

    freeze_or_verify(run, out=out, file=verify, expected=expect, schema=schema, as_json=json)


@app.command()
def schema() -> None:
    """Print the JSON Schema of case files, for editors."""
    from talion.cli.check import print_schema

    print_schema()


@app.command()
def warm(
    fit: Annotated[
        bool,
        typer.Option("--fit", help="the sampler of fits too, which takes some minutes"),
    ] = False,
) -> None:
    """Compile the kernels of a run ahead of the first one."""
    from talion.cli.warm import warm_kernels

    warm_kernels(fit=fit)
