"""The reference page of the case format: each key of the schema, in the schema's order.

Meanings stand here, keys and defaults are taken from the models: a key without a meaning, or a
meaning without its key, stops the build.
"""

from __future__ import annotations

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from talion.model import schema
from talion.model.strength import FADES, WORDS

__all__ = ["case_format_page"]

INTRODUCTION = """# The case file

One YAML file, `case.yaml`, beside the [tables of its record](record.md). Start from
`talion new NAME`, check with `talion check FILE`. Editors complete and check it with
[the JSON Schema](case.schema.json), which `talion schema` prints.

- **YAML 1.2**, UTF-8, at most 2 MB, no anchors, tags or merge keys. `on`, `off`, `yes`, `no` and dates
  are plain words. A key twice, an unknown key, NaN or nesting deeper than 32 are errors.
- **Prior**: one number (fixed), or `[low, likely, high]`, its 1-in-10, middle and 9-in-10 quantiles.
- **Duration**: `30 days`, `6 weeks`, `6 months`, `1 year`, or a number of days.
- **One or more**: a value, a list of values, or `none`.
- Rates are events per month (30.4375 days), shares and chances are per cent, half-lives are days.

Keys in bold are needed.
"""

WHOLE: dict[str, str] = {
    "talion": "version of the format: 1",
    "title": "what the case is about",
    "as_of": "cut-off date; nothing published later enters any number",
    "as_of_note": "how that date is known",
    "horizon": "one or more durations: how far ahead judgments look unless they say otherwise",
    "lexicon": "what words of likelihood mean: a name listed under [words](words.md)",
    "record": "folder of the [record's tables](record.md), relative to this file",
    "history_from": "from here on the record is the past of the simulation",
    "sources": "texts that evidence points into: id, then [SourceEntry](#sourceentry)",
    "actors": "id, then [ActorEntry](#actorentry)",
    "events": "event types of the process: id, then [EventType](#eventtype)",
    "series": "named sums: id, then one or more event types, also `attack[place=iraq]`",
    "factors": "slow states: id, then [Factor](#factor)",
    "links": "what drives what: id, then [Link](#link)",
    "issues": "questions on which actors differ: id, then [Issue](#issue)",
    "decisions": "what may be settled: id, then [Decision](#decision)",
    "what_ifs": "worlds to compare with the baseline: id, then [WhatIf](#whatif)",
    "counterfactuals": "histories of the observed window to be told with a fit: id, then "
    "[Counterfactual](#counterfactual)",
    "rivals": "list of [Rival](#rival): links to be fitted with and without another explanation",
    "hypotheses": "rival explanations to be compared: id, then [Hypothesis](#hypothesis)",
    "episodes": "dated days left out of that comparison in turn: id, then [Episode](#episode)",
    "judgments": "claims and their tests: id, then [Judgment](#judgment)",
    "notes": "one or more remarks for readers of the file",
    "leads": "one or more things still to find out; printed in the report",
    "word_strengths": "other numbers for [words of strength](#words-of-strength), per form and word",
}
BECAUSE = {
    "because": "the reason, in our words",
    "evidence": "one or more [CaseEvidence](#caseevidence)",
}
MEANINGS: dict[str, dict[str, str]] = {
    "CaseDocument": WHOLE,
    "SourceEntry": {
        "file": "name of the text; beside the case file, `talion check` looks up what evidence cites; `talion run --text ID=FILE` shows its lines",
        "title": "what it is",
        "sha256": "hash of its bytes; another text is refused",
        "dated": "date it carries",
        "published": "date it could first be read",
        "grade": "Admiralty grade A1 to F6",
        "note": "our remarks",
        "shared": "`no`: its rows and texts are not passed on by "
        "[`talion export --no-rows`](../how-to/export.md)",
    },
    "CaseEvidence": {
        "source": "id of a source of the case or the record",
        "start": "first character, from 0",
        "end": "character after the last",
        "quote": "quoted words, instead of offsets",
        "date": "date of rows, instead of offsets",
        "rows": "one or more ids of recorded events",
        "gist": "what it says, in our words",
    },
    "ActorEntry": {
        "name": "as printed; `us: United States` is short for an actor with a name alone",
        "kind": "state, military, armed group and the like",
        "part_of": "one or more actors; its acts are acts of those too",
        "tie": "looser ties, in words",
        "where": "one or more places in the brief, by our own numbering",
        "note": "our remarks",
        "evidence": BECAUSE["evidence"],
    },
    "EventType": {
        "title": "as printed",
        "by": "one or more actors who do it",
        "against": "one or more actors it is done to",
        "rows": "which recorded events are of this type: action, initiator, target, country, each one "
        "or more; an omitted key accepts all",
        "usual": "prior: events per month while factors stand as in `usual_when`",
        "usual_when": "factor: state",
        "marks": "mark, then value: share in per cent (a prior); shares are made to sum to 100",
        "row_marks": "mark: `country` or `deaths`, how a recorded row gets its value",
        "listing": "[Listing](#listing): not every event gets listed",
        "totals": "series of totals that the list is completed from",
        "group": "column of the diagram",
        **BECAUSE,
    },
    "Listing": {
        "share": "prior: per cent of true events that get listed",
        "raised_by": "factor that raises the share",
    },
    "Factor": {
        "kind": "`observed` (dated values), `measured` (event types indicate it), `imagined` (no data; "
        "every page says so) or `latent` (common noise)",
        "title": "as printed",
        "states": "makes it a switch: state, then dose (a prior from 0 to 1)",
        "values": "date: state, of a switch",
        "then": "state that holds after the last value, or [AfterState](#afterstate)",
        "set_by": "list of [SetBy](#setby): events that turn the switch",
        "indicators": "one or more event types that show a measured factor",
        "unit": "of a level, as printed",
        "range": "lowest and highest value of a level",
        "rest": "makes it a level: prior of where it settles in usual times",
        "half_life": "prior: days in which half of the way back to rest is gone",
        "noise": "prior: standard deviation around rest, in the level's unit",
        "sd": "makes it latent: prior of its standard deviation, log scale",
        "group": "column of the diagram",
        **BECAUSE,
    },
    "AfterState": {"to": "state", "after": "prior: half-life in days until then"},
    "SetBy": {
        "event": "event type",
        "when": "mark: value, only such events",
        "to": "state it turns to",
        "chance": "prior: per cent of such events that turn it",
        "lasts": "prior: half-life in days until it turns on; needs `then`",
        "then": "state it turns to after that",
    },
    "Link": {
        "says": "one or more of `CAUSE raises EFFECT`, `CAUSE lowers EFFECT`; ids of event types "
        "(also `attack[place=iraq]`) or factors",
        "when": "mark: value, only such cause events",
        "more_when": "mark: value and `times:` a prior, so many times as strong for such cause events",
        "strength": "weak, moderate or strong; see [below](#words-of-strength)",
        "share": "prior: per cent of effect events that answer the cause, or that it prevents",
        "extra": "prior: effect events drawn or prevented by one cause event `within` a duration",
        "within": "duration that `extra` speaks of",
        "times": "prior: factor by which a rate (or weight of a mark) is multiplied",
        "per": "points of a level that `times` speaks of; 50 unless said",
        "points": "prior: by how much one event moves a level",
        "per_100": "prior: by how much 100 points of one level move where another settles",
        "fades": "tempo of answers between events: "
        + ", ".join(f"{k} ({v:g})" for k, v in FADES.items()),
        "saturates": "0 to 1: how far one event brings a suppression to its full strength",
        "origin": "who says so: brief, record or analyst; `nobody` where the direction is not known: the "
        "link then acts under no view alone",
        "held_by": "actor or author who believes it",
        "contested": "who says otherwise; the opponent's reading turns it round",
        "tempo": "remark on tempo",
        "title": "as printed",
        **BECAUSE,
    },
    "Issue": {
        "title": "as printed",
        "scale": "number from 0 to 100: what it stands for",
        "positions": "actor, then [Position](#position)",
        **BECAUSE,
    },
    "Position": {
        "at": "prior: where it stands, 0 to 100",
        "power": "prior: what it can do, 0 to 100",
        "salience": "prior: how much it cares, 0 to 100",
        "moved_by": "factor: points by which 100 points of it move the position (a prior)",
        "salience_moved_by": "factor: points by which 100 points of it move the salience (a prior)",
        **BECAUSE,
    },
    "Decision": {
        "title": "as printed",
        "issue": "the issue settled",
        "called_by": "list of [Call](#call)",
        "needs": "factor: state without which nothing is settled (at most one)",
        "models": "by what the outcome is found, model: weight; or `mixed`. "
        "`weighted_mean` (the default), `weighted_median`, `election`, `spatial`, `challenge`, `exchange`",
        "trades_with": "other issues against which votes are exchanged; needed by `exchange`",
        "largest_concession": "prior: points by which an actor gives way at most in one session",
        "needs_consent": "[Consent](#consent): whose consent a low outcome needs",
        "error": "prior: standard deviation of the outcome around what the models say, points",
        "writes": "level that receives the outcome",
        "agreed_at_most": "prior: an outcome at or below it is an agreement",
        "sets": "[SetsSwitch](#setsswitch): what an agreement turns",
        "executes": "[Executes](#executes): how an agreement becomes fact",
        **BECAUSE,
    },
    "Call": {
        "event": "event type",
        "when": "mark: value, only such events",
        "chance": "prior: per cent of such events that settle it",
        "binds": "`no`: its outcome is written, but neither sets nor executes, and needs no consent",
    },
    "Consent": {
        "of": "actors with a position on the issue",
        "below": "prior: outcomes under this need their consent",
        "within": "prior: each consents down to so many points below its own position",
        "otherwise": "`open`: nothing is settled by that call; `held`: the outcome is `below`",
    },
    "SetsSwitch": {"factor": "switch", "to": "state"},
    "Executes": {
        "factor": "level that execution moves",
        "outcome_to_level": "outcome: level it leads to; in between on a straight line",
        "lag": "prior: half-life in days of getting there",
        "reversal": "prior: per cent of agreements that are never carried out",
    },
    "WhatIf": {
        "title": "as printed",
        "from": "date from which it acts, or `as_of`",
        "history_until": "makes it a replay: the record enters only up to this date",
        "do": "list of [Operation](#operation); a single one may stand without `do`",
        "because": BECAUSE["because"],
        "note": "remark",
    },
    "Operation": {
        "set": "switch to set `to` a state; later events may turn it again",
        "pin": "factor to hold at `to`, a state or number",
        "shift": "level to move once, `by` points",
        "scale": "event type or link whose rate or strength is multiplied `by` a number",
        "block": "event type that does not happen any more",
        "unblock": "event type that may happen again",
        "add": "event type of which one event is added, with `marks`",
        "to": "state or number",
        "by": "number",
        "marks": "mark: value, of an added event",
        "for": "duration after which it is undone",
        "at": "date, `as_of`, or `+ N days` after the what-if begins",
    },
    "Counterfactual": {
        "title": "as printed",
        "remove": "one or more ids of recorded events of the window, counted by some event type",
        "because": "why these",
    },
    "Rival": {
        "links": "one or more links, shown with and without the rival",
        "without": "one or more links left out of a further fit, named `without_` and their ids",
        "because": "why they rival each other",
    },
    "Hypothesis": {
        "title": "as printed",
        "says": "the explanation, in our words",
        "keeps": "one or more links that act beside those of the baseline `no_interaction`; see "
        "[why](../why/hypotheses.md)",
        "without": "instead of `keeps`: one or more links that do not act, where all others do",
        "held": "switch: state it is held at throughout the window",
        "predicts": "one or more things that it leads one to expect, in our words",
        "evidence": "what speaks for it: one or more [CaseEvidence](#caseevidence)",
        "because": BECAUSE["because"],
    },
    "Episode": {
        "title": "as printed",
        "from": "first day",
        "to": "last day",
        "because": BECAUSE["because"],
    },
    "Judgment": {
        "claim": "the claim, in our words",
        "where": "one or more places in the brief, by our own numbering",
        "evidence": "where it is said: one or more [CaseEvidence](#caseevidence)",
        "held_by": "who holds it",
        "kind": "history, cause, forecast, conditional, motive or preference",
        "word": "the author's word of likelihood, or `unhedged`; see [words](words.md)",
        "testable": "now, later (with `due`) or never",
        "due": "date at which it can be tested",
        "under": "what-if in which its tests are asked",
        "horizons": "durations, instead of the case's own",
        "holds_if": "the test whose label is printed ([test language](test-language.md)), or none",
        "also": "id, then [FurtherTest](#furthertest)",
        "evidence_for": "one or more [CaseEvidence](#caseevidence)",
        "evidence_against": "one or more [CaseEvidence](#caseevidence)",
        "shows": "`issue:` an issue whose positions are printed with it",
        "because": "how we read the claim",
        "watch": "one or more things to watch",
    },
    "FurtherTest": {
        "title": "as printed",
        "holds_if": "a test",
        "under": "what-if, instead of the judgment's",
        "horizons": "durations, instead of the judgment's",
    },
}


