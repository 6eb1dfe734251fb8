"""The catalogue and the page of a course, open to everybody; lesson text is not on them."""

from __future__ import annotations

from textwrap import shorten

from flask import render_template, request

from lms.access.policies import public
from lms.core.languages import own_name
from lms.core.request import session, settings
from lms.courses.catalogue import (
    AUDIENCE_NAMES,
    KINDS,
    LENGTHS,
    LEVEL_NAMES,
    OPEN_TO_NAMES,
    STAGE_NAMES,
    TOPIC_NAMES,
    CourseCard,
    found_by,
    read_strategy,
)
from lms.courses.forms.catalogue import read_filter
from lms.courses.queries import get_current, list_cards
from lms.courses.queries.adaptations import find_followed
from lms.courses.routes.blueprint import blueprint
from lms.courses.routes.language import page_language
from lms.courses.store import get_edition


@blueprint.get("/courses")
@public("Anyone may see which courses there are; lesson text is not on this page.")
def courses() -> str:
    """All courses, or those a search finds."""
    language = page_language()
    cards = list_cards(session())
    wanted = read_filter(request.args)
    return render_template(
        "courses/courses.html",
        cards=found_by(wanted, cards, language),
        all_count=len(cards),
        wanted=wanted,
        language=language,
        languages=_languages(cards),
        topics=TOPIC_NAMES,
        audiences=AUDIENCE_NAMES,
        stages=STAGE_NAMES,
        lengths=LENGTHS,
        actions=_actions(),
        open_to=OPEN_TO_NAMES,
        own_name=own_name,
    )


@blueprint.get("/courses/<string:key>")
@public("Anyone may see the aims and the outline of a course before asking for an account.")
def course(key: str) -> str:
    """What a course gives, its outline, and what its certificate needs."""
    language = page_language()
    stored = get_current(session(), key)
    edition = get_edition(session(), stored.digest)
    shown, _ = edition.in_language(edition.course, language)
    return render_template(
        "courses/course.html",
        stored=stored,
        card=CourseCard.from_json(stored.card),
        edition=edition,
        course=shown,
        followed=find_followed(session(), key),
        language=language,
        kinds=KINDS,
        levels=LEVEL_NAMES,
        audiences=AUDIENCE_NAMES,
        stages=STAGE_NAMES,
        topics=TOPIC_NAMES,
        open_to=OPEN_TO_NAMES,
        language_names=[
            (code, own_name(code), not edition.is_whole_in(code)) for code in edition.languages
        ],
    )


def _actions() -> list[tuple[int, str]]:
    """Actions of the strategy for the search, cut to what fits a line."""
    actions = read_strategy(settings().content_folder / "strategy.csv")
    return [
        (number, f"{number}. {shorten(words, 60, placeholder='…')}")
        for number, words in actions.items()
    ]


def _languages(cards: list[CourseCard]) -> list[tuple[str, str]]:
    """Every language a course is in, with its name for itself."""
    codes = sorted({code for card in cards for code in card.languages})
    return [(code, own_name(code)) for code in codes]
