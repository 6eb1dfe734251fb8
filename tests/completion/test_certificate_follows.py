"""A completion gives its certificates, once, with what was true at that moment."""

from __future__ import annotations

import datetime
import threading

import pytest

from lms.certificates.rules import CertificateKind, CertificateState, read_number
from lms.certificates.services.issuing import issue_for_enrolment
from lms.core import clock
from lms.courses.store import get_edition
from lms.people.models.members import AgencyType
from tests.factories import make_agency, make_official
from tests.support.certified import (
    PAGE,
    SYSTEM,
    certificates_of,
    complete,
    enrol,
    make_documents,
    publish_page,
    read_page,
)


@pytest.fixture
def course(session, tmp_path):
    return publish_page(session, tmp_path)


def test_completion_freezes_names_and_affiliation_in_a_certificate(session, course) -> None:
    agency = make_agency(session, "MDV", "Immigration", type=AgencyType.IMMIGRATION)
    person = make_official(
        session,
        "MDV",
        name="Aishath Rasheeda",
        own_script_name="އައިޝަތު ރަޝީދާ",
        own_script_language="dv",
        agency=agency,
        time_zone="Indian/Maldives",
    )
    late = datetime.datetime(2026, 10, 30, 20, 30, tzinfo=datetime.UTC)
    complete(session, person, course, now=late)
    (certificate,) = certificates_of(session, person)
    said = certificate.frozen
    assert certificate.state is CertificateState.ISSUED
    assert read_number(certificate.number) == certificate.number
    assert (said.name, said.name_own_script) == ("Aishath Rasheeda", "އައިޝަތު ރަޝީދާ")
    assert (said.member, said.agency, said.title) == ("Maldives", "Immigration", "A small course")
    assert (said.kind, said.hours, said.edition_number) == (CertificateKind.COMPLETION, 0.5, 1)
    # In Malé the evening of 30 October in UTC is 31 October already.
    assert said.issued_on == said.completed_on == datetime.date(2026, 10, 31)
    assert said.expires_on is None
    assert certificate.member_code == "MDV"


def test_a_later_change_of_name_or_post_changes_no_certificate(session, course) -> None:
    person = make_official(session, name="Temengil Rengulbai")
    complete(session, person, course)
    person.name = "Another Name"
    session.flush()
    (certificate,) = certificates_of(session, person)
    assert certificate.frozen.name == "Temengil Rengulbai"


def test_words_are_those_of_the_holders_language_where_we_have_them(session, course) -> None:
    indonesian = make_official(session, "IDN", interface_language="id")
    thai = make_official(session, "THA", interface_language="th")
    for person in (indonesian, thai):
        complete(session, person, course)
    assert certificates_of(session, indonesian)[0].language == "id"
    assert certificates_of(session, thai)[0].language == "en"
    assert certificates_of(session, indonesian)[0].frozen.authority == "Kantor Pendukung Regional"


def test_the_same_last_page_twice_gives_one_certificate(session, course) -> None:
    person = make_official(session)
    enrolment = complete(session, person, course)
    read_page(session, enrolment)
    assert len(certificates_of(session, person)) == 1


def test_two_doors_at_once_give_one_certificate(app, session, course) -> None:
    person = make_official(session)
    enrolment = enrol(session, person, course)
    session.commit()
    engine = session.get_bind()
    gate = threading.Barrier(2)

    def go() -> None:
        with type(session)(engine, expire_on_commit=False) as own:
            gate.wait()
            read_page(own, enrolment)
            own.commit()

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(certificates_of(session, person)) == 1


def test_issuing_again_by_another_door_gives_nothing_new(session, course) -> None:
    person = make_official(session)
    enrolment = complete(session, person, course)
    edition = get_edition(session, course.digest)
    again = issue_for_enrolment(session, SYSTEM, enrolment, person, edition, now=clock.now())
    assert again == []


def test_each_kind_whose_activities_are_done_is_issued(session, tmp_path) -> None:
    course = publish_page(
        session,
        tmp_path,
        certificates=[
            {"kind": "completion", "hours": 2, "valid_months": 24},
            {"kind": "participation", "hours": 1, "needs": [PAGE]},
            {"kind": "trainer", "hours": 3, "needs": ["teach-back"]},
        ],
    )
    person = make_official(session)
    complete(session, person, course, now=datetime.datetime(2026, 2, 28, 9, tzinfo=datetime.UTC))
    kinds = {each.kind: each for each in certificates_of(session, person)}
    assert set(kinds) == {CertificateKind.COMPLETION, CertificateKind.PARTICIPATION}
    assert kinds[CertificateKind.COMPLETION].expires_on == datetime.date(2028, 2, 28)
    assert kinds[CertificateKind.PARTICIPATION].expires_on is None


def test_a_name_that_no_font_prints_holds_the_certificate_and_not_the_completion(
    session, course, settings
) -> None:
    person = make_official(session, name="Letter \U00018b00 of a dead script")
    enrolment = complete(session, person, course)
    (certificate,) = certificates_of(session, person)
    assert enrolment.state == "completed"
    assert certificate.state is CertificateState.HELD
    assert certificate.held_for == ["\U00018b00"]
    assert not [job for job in make_documents(session, settings) if "render" in job.kind]


def test_the_worker_makes_the_document_and_its_credential(session, course, settings) -> None:
    person = make_official(session)
    complete(session, person, course)
    jobs = make_documents(session, settings)
    assert [job.kind for job in jobs] == ["certificates.render"]
    (certificate,) = certificates_of(session, person)
    assert len(certificate.file_digest) == 64
    assert certificate.rendered_at is not None
    document = settings.files_folder / certificate.file_key
    assert document.read_bytes().startswith(b"%PDF-")
    assert (
        certificate.number in (settings.files_folder / certificate.credential_file_key).read_text()
    )


def test_holder_is_told_of_the_certificate(session, course, sign_in) -> None:
    person = make_official(session)
    complete(session, person, course)
    assert (
        "Your certificate for “A small course” is issued." in sign_in(person).get("/notices").main
    )
