"""A real row of Palau for every variable that a path may have.

A path with a variable that has no sample fails the tests, so nobody can add one
without saying which row another member must not find.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from werkzeug.routing import Rule

from lms.access.roles import Role
from lms.authoring.models import GuideWork, WorkItem
from lms.authoring.rules.work import WorkState, WorkSubject
from lms.authoring.services.drafts import begin
from lms.certificates.models import Certificate
from lms.certificates.rules import CertificateKind, CertificateState, Snapshot, SubjectKind
from lms.core import clock
from lms.core.actor import Actor, ScopeKind
from lms.core.database import Session
from lms.core.jobs.services import enqueue
from lms.enrolments.models import Assignment
from lms.enrolments.rules.assigning import AssignmentState
from lms.enrolments.rules.assigning import SubjectKind as AssignedKind
from lms.guides.models import GuideImport, GuideSection, StoredGuide, StoredGuideEdition
from lms.guides.readers.values import ReadGuide, ReadSection
from lms.guides.rules.states import GuideImportState
from lms.notices.models import Notice
from lms.notices.rules import Category
from lms.people.models import ImportRun, Merge, Person, Transfer
from lms.people.models.affiliations import MergeState, TransferState
from lms.people.models.imports import ImportState
from lms.people.services.sessions import begin_session
from tests.access.taught_rows import make_taught_rows
from tests.factories import focal_point_actor, give_role, make_agency, make_official

TOKEN = "x" * 43
"""A token that opens nothing."""

OF_A_PERSON = frozenset(
    {
        "person_id",
        "role_id",
        "transfer_id",
        "certificate_id",
        "merge_id",
        "run_id",
        "import_id",
        "notice_id",
        "session_id",
        "enrolment_id",
        "evidence_id",
        "marking_id",
        "message_id",
        "problem_id",
        "question_id",
    }
)
"""Variables that lead to a row about a person: another member must get 404 for them."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Values by the name of the variable, or by converter and name where two share a name."""

    values: dict[str, str]

    def path(self, rule: Rule) -> str:
        """The rule with its variables filled in."""

        def value(found: re.Match[str]) -> str:
            typed = found.group(1)
            name = typed if typed in self.values else typed.rpartition(":")[2]
            if name not in self.values:
                raise LookupError(f"{rule.rule}: add a sample for {typed} in {__file__}.")
            return self.values[name]

        return re.sub(r"<([^>]+)>", value, rule.rule)

    def is_of_a_person(self, rule: Rule) -> bool:
        return bool(rule.arguments & OF_A_PERSON)


def make_samples(session: Session, *, mark: str = "") -> Samples:
    """Rows of Palau, each the kind its variable names; `mark` goes into every personal value."""
    now = clock.now()
    people = [_marked(session, mark, number) for number in range(3)]
    official, other, focal_point = people
    role = give_role(session, focal_point, Role.FOCAL_POINT, ScopeKind.MEMBER, "PLW")
    transfer = Transfer(
        person_id=official.id,
        from_member_code="PLW",
        to_member_code="NRU",
        to_post=f"Attaché {mark}",
        state=TransferState.ASKED,
        asked_at=now,
    )
    merge = Merge(
        kept_person_id=official.id,
        other_person_id=other.id,
        state=MergeState.PROPOSED,
        proposed_at=now,
        reason="same_person",
    )
    run = ImportRun(
        member_code="PLW",
        run_id="00000000-0000-4000-8000-000000000001",
        state=ImportState.READY,
        file_name=f"people {mark}.csv",
        storage_key="imports/sample.csv",
        counts={"rows": 1, "new": 1, "changed": 0, "same": 0, "problems": 0, "kinds": {}},
        reading={"ignored": [], "sample_header": [], "sample": []},
        message_values={},
        started_by=focal_point.id,
        started_at=now,
    )
    draft = begin(
        session,
        Actor.system("test"),
        course_key="victim-identification",
        title="A draft",
        files={
            "bank/checks.yaml": b"questions:\n  - key: papers\n    type: numeric\n",
            "course.yaml": b"key: victim-identification\n",
            "quizzes/check.yaml": b"key: check\ntitle: Check\n",
        },
        now=now,
    )
    notice = Notice(
        person_id=official.id,
        category=Category.ACCOUNT,
        kind="test.sample",
        sentence=f"A notice {mark}",
        facts={},
        path="/start",
        once_key="sample",
        created_at=now,
    )
    session.add_all([transfer, merge, run, notice])
    job = enqueue(session, "test.sample", {}, requested_by=focal_point_actor(focal_point), now=now)
    session.add(
        Assignment(
            run_id=job.run_id,
            member_code="PLW",
            subject_kind=AssignedKind.COURSE,
            subject_key="victim-identification",
            state=AssignmentState.DONE,
            chosen={"people": [official.id]},
            counts={"enrol": 1},
            made_by=focal_point.id,
            made_at=now,
            done_at=now,
        )
    )
    guide_import_id, edition = _guide(session)
    work, item = _guide_work(session, edition)
    opened = begin_session(session, official, browser="Test", second_factor=False, now=now)
    session.flush()
    taught = make_taught_rows(session, official, mark)
    certificate = _certificate(session, official, mark, taught["enrolment_id"])
    values = {
        **taught,
        "activity_key": "act-means-purpose",
        "agency_id": make_agency(session, "PLW").id,
        "certificate_id": certificate.id,
        "code": "PLW",
        "comment_id": 1,
        "correction_id": 1,
        "course_key": "victim-identification",
        "digest": "0",
        "draft_id": draft.id,
        "edition_key": "2024-en",
        "form_name": "csv",
        "guide_import_id": guide_import_id,
        "guide_work_id": work.id,
        "guide_key": "guide-sample",
        "paper_name": "workbook-en.pdf",
        "language": "id",
        "helpline_id": 1,
        "int:run_id": run.id,
        "import_token": "0" * 16,
        "item_key": "papers",
        "job_id": job.id,
        "key": "victim-identification",
        "kind": "page",
        "mail_id": 1,
        "measure_name": "completed",
        "member_code": "PLW",
        "merge_id": merge.id,
        "module_key": "what-trafficking-is",
        "name": "bekal.css",
        "notice_id": notice.id,
        "number": 1,
        "path": "course.yaml",
        "path_key": "frontline-officer",
        "period_key": "2025-Q4",
        "place": 1,
        "person_id": official.id,
        "place_key": "who-decides",
        "question_key": "no-such-question",
        "quiz_key": "check",
        "rest": "asking/questions",
        "role_id": role.id,
        "run_id": job.run_id,
        "scenario_key": "vessel-at-coralia",
        "section_id": "1",
        "section_key": "contact",
        "session_id": opened.session_id,
        "step_key": "arrival",
        "string:number": certificate.number,
        "token": TOKEN,
        "transfer_id": transfer.id,
        "verb": "retry",
        "work_item_id": item.id,
        "version_id": 1,
    }
    return Samples({name: str(value) for name, value in values.items()})


