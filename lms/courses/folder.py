"""Reading the files of a course: every file it can, and every problem it finds.

They lie in a folder (`read_folder`) or stand in rows of a draft (`read_files`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from lms.core.content.frontmatter import split_front_matter
from lms.core.content.marked import Marked, read_marked
from lms.core.content.problems import Problem, error, errors_among, in_order
from lms.core.content.sentences import read_value
from lms.core.content.values import UNSEEN, first_unseen, many_lines
from lms.core.text import N_
from lms.courses.layout import MEDIA, Place, flaw_of_size, place_of
from lms.courses.values.base import FileValue
from lms.courses.values.course import Course, Glossary, Module
from lms.courses.values.edition import Activity, Edition, MediaFile, Translated
from lms.courses.values.page import FacilitatorNote, Wellbeing
from lms.courses.values.question import Bank

V = TypeVar("V", bound=FileValue)
Progress = Callable[[str], None]
_NEEDED = ("course.yaml", "glossary.yaml", "wellbeing.md")


class CourseError(ValueError):
    """The folder cannot be an edition; `problems` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass
class SourceFile:
    """One file that was read: where it stands, its lines, and its value if it has one."""

    path: str
    place: Place
    marked: Marked
    value: FileValue | None = None
    # For Markdown: the body as written and the line of the file it begins on.
    body: str = ""
    body_line: int = 1


@dataclass
class Reading:
    """All that was found in a folder, whole or not. `folder` is its name, None without one."""

    folder: str | None = None
    sources: list[SourceFile] = field(default_factory=list)
    media: list[MediaFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def of(self, kind: type[V], *, translated: bool = False) -> Iterator[tuple[SourceFile, V]]:
        """Files of one kind that could be read, in order of path."""
        for source in self.sources:
            if isinstance(source.value, kind) and (source.place.language is not None) == translated:
                yield source, source.value

    def first(self, kind: type[V]) -> V | None:
        """The only file of its kind, such as the course itself."""
        return next((value for _, value in self.of(kind)), None)

    @property
    def own_language(self) -> str | None:
        """The language of the course, if its course.yaml could be read."""
        course = self.first(Course)
        return course.language if course else None


def read_folder(folder: Path, progress: Progress | None = None) -> Reading:
    """Read every file of the folder. Never raises for what an author wrote."""
    files: dict[str, bytes] = {}
    linked: list[Problem] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            if progress:
                progress(name)
            if not _is_hidden(name):
                sentence = N_("This is a link to another file. Put the file itself here.")
                linked.append(error(name, None, "", sentence))
        elif path.is_file():
            files[name] = b"" if _is_hidden(name) else path.read_bytes()
    reading = read_files(files, progress)
    reading.folder = folder.resolve().name
    reading.problems += linked
    return reading


def read_files(files: Mapping[str, bytes], progress: Progress | None = None) -> Reading:
    """The same for files by their path in the folder, in order of path."""
    reading = Reading()
    for name in sorted(files):
        if progress:
            progress(name)
        if not _is_hidden(name):
            _read_file(reading, name, files[name])
    present = {source.path for source in reading.sources}
    for name in _NEEDED:
        if name not in present:
            sentence = N_("This file is missing. Every course has one.")
            reading.problems.append(error(name, None, "", sentence))
    return reading


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def _read_file(reading: Reading, name: str, content: bytes) -> None:
    if MEDIA.match(name):
        _read_medium(reading, name, content)
        return
    place = place_of(name)
    if place is None:
        sentence = N_(
            "This file belongs to no part of a course. Check its folder, its number and its "
            "ending, or move it elsewhere."
        )
        reading.problems.append(error(name, None, "", sentence))
        return
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as fault:
        sentence = N_("The file is not UTF-8 at byte %(byte)s. Save it as UTF-8.")
        reading.problems.append(error(name, None, "", sentence, byte=fault.start))
        return
    source = read_text(name, place, text.removeprefix("\ufeff"))
    reading.problems += source.marked.problems
    reading.sources.append(source)


def read_text(path: str, place: Place, text: str) -> SourceFile:
    """One file from its text; its problems stand in `marked.problems`."""
    if place.shape.markdown:
        split = split_front_matter(path, text)
        source = SourceFile(path, place, split.head, body=split.body, body_line=split.body_line)
    else:
        source = SourceFile(path, place, read_marked(path, text))
    marked = source.marked
    problems = [
        error(path, marked.line((name,)), name, N_("%(name)s is not written by hand. Take it out."),
              name=name)
        for name in ("kind", "file", *(["body"] if place.shape.markdown else []))
        if name in marked.data
    ]  # fmt: skip
    data = {**marked.data, "kind": place.shape.kind, "file": place.file}
    if place.shape.markdown:
        data["body"] = _body(source, problems)
    if marked.problems or problems:
        source.marked = Marked(path, marked.data, marked.lines, (*marked.problems, *problems))
        return source
    source.value, found = read_value(
        place.shape.adapter, Marked(path, data, marked.lines, tuple(problems))
    )
    source.marked = Marked(path, marked.data, marked.lines, tuple(found))
    return source


def _body(source: SourceFile, problems: list[Problem]) -> str:
    if not source.body.strip():
        sentence = N_("The page has no text. Write it below the second line of ---.")
        problems.append(error(source.path, source.body_line, "", sentence))
        return ""
    body = source.body.replace("\r\n", "\n")
    unseen = first_unseen(body)
    if unseen:
        line = source.body_line + body.count("\n", 0, unseen.start())
        code = f"U+{ord(unseen.group()):04X}"
        problems.append(error(source.path, line, "", UNSEEN, code=code))
        return ""
    return many_lines(body)


def _read_medium(reading: Reading, name: str, content: bytes) -> None:
    flaw = flaw_of_size(name, len(content))
    if flaw is not None:
        reading.problems.append(error(name, None, "", flaw))
        return
    medium = MediaFile(name=name.removeprefix("media/"), content=content)
    reading.media.append(medium)


def edition_of(reading: Reading) -> Edition:
    """The edition a complete reading makes. Raises CourseError when a file could not be read."""
    problems = errors_among(in_order(reading.problems))
    course = reading.first(Course)
    glossary = reading.first(Glossary)
    wellbeing = reading.first(Wellbeing)
    if problems or course is None or glossary is None or wellbeing is None:
        raise CourseError(problems)
    return Edition(
        course=course,
        modules=tuple(value for _, value in reading.of(Module)),
        activities=tuple(
            s.value
            for s in reading.sources
            if isinstance(s.value, Activity) and s.place.language is None
        ),
        bank=tuple(value for _, value in reading.of(Bank)),
        glossary=glossary,
        wellbeing=wellbeing,
        facilitator=tuple(value for _, value in reading.of(FacilitatorNote)),
        media=tuple(reading.media),
        translations=tuple(
            Translated.model_validate({"language": s.place.language, "content": s.value})
            for s in reading.sources
            if s.place.language is not None and s.value is not None
        ),
    )
