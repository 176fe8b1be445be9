"""Plain text, Markdown and BibTeX: nothing in a text is markup, lines are short, keys stable."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.office.runs import ARABIC, awkward, fitted, watched
from talion.report.office.bibliography import bibtex_key, write_bibliography
from talion.report.office.dossier import SourceLine
from talion.report.office.plain import write_markdown, write_text
from talion.report.office.table_words import word_said


def one_line(text: str) -> str:
    return " ".join(text.split())


def unescaped(text: str) -> str:
    return one_line(re.sub(r"\\(.)", r"\1", text))


def test_both_say_what_the_report_says() -> None:
    dossier = fitted().dossier
    for text in (unescaped(write_markdown(dossier)), one_line(write_text(dossier))):
        assert dossier.finding in text
        assert dossier.confidence in text
        for j in dossier.judgments:
            assert f"{j.id}. {j.claim}." in text
            assert f"Author’s word: {word_said(j)}." in text
            assert f"{j.sign} {j.label}" in text
            for reading in j.readings:
                assert f"{reading.name}: {reading.said}." in text
        assert all(lack in text for lack in dossier.lacks)
        assert "Model output, not a forecast." in text


def test_what_to_watch_stands_with_its_numbers_and_the_author_s_lines_apart() -> None:
    dossier = watched(fitted().dossier)
    for text in (unescaped(write_markdown(dossier)), one_line(write_text(dossier))):
        watch = text[text.index("From the model: what tells most.") :]
        assert watch.index("- Attack: if over 12 are listed by 30 June 2024") < watch.index(
            "From the case: its author's own lines"
        )
        for said in (
            "Rests on, as written, with its share: the usual rate of Attack (50 %).",
            "What would change it, no view: It fails where L2 draws any.",
            "Watch: Attack: over 12 listed in the next 30 days: from 62 % to 81 %, else 54 %;",
        ):
            assert text.count(said) == 1
        for j in dossier.judgments:
            assert " ".join(j.bottom_line) in text


def test_lines_for_e_mail_are_short_and_keep_numbers_with_their_sign() -> None:
    lines = write_text(fitted().dossier).splitlines()
    assert max(map(len, lines)) <= 76
    assert not any(line.lstrip().startswith("%") for line in lines)
    assert "\u00a0" not in "".join(lines)


def test_headings_of_markdown_are_one_tree() -> None:
    heads = [line for line in write_markdown(fitted().dossier).splitlines() if line.startswith("#")]
    assert heads[0] == "# A small crisis"
    assert [h.split(" ")[0] for h in heads] == ["#"] + ["##"] * (len(heads) - 1)


def test_markup_in_texts_is_text() -> None:
    title = "*x* <b> [a](b) `c` _d_ # | ~~e~~ \u202e"
    dossier = awkward().dossier.model_copy(update={"title": title, "findings": ("1. no list", "- nor this")})  # fmt: skip
    text = write_markdown(dossier)
    head = text.splitlines()[0]
    assert head == "# \\*x\\* \\<b\\> \\[a\\](b) \\`c\\` \\_d\\_ \\# \\| \\~\\~e\\~\\~ \\[U+202E\\]"
    assert "- 1\\. no list" in text
    assert "- \\- nor this" in text
    assert ARABIC in unescaped(text)


# --- BibTeX ---------------------------------------------------------------------------------------


def source(**changes: object) -> SourceLine:
    made = SourceLine(
        id="log", title="Daily log", kind="press", grade="B2", dated=None, published=None, address="",
        note="", supports=(), events=0, shared=True,
    )  # fmt: skip
    return made.model_copy(update=changes)


def bib(*sources: SourceLine) -> str:
    return write_bibliography(fitted().dossier.model_copy(update={"sources": sources}))


def entries(text: str) -> dict[str, dict[str, str]]:
    """Read BibTeX as BibTeX does: by counting braces, backslashes or not."""
    found = {}
    at = 0
    while (at := text.find("@", at)) >= 0:
        head = re.compile(r"@misc\{([^,\s]+),").match(text, at)
        assert head is not None, text[at : at + 40]
        depth, end = 1, head.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        body = text[head.end() : end - 1]
        found[head[1]] = dict(re.findall(r"^  (\w+) = \{?(.*?)\}?,?$", body, flags=re.MULTILINE))
        at = end
    return found


def test_every_source_has_an_entry() -> None:
    found = entries(write_bibliography(fitted().dossier))
    assert set(found) == {"note", "list", "other"}
    assert found["note"]["year"] == "2024"
    assert found["note"]["month"] == "jun"
    assert found["note"]["note"] == "1 Jun 2024; Admiralty grade C3"


def test_special_letters_are_escaped_and_other_scripts_stay() -> None:
    text = bib(source(title=f"50 % of R&D_x #1 $ ~ ^ \\ {{ {ARABIC}", note="a}b"))
    (found,) = entries(text).values()
    assert found["title"].strip("{}").startswith(r"50 \% of R\&D\_x \#1 \$ \textasciitilde{} ")
    assert ARABIC in found["title"]
    assert r"a\textbraceright{}b" in found["note"]


def test_an_address_stays_an_address() -> None:
    address = "https://x.example/a_b?c=1&d=50%25#e~f"
    (found,) = entries(bib(source(address=address))).values()
    assert found["url"] == address
    assert "month = feb" in bib(source(dated=__import__("datetime").date(2024, 2, 3)))


def test_keys_do_not_depend_on_other_sources() -> None:
    both = entries(bib(source(), source(id=ARABIC, title="x")))
    alone = entries(bib(source(id=ARABIC, title="x")))
    assert set(alone) < set(both)
    assert list(both) == sorted(both)


@given(names=st.lists(st.from_regex(r"\w[\w.\-]{0,12}", fullmatch=True), unique=True, max_size=6))
def test_keys_are_ascii_and_differ_where_ids_do(names: list[str]) -> None:
    keys = [bibtex_key(name) for name in names]
    assert len(set(keys)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9.:_-]+", key) for key in keys)


@pytest.mark.parametrize("text", ["}", "{{{", "\\{", "a@misc{b,", "\n@x", "%"])
def test_any_text_leaves_the_file_readable(text: str) -> None:
    found = entries(bib(source(title=text, note=text, kind=text, address=text), source(id="b")))
    assert set(found) == {"log", "b"}
    named = fitted().dossier.model_copy(update={"title": "@misc{x,", "withheld": "@y{"})
    assert set(entries(write_bibliography(named))) == {"note", "list", "other"}
