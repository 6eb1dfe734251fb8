"""What is rendered in this process: pages and words of editions, each made once in a language.

An edition never changes, so what was made of it stays right.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

from markupsafe import Markup

from lms.courses.render.clean import RENDERER_VERSION, safe
from lms.courses.render.page import RenderedPage, renderer_for
from lms.courses.store import registry_with
from lms.courses.values.edition import Edition
from lms.guides.registry import Registry, read_registry

MOST_PAGES = 600
"""Pages held at once, about 10 kB each."""
MOST_WORDS = 6000
"""Prompts, choices and the like held at once, about 1 kB each; a course has some 800."""

Made = TypeVar("Made")


class _Shelf(Generic[Made]):
    """So many things by name, for all threads; what was not asked for the longest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[tuple[str, ...], Made] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: tuple[str, ...], make: Callable[[], Made]) -> Made:
        """The thing of this name, made now if it is not here; two threads may both make it."""
        with self._lock:
            if name in self._things:
                self._things.move_to_end(name)
                return self._things[name]
        made = make()
        with self._lock:
            self._things[name] = made
            while len(self._things) > self._most:
                self._things.popitem(last=False)
        return made


_pages: _Shelf[RenderedPage] = _Shelf(MOST_PAGES)
_words: _Shelf[Markup] = _Shelf(MOST_WORDS)


@lru_cache(maxsize=4)
def registry_at(folder: Path) -> Registry:
    """The registry of guides and sources of this installation, read once."""
    return read_registry(folder)[0]


def words(edition: Edition, language: str, guides: Path) -> Callable[[str], Markup]:
    """A function from words of the content (a prompt, feedback) to safe HTML."""
    registry = registry_with(edition.digest, registry_at(guides))
    renderer = renderer_for(edition, registry, language)
    return lambda text: _words.get(
        (edition.digest, language, str(RENDERER_VERSION), text), lambda: safe(renderer.prose(text))
    )


def rendered(
    edition: Edition, key: str, body: str, language: str, guides: Path, *, prefix: str = ""
) -> RenderedPage:
    """The page `key` of an edition in one language.

    `prefix` begins its ids, where several pages stand on one.
    """
    registry = registry_with(edition.digest, registry_at(guides))
    return _pages.get(
        (edition.digest, key, language, prefix, str(RENDERER_VERSION)),
        lambda: renderer_for(edition, registry, language, prefix=prefix).page(body),
    )
