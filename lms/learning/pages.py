"""Rendered lesson pages in this process: each made once for an edition and a language."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from lms.courses.render.clean import RENDERER_VERSION, safe
from lms.courses.render.page import RenderedPage, renderer_for
from lms.courses.store import registry_with
from lms.courses.values.edition import Edition
from lms.guides.registry import Registry, read_registry

MOST_KEPT = 600
"""Pages held at once, about 10 kB each."""

_kept: OrderedDict[tuple[str, str, str, int], RenderedPage] = OrderedDict()
_lock = threading.Lock()


@lru_cache(maxsize=4)
def registry_at(folder: Path) -> Registry:
    """The registry of guides and sources of this installation, read once."""
    return read_registry(folder)[0]


def words(edition: Edition, language: str, guides: Path) -> Callable[[str], Markup]:
    """A function from words of the content (a prompt, feedback) to safe HTML."""
    registry = registry_with(edition.digest, registry_at(guides))
    renderer = renderer_for(edition, registry, language)
    return lambda text: safe(renderer.prose(text))


def rendered(
    edition: Edition, key: str, body: str, language: str, guides: Path, *, prefix: str = ""
) -> RenderedPage:
    """The page `key` of an edition in one language, from the cache or made now.

    `prefix` begins its ids, where several pages stand on one.
    """
    name = (edition.digest, key, f"{prefix}{language}", RENDERER_VERSION)
    with _lock:
        page = _kept.get(name)
        if page is not None:
            _kept.move_to_end(name)
            return page
    registry = registry_with(edition.digest, registry_at(guides))
    page = renderer_for(edition, registry, language, prefix=prefix).page(body)
    with _lock:
        _kept[name] = page
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return page
