"""What the views of the ways in share: cookies, throttles, proving a password, going on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Response, g, make_response, redirect, render_template, request
from flask import session as cookie
from flask_babel import get_locale, gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from lms.core.errors import BadInputError, BekalError, TooManyTriesError
from lms.core.kept import KeptForm, unpack
from lms.core.request import actor, engine, now, reading, session, settings
from lms.core.sealing import derive_key
from lms.core.text import N_
from lms.core.throttle import Limit, count_try
from lms.people.forms.second_factor import CodeForm
from lms.people.forms.sign_in import DocumentsForm
from lms.people.queries.accounts import Account, get_own_account
from lms.people.queries.sign_in import find_signed_in
from lms.people.rules.browsers import browser_class, knows, mark_of, remember
from lms.people.rules.documents import IN_FORCE
from lms.people.rules.passwords import check_password
from lms.people.rules.sign_in import PASSWORD_OF_ACCOUNT, network_of, own_path
from lms.people.services.passwords import hash_password, verify
from lms.people.services.sessions import Begun
from lms.people.signed_in import SignedIn

A_YEAR = 31_536_000
_BROWSERS = "known browser"


def present() -> SignedIn:
    """Who is signed in; for views whose policy demands somebody."""
    person = g.signed_in
    if not isinstance(person, SignedIn):
        raise LookupError("Nobody is signed in.")
    return person


def wish() -> str:
    """Where the person wanted to go: `next`, if it is a path of ours, else the start page."""
    return own_path(request.args.get("next"))


def language() -> str:
    """The language of the page, to keep with a person."""
    return str(get_locale() or "en")


def browser() -> str:
    """The sort of browser this is, in a few words."""
    return browser_class(request.user_agent.string)


def count(*limits: tuple[Limit, str]) -> None:
    """Count a try that is never given back. Raises TooManyTriesError."""
    count_try(engine(), limits, now=now())


def address() -> str:
    """What counts as the address of this request, behind the proxies we trust."""
    return network_of(request.remote_addr)


def show(form: FlaskForm, error: BekalError) -> int:
    """Put what a service said beside its field, or above the form; the status to answer."""
    sentence = gettext(error.sentence, **error.values)
    field = form[error.field] if error.field and error.field in form else None
    if field is not None:
        field.errors = [*field.errors, sentence]
    else:
        form.form_errors.append(sentence)
    if isinstance(error, TooManyTriesError):
        return 429
    return 400 if isinstance(error, BadInputError) else 409


def new_hash(password: str, own_words: Sequence[str], *, field: str = "password") -> str:
    """The hash of a new password that is good enough. Raises BadInputError on `field`."""
    check_password(password, own_words=own_words, field=field)
    return hash_password(password)


def prove_password(password: str, *, field: str) -> Account:
    """The signed-in person's account, if this is their password. Call before any write.

    Throttled as sign-in is. Raises BadInputError on `field`, TooManyTriesError.
    """
    with reading() as reader:
        account = get_own_account(reader, actor())
    counted = count_try(engine(), [(PASSWORD_OF_ACCOUNT, f"own:{account.person_id}")], now=now())
    if not verify(account.password_hash, password).is_right:
        raise BadInputError(N_("This is not your present password."), field=field)
    counted.give_back()
    return account


def is_known_browser(account: Account) -> bool:
    """Whether this person signed in with this browser before, under the same password."""
    return knows(request.cookies.get(_cookie_name(), ""), _mark(account))


def enter(begun: Begun) -> None:
    """Put the new session into the cookie in the place of all that was in it."""
    cookie.clear()
    g.pop("csrf_token", None)
    cookie["_user_id"] = begun.token
    cookie["_fresh"] = True
    cookie.permanent = True


def leave() -> None:
    """Empty the cookie."""
    cookie.clear()
    g.pop("csrf_token", None)


def remember_browser(response: BaseResponse, account: Account) -> BaseResponse:
    """Let this browser be known as one the person has used."""
    response.set_cookie(
        _cookie_name(),
        remember(request.cookies.get(_cookie_name(), ""), _mark(account)),
        max_age=A_YEAR,
        secure=settings().is_production,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def go_on(begun: Begun, path: str, packed: str | None) -> BaseResponse:
    """Where a person goes who has just signed in: to `path`, or to the form that was kept.

    A kept form passes through the second factor and the documents, if they stand before.
    """
    kept = unpack(settings().secret_key, packed)
    if kept is None:
        return redirect(path, 303)
    person = find_signed_in(session(), begun.token_digest, now=now())
    if person is None:
        return redirect(path, 303)
    if person.has_second_factor and not person.second_factor_given:
        return page_of_second_factor(CodeForm(formdata=None), path, packed, person)
    if not all(document in person.accepted for document in IN_FORCE):
        return page_of_terms(DocumentsForm(formdata=None), path, packed, person)
    return page_of_kept_form(kept, person)


def page_of_second_factor(
    form: CodeForm, path: str, packed: str | None, person: SignedIn, status: int = 200
) -> BaseResponse:
    """The page that asks for a code."""
    page = render_template(
        "people/second_factor.html", form=form, path=path, kept=packed or "", signed_in=person
    )
    return make_response(page, status)


def page_of_terms(
    form: DocumentsForm, path: str, packed: str | None, person: SignedIn, status: int = 200
) -> BaseResponse:
    """The page of privacy notice and terms."""
    page = render_template(
        "people/terms.html",
        form=form,
        path=path,
        kept=packed or "",
        versions=dict(IN_FORCE),
        is_new=any(document in dict(person.accepted) for document, _version in IN_FORCE),
        signed_in=person,
    )
    return make_response(page, status)


def page_of_kept_form(kept: KeptForm, person: SignedIn | None) -> Response:
    """The page with one button that sends a kept form again."""
    if person is None:
        return make_response(render_template("people/kept_form.html", kept=kept))
    return make_response(render_template("people/kept_form.html", kept=kept, signed_in=person))


def with_hash(account: Account, password_hash: str | None) -> Account:
    """The account as it is now that it has another hash."""
    return replace(account, password_hash=password_hash or account.password_hash)


def _mark(account: Account) -> str:
    key = derive_key(settings().secret_key, _BROWSERS)
    return mark_of(key, account.person_id, account.password_hash or "")


def _cookie_name() -> str:
    return "__Host-bekal-browser" if settings().is_production else "bekal_browser"
