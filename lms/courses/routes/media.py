"""Pictures of courses, from the edition itself."""

from __future__ import annotations

from flask import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import NotFoundError
from lms.core.request import session
from lms.core.text import N_
from lms.courses.pictures import CONTENT_TYPES
from lms.courses.routes.blueprint import blueprint
from lms.courses.store import get_edition

FOREVER = "private, max-age=31536000, immutable"


@blueprint.get("/media/<string:digest>/<string:name>")
@policy(Permission.LEARNING_TAKE)
def medium(digest: str, name: str) -> Response:
    """One picture of an edition. The digest names the edition, so its bytes never change.

    For whoever is signed in, as lesson text is; only the person's own browser keeps it.
    Drawings are not served: they are rebuilt into the page.
    """
    ending = name.rpartition(".")[2]
    edition = get_edition(session(), digest)
    found = next((one for one in edition.media if one.name == name), None)
    if found is None or ending not in CONTENT_TYPES:
        raise NotFoundError(N_("There is no such picture."))
    response = Response(found.content, content_type=CONTENT_TYPES[ending])
    response.headers["Cache-Control"] = FOREVER
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
