"""Keys: the same as the file's name, and each once."""

from __future__ import annotations

from collections import defaultdict

from lms.core.text import N_
from lms.courses.checks.subject import Subject, models_in
from lms.courses.folder import SourceFile
from lms.courses.values.base import FileValue
from lms.courses.values.course import Module
from lms.courses.values.edition import Activity
from lms.courses.values.question import Bank

OWN_PAGES = frozenset({"begin", "language", "leave", "messages", "modules", "pause", "wellbeing"})
"""Words that stand behind a course in addresses of the platform's own pages."""
_TAKEN = N_("%(key)s is the address of another page of every course. Choose another key.")
_TWICE = N_("The key %(key)s stands twice here. Give one of them another key.")
_ELSEWHERE = N_("The key %(key)s is also used in %(file)s. Keys are used once in a course.")


def check_keys(subject: Subject) -> None:
    """Names of files, keys within lists, keys of activities, modules and questions."""
    for source in subject.reading.sources:
        _check_name(subject, source)
        if source.value is not None:
            _check_lists(subject, source, source.value)
    _check_folder(subject)
    _check_across(subject)


def _check_name(subject: Subject, source: SourceFile) -> None:
    key = source.marked.data.get("key")
    name = source.place.name
    if name and isinstance(key, str) and key != name:
        sentence = N_("The key is %(key)s but the name of the file says %(name)s. Make them equal.")
        subject.error(source, ("key",), sentence, key=key, name=name)


def _check_folder(subject: Subject) -> None:
    folder = subject.reading.folder
    if folder is None:
        return
    for source in subject.reading.sources:
        if source.path == "course.yaml" and subject.course and subject.course.key != folder:
            sentence = N_("The key is %(key)s but the folder is called %(name)s. Make them equal.")
            subject.error(source, ("key",), sentence, key=subject.course.key, name=folder)


def _check_lists(subject: Subject, source: SourceFile, value: FileValue) -> None:
    """No list inside a file holds one key twice."""
    seen: dict[tuple[str | int, ...], set[str]] = defaultdict(set)
    for path, model in models_in(value):
        key = getattr(model, "key", None)
        if not isinstance(key, str) or not path or not isinstance(path[-1], int):
            continue
        siblings = seen[path[:-1]]
        if key in siblings:
            subject.error(source, (*path, "key"), _TWICE, key=key)
        siblings.add(key)


def _check_across(subject: Subject) -> None:
    """Activities, modules and questions share no key with one of their own kind."""
    activities: dict[str, str] = {}
    modules: dict[str, str] = {}
    questions: dict[str, str] = {}
    for source in subject.reading.sources:
        value = source.value
        if value is None or source.place.language is not None:
            continue
        if isinstance(value, Activity):
            if value.key in OWN_PAGES:
                subject.error(source, ("key",), _TAKEN, key=value.key)
            _note(subject, source, ("key",), value.key, activities)
        elif isinstance(value, Module):
            _note(subject, source, ("key",), value.key, modules)
        elif isinstance(value, Bank):
            for place, question in enumerate(value.questions):
                _note(subject, source, ("questions", place, "key"), question.key, questions)


def _note(
    subject: Subject,
    source: SourceFile,
    path: tuple[str | int, ...],
    key: str,
    known: dict[str, str],
) -> None:
    if key in known and known[key] != source.path:
        subject.error(source, path, _ELSEWHERE, key=key, file=known[key])
    known.setdefault(key, source.path)
