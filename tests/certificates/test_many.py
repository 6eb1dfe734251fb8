"""Work on many certificates at once; stopped anywhere, it ends exact."""

from __future__ import annotations

import datetime
import io
import threading
import zipfile

import pikepdf
import pytest
from sqlalchemy import select

from lms.access.roles import Role
from lms.certificates import jobs as certificate_jobs
from lms.certificates.jobs import FORGET_BUNDLES, LOOK_AT_HELD, many
from lms.certificates.queries.lists import CertificateFilter
from lms.certificates.rules import CertificateState
from lms.certificates.services import bulk
from lms.core import clock
from lms.core.jobs import leases
from lms.core.jobs.models import Job, JobState
from lms.core.jobs.services import enqueue
from lms.core.jobs.work import Work, WorkerStoppingError
from lms.core.storage import LocalFolder
from tests.factories import give_role, make_official, secretariat_actor
from tests.support.certified import (
    SYSTEM,
    certificates_of,
    complete,
    enrol,
    make_documents,
    publish_page,
)


@pytest.fixture
def course(session, tmp_path):
    return publish_page(session, tmp_path)


@pytest.fixture
def secretary(session):
    person = make_official(session, "RSO")
    give_role(session, person, Role.SECRETARIAT)
    return person


def completed_without_certificate(session, course, count):
    """People whose enrolment was completed before certificates were issued."""
    people = [make_official(session, "PLW") for _ in range(count)]
    for person in people:
        enrolment = enrol(session, person, course)
        enrolment.state = "completed"
        enrolment.completed_at = clock.now()
        enrolment.completed_member_code = "PLW"
        enrolment.completed_agency_id = person.agency_id
    session.flush()
    return people


def test_secretariat_downloads_one_zip_and_one_print_file_of_its_choice(
    session, sign_in, settings, course, secretary
) -> None:
    people = [make_official(session, member) for member in ("PLW", "PLW", "FJI")]
    for person in people:
        complete(session, person, course)
    make_documents(session, settings)
    client = sign_in(secretary, second_factor=True)
    page = client.get("/certificates?member=PLW")
    page = client.submit(page, "One ZIP and one print file")
    assert "Waiting for its turn" in page.main
    make_documents(session, settings)
    page = client.get(client.get(page.path).links("See the result")[0])
    assert page.h1 == "2 certificates"
    base = page.path
    with client.raw("GET", f"{base}/certificates.zip") as answer:
        archive = zipfile.ZipFile(io.BytesIO(answer.data))
    numbers = {certificates_of(session, person)[0].number for person in people[:2]}
    assert set(archive.namelist()) == {
        *(f"PLW/{number}.pdf" for number in numbers),
        "certificates.csv",
    }
    assert people[0].name in archive.read("certificates.csv").decode()
    with client.raw("GET", f"{base}/certificates.pdf") as answer:
        printed = pikepdf.Pdf.open(io.BytesIO(answer.data))
    assert len(printed.pages) == 2
    other = make_official(session, "RSO")
    give_role(session, other, Role.SECRETARIAT)
    assert sign_in(other, second_factor=True).raw("GET", base).status_code == 404


def test_bundle_is_refused_when_nothing_is_in_it(session, sign_in, secretary) -> None:
    client = sign_in(secretary, second_factor=True)
    page = client.get("/certificates?member=FJI")
    refused = client.submit(page, "One ZIP and one print file", status=400)
    assert "No certificate is in this choice." in refused.main
    assert session.execute(select(Job)).first() is None


def test_what_is_missing_is_issued_once_under_the_member_of_completion(
    session, sign_in, settings, course, secretary
) -> None:
    people = completed_without_certificate(session, course, 3)
    people[0].member_code = "FJI"
    client = sign_in(secretary, second_factor=True)
    for _ in range(2):
        client.submit(client.get("/certificates"), "Issue them")
        kinds = [job.kind for job in make_documents(session, settings)]
        # Nobody waits for these: the lane of those who do stays free.
        assert kinds == ["certificates.issue", "certificates.make-missing"]
    for person in people:
        (certificate,) = certificates_of(session, person)
        assert certificate.member_code == "PLW"
        assert certificate.file_key


@pytest.mark.parametrize("stops_after", range(5))
def test_issuing_that_was_stopped_anywhere_ends_exact(
    app, session, settings, course, secretary, monkeypatch, stops_after
) -> None:
    monkeypatch.setattr(many, "ISSUED_AT_ONCE", 1)
    people = completed_without_certificate(session, course, 3)
    bulk.ask_for_issue(session, secretariat_actor(secretary), CertificateFilter(), now=clock.now())
    session.commit()
    stop_in_the_middle(session, settings, bulk.ISSUE, stops_after)
    make_documents(session, settings)
    assert [len(certificates_of(session, person)) for person in people] == [1, 1, 1]
    job = session.execute(select(Job).where(Job.kind == bulk.ISSUE)).scalar_one()
    assert (job.state, job.done, job.result["issued"]) == (JobState.DONE, 3, 3)


