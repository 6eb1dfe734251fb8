"""The views of the room, one file a noun. Importing this package puts them on the blueprint."""

from lms.courses.routes import catalogue, helplines, media, notes
from lms.courses.routes.blueprint import blueprint
from lms.courses.routes.language import page_language

__all__ = ["blueprint", "catalogue", "helplines", "media", "notes", "page_language"]
