"""Answers kept: in the case and beside it, whole or not at all, resumed and never lost."""

from __future__ import annotations

import datetime as dt
import difflib
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from read.questions.test_case_text import inserted
from read.questions.two_banks import TEXT, faults, opened
from talion.errors import CaseError, InputError, OutputError, TalionError
from talion.judge.checks import check_case
from talion.model.case import load_case, parse_case
from talion.read.questions import session as session_module
from talion.read.questions.answers import (
    AnswerSheet,
    Numbers,
    judgment_of,
    parse_answer,
    read_answers,
)
from talion.read.questions.question import questions_on
from talion.read.questions.session import Session, answers_path, begin

GIVEN = {
    "usual.raid": [4, 5, 6.5],
    "answers.raid.strike": {"value": [2, 4, 6], "because": "they said so"},
    "fades.raid.strike": "days",
    "extra.strike.raid": "don't know",
    "pressure": {"name": "War"},
    "after.raid": [1, 2, 4],
}


def keep(session: Session, question: str, said: Any) -> Session:
    return session.keep(session.preview(session.question(question), parse_answer(question, said)))


def test_questions_are_five_to_ten_and_say_what_the_case_says(tmp_path: Path) -> None:
    session = opened(tmp_path)
    questions = session.questions
    assert 5 <= len(questions) <= 10
    assert len({q.id for q in questions}) == len(questions)
    assert all(q.text and q.takes and q.unknown for q in questions)
    assert "8 / 10 / 12 a month" in questions[0].now
    for question in questions:
        if question.kind != "judgments":  # the example is an answer
            assert parse_answer(question.id, question.example) is not None
        else:
            assert judgment_of(question.example)


def test_a_case_of_one_event_type_is_asked_about_itself(tmp_path: Path) -> None:
    text = TEXT.replace(
        "  strike: {title: Strike, by: army, against: guard, usual: [3, 4, 5]}   # flow, with a comment\n",
        "",
    )
    session = opened(tmp_path, text)
    assert [q.id for q in session.questions][:3] == [
        "usual.raid",
        "extra.raid.raid",
        "fades.raid.raid",
    ]
    made = keep(session, "extra.raid.raid", [0.1, 0.3, 0.5])
    assert made.case.links["L1"].says == ("raid raises raid",)


def test_each_answer_is_on_disk_before_the_next(tmp_path: Path) -> None:
    session = opened(tmp_path)
    for number, (question, said) in enumerate(GIVEN.items(), 1):
        session = keep(session, question, said)
        kept = read_answers(answers_path(session.path))
        assert len(kept.answers) == number
        assert kept.pending == ()
        assert kept == session.sheet
        assert session.path.read_bytes().decode() == session.text.text
        assert check_case(load_case(session.path))[0] == ()


def test_the_rest_of_the_file_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    windows = TEXT.replace("\n", "\r\n")
    session = opened(tmp_path, windows)
    for question, said in GIVEN.items():
        if question != "usual.raid":  # which changes a number; the others add
            session = keep(session, question, said)
    written = session.path.read_bytes().decode()
    old, new = windows.splitlines(), written.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    gone = [n for tag, i, j, _, _ in matcher.get_opcodes() if tag != "equal" for n in old[i:j]]
    # Only what said that a part is empty had to go; the comment beside it is still there.
    assert [line.split("{}")[0] for line in gone] == ["factors: ", "links: ", "what_ifs: "]
    assert "# none yet" in written
    assert "\n" not in written.replace("\r\n", "")


def test_added_entries_change_nothing_else(tmp_path: Path) -> None:
    session = keep(opened(tmp_path), "answers.raid.strike", [2, 4, 6])
    before = session.path.read_text(encoding="utf-8")
    after = keep(session, "extra.strike.raid", [0, 0.1, 0.3]).path.read_text(encoding="utf-8")
    assert inserted(before, after).startswith("  L2:")


def test_going_on_finds_what_was_answered(tmp_path: Path) -> None:
    session = keep(keep(opened(tmp_path), "usual.raid", 5), "extra.strike.raid", "don't know")
    again = begin(str(session.path), faults)
    assert again == session
    assert "usual.raid" not in {q.id for q in again.open}
    assert "answers.raid.strike" in {q.id for q in again.open}


