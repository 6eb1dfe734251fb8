"""What a password must be: long enough, not common, not made of what everyone knows. Pure.

After NIST SP 800-63B section 5.1.1.2 and OWASP ASVS 5.0 V6.2: length counts, composition
does not; nothing expires; anything may be pasted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import cache

from lms.core.errors import BadInputError
from lms.core.text import N_, fold

SHORTEST = 10
LONGEST = 200
FEWEST_GUESSES = 10**8
"""zxcvbn calls what takes more guesses safe against offline attack on a slow hash (score 3)."""
LONGEST_ESTIMATED = 72
"""Only so many characters are given to the estimator, whose time grows with their square."""
LEAST_OWN = 6
"""Characters that must remain when the person's own words are taken out."""
OUR_WORDS = ("bekal", "bali", "process", "password", "training", "official")


@cache
def common_passwords() -> frozenset[str]:
    """30,000 passwords of past breaches, folded; zxcvbn brings them."""
    # Its words are 17 MB: only processes in which a password was chosen have them.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - when a password is chosen

    return frozenset(fold(word) for word in FREQUENCY_LISTS["passwords"])


def normal(password: str) -> str:
    """The form that is hashed: NFC, as RFC 8265 (OpaqueString) asks.

    Keyboards write one Vietnamese or Korean letter as one character or as several; both
    are the same password. Nothing else is changed or cut off.
    """
    return unicodedata.normalize("NFC", password)


def check_password(password: str, *, own_words: Iterable[str], field: str = "password") -> None:
    """Refuse a password that is too short, too long, common, or easy to guess.

    `own_words`: the person's names, e-mail address, agency. Raises BadInputError on `field`.
    """
    password = normal(password)
    if len(password) < SHORTEST:
        raise BadInputError(
            N_("Make it at least %(shortest)s characters. Four or five words do well."),
            field=field,
            shortest=SHORTEST,
        )
    if len(password) > LONGEST:
        raise BadInputError(
            N_("Make it at most %(longest)s characters."), field=field, longest=LONGEST
        )
    folded = fold(password)
    if folded in common_passwords():
        raise BadInputError(
            N_("Many people use this password, so it is tried first. Choose another."),
            field=field,
        )
    words = _words_of(own_words)
    if _remaining(folded, words) < LEAST_OWN:
        raise BadInputError(
            N_("This is made of your own name or address. Choose words that are not about you."),
            field=field,
        )
    if _guesses(password, [*words, *OUR_WORDS]) < FEWEST_GUESSES:
        raise BadInputError(
            N_("This is easy to guess. Join four or five words that do not belong together."),
            field=field,
        )


def _guesses(password: str, words: list[str]) -> Decimal:
    """How many tries somebody needs who knows these words, by zxcvbn's estimate."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 - as large as its words above

    estimated = zxcvbn(password[:LONGEST_ESTIMATED], user_inputs=words)
    return Decimal(estimated["guesses"])


def _words_of(own_words: Iterable[str]) -> list[str]:
    """The folded parts of three letters or more, longest first."""
    parts = {part for text in own_words for part in re.split(r"[\W_]+", fold(text))}
    return sorted((part for part in parts if len(part) >= 3), key=len, reverse=True)


def _remaining(folded: str, words: list[str]) -> int:
    if not any(word in folded for word in words):
        return len(folded)
    for word in words:
        folded = folded.replace(word, "")
    return sum(character.isalnum() for character in folded)
