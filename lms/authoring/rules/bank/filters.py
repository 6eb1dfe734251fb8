"""Which items of a bank a list shows, and how two states of one item differ. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from lms.authoring.rules.bank.reading import Item, WholeBank
from lms.authoring.rules.bank.uses import Use
from lms.core.text import fold

STATES = ("", "unfinished", "unused", "used")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter; what is empty does not narrow. `not_in` is a language that is missing.

    `state` is one of STATES: with something to mend, asked by no quiz, asked by one.
    """

    word: str = ""
    kind: str = ""
    objective: str = ""
    tag: str = ""
    source: str = ""
    language: str = ""
    not_in: str = ""
    file: str = ""
    state: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Wanted:
        """The filter in an address; names that are none of ours are passed over."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value.strip() for name, value in values.items() if name in known})

    def in_address(self) -> dict[str, str]:
        """What narrows, for links of the same filter."""
        return {name: value for name, value in asdict(self).items() if value}


def narrowed(
    bank: WholeBank,
    wanted: Wanted,
    uses: Mapping[str, Sequence[Use]],
    unfinished: Collection[str],
) -> list[Item]:
    """The items of the filter, in order of file and place."""
    word = fold(wanted.word)

    def fits(item: Item) -> bool:
        languages = bank.languages.get(item.key, ())
        return (
            (not wanted.kind or item.kind == wanted.kind)
            and (not wanted.objective or item.objective == wanted.objective)
            and (not wanted.tag or wanted.tag in item.tags)
            and (not wanted.source or wanted.source in item.sources)
            and (not wanted.file or item.file == wanted.file)
            and (not wanted.language or wanted.language in languages)
            and (not wanted.not_in or wanted.not_in not in languages)
            and (wanted.state != "unfinished" or item.key in unfinished)
            and (wanted.state != "unused" or item.key not in uses)
            and (wanted.state != "used" or item.key in uses)
            and (not word or word in fold(item.text))
        )

    return [item for item in bank.items if fits(item)]


def language_choices(bank: WholeBank) -> list[str]:
    """The other languages some item exists in."""
    return sorted({code for codes in bank.languages.values() for code in codes})


def differences(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Where two states of a question differ: field, what was typed, what stands now."""
    one, other = _flat(mine), _flat(theirs)
    names = [*other, *(name for name in one if name not in other)]
    return [
        (name, one.get(name, ""), other.get(name, ""))
        for name in names
        if _as_read(one.get(name, "")) != _as_read(other.get(name, ""))
    ]


def _as_read(text: str) -> str:
    return " ".join(text.split())


def _flat(tree: Mapping[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in tree.items():
        path = f"{before}{name}"
        if isinstance(value, Mapping):
            found |= _flat(value, f"{path}.")
        elif isinstance(value, list):
            for number, part in enumerate(value, 1):
                if isinstance(part, Mapping):
                    found |= _flat(part, f"{path}[{number}].")
                else:
                    found[f"{path}[{number}]"] = str(part)
        elif value not in (None, ""):
            found[path] = str(value)
    return found
