"""Recordings of a course: with a transcript, checked, kept byte for byte, played in pieces."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.core.content.problems import Level, Problem
from lms.core.uploads.sounds import sound_anew
from lms.courses import store
from lms.courses.check import check_course, load_course
from lms.courses.layout import LARGEST_RECORDING
from lms.courses.markdown import word_count
from lms.courses.store import get_edition
from lms.courses.values.edition import Edition
from lms.courses.writing import format_course, write_course
from tests.courses.small_course import write, write_small_course
from tests.factories import make_official
from tests.support.recordings import id3, loud_mp3, m4a, mp3
from tests.support.small_editions import KEY, SmallCourse

PAGE = "modules/01-first/01-asking.md"
HEAD = "::: sound first-words.mp3\ntitle: The first two minutes"
SAID = '**Officer:** Would you like some "water"?\n\n**She:** The [[minder]] has my papers.'
SOUND = f"{HEAD}\n\n{SAID}\n:::"


def with_sound(content: Path, block: str = SOUND) -> Path:
    """The small course with a recording on its first page; its folder."""
    folder = write_small_course(content)
    (folder / "media/first-words.mp3").write_bytes(mp3(75))
    write(folder / PAGE, f"{(folder / PAGE).read_text()}\n{block}\n")
    return folder


def errors_of(folder: Path) -> list[Problem]:
    return [problem for problem in check_course(folder) if problem.level is Level.ERROR]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    folder = with_sound(tmp_path_factory.mktemp("content"))
    page = folder / "wellbeing.md"
    write(page, f"{page.read_text()}\n{SOUND.replace('[[minder]]', 'minder')}\n")
    return SmallCourse.of(folder)


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_course_with_a_recording_comes_back_byte_for_byte(small, tmp_path) -> None:
    assert errors_of(small.folder) == []
    write_course(small.edition, tmp_path / "out")
    assert files_in(tmp_path / "out") == files_in(small.folder)
    again = Edition.from_json(small.edition.to_json())
    assert (again, again.digest) == (small.edition, small.edition.digest)
    assert small.edition.media[0].seconds == 75


@pytest.mark.parametrize(
    ("block", "line", "said"),
    [
        (f"::: sound first-words.mp3\n{SAID}\n:::", 0, "A recording needs title:"),
        (f"{HEAD}\n:::", 0, "A recording needs its transcript"),
        (f"{HEAD}\n\n**…:** …\n:::", 0, "A recording needs its transcript"),
        (f"{HEAD}\ncaption: x\n\n{SAID}\n:::", 2, "caption has no meaning in this call-out."),
        (SOUND.replace("first-words", "other"), 0, "There is no recording other.mp3 in media/."),
        (SOUND.replace("first-words.mp3", "plan.svg"), 0, "There is no recording plan.svg"),
        (SOUND.replace("sound", "figure"), 0, "There is no picture first-words.mp3 in media/."),
        (SOUND + "\n" + SOUND.removesuffix("\n:::"), 7, "is never closed with :::."),
    ],
)
def test_block_that_is_not_whole_is_named_with_its_line(tmp_path, block, line, said) -> None:
    folder = with_sound(tmp_path / "content", block)
    first = (folder / PAGE).read_text().split("\n").index(block.split("\n")[0]) + 1
    found = [problem for problem in errors_of(folder) if said in problem.text]
    assert [(problem.file, problem.line) for problem in found] == [(PAGE, first + line)]


def test_file_that_is_no_bare_recording_of_its_name_is_named_and_format_makes_it_bare(
    tmp_path,
) -> None:
    folder = with_sound(tmp_path / "content")
    here = folder / "media/first-words.mp3"
    for content, said in (
        (m4a(), "The file is called .mp3 but is no MP3 recording. Save it as MP3."),
        (b"", "The file is called .mp3 but is no MP3 recording. Save it as MP3."),
        (mp3(1) + b"\xff" * 70_000, "This recording is damaged."),
        (b"x" * (LARGEST_RECORDING + 1), "The recording is larger than 10 MB."),
        (id3("Ana Latu") + mp3(75), "carries more than its sound"),
    ):
        here.write_bytes(content)
        found = [p.text for p in errors_of(folder) if p.file == "media/first-words.mp3"]
        assert [text[: len(said)] for text in found] == [said] or said in found[0]
    assert format_course(folder).changed == ("media/first-words.mp3",)
    assert here.read_bytes() == mp3(75)
    assert format_course(folder).changed == ()


def test_recordings_nobody_hears_and_too_many_of_them_are_named(tmp_path) -> None:
    folder = with_sound(tmp_path / "content")
    for number in range(3):
        (folder / f"media/part-{number}.mp3").write_bytes(loud_mp3(7_300_000 + number * 2_000))
    found = [problem for problem in check_course(folder) if problem.file.startswith("media/part")]
    assert [p.file for p in found if p.text.startswith("No page plays this recording.")] == [
        f"media/part-{number}.mp3" for number in range(3)
    ]
    assert [(p.file, p.level) for p in found if "together larger than 20 MB" in p.text] == [
        ("media/part-2.mp3", Level.ERROR)
    ]


def test_facilitators_note_plays_nothing_and_a_transcript_is_no_length_of_a_page(tmp_path) -> None:
    folder = with_sound(tmp_path / "content")
    note = folder / "facilitator/first.md"
    write(note, f"{note.read_text()}\n{SOUND}\n")
    [found] = errors_of(folder)
    assert found.text == "A recording stands on a page that learners open, not here."
    assert word_count(f"Before.\n\n{SOUND}\n\n::: remember\ntitle: in words\n:::") == 4


def test_another_language_may_have_its_own_recording(tmp_path) -> None:
    folder = with_sound(tmp_path / "content")
    (folder / "media/kata-pertama.m4a").write_bytes(sound_anew(m4a()).content)
    words = (folder / PAGE).read_text().replace("first-words.mp3", "kata-pertama.m4a")
    write(folder / PAGE.replace(".md", ".id.md"), words.replace("The first two", "Dua"))
    assert errors_of(folder) == []
    assert not any("call-outs" in problem.text for problem in check_course(folder))
    assert load_course(folder).languages == ("en", "id")


def test_learner_reads_hears_and_downloads_a_recording(session, client, sign_in, small) -> None:
    small.publish(session)
    address = f"/media/{small.edition.digest}/first-words.mp3"
    assert client.raw("GET", address).status_code == 302
    client = sign_in(make_official(session))
    client.post(f"/learning/{KEY}/begin")
    page = client.get(f"/learning/{KEY}/asking")
    [player] = page.soup.select("main audio")
    assert (player["src"], player["preload"]) == (address, "none")
    assert not player.has_attr("autoplay")
    told = player.find_parent(role="group")
    assert told["aria-label"] == "Recording: The first two minutes"
    words = " ".join(told.get_text().split())
    assert "MP3, 1 min 15 s, 0.1 MB. Nothing is loaded before you play it." in words
    assert "Would you like some “water”?" in words
    assert told.select_one("a[download]")["href"] == address
    assert told.select_one('details a.term[href="#word-minder"]') is not None
    well = client.get(f"/learning/{KEY}/wellbeing")
    assert [each["src"] for each in well.soup.select("main audio")] == [address]
    whole = client.raw("GET", address)
    assert (whole.status_code, whole.data) == (200, mp3(75))
    assert whole.headers["Content-Type"] == "audio/mpeg"
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Content-Disposition"] == "attachment; filename=first-words.mp3"
    assert whole.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    policy = client.raw("GET", f"/learning/{KEY}/asking").headers["Content-Security-Policy"]
    assert "media-src 'self'" in policy


def test_player_gets_the_range_it_asks_for_and_only_of_what_it_began(
    session, sign_in, small
) -> None:
    small.publish(session)
    client = sign_in(make_official(session))
    address = f"/media/{small.edition.digest}/first-words.mp3"
    sound = mp3(75)
    for asked, start, end in (("0-1", 0, 2), ("100-", 100, len(sound)), ("-50", -50, None)):
        part = client.raw("GET", address, headers={"Range": f"bytes={asked}"})
        assert (part.status_code, part.data) == (206, sound[start:end])
        first = start if start >= 0 else len(sound) + start
        assert part.headers["Content-Range"] == (
            f"bytes {first}-{first + len(part.data) - 1}/{len(sound)}"
        )
        assert part.headers["Content-Type"] == "audio/mpeg"
    beyond = client.raw("GET", address, headers={"Range": f"bytes={len(sound)}-"})
    assert beyond.status_code == 416
    old = {"Range": "bytes=0-1", "If-Range": '"another"'}
    assert client.raw("GET", address, headers=old).status_code == 200
    head = client.raw("HEAD", address)
    assert (head.data, head.content_length) == (b"", len(sound))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_heavy_editions_are_held_until_the_next_and_light_ones_longer(
    session, small, statements, monkeypatch
) -> None:
    digests = [small.publish(session, title(small, name)).digest for name in ("One", "Two")]

    def reads(digest: str) -> int:
        with statements() as seen:
            assert get_edition(session, digest).media[0].content == mp3(75)
        return len(seen)

    assert [reads(digest) > 0 for digest in digests * 2] == [True, True, False, False]
    monkeypatch.setattr(store, "MOST_BYTES", small.edition.weight)
    third = small.publish(session, title(small, "Three")).digest
    assert [reads(digest) > 0 for digest in (third, third, digests[0])] == [True, False, True]


def title(small: SmallCourse, name: str) -> Edition:
    """The course under another title: another edition."""
    return small.changed(lambda tree: tree["course"].update(title=name))