@pytest.mark.parametrize("stops_after", [0, 2, 4])
def test_bundle_that_was_stopped_anywhere_is_the_same_to_the_byte(
    app, session, settings, course, secretary, monkeypatch, stops_after
) -> None:
    monkeypatch.setattr(many, "MADE_AT_ONCE", 1)
    for _ in range(3):
        complete(session, make_official(session), course)
    actor = secretariat_actor(secretary)
    job = bulk.ask_for_bundle(session, actor, CertificateFilter(), now=clock.now())
    session.commit()
    stop_in_the_middle(session, settings, bulk.BUNDLE, stops_after)
    make_documents(session, settings)
    storage = LocalFolder(settings.files_folder)
    first = storage.about(bulk.zip_key(job.run_id)), storage.about(bulk.print_key(job.run_id))
    # The second part once more, as after a kill between its two files.
    session.expire_all()
    job = session.execute(select(Job).where(Job.kind == bulk.BUNDLE)).scalar_one()
    assert job.state is JobState.DONE
    job.state = JobState.WAITING
    session.commit()
    make_documents(session, settings)
    again = storage.about(bulk.zip_key(job.run_id)), storage.about(bulk.print_key(job.run_id))
    assert again == first


def test_documents_made_anew_are_the_same_to_the_byte(
    session, sign_in, settings, course, secretary
) -> None:
    person = make_official(session)
    complete(session, person, course)
    make_documents(session, settings)
    digest = certificates_of(session, person)[0].file_digest
    (settings.files_folder / certificates_of(session, person)[0].file_key).unlink()
    client = sign_in(secretary, second_factor=True)
    client.submit(client.get("/certificates"), "Make them anew")
    make_documents(session, settings)
    assert certificates_of(session, person)[0].file_digest == digest
    assert (settings.files_folder / certificates_of(session, person)[0].file_key).is_file()


def test_held_certificates_are_looked_at_again_every_hour(session, settings, course) -> None:
    mended = make_official(session, name="Letter \U00018b00")
    waiting = make_official(session, name="Letter \U00018b00")
    for person in (mended, waiting):
        complete(session, person, course)
    mended.name = "Letter mended"
    session.flush()
    enqueue(session, LOOK_AT_HELD, {}, requested_by=SYSTEM, now=clock.now())
    make_documents(session, settings)
    assert certificates_of(session, mended)[0].file_key
    assert certificates_of(session, mended)[0].frozen.name == "Letter mended"
    assert certificates_of(session, waiting)[0].state is CertificateState.HELD


def test_files_of_a_bundle_are_gone_after_a_week(
    session, sign_in, settings, course, secretary
) -> None:
    complete(session, make_official(session), course)
    actor = secretariat_actor(secretary)
    job = bulk.ask_for_bundle(session, actor, CertificateFilter(), now=clock.now())
    make_documents(session, settings)
    storage = LocalFolder(settings.files_folder)
    assert storage.exists(bulk.zip_key(job.run_id))
    job = session.execute(select(Job).where(Job.kind == bulk.BUNDLE)).scalar_one()
    job.finished_at = clock.now() - datetime.timedelta(days=8)
    enqueue(session, FORGET_BUNDLES, {}, requested_by=SYSTEM, now=clock.now())
    make_documents(session, settings)
    assert not storage.exists(bulk.zip_key(job.run_id))
    assert not storage.exists(bulk.print_key(job.run_id))
    page = sign_in(secretary, second_factor=True).get(f"/certificates/bundles/{job.run_id}")
    assert "not kept any more" in page.main


class StopsAfter(threading.Event):
    """Tells a worker to stop once it has been asked so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    def is_set(self) -> bool:
        self.left -= 1
        return self.left < 0


def stop_in_the_middle(session, settings, kind, times) -> None:
    """Run a job until its worker is told to stop, and give it back, or to its end."""
    engine = session.get_bind()
    job = leases.claim(engine, [kind], now=clock.now())
    assert job is not None
    stop = StopsAfter(times)
    storage = LocalFolder(settings.files_folder)
    work = Work(engine, job, storage=storage, stop=stop, settings=settings)
    try:
        certificate_jobs.HANDLERS[kind](work)
    except WorkerStoppingError:
        leases.give_back(engine, job.id, work.token, now=clock.now())
    else:
        leases.finish(engine, job.id, work.token, now=clock.now())
    session.expire_all()
