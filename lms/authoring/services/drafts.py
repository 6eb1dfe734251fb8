"""Beginning drafts, sharing them, giving them up."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from sqlalchemy import delete, func, insert, select

from lms.access.permissions import Permission
from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.access.rules import may, scopes_for
from lms.authoring.models import Draft, DraftContributor, DraftFile
from lms.authoring.queries.drafts import draft_for, is_author
from lms.authoring.rules.drafts import (
    MOST_FILES,
    TRANSITIONS,
    DraftState,
    DraftVerb,
    content_digest,
    draft_digest,
    flaw_of_file,
)
from lms.core.actor import Actor, ScopeKind
from lms.core.audit.services import record
from lms.core.database import Session, insert_once
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError, RefusedError
from lms.core.states import step_from
from lms.core.text import N_, clean_line, fold
from lms.courses.models import StoredEdition
from lms.courses.queries.adaptations import find_adaptation
from lms.courses.services.adaptations import follow
from lms.notices.rules import Category, NoticeKind
from lms.notices.services import tell
from lms.people.models import Person, RoleHeld
from lms.people.models.persons import PersonState
from lms.people.queries.roles import holds

KEEPER = Actor.system("authoring")

ADDED = NoticeKind(
    name="draft.contributor_added",
    category=Category.TASKS,
    sentence=N_("You may write the draft of “%(title)s” now."),
    path="/drafts/%(draft)s",
    facts={"title": None, "draft": None},
)


def begin(
    session: Session,
    actor: Actor,
    *,
    course_key: str,
    title: str,
    files: Mapping[str, bytes],
    made_from: StoredEdition | None = None,
    adapted_from: StoredEdition | None = None,
    client_id: str | None = None,
    now: datetime.datetime,
) -> Draft:
    """A new draft with these files, of which the actor is the first contributor.

    `made_from`: the edition of the same course that the files are; `adapted_from`: the edition
    of another course that they follow; a later draft of such a course keeps the link. The same
    `client_id` again gives the draft that was begun. Raises RefusedError for who may not write
    drafts, or not of this published course; BadInputError for what cannot be a file.
    """
    if not may(actor, Permission.DRAFT_EDIT):
        raise RefusedError(N_("Drafts are written by trainers and the secretariat."))
    if not may_begin_from(session, actor, course_key):
        raise RefusedError(
            N_("A course with the key %(key)s is published, and others teach it. Adapt it."),
            key=course_key,
        )
    if client_id is not None:
        begun = select(Draft).where(
            Draft.client_id == client_id, Draft.created_by == actor.person_id
        )
        found = session.execute(begun).scalar_one_or_none()
        if found is not None:
            return found
    if len(files) > MOST_FILES:
        raise BadInputError(N_("A course has at most %(number)s files."), number=MOST_FILES)
    for path, content in files.items():
        flaw = flaw_of_file(path, content)
        if flaw is not None:
            raise BadInputError(flaw, path=path)
    digests = {path: content_digest(content) for path, content in files.items()}
    link = find_adaptation(session, course_key) if adapted_from is None else None
    draft = Draft(
        course_key=course_key,
        title=clean_line(title)[:300],
        state=DraftState.OPEN,
        made_from=made_from.id if made_from is not None else None,
        adapted_from=(
            adapted_from.course_key if adapted_from else link.source_key if link else None
        ),
        adapted_digest=(
            adapted_from.digest if adapted_from else link.source_digest if link else None
        ),
        created_by=actor.person_id,
        created_at=now,
        changed_at=now,
        digest=draft_digest(digests),
        client_id=client_id,
    )
    session.add(draft)
    session.flush()
    if files:
        session.execute(
            insert(DraftFile),
            [
                {
                    "draft_id": draft.id,
                    "path": path,
                    "content": files[path],
                    "digest": digests[path],
                    "number": 1,
                    "changed_at": now,
                    "changed_by": actor.person_id,
                }
                for path in sorted(files)
            ],
        )
    if adapted_from is not None:
        follow(session, actor, course_key, adapted_from, now=now)
    if actor.person_id is not None:
        _add(session, actor, draft, actor.person_id, now=now)
    record(session, actor, "draft.begin", "draft", draft.id, now=now, course=course_key)
    return draft


def may_begin_from(session: Session, actor: Actor, course_key: str) -> bool:
    """Whether the actor may write the next edition of this course: a new one, or one they teach."""
    scopes = scopes_for(actor, Permission.DRAFT_EDIT)
    if scopes.everywhere or course_key in scopes.of(ScopeKind.COURSE):
        return True
    published = select(func.count()).where(StoredEdition.course_key == course_key)
    return not session.execute(published).scalar_one()


def add_contributor(
    session: Session, actor: Actor, draft: Draft, email: str, *, now: datetime.datetime
) -> Person:
    """Let another trainer, or somebody of the secretariat, write the draft too.

    Raises BadInputError with `field` when nobody who writes courses has this address: the
    sentence is the same whether the address belongs to somebody else or to nobody.
    """
    _may_change(session, actor, draft)
    person = session.execute(
        scoped(Person, KEEPER, Reach.ALL_MEMBERS).where(
            Person.folded_email == fold(email), Person.state == PersonState.ACTIVE
        )
    ).scalar_one_or_none()
    if person is None or not _writes_courses(session, person.id, now.date()):
        raise BadInputError(
            N_(
                "No trainer has this address. Ask the secretariat to give your colleague the role "
                "of a trainer first."
            ),
            field="email",
        )
    _add(session, actor, draft, person.id, now=now)
    if person.id != actor.person_id:
        tell(
            session,
            KEEPER,
            person_id=person.id,
            kind=ADDED,
            facts={"title": draft.title, "draft": draft.id},
            now=now,
            once_key=f"{ADDED.name}@{draft.id}",
        )
    return person


def remove_contributor(
    session: Session, actor: Actor, draft: Draft, person_id: int, *, now: datetime.datetime
) -> None:
    """Take somebody off the draft; oneself too, while another contributor is left.

    Raises NotFoundError for who does not contribute, NotPossibleError for the last one.
    """
    draft = draft_for(session, actor, draft.id, for_change=True)
    _may_change(session, actor, draft)
    statement = select(DraftContributor.person_id).where(DraftContributor.draft_id == draft.id)
    people = set(session.execute(statement).scalars())
    if person_id not in people:
        raise NotFoundError(N_("This person does not contribute to the draft."))
    if len(people) == 1:
        raise NotPossibleError(N_("A draft has one contributor at least. Add another first."))
    session.execute(
        delete(DraftContributor).where(
            DraftContributor.draft_id == draft.id, DraftContributor.person_id == person_id
        )
    )
    record(
        session,
        actor,
        "draft.remove_contributor",
        "draft",
        draft.id,
        now=now,
        subject_person_id=person_id,
    )


def discard(session: Session, actor: Actor, draft: Draft, *, now: datetime.datetime) -> None:
    """Give the draft up. Its files stay; `take_back` opens it again."""
    _move(session, actor, draft, DraftVerb.DISCARD, now=now)


def take_back(session: Session, actor: Actor, draft: Draft, *, now: datetime.datetime) -> None:
    """Open a discarded draft again."""
    _move(session, actor, draft, DraftVerb.TAKE_BACK, now=now)


def _move(
    session: Session, actor: Actor, draft: Draft, verb: DraftVerb, *, now: datetime.datetime
) -> None:
    draft = draft_for(session, actor, draft.id, for_change=True)
    _may_change(session, actor, draft)
    step = step_from(TRANSITIONS, draft.state, verb)
    if step is None:
        raise NotPossibleError(N_("The draft has moved on. Load the page again."))
    draft.state, draft.changed_at = step.after, now
    session.flush()
    record(session, actor, f"draft.{verb.value}", "draft", draft.id, now=now)


def _may_change(session: Session, actor: Actor, draft: Draft) -> None:
    if not is_author(session, actor, draft):
        raise RefusedError(N_("You read this draft. Only its contributors change it."))


def _add(
    session: Session, actor: Actor, draft: Draft, person_id: int, *, now: datetime.datetime
) -> None:
    made = insert_once(
        session,
        DraftContributor,
        {
            "draft_id": draft.id,
            "person_id": person_id,
            "added_at": now,
            "added_by": actor.person_id,
        },
        unique=("draft_id", "person_id"),
    )
    if made is not None:
        record(
            session,
            actor,
            "draft.add_contributor",
            "draft",
            draft.id,
            now=now,
            subject_person_id=person_id,
        )


def _writes_courses(session: Session, person_id: int, today: datetime.date) -> bool:
    statement = (
        scoped(RoleHeld, KEEPER, Reach.ALL_MEMBERS)
        .where(
            RoleHeld.person_id == person_id,
            RoleHeld.role.in_([Role.TRAINER, Role.SECRETARIAT]),
            holds(today),
        )
        .with_only_columns(RoleHeld.id)
        .limit(1)
    )
    return session.execute(statement).scalar_one_or_none() is not None
