"""Tables of the room, one file a noun. Importing this package registers them all."""

from lms.authoring.models.work import GuideWork, WorkItem

__all__ = ["GuideWork", "WorkItem"]
