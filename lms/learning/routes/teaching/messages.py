"""Messages to some of a course: written by a trainer, read by each of them."""

from __future__ import annotations

import secrets

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.core.errors import BadInputError, NotPossibleError
from lms.core.request import actor, now, only_read_on, session
from lms.core.text import whole_number
from lms.learning.forms.teaching import MessageForm
from lms.learning.queries.learners import count_learners
from lms.learning.queries.taught import KEEPER, get_taught
from lms.learning.queries.teaching_messages import get_message_to_me, list_messages
from lms.learning.routes.blueprint import blueprint
from lms.learning.routes.teaching.shared import (
    course_page,
    course_title,
    filter_words,
    member_options,
    module_options,
    pace_options,
    state_options,
    wanted_here,
)
from lms.learning.rules.teaching import Narrowed
from lms.learning.services.teaching_messages import send_message
from lms.people.queries.members import member_names


@blueprint.get("/teaching/<string:course_key>/messages")
@policy(Permission.COURSE_TEACH)
def teaching_messages(course_key: str) -> str:
    """What was written to people of a course, and to how many."""
    page = course_page(course_key)
    below = request.args.get("below", type=whole_number)
    messages, following = list_messages(session(), actor(), course_key, below=below)
    here = "learning.teaching_messages"
    return render_template(
        "learning/teaching/messages.html",
        course_key=course_key,
        title=course_title(page.edition),
        messages=[
            (each, filter_words(Narrowed.of(each.narrowed), page.edition)) for each in messages
        ],
        first_page=url_for(here, course_key=course_key) if below is not None else None,
        next_page=url_for(here, course_key=course_key, below=following) if following else None,
    )


@blueprint.route("/teaching/<string:course_key>/messages/new", methods=["GET", "POST"])
@policy(Permission.COURSE_TEACH)
def teaching_message_new(course_key: str) -> str | Response | tuple[str, int]:
    """Write to those whom the filter in the address finds."""
    form = MessageForm()
    status = 200
    if form.validate_on_submit():
        page = course_page(course_key)
        try:
            send_message(
                session(), actor(), course_key, wanted_here(), form.text.data or "",
                once_key=form.once_key.data or "", as_of=page.course.as_of or now(), now=now(),
            )  # fmt: skip
        except (BadInputError, NotPossibleError) as error:
            sentence = gettext(error.sentence, **error.values)
            if error.field:
                form[error.field].errors = [sentence]
            else:
                form.form_errors.append(sentence)
            status = 400 if isinstance(error, BadInputError) else 409
        else:
            flash(gettext("Your message is on its way."))
            return redirect(url_for("learning.teaching_messages", course_key=course_key), 303)
    elif form.is_submitted():
        status = 400
    if status != 200:
        only_read_on()
    return _write(course_key, form), status


@blueprint.get("/learning/<string:course_key>/messages/<int:message_id>")
@policy(Permission.LEARNING_TAKE)
def message_to_me(course_key: str, message_id: int) -> str:
    """A message from a trainer, for somebody who was told of it."""
    message, name = get_message_to_me(session(), actor(), course_key, message_id)
    return render_template(
        "learning/message.html",
        message=message,
        name=name,
        course_key=course_key,
        title=course_title(get_taught(session(), KEEPER, course_key)),
    )


def _write(course_key: str, form: MessageForm) -> str:
    page = course_page(course_key)
    wanted = wanted_here().to_be_told
    form.once_key.data = form.once_key.data or secrets.token_urlsafe(24)
    as_of = page.course.as_of or now()
    return render_template(
        "learning/teaching/message_new.html",
        page=page,
        course_key=course_key,
        title=course_title(page.edition),
        form=form,
        wanted=wanted,
        narrowed_to=filter_words(wanted, page.edition),
        count=count_learners(session(), actor(), course_key, wanted, as_of=as_of),
        member_options=member_options(member_names(session())),
        module_options=module_options(page.edition),
        pace_options=pace_options(),
        state_options=[option for option in state_options() if option[0] != "withdrawn"],
    )
