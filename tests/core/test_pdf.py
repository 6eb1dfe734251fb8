"""The door to WeasyPrint: closed, tagged, the same every time, and away from the web."""

from __future__ import annotations

import datetime
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from config import ROOT, Environment, Settings, SettingsError
from lms.core.pdf.aside import make_pdf_aside
from lms.core.pdf.making import DocumentError, DoesNotFitError, Seal, UnprintableError, make_pdf
from lms.core.pdf.signing import Signer, SigningKeyError, signer_of
from lms.core.pdf.words import Words, direction, first_strong
from lms.web.doctor import check_signing
from tests.support import pdf

AT = datetime.datetime(2026, 10, 30, 8, 0, tzinfo=datetime.UTC)
WITHOUT_WEASYPRINT = """
import os, sys
from config import Settings
from lms.web.app import create_app
from lms.web import worker
app = create_app(Settings.from_environment(os.environ))
client = app.test_client()
client.get("/sign-in")
worker.shift_of(app)
held = {name.split(".")[0] for name in sys.modules} & {"weasyprint", "pydyf", "fontTools"}
sys.exit(", ".join(sorted(held)) or 0)
"""
PRODUCTION = {
    "BEKAL_ENVIRONMENT": "production",
    "BEKAL_SECRET_KEY": "x" * 40,
    "BEKAL_DATABASE_URL": "sqlite://",
    "BEKAL_PUBLIC_ADDRESS": "https://learn.example.org",
    "BEKAL_SMTP_HOST": "mail.example.org",
}

Made = Callable[..., bytes]


def page_of(body: str, *, head: str = "", title: str = "A document", language: str = "en") -> str:
    """A whole page of HTML."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{title}</title>{head}</head><body>{body}</body></html>"
    )


def made(body: str, *, seal: Seal | None = None, **page: str) -> bytes:
    return make_pdf(page_of(body, **page), sheet="papers.css", identifier="test", seal=seal)


@pytest.fixture
def settings_in(tmp_path: Path) -> Settings:
    """Settings as on a developer's machine, with a data folder of its own."""
    return Settings.from_environment({"BEKAL_DATA_FOLDER": str(tmp_path)})


@pytest.fixture
def signer(settings_in: Settings) -> Signer:
    return signer_of(settings_in)


def test_the_web_process_never_holds_weasyprint(tmp_path: Path) -> None:
    environ = os.environ | {"BEKAL_DATA_FOLDER": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_WEASYPRINT], env=environ, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_document_made_aside_has_the_same_bytes_and_says_the_same_errors() -> None:
    body = "<h1>One</h1><p>Two ສະບາຍດີ</p>"
    aside = make_pdf_aside(page_of(body), sheet="papers.css", identifier="test")
    assert aside == made(body)
    with pytest.raises(UnprintableError) as refused:
        make_pdf_aside(page_of("<p>\U00018b00</p>"), sheet="papers.css", identifier="test")
    assert refused.value.characters == ("\U00018b00",)


def test_documents_made_at_once_are_those_made_one_by_one() -> None:
    bodies = [f"<h1>Document {number}</h1><p>ສະບາຍດີ {number}</p>" for number in range(12)]
    alone = [made(body) for body in bodies]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(made, bodies)) == alone


def test_it_is_pdf_ua_with_language_and_title() -> None:
    file = made("<h1>Laporan</h1><p>Isi.</p>", language="id", title="Laporan")
    assert pdf.failed_rules(file) == []
    with pdf.opened(file) as document:
        root = document.Root
        assert str(root.Lang) == "id"
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        about = document.open_metadata()
        assert about["dc:title"] == "Laporan"
        assert about["pdfuaid:part"] == "1"
    assert [tag for tag in pdf.tags_of(file) if tag != "Span"] == ["Document", "H1", "P"]


