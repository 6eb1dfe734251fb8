"""Tables of the room."""

from lms.enrolments.models.assignments import Assignment
from lms.enrolments.models.enrolments import Enrolment
from lms.enrolments.models.paths import PathEnrolment
from lms.enrolments.models.steps import EnrolmentStep

__all__ = ["Assignment", "Enrolment", "EnrolmentStep", "PathEnrolment"]
