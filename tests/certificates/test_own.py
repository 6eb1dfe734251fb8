"""What holders do with their certificates, and that they are nobody else's."""

from __future__ import annotations

import json

import pytest

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.certificates.cli import certificates
from lms.certificates.credentials import BadCredentialError, read_keys, verify
from lms.certificates.models import CertificateRequest
from lms.certificates.queries.own import list_for_person
from lms.certificates.rules import CertificateState, grouped
from lms.core import clock
from lms.core.actor import ScopeKind
from lms.people.rules.merges import MergeReason, Verb
from lms.people.services.merges import decide_merge, propose_merge
from tests.factories import focal_point_actor, give_role, make_official, secretariat_actor
from tests.support.certified import (
    SYSTEM,
    certificates_of,
    complete,
    make_documents,
    publish_page,
)


@pytest.fixture
def course(session, tmp_path):
    return publish_page(session, tmp_path)


@pytest.fixture
def holder(session, course):
    person = make_official(
        session, name="Temengil Rengulbai", own_script_name="テメンギル", own_script_language="ja"
    )
    complete(session, person, course)
    return person


def test_certificate_is_being_prepared_and_then_downloaded(
    session, sign_in, settings, holder
) -> None:
    client = sign_in(holder)
    page = client.get("/certificates/mine")
    assert "Being prepared" in page.main
    page = client.get(page.links("A small course")[0])
    assert "Being prepared" in page.main
    assert client.raw("GET", f"{page.path}.json").json["finished"] is False
    client.get(f"{page.path}/document.pdf", status=404)
    make_documents(session, settings)
    page = client.get(page.path)
    with client.raw("GET", page.links("Download the certificate PDF")[0]) as answer:
        assert answer.data.startswith(b"%PDF-")
    (certificate,) = certificates_of(session, holder)
    name = f"small-course-{grouped(certificate.number)}.pdf"
    assert name in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.raw("GET", f"{page.path}.json").json["finished"] is True


def test_document_that_was_lost_says_so_and_how_it_is_mended(
    session, sign_in, settings, holder
) -> None:
    make_documents(session, settings)
    (certificate,) = certificates_of(session, holder)
    (settings.files_folder / certificate.file_key).unlink()
    client = sign_in(holder)
    page = client.get(f"/certificates/mine/{certificate.id}/document.pdf", status=410)
    assert "lost on our side" in page.main
    assert "The certificate stands" in page.main


def test_certificate_of_another_is_not_found_word_for_word(
    session, sign_in, settings, holder
) -> None:
    make_documents(session, settings)
    (certificate,) = certificates_of(session, holder)
    colleague = sign_in(make_official(session))
    for end in ("", ".json", "/document.pdf", "/credential.json", "/ask"):
        real = colleague.raw("GET", f"/certificates/mine/{certificate.id}{end}")
        invented = colleague.raw("GET", f"/certificates/mine/987654{end}")
        assert real.status_code == invented.status_code == 404
        assert len(real.data) == len(invented.data)
    for end in ("shown", "share", "stop-sharing", "release", "ask"):
        colleague.post(f"/certificates/mine/{certificate.id}/{end}", {}, status=404)


def test_signed_file_is_checked_without_the_platform(
    session, sign_in, client, settings, holder
) -> None:
    make_documents(session, settings)
    (certificate,) = certificates_of(session, holder)
    path = f"/certificates/mine/{certificate.id}/credential.json"
    with sign_in(holder).raw("GET", path) as answer:
        content = answer.data
    keys = read_keys(client.raw("GET", "/verify/keys.json").data)
    said = verify(content, keys)
    assert (said.number, said.snapshot) == (certificate.number, certificate.frozen)
    changed = json.loads(content)
    changed["certificate"]["hours"] = 40
    with pytest.raises(BadCredentialError, match="changed"):
        verify(json.dumps(changed).encode(), keys)
    with pytest.raises(BadCredentialError, match="not among the keys"):
        verify(content, {})


def test_holder_shares_a_page_and_withdraws_it(session, sign_in, client, holder) -> None:
    own = sign_in(holder)
    (certificate,) = certificates_of(session, holder)
    page = own.get(f"/certificates/mine/{certificate.id}")
    page = own.submit(page, "Share the page", {"share-fields": ["name", "agency"]})
    address = page.links("See what they see")[0]
    seen = client.get(address)
    assert "Temengil Rengulbai" in seen.main
    assert "Bureau of Immigration" in seen.main
    assert "テメンギル" not in seen.main
    assert "Palau" not in seen.main
    page = own.submit(page, "Save the page", {"share-fields": ["member"]})
    assert page.links("See what they see")[0] == address
    seen = client.get(address)
    assert "Palau" in seen.main
    assert "Temengil Rengulbai" not in seen.main
    own.submit(page, "Withdraw the page")
    client.get(address, status=404)


def test_people_whose_agency_limits_them_share_no_name(session, sign_in, client, holder) -> None:
    own = sign_in(holder)
    (certificate,) = certificates_of(session, holder)
    page = own.get(f"/certificates/mine/{certificate.id}")
    page = own.submit(page, "Share the page", {"share-fields": ["name", "agency", "member"]})
    holder.limited_by_agency = True
    session.flush()
    seen = client.get(page.links("See what they see")[0])
    assert "Temengil" not in seen.main
    assert "Bureau of Immigration" not in seen.main
    holder.limited_by_agency = False
    holder.limits_own_listing = True
    session.flush()
    assert "Temengil" in client.get(page.links("See what they see")[0]).main


