"""The case behind a forecast file, found again by its hashes: its text, and its record as known then.

A forecast file holds no rows of the record. What is computed from the record must be computed from
that record and no other: a case serves only if its bytes and its rows have the hashes of the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from talion.errors import InputError, TalionError
from talion.judge.apart import record_from
from talion.judge.frozen_schema import FrozenForecast
from talion.judge.run_folder import CASE, RESULTS, KeptRun, read_run
from talion.model.case import Case, built_in_cases, load_case, parse_case

__all__ = ["case_behind", "case_of_run", "read_cases"]


def case_of_run(run: KeptRun) -> Case:
    """Return the case of a run from what its folder kept.

    Raises:
        InputError: the folder kept no case or no record, or rows of it are withheld.
    """
    if run.case is None or run.tables is None:
        raise InputError(
            "the run kept no copy of its case and record",
            place=str(run.folder),
            remedy="make the run again: `talion run CASE --out DIR`",
        )
    text = (run.folder / CASE).read_bytes().decode("utf-8")
    return parse_case(text, run.results.case, record_from(run.tables))


def read_cases(places: Iterable[str]) -> tuple[Case, ...]:
    """Return cases by built-in name, case file, case folder or folder of a run.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    found = []
    for place in places:
        folder = Path(place)
        is_run = (folder / RESULTS).is_file() and (folder / CASE).is_file()
        found.append(case_of_run(read_run(folder)) if is_run else load_case(place))
    return tuple(found)


def case_behind(forecast: FrozenForecast, cases: Iterable[Case]) -> tuple[Case | None, str]:
    """Return the case a forecast was made of, or why none is at hand.

    Args:
        forecast: the file's content.
        cases: those the user gave; the built-in case of the same name is tried after them.
    """
    why = "no case or run folder was given that it was made of"
    for case in (*cases, *_built_in(forecast.case.name)):
        if case.name != forecast.case.name:
            continue
        if case.text_hash != forecast.case.sha256:
            why = "the case at hand was changed since"
        elif case.record.content_hash() != forecast.record.sha256:
            why = "the record at hand is not the one that was known then"
        else:
            return case, ""
    return None, why


def _built_in(name: str) -> Iterable[Case]:
    if name not in built_in_cases():
        return
    try:
        yield load_case(name)
    except TalionError:  # a damaged installation must not stop a score that can do without
        return
