"""What concerns more than one course: prerequisites and paths."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath

from pydantic import TypeAdapter

from lms.core.content.marked import Marked, read_marked
from lms.core.content.problems import Problem, error
from lms.core.content.sentences import read_value
from lms.core.text import N_
from lms.courses.checks.subject import Subject
from lms.courses.values.course import Course
from lms.courses.values.path import CoursePath


def check_prerequisites(subject: Subject) -> None:
    """Courses asked for exist beside this one, and none asks, over others, for itself."""
    if subject.asks is None:
        return
    graph = subject.asks
    for source, course in subject.reading.of(Course):
        for place, key in enumerate(course.prerequisites):
            path = ("prerequisites", place)
            if key not in graph:
                sentence = N_("There is no course with the key %(key)s.")
                subject.error(source, path, sentence, key=key)
            elif course.key in _asked_by(key, graph):
                sentence = N_("%(key)s itself asks for this course first. Take one of them out.")
                subject.error(source, path, sentence, key=key)


def prerequisites(courses: FilePath) -> dict[str, tuple[str, ...]]:
    """For every course folder the keys of the courses it asks for, as far as they can be read."""
    graph: dict[str, tuple[str, ...]] = {}
    for file in sorted(courses.glob("*/course.yaml")):
        data = read_marked("course.yaml", file.read_text(encoding="utf-8", errors="replace")).data
        listed = data.get("prerequisites")
        keys = listed if isinstance(listed, list) else []
        graph[file.parent.name] = tuple(key for key in keys if isinstance(key, str))
    return graph


def _asked_by(start: str, graph: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Every course that must come before `start`, and `start`."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += graph.get(key, ())
    return found


def read_path(file: str, text: str) -> tuple[CoursePath | None, Marked, list[Problem]]:
    """One path from its file, its lines, and what is wrong with it."""
    marked = read_marked(file, text)
    path, problems = read_value(TypeAdapter(CoursePath), marked)
    return path, marked, problems


def load_paths(folder: FilePath) -> list[CoursePath]:
    """The paths of `content/paths/`, which the check found clean, in order of key."""
    files = sorted(folder.glob("*.yaml"))
    found = (read_path(file.name, file.read_text(encoding="utf-8"))[0] for file in files)
    return [path for path in found if path is not None]


def check_paths(folder: FilePath, courses: FilePath) -> list[Problem]:
    """Every file of `content/paths/`; problems name files relative to `folder`."""
    problems: list[Problem] = []
    known = {file.parent.name for file in courses.glob("*/course.yaml")}
    for file in sorted(folder.glob("*.yaml")):
        path, marked, found = read_path(file.name, file.read_text(encoding="utf-8"))
        problems += found
        if path is None:
            continue
        if path.key != file.stem:
            sentence = N_("The key is %(key)s but the file is called %(name)s. Make them equal.")
            line = marked.line(("key",))
            problems.append(error(file.name, line, "key", sentence, key=path.key, name=file.stem))
        for place, key in enumerate(path.courses):
            where, line = f"courses[{place + 1}]", marked.line(("courses", place))
            if key not in known:
                sentence = N_("There is no course with the key %(key)s.")
                problems.append(error(file.name, line, where, sentence, key=key))
            if key in path.courses[:place]:
                sentence = N_("%(key)s stands twice. Keep one of them.")
                problems.append(error(file.name, line, where, sentence, key=key))
        if path.certificate.needs:
            sentence = N_("The certificate of a path needs its courses. Leave needs out.")
            line = marked.line(("certificate", "needs"))
            problems.append(error(file.name, line, "certificate.needs", sentence))
    return problems
