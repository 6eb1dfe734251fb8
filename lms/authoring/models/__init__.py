"""Tables of the room, one file a noun. Importing this package registers them all."""

from lms.authoring.models.drafts import (
    Draft,
    DraftComment,
    DraftContributor,
    DraftFile,
    DraftVersion,
)

__all__ = ["Draft", "DraftComment", "DraftContributor", "DraftFile", "DraftVersion"]
