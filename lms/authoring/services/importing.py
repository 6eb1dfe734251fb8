"""Bringing questions of others into the bank of a draft: read, decided on, taken, undone."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import select

from lms.authoring.models import Draft, DraftVersion
from lms.authoring.queries.drafts import digests_of, draft_for
from lms.authoring.queries.questions import DraftBank, get_bank
from lms.authoring.queries.versions import version_before
from lms.authoring.rules.bank.carried import (
    CHANGED_SINCE,
    MOST_IN_FILE,
    Carried,
    Line,
    Sentence,
    carry,
)
from lms.authoring.rules.bank.changing import LARGEST_FILE, with_items, with_new
from lms.authoring.rules.bank.incoming import Defaults, Standing, preview
from lms.authoring.rules.bank.reading import keys_of
from lms.authoring.rules.questions.any_format import FORMAT_NAMES, Format, read_any
from lms.authoring.services.files import write_many
from lms.authoring.services.questions import path_of
from lms.core.actor import Actor
from lms.core.content.marked import Tree
from lms.core.database import Session
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.storage import NotStoredError, Storage, Stored
from lms.core.text import N_
from lms.guides.registry import Registry

READ = "authoring.questions.read"
AT_ONCE = 150_000
"""Bytes that are read while the author waits; more is a job."""

_NOTHING_CHOSEN = N_("Choose at least one question.")
_IS_UNDONE = N_("Questions of this import were changed since, so it cannot be undone as a whole.")


def new_token() -> str:
    """A name for one import, which its page, its result and its versions share."""
    return secrets.token_hex(8)


def result_key(draft_id: int, token: str) -> str:
    """Where the result of a reading lies in storage."""
    return f"authoring/questions/{draft_id}/{token}.json"


def reason_of(token: str) -> str:
    """What the versions of an import have as their reason, by which it is undone."""
    return f"import {token}"


def read_questions(
    found: DraftBank, content: bytes, name: str, wish: Format | None, defaults: Defaults
) -> Carried:
    """A file beside the bank as it stands; a file that cannot be read says why in `said`."""
    try:
        form, taken = read_any(content, wish)
    except BadInputError as error:
        said = Sentence(sentence=error.sentence, values=dict(error.values))
        return Carried(name=name, format="", said=said)
    objectives = [one.key for one in found.objectives]
    return carry(name, FORMAT_NAMES[form], preview(taken, found.bank, objectives, defaults))


def put_result(storage: Storage, draft_id: int, token: str, carried: Carried) -> Stored:
    """Keep a result under its token."""
    content = carried.model_dump_json().encode()
    return storage.put(result_key(draft_id, token), content, content_type="application/json")


def get_result(storage: Storage, draft_id: int, token: str) -> Carried | None:
    """The result of a reading; None when there is none (yet, or no more)."""
    try:
        with storage.open(result_key(draft_id, token)) as stream:
            return Carried.model_validate_json(stream.read())
    except NotStoredError:
        return None


def take_questions(
    session: Session,
    actor: Actor,
    draft: Draft,
    registry: Registry,
    carried: Carried,
    *,
    token: str,
    places: Collection[int] | None,
    replaces: bool,
    file_name: str,
    now: datetime.datetime,
) -> int:
    """Put questions of a file into the bank, all or none; how many were taken.

    `places` chooses among the new ones, None takes all of them. With `replaces` those whose
    key is here and that say something else take the place of what stands. Raises
    NotPossibleError when the bank is no longer the one the file was compared with.
    """
    draft = draft_for(session, actor, draft.id, for_change=True)
    found = get_bank(session, draft, registry)
    new = [line for line in carried.of(Standing.NEW) if places is None or line.place in places]
    other = carried.of(Standing.CHANGED) if replaces else ()
    if not new and not other:
        raise BadInputError(_NOTHING_CHOSEN)
    if any(line.key in keys_of(found.bank.items) for line in new):
        raise NotPossibleError(CHANGED_SINCE)
    changes: dict[str, bytes | None] = {**_replaced(found, other)}
    changes |= _added(found, changes, new, path_of(file_name))
    write_many(
        session,
        actor,
        draft,
        changes,
        based_on=found.digests,
        now=now,
        why=reason_of(token),
    )
    return len(new) + len(other)


def undo_import(
    session: Session, actor: Actor, draft: Draft, token: str, *, now: datetime.datetime
) -> int:
    """Make the bank files of an import what they were before it; how many files that were.

    Raises NotPossibleError when one of them was changed since.
    """
    draft = draft_for(session, actor, draft.id, for_change=True)
    versions = versions_of_import(session, draft, token)
    standing = digests_of(session, draft)
    changes: dict[str, bytes | None] = {}
    for version in versions:
        if standing.get(version.path) != version.digest:
            raise NotPossibleError(_IS_UNDONE)
        before = version_before(session, draft, version)
        changes[version.path] = before.content if before is not None else None
    if changes:
        write_many(session, actor, draft, changes, based_on=standing, now=now, why="undone")
    return len(changes)


def versions_of_import(session: Session, draft: Draft, token: str) -> Sequence[DraftVersion]:
    """The versions an import made, one a file."""
    statement = select(DraftVersion).where(
        DraftVersion.draft_id == draft.id, DraftVersion.why == reason_of(token)
    )
    return session.execute(statement).scalars().all()


def _replaced(found: DraftBank, lines: Sequence[Line]) -> dict[str, bytes]:
    by_file: dict[str, dict[int, Tree]] = {}
    for line in lines:
        item = found.bank.find(line.other)
        if item is None or item.digest != line.based_on:
            raise NotPossibleError(CHANGED_SINCE)
        by_file.setdefault(item.file, {})[item.place] = line.tree
    return {path: with_items(found.files[path], path, trees) for path, trees in by_file.items()}


def _added(
    found: DraftBank, changed: dict[str, bytes | None], lines: Sequence[Line], path: str
) -> dict[str, bytes | None]:
    """New questions at the end of the chosen file while it has room, then in numbered ones."""
    done: dict[str, bytes | None] = {}
    waiting = list(lines)
    number = 1
    while waiting:
        content = changed.get(path) or found.files.get(path)
        file = found.bank.file(path)
        room = MOST_IN_FILE - (len(file.items) if file is not None and content else 0)
        part: list[Line] = []
        size = len(content or b"")
        while waiting and len(part) < room and size < LARGEST_FILE - 60_000:
            size += len(waiting[0].text)
            part.append(waiting.pop(0))
        if part and content is None:
            # The texts are canonical already: nothing of another author has to be kept.
            done[path] = f"questions:\n{''.join(line.text for line in part)}".encode()
        elif part:
            done[path] = with_new(content, path, [line.tree for line in part])
        number += 1
        stem = path_of_part(path, number)
        path = stem
    return done


def path_of_part(path: str, number: int) -> str:
    """`bank/checks.yaml`, 2 → `bank/checks-2.yaml`; of that, 3 → `bank/checks-3.yaml`."""
    stem = path.removeprefix("bank/").removesuffix(".yaml")
    if number > 2:
        stem = stem.removesuffix(f"-{number - 1}")
    return path_of(f"{stem}-{number}")
