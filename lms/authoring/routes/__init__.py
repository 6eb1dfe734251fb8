"""The views of the room, one file a noun. Importing this package puts them on the blueprint."""

from lms.authoring.routes import (
    beginning,
    drafts,
    outline,
    papers,
    publishing,
    reviewing,
    scenarios,
)
from lms.authoring.routes.blueprint import blueprint

__all__ = [
    "beginning",
    "blueprint",
    "drafts",
    "outline",
    "papers",
    "publishing",
    "reviewing",
    "scenarios",
]
