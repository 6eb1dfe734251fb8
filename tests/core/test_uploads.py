"""Hostile files: told by their bytes, refused or made harmless, and not kept for ever."""

from __future__ import annotations

import datetime
import io
import struct
import zipfile
import zlib

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from lms.core.actor import Actor
from lms.core.archives import PIECE
from lms.core.database import Session
from lms.core.errors import BadInputError
from lms.core.extensions import db
from lms.core.jobs.services import enqueue
from lms.core.storage import LocalFolder
from lms.core.uploads.keeping import FORGET, HANDLERS, keep, store
from lms.core.uploads.kinds import Kind, check_upload, kind_of
from lms.core.uploads.models import StorageClass, Upload
from lms.core.uploads.pictures import written_anew
from lms.core.uploads.serving import foreign_answer
from lms.core.uploads.svg import drawing_of
from tests.support.worker import shift_of, work_off

ANY = frozenset(Kind)


def picture(kind: str = "PNG", **options: object) -> bytes:
    """A small picture with a place, a comment and a thumbnail where the kind has them."""
    image = Image.new("RGB", (12, 8), (200, 40, 10))
    target = io.BytesIO()
    if kind == "PNG":
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Comment", "taken at the shelter")
        notes.add_itxt("XML:com.adobe.xmp", "<x>taken at the shelter</x>")
        image.save(target, "PNG", pnginfo=notes)
    else:
        exif = Image.Exif()
        exif[0x010E] = "taken at the shelter"
        exif[0x0112] = 6
        exif.get_ifd(0x8825)[2] = (7.0, 30.0, 0.0)
        image.save(target, kind, exif=exif.tobytes(), comment=b"taken at the shelter")
    return target.getvalue()


def archive(entries: dict[str, bytes]) -> bytes:
    """A ZIP archive of these entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in entries.items():
            written.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_picture_written_anew_keeps_its_pixels_and_nothing_else(kind: str) -> None:
    sent = picture(kind) + b"<script>alert(1)</script>PK\x03\x04"
    kept = written_anew(sent)
    assert b"shelter" not in kept.content
    assert b"script" not in kept.content
    again = Image.open(io.BytesIO(kept.content))
    assert not again.getexif()
    assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    # The camera was held upright: the pixels are turned, since the mark that said so is gone.
    assert (kept.width, kept.height) == ((12, 8) if kind == "PNG" else (8, 12))


def test_picture_of_too_many_pixels_is_refused_before_a_pixel_is_read() -> None:
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    data = b"IDAT" + zlib.compress(b"\0" * 1000)
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part))
        for part in (chunk, data, b"IEND")
    )
    with pytest.raises(BadInputError):
        written_anew(bomb)


def test_name_and_first_bytes_of_another_kind_deceive_nobody() -> None:
    page = b"<!doctype html><title>x</title><script>alert(1)</script>"
    assert kind_of(page) is Kind.HTML
    assert kind_of(b"  <!-- hello --><svg xmlns='http://www.w3.org/2000/svg'/>") is Kind.SVG
    assert kind_of(b"MZ\x90\0\x03") is None
    # A GIF that is a script as well is written anew, and the script is gone.
    with pytest.raises(BadInputError):
        written_anew(b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)")
    with pytest.raises(BadInputError, match="Send one of these"):
        check_upload(page, frozenset({Kind.PNG, Kind.JPEG}))
    with pytest.raises(BadInputError, match="nothing in this file"):
        check_upload(b"", ANY)


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\win.ini", "/etc/passwd", "C:\\x"])
def test_archive_that_leads_out_of_its_folder_is_refused(name: str) -> None:
    with pytest.raises(BadInputError, match="no writing program"):
        check_upload(archive({name: b"x"}), ANY)


def test_archive_that_grows_without_end_is_refused() -> None:
    bomb = archive({f"{number}.txt": b"\0" * 20_000_000 for number in range(2)})
    with pytest.raises(BadInputError):
        check_upload(bomb, ANY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_with_definitions_of_its_own_is_refused(encoding: str) -> None:
    xml = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    with pytest.raises(BadInputError):
        check_upload(xml.encode(encoding), ANY)
    with pytest.raises(BadInputError):
        check_upload(archive({"word/document.xml": xml.encode(encoding)}), frozenset({Kind.PDF}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_definition_that_begins_in_one_piece_and_ends_in_the_next_is_found(encoding: str) -> None:
    width = len("a".encode(encoding))
    text = " " * (PIECE // width - 4) + "<!ENTITY a 'b'>"
    with pytest.raises(BadInputError):
        check_upload(archive({"word/document.xml": text.encode(encoding)}), ANY)


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        '<rect onload="alert(1)"/>',
        '<a href="javascript:alert(1)"><rect/></a>',
        '<image href="http://127.0.0.1/x"/>',
        "<foreignObject><p>x</p></foreignObject>",
    ],
)
def test_drawing_that_could_act_is_refused(inner: str) -> None:
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'
    clean = f'{head}<rect x="1" y="1" width="4" height="4"/></svg>'.encode()
    assert drawing_of(clean) == clean
    with pytest.raises(BadInputError):
        drawing_of(f"{head}{inner}</svg>".encode())


WHOLE = [picture("PNG"), picture("JPEG"), archive({"a.xml": b"<a/>"}), b"<svg"]


@settings(max_examples=200)
@given(
    st.binary(max_size=300)
    | st.sampled_from(
        [picture("PNG"), picture("JPEG"), archive({"a.xml": b"<a/>"}), b"<svg"]
    ).flatmap(
        lambda whole: st.tuples(
            st.integers(0, len(whole)), st.binary(max_size=6), st.integers(0, len(whole))
        ).map(lambda cut: whole[: cut[0]] + cut[1] + whole[cut[2] :])
    )
)
def test_whatever_is_sent_is_taken_or_refused_in_words(content: bytes) -> None:
    try:
        kind = check_upload(content, ANY)
        if kind in {Kind.PNG, Kind.JPEG, Kind.GIF, Kind.WEBP}:
            written_anew(content)
    except BadInputError as error:
        refused = str(error)
    else:
        return
    assert refused.endswith(".")


def test_temporary_upload_is_gone_after_a_day_and_a_kept_one_stays(
    app: Flask, session: Session, now: datetime.datetime
) -> None:
    storage = LocalFolder(app.config["BEKAL"].files_folder)
    old, kept = store(storage, "trial", b"a", Kind.TEXT), store(storage, "trial", b"b", Kind.TEXT)
    actor = Actor.system("trial")
    yesterday = now - datetime.timedelta(days=1, minutes=1)
    keep(session, actor, old, Kind.TEXT, StorageClass.TEMPORARY, now=yesterday)
    keep(session, actor, kept, Kind.TEXT, StorageClass.KEPT, now=yesterday)
    enqueue(session, FORGET, {}, requested_by=actor, now=now)
    session.commit()
    with app.app_context():
        work_off(shift_of(db.engine, HANDLERS, storage))
    assert not storage.exists(old.key)
    assert storage.exists(kept.key)
    assert [row.storage_key for row in session.query(Upload)] == [kept.key]


def test_what_is_not_ours_is_handed_out_only_as_a_download(app: Flask) -> None:
    storage = LocalFolder(app.config["BEKAL"].files_folder)
    stored = store(storage, "trial", b"<script>alert(1)</script>", Kind.HTML)
    with app.test_request_context():
        answer = foreign_answer(storage, stored.key, "guide.html")
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        answer.close()
