"""KTAB's XML files, read by a parser that refuses document types, entities and references to files.

A document type can define entities that expand to gigabytes or fetch other files. No file of KTAB has
one, so the first sign of one ends the reading before anything is expanded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from xml.sax.saxutils import escape

from talion.errors import InputError, Problems
from talion.model.bargaining.ktab import (
    OPTION_TAGS,
    Scenario,
    as_ktab,
    option_of,
    repeated_actor,
    tag_value,
)
from talion.model.bargaining.positions import Dimension, Issue, Stake, stake_faults
from talion.model.bargaining.spatial_options import Accommodation, SpatialOptions
from talion.record.sheet import text_of
from talion.record.writing import write_files

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

__all__ = ["ktab_xml_text", "parse_ktab_xml", "read_ktab_xml", "write_ktab_xml"]

_DEEPEST = 16  # KTAB needs five
_SEED_BITS = 64


@dataclass
class _Element:
    """One element with the line it starts on."""

    tag: str
    line: int
    text: str = ""
    children: list[_Element] = field(default_factory=list)

    def all(self, tag: str) -> list[_Element]:
        return [child for child in self.children if child.tag == tag]


class _Reader:
    """Builds elements with their lines; refuses what a scenario never needs."""

    def __init__(self, name: str) -> None:
        from xml.parsers import expat

        self.name = name
        self.open: list[_Element] = []
        self.root: _Element | None = None
        self.parser: XMLParserType = expat.ParserCreate(encoding="utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._document_type
        self.parser.EntityDeclHandler = self._entity
        self.parser.ExternalEntityRefHandler = self._entity

    def read(self, text: str) -> _Element:
        from xml.parsers.expat import ExpatError

        try:
            self.parser.Parse(text.encode(), True)
        except ExpatError as error:
            raise InputError(
                f"not well-formed XML: {str(error).split(':', 1)[0]}",
                place=f"{self.name}:{error.lineno}",
                remedy="open it in a browser or an editor that shows the fault",
            ) from None
        if self.root is None:
            raise InputError("no XML element", place=self.name)
        return self.root

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        if len(self.open) >= _DEEPEST:
            raise InputError(
                f"elements nested deeper than {_DEEPEST}", place=f"{self.name}:{line}", value=tag
            )
        element = _Element(tag, line)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def _end(self, _tag: str) -> None:
        self.open.pop()

    def _characters(self, data: str) -> None:
        self.open[-1].text += data

    def _refuse(self, what: str) -> NoReturn:
        raise InputError(
            f"{what} is refused: it could expand without end or read other files",
            place=f"{self.name}:{self.parser.CurrentLineNumber}",
            remedy="remove it; scenarios of KTAB have none",
        )

    def _document_type(self, *_parts: object) -> None:
        self._refuse("a document type")

    def _entity(self, *_parts: object) -> int:
        self._refuse("an entity")


class _Scenario:
    """Takes a scenario out of elements, with file and line in every error."""

    def __init__(self, name: str) -> None:
        self.name = name

    def place(self, element: _Element) -> str:
        return f"{self.name}:{element.line}, {element.tag}"

    def child(self, parent: _Element, tag: str) -> _Element:
        found = parent.all(tag)
        if len(found) != 1:
            raise InputError(
                f"one element {tag} is needed", place=self.place(parent), value=len(found)
            )
        return found[0]

    def text(self, parent: _Element, tag: str) -> str:
        element = self.child(parent, tag)
        found = element.text.strip()
        if not found:
            raise InputError("is empty", place=self.place(element), remedy="give it a value")
        return found

    def number(self, element: _Element) -> float:
        found = element.text.strip()
        if not found:
            raise InputError("has no number", place=self.place(element), remedy="give it one")
        try:
            value = float(found)
        except ValueError:
            raise InputError("not a number", place=self.place(element), value=found) from None
        if not math.isfinite(value):
            raise InputError("not a finite number", place=self.place(element), value=found)
        return value

    def read(self, root: _Element) -> Scenario:
        if root.tag != "Scenario":
            raise InputError(
                "the first element must be Scenario",
                place=f"{self.name}:{root.line}",
                value=root.tag,
            )
        scales = self.dimensions(root)
        stakes = self.stakes(root, scales)
        titles = {tag: "".join(e.text.strip() for e in root.all(tag)) for tag in ("name", "desc")}
        issue = Issue(titles["name"] or "scenario", scales, stakes, titles["desc"])
        choices = self.choices(root)
        if choices.get("proposals", "initiator") != "initiator":
            choices["receiver_view"] = "program"
        options = SpatialOptions(
            **choices,  # type: ignore[arg-type] # each name is checked by option_of
            accommodation=self.accommodation(root, issue),
            seed=self.seed(root),
        )
        options.accommodation_matrix(issue)
        return Scenario(issue, options)

    def seed(self, root: _Element) -> int:
        found = self.text(root, "prngSeed")
        if not (found.isdecimal() and len(found) <= 20 and int(found) < 1 << _SEED_BITS):
            place = self.place(self.child(root, "prngSeed"))
            raise InputError("must be a whole number of 64 bits", place=place, value=found)
        return int(found)

    def choices(self, root: _Element) -> dict[str, str]:
        found = root.all("ModelParameters")
        if not found:
            return {}
        given = self.child(root, "ModelParameters")
        return dict(option_of(tag, self.text(given, tag), self.place(given)) for tag in OPTION_TAGS)

    def dimensions(self, root: _Element) -> tuple[Dimension, ...]:
        given = self.child(root, "Dimensions")
        names = given.all("dName")
        for element in names:
            if not element.text.strip():
                raise InputError("is empty", place=self.place(element), remedy="name the dimension")
        if not names:
            raise InputError("no element dName", place=self.place(given))
        return tuple(Dimension(element.text.strip()) for element in names)

    def stakes(self, root: _Element, scales: tuple[Dimension, ...]) -> tuple[Stake, ...]:
        actors = self.child(root, "Actors").all("Actor")
        faults: list[InputError] = []
        stakes: list[Stake] = []
        for element in actors:
            try:
                found = self.stake(element, scales)
            except InputError as error:
                faults.append(error)
                continue
            place = f"{self.name}:{element.line}"
            faults += stake_faults(found, scales, place)
            faults += repeated_actor(found.actor, stakes, place)
            stakes.append(found)
        Problems.raise_any(faults)
        return tuple(stakes)

    def stake(self, element: _Element, scales: tuple[Dimension, ...]) -> Stake:
        values: dict[str, tuple[float, ...]] = {}
        for group, tag in (("Position", "dCoord"), ("Salience", "dSal")):
            found = self.child(element, group)
            numbers = found.all(tag)
            if len(numbers) != len(scales):
                raise InputError(
                    f"{len(scales)} elements {tag} are needed, one for each dimension",
                    place=self.place(found),
                    value=len(numbers),
                )
            values[group] = tuple(self.number(each) for each in numbers)
        power = self.number(self.child(element, "capability"))
        described = self.child(element, "description").text.strip()
        capability = (power,) * len(scales)
        actor = self.text(element, "name")
        return Stake(actor, values["Position"], values["Salience"], capability, described)

    def accommodation(self, root: _Element, issue: Issue) -> tuple[Accommodation, ...]:
        found: dict[tuple[str, str], Accommodation] = {}
        for group in root.all("IdealAdjustment"):
            for pair in group.all("iaPair"):
                who, whose = self.text(pair, "adjustingIdeal"), self.text(pair, "referencePos")
                for actor in (who, whose):
                    if actor not in issue.actors:
                        remedy = f"use one of: {', '.join(issue.actors)}"
                        place = self.place(pair)
                        raise InputError("no such actor", place=place, value=actor, remedy=remedy)
                share = self.number(self.child(pair, "adjust"))
                if (who, whose) in found:
                    raise InputError("a pair that is given twice", place=self.place(pair))
                found[who, whose] = Accommodation(who, whose, share)
        return tuple(found.values())


def read_ktab_xml(file: Path | str) -> Scenario:
    """Read a scenario from an XML file of KTAB.

    Raises:
        InputError, Problems: no such file, XML that is malformed or dangerous, or a value that cannot be
            used; names file and line.
    """
    path = Path(file)
    return parse_ktab_xml(text_of(path), str(path))


def parse_ktab_xml(text: str, name: str = "text") -> Scenario:
    """Read a scenario from the text of an XML file of KTAB.

    Args:
        text: the file.
        name: what to call it in errors.

    Raises:
        InputError, Problems: XML that is malformed or dangerous, or a value that cannot be used; names
            file and line.

    >>> parse_ktab_xml("<!DOCTYPE s [<!ENTITY a 'aaaa'>]><Scenario/>")
    Traceback (most recent call last):
    ...
    talion.errors.InputError: text:1: a document type is refused: ...
    """
    return _Scenario(name).read(_Reader(name).read(text.removeprefix("\ufeff")))


def ktab_xml_text(scenario: Scenario) -> str:
    """Return a scenario as the text of an XML file of KTAB.

    Raises:
        InputError: something KTAB's files cannot hold.

    >>> from talion.model.bargaining.positions import one_dimension
    >>> pause = Scenario(one_dimension("pause", {"A": (30, 24, 10)}), SpatialOptions())
    >>> parse_ktab_xml(ktab_xml_text(pause)) == pause
    True
    """
    whole = as_ktab(scenario)
    issue, options = whole.issue, whole.options
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<Scenario>",
        f"  <name>{escape(issue.name)}</name>",
        f"  <desc>{escape(issue.description)}</desc>",
        f"  <prngSeed>{options.seed:020d}</prngSeed>",
        "  <ModelParameters>",
        *(f"    <{tag}>{tag_value(tag, options)}</{tag}>" for tag in OPTION_TAGS),
        "  </ModelParameters>",
        "  <Dimensions>",
        *(f"    <dName>{escape(d.name)}</dName>" for d in issue.dimensions),
        "  </Dimensions>",
        "  <Actors>",
        *(line for each in issue.stakes for line in _actor_lines(each)),
        "  </Actors>",
        *_accommodation_lines(options.accommodation),
        "</Scenario>",
    ]
    return "\n".join(lines) + "\n"


def _actor_lines(each: Stake) -> list[str]:
    return [
        "    <Actor>",
        f"      <name>{escape(each.actor)}</name>",
        f"      <description>{escape(each.description)}</description>",
        f"      <capability>{each.capability[0]!r}</capability>",
        "      <Position>",
        *(f"        <dCoord>{float(at)!r}</dCoord>" for at in each.position),
        "      </Position>",
        "      <Salience>",
        *(f"        <dSal>{float(care)!r}</dSal>" for care in each.salience),
        "      </Salience>",
        "    </Actor>",
    ]


def _accommodation_lines(entries: tuple[Accommodation, ...]) -> list[str]:
    if not entries:
        return []
    lines = ["  <IdealAdjustment>"]
    for entry in entries:
        lines += [
            "    <iaPair>",
            f"      <adjustingIdeal>{escape(entry.actor)}</adjustingIdeal>",
            f"      <referencePos>{escape(entry.toward)}</referencePos>",
            f"      <adjust>{float(entry.share)!r}</adjust>",
            "    </iaPair>",
        ]
    return [*lines, "  </IdealAdjustment>"]


def write_ktab_xml(scenario: Scenario, file: Path | str) -> None:
    """Write a scenario as an XML file of KTAB, whole or not at all.

    Raises:
        InputError: something KTAB's files cannot hold.
        OutputError: the file cannot be written; an older one is left as it was.
    """
    path = Path(file)
    write_files(path.parent, {path.name: ktab_xml_text(scenario)})
