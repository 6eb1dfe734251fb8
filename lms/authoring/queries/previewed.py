"""A draft as a course somebody is on, without anybody being on it: nothing of it is stored."""

from __future__ import annotations

import datetime

from lms.authoring.models import Draft
from lms.courses.models import StoredEdition
from lms.courses.values.edition import Edition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import EnrolmentState, Source
from lms.learning.queries.courses import OnCourse
from lms.learning.rules.plans import plan_of


def as_on_course(
    draft: Draft, edition: Edition, *, language: str, number: int, now: datetime.datetime
) -> OnCourse:
    """What the learner's pages need, for somebody who has just begun.

    The rows are never added to a session. `number` is that of the edition it would become.
    """
    enrolment = Enrolment(
        id=0,
        person_id=0,
        member_code="",
        course_key=draft.course_key,
        edition_id=0,
        source=Source.SELF,
        state=EnrolmentState.ACTIVE,
        language=language,
        enrolled_at=now,
        done_count=0,
    )
    stored = StoredEdition(
        id=0,
        course_key=draft.course_key,
        number=number,
        digest=edition.digest,
        card={},
        is_current=True,
        published_at=now,
    )
    return OnCourse(enrolment, stored, edition, plan_of(edition, ()))
