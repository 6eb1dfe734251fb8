"""Variants of the small course, as editions made from its tree."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.check import load_course
from lms.courses.models import StoredEdition
from lms.courses.services import publish
from lms.courses.values.edition import Edition
from lms.guides.registry import read_registry
from tests.courses.small_course import write_small_course

SYSTEM = Actor.system("test")
KEY = "small-course"

Tree = dict[str, Any]


class SmallCourse:
    """The small course on disk, and what tests make of it."""

    def __init__(self, content: Path) -> None:
        self._read(write_small_course(content))

    @classmethod
    def of(cls, folder: Path) -> SmallCourse:
        """The course as its files are now."""
        course = cls.__new__(cls)
        course._read(folder)
        return course

    def _read(self, folder: Path) -> None:
        self.folder = folder
        self.guides = folder.parent.parent / "guides"
        self.edition = load_course(folder)

    def changed(self, change: Callable[[Tree], None]) -> Edition:
        """The edition after a change of its tree."""
        tree: Tree = json.loads(self.edition.to_json())
        change(tree)
        return Edition.model_validate_json(json.dumps(tree))

    def publish(self, session: Session, edition: Edition | None = None) -> StoredEdition:
        """Make it, or a changed one, the current edition."""
        registry = read_registry(self.guides)[0]
        chosen = edition or self.edition
        stored = publish(session, SYSTEM, chosen, registry, now=clock.now())
        assert stored is not None
        session.commit()
        return stored


def activity(tree: Tree, key: str) -> Tree:
    """One activity of a tree."""
    found: Tree = next(each for each in tree["activities"] if each["key"] == key)
    return found


def add_quiz(tree: Tree, key: str, questions: list[str], **values: Any) -> None:
    """Put a quiz of fixed questions beside the others."""
    quiz = {**activity(tree, "check"), "key": key, "file": f"quizzes/{key}.yaml", **values}
    quiz["slots"] = [{"question": question} for question in questions]
    tree["activities"].append(quiz)


def in_modules(tree: Tree, modules: dict[str, list[str]]) -> None:
    """Arrange the outline: activities by key of the module."""
    first = tree["modules"][0]
    tree["modules"] = [
        {
            **first,
            "key": key,
            "title": f"Module {key}",
            "file": f"modules/0{number}-{key}/module.yaml",
            "activities": activities,
        }
        for number, (key, activities) in enumerate(modules.items(), 1)
    ]


def with_tests(tree: Tree) -> None:
    """A pre-test that lets leave out the module `first`, and a post-test."""
    add_quiz(
        tree,
        "before",
        ["who-answers", "where-to-ask"],
        title="Before",
        purpose="pre-test",
        attempts=1,
        test_out=[{"module": "first", "questions": ["who-answers", "where-to-ask"], "right": 2}],
    )
    add_quiz(tree, "after", ["is-it-true"], title="After", purpose="post-test", attempts=2)
    activity(tree, "quay")["required"] = False
    in_modules(
        tree,
        {"opening": ["before"], "first": ["asking", "check", "quay"], "closing": ["plan", "after"]},
    )
