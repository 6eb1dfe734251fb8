"""Forms that arrive when they cannot be taken: read so that they can be sent once more."""

from __future__ import annotations

from flask import request, url_for

from lms.core.kept import KeptForm, keep
from lms.people.rules.sign_in import own_path


def posted() -> KeptForm | None:
    """The posted form, if it came from a page of ours and is not too large.

    Browsers name the page a form comes from in Origin or Sec-Fetch-Site; without that we
    would let strangers put words into a person's mouth.
    """
    own = request.host_url.rstrip("/")
    from_us = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if not (from_us or request.headers.get("Origin") == own):
        return None
    has_files = any(each.filename for each in request.files.values())
    path = own_path(request.full_path.rstrip("?"))
    return keep(path, request.form.items(multi=True), has_files=has_files)


def path_of_page() -> str:
    """The address of the page in hand, to come back to; the start page for what is only POST."""
    rule = request.url_rule
    if rule is None or "GET" not in (rule.methods or set()):
        return url_for("web.start")
    return request.full_path.rstrip("?")
