"""Learners with a session each, and the forms of their pages filled in without a browser."""

import hashlib
import html
import re
import secrets
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from lms.access.reaches import Reach, scoped
from lms.core import clock
from lms.core.actor import Actor
from lms.core.database import Session
from lms.core.extensions import db
from lms.people.models import Person
from lms.people.models.persons import PersonState
from lms.people.queries.sign_in import actor_of
from lms.people.rules.documents import IN_FORCE
from lms.people.services.documents import accept_documents
from lms.people.services.sessions import begin_session

MEASURER = Actor.system("measures")

_FORM = re.compile(r'<form\b[^>]*\baction="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
_INPUT = re.compile(r"<input\b[^>]*>")
_SELECT = re.compile(r'<select\b[^>]*\bname="([^"]*)"[^>]*>(.*?)</select>', re.DOTALL)
_OPTION = re.compile(r'<option\b[^>]*\bvalue="([^"]+)"')
_TEXT = re.compile(r'<textarea\b[^>]*\bname="([^"]*)"')
_ATTRIBUTE = re.compile(r'\b(name|value|type)="([^"]*)"')


@dataclass(frozen=True)
class Learner:
    """An active person with the cookie that a browser of theirs would send."""

    actor: Actor
    cookie: str


def signed_in(app: Flask, count: int, *, but: Sequence[str] = ()) -> list[Learner]:
    """Sign in so many people who hold no role, past the page: its hashing is no work of ours.

    Those with the addresses in `but` are left out. RuntimeError where there are too few.
    """
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    if signer is None:
        raise RuntimeError("The application has no key.")
    now = clock.now()
    found = []
    with app.app_context(), Session(db.engine) as session, session.begin():
        people = session.scalars(
            scoped(Person, MEASURER, Reach.ALL_MEMBERS)
            .where(Person.state == PersonState.ACTIVE, Person.email.not_in(but))
            .order_by(Person.id)
            .limit(count * 2 + 60)
        ).all()
        for person in people:
            actor = actor_of(session, person.id, now=now)
            if actor is None or len(actor.grants) > 1:
                continue
            accept_documents(session, person.id, IN_FORCE, language="en", now=now)
            begun = begin_session(session, person, browser="", second_factor=False, now=now)
            token = hashlib.sha256(secrets.token_bytes(16)).hexdigest()
            kept = {"_user_id": begun.token, "_fresh": True, "csrf_token": token}
            cookie = f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps(kept)}"
            found.append(Learner(actor, cookie))
            if len(found) == count:
                return found
    raise RuntimeError(f"There are {len(found)} people without a role, not {count}.")


def form_on(page: str, action: str) -> tuple[str, str]:
    """Address and content of the form whose address ends so; LookupError if there is none."""
    for found in _FORM.finditer(page):
        if found.group(1).endswith(action):
            return html.unescape(found.group(1)), found.group(2)
    raise LookupError(f"The page has no form that ends in {action}.")


def filled(form: str, more: Mapping[str, str]) -> str:
    """A form with an answer in every field, encoded: the first that is offered, or a word."""
    fields: dict[str, str] = {}
    for tag in _INPUT.findall(form):
        given = dict(_ATTRIBUTE.findall(tag))
        if given.get("name") and given.get("type") != "file":
            usual = "1" if given.get("type", "text") in {"text", "number"} else ""
            fields.setdefault(given["name"], html.unescape(given.get("value", "")) or usual)
    for name, options in _SELECT.findall(form):
        offered = _OPTION.findall(options)
        fields[name] = html.unescape(offered[0]) if offered else ""
    for name in _TEXT.findall(form):
        fields[name] = "A word."
    return urllib.parse.urlencode({**fields, **more})