def _guide(session: Session) -> tuple[int, StoredGuideEdition]:
    """The id of an import whose tree is being corrected, and an accepted edition of a guide."""
    now = clock.now()
    guide = StoredGuide(
        key="guide-sample", title="A guide", short="A guide", publisher="A body", created_at=now
    )
    session.add(guide)
    session.flush()
    edition = StoredGuideEdition(
        guide_id=guide.id,
        key="2024-en",
        language="en",
        year=2024,
        publisher="A body",
        file_digest="0",
        accepted_at=now,
    )
    reading = ReadGuide("A guide", 1, (ReadSection("Contact", 1, 1, "Say who you are."),))
    found = GuideImport(
        state=GuideImportState.OPEN,
        file_name="guide.pdf",
        kind="pdf",
        file_digest="0",
        reading=json.dumps(reading.as_json()),
        steps={"steps": []},
        facts={"title": "A guide", "pages": 1, "sections": 1},
        run_id="00000000-0000-4000-8000-000000000015",
        started_at=now,
    )
    session.add_all([edition, found])
    session.flush()
    session.add(
        GuideSection(
            guide_edition_id=edition.id,
            position=0,
            key="contact",
            title="Contact",
            level=1,
            digest="0",
            text="Say who you are.",
        )
    )
    return found.id, edition


def _guide_work(session: Session, edition: StoredGuideEdition) -> tuple[GuideWork, WorkItem]:
    """A list of what an edition touches, with the certificates of a course on it."""
    now = clock.now()
    work = GuideWork(
        guide_key="guide-sample", before_id=edition.id, after_id=edition.id, begun_at=now
    )
    session.add(work)
    session.flush()
    item = WorkItem(
        guide_work_id=work.id,
        place="course:victim-identification:certificates::",
        subject=WorkSubject.CERTIFICATES,
        course_key="victim-identification",
        subject_key="victim-identification",
        language="",
        title="A course",
        sections={"contact": "changed"},
        certificates=1,
        holders=1,
        state=WorkState.OPEN,
        changed_at=now,
    )
    session.add(item)
    session.flush()
    return work, item


def _certificate(session: Session, official: Person, mark: str, enrolment_id: int) -> Certificate:
    """A certificate whose holder shows nothing of themselves on a check of its number."""
    today = clock.now().date()
    said = Snapshot(
        kind=CertificateKind.COMPLETION,
        language="en",
        name=f"Ngirmang {mark}",
        name_own_script=None,
        own_script_language=None,
        member="Palau",
        agency=f"Bureau {mark}",
        title="A course",
        edition_number=1,
        courses=(),
        hours=5,
        completed_on=today,
        issued_on=today,
        expires_on=None,
        signatory_name="",
        signatory_post="",
        authority="Regional Support Office",
    )
    certificate = Certificate(
        number="7K3M9QX2TR4W8VZ5CH6J",
        subject_kind=SubjectKind.ENROLMENT,
        subject_id=enrolment_id,
        kind=CertificateKind.COMPLETION,
        person_id=official.id,
        member_code="PLW",
        agency_id=official.agency_id,
        course_key="victim-identification",
        state=CertificateState.ISSUED,
        snapshot=said.as_json(),
        language="en",
        issued_at=clock.now(),
        issued_on=today,
        shown_on_check=[],
    )
    session.add(certificate)
    session.flush()
    return certificate


def _marked(session: Session, mark: str, number: int) -> Person:
    return make_official(
        session,
        "PLW",
        name=f"Ngirmang {number} {mark}",
        email=f"ngirmang{number}{mark}@plw.example",
        own_script_name=f"Ngirmang {mark}",
        own_script_language="pau",
        list_name=f"NGIRMANG {mark}",
        post=f"Inspector {mark}",
        working_name=f"Working {mark}",
        relay_address=f"relay{mark}@plw.example",
    )
