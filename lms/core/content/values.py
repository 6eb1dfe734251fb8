"""Types for what authors write: keys, lines and prose; and the frozen base of all values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from lms.core.text import N_

# Control characters, line separators of other conventions, and marks that hide or turn text.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ufeff\ufffe\uffff\ud800-\udfff]"
)


UNSEEN = N_("A character that cannot be seen stands here (%(code)s). Delete it.")


class Words:
    """Marks a field whose text is translated; all other fields are the same in every language."""

    def __repr__(self) -> str:
        return "Words()"


def refuse(sentence: str, **values: object) -> PydanticCustomError:
    """What a validator raises: a sentence marked with `N_` and its named values."""
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence, **values})


def first_unseen(text: str) -> re.Match[str] | None:
    """The first character that authors cannot see and readers should not meet."""
    return _HIDDEN.search(text)


def without_unseen(text: str) -> str:
    """The text without characters that authors cannot see; ends of lines as LF."""
    return _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _visible(text: str) -> str:
    hidden = first_unseen(text)
    if hidden:
        raise refuse(
            UNSEEN,
            code=f"U+{ord(hidden.group()):04X}",
        )
    return unicodedata.normalize("NFC", text)


def matching(pattern: str, sentence: str) -> AfterValidator:
    """A validator that refuses texts outside the pattern with a sentence (`%(value)s` in it)."""
    compiled = re.compile(pattern)

    def match(text: str) -> str:
        if not compiled.fullmatch(text):
            raise refuse(sentence, value=text)
        return text

    return AfterValidator(match)


def one_line(text: str) -> str:
    """NFC, trimmed, single spaces; refuses nothing at all and characters that cannot be seen."""
    text = " ".join(_visible(text).split())
    if not text:
        raise refuse(N_("Nothing stands here. Write it, or leave the line out."))
    return text


def many_lines(text: str) -> str:
    """NFC, trimmed, no spaces at the ends of lines; paragraphs stay as they are."""
    lines = _visible(text.replace("\r\n", "\n")).replace("\t", "    ").split("\n")
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines).strip())
    if not text:
        raise refuse(N_("Nothing stands here. Write it, or leave the line out."))
    return text


# A name that stays for ever: evidence and statistics hang on it.
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=80)]
# An address on the public web.
WebAddress = Annotated[
    str,
    matching(r"https://[^\s<>\"]{3,300}", N_("%(value)s does not begin with https://.")),
]
# A line without marks, the same in all languages (a year, a publisher's name).
Plain = Annotated[str, AfterValidator(one_line), StringConstraints(max_length=300)]
# Words on one line, and words in paragraphs with simple Markdown.
Line = Annotated[str, AfterValidator(one_line), StringConstraints(max_length=300), Words()]
Prose = Annotated[str, AfterValidator(many_lines), StringConstraints(max_length=20_000), Words()]


class Value(BaseModel):
    """Frozen; a name that is not a field is an error, never ignored."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64"
    )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values; what a value computes once, a copy computes anew.

        Pydantic copies the results of cached properties along: a changed copy would go on
        saying what the original said.
        """
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


def holds_words(field: FieldInfo) -> bool:
    """Whether the field, or what it is a list of, is marked as translated words."""

    def marked(annotation: Any) -> bool:
        if isinstance(annotation, Words):
            return True
        return any(marked(part) for part in get_args(annotation)) or any(
            isinstance(part, Words) for part in getattr(annotation, "__metadata__", ())
        )

    return any(isinstance(part, Words) for part in field.metadata) or marked(field.annotation)
