"""Pictures and recordings of courses, from the edition itself."""

from __future__ import annotations

from flask import Response, request

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import NotFoundError
from lms.core.request import session
from lms.core.text import N_
from lms.core.uploads.kinds import ABOUT, Kind
from lms.core.uploads.serving import POLICY
from lms.courses.pictures import CONTENT_TYPES
from lms.courses.routes.blueprint import blueprint
from lms.courses.store import get_edition

FOREVER = "private, max-age=31536000, immutable"
SERVED = {
    **CONTENT_TYPES,
    **{kind.value: ABOUT[kind].content_type for kind in (Kind.MP3, Kind.M4A)},
}
"""What is served, by the ending of the name. Drawings are not: they are rebuilt into the page."""


@blueprint.get("/media/<string:digest>/<string:name>")
@policy(Permission.LEARNING_TAKE)
def medium(digest: str, name: str) -> Response:
    """One picture or recording of an edition; the digest names it, so its bytes never change.

    For whoever is signed in, as lesson text is; only the person's own browser keeps it.
    """
    edition = get_edition(session(), digest)
    found = next((one for one in edition.media if one.name == name), None)
    if found is None:
        raise no_such_medium()
    return medium_answer(name, found.content, found.digest, cache=FOREVER)


def medium_answer(name: str, content: bytes, digest: str, *, cache: str) -> Response:
    """The bytes of a picture or recording, or the range of a recording a player asks for.

    A recording opened by itself is a download: only a page of ours plays it. Raises
    NotFoundError for drawings and whatever else is never served.
    """
    ending = name.rpartition(".")[2]
    if ending not in SERVED:
        raise no_such_medium()
    response = Response(content, content_type=SERVED[ending])
    response.headers["Cache-Control"] = cache
    response.headers["Content-Security-Policy"] = POLICY
    response.set_etag(digest)
    is_heard = ending not in CONTENT_TYPES
    if is_heard:
        response.headers.set("Content-Disposition", "attachment", filename=name)
    # Safari plays nothing from a server that does not answer in ranges.
    response.make_conditional(request, accept_ranges=is_heard, complete_length=len(content))
    return response


def no_such_medium() -> NotFoundError:
    """What is said for a name under which nothing is served."""
    return NotFoundError(N_("There is no such picture or recording."))
