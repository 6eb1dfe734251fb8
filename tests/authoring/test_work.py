"""After a new edition of a guide: what it touches, compared with a list written by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from config import ROOT
from lms.access.reaches import Reach, scoped
from lms.authoring.models import Draft, WorkItem
from lms.authoring.queries.drafts import files_of
from lms.authoring.rules.work import WorkState, WorkSubject
from lms.certificates.models import Certificate
from lms.certificates.rules import CertificateKind, CertificateState, Snapshot, SubjectKind
from lms.core import clock
from lms.core.actor import Actor
from lms.core.content.problems import errors_among
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.storage import LocalFolder
from lms.courses.check import check_files, edition_from
from lms.courses.services import publish
from lms.guides.queries import registry_of
from lms.notices.models import Notice
from lms.people.models import Person
from lms.web.jobs import handlers
from tests.authoring.drafts import SMALL, SMALL_KEY, make_draft, make_trainer
from tests.factories import make_official
from tests.guides.rows import make_edition
from tests.support.client import Client
from tests.support.worker import shift_of, work_off

SYSTEM = Actor.system("test")
NEWER = [
    ("contact", "First contact", 1, "Meet the person alone."),
    ("greeting", "Greeting", 2, "Say who you are, tell what follows, and ask what is needed."),
    ("interpreters", "Interpreters", 2, "Take one from elsewhere, never a relative of anybody."),
    ("referral", "Referral", 1, "Hand over in writing."),
    ("records", "Records", 2, "Write what was said."),
    ("files", "Files", 3, "Lock them away for five years, then destroy them."),
]


def cited(files: dict[str, bytes]) -> dict[str, bytes]:
    """The small course, resting on the guide: a page, a question and a scenario cite what changes;
    another page cites what does not."""

    def edit(path: str, before: str, after: str) -> None:
        text = files[path].decode()
        assert before in text, path
        files[path] = text.replace(before, after).encode()

    files = dict(files)
    edit("modules/01-first/01-asking.md", "guide-victim-identification:guidance",
         "guide-meeting:greeting")  # fmt: skip
    edit("modules/01-first/02-listening.md", "palermo-protocol:3", "guide-meeting:records")
    edit("bank/all.yaml", "[palermo-protocol:3]", "[guide-meeting:safety]")
    edit("scenarios/quay.yaml", "minutes:", "cites: [guide-meeting:files]\nminutes:")
    files["modules/01-first/01-asking.id.md"] = files["modules/01-first/01-asking.md"]
    return files


def certify(session: Session, person: Person, number: str) -> None:
    """An issued certificate of the small course."""
    today = clock.now().date()
    said = Snapshot(
        kind=CertificateKind.COMPLETION, language="en", name="A", name_own_script=None,
        own_script_language=None, member="Palau", agency=None, title="A small course",
        edition_number=1, courses=(), hours=5, completed_on=today, issued_on=today,
        expires_on=None, signatory_name="", signatory_post="", authority="",
    )  # fmt: skip
    session.add(
        Certificate(
            number=number, subject_kind=SubjectKind.ENROLMENT, subject_id=int(number[-2:]),
            kind=CertificateKind.COMPLETION, person_id=person.id, member_code=person.member_code,
            agency_id=person.agency_id, course_key=SMALL_KEY, state=CertificateState.ISSUED,
            snapshot=said.as_json(), language="en", issued_at=clock.now(), issued_on=today,
            shown_on_check=[],
        )
    )  # fmt: skip


@pytest.fixture
def touched(session: Session) -> Session:
    """Two editions of the guide, the course that cites it published, and two who hold it."""
    make_edition(session)
    make_edition(session, "2025-en", NEWER, year=2025)
    registry = registry_of(session, ROOT / "content" / "guides")
    publish(session, SYSTEM, edition_from(cited(SMALL), registry), registry, now=clock.now())
    for number in ("00000000000000000001", "00000000000000000002"):
        certify(session, make_official(session, "PLW"), number)
    session.flush()
    return session


def listed(client: Client) -> str:
    """Compare the editions and list what the newer one touches; the address of the list."""
    page = client.get("/guides/guide-meeting/compare?before=2023-en&after=2025-en")
    return client.submit(page, "List what this touches").path


def test_new_edition_lists_what_it_touches_and_nothing_else(
    touched: Session, sign_in: Callable[[Person], Client]
) -> None:
    trainer = make_trainer(touched)
    draft = make_draft(touched, make_trainer(touched), SMALL_KEY, cited(SMALL))
    client = sign_in(trainer)
    path = listed(client)
    found = {
        (item.subject, item.subject_key, item.language, tuple(sorted(item.sections.items())))
        for item in touched.execute(select(WorkItem)).scalars()
        if item.draft_id is None
    }
    assert found == {
        (WorkSubject.PAGE, "asking", "", (("greeting", "changed"),)),
        (WorkSubject.QUESTION, "who-answers", "", (("safety", "gone"),)),
        (WorkSubject.SCENARIO, "quay", "", (("files", "changed"),)),
        (WorkSubject.TRANSLATION, "asking", "id", (("greeting", "changed"),)),
        (
            WorkSubject.CERTIFICATES,
            SMALL_KEY,
            "",
            (("files", "changed"), ("greeting", "changed"), ("safety", "gone")),
        ),
    }
    page = client.get(path)
    assert "2 certificates, 2 persons" in page.main
    # Another trainer's draft is nobody's business, though what it cites is on the list.
    in_drafts = select(WorkItem).where(WorkItem.draft_id == draft.id)
    assert len(touched.execute(in_drafts).scalars().all()) == 4
    assert "in a draft" not in page.main
    again = client.submit(page, "Look for more")
    assert "Nothing new is touched" in again.text


def test_thing_is_taken_finished_and_opened_again(
    touched: Session, sign_in: Callable[[Person], Client]
) -> None:
    trainer = make_trainer(touched)
    client = sign_in(trainer)
    path = listed(client)
    item = touched.execute(
        select(WorkItem).where(WorkItem.subject == WorkSubject.SCENARIO)
    ).scalar_one()
    for verb, state, owner in (
        ("take", WorkState.IN_HAND, trainer.id),
        ("finish", WorkState.DONE, trainer.id),
        ("take", WorkState.DONE, trainer.id),
        ("open_again", WorkState.OPEN, None),
    ):
        page = client.post(f"{path}/steps", {"do": f"{verb} {item.id}"})
        touched.refresh(item)
        assert (item.state, item.owner_id) == (state, owner), page.text
    # Who teaches another course sees the list, and does not work on this one.
    other = sign_in(make_trainer(touched, "another-course"))
    other.post(f"{path}/steps", {"do": f"take {item.id}"}, status=403)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_refresher_has_a_page_for_each_section_that_changed(
    touched: Session, sign_in: Callable[[Person], Client]
) -> None:
    client = sign_in(make_trainer(touched))
    page = client.get(listed(client))
    page = client.submit(page, "Make a refresher draft of what changed A small course")
    assert "a page to each section that changed" in page.text
    draft = touched.execute(select(Draft)).scalar_one()
    files = files_of(touched, draft)
    assert [path for path in files if path.endswith(".md") and "modules" in path] == [
        "modules/01-changed/01-greeting.md",
        "modules/01-changed/02-files.md",
        "modules/02-new/01-interpreters.md",
        "modules/03-gone/01-safety.md",
    ]
    registry = registry_of(touched, ROOT / "content" / "guides")
    assert errors_among(check_files(files, registry)) == []


def test_holders_are_told_once_by_a_press_that_says_how_many(
    app: Flask, touched: Session, sign_in: Callable[[Person], Client]
) -> None:
    client = sign_in(make_trainer(touched))
    page = client.get(listed(client))
    page = client.get(page.links("Tell the holders")[0])
    client.submit(page, "Tell 2 persons")
    client.post(page.path, status=409)
    with app.app_context():
        work_off(shift_of(db.engine, handlers(), LocalFolder(app.config["BEKAL"].files_folder)))
    told = touched.execute(
        scoped(Notice, SYSTEM, Reach.ALL_MEMBERS).where(Notice.kind == "authoring.guide_changed")
    ).scalars()
    assert len(told.all()) == 2
