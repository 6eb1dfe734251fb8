"""Tables of the room, one file a noun. Importing this package registers them all."""

from lms.authoring.models.drafts import (
    Draft,
    DraftComment,
    DraftContributor,
    DraftFile,
    DraftVersion,
)
from lms.authoring.models.reviewing import DraftPublication, DraftReview
from lms.authoring.models.work import GuideWork, WorkItem

__all__ = [
    "Draft",
    "DraftComment",
    "DraftContributor",
    "DraftFile",
    "DraftPublication",
    "DraftReview",
    "DraftVersion",
    "GuideWork",
    "WorkItem",
]
