"""Forty people and what they did in the first half of 2026, through the services."""

from __future__ import annotations

import datetime
from pathlib import Path

from lms.access.reaches import Reach, scoped
from lms.certificates.models import Certificate
from lms.certificates.rules import RevocationReason
from lms.certificates.services.deciding import revoke
from lms.completion.services.corrections import correct
from lms.completion.services.crediting import credit
from lms.core.actor import Actor
from lms.core.database import Session
from lms.courses.models import StoredEdition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules import Source, StepVerb, WithdrawalReason
from lms.enrolments.rules.due import Due
from lms.enrolments.services.taking import come_back, end, put_on
from lms.people.models import Person
from lms.people.services.affiliations import replace_affiliation
from lms.progress.models import Evidence
from lms.progress.rules import CorrectionReason, EvidenceKind, Fact
from tests.factories import make_agency, make_official
from tests.support.assigned import Courses

SYSTEM = Actor.system("test")


def at(day: str) -> datetime.datetime:
    """Noon UTC of a day of 2026, such as 03-31."""
    return datetime.datetime.fromisoformat(f"2026-{day}T12:00:00+00:00")


class Stage:
    """The ground of the story: two courses of one page, and people by number."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session = session
        courses = Courses(folder)
        self.courses: dict[str, StoredEdition] = {
            key: courses.publish(session, key, title=f"Course {key}") for key in ("a", "b")
        }
        self.people: dict[int, Person] = {}

    def come(self, numbers: range, member: str, agency: str = "Bureau of Immigration") -> None:
        """These people belong to a member and an agency."""
        body = make_agency(self.session, member, agency)
        for number in numbers:
            self.people[number] = make_official(
                self.session, member, agency=body, name=f"Person {number}", time_zone="UTC"
            )

    def begin(self, numbers: range, course: str, day: str, due: str = "") -> None:
        for number in numbers:
            wanted = datetime.date.fromisoformat(f"2026-{due}") if due else None
            made = put_on(
                self.session,
                SYSTEM,
                self.people[number],
                self.courses[course],
                source=Source.ASSIGNMENT,
                language="en",
                now=at(day),
                due=Due.on(wanted, "UTC", now=at(day)) if wanted else None,
            )
            assert made is not None

    def complete(self, numbers: range, course: str, day: str) -> None:
        for number in numbers:
            enrolment = self.enrolment(number, course)
            fact = Fact(f"{number}-{course}", EvidenceKind.READ, "asking", at(day), {})
            assert credit(self.session, SYSTEM, enrolment.id, fact, now=at(day)).completes

    def leave(self, number: int, course: str, day: str) -> None:
        end(
            self.session,
            SYSTEM,
            self.enrolment(number, course),
            self.people[number],
            StepVerb.WITHDRAW,
            reason=WithdrawalReason.NO_TIME,
            now=at(day),
        )

    def return_(self, number: int, course: str, day: str) -> None:
        enrolment = self.enrolment(number, course)
        come_back(self.session, SYSTEM, enrolment, self.people[number], now=at(day))

    def transfer(self, number: int, member: str, day: str) -> None:
        replace_affiliation(
            self.session,
            SYSTEM,
            self.people[number],
            member_code=member,
            agency_id=make_agency(self.session, member).id,
            post="Attaché",
            started_on=at(day).date(),
            now=at(day),
        )

    def take_back_completion(self, number: int, course: str, day: str) -> None:
        evidence = scoped(Evidence, SYSTEM, Reach.ALL_MEMBERS).where(
            Evidence.enrolment_id == self.enrolment(number, course).id
        )
        row = self.session.execute(evidence).scalar_one()
        made = correct(
            self.session, SYSTEM, row.id, reason=next(iter(CorrectionReason)), now=at(day)
        )
        assert made.reopens

    def revoke(self, number: int, day: str) -> None:
        statement = scoped(Certificate, SYSTEM, Reach.ALL_MEMBERS).where(
            Certificate.person_id == self.people[number].id
        )
        for row in self.session.execute(statement).scalars():
            revoke(self.session, SYSTEM, row.id, next(iter(RevocationReason)), now=at(day))

    def enrolment(self, number: int, course: str) -> Enrolment:
        statement = scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS).where(
            Enrolment.person_id == self.people[number].id, Enrolment.course_key == course
        )
        return self.session.execute(statement).scalar_one()


def play(session: Session, folder: Path) -> Stage:
    """The whole story, in the order in which it happened."""
    stage = Stage(session, folder)
    stage.come(range(1, 11), "PLW")
    stage.come(range(11, 14), "PLW", "Police")
    stage.come(range(14, 23), "FJI")
    stage.come(range(23, 25), "NRU")
    stage.come(range(25, 35), "LKA")
    stage.come(range(35, 41), "AUS")
    # January and February
    stage.begin(range(1, 7), "a", "01-10")
    stage.begin(range(14, 19), "a", "01-15")
    stage.begin(range(23, 25), "a", "01-20")
    stage.complete(range(1, 7), "a", "01-30")  # after 20 days
    stage.begin(range(7, 9), "a", "02-01")
    stage.begin(range(9, 10), "a", "02-01", due="03-15")
    stage.begin(range(10, 11), "a", "02-01")
    stage.complete(range(23, 24), "a", "02-09")  # 20
    stage.begin(range(33, 35), "a", "02-10")
    stage.complete(range(14, 19), "a", "02-14")  # 30
    # March
    stage.begin(range(11, 14), "b", "03-01", due="03-31")
    stage.transfer(24, "FJI", "03-01")
    stage.complete(range(33, 35), "a", "03-02")  # 20
    stage.begin(range(35, 41), "a", "03-05")
    stage.leave(13, "b", "03-10")
    stage.complete(range(24, 25), "a", "03-11")  # 50, under Fiji
    stage.leave(12, "b", "03-15")
    stage.complete(range(11, 12), "b", "03-20")  # 19
    stage.leave(39, "a", "03-20")
    stage.complete(range(35, 39), "a", "03-25")  # 20
    # April
    stage.begin(range(25, 30), "a", "04-01")
    stage.complete(range(7, 9), "a", "04-02")  # 60
    stage.return_(13, "b", "04-05")
    stage.complete(range(13, 14), "b", "04-20")  # 50 from its first day
    stage.complete(range(25, 30), "a", "04-21")  # 20
    stage.begin(range(25, 27), "b", "04-25")
    # May
    stage.take_back_completion(33, "a", "05-01")
    stage.complete(range(25, 27), "b", "05-05")  # 10
    stage.begin(range(19, 22), "b", "05-05")
    stage.begin(range(22, 23), "b", "05-05", due="05-20")
    stage.revoke(34, "05-10")
    stage.transfer(23, "LKA", "05-15")
    # June
    stage.begin(range(30, 33), "b", "06-01")
    stage.begin(range(23, 24), "b", "06-02")
    stage.complete(range(19, 20), "b", "06-04")  # 30
    stage.transfer(30, "PLW", "06-10")
    stage.complete(range(23, 24), "b", "06-12")  # 10, under Sri Lanka
    session.commit()
    return stage
