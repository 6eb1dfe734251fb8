"""Handing out what is not ours. For `routes` only, as `core.downloads` is."""

from __future__ import annotations

from werkzeug.wrappers import Response

from lms.core.downloads import stored_answer
from lms.core.storage import Storage

POLICY = "default-src 'none'; sandbox"
"""No script, no picture, no form, and an origin of its own, should a browser open it after all."""


def foreign_answer(storage: Storage, key: str, name: str) -> Response:
    """A file that somebody sent, always as a download and never under its own content type.

    A browser that saves it cannot run it as a page of ours: not HTML, not SVG, not a PDF
    with a script. Raises NotStoredError.
    """
    answer = stored_answer(storage, key, name)
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
