"""`talion check` and `talion schema`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from talion.cli.lines import say
from talion.errors import Problems

if TYPE_CHECKING:
    from talion.model.case import Case

__all__ = ["check_file", "print_schema", "refuse_faults", "schema_text"]


def check_file(name: str) -> None:
    """Print what is wrong with a case, what is worth knowing, or that all is well.

    Raises:
        CaseError, RecordError, JudgmentTestError, Problems: the case cannot be run.
    """
    from talion.judge.checks import check_case
    from talion.model.case import load_case

    case = load_case(name)
    faults, remarks = check_case(case)
    Problems.raise_any(faults)
    say(f"remark: {remark}" for remark in remarks)
    say([_summary(case, len(remarks))])


def refuse_faults(case: Case) -> None:
    """Refuse a case that `talion check` would refuse; remarks are only counted.

    Raises:
        Problems, TalionError: something in it cannot be run.
    """
    from talion.judge.checks import check_case

    faults, remarks = check_case(case)
    Problems.raise_any(faults)
    if remarks:
        count = f"{len(remarks)} remark{'' if len(remarks) == 1 else 's'}"
        say([f"{case.name}: {count} on this case; `talion check` shows them"], err=True)


def _summary(case: Case, remarks: int) -> str:
    counts = {
        "actor": len(case.actors),
        "event type": len(case.events),
        "factor": len(case.factors),
        "link": len(case.links),
        "what-if": len(case.what_ifs),
        "judgment": len(case.judgments),
    }
    listed = ", ".join(f"{n} {name}{'' if n == 1 else 's'}" for name, n in counts.items())
    noted = f"; {remarks} remark{'' if remarks == 1 else 's'}" if remarks else ""
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
