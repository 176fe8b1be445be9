"""`talion check` and `talion schema`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import typer

from talion.cli.lines import say, sentence
from talion.errors import Problems, TalionError

if TYPE_CHECKING:
    from talion.judge.findings import Finding
    from talion.model.case import Case

__all__ = ["check_file", "print_schema", "refuse_faults", "schema_text"]

FORM = "a file that cannot be read as a case cannot be run"


def check_file(name: str, *, as_json: bool = False) -> None:
    """Print what is wrong with a case, what is worth knowing, or that all is well.

    Args:
        name: built-in name, folder or file.
        as_json: print all findings as JSON instead.

    Raises:
        CaseError, RecordError, Problems: the case cannot be read.
        typer.Exit: with status 2, the case cannot be run; what is wrong has been printed.
    """
    from talion.judge.checks import findings_on
    from talion.model.case import load_case

    try:
        case = load_case(name)
    except TalionError as error:
        if not as_json:
            raise
        typer.echo(_json(name, _unread(error)))
        raise typer.Exit(error.exit_status) from None
    checked = findings_on(case)
    if as_json:
        typer.echo(_json(str(case.path or case.name), checked.findings))
    else:
        for fault, finding in checked.faults:
            say([str(fault)], err=True)
            say(sentence(f"why: {finding.why}"), err=True)
        say(_grouped(checked.remarks))
    if checked.faults:
        raise typer.Exit(checked.faults[0][0].exit_status)
    if not as_json:
        say([_summary(case, checked.remarks)])


def _unread(error: TalionError) -> list[Finding]:
    from talion.judge.findings import Finding

    errors: Iterable[TalionError] = error if isinstance(error, Problems) else (error,)
    return [Finding.of_error(one, "form", FORM) for one in errors]


def _json(place: str, findings: Sequence[Finding]) -> str:
    numbers = {
        f"{s}s": sum(f.severity == s for f in findings) for s in ("error", "warning", "note")
    }
    told = {"case": place, **numbers, "findings": [finding.as_data() for finding in findings]}
    return json.dumps(told, indent=1, ensure_ascii=False)


def _grouped(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield findings, warnings first; of one kind, why they matter is said once."""
    from talion.judge.findings import SEVERITIES

    kinds = dict.fromkeys((f.severity, f.code, f.why) for f in findings)
    for severity, code, why in sorted(kinds, key=lambda kind: SEVERITIES.index(kind[0])):
        mine = [f for f in findings if (f.severity, f.code, f.why) == (severity, code, why)]
        remedies = dict.fromkeys(f.remedy for f in mine)
        for found in mine:
            value = f" ({found.value})" if found.value and found.value not in found.message else ""
            do = f"; {found.remedy}" if len(remedies) > 1 else ""
            yield f"{severity}: {found.place}: {found.message}{value}{do}"
        yield from sentence(f"why: {why}")
        if len(remedies) == 1:
            yield from sentence(f"remedy: {mine[0].remedy}")


def refuse_faults(case: Case) -> None:
    """Refuse a case that `talion check` would refuse; remarks are only counted.

    Raises:
        Problems, TalionError: something in it cannot be run.
    """
    from talion.judge.checks import check_case

    faults, remarks = check_case(case)
    Problems.raise_any(faults)
    if remarks:
        say([f"{case.name}: {_counted(remarks)} on this case; `talion check` shows them"], err=True)


def _counted(remarks: Sequence[Finding]) -> str:
    """Return such as "2 warnings and 1 note"."""
    numbers = [(sum(f.severity == s for f in remarks), s) for s in ("warning", "note")]
    return " and ".join(f"{n} {s}{'' if n == 1 else 's'}" for n, s in numbers if n)


def _summary(case: Case, remarks: Sequence[Finding]) -> str:
    counts = {
        "actor": len(case.actors),
        "event type": len(case.events),
        "factor": len(case.factors),
        "link": len(case.links),
        "what-if": len(case.what_ifs),
        "judgment": len(case.judgments),
    }
    listed = ", ".join(f"{n} {name}{'' if n == 1 else 's'}" for name, n in counts.items())
    noted = f"; {_counted(remarks)}" if remarks else ""
    place = case.path or case.name
    return f"{place}: ok: {listed}; {len(case.record.events)} recorded events{noted}"


def print_schema() -> None:
    """Print the JSON Schema of a case file."""
    typer.echo(schema_text(), nl=False)


def schema_text() -> str:
    """Return the JSON Schema of a case file as text, keys in the models' order."""
    from talion.model.schema import CaseDocument

    found = CaseDocument.model_json_schema(by_alias=True, mode="validation")
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **found,
        "title": "A Talion case file",
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
