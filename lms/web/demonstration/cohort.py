"""The first cohort: about 240 officials of thirteen members, each at a point of their own.

With the people of the first start there are some 300. Everything is done by the services
that the pages call, with the moment at which it would have happened, so that reports over
months have something to show. A repeat makes nobody twice.
"""

from __future__ import annotations

import datetime
from random import Random

from lms.access.reaches import Reach
from lms.access.roles import Role
from lms.completion.services import paths
from lms.core.actor import Actor
from lms.core.database import Session
from lms.enrolments.rules.assigning import SubjectKind
from lms.enrolments.services import assigning
from lms.enrolments.services.taking import enrol_self
from lms.notices.rules import Category, Frequency
from lms.notices.services import choose
from lms.people.models import Person
from lms.people.queries.persons import find_by_emails
from lms.people.queries.sign_in import actor_of
from lms.web.demonstration.cast import Player, players
from lms.web.demonstration.living import work_on
from lms.web.demonstration.loading import DEMONSTRATION, make_players, sign_up, without_known
from lms.web.demonstration.stories import PATH, Chapter, story_of


def live(session: Session, player: Player, password_hash: str, *, today: datetime.datetime) -> bool:
    """Make one of the cohort and live their story up to `today`; False if they are here.

    Needs the people of the first start, who assign, and the courses.
    """
    if not without_known(session, [player]):
        return False
    story = story_of(player)
    rng = Random(f"bekal life {player.email}")  # noqa: S311 - invented lives, no secret
    joined = today - datetime.timedelta(days=story.joined)
    person = make_players(session, [player], now=joined)[player.number]
    if not player.is_active or not story.is_active:
        return True
    first = max((chapter.begun for chapter in story.chapters), default=0.0)
    latest = today - datetime.timedelta(days=first, hours=2)
    entered = min(joined + datetime.timedelta(days=rng.uniform(0.1, 7)), latest)
    sign_up(session, person, password_hash, now=entered)
    session.flush()
    actor = _actor(session, person, entered)
    # Their addresses lead nowhere: what they are told stands on their page alone.
    choose(session, actor, dict.fromkeys(Category, Frequency.NEVER), now=entered)
    for chapter in story.chapters:
        begun = today - datetime.timedelta(days=chapter.begun)
        _begin(session, actor, person, chapter, begun=begun, today=today)
        work_on(session, actor, chapter, rng, language=person.interface_language, now=today)
    return True


def _begin(
    session: Session,
    actor: Actor,
    person: Person,
    chapter: Chapter,
    *,
    begun: datetime.datetime,
    today: datetime.datetime,
) -> None:
    """Begin a course by one's own choice, or because one's focal point assigned it."""
    language = person.interface_language
    if chapter.is_on_path:
        paths.begin(session, actor, PATH, language=language, now=begun)
    elif chapter.due is None:
        enrol_self(session, actor, chapter.course_key, language=language, now=begun)
    else:
        focal_point = _focal_point(session, person, now=today)
        day = (today - datetime.timedelta(days=chapter.due)).date()
        kind, key = SubjectKind.COURSE, chapter.course_key
        assignment = assigning.draft(session, focal_point, kind, key, due_on=day, now=begun)
        assigning.choose(session, focal_point, assignment.run_id, add=[person.id])
        assigning.carry_out(session, focal_point, assignment.run_id, now=begun)


def _focal_point(session: Session, person: Person, *, now: datetime.datetime) -> Actor:
    """The national focal point of the person's member, as the first start made them."""
    emails = [player.email for player in players() if player.role is Role.FOCAL_POINT]
    found = find_by_emails(session, DEMONSTRATION, emails, Reach.ALL_MEMBERS).values()
    focal_point = next(each for each in found if each.member_code == person.member_code)
    return _actor(session, focal_point, now)


def _actor(session: Session, person: Person, now: datetime.datetime) -> Actor:
    actor = actor_of(session, person.id, now=now)
    if actor is None:
        raise LookupError(f"{person.email} of the demonstration has no account.")
    return actor
