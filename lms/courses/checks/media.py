"""Pictures: drawings without programs, images that are images, and each of them used."""

from __future__ import annotations

from lms.core.content.problems import error, warning
from lms.core.text import N_
from lms.courses.checks.subject import Subject
from lms.courses.markdown import parts_of
from lms.courses.pictures import is_picture
from lms.courses.svg import check_svg
from lms.courses.values.edition import MediaFile


def check_media(subject: Subject) -> None:
    """Every file of `media/`."""
    used: set[str] = set()
    for source in subject.reading.sources:
        for part in parts_of(source.body):
            if part.name == "figure":
                used.add(part.title)
                used |= {part.settings["wide"].value} if "wide" in part.settings else set()
    for medium in subject.reading.media:
        _check_medium(subject, medium)
        if medium.name not in used:
            sentence = N_("No page shows this picture. Use it in ::: figure, or delete it.")
            subject.problems.append(warning(f"media/{medium.name}", None, "", sentence))


def _check_medium(subject: Subject, medium: MediaFile) -> None:
    file = f"media/{medium.name}"
    if medium.name.endswith(".svg"):
        for flaw in check_svg(medium.content):
            subject.problems.append(error(file, flaw.line, "", flaw.sentence, **flaw.values))
        return
    ending = medium.name.rpartition(".")[2]
    if not is_picture(medium.content, ending):
        sentence = N_(
            "The file is called .%(ending)s but is no %(kind)s image. Save it as %(kind)s."
        )
        kind = {"png": "PNG", "jpg": "JPEG"}[ending]
        subject.problems.append(error(file, None, "", sentence, ending=ending, kind=kind))
