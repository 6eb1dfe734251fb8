"""Whether a ZIP file may be opened as a workbook at all.

Decided before any reader sees it: Python's zipfile opens many archives that no program
writes (doubled names, overlapping entries, sizes that are not true), and readers built on
it or beside it disagree on what they mean.
"""

from __future__ import annotations

import io
import zipfile
import zlib

from lms.core.errors import BadInputError
from lms.core.text import N_

MOST_ENTRIES = 2_000
LARGEST_WHOLE = 256 * 1024 * 1024
"""Bytes of all entries together, unpacked. A workbook of 50,000 people has about 40 MB."""
HIGHEST_RATIO = 200
"""Unpacked to packed. Sheets of the same word in every cell reach about 120."""
RATIO_FROM = 1024 * 1024
"""Entries smaller than this unpacked may have any ratio."""
PIECE = 256 * 1024

_END = 22
"""Bytes of the record at the end of every archive (APPNOTE 4.3.16)."""
_HEAD = 30
"""Bytes of the header before each entry, without its name (APPNOTE 4.3.7)."""


def check_workbook(content: bytes) -> None:
    """Refuse anything but a plain, honest workbook; BadInputError says what it is instead.

    Every entry is unpacked once, in pieces and within the limits, so that the sizes in
    the directory are known to be true.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_directory(content, entries)
            _check_is_workbook([entry.filename for entry in entries])
            for entry in entries:
                _check_entry(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BadInputError(
            N_("This XLSX file is damaged. Open it, save it anew, and send that file."),
            field="file",
        ) from error
    except (RuntimeError, ValueError, OverflowError, OSError) as error:
        # zipfile says RuntimeError to an entry with a password.
        raise BadInputError(_STRANGE, field="file") from error


_STRANGE = N_(
    "This XLSX file is put together in a way no spreadsheet program does. "
    "Open it, save it anew without a password, and send that file."
)


def _check_directory(content: bytes, entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename.replace("\\", "/") for entry in entries]
    if len(names) > MOST_ENTRIES or len({name.casefold() for name in names}) < len(names):
        raise BadInputError(_STRANGE, field="file")
    for name in names:
        if name.startswith("/") or ":" in name or "\0" in name or ".." in name.split("/"):
            raise BadInputError(_STRANGE, field="file")
    if sum(entry.file_size for entry in entries) > LARGEST_WHOLE:
        raise BadInputError(
            N_("This XLSX file is too large when unpacked. Save the sheet as CSV and send that."),
            field="file",
        )
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end or entry.flag_bits & 0x1:
            raise BadInputError(_STRANGE, field="file")
        end = entry.header_offset + _HEAD + entry.compress_size
        if entry.file_size > RATIO_FROM and entry.file_size > HIGHEST_RATIO * entry.compress_size:
            raise BadInputError(_STRANGE, field="file")
    if end + _END > len(content):
        raise BadInputError(_STRANGE, field="file")


def _check_is_workbook(names: list[str]) -> None:
    if "xl/workbook.xml" in names:
        return
    if "mimetype" in names or "content.xml" in names:
        raise BadInputError(
            N_("This is an OpenDocument file. Save the sheet as XLSX or CSV and send that."),
            field="file",
        )
    raise BadInputError(
        N_("There is no sheet in this file. Send a CSV file or an XLSX file."), field="file"
    )


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack to nowhere: zipfile compares length and checksum as it goes."""
    with archive.open(entry) as stream:
        read = 0
        while piece := stream.read(PIECE):
            read += len(piece)
            # A definition of entities has no place in a workbook, and is how XML grows.
            if entry.filename.endswith((".xml", ".rels")) and b"<!ENTITY" in piece:
                raise BadInputError(_STRANGE, field="file")
        if read != entry.file_size:
            raise BadInputError(_STRANGE, field="file")
