"""The room's queries, one file a noun; those of editions stand here for all rooms above."""

from lms.courses.queries.editions import find_by_digest, get_current, list_cards

__all__ = ["find_by_digest", "get_current", "list_cards"]
