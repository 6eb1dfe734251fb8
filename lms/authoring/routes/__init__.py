"""The views of the room, one file a noun. Importing this package puts them on the blueprint."""

from lms.authoring.routes import drafts, outline, publishing, reviewing
from lms.authoring.routes.blueprint import blueprint

__all__ = [
    "blueprint",
    "drafts",
    "outline",
    "publishing",
    "reviewing",
]
