"""Pictures of a course: told from their bytes, served for ever to who is signed in."""

from __future__ import annotations

import struct
import zlib

import pytest

from lms.courses.check import check_course
from lms.courses.pictures import Size, size_of
from lms.courses.render.page import renderer_for
from lms.guides.registry import read_registry
from tests.courses.small_course import write
from tests.factories import make_official
from tests.support.small_editions import KEY, SmallCourse

HEADER = struct.pack(">IIBBBBB", 640, 360, 8, 2, 0, 0, 0)
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + HEADER
PNG += struct.pack(">I", zlib.crc32(b"IHDR" + HEADER))
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x11\x08\x01\x68\x02\x80\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xd9"
)
FIGURE = """

::: figure room.png
alternative: A table and a window.
caption: The room.
:::

::: figure quay.jpg
alternative: A quay.
caption: The quay.
:::
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    course = SmallCourse(tmp_path_factory.mktemp("content"))
    (course.folder / "media/room.png").write_bytes(PNG)
    (course.folder / "media/quay.jpg").write_bytes(JPEG)
    page = course.folder / "modules/01-first/01-asking.md"
    write(page, page.read_text() + FIGURE)
    return SmallCourse.of(course.folder)


@pytest.mark.parametrize("content", [PNG, JPEG])
def test_size_is_told_from_the_first_bytes(content) -> None:
    assert size_of(content) == Size(640, 360)


@pytest.mark.parametrize(
    "content", [b"", PNG[:20], PNG[:16] + bytes(8), JPEG[:22], b"GIF89a", b"\xff\xd8\xff" * 9]
)
def test_size_that_cannot_be_told_is_left_out(content) -> None:
    assert size_of(content) is None


def test_png_and_jpeg_are_part_of_the_format_and_checked(small, tmp_path) -> None:
    assert [str(p) for p in check_course(small.folder) if "media/" in str(p)] == []
    broken = SmallCourse(tmp_path / "content").folder
    (broken / "media/quay.jpg").write_bytes(PNG)
    problems = [str(problem) for problem in check_course(broken)]
    assert any("media/quay.jpg" in p and "Save it as JPEG" in p for p in problems)


def test_image_keeps_its_place_on_the_page(small) -> None:
    renderer = renderer_for(small.edition, read_registry(small.guides)[0], "en")
    page = renderer.page(small.edition.activity("asking").body)
    html = "".join(block.html for block in page.blocks)
    address = f"/media/{small.edition.digest}"
    assert f'<img src="{address}/room.png" alt="A table and a window." width="640"' in html
    assert f'<img src="{address}/quay.jpg" alt="A quay." width="640" height="360"' in html


def test_picture_is_served_for_ever_and_never_as_something_else(session, sign_in, small) -> None:
    small.publish(session)
    client = sign_in(make_official(session))
    client.post(f"/learning/{KEY}/begin")
    page = client.get(f"/learning/{KEY}/asking")
    sources = [image["src"] for image in page.soup.select("main img")]
    kinds = {"png": ("image/png", PNG), "jpg": ("image/jpeg", JPEG)}
    for source in sources:
        answer = client.raw("GET", source)
        kind, content = kinds[source.rpartition(".")[2]]
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == kind
        assert answer.data == content
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert len(sources) == 2


def test_picture_is_not_for_visitors_and_drawings_are_not_served(
    session, client, sign_in, small
) -> None:
    small.publish(session)
    address = f"/media/{small.edition.digest}"
    assert client.raw("GET", f"{address}/room.png").status_code == 302
    signed_in = sign_in(make_official(session))
    for path in (f"{address}/plan.svg", f"{address}/none.png", f"/media/{'0' * 64}/room.png"):
        signed_in.get(path, status=404)