def case_format_page() -> str:
    """Return the page.

    Raises:
        ValueError: keys and meanings do not match.
    """
    parts = [INTRODUCTION]
    for name, meanings in MEANINGS.items():
        model: type[BaseModel] = getattr(schema, name)
        fields = {info.alias or key: info for key, info in model.model_fields.items()}
        if set(fields) != set(meanings):
            raise ValueError(
                f"{name}: meanings and keys differ: {sorted(set(fields) ^ set(meanings))}"
            )
        title = "The whole" if name == "CaseDocument" else name
        about = " ".join((model.__doc__ or "").split())
        rows = "\n".join(_row(key, info, meanings[key]) for key, info in fields.items())
        parts.append(
            f"\n## {title}\n\n{about}\n\n| key | meaning | default |\n|---|---|---|\n{rows}\n"
        )
    return "".join([*parts, _strengths()])


def _row(key: str, info: FieldInfo, meaning: str) -> str:
    if info.is_required():
        return f"| **{key}** | {meaning} | |"
    return f"| {key} | {meaning} | {_default(info.get_default(call_default_factory=True))} |"


def _default(value: object) -> str:
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, tuple):
        low = value[0]
        same = all(item == low for item in value)
        return f"{low:g}" if same else ", ".join(f"{item:g}" for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _strengths() -> str:
    forms = {
        "share": "event to event: per cent of effect events",
        "times": "factor to rate: multiplier",
        "points": "event to level: points",
        "per_100": "level to level: points per 100",
    }
    words = ("weak", "moderate", "strong")
    lines = [
        (
            "\n## Words of strength\n\nA convention of this project, printed back as consequences by "
            "`talion show`; low / likely / high.\n"
        ),
        "| | " + " | ".join(forms.values()) + " |",
        "|---|" + "---|" * len(forms),
    ]
    for word in words:
        cells = (" / ".join(f"{n:g}" for n in WORDS[form][word]) for form in forms)
        lines.append(f"| {word} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
