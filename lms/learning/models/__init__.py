"""Tables of the room, one file a noun. Importing this package registers them all."""

from lms.learning.models.problems import PageProblem, PageProblemStep
from lms.learning.models.questions import LessonAnswer, LessonQuestion
from lms.learning.models.teaching import CourseSummary, Standing, TeachingMessage

__all__ = [
    "CourseSummary",
    "LessonAnswer",
    "LessonQuestion",
    "PageProblem",
    "PageProblemStep",
    "Standing",
    "TeachingMessage",
]
