"""Reading what completion needs: columns against facts, and whom a move would touch."""

from lms.completion.queries.rebuilding import rebuild, verify

__all__ = ["rebuild", "verify"]
