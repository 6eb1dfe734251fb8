"""From an edition to its folder, in canonical form.

Canonical: YAML as `core.content.canonical` writes it; Markdown as head, empty line, body,
with LF, NFC, no spaces at line ends and one newline at the end; media byte for byte, where
recordings hold nothing but their sound; no other files. `write_course(load_course(folder))`
gives a canonical folder back byte for byte; a folder written by hand becomes canonical with
`format_course`. Comments in YAML are not part of an edition and do not survive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lms.core.content.canonical import plain_tree, write_yaml
from lms.core.content.frontmatter import join_front_matter
from lms.core.errors import BadInputError
from lms.core.uploads.sounds import sound_anew
from lms.courses.folder import Reading, read_folder, read_text
from lms.courses.layout import path_in, place_of
from lms.courses.values.base import NOT_WRITTEN, FileValue
from lms.courses.values.edition import Edition

_COMMENT = re.compile(r"^\s*#|\s#\s")


def file_text(value: FileValue) -> str:
    """The canonical text of one file."""
    head = write_yaml(plain_tree(value, leave_out=NOT_WRITTEN))
    body = getattr(value, "body", None)
    return head if body is None else join_front_matter(head, body)


def course_files(edition: Edition) -> dict[str, bytes]:
    """Every file of the canonical folder by its path, in order of path."""
    files = {value.file: file_text(value).encode() for value in edition.files}
    for part in edition.translations:
        path = path_in(part.content.file, part.language)
        files[path] = file_text(part.content).encode()
    files |= {f"media/{medium.name}": medium.content for medium in edition.media}
    return dict(sorted(files.items()))


def write_course(edition: Edition, folder: Path) -> list[str]:
    """Write the edition into a folder that is empty or absent; the paths written, in order.

    Raises FileExistsError when the folder holds anything: an export never mixes with
    what was there.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(str(folder))
    files = course_files(edition)
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return list(files)


def tidied(path: str, content: bytes) -> bytes:
    """One file in canonical form; as it is while it cannot be read, or has comments in YAML."""
    place = place_of(path)
    if place is None:
        return content
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return content
    source = read_text(path, place, text)
    if source.value is None:
        return content
    written = file_text(source.value)
    return content if _has_comments(text, path, written) else written.encode()


@dataclass(frozen=True)
class Formatted:
    """What formatting did: files rewritten, files left alone because they cannot be read,
    files left alone because they hold comments that would be lost."""

    changed: tuple[str, ...]
    unreadable: tuple[str, ...]
    commented: tuple[str, ...]


def format_course(folder: Path, *, drop_comments: bool = False) -> Formatted:
    """Bring every readable file of a course into canonical form, in place.

    Never touches a file with mistakes. A YAML file with comments is rewritten only with
    `drop_comments`.
    """
    reading = read_folder(folder)
    changed, unreadable, commented = [], [], []
    for source in reading.sources:
        target = folder / source.path
        if source.value is None:
            unreadable.append(source.path)
            continue
        text = file_text(source.value)
        before = target.read_bytes()
        if before == text.encode():
            continue
        if not drop_comments and _has_comments(before.decode("utf-8"), source.path, text):
            commented.append(source.path)
            continue
        target.write_bytes(text.encode())
        changed.append(source.path)
    changed += _bare_recordings(reading, folder)
    return Formatted(tuple(changed), tuple(unreadable), tuple(commented))


def _bare_recordings(reading: Reading, folder: Path) -> list[str]:
    """Take out of every recording what is not its sound; the paths of those that had any."""
    done = []
    for medium in reading.media:
        if not medium.is_recording:
            continue
        try:
            bare = sound_anew(medium.content).content
        except BadInputError:
            continue
        if bare != medium.content:
            (folder / "media" / medium.name).write_bytes(bare)
            done.append(f"media/{medium.name}")
    return done


def _has_comments(before: str, path: str, after: str) -> bool:
    """Whether more lines look like comments before than after; heads only for Markdown."""
    if path.endswith(".md"):
        before, after = before.split("\n---", 1)[0], after.split("\n---", 1)[0]
    return _comments(before) > _comments(after)


def _comments(text: str) -> int:
    return sum(bool(_COMMENT.search(line)) for line in text.split("\n"))