def test_held_certificate_is_issued_once_the_name_is_mended(
    session, sign_in, client, settings, course
) -> None:
    person = make_official(session, name="Letter \U00018b00")
    complete(session, person, course)
    (certificate,) = certificates_of(session, person)
    own = sign_in(person)
    assert "held" not in client.get(f"/verify/{certificate.number}", status=404).main
    page = own.get(f"/certificates/mine/{certificate.id}")
    assert "\U00018b00 (U+18B00)" in page.main
    page = own.submit(page, "Look again")
    assert "still a letter" in page.html
    person.name = "Letter Mended"
    session.flush()
    page = own.submit(page, "Look again")
    (certificate,) = certificates_of(session, person)
    assert certificate.state is CertificateState.ISSUED
    assert certificate.frozen.name == "Letter Mended"
    make_documents(session, settings)
    assert "Download the certificate" in own.get(page.path).main


def test_asking_twice_for_a_correction_leaves_one_request(session, sign_in, holder) -> None:
    own = sign_in(holder)
    (certificate,) = certificates_of(session, holder)
    path = f"/certificates/mine/{certificate.id}/ask"
    page = own.get(path)
    assert "Choose what is not right" in own.submit(page, "Ask the secretariat", status=400).main
    assert (
        "You asked for a correction"
        in own.submit(page, "Ask the secretariat", {"reason": "name"}).main
    )
    own.post(path, {"reason": "hours"})
    assert len(session.execute(scoped(CertificateRequest, SYSTEM, Reach.ALL_MEMBERS)).all()) == 1


def test_focal_point_lists_certificates_earned_under_their_member_alone(
    session, course, holder
) -> None:
    palau = focal_point_actor(_focal_point(session, "PLW"))
    fiji = focal_point_actor(_focal_point(session, "FJI"))
    assert [each.frozen.name for each in list_for_person(session, palau, holder.id)] == [
        "Temengil Rengulbai"
    ]
    assert list_for_person(session, fiji, holder.id) == []
    # She moves to Fiji: what she earned in Palau stays Palau's to see.
    holder.member_code = "FJI"
    session.flush()
    assert list_for_person(session, fiji, holder.id) == []
    assert len(list_for_person(session, palau, holder.id)) == 1


def test_focal_point_opens_documents_of_own_people_and_of_nobody_else(
    session, sign_in, settings, holder
) -> None:
    make_documents(session, settings)
    (certificate,) = certificates_of(session, holder)
    path = f"/certificates/own/{certificate.id}/document.pdf"
    palau = sign_in(_focal_point(session, "PLW"), second_factor=True)
    page = palau.get(f"/own/{holder.id}")
    assert page.links("PDF A small course") == [path]
    with palau.raw("GET", path) as answer:
        assert answer.data.startswith(b"%PDF-")
    fiji = sign_in(_focal_point(session, "FJI"), second_factor=True)
    real, invented = (
        fiji.raw("GET", path),
        fiji.raw("GET", path.replace(str(certificate.id), "9876")),
    )
    assert (real.status_code, len(real.data)) == (404, len(invented.data))
    assert sign_in(holder).raw("GET", path).status_code == 403


def test_merge_of_two_accounts_moves_no_certificate(session, course, holder) -> None:
    other = make_official(session, name="T. Rengulbai", email="old.address@plw.example")
    complete(session, other, course)
    secretary = secretariat_actor(make_official(session, "RSO"))
    merge = propose_merge(
        session,
        secretary,
        holder.id,
        other_email="old.address@plw.example",
        reason=MergeReason.NEW_ADDRESS,
        now=clock.now(),
    )
    decide_merge(session, secretary, merge.id, Verb.MAKE, now=clock.now())
    session.flush()
    assert [each.frozen.name for each in certificates_of(session, other)] == ["T. Rengulbai"]
    assert len(certificates_of(session, holder)) == 1


def test_trainer_sees_that_it_is_issued_and_neither_number_nor_document(
    session, sign_in, holder
) -> None:
    (certificate,) = certificates_of(session, holder)
    trainer = make_official(session, "FJI")
    give_role(session, trainer, Role.TRAINER, ScopeKind.COURSE, "small-course")
    client = sign_in(trainer, second_factor=True)
    page = client.get(f"/teaching/small-course/people/{certificate.subject_id}")
    assert "Certificate of completion: Issued" in page.main
    assert grouped(certificate.number) not in page.html
    assert certificate.number not in page.html
    client.get(f"/certificates/{certificate.id}", status=403)
    client.get(f"/certificates/own/{certificate.id}/document.pdf", status=403)


def _focal_point(session, member):
    person = make_official(session, member)
    give_role(session, person, Role.FOCAL_POINT, ScopeKind.MEMBER, member)
    return person


def test_command_checks_a_signed_file_with_saved_keys_and_without_a_database(
    app, session, client, settings, holder, tmp_path
) -> None:
    make_documents(session, settings)
    (certificate,) = certificates_of(session, holder)
    file = settings.files_folder / certificate.credential_file_key
    keys = tmp_path / "keys.json"
    keys.write_bytes(client.raw("GET", "/verify/keys.json").data)
    run = app.test_cli_runner()
    good = run.invoke(certificates, ["verify", str(file), "--keys", str(keys)])
    assert good.exit_code == 0, good.output
    assert "Temengil Rengulbai" in good.output
    assert run.invoke(certificates, ["verify", str(file)]).exit_code == 0
    forged = tmp_path / "forged.json"
    forged.write_text(file.read_text().replace("Temengil", "Somebody"))
    bad = run.invoke(certificates, ["verify", str(forged), "--keys", str(keys)])
    assert bad.exit_code == 1
    assert "changed after it was signed" in bad.output
