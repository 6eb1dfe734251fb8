"""Reads of the room. `registry_of` is the one registry of files and accepted guides."""

from lms.guides.queries.registry import files_registry, registry_of

__all__ = ["files_registry", "registry_of"]
