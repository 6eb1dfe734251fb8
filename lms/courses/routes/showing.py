"""What the views of notes and helplines share."""

from __future__ import annotations

from babel import localedata
from flask import request
from flask_babel import gettext
from flask_wtf import FlaskForm

from lms.core.errors import BadInputError, BekalError
from lms.core.languages import own_name
from lms.core.request import actor, session
from lms.courses.queries.notes import get_edited_member, list_edited_members
from lms.people.models import Member
from lms.people.rules.languages import REGION, language_names


def edited_member() -> Member:
    """The member named in the address, or the actor's own."""
    return get_edited_member(session(), actor(), request.args.get("member", "")[:12])


def edited_members() -> list[tuple[str, str]]:
    """Code and name of every member whose notes the actor may edit, for a choice of one."""
    found = list_edited_members(session(), actor())
    return [(member.code, member.name) for member in found]


def language_name(code: str) -> str:
    """The name of a language for itself, in English where the world's list has only that."""
    if localedata.exists(code.replace("-", "_")):
        return own_name(code)
    return language_names().get(code, code)


def region_languages() -> list[tuple[str, str]]:
    """Code and name of the languages of the region, in the order of their English names."""
    names = language_names()
    return [(code, language_name(code)) for code in sorted(REGION, key=lambda code: names[code])]


def show(form: FlaskForm, error: BekalError) -> int:
    """Put what a service said beside its field, or above the form; the status to answer."""
    sentence = gettext(error.sentence, **error.values)
    field = form[error.field] if error.field and error.field in form else None
    if field is not None:
        field.errors = [*field.errors, sentence]
    else:
        form.form_errors.append(sentence)
    return 400 if isinstance(error, BadInputError) else 409
