"""The own profile: names, languages, listing, who sees what, and the e-mail address."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.disclosure import (
    FIELD_NAMES,
    SHOWN_NAMES,
    VIEWER_NAMES,
    Field,
    Shown,
    Viewer,
    shown,
)
from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.reaches import Reach
from lms.access.roles import ROLE_NAMES
from lms.core.errors import BekalError, NotFoundError
from lms.core.request import actor, now, session
from lms.core.text import N_
from lms.people.forms.profile import (
    MOST_LANGUAGES,
    AddressForm,
    ConfirmForm,
    OwnListingForm,
    ProfileForm,
)
from lms.people.models import Agency, Person
from lms.people.queries.disclosed import switches_of
from lms.people.queries.looked import list_looks
from lms.people.queries.members import member_names
from lms.people.queries.persons import get_row
from lms.people.routes.blueprint import blueprint
from lms.people.routes.entering import count, prove_password, show
from lms.people.routes.letters import warning_of
from lms.people.rules.listing import SIDE_WORDS
from lms.people.rules.sign_in import ADDRESS_OF_PERSON
from lms.people.services import addresses
from lms.people.services.profile import limit_own_listing, save_profile

Answer = str | Response | tuple[str, int]

OTHERS = tuple(viewer for viewer in Viewer if viewer is not Viewer.SELF)


@blueprint.route("/profile", methods=["GET", "POST"])
@policy(Permission.ACCOUNT_USE)
def profile() -> Answer:
    """The own profile."""
    person, agency = _own()
    form = ProfileForm(data=_data(person))
    form.offer(
        current_app.config["BEKAL_LANGUAGE_NAMES"],
        present=[*person.languages, person.own_script_language],
        zone=person.time_zone,
        now=now(),
    )
    status = 200
    if form.is_submitted():
        status = 400
        if form.validate():
            try:
                save_profile(session(), actor(), form.values(), now=now())
            except BekalError as error:
                status = show(form, error)
            else:
                flash(gettext("Your profile is saved."))
                if warning := warning_of([form.values().name, form.values().own_script_name]):
                    flash(warning, "warn")
                return redirect(url_for("people.profile"), 303)
    switches = switches_of(person, agency)
    page = render_template(
        "people/profile.html",
        form=form,
        person=person,
        agency=agency,
        member_name=member_names(session())[person.member_code],
        switches=switches,
        looks=list_looks(session(), actor(), person.id, with_names=False)
        if switches.is_limited
        else None,
        role_names=ROLE_NAMES,
        side_words=SIDE_WORDS,
        table=_who_sees(),
        viewers=[gettext(VIEWER_NAMES[viewer]) for viewer in OTHERS],
    )
    return page, status


@blueprint.post("/profile/listing")
@policy(Permission.ACCOUNT_USE)
def own_listing() -> Response:
    """Set or lift the own switch of limited listing."""
    is_limited = OwnListingForm().limited.data == "yes"
    limit_own_listing(session(), actor(), is_limited, now=now())
    if is_limited:
        flash(gettext("Your listing is limited. Others see you as “Official”."))
    else:
        flash(gettext("You have lifted your own limit."))
    return redirect(url_for("people.profile", _anchor="listing"), 303)


@blueprint.route("/profile/address", methods=["GET", "POST"])
@policy(Permission.ACCOUNT_USE)
def address() -> Answer:
    """Ask for another e-mail address."""
    form = AddressForm()
    if form.is_submitted():
        try:
            prove_password(form.password.data or "", field="password")
            count((ADDRESS_OF_PERSON, str(actor().person_id)))
            wanted = addresses.ask_address_change(
                session(), actor(), form.email.data or "", now=now()
            )
        except BekalError as error:
            status = show(form, error)
            return _address_page(form), status
        flash(
            gettext(
                "We have written to %(address)s. Open the link in that mail within a day.",
                address=wanted,
            )
        )
        return redirect(url_for("people.profile"), 303)
    return _address_page(form)


@blueprint.route("/profile/address/<string:token>", methods=["GET", "POST"])
@policy(Permission.ACCOUNT_USE)
def confirm_address(token: str) -> Answer:
    """The link in the mail to the new address: one button."""
    form = ConfirmForm()
    if form.is_submitted():
        new = addresses.confirm_address_change(session(), actor(), token, now=now())
        flash(gettext("Your address is now %(address)s.", address=new))
        return redirect(url_for("people.profile"), 303)
    found = addresses.find_address_change(session(), actor(), token, now=now())
    if found is None:
        raise NotFoundError(N_("This link no longer works. Ask for the change once more."))
    return render_template(
        "people/confirm_address.html", form=form, address_asked=found, token=token
    )


def _address_page(form: AddressForm) -> str:
    person, _agency = _own()
    return render_template("people/address.html", form=form, present=person.email)


def _own() -> tuple[Person, Agency | None]:
    person_id = actor().person_id
    if person_id is None:
        raise NotFoundError(N_("Only a person has a profile."))
    return get_row(session(), actor(), person_id, Reach.SELF)


def _data(person: Person) -> dict[str, object]:
    languages = list(person.languages)[:9]
    return {
        "name": person.name,
        "own_script_name": person.own_script_name,
        "own_script_language": person.own_script_language,
        "list_name": person.list_name,
        "post": person.post,
        "sex": person.sex.value,
        "languages": languages + [""] * (MOST_LANGUAGES - len(languages)),
        "time_zone": person.time_zone,
        "interface_language": person.interface_language,
    }


def _who_sees() -> list[list[str]]:
    """The disclosure table in words, without what nobody else sees; like lines are joined."""
    names: dict[tuple[str, ...], list[str]] = {}
    for field in Field:
        cells = tuple(gettext(SHOWN_NAMES[shown(field, viewer)]) for viewer in OTHERS)
        if any(shown(field, viewer) is not Shown.NO for viewer in OTHERS):
            names.setdefault(cells, []).append(gettext(FIELD_NAMES[field]))
    return [["; ".join(fields), *cells] for cells, fields in names.items()]
