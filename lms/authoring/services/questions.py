"""Changing the question bank of a draft. Two authors in one bank file do not stop each other:
only who changes the same question meets what the other wrote."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping

from lms.authoring.models import Draft
from lms.authoring.queries.drafts import draft_for
from lms.authoring.queries.questions import DraftBank, get_bank, item_in_version
from lms.authoring.rules.bank.changing import bank_path, tree_of, with_items, with_new, without
from lms.authoring.rules.bank.merging import free_key
from lms.authoring.rules.bank.reading import Item, keys_of, read_bank_file
from lms.authoring.rules.bank.uses import check_unused
from lms.authoring.rules.drafts import RESTORED
from lms.authoring.services.files import write, write_many
from lms.core.actor import Actor
from lms.core.content.marked import Tree
from lms.core.database import Session
from lms.core.errors import BadInputError, ConflictError, NotPossibleError
from lms.core.text import N_
from lms.courses.layout import path_in
from lms.guides.registry import Registry

_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class ItemMovedOnError(ConflictError):
    """Somebody saved the same question meanwhile. `item` is how it stands now, None if it went."""

    def __init__(self, item: Item | None) -> None:
        super().__init__(
            N_("Somebody else saved this question while you wrote. Nothing of yours is lost.")
        )
        self.item = item


def save_item(
    session: Session,
    actor: Actor,
    draft: Draft,
    registry: Registry,
    key: str,
    values: Mapping[str, object],
    *,
    based_on: str,
    now: datetime.datetime,
    why: str = "",
) -> Item:
    """Put these values in place of the question; an unfinished one is kept as it is.

    `based_on` is the digest of the item the author started from. Raises ItemMovedOnError when it
    says something else by now.
    """
    draft = draft_for(session, actor, draft.id, for_change=True)
    found = get_bank(session, draft, registry)
    item = found.bank.find(key)
    tree = _tree(key, values)
    if item is None or (item.digest != based_on and item.text != _text(item, tree)):
        raise ItemMovedOnError(item)
    content = with_items(found.files[item.file], item.file, {item.place: tree})
    write(
        session,
        actor,
        draft,
        item.file,
        content,
        based_on=found.digests[item.file],
        now=now,
        why=why,
    )
    return read_bank_file(item.file, content).items[item.place]


def add_item(
    session: Session,
    actor: Actor,
    draft: Draft,
    registry: Registry,
    key: str,
    values: Mapping[str, object],
    *,
    file_name: str,
    now: datetime.datetime,
) -> Item:
    """A new question at the end of a bank file, which is made when there is none of this name.

    Raises BadInputError with `field` for a key that cannot be one or is taken, and for a name
    that no file can have.
    """
    draft = draft_for(session, actor, draft.id, for_change=True)
    found = get_bank(session, draft, registry)
    check_key(found, key)
    path = path_of(file_name)
    content = with_new(found.files.get(path), path, [_tree(key, values)])
    write(session, actor, draft, path, content, based_on=found.digests.get(path), now=now)
    return read_bank_file(path, content).items[-1]


def copy_item(
    session: Session,
    actor: Actor,
    draft: Draft,
    registry: Registry,
    key: str,
    *,
    now: datetime.datetime,
) -> Item:
    """The same question under a key of its own, version 1, behind the others of its file."""
    draft = draft_for(session, actor, draft.id, for_change=True)
    found = get_bank(session, draft, registry)
    item = found.item(key)
    own = free_key(key, keys_of(found.bank.items))
    values = {name: value for name, value in item.tree.items() if name not in {"key", "version"}}
    name = item.file.rsplit("/", 1)[-1].removesuffix(".yaml")
    return add_item(session, actor, draft, registry, own, values, file_name=name, now=now)


def remove_item(
    session: Session,
    actor: Actor,
    draft: Draft,
    registry: Registry,
    key: str,
    *,
    now: datetime.datetime,
) -> None:
    """Take a question out of its file, in every language. Raises NotPossibleError, naming the
    quizzes, while one asks it."""
    draft = draft_for(session, actor, draft.id, for_change=True)
    found = get_bank(session, draft, registry)
    item = found.item(key)
    check_unused(found.uses.get(key, ()))
    paths = [item.file, *_translations(found, item)]
    changes = {path: without(found.files[path], path, key) for path in paths}
    write_many(session, actor, draft, changes, based_on=found.digests, now=now)


def move_item(
    session: Session,
    actor: Actor,
    draft: Draft,
    registry: Registry,
    key: str,
    file_name: str,
    *,
    now: datetime.datetime,
) -> Item:
    """Put a question at the end of another bank file, with its translations."""
    draft = draft_for(session, actor, draft.id, for_change=True)
    found = get_bank(session, draft, registry)
    item = found.item(key)
    target = path_of(file_name)
    if target == item.file:
        raise BadInputError(N_("The question stands in this file already."), field="file_name")
    changes: dict[str, bytes | None] = {}
    for path in [item.file, *_translations(found, item)]:
        standing = read_bank_file(path, found.files[path])
        there = path_in(target, standing.language)
        trees = [dict(one.tree) for one in standing.items if one.key == key]
        changes[path] = without(found.files[path], path, key)
        changes[there] = with_new(found.files.get(there), there, trees)
    write_many(session, actor, draft, changes, based_on=found.digests, now=now)
    made = changes[target] or b""
    return read_bank_file(target, made).items[-1]


def restore_item(
    session: Session,
    actor: Actor,
    draft: Draft,
    registry: Registry,
    key: str,
    version_id: int,
    *,
    now: datetime.datetime,
) -> Item:
    """The question as it stood in a version of its file; the others of the file stay."""
    draft = draft_for(session, actor, draft.id, for_change=True)
    item = get_bank(session, draft, registry).item(key)
    then = item_in_version(session, draft, item, version_id)
    return save_item(
        session,
        actor,
        draft,
        registry,
        key,
        then.tree,
        based_on=item.digest,
        now=now,
        why=RESTORED,
    )


def check_key(found: DraftBank, key: str) -> None:
    """Raise BadInputError on `key` for one that cannot be, or that a question has."""
    if not _KEY.fullmatch(key) or len(key) > 80:
        raise BadInputError(
            N_("Write a key of small letters a to z, digits and single hyphens."), field="key"
        )
    if key in keys_of(found.bank.items):
        raise BadInputError(
            N_("A question of this draft has this key. Choose another."), field="key"
        )


def is_there(found: DraftBank, key: str, values: Mapping[str, object]) -> bool:
    """Whether the question of this key says exactly this already."""
    item = found.bank.find(key)
    return item is not None and item.text == _text(item, _tree(key, values))


def path_of(file_name: str) -> str:
    """The path of the bank file of this name. Raises BadInputError on `file_name`."""
    try:
        return bank_path(file_name)
    except ValueError as error:
        raise BadInputError(
            N_("Name the file with small letters a to z, digits and single hyphens."),
            field="file_name",
        ) from error


def _tree(key: str, values: Mapping[str, object]) -> Tree:
    return {"key": key, **tree_of({n: v for n, v in values.items() if n != "key"})}


def _text(item: Item, tree: Tree) -> str:
    """The lines these values would have where the item stands: the same twice is no conflict."""
    content = with_new(None, item.file, [tree])
    return read_bank_file(item.file, content).items[0].text


def _translations(found: DraftBank, item: Item) -> list[str]:
    """Paths of the files that hold this question in other languages."""
    files = (file for file in found.bank.translated if file.file == item.file)
    paths = [file.path for file in files if any(one.key == item.key for one in file.items)]
    unreadable = [p for p in paths if not read_bank_file(p, found.files[p]).is_readable]
    if unreadable:
        raise NotPossibleError(
            N_("%(file)s has a mistake. Mend it in the text of the file first."),
            file=unreadable[0],
        )
    return paths
