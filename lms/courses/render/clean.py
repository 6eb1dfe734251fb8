"""The last gate: only these elements, attributes, classes and addresses leave the renderer."""

from __future__ import annotations

import re

import nh3
from markupsafe import Markup

# Raised when the same source would give other HTML; published pages keep the one they have.
RENDERER_VERSION = 3

_CLASSES = frozenset({"scroll", "table", "cite", "term", "n"})
# A page printed together with others begins its ids with its number: p3-s1.
_ID = re.compile(r"(?:p[0-9]{1,3}-)?(?:s|cite-)[0-9]+")
_ATTRIBUTES = {
    "a": {"href", "class", "id", "aria-label", "rel"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "h2": {"id"},
    "h3": {"id"},
    "ol": {"start"},
    "span": {"class"},
    "sup": {"class"},
    "table": {"class"},
    "td": {"class"},
    "th": {"scope", "class"},
}
_ADDRESS = re.compile(r"https://[^\s\\]+|#[a-z0-9-]+|(?:/|\./|\.\./)?[a-z0-9][a-z0-9/-]*")
_FIXED = {"role": "region", "tabindex": "0"}
_TAGS = {
    "a", "blockquote", "br", "code", "div", "em", "h2", "h3", "hr", "li", "ol", "p", "span",
    "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def safe(html: str) -> Markup:
    """HTML of this renderer for templates, marked as safe; the only place that marks it.

    Call it only with what `cleaned` or `svg.safe_svg` returned, now or when it was stored.
    """
    return Markup(html)  # noqa: S704 - the contract above


def _keep(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return " ".join(part for part in value.split() if part in _CLASSES) or None
    if name == "id":
        return value if _ID.fullmatch(value) else None
    if name in _FIXED:
        return value if value == _FIXED[name] else None
    if name == "scope":
        return value if value in {"row", "col"} else None
    if name == "start":
        return value if value.isdecimal() and len(value) < 5 else None
    if name == "rel":
        return "noreferrer noopener"
    if tag == "a" and name == "href":
        return value if _is_safe_address(value) else None
    return value


def _is_safe_address(value: str) -> bool:
    """https, a place on this page, or a plain path; nothing a browser could read as a scheme."""
    return bool(
        re.match(r"^(?:https://[^\s\\]+|#[a-z0-9-]+|(?:/|\./|\.\./)?[a-z0-9][a-z0-9/-]*)$", value)
    )


def cleaned(html: str) -> str:
    """The HTML without anything that is not listed above. Idempotent and deterministic."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep,
        clean_content_tags={"script", "style", "template", "noscript"},
        link_rel=None,
        url_schemes={"https"},
    )
