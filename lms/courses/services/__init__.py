"""The room's services, one file a noun; publishing stands here for all rooms above."""

from lms.courses.services.editions import publish

__all__ = ["publish"]
