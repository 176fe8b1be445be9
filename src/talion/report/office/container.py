"""The same run gives the same bytes: office files packed anew, in order, with fixed dates.

Word, Excel and slides are ZIP files of XML parts. Writers stamp them with the time of writing; here
the date of every part, and the dates in the file's properties, are the run's cut-off.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Mapping

__all__ = ["moment", "repack"]

_EARLIEST, _LATEST = dt.date(1980, 1, 1), dt.date(2107, 12, 31)
"""What the date of a ZIP entry can hold."""
_CORE = "docProps/core.xml"
_DATES = re.compile(rb"(<dcterms:(created|modified)\b[^>]*>)[^<]*(</dcterms:(?:created|modified)>)")


def moment(day: dt.date) -> dt.datetime:
    """Return midnight of a day, brought within what a ZIP file can say.

    >>> moment(dt.date(2024, 2, 13)), moment(dt.date(1914, 6, 28)).year
    (datetime.datetime(2024, 2, 13, 0, 0), 1980)
    """
    held = min(max(day, _EARLIEST), _LATEST)
    return dt.datetime(held.year, held.month, held.day)


def repack(
    data: bytes, day: dt.date, changes: Mapping[str, Callable[[bytes], bytes]] | None = None
) -> bytes:
    """Return an office file with every date fixed and its parts in their order.

    Args:
        data: of a ZIP file.
        day: that all dates are set to.
        changes: part -> what to make of it, besides.
    """
    at = moment(day)
    stamp = (at.year, at.month, at.day, 0, 0, 0)
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for entry in old.infolist():
            part = old.read(entry.filename)
            if entry.filename == _CORE:
                part = _with_dates(part, at)
            if changes and entry.filename in changes:
                part = changes[entry.filename](part)
            kept = zipfile.ZipInfo(entry.filename, stamp)
            kept.compress_type = zipfile.ZIP_DEFLATED
            kept.create_system = 3
            kept.external_attr = 0o600 << 16
            new.writestr(kept, part)
    return out.getvalue()


def _with_dates(core: bytes, at: dt.datetime) -> bytes:
    return _DATES.sub(rb"\g<1>" + at.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + rb"\g<3>", core)
