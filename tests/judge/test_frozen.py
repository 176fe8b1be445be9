"""Freezing a run: what is in the file, what is refused, and that any alteration is named."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from judge.kept_runs import NOON, TESTS, case_text, kept
from talion.errors import InputError, TalionError
from talion.judge.frozen import file_name, freeze_run, read_forecast, short_hash, verify_forecast
from talion.judge.frozen_schema import FrozenForecast
from talion.judge.seal import file_text, sealed
from talion.record.writing import write_once


@pytest.fixture(scope="module")
def forecast() -> FrozenForecast:
    return freeze_run(kept(case_text()), NOON)


@pytest.fixture
def file(forecast: FrozenForecast, tmp_path: Path) -> Path:
    path = tmp_path / file_name(forecast)
    write_once(path, file_text(forecast.model_dump(mode="json")))
    return path


def document(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_the_file_reads_back_as_it_was_frozen(forecast: FrozenForecast, file: Path) -> None:
    verified = verify_forecast(file)
    assert verified.forecast == forecast
    assert verified.seal.intact
    assert verified.notes == ()
    assert read_forecast(file) == forecast
    assert verify_forecast(file, forecast.sha256[:8].upper()).seal.found == forecast.sha256


def test_its_name_has_case_day_and_short_hash(forecast: FrozenForecast) -> None:
    assert file_name(forecast) == f"forecast-crisis-2024-06-02-{forecast.sha256[:12]}.json"
    assert short_hash(forecast) == forecast.sha256[:12]


def test_the_day_of_freezing_and_the_cut_off_stand_apart(forecast: FrozenForecast) -> None:
    assert forecast.frozen_at == NOON
    assert forecast.as_of == dt.date(2024, 6, 1)
    east = dt.timezone(dt.timedelta(hours=14))
    elsewhere = freeze_run(kept(case_text()), NOON.astimezone(east))
    assert elsewhere == forecast  # one moment, wherever it is said


def test_every_number_is_the_runs(forecast: FrozenForecast) -> None:
    results = kept(case_text()).results
    assert set(forecast.judgments) == set(results.judgments)
    compared = 0
    for name, judged in results.judgments.items():
        frozen = forecast.judgments[name]
        assert (frozen.claim, frozen.word, frozen.label) == (
            judged.judgment.claim,
            judged.judgment.word,
            judged.label,
        )
        assert [t.id for t in frozen.tests] == [p.id for p in judged.parts]
        for test, part in zip(frozen.tests, judged.parts, strict=True):
            for reading, share in part.readings.items():
                found = test.probabilities[reading]
                assert found is not None
                assert share is not None
                assert found.model_dump(exclude={"words"}) == share.model_dump()
                compared += 1
            for reading, effect in part.effect.items():
                found_effect = test.effects[reading]
                assert found_effect is not None
                assert effect is not None
                assert found_effect.mean == effect.mean
    assert compared == 30
    receipt = results.receipt
    assert forecast.case.sha256 == receipt.case_hash
    assert forecast.record.sha256 == receipt.record_hash
    assert (forecast.run.seed, forecast.run.draws, forecast.run.histories) == (7, 60, 10)
    assert forecast.fit is None


def test_a_test_stands_in_words_and_as_the_case_has_it(forecast: FrozenForecast) -> None:
    (test,) = forecast.judgments["attacks"].tests
    assert test.text.startswith("Attack: at least 28, from 1 June 2024 to 30 August 2024")
    assert test.holds_if == {"count": "attack", "at_least": 28, "to": "horizon"}
    assert (test.start, test.end) == (dt.date(2024, 6, 1), dt.date(2024, 8, 30))
    assert (test.scored, test.why, test.ended) == ("yes", "", False)
    assert forecast.types["attack"].rows == {"action": ["attack"]}
    assert forecast.types["attack"].usual == [8, 10, 12]
    word = test.probabilities["as_written"]
    assert word is not None
    assert word.words


def test_what_a_score_is_conditional_on_is_in_it(forecast: FrozenForecast) -> None:
    (test,) = forecast.judgments["calm"].tests
    assert (test.scored, test.why) == ("if", "only if this comes about: Peace")
    assert forecast.worlds["peace"].does == {
        "title": "Peace",
        "from": "as_of",
        "do": [{"set": "war", "to": "ended"}],
    }
    (hot,) = forecast.judgments["heated"].tests
    assert hot.scored == "by hand"
    assert forecast.judgments["heated"].due == dt.date(2024, 9, 1)
    assert hot.numbers[0].subject == "push"
    assert set(forecast.types) == {"attack", "parade"}
    assert set(forecast.worlds) == {"peace"}  # no_strikes is compared, never scored


def test_what_cannot_be_scored_says_why(forecast: FrozenForecast) -> None:
    why = {name: [t.why for t in j.tests] for name, j in forecast.judgments.items()}
    assert why["demands"] == ["no row of a record would show “Demand”"]
    assert why["rests"] == ["a claim of kind cause is not settled by what happens next"]
    assert why["checked"] == ["it counts what the record holds already"]
    assert why["motive"] == []
    assert forecast.judgments["checked"].tests[0].outcome == "holds"


def test_after_the_days_have_passed_it_is_a_hindcast() -> None:
    run = kept(case_text())
    ends = dt.datetime(2024, 8, 30, 0, 0, tzinfo=dt.UTC)

    def ended(now: dt.datetime) -> bool:
        return freeze_run(run, now).judgments["attacks"].tests[0].ended

    assert not ended(ends - dt.timedelta(seconds=1))
    assert ended(ends)


def test_no_row_no_path_and_no_command_is_in_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for kept_out in ("attack-1", "strike-2", "command", str(file.parent), "judge_case("):
        assert kept_out not in text


def test_a_run_without_anything_to_score_is_refused_with_reasons() -> None:
    run = kept(case_text(names=("rests", "checked", "motive")))
    with pytest.raises(InputError, match="nothing in this run can be scored later") as caught:
        freeze_run(run, NOON)
    said = str(caught.value)
    assert "rests main: a claim of kind cause is not settled by what happens next" in said
    assert "checked main: it counts what the record holds already" in said
    assert "motive: it has no test" in said
    assert "add a judgment of kind forecast" in said


def test_a_cut_off_ahead_of_today_is_refused() -> None:
    with pytest.raises(InputError, match="lies ahead of today"):
        freeze_run(kept(case_text()), NOON - dt.timedelta(days=3))


def test_a_run_that_kept_no_case_is_refused() -> None:
    with pytest.raises(InputError, match="kept no copy of its case"):
        freeze_run(replace(kept(case_text()), case=None), NOON)


def test_a_test_that_no_history_can_answer_is_not_scored() -> None:
    run = kept(case_text())
    attacks = run.results.judgments["attacks"]
    part = attacks.parts[0].model_copy(update={"readings": {"as_written": None}})
    judgments = {**run.results.judgments, "attacks": attacks.model_copy(update={"parts": (part,)})}
    blank = replace(run, results=run.results.model_copy(update={"judgments": judgments}))
    (test,) = freeze_run(blank, NOON).judgments["attacks"].tests
    assert (test.scored, test.why) == ("no", "no simulated history can answer it")


# --- alterations ---------------------------------------------------------------------------------


def set_probability(found: dict[str, Any]) -> None:
    test = found["judgments"]["attacks"]["tests"][0]
    test["probabilities"]["as_written"]["probability"] = 0.123


def set_two(found: dict[str, Any]) -> None:
    found["as_of"] = "2024-01-01"
    found["judgments"]["calm"]["claim"] = "They never attacked"


ALTERATIONS: dict[str, tuple[Callable[[dict[str, Any]], object], list[str]]] = {
    "probability": (set_probability, ["judgments.attacks: altered"]),
    "date": (lambda d: d.update(frozen_at="2023-01-01T00:00:00Z"), ["frozen_at: altered"]),
    "seed": (lambda d: d["run"].update(seed=1), ["run: altered"]),
    "hash of the case": (lambda d: d["case"].update(sha256="0" * 64), ["case: altered"]),
    "two parts": (set_two, ["as_of: altered", "judgments.calm: altered"]),
    "a judgment gone": (lambda d: d["judgments"].pop("motive"), ["judgments.motive: taken out"]),
    "a judgment more": (lambda d: d["judgments"].update(J9={}), ["judgments.J9: added"]),
    "a key more": (lambda d: d.update(note="x"), ["note: added"]),
    "its own hash": (lambda d: d.update(sha256="0" * 64), ["sha256: altered since it was frozen: its own hashes"]),
    "a seal": (lambda d: d["seals"].update(run="0" * 64), ["run: altered"]),
}  # fmt: skip


@pytest.mark.parametrize("what", ALTERATIONS)
def test_an_alteration_is_found_and_its_part_named(file: Path, what: str) -> None:
    alter, named = ALTERATIONS[what]
    found = document(file)
    alter(found)
    other = file.with_name("other.json")
    other.write_text(file_text(found), encoding="utf-8")
    with pytest.raises(TalionError) as caught:
        verify_forecast(other)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(named)
    assert caught.value.exit_status == 2
    for part in named:
        assert any(line.startswith(f"{other}, {part}") for line in lines)
    with pytest.raises(TalionError):
        read_forecast(other)


def test_only_a_hash_from_elsewhere_shows_a_file_sealed_anew(
    forecast: FrozenForecast, file: Path
) -> None:
    found = document(file)
    set_probability(found)
    forged = file.with_name("forged.json")
    forged.write_text(file_text(sealed(found)), encoding="utf-8")
    assert verify_forecast(forged).seal.intact
    with pytest.raises(InputError, match="not the forecast expected"):
        verify_forecast(forged, forecast.sha256)
    renamed = file.with_name(file.name.replace("crisis", "crisis2"))
    renamed.write_text(file_text(sealed(found)), encoding="utf-8")
    assert verify_forecast(renamed).notes == (
        f"its name states another hash, {forecast.sha256[:12]}",
    )


def test_other_spaces_are_noted_and_are_no_alteration(file: Path) -> None:
    spaced = file.with_name("spaced.json")
    spaced.write_text(json.dumps(document(file), indent=5), encoding="utf-8")
    assert "other spaces or line breaks" in verify_forecast(spaced).notes[0]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not readable as JSON"),
        (b'{"talion_forecast": 1, "as_of": "2024', "not readable as JSON"),
        (b'{"talion_forecast": 1, "talion_forecast": 1}', "stands twice"),
        (b"\xff\xfe", "not readable as JSON"),
        (b"[1]", "not a forecast file of format 1"),
        (b'{"talion_forecast": 2}', "not a forecast file of format 1"),
        (b'{"talion_forecast": 1}', "added since it was frozen"),
    ],
)
def test_what_is_no_forecast_file_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    other = tmp_path / "other.json"
    other.write_bytes(content)
    with pytest.raises(TalionError, match=why):
        verify_forecast(other)
    with pytest.raises(InputError, match="cannot be read"):
        verify_forecast(tmp_path / "none.json")


def test_a_sealed_file_of_another_form_is_refused(file: Path) -> None:
    found = document(file)
    del found["run"]
    other = file.with_name("other.json")
    other.write_text(file_text(sealed(found)), encoding="utf-8")
    with pytest.raises(InputError, match="not of the form of a forecast file"):
        verify_forecast(other)


def test_too_short_a_hash_proves_nothing(forecast: FrozenForecast, file: Path) -> None:
    with pytest.raises(InputError, match="eight digits at least"):
        verify_forecast(file, forecast.sha256[:4])


def test_a_case_name_of_any_letters_gives_a_plain_file_name() -> None:
    run = kept(case_text(names=("attacks",), tests=TESTS))
    odd = replace(run, results=run.results.model_copy(update={"case": "../a b:*?/é"}))
    name = file_name(freeze_run(odd, NOON))
    assert name.startswith("forecast-a-b-é-2024-06-02-")
    assert "/" not in name
