"""Files that are no table of text and no workbook: named for what they are, with what to do."""

from __future__ import annotations

import re
from pathlib import Path

from talion.errors import RecordError

__all__ = ["refuse_other_files"]

_UNPACK = "unpack it and give the table in it"
_AS_CSV = "save it as CSV UTF-8 with the program or language that made it"
_AS_XLSX = "open it in Excel or LibreOffice and save it as .xlsx"
# How a file of the kind begins.
_KINDS: tuple[tuple[re.Pattern[bytes], str, str], ...] = tuple(
    (re.compile(beginning), what, remedy)
    for beginning, what, remedy in (
        (rb"PAR1", "a Parquet file", _AS_CSV),
        (rb"ARROW1", "an Arrow file", _AS_CSV),
        (rb"SQLite format 3", "a database", "export the table as CSV UTF-8"),
        (rb"\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd", "a packed file", _UNPACK),
        (rb"%PDF", "a PDF", "copy its table into a spreadsheet"),
        (rb"<stata_dta|\$FL[23]@|RD[AX][23]\n", "a file of a statistics program", _AS_CSV),
        (rb"\{\\rtf", "a text with formats (RTF)", "copy its table into a spreadsheet"),
        (rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*\"|\[\s*[\[{])", "a JSON file", _AS_CSV),
        (rb"(?:\xef\xbb\xbf)?\s*<\?xml", "an XML file", _AS_XLSX),
    )
)


def refuse_other_files(path: Path, head: bytes) -> None:
    """Refuse a file that is neither a table of text nor a workbook.

    Args:
        path: for the message.
        head: how the file begins.

    Raises:
        RecordError: it is of a kind that is known.
    """
    for beginning, what, remedy in _KINDS:
        if beginning.match(head):
            raise RecordError(f"{what}, whatever its name says", place=str(path), remedy=remedy)
