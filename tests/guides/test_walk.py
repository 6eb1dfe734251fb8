"""From a file to an accepted edition, as a trainer walks it without JavaScript."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import func, select

from config import ROOT
from lms.access.roles import Role
from lms.core.actor import ScopeKind
from lms.core.database import Session
from lms.core.extensions import db
from lms.core.storage import LocalFolder
from lms.core.uploads.models import Upload
from lms.guides.jobs import HANDLERS
from lms.guides.models import GuideImport, GuideSection, StoredGuideEdition
from lms.guides.queries import registry_of
from lms.people.models import Person
from tests.factories import give_role, make_official
from tests.guides.files import GUIDE, make_docx, make_pdf
from tests.support.client import Client
from tests.support.pages import Page
from tests.support.worker import shift_of, work_off

SignIn = Callable[[Person], Client]

on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database decides: a process is started for each file."""


@pytest.fixture
def trainer(session: Session, sign_in: SignIn) -> Client:
    """A trainer of one course."""
    person = make_official(session, "FJI")
    give_role(session, person, Role.TRAINER, ScopeKind.COURSE, "victim-identification")
    return sign_in(person)


def send(app: Flask, client: Client, content: bytes, name: str) -> Page:
    """Send a file and look at what became of it after the worker had it."""
    page = client.post(
        "/guide-imports/new",
        {"file": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
        follow=False,
    )
    assert page.status == 303, page.text
    waiting = client.get(page.location)
    assert "Waiting for its turn" in waiting.main
    with app.app_context():
        work_off(shift_of(db.engine, HANDLERS, LocalFolder(app.config["BEKAL"].files_folder)))
    return client.get(page.location, follow=True)


def files(app: Flask) -> list[Path]:
    """Everything that lies in the storage of guides."""
    return list((app.config["BEKAL"].files_folder / "guides").glob("**/*"))


def test_word_document_becomes_an_edition_that_courses_can_cite(
    app: Flask, session: Session, trainer: Client
) -> None:
    tree = send(app, trainer, make_docx(), "guide.docx")
    assert tree.h1 == "A guide"
    ids = {str(box.find_parent("label").get_text(" ", strip=True)): str(box["value"])
           for box in tree.soup.select("input[name=section]")}  # fmt: skip
    assert list(ids) == [
        "Introduction", "Key concepts", "Act, means and purpose", "Consent", "Guidance",
        "First contact", "Referral",
    ]  # fmt: skip
    tree = trainer.submit(tree, "Merge with the one before", {"section": [ids["Consent"]]})
    tree = trainer.submit(tree, "Leave out", {"section": [ids["Introduction"]]})
    page = trainer.get(f"{tree.path.split('?')[0]}/sections/{ids['Referral']}")
    tree = trainer.submit(page, "Change the title", {"title": "Handing over"})
    tree = trainer.submit(tree, "Down a level", {"section": [ids["Referral"]]})
    tree = trainer.submit(tree, "Undo the last correction")
    page = trainer.get(tree.links("Accept this tree")[0])
    done = trainer.submit(
        page,
        "Accept 5 sections",
        {"title": "Meeting people", "short": "Meeting", "year": "2024", "publisher": "A body"},
    )
    assert "The edition is accepted" in done.text
    assert "[@guide-meeting-people:handing-over]" in done.main
    registry = registry_of(session, ROOT / "content" / "guides")
    reference = registry.reference("guide-meeting-people:act-means-and-purpose")
    assert reference is not None
    assert reference.short == "Meeting, Act, means and purpose"
    assert "guide-victim-identification" in registry.guides
    merged = session.execute(
        select(GuideSection.text).where(GuideSection.key == "act-means-and-purpose")
    ).scalar_one()
    assert merged.endswith("Consent\n\n" + GUIDE[1][1][1][1])
    assert files(app) == []
    # Nothing of the guide's words stays in the import.
    assert session.execute(select(GuideImport)).scalar_one().steps == {"steps": []}
    assert "This import is over" in trainer.get(tree.path.split("?")[0]).main


@on_one_database
def test_second_window_cannot_correct_a_tree_it_has_not_seen(app: Flask, trainer: Client) -> None:
    tree = send(app, trainer, make_pdf(), "guide.pdf")
    assert "page 3" in tree.main
    first = tree.soup.select("input[name=section]")[1]["value"]
    trainer.submit(tree, "Leave out", {"section": [first]})
    late = trainer.submit(tree, "Merge with the one before", {"section": [first]})
    assert "Nothing was changed now" in late.text
    assert len(late.soup.select("input[name=section]")) == 7


def locked(content: bytes) -> bytes:
    """The PDF with a password."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as opened:
        opened.save(target, encryption=pikepdf.Encryption(user="x", owner="y"))
    return target.getvalue()


@on_one_database
@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: locked(make_pdf()), "opens only with a password"),
        (lambda: make_pdf([("", [("", "")])] * 3, head="", outline=False), "no text"),
        (lambda: make_pdf()[:900], "damaged"),
    ],
    ids=["locked", "scanned", "broken"],
)
def test_file_that_gives_no_guide_ends_in_one_sentence_and_leaves_nothing(
    app: Flask, session: Session, trainer: Client, make: Callable[[], bytes], sentence: str
) -> None:
    page = send(app, trainer, make(), "guide.pdf")
    assert sentence in page.main
    for table in (Upload, GuideImport, StoredGuideEdition):
        assert session.execute(select(func.count()).select_from(table)).scalar_one() == 0
    assert files(app) == []


@on_one_database
def test_what_is_no_guide_at_all_is_refused_before_it_is_stored(
    app: Flask, session: Session, trainer: Client
) -> None:
    for content in (b"", b"MZ\0\0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"GIF89a..."):
        page = trainer.post(
            "/guide-imports/new",
            {"file": (io.BytesIO(content), "guide.pdf")},
            content_type="multipart/form-data",
            status=400,
        )
        assert page.error("file")
    assert files(app) == []
    assert session.execute(select(func.count()).select_from(Upload)).scalar_one() == 0


@on_one_database
def test_official_without_a_role_sees_no_guides(session: Session, sign_in: SignIn) -> None:
    sign_in(make_official(session, "FJI")).get("/guides", status=403)