@pytest.mark.parametrize("stop_before", [1, 2, 3])
def test_stopped_between_any_two_writes_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_before: int
) -> None:
    """The process ends before its first, second or third write of an answer."""
    session = keep(opened(tmp_path), "usual.raid", 5)
    real, calls = session_module.write_files, [0]

    def write(folder: Path, texts: dict[str, str]) -> None:
        calls[0] += 1
        if calls[0] >= stop_before:
            raise KeyboardInterrupt
        real(folder, texts)

    monkeypatch.setattr(session_module, "write_files", write)
    with pytest.raises(KeyboardInterrupt):
        keep(session, "answers.raid.strike", [2, 4, 6])
    monkeypatch.undo()
    assert check_case(load_case(session.path))[0] == ()
    again = begin(str(session.path), faults)
    answered = "answers.raid.strike" in again.sheet.answers
    assert answered is (stop_before > 1)
    assert ("L1" in again.case.links) is answered
    assert again.sheet.pending == ()
    assert len(again.case.links) <= 1


def test_a_file_changed_by_another_hand_is_left_alone(tmp_path: Path) -> None:
    session = opened(tmp_path)
    theirs = TEXT.replace("Two banks. ", "Two banks, edited. ")
    session.path.write_text(theirs, encoding="utf-8")
    with pytest.raises(CaseError, match="changed by another hand"):
        keep(session, "usual.raid", 5)
    assert session.path.read_text(encoding="utf-8") == theirs
    assert not answers_path(session.path).exists()


def test_two_sessions_at_once_do_not_lose_each_others_answers(tmp_path: Path) -> None:
    first = opened(tmp_path)
    second = begin(str(first.path), faults)
    keep(first, "usual.strike", "don't know")  # it changes the answers alone, and not the case
    for question, said in (("usual.raid", 5), ("usual.raid", "don't know")):
        with pytest.raises(CaseError, match=r"answers\.yaml: .*changed by another hand"):
            keep(second, question, said)
    resumed = begin(str(first.path), faults)
    assert set(resumed.sheet.answers) == {"usual.strike"}
    assert set(keep(resumed, "usual.raid", 5).sheet.answers) == {"usual.strike", "usual.raid"}


def test_what_the_record_lists_is_counted_within_its_period(tmp_path: Path) -> None:
    from judge.crisis import TEXT as CRISIS
    from judge.crisis import small_record

    record = small_record()
    first = dt.date(2024, 4, 1)
    later = replace(record, period=(first, record.period[1]))
    case = parse_case(CRISIS.replace("judgments:\n", ""), "crisis", later)
    question = questions_on(case, ("attack",), AnswerSheet())[0]
    inside = sum(e.attacks for e in record.events if e.action == "attack" and e.start >= first)
    days = (record.period[1] - first).days + 1
    assert 0 < inside < sum(e.attacks for e in record.events if e.action == "attack")
    assert f"the record lists {inside} in {days} days" in question.now


