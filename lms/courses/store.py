"""Editions in this process, by digest: read and parsed once, then never again.

An edition never changes, so the cache needs no invalidation, only a limit.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from sqlalchemy import select

from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.values.edition import Edition

MOST_KEPT = 24
"""Editions held at once: a large course takes about 3 MB."""

_kept: OrderedDict[str, Edition] = OrderedDict()
_lock = threading.Lock()


def get_edition(session: Session, digest: str) -> Edition:
    """The edition with this digest. Raises NotFoundError if it was never published."""
    with _lock:
        edition = _kept.get(digest)
        if edition is not None:
            _kept.move_to_end(digest)
            return edition
    statement = select(StoredEdition.content).where(StoredEdition.digest == digest).limit(1)
    content = session.execute(statement).scalar_one_or_none()
    if content is None:
        raise NotFoundError(N_("There is no such edition."))
    edition = Edition.from_json(content)
    with _lock:
        _kept[digest] = edition
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return edition
