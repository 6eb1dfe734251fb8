"""E-mail addresses as we accept them. Pure; nothing is looked up on the network."""

from __future__ import annotations

import re

from lms.people.rules.sign_in import LONGEST_EMAIL

_LOCAL = re.compile(r"[^\s@\"(),:;<>\[\]\\\x00-\x1f\x7f]{1,64}")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]")


def clean_email(typed: str) -> str:
    """The bare address out of what stands in a cell: trimmed, without mailto: and brackets."""
    address = typed.strip().strip("\u200b\u2060\ufeff").removeprefix("mailto:")
    if address.endswith(">") and "<" in address:
        address = address[address.rindex("<") + 1 : -1]
    return address.strip().rstrip(".;,")


def is_email(address: str) -> bool:
    """Whether it has the form of an address mail can be sent to: name, @, dotted domain.

    Quoted names, address literals and comments (RFC 5322) are refused: no agency uses
    them, and they are how header injection begins. Letters of any script are accepted
    (RFC 6531).
    """
    if len(address) > LONGEST_EMAIL or address.count("@") != 1:
        return False
    local, domain = address.split("@")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return False
    return bool(_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain))
