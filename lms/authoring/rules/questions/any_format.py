"""A file of questions whose format is told by what it holds."""

from __future__ import annotations

import enum
import re

from lms.authoring.rules.questions.aiken import read_aiken
from lms.authoring.rules.questions.gift import read_gift
from lms.authoring.rules.questions.moodle_xml import read_moodle_xml
from lms.authoring.rules.questions.qti import read_qti
from lms.authoring.rules.questions.taken import Taken
from lms.core.errors import BadInputError
from lms.core.text import N_

MOST_QUESTIONS = 5_000
"""Questions of one file; a course has a few hundred."""

_AIKEN = re.compile(r"^\s*ANSWER\s*:\s*[A-Za-z]\s*$", re.MULTILINE)
_QTI = re.compile(rb"<(?:[A-Za-z0-9]+:)?assessmentItem\b")
NOT_UTF_8 = N_("The text is not UTF-8. Save it as UTF-8 and send it again.")
TOO_MANY = N_("This file holds %(number)s questions; %(most)s can be read at once. Divide it.")
NOTHING = N_("No question was found in this. Look whether it is GIFT, Aiken, Moodle XML or QTI.")


class Format(enum.StrEnum):
    """The formats that are read."""

    GIFT = "gift"
    AIKEN = "aiken"
    MOODLE = "moodle"
    QTI = "qti"


FORMAT_NAMES: dict[Format, str] = {
    Format.GIFT: N_("GIFT"),
    Format.AIKEN: N_("Aiken"),
    Format.MOODLE: N_("Moodle XML"),
    Format.QTI: N_("QTI 2.1"),
}


def format_of(content: bytes) -> Format:
    """What the bytes look like; GIFT is what looks like nothing else."""
    head = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"PK\x03\x04"):
        return Format.QTI
    if head.startswith((b"<?xml", b"<quiz", b"<assessmentItem")) or _QTI.search(head[:4000]):
        return Format.QTI if _QTI.search(head[:4000]) else Format.MOODLE
    if _AIKEN.search(content.decode("utf-8", "replace")):
        return Format.AIKEN
    return Format.GIFT


def read_any(content: bytes, wish: Format | None = None) -> tuple[Format, Taken]:
    """The questions of a file, and its format. Raises BadInputError on `file` for a file that
    cannot be read as a whole, or that holds nothing."""
    form = wish or format_of(content)
    if form is Format.QTI:
        taken = read_qti(content)
    elif form is Format.MOODLE:
        taken = read_moodle_xml(content.removeprefix(b"\xef\xbb\xbf"))
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadInputError(NOT_UTF_8, field="file") from error
        taken = read_aiken(text) if form is Format.AIKEN else read_gift(text)
    number = len(taken.questions) + len(taken.left_out)
    if not number:
        raise BadInputError(NOTHING, field="file")
    if number > MOST_QUESTIONS:
        raise BadInputError(TOO_MANY, field="file", number=number, most=MOST_QUESTIONS)
    return form, taken
