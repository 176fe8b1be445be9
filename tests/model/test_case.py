"""Loading a case: what is refused, where the error points, what the remedy is."""

import datetime as dt

import jsonschema
import pytest

from model.small_case import SMALL
from talion.errors import CaseError, InputError, Problems
from talion.model.case import load_case, parse_case
from talion.model.classes import classes_of, series_classes
from talion.model.document import read_document
from talion.model.echo import consequences
from talion.model.schema import CaseDocument


def replaced(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new, 1)


def test_a_small_case_loads():
    case = parse_case(SMALL)
    assert case.as_of == dt.date(2024, 6, 1)
    assert [a.kind for a in case.arrows if a.link == "R4"] == ["event-factor", "factor-listing"]
    assert case.what_if_days()["ceasefire"] - case.as_of_day == 30
    assert case.start_day("replay") == case.what_if_day("replay") < case.as_of_day


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("by: south", "by: souht", "no such actor (got 'souht'); use one of: north, south"),
        ("usual: [8, 10, 12]", "usual: [12, 10, 8]", "low, likely, high must ascend"),
        ("usual: [8, 10, 12]", "usul: [8, 10, 12]", "did you mean `usual`?"),
        ("says: raid raises reply", "says: raid rises reply", "write `CAUSE raises EFFECT`"),
        (
            "says: reply raises raid",
            "says: reply raises riad",
            "no such event type or factor: riad",
        ),
        ("points: [2, 5, 10]", "times: [2, 5, 10]", "takes points, not times"),
        ("strength: moderate\n    fades", "strength: huge\n    fades", "weak"),
        ("set: war, to: ended", "set: war, to: over", "war has no such state (got 'over')"),
        ("origin: brief, because: anger", "origin: brief", "states its reason"),
        ("lethal: 'yes'}, to: paused", "leathal: 'yes'}, to: paused", "raid has no mark leathal"),
        ("under: ceasefire", "under: peace", "no such what-if (got 'peace')"),
        ("against: no_replies", "against: no_reply", "no such what-if (got 'no_reply')"),
        ("{count: demand, from", "{count: demands, from", "no such series (got 'demands')"),
        ("as_of: 2024-06-01", "as_of: someday", "date"),
        ("kind: conditional", "kind: hunch", "kind"),
        ("history_until: 2024-05-01,", "", "starts before the history ends"),
        ("issue: stay,", "issue: go,", "no such issue"),
        ("moved_by: {push:", "moved_by: {pull:", "no such factor (got 'pull')"),
        ("then: {to: none, after", "then: {to: nil, after", "no such state: nil"),
        ("{block: reply}]}\n  double", "{block: replys}]}\n  double", "no such event type"),
        ("indicators: [demand], rest", "rest", "indicators"),
        ("higher_by: 25 %", "", "higher_by"),
        ("says: calm lowers raid", "says: reply raises war", "switch"),
    ],
)
def test_mistakes_name_line_and_remedy(old, new, words):
    with pytest.raises(InputError) as caught:
        parse_case(replaced(old, new))
    text = str(caught.value)
    assert words in text
    assert all(line.startswith("case.yaml:") for line in text.splitlines())


def test_line_and_column_of_a_deep_mistake():
    line = next(i for i, x in enumerate(SMALL.splitlines(), 1) if "strength: moderate" in x)
    with pytest.raises(InputError) as caught:
        parse_case(replaced("fades: days", "fades: hours"))
    assert f"case.yaml:{line + 1}:12, links.A1.fades" in str(caught.value)


def test_all_mistakes_are_told_at_once():
    text = SMALL.replace("by: south", "by: souht").replace(
        "against: no_replies", "against: nothing"
    )
    with pytest.raises(Problems) as caught:
        parse_case(text)
    assert len(caught.value) == 3


def test_unknown_name_lists_what_there_is(tmp_path):
    with pytest.raises(CaseError, match="built-in cases"):
        load_case("bagdad")
    with pytest.raises(CaseError, match="no such file"):
        load_case(tmp_path / "case.yaml")


def test_classes_and_series():
    document = parse_case(SMALL).document
    labels = [c.label for c in classes_of(document)]
    assert labels[:2] == ["raid[place=east,lethal=yes]", "raid[place=east,lethal=no]"]
    assert series_classes(document, "acts") == (0, 1, 2, 3, 4)
    assert series_classes(document, "raid[lethal=yes]") == (0, 2)


def test_every_arrow_is_echoed_with_a_consequence():
    case = parse_case(SMALL)
    found = consequences(case)
    assert len(found) == len(case.arrows)
    share = next(c for c in found if c.link == "A1")
    # 20 % of two replies a month over ten raids a month.
    assert "one event draws 0.04 (0.02 to 0.07)" in share.means


@pytest.fixture(scope="module")
def schema():
    return CaseDocument.model_json_schema(by_alias=True)


def test_the_published_schema_accepts_what_loads(schema):
    jsonschema.Draft202012Validator.check_schema(schema)
    built_in = load_case("baghdad-2024")
    for text in (SMALL, built_in.path.read_text(encoding="utf-8")):
        jsonschema.validate(read_document(text, "x").data, schema)


def test_the_published_schema_refuses_what_does_not_load(schema):
    for old, new in (("usual: 2", "usal: 2"), ("origin: brief", "origin: rumour")):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(read_document(replaced(old, new), "x").data, schema)
