"""KTAB's files: read, written, read again; what is wrong with one is said with file and line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from model.bargaining import ktab_runs
from model.bargaining.random_issues import CHOICES, random_issue
from talion.errors import InputError, OutputError, Problems, RecordError
from talion.model.bargaining.ktab import OPTION_TAGS, Scenario
from talion.model.bargaining.ktab_csv import (
    ktab_csv_text,
    parse_ktab_csv,
    read_ktab_csv,
    write_ktab_csv,
)
from talion.model.bargaining.ktab_xml import (
    ktab_xml_text,
    parse_ktab_xml,
    read_ktab_xml,
    write_ktab_xml,
)
from talion.model.bargaining.positions import Dimension, Issue, one_dimension, stake
from talion.model.bargaining.spatial_options import Accommodation, SpatialOptions

CSV = """\
pause,"how long, in days",2,1,
Actor,Description,Power,Days,Days Salience,
Army,the army,10,30,24,
Party,,20,70,50,
"""
PLAIN = Scenario(
    Issue(
        "pause <& more>",
        (Dimension("days"), Dimension('"when"')),
        (
            stake("Army", [30.25, 1 / 3], [24, 30.5], 117.7, "the army & its men"),
            stake("Party", [70, 100], [50, 0], 0, ""),
            stake("Ōuchi", [0, 55], [0.1, 99], 1e-3, "a 'quoted' one"),
        ),
        "days < weeks",
    ),
    SpatialOptions(
        voting="cubic",
        choice="stochastic",
        accommodation=(Accommodation("Army", "Army", 0.7), Accommodation("Army", "Party", 0.1)),
        seed=3507583219545544127,
    ),
)


class TestRoundTrips:
    @pytest.mark.parametrize("name", ["SOE-Pol-Comp.csv", "SOE-Policy.csv", "dummyData-a040.csv"])
    def test_files_of_ktab(self, ktab: Path, tmp_path: Path, name: str) -> None:
        read = read_ktab_csv(ktab / name)
        write_ktab_csv(read, tmp_path / "again.csv")
        assert read_ktab_csv(tmp_path / "again.csv") == read
        write_ktab_xml(read, tmp_path / "again.xml")
        assert read_ktab_xml(tmp_path / "again.xml") == read

    def test_what_the_files_of_ktab_hold(self, ktab: Path) -> None:
        issue = read_ktab_csv(ktab / "SOE-Pol-Comp.csv").issue
        assert issue.name == "China Policy/Competitive; scen 2"
        assert issue.description == "Scenario-0002;Combined Policy and Competitive"
        assert [d.name for d in issue.dimensions] == ["Policy Position", "Competitive Position"]
        mep = issue.stakes[issue.index("MEP")]
        assert (mep.position, mep.salience, mep.capability[0]) == ((30, 15), (26.4, 17.6), 20)
        assert mep.description == "Ministry of Environmental Protection"
        assert len(read_ktab_csv(ktab / "dummyData-a040.csv").issue.actors) == 40

    def test_a_quoted_description_after_a_blank_and_no_final_commas(self) -> None:
        issue = parse_ktab_csv(ktab_runs.DUMMY_CSV).issue
        assert issue.description == ktab_runs.DUMMY_TITLE
        assert issue.positions[6].tolist() == [70.96, 33.46, 90.36]

    def test_xml_keeps_everything(self) -> None:
        assert parse_ktab_xml(ktab_xml_text(PLAIN)) == PLAIN

    @pytest.mark.parametrize("option", [option for option, _ in OPTION_TAGS.values()])
    def test_every_choice_of_every_option(self, option: str) -> None:
        for value in CHOICES[option]:
            view = "program" if value in {"both", "compromise"} else "meant"
            options = SpatialOptions(**{option: value, "receiver_view": view})
            scenario = Scenario(random_issue(1, 4, 2), options)
            assert parse_ktab_xml(ktab_xml_text(scenario)) == scenario

    def test_names_of_the_schema_are_read_as_the_programs(self) -> None:
        text = (
            ktab_xml_text(PLAIN).replace(">Cubic<", ">Proportional<").replace(">OneThird<", ">No<")
        )
        options = parse_ktab_xml(text).options
        assert (options.voting, options.perspective) == ("proportional", "own")

    def test_our_xml_keeps_to_their_schema(self, ktab: Path) -> None:
        """Names and order of elements as in `smpSchema.xsd`, read as a tree of names."""
        import xml.etree.ElementTree as Tree

        schema = Tree.parse(ktab / "smpSchema.xsd").getroot()  # noqa: S314 - their own file
        xs = "{http://www.w3.org/2001/XMLSchema}"
        allowed = {
            element.get("name"): [
                child.get("name") or child.get("ref")
                for child in element.iterfind(f"{xs}complexType/{xs}sequence/{xs}element")
            ]
            for element in schema.iterfind(f"{xs}element")
        }

        def check(node: Tree.Element) -> None:
            order = allowed.get(node.tag)
            if order:
                places = [order.index(child.tag) for child in node]
                assert places == sorted(places), node.tag
            for child in node:
                check(child)

        check(Tree.fromstring(ktab_xml_text(PLAIN).encode()))  # noqa: S314 - our own text

    def test_other_scales_are_written_as_0_to_100(self) -> None:
        issue = one_dimension("x", {"A": (15, 50, 1), "B": (10, 50, 1)}, low=10, high=20)
        again = parse_ktab_csv(ktab_csv_text(Scenario(issue, SpatialOptions())))
        assert [s.position for s in again.issue.stakes] == [(50.0,), (0.0,)]


class TestBadCsv:
    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            (
                "10,30,24",
                "-10,30,24",
                r"f.csv:3, actor 'Army', capability on 'Days': must not be neg",
            ),
            ("10,30,24", "10,130,24", r"f.csv:3, actor 'Army', position on 'Days': off the scale"),
            ("10,30,24", "10,x,24", r"f.csv:3, position on 'Days': not a number \(got 'x'\)"),
            ("10,30,24", "10,inf,24", r"f.csv:3, position on 'Days': not a finite number"),
            (
                "20,70,50",
                "20,70,250",
                r"f.csv:4, actor 'Party', salience on 'Days': must be from 0",
            ),
            ("20,70,50,", "20,70", "f.csv:4: 5 cells are needed"),
            ("20,70,50", "20,70,50,7,8", "f.csv:4: more than 5 cells"),
            ("Party,", ",", "f.csv:4: an actor without a name"),
            ("Party", "Army", r"f.csv:4: actor named twice \(got 'Army'"),
            (",2,1,", ",3,1,", "f.csv:1: the first line announces 3 actors"),
            (",2,1,", ",1,1,", "f.csv:4: more actors than announced"),
            (",2,1,", ",two,1,", "f.csv:1, number of actors: must be a whole number"),
            (",2,1,", ",2,0,", "f.csv:1, number of dimensions: must be a whole number"),
            (",2,1,", ",2,2,", "f.csv:2: headings for 2 dimension"),
            (",2,1,", "", "f.csv:1: the first line must have"),
        ],
    )
    def test_line_and_cell_are_named(self, old: str, new: str, message: str) -> None:
        assert old in CSV
        with pytest.raises(InputError, match=message):
            parse_ktab_csv(CSV.replace(old, new, 1), "f.csv")

    def test_all_bad_lines_are_named(self) -> None:
        text = CSV.replace("10,30,24", "10,x,24").replace("20,70,50", "20,700,-5")
        with pytest.raises(Problems) as caught:
            parse_ktab_csv(text, "f.csv")
        assert [str(e).split(",")[0] for e in caught.value] == ["f.csv:3", "f.csv:4", "f.csv:4"]

    def test_no_file_and_no_text(self, tmp_path: Path) -> None:
        with pytest.raises(RecordError, match="no such file"):
            read_ktab_csv(tmp_path / "none.csv")
        (tmp_path / "bad.csv").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(RecordError, match="not UTF-8"):
            read_ktab_csv(tmp_path / "bad.csv")


BOMB = """<?xml version="1.0"?>
<!DOCTYPE Scenario [
  <!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">
  <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
  <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
  <!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
]>
<Scenario><name>&d;</name></Scenario>"""
OUTSIDE = """<?xml version="1.0"?>
<!DOCTYPE Scenario [<!ENTITY file SYSTEM "secret.txt">]>
<Scenario><name>&file;</name></Scenario>"""


class TestBadXml:
    @pytest.mark.parametrize(
        "text", [BOMB, OUTSIDE, '<!DOCTYPE Scenario SYSTEM "a.dtd"><Scenario/>']
    )
    def test_entities_and_document_types_are_refused(self, text: str) -> None:
        with pytest.raises(InputError, match=r"f.xml:\d+: a document type is refused"):
            parse_ktab_xml(text, "f.xml")

    def test_an_undefined_entity_is_no_text(self) -> None:
        with pytest.raises(InputError, match=r"f.xml:1: not well-formed XML: undefined entity"):
            parse_ktab_xml("<Scenario><name>&d;</name></Scenario>", "f.xml")

    def test_nesting_without_end_is_refused(self) -> None:
        with pytest.raises(InputError, match="nested deeper than 16"):
            parse_ktab_xml("<Scenario>" + "<a>" * 100_000, "f.xml")

    def test_the_empty_coordinate_of_their_example_is_found(self, ktab: Path) -> None:
        with pytest.raises(InputError, match=r"smpExample.xml:\d+, dCoord: has no number"):
            read_ktab_xml(ktab / "smpExample.xml")

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("</Scenario>", "", "not well-formed XML"),
            ("<dSal>24.0</dSal>", "", "2 elements dSal are needed"),
            (">30.25<", ">130<", "actor 'Army', position on 'days': off the scale"),
            (">117.7<", ">-1<", "must not be negative"),
            (">117.7<", ">much<", "capability: not a number"),
            (">Cubic<", ">Quadratic<", r"VotingRule: no such choice \(got 'Quadratic'\); use one of"),
            ("<adjust>0.7<", "<adjust>0.95<", "exceed 1"),
            ("<referencePos>Party<", "<referencePos>Nobody<", r"iaPair: no such actor \(got 'Nobody'"),
            ("<adjustingIdeal>Army</adjustingIdeal>\n      <referencePos>Party", "<adjustingIdeal>Army</adjustingIdeal>\n      <referencePos>Army", "given twice"),
            ("<prngSeed>0", "<prngSeed>x", "prngSeed: must be a whole number of 64 bits"),
            ("<name>Party</name>", "<name>Army</name>", r"f.xml:\d+: actor named twice"),
            ("<name>Party</name>", "<name> </name>", "name: is empty"),
            ("<description></description>\n", "", "one element description is needed"),
            ("Scenario>", "Scene>", "the first element must be Scenario"),
            ("<dName>days</dName>", "<dName></dName>", "dName: is empty"),
        ],
    )  # fmt: skip
    def test_line_and_element_are_named(self, old: str, new: str, message: str) -> None:
        text = ktab_xml_text(PLAIN)
        assert old in text
        with pytest.raises(InputError, match=message) as caught:
            parse_ktab_xml(text.replace(old, new, 2 if old == "Scenario>" else 1), "f.xml")
        assert (
            "f.xml" in str(caught.value)
            or "accommodation" in str(caught.value)
            or "issue" in str(caught.value)
        )

    def test_all_bad_actors_are_named(self) -> None:
        text = ktab_xml_text(PLAIN).replace(">117.7<", ">x<").replace(">50.0<", ">500<")
        with pytest.raises(Problems) as caught:
            parse_ktab_xml(text, "f.xml")
        assert len(caught.value) == 2

    def test_nothing_is_no_xml(self) -> None:
        with pytest.raises(InputError, match="not well-formed XML: no element found"):
            parse_ktab_xml("", "f.xml")


class TestWhatTheFilesCannotHold:
    @pytest.mark.parametrize(
        "options",
        [
            SpatialOptions(risk=(("Army", 0.5),)),
            SpatialOptions(most_turns=7),
            SpatialOptions(least_change=0.1),
            SpatialOptions(proposals="both"),
        ],
    )
    def test_options_are_refused_and_not_dropped(self, options: SpatialOptions) -> None:
        with pytest.raises(InputError, match=r"KTAB"):
            ktab_xml_text(replace(PLAIN, options=options))

    def test_csv_holds_no_options(self) -> None:
        with pytest.raises(InputError, match="holds no options"):
            ktab_csv_text(PLAIN)

    def test_capabilities_by_dimension_are_refused(self) -> None:
        two = Issue("x", (Dimension("a"), Dimension("b")), (stake("A", [1, 2], [3, 4], [5, 6]),))
        with pytest.raises(InputError, match="one capability for each actor"):
            ktab_xml_text(Scenario(two, SpatialOptions()))


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    scenario = parse_ktab_csv(CSV)
    write_ktab_csv(scenario, old)
    before = old.read_bytes()
    with pytest.raises(InputError, match="holds no options"):
        write_ktab_csv(PLAIN, old)
    with pytest.raises(OutputError):
        write_ktab_csv(scenario, old / "below.csv")
    assert old.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["old.csv"]
