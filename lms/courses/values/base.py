"""What several kinds of files share: the file itself, translation marks, content notes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from lms.core.content.values import Key, Plain, Prose, Value, matching
from lms.core.text import N_

# BCP 47, the parts we use: language, script, region.
Language = Annotated[
    str,
    matching(
        r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?",
        N_("%(value)s is not a language code. Write it as in en, id or zh-Hans."),
    ),
]
# `guide-key:section` or `source-key:article`, as in [@palermo-protocol:3] without the brackets.
Citation = Annotated[
    str,
    matching(
        r"[a-z0-9]+(?:-[a-z0-9]+)*(?::[^\s\];:][^\];\n]{0,60})?",
        N_("%(value)s is not a citation. Write a key, or a key, a colon and a place in it."),
    ),
]
Minutes = Annotated[int, Field(ge=1, le=600)]
Media = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*\.(?:svg|png|jpg|mp3|m4a)$")
]
RECORDINGS = (".mp3", ".m4a")
"""Endings of what is heard; all other media are seen."""


class Translation(Value):
    """Stands in a translated file: which words of the source it follows, and who must still look.

    `source` is the digest of the source file when it was translated (`lms content
    translated` writes it); when the source has moved on the translation is marked stale.
    """

    source: Plain | None = None
    review: Literal["needed", "done"] = "needed"


class ContentNote(Value):
    """Said before hard matter; `alternative` is a page that earns the same credit without it."""

    text: Prose
    alternative: Key


class FileValue(Value):
    """One file of the folder. `file` is its path in the folder, without the language.

    `kind` and `file` follow from where the file stands; authors write neither.
    """

    file: str
    translation: Translation | None = None


NOT_WRITTEN = frozenset({"kind", "file", "body"})
