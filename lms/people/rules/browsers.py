"""Browsers: what a person calls theirs, and how one is known again. Pure."""

from __future__ import annotations

import hashlib
import hmac

from lms.core.text import N_

MOST_PEOPLE = 5
"""How many people one browser remembers, such as the shared computer of an office."""

_FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("UCBrowser", "UC Browser"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_PLATFORMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
UNKNOWN_BROWSER = N_("A browser we do not know")


def browser_class(user_agent: str) -> str:
    """The sort of browser in a few words, such as "Firefox on Windows".

    Coarse on purpose: enough to know one's own device again, no fingerprint.
    """
    family = next((name for mark, name in _FAMILIES if mark in user_agent), "")
    platform = next((name for mark, name in _PLATFORMS if mark in user_agent), "")
    return " on ".join(filter(None, (family, platform))) or UNKNOWN_BROWSER


def mark_of(key: bytes, person_id: int, password_hash: str) -> str:
    """What a browser keeps to be known as one this person signed in with: 128 bits of an HMAC.

    It hangs on the password's hash, so a changed password makes every browser new.
    """
    text = f"{person_id}:{password_hash}".encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest()[:32]


def knows(cookie: str, mark: str) -> bool:
    """Whether the browser's cookie holds the mark."""
    return any(hmac.compare_digest(each.encode(), mark.encode()) for each in cookie.split("."))


def remember(cookie: str, mark: str) -> str:
    """The cookie with the mark in front; the oldest leave it."""
    others = [each for each in cookie.split(".") if each and each != mark and len(each) == 32]
    return ".".join([mark, *others][:MOST_PEOPLE])
