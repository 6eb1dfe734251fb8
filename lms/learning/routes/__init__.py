"""The views of the room, one file a noun. Importing this package puts them on the blueprint."""

from lms.learning.routes import (
    answers,
    assignments,
    attendance,
    care,
    courses,
    lessons,
    marking,
    own,
    paths,
    printing,
    problems,
    questions,
    quizzes,
    reflections,
    scenarios,
    standing,
    teaching,
)
from lms.learning.routes.blueprint import blueprint

__all__ = [
    "answers",
    "assignments",
    "attendance",
    "blueprint",
    "care",
    "courses",
    "lessons",
    "marking",
    "own",
    "paths",
    "printing",
    "problems",
    "questions",
    "quizzes",
    "reflections",
    "scenarios",
    "standing",
    "teaching",
]
