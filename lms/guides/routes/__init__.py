"""The views of the room, one file a noun. Importing this package puts them on the blueprint."""

from lms.guides.routes import accepting, comparing, guides, importing, trees
from lms.guides.routes.blueprint import blueprint

__all__ = ["accepting", "blueprint", "comparing", "guides", "importing", "trees"]
