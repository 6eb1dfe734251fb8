"""One's own alumni record, and counts for the secretariat."""

from __future__ import annotations

import dataclasses

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.reaches import Reach
from lms.alumni import services
from lms.alumni.forms import ConsentForm
from lms.alumni.queries import Count, count_by_course, count_by_member, find_own, opened_by
from lms.alumni.rules import ALUMNI_FIELD_NAMES, ALUMNI_STATE_NAMES, CONSENT_VERSION, verbs
from lms.core.downloads import table_answer, words_here
from lms.core.request import actor, now, session
from lms.core.tables.files import FileForm
from lms.core.tables.values import Audience, Column, Kind, Table
from lms.courses.catalogue import CourseCard
from lms.courses.models import StoredEdition

blueprint = Blueprint("alumni", __name__)


@blueprint.get("/alumni/mine")
@policy(Permission.LEARNING_TAKE)
def mine() -> str:
    """The invitation, or what one has opened."""
    return _page()


@blueprint.post("/alumni/mine/accept")
@policy(Permission.LEARNING_TAKE)
def accept() -> Response | tuple[str, int]:
    """Take part, with the fields ticked and no others."""
    form = ConsentForm.of(())
    if not form.validate_on_submit():
        return _page(), 400
    language = str(get_locale() or "en")
    services.accept(session(), actor(), form.wanted(), language=language, now=now())
    flash(gettext("Saved. Fellow alumni see what you ticked and nothing else."), "good")
    return redirect(url_for("alumni.mine"), 303)


@blueprint.post("/alumni/mine/decline")
@policy(Permission.LEARNING_TAKE)
def decline() -> Response:
    """Say no to the invitation."""
    services.decline(session(), actor(), now=now())
    flash(gettext("Declined. You may come back to this page at any time."), "good")
    return redirect(url_for("alumni.mine"), 303)


@blueprint.post("/alumni/mine/withdraw")
@policy(Permission.LEARNING_TAKE)
def withdraw() -> Response:
    """Take back everything."""
    services.withdraw(session(), actor(), now=now())
    flash(gettext("Taken back. Nobody among the alumni sees anything of you any more."), "good")
    return redirect(url_for("alumni.mine"), 303)


@blueprint.get("/alumni")
@policy(Permission.ALUMNI_READ_ALL)
def alumni() -> str:
    """How many alumni there are, by member and by course."""
    return render_template("alumni/alumni.html", tables=[_by_member(), _by_course()])


@blueprint.get("/alumni/export.csv")
@policy(Permission.ALUMNI_READ_ALL)
def export_csv() -> Response:
    """One of the two tables as CSV."""
    if request.args.get("by") == "course":
        return table_answer(_by_course(), FileForm.CSV, "alumni-by-course")
    return table_answer(_by_member(), FileForm.CSV, "alumni-by-member")


def _page() -> str:
    record = find_own(session(), actor())
    opened = (
        opened_by(session(), actor(), Reach.SELF, [record.person_id])[record.person_id]
        if record is not None
        else frozenset()
    )
    return render_template(
        "alumni/mine.html",
        record=record,
        opened=opened,
        form=ConsentForm.of(opened),
        names=ALUMNI_FIELD_NAMES,
        states=ALUMNI_STATE_NAMES,
        verbs=verbs(record.state) if record is not None else frozenset(),
        version=CONSENT_VERSION,
    )


def _by_member() -> Table:
    counts = count_by_member(session(), actor())
    return _table(gettext("Alumni by member"), gettext("Member"), counts, _of_member())


def _by_course() -> Table:
    titles = _titles()
    counts = [
        dataclasses.replace(each, name=titles.get(each.key, each.key))
        for each in count_by_course(session(), actor())
    ]
    definition = gettext(
        "Persons who completed the course, and those of them who take part in the alumni. A "
        "person stands once with every course they completed, so the rows need not sum."
    )
    return _table(gettext("Alumni by course"), gettext("Course"), counts, definition)


def _of_member() -> str:
    return gettext(
        "Persons who completed a course, not completions, under the member they belonged to at "
        "the first; and those of them who take part in the alumni."
    )


def _table(title: str, head: str, counts: list[Count], definition: str) -> Table:
    return Table(
        title=title,
        definition=definition,
        columns=[
            Column(head),
            Column(gettext("Persons"), Kind.NUMBER),
            Column(gettext("Taking part"), Kind.NUMBER),
        ],
        rows=[(each.name, each.completed, each.taking_part) for each in counts],
        as_of=now(),
        audience=Audience.NAMED,
        words=words_here(),
    )


def _titles() -> dict[str, str]:
    statement = select(StoredEdition.card).where(StoredEdition.is_current)
    cards = [CourseCard.from_json(card) for card in session().execute(statement).scalars()]
    return {card.key: card.title(card.language) for card in cards}
