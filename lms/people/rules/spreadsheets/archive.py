"""Whether a ZIP file may be opened as a workbook at all."""

from __future__ import annotations

from lms.core.archives import ArchiveRefusedError, Limits, Wrong, check_archive
from lms.core.errors import BadInputError
from lms.core.text import N_

LIMITS = Limits()
"""A workbook of 50,000 people has about 40 MB unpacked; sheets of the same word in every cell
reach a ratio of about 120."""

_SENTENCES = {
    Wrong.DAMAGED: N_("This XLSX file is damaged. Open it, save it anew, and send that file."),
    Wrong.STRANGE: N_(
        "This XLSX file is put together in a way no spreadsheet program does. "
        "Open it, save it anew without a password, and send that file."
    ),
    Wrong.TOO_LARGE: N_(
        "This XLSX file is too large when unpacked. Save the sheet as CSV and send that."
    ),
}


def check_workbook(content: bytes) -> None:
    """Refuse anything but a plain, honest workbook; BadInputError says what it is instead."""
    try:
        names = check_archive(content, LIMITS)
    except ArchiveRefusedError as error:
        raise BadInputError(_SENTENCES[error.wrong], field="file") from error
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
