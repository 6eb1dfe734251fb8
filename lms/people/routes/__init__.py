"""The views of the room, one file a noun. Importing this package puts them on the blueprint."""

from lms.people.routes.blueprint import blueprint

__all__ = ["blueprint"]
