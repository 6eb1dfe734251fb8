"""The check of a course: every problem at once, each with file, line and field."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from lms.core.content.problems import Problem, error, errors_among, in_order
from lms.core.text import N_
from lms.courses.checks.courses import check_paths, check_prerequisites, prerequisites
from lms.courses.checks.keys import check_keys
from lms.courses.checks.media import check_media
from lms.courses.checks.names import check_names
from lms.courses.checks.outline import check_outline
from lms.courses.checks.pages import check_pages
from lms.courses.checks.questions import check_questions
from lms.courses.checks.quizzes import check_quizzes
from lms.courses.checks.scenarios import check_scenarios
from lms.courses.checks.subject import Subject
from lms.courses.checks.translations import check_translations
from lms.courses.folder import (
    CourseError,
    Progress,
    Reading,
    edition_of,
    read_files,
    read_folder,
)
from lms.courses.values.edition import Edition
from lms.guides.registry import Registry, read_registry

_CHECKS: tuple[Callable[[Subject], None], ...] = (
    check_keys,
    check_outline,
    check_questions,
    check_quizzes,
    check_scenarios,
    check_pages,
    check_media,
    check_names,
    check_translations,
    check_prerequisites,
)


def check_course(
    folder: Path, registry: Registry | None = None, progress: Progress | None = None
) -> list[Problem]:
    """Everything wrong with the course in `folder`, in order of file and line.

    Without a `registry` the one in `content/guides`, two folders up, is used. Other courses
    are looked for beside the folder. Problems name files relative to `folder`.
    """
    return _examine(folder, registry, progress)[1]


def load_course(folder: Path, registry: Registry | None = None) -> Edition:
    """The edition a clean folder holds. Raises CourseError with every problem that is an error."""
    return _edition(*_examine(folder, registry, None))


def check_files(
    files: Mapping[str, bytes],
    registry: Registry,
    known_courses: Collection[str] | None = None,
    *,
    asks: Mapping[str, Sequence[str]] | None = None,
    members: Path | None = None,
) -> list[Problem]:
    """Everything wrong with a course whose files stand by their path, as `check_course` says it.

    `known_courses`: keys of all courses there are, for prerequisites, and with `asks` what each
    of them asks for; None leaves prerequisites unchecked. `members`: the file of members, whose
    names stand in no story; None leaves that unchecked.
    """
    return examine_files(files, registry, known_courses, asks=asks, members=members)[1]


def examine_files(
    files: Mapping[str, bytes],
    registry: Registry,
    known_courses: Collection[str] | None = None,
    *,
    asks: Mapping[str, Sequence[str]] | None = None,
    members: Path | None = None,
) -> tuple[Reading, list[Problem]]:
    """What `check_files` says, with all that could be read of the files."""
    graph = None
    if known_courses is not None:
        graph = {key: tuple((asks or {}).get(key, ())) for key in known_courses}
    return _checked(Subject(read_files(files), registry, [], asks=graph, members=members))


def edition_from(
    files: Mapping[str, bytes],
    registry: Registry,
    known_courses: Collection[str] | None = None,
    *,
    asks: Mapping[str, Sequence[str]] | None = None,
) -> Edition:
    """The edition clean files make. Raises CourseError with every problem that is an error."""
    return _edition(*examine_files(files, registry, known_courses, asks=asks))


def _edition(reading: Reading, problems: list[Problem]) -> Edition:
    faults = errors_among(problems)
    if faults:
        raise CourseError(faults)
    return edition_of(reading)


def _examine(
    folder: Path, registry: Registry | None, progress: Progress | None
) -> tuple[Reading, list[Problem]]:
    if not (folder / "course.yaml").is_file():
        sentence = N_("There is no course.yaml in this folder, so it is not a course.")
        return Reading(folder.name), [error("course.yaml", None, "", sentence)]
    content = folder.resolve().parent.parent
    if registry is None:
        registry, _ = read_registry(content / "guides")
    reading = read_folder(folder, progress)
    beside = folder.resolve().parent
    stands_alone = beside.name != "courses"
    return _checked(
        Subject(
            reading,
            registry,
            [],
            asks=None if stands_alone else prerequisites(beside),
            members=None if stands_alone else content / "members.csv",
        )
    )


def _checked(subject: Subject) -> tuple[Reading, list[Problem]]:
    for check in _CHECKS:
        check(subject)
    return subject.reading, in_order([*subject.reading.problems, *subject.problems])


def check_content(content: Path, progress: Progress | None = None) -> list[Problem]:
    """Everything under `content/`: guides, courses, paths. Files are relative to `content`."""
    registry, found = read_registry(content / "guides")
    problems = _within("guides", found)
    for folder in course_folders(content):
        within = f"courses/{folder.name}"
        problems += _within(within, check_course(folder, registry, progress))
    problems += _within("paths", check_paths(content / "paths", content / "courses"))
    return problems


def course_folders(content: Path) -> list[Path]:
    """Folders under `content/courses` in order of name."""
    return sorted(path for path in (content / "courses").glob("*") if path.is_dir())


def _within(folder: str, problems: list[Problem]) -> list[Problem]:
    return [dataclasses.replace(p, file=f"{folder}/{p.file}") for p in problems]
