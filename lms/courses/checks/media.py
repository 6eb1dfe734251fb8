"""Pictures and recordings: no programs, what their names say, nothing beside, and each used."""

from __future__ import annotations

from lms.core.content.problems import error, warning
from lms.core.errors import BadInputError
from lms.core.text import N_
from lms.core.uploads.kinds import MEGABYTE, kind_of
from lms.core.uploads.sounds import sound_anew
from lms.courses.checks.subject import Subject
from lms.courses.layout import LARGEST_TOGETHER
from lms.courses.markdown import parts_of
from lms.courses.pictures import is_picture
from lms.courses.svg import check_svg
from lms.courses.values.edition import MediaFile

UNSEEN_PICTURE = N_("No page shows this picture. Use it in ::: figure, or delete it.")
UNPLAYED = N_("No page plays this recording. Use it in ::: sound, or delete it.")
OTHER_SOUND = N_(
    "The file is called .%(ending)s but is no %(kind)s recording. Save it as %(kind)s."
)
CARRIES_MORE = N_(
    "The recording carries more than its sound, such as who made it and where. Run lms content "
    "format, which takes that out."
)


def check_media(subject: Subject) -> None:
    """Every file of `media/`."""
    used: set[str] = set()
    for source in subject.reading.sources:
        for part in parts_of(source.body):
            used.update(part.media)
    for medium in subject.reading.media:
        _check_medium(subject, medium)
        if medium.name not in used:
            sentence = UNPLAYED if medium.is_recording else UNSEEN_PICTURE
            subject.problems.append(warning(f"media/{medium.name}", None, "", sentence))
    recordings = [medium for medium in subject.reading.media if medium.is_recording]
    if sum(len(medium.content) for medium in recordings) > LARGEST_TOGETHER:
        largest = max(recordings, key=lambda medium: len(medium.content))
        subject.problems.append(
            error(
                f"media/{largest.name}",
                None,
                "",
                N_(
                    "The recordings of this course are together larger than %(megabytes)s MB. "
                    "Save them at a lower bit rate: 48 kbit/s are enough for a voice."
                ),
                megabytes=LARGEST_TOGETHER // MEGABYTE,
            )
        )


def _check_medium(subject: Subject, medium: MediaFile) -> None:
    file = f"media/{medium.name}"
    if medium.name.endswith(".svg"):
        for flaw in check_svg(medium.content):
            subject.problems.append(error(file, flaw.line, "", flaw.sentence, **flaw.values))
        return
    ending = medium.name.rpartition(".")[2]
    if medium.is_recording:
        _check_recording(subject, medium, ending)
        return
    if not is_picture(medium.content, ending):
        sentence = N_(
            "The file is called .%(ending)s but is no %(kind)s image. Save it as %(kind)s."
        )
        kind = {"png": "PNG", "jpg": "JPEG"}[ending]
        subject.problems.append(error(file, None, "", sentence, ending=ending, kind=kind))


def _check_recording(subject: Subject, medium: MediaFile, ending: str) -> None:
    file, kind = f"media/{medium.name}", kind_of(medium.content)
    if kind is None or kind.value != ending:
        name = ending.upper()
        subject.problems.append(error(file, None, "", OTHER_SOUND, ending=ending, kind=name))
        return
    try:
        bare = sound_anew(medium.content).content
    except BadInputError as flaw:
        subject.problems.append(error(file, None, "", flaw.sentence, **flaw.values))
        return
    if bare != medium.content:
        subject.problems.append(error(file, None, "", CARRIES_MORE))
