"""Keeps the catalogues of lms/web/translations in step with the words in code and templates.

    script/translations.py check     every catalogue complete; ends with 1 and says what is not
    script/translations.py update    collects the words and merges them into every catalogue

A catalogue is complete when every word of the product is in it, translated, not marked fuzzy,
with the same placeholders as the source.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "lms" / "web" / "translations"
# Beside Babel's own (_, gettext, ngettext, pgettext, npgettext, N_).
KEYWORDS = "lazy_gettext lazy_ngettext:1,2 lazy_pgettext:1c,2"
SHOWN = 10
"""Problems listed for each catalogue; the rest is counted."""


def main(arguments: list[str]) -> int:
    """Run the command named by the first argument and return the exit code."""
    os.chdir(ROOT)
    if arguments == ["check"]:
        return check()
    if arguments == ["update"]:
        return update()
    print(__doc__, file=sys.stderr)
    return 2


def check() -> int:
    """Print what is wrong with each catalogue; 1 if anything is."""
    with tempfile.TemporaryDirectory() as folder:
        template = _read(_extract(Path(folder) / "messages.pot"))
    ended = 0
    for path in catalogues():
        problems = list(_problems(template, _read(path)))
        if problems:
            ended = 1
        print(f"{path.relative_to(ROOT)}: {len(template)} texts, {len(problems)} problems")
        for problem in problems[:SHOWN]:
            print(f"  {problem}")
        if len(problems) > SHOWN:
            print(f"  and {len(problems) - SHOWN} more")
    if not catalogues():
        print(f"{len(template)} texts, no catalogue beside English")
    if ended:
        print("To collect new words: .venv/bin/python script/translations.py update")
    return ended


def update() -> int:
    """Merge the words of the product into every catalogue; new ones stay empty, none is guessed."""
    with tempfile.TemporaryDirectory() as folder:
        template = _extract(Path(folder) / "messages.pot")
        for path in catalogues():
            language = path.parent.parent.name
            _babel(
                "update",
                *("--input-file", str(template), "--output-file", str(path)),
                *("--locale", language, "--no-fuzzy-matching", "--ignore-obsolete"),
                *("--ignore-pot-creation-date", "--width", "100"),
            )
    return 0


def catalogues() -> list[Path]:
    """Return the .po file of each language the interface speaks beside English."""
    return sorted(FOLDER.glob("*/LC_MESSAGES/messages.po"))


def _problems(template: Catalog, catalogue: Catalog) -> Iterator[str]:
    for wanted in template:
        if not wanted.id:
            continue
        found = catalogue.get(wanted.id, wanted.context)
        if found is None:
            yield f"missing: {_place(wanted)}"
        elif not all(_strings(found)):
            yield f"not translated: {_place(wanted)}"
        elif found.fuzzy:
            yield f"fuzzy: {_place(wanted)}"
        else:
            for error in found.check(catalogue):
                yield f"{error}: {_place(wanted)}"


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def _place(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    file, line = message.locations[0] if message.locations else ("", 0)
    return f"“{text}” ({file}:{line})"


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name if path.suffix == ".po" else None)


def _extract(target: Path) -> Path:
    _babel(
        "extract",
        *("--mapping-file", str(FOLDER / "babel.cfg"), "--keywords", KEYWORDS),
        *("--add-comments", "Translators:", "--project", "Bekal"),
        *("--output-file", str(target), "."),
    )
    return target


def _babel(*arguments: str) -> None:
    CommandLineInterface().run(["pybabel", "--quiet", *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
