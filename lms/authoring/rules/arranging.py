"""Arranging a draft: what moves, what is added, what goes, as changes of its files. Pure.

Keys never change. Numbers in the names of files and folders follow the order of the outline,
so that an exported folder reads in order; files that are renamed take their history along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.authoring.rules.new_course import free_key, key_from
from lms.authoring.rules.outline import ActivityLine, ModuleLine, Outline, outline_of
from lms.core.text import N_
from lms.courses.checks.translations import source_digest
from lms.courses.folder import Reading, SourceFile
from lms.courses.values.base import FileValue
from lms.courses.values.course import Module
from lms.courses.values.page import Page
from lms.courses.values.quiz import Quiz
from lms.courses.values.task import Reflection, Session
from lms.courses.writing import file_text

_NUMBER = re.compile(r"^\d\d")
MOST_NUMBERED = 99


class NotArrangedError(ValueError):
    """It cannot be done; the sentence (marked with N_) says why and how to mend it."""

    def __init__(self, sentence: str, **values: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values


@dataclass
class Arrangement:
    """Files that get another name, and contents under the names they have then."""

    moves: dict[str, str] = field(default_factory=dict)
    changes: dict[str, bytes | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AddedWords:
    """What is written into something new, in the reader's language."""

    title: str
    summary: str
    body: str
    intro: str
    prompt: str


