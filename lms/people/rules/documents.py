"""The documents every person accepts at first sign-in, with their versions in force."""

from __future__ import annotations

Document = tuple[str, str]

IN_FORCE: tuple[Document, ...] = (("privacy", "2026-11"), ("terms", "2026-11"))
"""(document, version). A new version is asked for at the next sign-in of everybody."""
