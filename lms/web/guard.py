"""The guard: every request passes the policy of its view before the view runs."""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as BaseResponse

from lms.access.policies import Policy, policy_of
from lms.access.rules import reads_others
from lms.core.actor import ANONYMOUS
from lms.core.kept import pack
from lms.core.request import now, reading, session, settings
from lms.people.forms.sign_in import DocumentsForm, SignInForm
from lms.people.queries.sign_in import digest_of, find_signed_in
from lms.people.routes import entering
from lms.people.routes.sign_in import page_of_sign_in
from lms.people.rules.documents import IN_FORCE
from lms.people.signed_in import SignedIn
from lms.web import errors, kept_forms


class MissingPolicyError(Exception):
    """A view was registered without @policy or @public: the application must not start."""


def install(app: Flask, login_manager: LoginManager) -> None:
    """Load who is signed in, then check the view's policy, before every view."""
    login_manager.init_app(app)

    def load(token: str) -> SignedIn | None:
        if g.get("is_fault_below"):  # the error page is for nobody in particular
            return None
        if session().info.get("is_reading"):
            # A request that only reads needs no second connection, which on PostgreSQL costs
            # three trips to the server.
            return find_signed_in(session(), digest_of(token), now=now())
        with reading() as apart:
            return find_signed_in(apart, digest_of(token), now=now())

    login_manager.user_loader(load)
    app.register_error_handler(CSRFError, on_stale_form)
    app.before_request(_check)
    app.after_request(_demand_access_record)


def require_policies(app: Flask) -> None:
    """Refuse to start while a view has no policy."""
    missing = [name for name, view in app.view_functions.items() if policy_of(view) is None]
    if missing:
        raise MissingPolicyError(f"These views declare no policy: {', '.join(sorted(missing))}.")


def signed_in() -> SignedIn | None:
    """Who is signed in in this request, or None."""
    if "signed_in" not in g:
        user = current_user._get_current_object()
        g.signed_in = user if isinstance(user, SignedIn) else None
    found = g.signed_in
    return found if isinstance(found, SignedIn) else None


def _check() -> BaseResponse | None:
    person = signed_in()
    g.actor = person.actor if person else ANONYMOUS
    if request.endpoint is None:
        return None
    declared = policy_of(current_app.view_functions[request.endpoint])
    if declared is None:
        abort(403)
    if declared.is_public:
        return None
    if person is None:
        return _to_sign_in()
    waiting = _what_stands_before(person, declared)
    if waiting is not None:
        return waiting
    if not declared.admits(person.actor):
        abort(403)
    return None


def on_stale_form(_error: CSRFError) -> BaseResponse | tuple[str, int]:
    """A form whose token no longer fits: the session it was made in ended, or is another.

    From our own pages it is shown once more with a fresh token, so that nothing typed is
    lost. From anywhere else it is refused.
    """
    declared = policy_of(current_app.view_functions[request.endpoint or ""])
    kept = kept_forms.posted()
    if declared is None or kept is None:
        return errors.page(400)
    person = signed_in()
    g.actor = person.actor if person else ANONYMOUS
    if person is None and not declared.is_public:
        return _to_sign_in()
    if kept.left_out or not kept.fields:
        flash(gettext("This page was open for a long time. Do it once more."), "warn")
        return redirect(kept_forms.path_of_page(), 303)
    return entering.page_of_kept_form(kept, person)


def _to_sign_in() -> BaseResponse:
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("people.sign_in", next=kept_forms.path_of_page()))
    kept = kept_forms.posted()
    if kept is None or not kept.fields:
        flash(gettext("You were signed out. Sign in and do it once more."), "warn")
        return redirect(url_for("people.sign_in"), 303)
    packed = pack(settings().secret_key, kept)
    return page_of_sign_in(SignInForm(formdata=None), packed, 401)


def _what_stands_before(person: SignedIn, declared: Policy) -> BaseResponse | None:
    """The step that must come first: second factor, then privacy notice."""
    path = kept_forms.path_of_page()
    if not declared.before_second_factor:
        if person.has_second_factor and not person.second_factor_given:
            return redirect(url_for("people.second_factor", next=path))
        needed = settings().is_production and reads_others(person.actor)
        if needed and not person.has_second_factor and not declared.sets_up_second_factor:
            return redirect(url_for("people.second_factor_setup"))
    if not declared.before_terms and not _has_accepted_all(person):
        kept = kept_forms.posted() if request.method == "POST" else None
        if kept is None:
            return redirect(url_for("people.terms", next=path))
        packed = pack(settings().secret_key, kept)
        return entering.page_of_terms(DocumentsForm(formdata=None), path, packed, person, 409)
    return None


def _has_accepted_all(person: SignedIn) -> bool:
    return all(document in person.accepted for document in IN_FORCE)


def _demand_access_record(response: Response) -> Response:
    """A view declared `recorded` that shows people without recording it is a mistake.

    To OPTIONS Flask answers by itself, and no view runs.
    """
    if request.endpoint is None or request.method == "OPTIONS" or response.status_code != 200:
        return response
    declared = policy_of(current_app.view_functions[request.endpoint])
    if declared is not None and declared.recorded and not g.get("access_recorded"):
        raise AssertionError(f"{request.endpoint} names people but did not record it.")
    return response
