"""Editions in this process, by digest: read and parsed once, then never again.

An edition never changes, so the cache needs no invalidation, only a limit.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict

from sqlalchemy import select

from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_
from lms.courses.models import StoredEdition
from lms.courses.values.edition import Edition
from lms.guides.queries.registry import registry_of
from lms.guides.registry import Registry

MOST_KEPT = 24
"""Editions held at once: a large course takes about 3 MB without its media."""
MOST_BYTES = 100_000_000
"""Bytes of pictures and recordings held at once; one edition is held whatever it weighs."""

_kept: OrderedDict[str, Edition] = OrderedDict()
_registries: dict[str, Registry] = {}
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
    # What it cites was there when it was published, and accepted guides never go.
    registry = registry_of(session)
    with _lock:
        _kept[digest] = edition
        _registries[digest] = registry
        while len(_kept) > MOST_KEPT or (len(_kept) > 1 and _weight() > MOST_BYTES):
            dropped, _ = _kept.popitem(last=False)
            _registries.pop(dropped, None)
    return edition


def _weight() -> int:
    return sum(edition.weight for edition in _kept.values())


def registry_with(digest: str, base: Registry) -> Registry:
    """What this edition can cite: `base`, the files of the installation, and accepted guides.

    Those of the moment at which the edition was read into this process.
    """
    with _lock:
        known = _registries.get(digest)
    if known is None:
        return base
    return dataclasses.replace(base, guides={**base.guides, **known.guides})
