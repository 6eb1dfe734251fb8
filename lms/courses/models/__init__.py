"""Tables of the room, one file a noun. Importing this package registers them all."""

from lms.courses.models.editions import StoredEdition

__all__ = ["StoredEdition"]
