"""Pure rules of sign-in: how long things last, where a person may be sent, what is throttled."""

from __future__ import annotations

import datetime
import ipaddress
import unicodedata
from urllib.parse import urlsplit

from lms.core.throttle import Limit

INVITATION_LASTS = datetime.timedelta(days=21)
REGISTRATION_LASTS = datetime.timedelta(days=2)
RESET_LASTS = datetime.timedelta(hours=2)
RESEND_PAUSE = datetime.timedelta(minutes=10)
"""Between two invitations to one person, so that nobody's mailbox is flooded."""

LONGEST_EMAIL = 254
"""RFC 5321 allows no longer path (erratum 1690 of RFC 3696)."""

_WINDOW = datetime.timedelta(minutes=15)
_HOUR = datetime.timedelta(hours=1)
PASSWORD_OF_ACCOUNT = Limit("password:account", 5, _WINDOW)
"""Tries of strangers on one account. A browser that signed in before has a count of its own,
so that a stranger cannot keep the owner out (OWASP, device cookies)."""
PASSWORD_OF_ADDRESS = Limit("password:address", 30, _WINDOW)
CODE_OF_ACCOUNT = Limit("code:account", 5, _WINDOW)
FIRST_CODE_OF_ACCOUNT = Limit("first-code:account", 5, _WINDOW)
RESET_OF_EMAIL = Limit("reset:email", 3, _HOUR)
RESET_OF_ADDRESS = Limit("reset:address", 20, _HOUR)
REGISTRATION_OF_EMAIL = Limit("registration:email", 3, _HOUR)
REGISTRATION_OF_ADDRESS = Limit("registration:address", 20, _HOUR)
ADDRESS_OF_PERSON = Limit("address:person", 5, datetime.timedelta(days=1))
"""Mails to an address of one's choice; whose it is, nobody knows yet."""
ASK_AGAIN_OF_LINK = Limit("invitation:link", 3, datetime.timedelta(days=1))
ASK_AGAIN_OF_ADDRESS = Limit("invitation:address", 20, _HOUR)

START = "/start"
LONGEST_PATH = 2000


def own_path(wish: str | None, *, otherwise: str = START) -> str:
    """`wish` if it is a path on this site, else `otherwise`.

    Browsers take `//host`, `/\\host` and addresses with tabs or newlines in them for other
    hosts (WHATWG URL, section 4.4), so only a path that starts with one slash and has
    neither backslash, white space nor control characters passes.
    """
    if not wish or len(wish) > LONGEST_PATH:
        return otherwise
    if not wish.startswith("/") or wish.startswith("//") or "\\" in wish:
        return otherwise
    if any(character.isspace() or unicodedata.category(character) == "Cc" for character in wish):
        return otherwise
    try:
        parts = urlsplit(wish)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else wish


def network_of(address: str | None) -> str:
    """What counts as one address for throttles: an IPv4 address, or a /64 of IPv6.

    One line of a house has a whole /64, so counting single IPv6 addresses counts nothing.
    """
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
