"""What the trainer's views share: the filter of a list in words, and its options."""

from __future__ import annotations

import functools

from flask import request
from flask_babel import get_locale, gettext

from lms.core.request import actor, session
from lms.courses.routes import page_language
from lms.courses.values.edition import Edition
from lms.enrolments.rules.states import ENROLMENT_STATE_NAMES, EnrolmentState
from lms.learning.queries.summaries import CoursePage, get_course_page
from lms.learning.rules.teaching import ON, PACE_NAMES, Narrowed
from lms.people.queries.members import member_names

Options = list[tuple[str, str]]


def course_page(course_key: str) -> CoursePage:
    """The course of the address. Raises NotFoundError where the actor does not teach it."""
    return get_course_page(session(), actor(), course_key)


def course_title(edition: Edition) -> str:
    """The title in the language of the page."""
    return edition.in_language(edition.course, page_language())[0].title


def module_titles(edition: Edition) -> dict[str, str]:
    """The module of each activity, in the language of the page: quizzes of several modules may
    have one title."""
    language = page_language()
    return {
        key: edition.in_language(module, language)[0].title
        for module in edition.modules
        for key in module.activities
    }


def wanted_here() -> Narrowed:
    """The filter in the address of the page."""
    return Narrowed.of(request.args)


def state_options() -> Options:
    """States to filter by."""
    return list(_state_options(str(get_locale())))


@functools.cache
def _state_options(_locale: str) -> Options:
    """In the language in force, looked up once in a process."""
    return [
        (ON, gettext("On the course")),
        *((state.value, gettext(ENROLMENT_STATE_NAMES[state])) for state in EnrolmentState),
    ]


def module_options(edition: Edition) -> Options:
    """Modules to filter by, as the outline has them."""
    language = page_language()
    return [
        ("", gettext("Anywhere")),
        *(
            (module.key, edition.in_language(module, language)[0].title)
            for module in edition.modules
            if module.activities
        ),
    ]


def pace_options() -> Options:
    """What may be the matter."""
    return [
        ("", gettext("All")),
        *((pace.value, gettext(name)) for pace, name in PACE_NAMES.items()),
    ]


def member_options(names: dict[str, str]) -> Options:
    """Members by name."""
    options = sorted(names.items(), key=lambda pair: pair[1].casefold())
    return [("", gettext("All members")), *options]


def filter_words(wanted: Narrowed, edition: Edition) -> list[tuple[str, str]]:
    """What a list is narrowed to, as pairs of words; empty for everybody on the course."""
    pairs = []
    if wanted.module:
        modules = dict(module_options(edition))
        pairs.append((gettext("Carries on in"), modules.get(wanted.module, wanted.module)))
    if wanted.pace is not None:
        pairs.append((gettext("Pace"), gettext(PACE_NAMES[wanted.pace])))
    if wanted.member:
        names = member_names(session())
        pairs.append((gettext("Member"), names.get(wanted.member, wanted.member)))
    if wanted.state in set(EnrolmentState) and not wanted.module and wanted.pace is None:
        name = ENROLMENT_STATE_NAMES[EnrolmentState(wanted.state)]
        pairs.append((gettext("State"), gettext(name)))
    return pairs
