"""Runs to export: the small crisis with a fit, with awkward texts, and with a source not to pass on."""

from __future__ import annotations

import datetime as dt
import functools
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from report.fixtures import (
    CALM,
    TEXT,
    _with_outcome,
    judged_with_record,
    small_case,
    small_record,
)
from talion.judge.results import RunResult
from talion.judge.run import judge_case
from talion.model.case import parse_case
from talion.record.event import Conflict, Count, Evidence, Source
from talion.report.office.collect import build_dossier
from talion.report.office.dossier import (
    Dossier,
    FlipLine,
    LeadingSignLine,
    LinchpinLine,
    SignLine,
    dossier_text,
)

ARABIC = "كتائب حزب الله"
# What begins like a formula, as a record from the web may hold it.
FORMULAS = CALM | {
    "title": "=1+1",
    "guard": ARABIC,
    "attack": "@SUM(A1:A9)",
    "because": "-2+3",
    "gist": "+49 30 1234",
    "claim": "=HYPERLINK(0)",
    "place": "=cmd|' /C calc'!A0",
    "row_note": "\t=1+2",
    "source": ARABIC,
}


@dataclass(frozen=True)
class Made:
    """A run and the text of its results, as they would be written."""

    result: RunResult
    results: str
    dossier: Dossier

    def write(self, folder: Path) -> Path:
        """Write the run's two files that an export reads."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "results.json").write_text(self.results, encoding="utf-8")
        (folder / "dossier.json").write_text(dossier_text(self.dossier), encoding="utf-8")
        return folder

    def with_charts(self, *names: str) -> Made:
        """The same run with only these charts: drawing is what takes long."""
        kept = tuple(c for c in self.dossier.charts if c.id in names)
        return replace(self, dossier=self.dossier.model_copy(update={"charts": kept}))

    @property
    def numbers(self) -> dict[str, Any]:
        """The results as read back from their file."""
        found: dict[str, Any] = json.loads(self.results)
        return found


def made(result: RunResult) -> Made:
    """Return a run with its texts."""
    results = result.to_json() + "\n"
    return Made(result, results, build_dossier(result, results))


@functools.cache
def fitted() -> Made:
    """The small crisis with a made-up fit."""
    return made(judged_with_record())


@functools.cache
def awkward() -> Made:
    """The same without a fit, with texts that begin like formulas and Arabic names."""
    return made(
        judge_case(small_case(FORMULAS), draws=8, histories=4, seed=3, command="talion run x")
    )


def watched(dossier: Dossier) -> Dossier:
    """The dossier with a sign to watch, an assumption and a flip in its first judgment."""
    sign = {
        "title": "Attack", "sign": "over 12 listed in the next 30 days",
        "first_day": dt.date(2024, 6, 1), "last_day": dt.date(2024, 6, 30), "chance": 0.3,
        "tells": "10 %", "settles": False,
    }  # fmt: skip
    first = dossier.judgments[0].model_copy(
        update={
            "rests": (
                LinchpinLine(
                    reading="As written", says="the usual rate of Attack", link=None, share=0.5,
                    low=0.4, high=0.6, slices=(("lower third: under 8", "30 %"),),
                ),
            ),
            "flips": (
                FlipLine(reading="No view", says="It fails where L2 draws any.", mass=0.3,
                         probability=0.4, overall=0.9),
            ),
            "signs": (
                SignLine(reading="As written", now=0.62, seen=0.81, unseen=0.54, **sign),
                SignLine(reading="No view", now=0.5, seen=0.52, unseen=0.49, **sign),
            ),
            "signs_none": "",
        }
    )  # fmt: skip
    line = LeadingSignLine(
        judgments=("J1",), title="Attack", sign="over 12 are listed by 30 June 2024",
        would="raises J1 from 62 to 81 %", chance="30 %",
        text="Attack: if over 12 are listed by 30 June 2024, it raises J1 (chance to see that: 30 %).",
    )  # fmt: skip
    return dossier.model_copy(
        update={
            "judgments": (first, *dossier.judgments[1:]),
            "signs_lead": "From the model: what tells most.",
            "signs": (line,),
        }
    )


# --- a source that may not be passed on ------------------------------------------------------------

HIDDEN = {
    "title": "Ledger of a trader",
    "address": "https://ledger.example/private?id=7",
    "note": "bought under licence 4711",
    "place": "Karsh Hill depot",
    "row_note": "two trucks, plate 90-771",
    "gist": "the trader counts what passes",
    "total_note": "counted from the roof",
    "definition": "trucks stopped at the mill",
    "conflict": "the ledger disagrees on the hour",
    "case_title": "Conversation with a minister",
    "case_note": "spoken off the record",
    "case_gist": "the minister expects attacks",
}
"""Texts that rest on private sources; none may stand in any export that withholds."""
PRIVATE_ROWS = ("p1", "p2")


@functools.cache
def licensed() -> Made:
    """The small crisis with two rows, a total and an opinion that may not be passed on.

    Row p1 rests on the ledger alone; p2 on the open list too. J5 asks whether sources agree on p1.
    """
    record = small_record()
    ledger = Source(
        "ledger", HIDDEN["title"], "private", HIDDEN["address"], published=dt.date(2024, 1, 1),
        grade="A1", note=HIDDEN["note"], shared=False,
    )  # fmt: skip
    first = record.events[0]
    rows = [
        replace(
            first, id=name, start=day, end=day, published=day, place=HIDDEN["place"],
            note=HIDDEN["row_note"], sources=sources,
            evidence=(Evidence("ledger", 3, 9, HIDDEN["gist"]),),
        )
        for name, day, sources in (
            ("p1", dt.date(2024, 3, 3), ("ledger",)),
            ("p2", dt.date(2024, 4, 4), ("list", "ledger")),
        )
    ]  # fmt: skip
    disputed = Conflict("place", (("a", "list"), ("b", "ledger")), note=HIDDEN["conflict"])
    rows[1] = replace(rows[1], conflicts=(disputed,))
    total = Count(
        series="stopped", of="attack", speaker="Trader", definition=HIDDEN["definition"],
        since=dt.date(2024, 1, 1), on=dt.date(2024, 5, 1), published=dt.date(2024, 5, 2), total=12,
        source="ledger", note=HIDDEN["total_note"],
    )  # fmt: skip
    record = replace(
        record, sources=(*record.sources, ledger), events=(*record.events, *rows),
        counts=(*record.counts, total),
    )  # fmt: skip
    case = parse_case(_with_private_source(), "small", record)
    return made(judge_case(case, draws=8, histories=4, seed=3, command="talion run small"))


def _with_private_source() -> str:
    text = _with_outcome(TEXT.format(**CALM, sha256="0" * 64))
    text = text.replace(
        "sources:\n",
        f'sources:\n  talk: {{title: "{HIDDEN["case_title"]}", dated: 2024-05-30, grade: B3, shared: no, '
        f'note: "{HIDDEN["case_note"]}"}}\n',
        1,
    )
    pointer = f'{{source: talk, start: 5, end: 9, gist: "{HIDDEN["case_gist"]}"}}'
    return text + (
        f"  J5: {{claim: The sources agree on March, kind: history, evidence: [{pointer}, "
        "{rows: [p1, a1], gist: two rows}], holds_if: {sources_agree: [p1, p2]}, because: asked}\n"
    )


# --- looking into files ----------------------------------------------------------------------------


def parts(data: bytes) -> dict[str, bytes]:
    """Return every part of an office file by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def all_text(data: str | bytes) -> Iterator[str]:
    """Yield the text of a file: of each part of an office file, markup taken out; else as it is.

    A text cut into runs is whole again once tags are gone.
    """
    if isinstance(data, str):
        yield data
    elif data.startswith(b"PK"):
        for part in parts(data).values():
            yield from all_text(part)
    else:
        plain = data.decode("utf-8", errors="replace")
        yield plain
        yield re.sub(r"<[^>]*>", "", plain)
