"""The trainer's views, one file a noun. Importing this package puts them on the blueprint."""

from lms.learning.routes.teaching import (
    corrections,
    courses,
    exports,
    messages,
    people,
    plays,
    statistics,
)

__all__ = ["corrections", "courses", "exports", "messages", "people", "plays", "statistics"]
