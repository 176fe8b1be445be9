"""Real footnotes in a Word document: their part, relationship, settings and styles.

python-docx reads and writes none. A footnote is an entry of `word/footnotes.xml`, which the document
reaches by a relationship, and a reference in the text that carries its number (ECMA-376 part 1,
17.11). Entries -1 and 0 are the lines that separate notes from text; settings name them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from talion.report.words import clean

if TYPE_CHECKING:
    from docx.document import Document
    from docx.opc.part import XmlPart
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.text.paragraph import Paragraph

__all__ = ["Footnotes", "style_id"]

_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_LINES = ((-1, "separator"), (0, "continuationSeparator"))
# What may stand after w:footnotePr in w:settings; it goes before the first of these.
_AFTER = (
    "endnotePr", "compat", "docVars", "rsids", "mathPr", "attachedSchema", "themeFontLang",
    "clrSchemeMapping", "doNotIncludeSubdocsInStats", "doNotAutoCompressPictures",
    "forceUpgrade", "captions", "readModeInkLockDown", "smartTagType", "schemaLibrary",
    "shapeDefaults", "doNotEmbedSmartTags", "decimalSymbol", "listSeparator", "docId",
)  # fmt: skip


def style_id(document: Document, name: str) -> str:
    """Return the id of a style by its name, whatever language the template was made in.

    Args:
        document: to look in.
        name: as Word keeps it for built-in styles, in English; case does not matter.

    Returns:
        Its id; "" if the document has no such style.
    """
    for style in document.styles:
        if (style.name or "").casefold() == name.casefold():
            return str(style.style_id)
    return ""


class Footnotes:
    """The footnotes of one document.

    Args:
        document: open in python-docx. Notes of a template are dropped with its text; its separating
            lines stay.
    """

    def __init__(self, document: Document) -> None:
        self._styles = (
            style_id(document, "footnote text"),
            style_id(document, "footnote reference"),
        )
        self._root = _part(document).element
        self._last = _highest(self._root)
        _tell_settings(document)

    def add(self, paragraph: Paragraph, text: str) -> int:
        """Put a note at the end of a paragraph.

        Args:
            paragraph: that the reference is added to.
            text: of the note, in one paragraph.

        Returns:
            Its id in the part, which need not be the number that readers see.
        """
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        self._last += 1
        note = OxmlElement("w:footnote", {qn("w:id"): str(self._last)})
        line = OxmlElement("w:p")
        about = OxmlElement("w:pPr")
        about.append(OxmlElement("w:pStyle", {qn("w:val"): self._styles[0]}))
        line.append(about)
        line.append(self._marked(OxmlElement("w:footnoteRef")))
        said = OxmlElement("w:r")
        words = OxmlElement("w:t", {qn("xml:space"): "preserve"})
        words.text = " " + " ".join(clean(text).split())
        said.append(words)
        line.append(said)
        note.append(line)
        self._root.append(note)
        paragraph._p.append(  # noqa: SLF001 - python-docx has no other way to a run of another kind
            self._marked(OxmlElement("w:footnoteReference", {qn("w:id"): str(self._last)}))
        )
        return self._last

    def _marked(self, mark: BaseOxmlElement) -> BaseOxmlElement:
        """Return a run in the style of references that holds a mark."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        run = OxmlElement("w:r")
        look = OxmlElement("w:rPr")
        look.append(OxmlElement("w:rStyle", {qn("w:val"): self._styles[1]}))
        run.append(look)
        run.append(mark)
        return run


def _part(document: Document) -> XmlPart:
    """Return the part of footnotes as XML, made if need be, holding the separating lines alone."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import XmlPart
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    main = document.part
    old = next((rel for rel in main.rels.values() if rel.reltype == _RELATION), None)
    if old is None:
        name = PackURI("/word/footnotes.xml")
        root = parse_xml(f'<w:footnotes xmlns:w="{_NAMESPACE}">{_separators()}</w:footnotes>')
        part = XmlPart(name, _TYPE, root, main.package)
        main.relate_to(part, _RELATION)
        return part
    root = parse_xml(old.target_part.blob)
    for note in list(root):
        if note.get(qn("w:type")) is None:
            root.remove(note)
    known = {note.get(qn("w:type")) for note in root}
    lines = parse_xml(f'<w:footnotes xmlns:w="{_NAMESPACE}">{_separators()}</w:footnotes>')
    for number, line in enumerate(list(lines)):
        if line.get(qn("w:type")) not in known:
            root.insert(number, line)
    part = XmlPart(old.target_part.partname, _TYPE, root, main.package)
    for source, target in old.target_part.rels.items():
        part.rels[source] = target
    old._target = part  # noqa: SLF001 - the same relationship, now to a part that can be changed
    return part


def _highest(root: BaseOxmlElement) -> int:
    """Return the highest id in use: older files number the separating lines 0 and 1."""
    from docx.oxml.ns import qn

    return max(0, *(int(note.get(qn("w:id"), "0")) for note in root))


def _separators() -> str:
    mark = {"separator": "<w:separator/>", "continuationSeparator": "<w:continuationSeparator/>"}
    return "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:pPr><w:spacing w:after="0" w:line="240" '
        f'w:lineRule="auto"/></w:pPr><w:r>{mark[kind]}</w:r></w:p></w:footnote>'
        for number, kind in _LINES
    )


def _tell_settings(document: Document) -> None:
    """Name the separating lines in the settings, in the place the schema gives them."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    settings = document.settings.element
    if settings.find(qn("w:footnotePr")) is not None:
        return
    told = OxmlElement("w:footnotePr")
    for number, _ in _LINES:
        told.append(OxmlElement("w:footnote", {qn("w:id"): str(number)}))
    for place, child in enumerate(settings):
        if child.tag.rpartition("}")[2] in _AFTER:
            settings.insert(place, told)
            return
    settings.append(told)
