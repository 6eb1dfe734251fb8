"""What a report can be narrowed to, and the names of its rows. About bodies and courses only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.core.database import Session
from lms.core.errors import BadInputError
from lms.core.text import N_, fold
from lms.courses.catalogue import CourseCard
from lms.courses.models import StoredEdition
from lms.courses.queries.paths import list_paths
from lms.courses.values.edition import Edition
from lms.people.models import Agency, Member
from lms.people.models.members import MEMBER_KIND_HEADINGS, MemberKind
from lms.people.queries.members import by_name, find_member
from lms.reports.rules.asked import Asked

FIRST_TEST, LAST_TEST = "pre-test", "post-test"
_tests_by_digest: dict[str, tuple[tuple[str, bool], ...]] = {}
"""A few words for each edition that was current in the life of the process; none ever changes."""


@dataclass(frozen=True)
class Choices:
    """Members, sub-regions, courses and paths, by key with the words to show, in their order.

    A member without a sub-region stands under the kind of member it is, such as
    organisations, so that every member stands somewhere.
    """

    members: Mapping[str, str]
    kinds: Mapping[str, MemberKind]
    subregion_by_member: Mapping[str, str]
    subregions: Mapping[str, str]
    courses: Mapping[str, str]
    paths: Mapping[str, str]
    courses_by_path: Mapping[str, Sequence[str]]
    digests: Sequence[tuple[str, str]]


def read_choices(session: Session, language: str) -> Choices:
    """All there is to choose from. Three statements."""
    members = by_name(session.execute(select(Member)).scalars().all())
    subregions = {member.code: member.subregion or member.kind.value for member in members}
    editions = session.execute(
        select(StoredEdition.digest, StoredEdition.card).where(StoredEdition.is_current)
    ).all()
    cards = sorted(
        (CourseCard.from_json(card) for _digest, card in editions),
        key=lambda card: fold(card.title(language)),
    )
    paths = [stored.path for stored in list_paths(session)]
    return Choices(
        members={member.code: member.name for member in members},
        kinds={member.code: member.kind for member in members},
        subregion_by_member=subregions,
        subregions={key: subregion_name(key) for key in sorted(set(subregions.values()))},
        courses={card.key: card.title(language) for card in cards},
        paths={path.key: path.title for path in paths},
        courses_by_path={path.key: path.courses for path in paths},
        digests=[(card["key"], digest) for digest, card in editions],
    )


def subregion_name(key: str) -> str:
    """The words of a sub-region, or of the kind of member that stands in for one, in English."""
    kinds = {kind.value: words for kind, words in MEMBER_KIND_HEADINGS.items()}
    return kinds.get(key, key)


def read_tests(session: Session, choices: Choices) -> list[tuple[str, str, bool]]:
    """First and last tests of the current editions, as (course, quiz, whether it is the last).

    A process reads each edition once for this and keeps no more of it than its tests.
    """
    for _course, digest in choices.digests:
        if digest not in _tests_by_digest:
            statement = select(StoredEdition.content).where(StoredEdition.digest == digest).limit(1)
            edition = Edition.from_json(session.execute(statement).scalar_one())
            _tests_by_digest[digest] = tuple(
                (quiz.key, quiz.purpose == LAST_TEST)
                for quiz in edition.quizzes
                if quiz.purpose in (FIRST_TEST, LAST_TEST)
            )
    return [
        (course, quiz, is_last)
        for course, digest in choices.digests
        for quiz, is_last in _tests_by_digest[digest]
    ]


def agencies_named(session: Session, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Member and name of these agencies, asked in pieces of 500."""
    found: dict[int, tuple[str, str]] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), 500):
        statement = select(Agency.id, Agency.member_code, Agency.name).where(
            Agency.id.in_(wanted[start : start + 500])
        )
        for agency_id, member_code, name in session.execute(statement):
            found[agency_id] = (member_code, name)
    return found


def list_agencies_of(session: Session, member_code: str) -> dict[int, str]:
    """The agencies of a member by name, closed ones too: what was done in them stays."""
    statement = (
        select(Agency.id, Agency.name)
        .where(Agency.member_code == member_code)
        .order_by(Agency.folded_name)
    )
    return dict(session.execute(statement).all())


def check(asked: Asked, choices: Choices) -> None:
    """Raise BadInputError for a member, sub-region, course or path there is not."""
    known: list[tuple[str, str, Collection[str]]] = [
        ("member", asked.member, choices.members),
        ("subregion", asked.subregion, choices.subregions),
        ("course", asked.course, choices.courses),
        ("path", asked.path, choices.paths),
    ]
    for field, value, among in known:
        if value and value not in among:
            raise BadInputError(
                N_("There is nothing called “%(value)s” to narrow the report to."),
                field=field,
                value=value[:80],
            )


def member_code_of(session: Session, words: str) -> str:
    """The member that goes by this name, code or alias. Raises BadInputError."""
    member = find_member(session, words)
    if member is None:
        raise BadInputError(N_("There is no member “%(value)s”."), field="member", value=words[:80])
    return member.code
