"""Sealing: whatever is altered is found, and found where it is."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from talion.judge.seal import canonical, check_seal, file_text, parse, sealed

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False, allow_infinity=False)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
KEYS = st.sampled_from(["as_of", "case", "run", "fit", "types"])
DOCUMENTS = st.builds(
    lambda rest, judgments: {**rest, "judgments": judgments},
    st.dictionaries(KEYS, VALUES, min_size=1),
    st.dictionaries(st.sampled_from(["J1", "J2", "J3"]), VALUES, min_size=1),
)


@given(DOCUMENTS)
def test_what_is_sealed_is_intact_and_stays_so_through_its_file(document: dict[str, Any]) -> None:
    whole = sealed(document)
    assert check_seal(whole).intact
    again = parse(file_text(whole))
    assert isinstance(again, dict)
    assert again == whole
    assert check_seal(again).intact
    assert check_seal(json.loads(json.dumps(whole, indent=7))).intact  # spaces are no content
    assert sealed(again) == whole


@given(DOCUMENTS, VALUES, st.data())
def test_an_altered_section_is_named(
    document: dict[str, Any], other: Any, data: st.DataObject
) -> None:
    whole = sealed(document)
    changed = copy.deepcopy(whole)
    section = data.draw(st.sampled_from(sorted(whole["seals"])))
    holder, key = (changed["judgments"], section.partition(".")[2]) if "." in section else (changed, section)  # fmt: skip
    assume(canonical(holder[key]) != canonical(other))
    holder[key] = other
    found = check_seal(changed)
    assert not found.intact
    assert found.altered == (section,)
    assert (found.added, found.gone) == ((), ())


@given(DOCUMENTS)
def test_sections_added_taken_out_and_hashes_altered_are_found(document: dict[str, Any]) -> None:
    whole = sealed(document)
    added = {**whole, "extra": 1}
    assert check_seal(added).added == ("extra",)
    name = next(iter(document["judgments"]))
    fewer = copy.deepcopy(whole)
    del fewer["judgments"][name]
    assert check_seal(fewer).gone == (f"judgments.{name}",)
    other = {**whole, "sha256": "0" * 64}
    assert not check_seal(other).intact
    assert check_seal(other).altered == ()
    seals = {**whole, "seals": {**whole["seals"], "judgments.J9": "0" * 64}}
    assert check_seal(seals).gone == ("judgments.J9",)
    assert not check_seal({**whole, "seals": "none"}).intact


def test_resealing_after_an_alteration_gives_another_hash() -> None:
    """A seal cannot show who made it; only a hash kept elsewhere can."""
    whole = sealed({"as_of": "2024-06-01", "judgments": {"J1": 0.9}})
    forged = sealed({**whole, "judgments": {"J1": 0.1}})
    assert check_seal(forged).intact
    assert forged["sha256"] != whole["sha256"]


def test_canonical_json_is_the_same_on_any_machine() -> None:
    value = {"z": 0.1, "a": [1, 1.0, -0.0, 1e21, 5e-324], "é": "حماس", "n": None}
    assert canonical(value) == '{"a":[1,1.0,-0.0,1e+21,5e-324],"n":null,"z":0.1,"é":"حماس"}'
    assert (
        sealed({"a": value, "judgments": {}})["sha256"]
        == (sealed({"judgments": {}, "a": dict(reversed(value.items()))})["sha256"])
    )
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1, "a": 2}', "stands twice"),
        ('{"a": {"b": 1, "b": 1}}', "stands twice"),
        ('{"a": NaN}', "no number of JSON"),
        ('{"a": -Infinity}', "no number of JSON"),
        ('{"a": 1', "Expecting"),
        ("[" * 100_000, "nested too deeply|Expecting"),
    ],
)
def test_what_no_forecast_may_hold_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(text)
