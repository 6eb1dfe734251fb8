"""The views of the room, one file a noun. Importing this package puts them on the blueprint."""

from lms.learning.routes import courses, lessons, quizzes, reflections, scenarios
from lms.learning.routes.blueprint import blueprint

__all__ = ["blueprint", "courses", "lessons", "quizzes", "reflections", "scenarios"]