def test_a_full_disk_leaves_the_old_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = opened(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        keep(session, "usual.raid", 5)
    assert session.path.read_text(encoding="utf-8") == TEXT
    assert {p.name for p in tmp_path.iterdir()} == {"case.yaml"}


def test_a_disk_that_only_reads_is_told_with_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(tmp_path)

    def only_reads(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    opens = Path.open

    def opens_to_read(path: Path, mode: str = "r", *more: Any, **most: Any) -> Any:
        return only_reads() if "w" in mode else opens(path, mode, *more, **most)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", opens_to_read)
        patch.setattr(Path, "unlink", only_reads)  # nor is anything let go of
        with pytest.raises(OutputError, match="Read-only file system") as caught:
            keep(session, "usual.raid", 5)
    assert caught.value.place == str(tmp_path)
    assert "the old files are unchanged" in str(caught.value)


def test_permissions_stay(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.path.chmod(0o640)
    keep(session, "usual.raid", 5)
    assert session.path.stat().st_mode & 0o777 == 0o640


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real = opened(tmp_path / "real").path
    link = tmp_path / "case.yaml"
    link.symlink_to(real)
    session = begin(str(link), faults)
    keep(session, "usual.raid", 5)
    assert link.is_symlink()
    assert "usual: 5" in real.read_text(encoding="utf-8")


def test_another_name_keeps_its_answers_under_its_own(tmp_path: Path) -> None:
    session = keep(opened(tmp_path, name="banks.yaml"), "usual.raid", 5)
    assert answers_path(session.path).name == "banks.answers.yaml"
    assert answers_path(session.path).exists()


@pytest.mark.parametrize("name", ["baghdad-2024", "starter"])
def test_a_built_in_case_is_not_changed(name: str) -> None:
    with pytest.raises(InputError, match="a built-in case is not changed"):
        begin(name, faults)


def test_a_case_with_faults_is_not_asked_about(tmp_path: Path) -> None:
    links = "links: {X: {says: raid raises raid, share: 120, origin: brief, because: x}}"
    with pytest.raises(TalionError, match="links claim 120 %"):
        opened(tmp_path, TEXT.replace("links: {}", links))


# --- many at once --------------------------------------------------------------------------------


def whole(extra: dict[str, Any] | None = None) -> AnswerSheet:
    told = {**GIVEN, **(extra or {})}
    return AnswerSheet(
        answers={k: parse_answer(k, v) for k, v in told.items()},
        judgments=(judgment_of({"template": "goes_on", "effect": "raid"}),),
    )


def test_answers_from_a_file_are_the_same_as_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = opened(tmp_path / "a")
    for question, said in GIVEN.items():
        one = keep(one, question, said)
    one = one.keep(one.preview_judgment(whole().judgments[0]))
    session = opened(tmp_path / "b")
    all_at_once = session.keep_all(session.planned(whole()))
    assert all_at_once.text == one.text
    again = begin(str(all_at_once.path), faults)
    assert again.keep_all(again.planned(whole())).text == one.text  # twice is once


def test_one_wrong_answer_and_nothing_is_written(tmp_path: Path) -> None:
    session = opened(tmp_path)
    with pytest.raises(InputError, match=r"after\.raid: a rate below nothing"):
        session.planned(whole({"after.raid": [-3, -2, -1]}))
    with pytest.raises(InputError, match=r"usual\.mood: no such question on this case"):
        session.planned(whole({"usual.mood": 3}))
    with pytest.raises(InputError, match=r"extra\.strike\.raid: .*cannot go into the case.*breed"):
        session.planned(whole({"extra.strike.raid": [50, 60, 70]}))
    assert session.path.read_text(encoding="utf-8") == TEXT
    assert not answers_path(session.path).exists()


def test_answers_about_other_types_keep_their_meaning(tmp_path: Path) -> None:
    session = opened(tmp_path).on(("strike", "raid"))
    assert next(q.id for q in session.questions) == "usual.strike"
    made = keep(session, "answers.strike.raid", 2)
    assert made.case.links["L1"].says == ("strike raises raid",)
    with pytest.raises(CaseError, match="no such event type"):
        session.on(("mood",))
    with pytest.raises(CaseError, match="not one or two"):
        session.on(("raid", "raid"))


# --- any sequence --------------------------------------------------------------------------------

NUMBERS = st.lists(st.sampled_from([0, 0.05, 0.2, 0.5, 1, 2, 3, 5, 8]), min_size=3, max_size=3)
ASCENDING = NUMBERS.map(sorted)
SIGNED = st.lists(st.sampled_from([-3, -1, -0.4, 0, 0.1, 0.5, 2]), min_size=3, max_size=3).map(
    sorted
)
UNKNOWN = st.just("don't know")
REASON = st.dictionaries(
    st.sampled_from(["because"]),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=15),
)


def reasoned(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    told = st.builds(lambda value, why: {"value": value, **why}, values, REASON)
    return UNKNOWN | values | told


STEPS = st.one_of(
    st.tuples(st.sampled_from(["usual.raid", "usual.strike"]), reasoned(ASCENDING)),
    st.tuples(st.sampled_from(["answers.raid.strike", "answers.strike.raid"]), reasoned(ASCENDING)),
    st.tuples(
        st.sampled_from(["extra.strike.raid", "extra.raid.strike", "extra.raid.raid"]),
        reasoned(SIGNED),
    ),
    st.tuples(
        st.sampled_from(["fades.raid.strike", "fades.strike.raid"]),
        UNKNOWN | st.sampled_from(["days", "lasting", 3, "40 days"]),
    ),
    st.tuples(
        st.just("pressure"),
        UNKNOWN
        | st.just("nothing")
        | st.builds(
            lambda name, on: {"name": name, "going_on": on},
            st.sampled_from(["War", "Krieg: Fluß", "حرب", "#1"]),
            st.booleans(),
        ),
    ),
    st.tuples(st.just("after.raid"), reasoned(ASCENDING)),
    st.tuples(
        st.just("judgments"),
        st.fixed_dictionaries(
            {
                "template": st.sampled_from(
                    ["goes_on", "at_most", "holds_down", "raises", "by_date"]
                ),
                "effect": st.sampled_from(["raid", "strike"]),
                "at_least": st.sampled_from([None, 2, "0.5 x usual"]),
            }
        ),
    ),
)


def judgment_from(said: dict[str, Any]) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if said["template"] != "goes_on":
        said = {key: value for key, value in said.items() if key != "at_least"}
    if said["template"] in ("holds_down", "raises"):
        more["cause"] = "strike" if said["effect"] == "raid" else "raid"
    if said["template"] == "at_most":
        more["at_most"] = 7
    if said["template"] == "by_date":
        more["by"] = "2024-08-01"
    return {**said, **more}


EMPTY = ("factors: {}", "links: {}", "what_ifs: {}")
STYLES: dict[str, str] = {
    "as is": TEXT,
    "crlf": TEXT.replace("\n", "\r\n"),
    "parts without anything": TEXT.replace(": {}", ":"),
    "parts left out": "".join(
        line for line in TEXT.splitlines(keepends=True) if not line.startswith(EMPTY)
    ).split("judgments:")[0],
    "other letters": TEXT.replace("title: Raid", "title: 'غارة: #1 “ليلا”'"),
}


def kept_in_order(before: str, after: str) -> bool:
    """Whether all lines but those that an answer may change are there still, in their order."""
    left = iter(after.split("\n"))
    may_change = (
        "usual:",
        "because: given",
        *(part.removesuffix("}").removesuffix(" {") for part in EMPTY),
    )
    fixed = [x for x in before.split("\n") if x.strip() and not any(k in x for k in may_change)]
    return all(line in left for line in fixed)


@settings(max_examples=40)
@given(st.sampled_from(list(STYLES)), st.lists(STEPS, min_size=1, max_size=9))
def test_any_sequence_of_answers_gives_a_case_that_passes_the_check(
    style: str, steps: list[tuple[str, Any]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        session = opened(Path(folder), STYLES[style])
        for question, said in steps:
            before, refused = session.path.read_bytes(), ""
            try:
                if question == "judgments":
                    preview = session.preview_judgment(judgment_of(judgment_from(said)))
                else:
                    asked = session.question(question)
                    preview = session.preview(asked, parse_answer(question, said))
            except TalionError as error:
                refused = str(error)
            if refused:  # for a stated reason, and the file is as it was
                assert session.path.read_bytes() == before
                continue
            session = session.keep(preview)
            loaded = load_case(session.path)
            assert check_case(loaded)[0] == ()
            if question != "judgments" and said == "don't know" and question.startswith("usual"):
                assert session.path.read_bytes() == before
        old = STYLES[style]
        comments = [line.split("#", 1)[1] for line in old.splitlines() if "#" in line]
        text = session.path.read_bytes().decode()
        assert kept_in_order(old, text)
        assert ("\r\n" in text) is (style == "crlf")
        assert style != "crlf" or "\n" not in text.replace("\r\n", "")
        assert all(comment in text for comment in comments)
        if answers_path(session.path).exists():
            assert begin(str(session.path), faults) == session


def test_an_answer_that_is_refused_is_not_remembered(tmp_path: Path) -> None:
    session = opened(tmp_path)
    with pytest.raises(TalionError):
        session.preview(session.question("usual.raid"), Numbers(value=(0, 1, 2)))
    assert session.sheet == AnswerSheet()
