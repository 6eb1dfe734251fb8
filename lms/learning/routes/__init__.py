"""The views of the room, one file a noun. Importing this package puts them on the blueprint."""

from lms.learning.routes import (
    answers,
    care,
    courses,
    lessons,
    marking,
    questions,
    quizzes,
    reflections,
    scenarios,
)
from lms.learning.routes.blueprint import blueprint

__all__ = [
    "answers",
    "blueprint",
    "care",
    "courses",
    "lessons",
    "marking",
    "questions",
    "quizzes",
    "reflections",
    "scenarios",
]