def test_the_check_of_pdf_ua_finds_what_is_wrong() -> None:
    assert pdf.failed_rules(made("<h1>One</h1><h3>Three</h3>")) != []


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname",
        "http://127.0.0.1:8106/x.svg",
        "../../../config.py",
        "/etc/hostname",
        "data:image/svg+xml,<svg/>",
        "//learn.example.org/x.svg",
        "bekal.css/../../assets.py",
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        '<p>x</p><img src="{}" alt="x">',
        '<p>x</p><object data="{}">x</object>',
        '<svg xmlns="http://www.w3.org/2000/svg"><title>x</title><image href="{}"/></svg>',
    ],
)
def test_nothing_but_our_assets_can_be_fetched(body: str, address: str) -> None:
    with pytest.raises(DocumentError):
        made(body.format(address))


@pytest.mark.parametrize("relation", ["attachment", "stylesheet"])
def test_a_link_cannot_bring_a_file_of_the_machine_into_the_document(relation: str) -> None:
    with pytest.raises(DocumentError):
        made("<p>x</p>", head=f'<link rel="{relation}" href="file:///etc/hostname">')


def test_a_picture_without_words_is_refused() -> None:
    with pytest.raises(DocumentError, match="alt"):
        made('<p>x</p><img src="weave/mark.svg">')


def test_a_character_without_a_glyph_is_named_and_nothing_is_printed() -> None:
    with pytest.raises(UnprintableError) as refused:
        made("<p>Name \U00018b00 and \U00018b01</p>")
    assert refused.value.characters == ("\U00018b00", "\U00018b01")


def test_lines_outside_their_box_are_found_in_both_directions() -> None:
    box = '<div data-fits style="width: {}mm; height: 10mm">{}</div>'
    assert made(box.format(40, "Short"))
    with pytest.raises(DoesNotFitError):
        made(box.format(40, "Too long for this box " * 6))
    with pytest.raises(DoesNotFitError):
        made(box.format(20, "Unbreakablewordthatiswiderthanitsbox"))


def test_a_language_without_a_catalogue_is_wholly_english() -> None:
    words = Words.of("xx")
    assert words.language == "en"
    assert words.day(datetime.date(2026, 10, 30)) == "30 October 2026"
    assert Words.of("../../etc").language == "en"


def test_days_and_numbers_follow_the_language() -> None:
    words = Words.of("id")
    assert words.day(datetime.date(2026, 10, 30)) == "30 Oktober 2026"
    assert words.number(5.5) == "5,5"


@pytest.mark.parametrize(
    ("language", "way"),
    [
        *((code, "ltr") for code in ("en", "zh-Hant", "km", "mn", "none")),
        *((code, "rtl") for code in ("ar", "fa", "dv", "prs", "ur", "ps")),
    ],
)
def test_direction_of_languages(language: str, way: str) -> None:
    assert direction(language) == way


def test_a_line_runs_the_way_of_its_first_letter() -> None:
    assert first_strong("(1) އައިޝަތު") == "rtl"
    assert first_strong("Aishath އައިޝަތު") == "ltr"
    assert first_strong("123") == "ltr"


