"""`talion check` and `talion schema`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from talion.cli.lines import say
from talion.errors import Problems

if TYPE_CHECKING:
    from talion.model.case import Case

__all__ = ["check_case", "print_schema", "refuse_or_warn"]


def check_case(name: str) -> None:
    """Print what is wrong with a case, or that nothing is.

    Raises:
        CaseError, RecordError, JudgmentTestError, Problems: the case cannot be run.
    """
    from talion.model.case import load_case

    case = load_case(name)
    warnings = refuse_or_warn(case)
    say([_summary(case, len(warnings))])


def refuse_or_warn(case: Case) -> tuple[str, ...]:
    """Print the warnings of a case on standard error and return them.

    Raises:
        Problems, TalionError: something in it cannot be run.
    """
    from talion.judge.checks import check_tests

    errors, warnings = check_tests(case)
    for warning in warnings:
        say([f"warning: {warning}"], err=True)
    Problems.raise_any(errors)
    return warnings


def _summary(case: Case, warnings: int) -> str:
    counts = {
        "actor": len(case.actors),
        "event type": len(case.events),
        "factor": len(case.factors),
        "link": len(case.links),
        "what-if": len(case.what_ifs),
        "judgment": len(case.judgments),
    }
    listed = ", ".join(f"{n} {name}{'' if n == 1 else 's'}" for name, n in counts.items())
    noted = f"; {warnings} warning{'' if warnings == 1 else 's'}" if warnings else ""
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
