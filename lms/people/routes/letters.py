"""Letters of names that no certificate can print, in words. No name is refused for one."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import ngettext

from lms.core.lettering import unprintable


def warning_of(names: Iterable[str]) -> str:
    """A sentence naming the letters of these names that cannot be printed; empty without any."""
    return sentence_of(dict.fromkeys(letter for name in names for letter in unprintable(name)))


def sentence_of(letters: Iterable[str]) -> str:
    """The sentence for these letters; empty without any."""
    shown = [f"{letter} (U+{ord(letter):04X})" for letter in letters]
    if not shown:
        return ""
    return str(
        ngettext(
            "This letter cannot be printed on a certificate yet: %(letters)s. The name is kept as "
            "written; a certificate waits until the letter can be printed or the name is changed.",
            "These letters cannot be printed on a certificate yet: %(letters)s. The name is kept "
            "as written; a certificate waits until they can be printed or the name is changed.",
            len(shown),
            letters=", ".join(shown),
        )
    )
