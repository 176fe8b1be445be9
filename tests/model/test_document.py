"""YAML as cases use it: what is refused, and where errors point."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talion.errors import CaseError
from talion.model.document import LARGEST, read_document, read_document_file


def test_words_that_other_yaml_turns_into_booleans_stay_words():
    data = read_document("a: [on, off, yes, no, true, 2024-02-13, 1e-3, -7, '5']", "c.yaml").data
    assert data == {"a": ["on", "off", "yes", "no", True, "2024-02-13", 0.001, -7, "5"]}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: 2\na: 3", "c.yaml:3:1", "twice"),
        ("a: .nan", "c.yaml:1:4", "not a number"),
        ("a: -.inf", "c.yaml:1:4", "not a number"),
        ("a: 1e999", "c.yaml:1:4", "not a number"),
        ("a: &x 1", "c.yaml:1:4", "anchors"),
        ("a: *x", "c.yaml:1:4", "anchors"),
        ("a: !!python/object:os.system x", "c.yaml:1:4", "tags"),
        ("<<: {a: 1}", "c.yaml:1:1", "merge"),
        ("[a]: 1", "c.yaml:1:1", "key must be plain text"),
        ("a: [1, 2", "c.yaml:", "not readable as YAML"),
        ("a: 1\n---\nb: 2", "c.yaml:2:1", "second document"),
        ("a: \x07", "c.yaml", "character"),
        ("", "c.yaml", "empty"),
        ("[" * 3000 + "]" * 3000, "c.yaml:1:34", "nested deeper than 32"),
        ("a: x" + "x" * LARGEST, "c.yaml", "too large"),
    ],
)
def test_refused_with_place(text, place, words):
    with pytest.raises(CaseError) as caught:
        read_document(text, "c.yaml")
    assert str(caught.value).startswith(place)
    assert words in str(caught.value)


def test_files_that_cannot_be_read(tmp_path):
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("title: Größe".encode("latin-1"))
    big = tmp_path / "big.yaml"
    big.write_bytes(b"#" * (LARGEST + 1))
    for path, words in ((latin, "not UTF-8"), (big, "too large"), (tmp_path / "none", "no such")):
        with pytest.raises(CaseError, match=words):
            read_document_file(path)


plain = st.text(st.characters(whitelist_categories=("Ll",)), min_size=1, max_size=6).map(
    "k{}".format
)
trees = st.recursive(
    st.integers(-999, 999) | plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(plain, trees, min_size=1, max_size=4))
def test_every_value_has_its_line(tree):
    import yaml

    text = yaml.safe_dump(tree, default_flow_style=False, allow_unicode=True)
    document = read_document(text, "c.yaml")
    assert document.data == tree
    lines = text.splitlines()
    for path, (line, _) in document.marks.items():
        if path and isinstance(path[-1], str):
            key_line = next(n for n in range(line, 0, -1) if str(path[-1]) in lines[n - 1])
            assert line - key_line <= 1


def test_place_falls_back_to_the_deepest_known_part():
    document = read_document("links:\n  A1:\n    says: x\n", "c.yaml")
    assert document.place(("links", "A1", "<share>", "until")) == "c.yaml:2:3, links.A1"