def test_a_signed_file_is_valid_to_others_and_the_same_each_time(
    signer: Signer, tmp_path: Path
) -> None:
    seal = Seal(signer, AT)
    file = made("<h1>Signed</h1>", seal=seal)
    assert file == made("<h1>Signed</h1>", seal=seal)
    said = pdf.signatures_of(file, tmp_path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert pdf.failed_rules(file) == []


def test_one_changed_byte_breaks_the_signature(signer: Signer, tmp_path: Path) -> None:
    file = bytearray(made("<h1>Signed</h1>", seal=Seal(signer, AT)))
    file[file.index(b"stream") + 40] ^= 1
    assert "Signature is Valid" not in pdf.signatures_of(bytes(file), tmp_path)


def test_the_signature_verifies_with_openssl(signer: Signer, tmp_path: Path) -> None:
    content, signature = tmp_path / "content", tmp_path / "signature"
    content.write_bytes(b"what is signed")
    digest = hashlib.sha256(b"what is signed").digest()
    signature.write_bytes(signer.signature_of(digest))
    done = subprocess.run(
        [
            *("openssl", "cms", "-verify", "-binary", "-noverify", "-inform", "DER"),
            *("-in", signature, "-content", content),
        ],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == b"what is signed"


def test_a_key_made_here_is_readable_by_its_owner_alone(settings_in: Settings) -> None:
    first = signer_of(settings_in)
    key = settings_in.data_folder / "signing_key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    assert signer_of(settings_in).certificates == first.certificates


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> Path:
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.mark.parametrize(
    "key",
    [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)],
    ids=["P-384", "RSA"],
)
def test_only_keys_on_p256_are_taken(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, signer: Signer, tmp_path: Path
) -> None:
    path = _write_key(tmp_path / "other.pem", key)
    with pytest.raises(SigningKeyError, match="P-256"):
        Signer.load(path, tmp_path / "signing_certificate.pem")


def test_a_certificate_of_another_key_is_refused(signer: Signer, tmp_path: Path) -> None:
    path = _write_key(tmp_path / "other.pem", ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(SigningKeyError, match="not that of"):
        Signer.load(path, tmp_path / "signing_certificate.pem")


def test_a_chain_of_certificates_is_put_in_whole(signer: Signer) -> None:
    chained = replace(signer, certificates=signer.certificates * 2)
    assert len(chained.signature_of(bytes(32))) > len(signer.signature_of(bytes(32)))
    assert isinstance(chained.certificates[0], x509.Certificate)


def test_production_names_its_key_and_certificate() -> None:
    with pytest.raises(SettingsError, match="BEKAL_SIGNING_KEY"):
        Settings.from_environment(PRODUCTION)
    given = PRODUCTION | {"BEKAL_SIGNING_KEY": "/k.pem", "BEKAL_SIGNING_CERTIFICATE": "/c.pem"}
    settings = Settings.from_environment(given)
    assert settings.environment is Environment.PRODUCTION
    with pytest.raises(SigningKeyError, match=r"/k\.pem"):
        signer_of(settings)


def test_doctor_says_how_the_signing_key_stands(settings_in: Settings) -> None:
    signer_of(settings_in)
    key = settings_in.data_folder / "signing_key.pem"
    certificate = settings_in.data_folder / "signing_certificate.pem"
    named = replace(settings_in, signing_key=key, signing_certificate=certificate)

    def said(settings: Settings, today: datetime.datetime = AT) -> tuple[str, str]:
        found = check_signing(settings, today=today)
        return found.grade.value, found.sentence

    assert said(settings_in)[0] == "good"
    assert said(named) == ("good", "Documents are signed; the certificate holds to 2060-01-01.")
    assert said(named, datetime.datetime(2059, 12, 1, tzinfo=datetime.UTC))[0] == "warning"
    assert said(named, datetime.datetime(2061, 1, 1, tzinfo=datetime.UTC))[0] == "bad"
    assert "is not there" in said(replace(named, signing_key=key.with_name("none")))[1]
    assert "not a readable" in said(replace(named, signing_certificate=key))[1]
    key.chmod(0o640)
    assert f"chmod 600 {key}" in said(named)[1]


def test_documents_made_in_many_threads_at_once_are_whole_and_the_same() -> None:
    """In a process of its own: Pango is not made for threads, and a fault ends the process."""
    script = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from lms.core.pdf.making import make_pdf\n"
        "name = 'Aishath \\u0787\\u07a6 \\u1019 A'\n"
        "html = f'<html lang=en><title>x</title><p class=cert>{name}</p>'\n"
        "def one(number):\n"
        "    return make_pdf(html, sheet='certificate.css', identifier='x')\n"
        "with ThreadPoolExecutor(4) as threads:\n"
        "    print(len(set(threads.map(one, range(60)))))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-500:]
    assert ended.stdout.strip() == "1"
