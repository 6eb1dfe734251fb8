"""Recordings that people send, written anew: only the sound stays.

Who spoke, where, when and with what, cover pictures, comments and whatever stands behind the
sound is gone, since none of it is copied. The sound itself is not touched, not even by a bit.
"""

from __future__ import annotations

from dataclasses import dataclass

from lms.core.errors import BadInputError
from lms.core.text import N_
from lms.core.uploads.kinds import ABOUT, MEGABYTE, Kind, kind_of
from lms.core.uploads.m4a import NotPlainError, read_m4a, write_m4a
from lms.core.uploads.mp3 import NoFramesError, frames_of

NOT_A_RECORDING = N_(
    "This is not an MP3 or M4A recording. Save the sound as one of them, and send that file."
)
DAMAGED_RECORDING = N_("This recording is damaged. Save it anew as MP3, and send that file.")
NOT_PLAIN = N_(
    "This M4A file is not one plain AAC sound. Save the sound as MP3, and send that file."
)
HAS_VIDEO = N_("There is video in this file. Save its sound alone, as MP3 or M4A.")


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording as it may be kept, and how long it lasts. `kind` is MP3 or M4A."""

    content: bytes
    kind: Kind
    seconds: float


def sound_anew(content: bytes, *, field: str = "file") -> Sound:
    """The recording with nothing but its sound. Once done, doing it again changes no byte.

    MP3 keeps its frames, M4A its samples and what decodes them. Raises BadInputError for what
    is not a whole recording of these kinds, is too large, or holds more than one sound.
    """
    kind = kind_of(content)
    if kind not in {Kind.MP3, Kind.M4A}:
        raise BadInputError(NOT_A_RECORDING, field=field)
    if len(content) > ABOUT[kind].largest:
        raise BadInputError(
            N_("The recording is larger than %(megabytes)s MB. Save it at a lower bit rate."),
            field=field,
            megabytes=ABOUT[kind].largest // MEGABYTE,
        )
    if kind is Kind.M4A:
        try:
            sound = read_m4a(content)
        except NotPlainError as fault:
            raise BadInputError(HAS_VIDEO if fault.has_video else NOT_PLAIN, field=field) from fault
        return Sound(write_m4a(sound), kind, sound.seconds)
    try:
        frames = frames_of(content)
    except NoFramesError as fault:
        raise BadInputError(DAMAGED_RECORDING, field=field) from fault
    bare = b"".join(content[start:end] for start, end in frames.ranges)
    return Sound(bare, kind, frames.seconds)