class Arranger:
    """Works on one reading of a draft and gathers what changes."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.outline: Outline = outline_of(reading)
        self.sources = {source.path: source for source in reading.sources}
        self.media = {f"media/{medium.name}" for medium in reading.media}
        self.order = [module.key for module in self.outline.modules]
        self.lists = {
            module.key: [line.key for line in module.activities] for module in self.outline.modules
        }
        self.folders = {module.key: module.folder for module in self.outline.modules}
        self.written: dict[str, FileValue] = {}
        self.gone: set[str] = set()

    def module(self, key: str) -> ModuleLine:
        """The module with this key. Raises NotArrangedError when somebody removed it."""
        for module in self.outline.modules:
            if module.key == key:
                return module
        raise NotArrangedError(N_("There is no such module any more. Load the page again."))

    def activity(self, key: str) -> ActivityLine:
        """The activity with this key. Raises NotArrangedError when somebody removed it."""
        found = self.outline.activity(key)
        if found is None:
            raise NotArrangedError(N_("There is no such activity any more. Load the page again."))
        return found

    # What can be done

    def move_by(self, key: str, step: int) -> None:
        """One place up (-1) or down (1); over the end of a module into the next one."""
        module = self.outline.module_of(key)
        if module is None:
            raise NotArrangedError(N_("This stands in no module. Choose a module for it."))
        place = self.lists[module.key].index(key) + step
        if 0 <= place < len(self.lists[module.key]):
            self.place(key, module.key, place)
            return
        beside = self.order.index(module.key) + step
        if not 0 <= beside < len(self.order):
            raise NotArrangedError(N_("It stands at the end already."))
        into = self.order[beside]
        self.place(key, into, len(self.lists[into]) if step < 0 else 0)

    def place(self, key: str, into: str, place: int | None = None) -> None:
        """Put an activity into a module, at a place counted from 0, or at its end."""
        line = self.activity(key)
        self.module(into)
        if line.alternative_to:
            raise NotArrangedError(N_("An alternative stands in no module. Move what it is for."))
        self._list_can_be_written(into)
        for module_key, keys in self.lists.items():
            if key in keys:
                self._list_can_be_written(module_key)
                keys.remove(key)
        where = len(self.lists[into]) if place is None else max(0, place)
        self.lists[into].insert(where, key)

    def move_module(self, key: str, step: int) -> None:
        """One place up (-1) or down (1)."""
        self.module(key)
        place = self.order.index(key)
        if not 0 <= place + step < len(self.order):
            raise NotArrangedError(N_("It stands at the end already."))
        self.order.insert(place + step, self.order.pop(place))

    def place_module(self, key: str, place: int) -> None:
        """Put a module at a place counted from 0."""
        self.module(key)
        self.order.remove(key)
        self.order.insert(max(0, place), key)

    def add_module(self, title: str, summary: str) -> str:
        """A module at the end; its key."""
        if len(self.order) >= MOST_NUMBERED:
            raise NotArrangedError(N_("A course has at most 99 modules."))
        key = free_key(key_from(title), self.lists, "module")
        folder = f"modules/{len(self.order) + 1:02}-{key}"
        value = Module(file=f"{folder}/module.yaml", key=key, title=title, summary=summary)
        self.order.append(key)
        self.lists[key] = []
        self.folders[key] = folder
        self.written[value.file] = value
        return key

    def add(self, kind: str, into: str, words: AddedWords) -> str:
        """A page, quiz, reflection or session at the end of a module; its path.

        A quiz has no question yet and is unfinished until it gets one.
        """
        self.module(into)
        self._list_can_be_written(into)
        taken = {line.key for line in self.outline.all_activities}
        key = free_key(key_from(words.title), taken, kind)
        if kind == "page":
            path = f"{self.folders[into]}/{len(self.lists[into]) + 1:02}-{key}.md"
            value: FileValue = Page(
                file=path,
                key=key,
                title=words.title,
                minutes=5,
                summary=words.summary,
                body=words.body,
            )
        else:
            value = _other(kind, key, words)
        self.written[value.file] = value
        self.lists[into].append(key)
        self._new = (key, value.file)
        return value.file

    def retitle(self, path: str, title: str) -> None:
        """Another title for a module or an activity; the key stays."""
        source = self.sources.get(path)
        if source is None or source.value is None:
            raise NotArrangedError(
                N_("%(path)s has mistakes. Mend them first, then change the title."), path=path
            )
        value = self.written.get(path, source.value)
        self.written[path] = value.model_copy(update={"title": title})

    def remove(self, key: str) -> None:
        """Take an activity out of the course, with its translations and its alternative."""
        line = self.activity(key)
        module = self.outline.module_of(key)
        if module is not None:
            self._list_can_be_written(module.key)
            self.lists[module.key].remove(key)
        self._drop(line)
        for other in self.outline.all_activities:
            if other.alternative_to == key:
                self._drop(other)

    def remove_module(self, key: str) -> None:
        """Take a module out with its pages; what else it lists then stands in no module."""
        module = self.module(key)
        inside = [path for path in self.sources if path.startswith(f"{module.folder}/")]
        self.gone |= set(inside)
        self.order.remove(key)
        del self.lists[key]

    # What comes of it

    def arrangement(self) -> Arrangement:
        """Renames and contents; nothing for what stays as it is."""
        done = Arrangement()
        numbers = self._folders_now()
        homes = {key: module for module, keys in self.lists.items() for key in keys}
        for path in self.sources:
            if path in self.gone:
                done.changes[path] = None
                continue
            after = self._path_now(path, numbers, homes)
            if after != path:
                done.moves[path] = after
        for module in self.outline.modules:
            listed = self.lists.get(module.key)
            if listed is not None and listed != [line.key for line in module.activities]:
                value = self.written.get(module.path) or self._module_value(module.path)
                self.written[module.path] = value.model_copy(update={"activities": tuple(listed)})
                self._list_translations(module, listed)
        for path, value in self.written.items():
            if path in self.gone:
                continue
            if isinstance(value, Module) and value.key in self.lists and path not in self.sources:
                value = value.model_copy(update={"activities": tuple(self.lists[value.key])})
            after = done.moves.get(path) or self._path_now(path, numbers, homes)
            done.changes[after] = file_text(value).encode()
        return done

    def _list_translations(self, module: ModuleLine, listed: Sequence[str]) -> None:
        """Translations of a module.yaml list the same activities, and follow it as before."""
        before = source_digest(self._module_value(module.path))
        after = source_digest(self.written[module.path])
        for source in self.reading.sources:
            value = source.value
            if source.place.file != module.path or source.place.language is None:
                continue
            if isinstance(value, Module):
                mark = value.translation
                if mark is not None and mark.source == before:
                    mark = mark.model_copy(update={"source": after})
                self.written[source.path] = value.model_copy(
                    update={"activities": tuple(listed), "translation": mark}
                )

    def _folders_now(self) -> dict[str, str]:
        """The folder of every module as the order asks for it."""
        folders = {}
        for number, key in enumerate(self.order, 1):
            name = self.folders[key].rpartition("/")[2]
            folders[key] = f"modules/{number:02}-{name[3:]}"
        return folders

    def _path_now(self, path: str, folders: Mapping[str, str], homes: Mapping[str, str]) -> str:
        module_key = next(
            (key for key, folder in self.folders.items() if path.startswith(f"{folder}/")), None
        )
        if module_key is None:
            return path
        name = path.rpartition("/")[2]
        if not _NUMBER.match(name):
            return f"{folders.get(module_key, self.folders[module_key])}/{name}"
        source = self.sources.get(path)
        key = (source.place.name if source is not None else None) or self._new_key(path)
        anchor = self._anchor(key)
        home = homes.get(anchor, module_key)
        if home not in folders:
            return path
        if anchor in self.lists.get(home, ()):
            number = self._numbers(home)[key]
            name = f"{number:02}{name[2:]}"
        return f"{folders[home]}/{name}"

    def _new_key(self, path: str) -> str:
        new = getattr(self, "_new", ("", ""))
        return new[0] if new[1] == path else path.rpartition("/")[2][3:].split(".")[0]

    def _anchor(self, key: str) -> str:
        """The activity whose place decides: a page itself, or what an alternative stands in for."""
        found = self.outline.activity(key)
        return found.alternative_to if found is not None and found.alternative_to else key

    def _numbers(self, home: str) -> dict[str, int]:
        """Numbers of the pages of a module: in order, an alternative behind what it is for."""
        alternatives: dict[str, list[str]] = {}
        for line in self.outline.all_activities:
            if line.alternative_to and line.kind == "page" and line.path not in self.gone:
                alternatives.setdefault(line.alternative_to, []).append(line.key)
        numbers: dict[str, int] = {}
        for key in self.lists[home]:
            listed = self.outline.activity(key)
            if listed is None or listed.kind == "page":
                numbers[key] = min(len(numbers) + 1, MOST_NUMBERED)
            for other in alternatives.get(key, ()):
                numbers[other] = min(len(numbers) + 1, MOST_NUMBERED)
        return numbers

    def _drop(self, line: ActivityLine) -> None:
        for source in self.reading.sources:
            if source.place.file == line.path:
                self.gone.add(source.path)

    def _module_value(self, path: str) -> Module:
        value = self.sources[path].value
        if not isinstance(value, Module):
            raise NotArrangedError(
                N_("%(path)s has mistakes. Mend them first, then arrange its activities."),
                path=path,
            )
        return value

    def _list_can_be_written(self, key: str) -> None:
        path = next((m.path for m in self.outline.modules if m.key == key), None)
        if path is not None:
            self._module_value(path)


def _other(kind: str, key: str, words: AddedWords) -> FileValue:
    if kind == "quiz":
        # Without a slot it does not check, and says so; the bank is where questions come from.
        return Quiz.model_construct(
            file=f"quizzes/{key}.yaml",
            kind="quiz",
            key=key,
            title=words.title,
            purpose="knowledge-check",
            minutes=5,
            done_when="answered",
            slots=(),
        )
    if kind == "reflection":
        return Reflection.model_validate(
            {
                "file": f"reflections/{key}.yaml",
                "key": key,
                "title": words.title,
                "minutes": 10,
                "intro": words.intro,
                "prompts": [{"key": "first", "text": words.prompt}],
            }
        )
    if kind == "session":
        return Session.model_validate(
            {
                "file": f"sessions/{key}.yaml",
                "key": key,
                "title": words.title,
                "minutes": 60,
                "place": "in-person",
                "intro": words.intro,
                "required": False,
            }
        )
    raise NotArrangedError(N_("Nothing of this kind can be added here."))


@dataclass(frozen=True, slots=True)
class Reference:
    """A place that names an activity: file, line (from 1), and the line itself."""

    path: str
    line: int
    text: str


def references_to(files: Mapping[str, bytes], key: str, own: Sequence[str]) -> list[Reference]:
    """Where an activity is named, besides its own files and the list of its module."""
    word = re.compile(
        rf"page:{re.escape(key)}(?![a-z0-9-])"
        rf"|^\s*(?:- )?(?:alternative|alternative_to|module):\s*{re.escape(key)}\s*$"
        rf"|^\s*needs:.*(?<![a-z0-9-]){re.escape(key)}(?![a-z0-9-])"
        rf"|^\s+-\s+{re.escape(key)}\s*$"
    )
    found = []
    for path in sorted(files):
        if path in own or path.startswith("media/") or path.endswith("/module.yaml"):
            continue
        lines = files[path].decode("utf-8", errors="replace").split("\n")
        found += [
            Reference(path, number, line.strip()[:120])
            for number, line in enumerate(lines, 1)
            if word.search(line)
        ]
    return found


def own_files(reading: Reading, line: ActivityLine) -> list[SourceFile]:
    """The file of an activity and its translations."""
    return [source for source in reading.sources if source.place.file == line.path]
