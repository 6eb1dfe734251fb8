"""Paths are stored as editions, and courses that ask for one another in a circle are refused."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.core import clock
from lms.core.actor import Actor
from lms.core.errors import NotFoundError
from lms.courses.check import load_course
from lms.courses.folder import CourseError
from lms.courses.models import PathEdition
from lms.courses.queries.paths import get_current_path, list_paths, paths_by_edition
from lms.courses.services.paths import publish_path
from lms.courses.values.course import CertificateRule
from lms.courses.values.path import CoursePath
from tests.courses.small_course import write_small_course

SYSTEM = Actor.system("test")


def path_of(*courses: str, title: str = "The way") -> CoursePath:
    certificate = CertificateRule(kind="completion", hours=3)
    return CoursePath(
        key="way", title=title, summary="It goes on.", courses=courses, certificate=certificate
    )


def publish(session, path):
    return publish_path(session, SYSTEM, path, now=clock.now())


def test_path_published_twice_is_one_edition(session) -> None:
    assert publish(session, path_of("a", "b")) is not None
    assert publish(session, path_of("a", "b")) is None
    assert len(session.execute(select(PathEdition)).scalars().all()) == 1


def test_changed_path_is_a_new_edition_and_the_old_one_stays(session) -> None:
    first = publish(session, path_of("a", "b"))
    second = publish(session, path_of("a", "b", "c"))
    assert (first.number, second.number) == (1, 2)
    assert get_current_path(session, "way").path.courses == ("a", "b", "c")
    assert paths_by_edition(session, [first.id])[first.id].path.courses == ("a", "b")


def test_path_that_goes_back_to_what_it_was_is_its_first_edition_again(session) -> None:
    publish(session, path_of("a", "b"))
    publish(session, path_of("b", "a"))
    assert publish(session, path_of("a", "b")).number == 1
    assert [stored.number for stored in list_paths(session)] == [1]


def test_path_that_is_not_there_is_not_found(session) -> None:
    with pytest.raises(NotFoundError):
        get_current_path(session, "nowhere")


def test_courses_that_ask_for_one_another_over_a_third_are_not_loaded(tmp_path) -> None:
    folder = write_small_course(tmp_path)
    text = (folder / "course.yaml").read_text(encoding="utf-8")
    asking = text.replace("guides:\n", "prerequisites: [second]\nguides:\n", 1)
    (folder / "course.yaml").write_text(asking, encoding="utf-8")
    for key, first in (("second", "third"), ("third", "small-course")):
        (folder.parent / key).mkdir()
        words = f"key: {key}\nprerequisites: [{first}]\n"
        (folder.parent / key / "course.yaml").write_text(words, encoding="utf-8")
    with pytest.raises(CourseError) as refused:
        load_course(folder)
    assert "itself asks for this course first" in str(refused.value.problems[0])
