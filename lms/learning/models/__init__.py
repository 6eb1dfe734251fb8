"""Tables of the room, one file a noun. Importing this package registers them all."""

from lms.learning.models.teaching import CourseSummary, Standing, TeachingMessage

__all__ = ["CourseSummary", "Standing", "TeachingMessage"]
