"""What can be assigned: courses and paths, as far as the actor may assign them."""

from __future__ import annotations

from dataclasses import dataclass

from lms.access.permissions import Permission
from lms.access.rules import scopes_for
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.errors import NotFoundError
from lms.core.text import N_, fold
from lms.courses.catalogue import CourseCard
from lms.courses.models import StoredEdition
from lms.courses.queries import get_current, list_cards
from lms.courses.queries.paths import StoredPath, current_cards, get_current_path, list_paths
from lms.enrolments.rules.assigning import SubjectKind


@dataclass(frozen=True, slots=True)
class Subject:
    """A course or a path to be assigned; the one that is not meant is None.

    `cards` are those of the course, or of the path's courses in order, as far as they
    may be taken now.
    """

    kind: SubjectKind
    key: str
    cards: tuple[CourseCard, ...]
    edition: StoredEdition | None = None
    path: StoredPath | None = None

    def title(self, language: str) -> str:
        """Its title in this language, or in its own."""
        return self.path.path.title if self.path is not None else self.cards[0].title(language)

    @property
    def own_title(self) -> str:
        """Its title in its own language, as notices keep it."""
        return self.path.path.title if self.path is not None else self.cards[0].title("")

    @property
    def minutes(self) -> int:
        """All its time."""
        return sum(card.minutes for card in self.cards)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages all its courses are in, those of the first course first."""
        return tuple(
            code
            for code in self.cards[0].languages
            if all(code in card.languages for card in self.cards)
        )

    @property
    def is_invited_only(self) -> bool:
        """Whether the secretariat alone may assign it."""
        return any(card.open_to == "invited" for card in self.cards)


def list_subjects(session: Session, actor: Actor) -> list[Subject]:
    """What the actor may assign: paths, then courses, each by title. Two statements."""
    cards = sorted(list_cards(session), key=lambda card: fold(card.title("")))
    by_key = {card.key: card for card in cards}
    found = [
        Subject(
            SubjectKind.PATH,
            stored.path.key,
            tuple(by_key[key] for key in stored.path.courses if key in by_key),
            path=stored,
        )
        for stored in list_paths(session)
    ]
    found += [Subject(SubjectKind.COURSE, card.key, (card,)) for card in cards]
    return [subject for subject in found if subject.cards and may_assign(actor, subject)]


def get_subject(session: Session, actor: Actor, kind: SubjectKind, key: str) -> Subject:
    """One of them. Raises NotFoundError where it is not there or not the actor's to assign."""
    if kind is SubjectKind.PATH:
        stored = get_current_path(session, key)
        cards = current_cards(session, stored.path.courses)
        courses = tuple(cards[each] for each in stored.path.courses if each in cards)
        subject = Subject(kind, key, courses, path=stored)
    else:
        edition = get_current(session, key)
        subject = Subject(kind, key, (CourseCard.from_json(edition.card),), edition=edition)
    if not subject.cards or not may_assign(actor, subject):
        raise NotFoundError(N_("There is no such course or path that you can assign."))
    return subject


def may_assign(actor: Actor, subject: Subject) -> bool:
    """Whether it is the actor's to assign: what is by nomination is the secretariat's alone."""
    everywhere = scopes_for(actor, Permission.ASSIGNMENT_MAKE).everywhere
    return everywhere or not subject.is_invited_only
