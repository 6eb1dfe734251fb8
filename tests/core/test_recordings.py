"""Recordings: told by their bytes, kept as nothing but sound, refused in one sentence."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core.errors import BadInputError
from lms.core.uploads.kinds import ABOUT, Kind, check_upload, kind_of
from lms.core.uploads.sounds import (
    DAMAGED_RECORDING,
    HAS_VIDEO,
    NOT_A_RECORDING,
    NOT_PLAIN,
    sound_anew,
)
from tests.support.recordings import box, id3, loud_mp3, m4a, mp3

WORDS = "Ana Latu, +07.5+134.6/"
APE = b"APETAGEX" + b"\xd0\x07\0\0" + (100).to_bytes(4, "little") + bytes(7) + b"\xa0" + bytes(8)


def refusal(content: bytes) -> str:
    with pytest.raises(BadInputError) as refused:
        sound_anew(content, field="sound")
    assert refused.value.field == "sound"
    return refused.value.sentence


def test_words_before_between_and_behind_mp3_frames_are_gone_and_the_frames_are_not() -> None:
    picture = b"\xff\xd8\xff\xe0" + WORDS.encode() * 9_000
    behind = APE + WORDS.encode().ljust(100) + b"TAG" + WORDS.encode().ljust(125)
    sent = id3(WORDS * 9_000) + mp3(0.6) + b"junk " + picture[:900] + mp3(0.6) + behind
    kept = sound_anew(sent)
    assert kept.content == mp3(1.2)
    assert (kept.kind, round(kept.seconds, 1)) == (Kind.MP3, 1.2)
    assert sound_anew(kept.content) == kept


@pytest.mark.parametrize("quicktime", [False, True])
def test_names_places_dates_and_stray_bytes_of_m4a_are_gone(quicktime: bool) -> None:
    sent = m4a(words=WORDS.encode(), quicktime=quicktime)
    assert sent.count(WORDS.encode()) == 4
    kept = sound_anew(sent)
    assert WORDS.encode() not in kept.content
    assert (3_900_000_000).to_bytes(4) not in kept.content
    assert b"Core Media" not in kept.content
    assert b"\x00\xc8\x00\x80\x23\x80" * 43 in kept.content
    assert (kept.kind, round(kept.seconds, 2)) == (Kind.M4A, 1.0)
    assert sound_anew(kept.content) == kept


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"RIFF\0\0\0\0WAVEfmt ", NOT_A_RECORDING),
        (b"OggS" + bytes(40), NOT_A_RECORDING),
        (b"ID3 is a word in this text.", NOT_A_RECORDING),
        (mp3(0.024), NOT_A_RECORDING),
        (mp3(0.1) + b"\xff" * 70_000, DAMAGED_RECORDING),
        (m4a(handler=b"vide"), HAS_VIDEO),
        (m4a(handler=b"text"), NOT_PLAIN),
        (m4a(place=10**6), NOT_PLAIN),
        (m4a().replace(b"mp4a", b"alac"), NOT_PLAIN),
        (m4a() + box(b"moof"), NOT_PLAIN),
        (m4a()[:-400], NOT_PLAIN),
        (box(b"ftyp", b"M4A "), NOT_PLAIN),
        (loud_mp3(11_000_000), "larger than"),
    ],
)
def test_what_is_no_plain_recording_is_refused_with_what_to_do(content, sentence) -> None:
    assert sentence in refusal(content)


def test_recordings_are_told_from_everything_else_by_their_bytes() -> None:
    assert kind_of(mp3()) is Kind.MP3
    assert kind_of(id3("x") + mp3()) is Kind.MP3
    assert kind_of(m4a()) is Kind.M4A
    with pytest.raises(BadInputError):
        check_upload(mp3(), frozenset({Kind.JPEG, Kind.TEXT}))
    assert {ABOUT[kind].content_type for kind in (Kind.MP3, Kind.M4A)} == {
        "audio/mpeg",
        "audio/mp4",
    }


@settings(max_examples=150)
@given(st.binary(max_size=60), st.integers(0, 900), st.sampled_from(["cut", "put", "over"]))
def test_whatever_is_done_to_a_recording_it_is_taken_for_good_or_refused(
    noise: bytes, at: int, how: str
) -> None:
    for whole, head in itertools.product((mp3(0.9), m4a(words=noise)), (b"", id3("x"))):
        sent = head + whole[:at]
        if how != "cut":
            sent += noise + whole[at + (len(noise) if how == "over" else 0) :]
        try:
            kept = sound_anew(sent)
        except BadInputError:
            continue
        assert sound_anew(kept.content) == kept
        assert kept.seconds > 0
