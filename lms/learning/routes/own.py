"""A focal point's own people: the list, one person's learning, another day due, taking back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.access.rules import may_for_member, scopes_for
from lms.certificates.queries.own import list_for_person
from lms.certificates.routes.showing import CERTIFICATE_WORDS, listed
from lms.core.actor import ScopeKind
from lms.core.downloads import table_answer
from lms.core.errors import BadInputError, NotFoundError, NotPossibleError
from lms.core.request import actor, now, only_read_on, record_access, session
from lms.core.tables.files import MOST_AT_ONCE, FileForm
from lms.core.tables.values import Audience, Cell, Column, Kind, Table
from lms.core.text import N_, whole_number
from lms.courses.queries import list_cards
from lms.courses.routes import page_language
from lms.enrolments.queries.own_people import (
    OnSomething,
    OwnFilter,
    OwnPerson,
    count_own_people,
    every_own_person,
    get_own_person,
    list_own_people,
)
from lms.enrolments.rules.assigning import SubjectKind
from lms.enrolments.rules.due import DueReason
from lms.enrolments.rules.standing import STANDING_NAMES, Standing
from lms.enrolments.rules.states import (
    SOURCE_NAMES,
    EnrolmentState,
    WithdrawalReason,
)
from lms.enrolments.services.due import change_due
from lms.enrolments.services.undoing import take_back
from lms.learning.forms.assignments import DueForm, TakeBackForm
from lms.learning.queries.own import courses_of
from lms.learning.routes.blueprint import blueprint
from lms.people.queries.disclosed import disclose_to
from lms.people.queries.members import member_names
from lms.people.queries.persons import MOST_COUNTED, list_agencies, place_of

DUE_WITHIN = {"7": N_("Within 7 days"), "30": N_("Within 30 days")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter as it stands in the address, with what it means; nonsense is left out."""

    words: str
    course: str
    state: str
    member: str
    agency: str
    due: str

    @classmethod
    def of_request(cls) -> Wanted:
        given = request.args
        return cls(
            words=given.get("words", "")[:100].strip(),
            course=given.get("course", "")[:80],
            state=given.get("state", "") if given.get("state", "") in set(Standing) else "",
            member=given.get("member", "")[:12],
            agency=given.get("agency", "") if given.get("agency", "").isdecimal() else "",
            due=given.get("due", "") if given.get("due", "") in DUE_WITHIN else "",
        )

    @property
    def filter(self) -> OwnFilter:
        return OwnFilter(
            words=self.words,
            course=self.course,
            standing=Standing(self.state) if self.state else None,
            member_code=self.member,
            agency_id=int(self.agency[:15]) if self.agency else None,
            due_days=int(self.due) if self.due else None,
        )

    @property
    def has_more(self) -> bool:
        """Whether more than words and state is asked for."""
        return bool(self.course or self.member or self.agency or self.due)

    @property
    def arguments(self) -> dict[str, Any]:
        """The filter as arguments of an address; what is not set is left out."""
        pairs = {
            "words": self.words,
            "course": self.course,
            "state": self.state,
            "member": self.member,
            "agency": self.agency,
            "due": self.due,
        }
        return {name: value for name, value in pairs.items() if value}


@blueprint.get("/own")
@policy(Permission.ENROLMENT_READ_OWN_MEMBER, recorded=True)
def own_people() -> str:
    """The people one looks after, by name, with what they are on and how it stands."""
    wanted = Wanted.of_request()
    after = place_of(session(), actor(), request.args.get("after", type=whole_number))
    people, following = list_own_people(session(), actor(), wanted.filter, now=now(), after=after)
    record_access([each.person.id for each in people])
    everywhere = scopes_for(actor(), Permission.ENROLMENT_READ_OWN_MEMBER).everywhere
    members = member_names(session()) if everywhere else {}
    return render_template(
        "learning/own_people.html",
        may_write_notes=may_for_member(
            actor(), Permission.MEMBER_NOTE_EDIT, actor().member_code or ""
        ),
        people=_with_views(people),
        wanted=wanted,
        total=count_own_people(session(), actor(), wanted.filter, now=now()),
        most=MOST_COUNTED,
        next_page=url_for("learning.own_people", **wanted.arguments, after=following.person_id)
        if following is not None
        else None,
        is_first=after is None,
        everywhere=everywhere,
        members=members,
        names=STANDING_NAMES,
        **filter_options(wanted.member, members),
    )


def filter_options(member: str, members: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What the lists of people may be narrowed to, as options of selects."""
    language = page_language()
    cards = sorted(list_cards(session()), key=lambda card: card.title(language).casefold())
    own = scopes_for(actor(), Permission.ENROLMENT_READ_OWN_MEMBER)
    codes = {member} if own.everywhere else set(own.of(ScopeKind.MEMBER))
    agencies = list_agencies(session(), actor(), codes - {""})
    by_name = sorted(members.items(), key=lambda pair: pair[1].casefold())
    return {
        "course_options": [
            ("", gettext("All courses")),
            *((card.key, card.title(language)) for card in cards),
        ],
        "state_options": [
            ("", gettext("All")),
            *((state.value, gettext(name)) for state, name in STANDING_NAMES.items()),
        ],
        "due_options": [
            ("", gettext("Any day or none")),
            *((days, gettext(name)) for days, name in DUE_WITHIN.items()),
        ],
        "member_options": [("", gettext("All members")), *by_name] if members else [],
        "agency_options": [
            ("", gettext("All agencies")),
            *((str(agency.id), agency.name) for agency in agencies),
        ]
        if agencies
        else [],
    }


@blueprint.get("/own/export.csv")
@policy(Permission.ENROLMENT_READ_OWN_MEMBER, recorded=True)
def own_people_csv() -> Response:
    """What the people of the filter are on, as CSV."""
    return table_answer(_exported(), FileForm.CSV, "learning")


@blueprint.get("/own/export.xlsx")
@policy(Permission.ENROLMENT_READ_OWN_MEMBER, recorded=True)
def own_people_xlsx() -> Response:
    """The same as a workbook, with a second sheet that says what it is."""
    return table_answer(_exported(), FileForm.XLSX, "learning")


@blueprint.get("/own/<int:person_id>")
@policy(Permission.ENROLMENT_READ_OWN_MEMBER, recorded=True)
def own_person(person_id: int) -> str:
    """One person's learning: where they stand, what they completed, what they passed."""
    found = get_own_person(session(), actor(), person_id, now=now())
    record_access([person_id])
    (shown,) = _with_views([found])
    return render_template(
        "learning/own_person.html",
        person=shown[0],
        courses=courses_of(session(), actor(), found, page_language()),
        certificates=listed(list_for_person(session(), actor(), person_id), now()),
        **CERTIFICATE_WORDS,
        names=STANDING_NAMES,
        sources=SOURCE_NAMES,
    )


@blueprint.get("/own/<int:person_id>/courses/<string:key>", defaults={"kind": "course"})
@blueprint.get("/own/<int:person_id>/paths/<string:key>", defaults={"kind": "path"})
@policy(Permission.ASSIGNMENT_MAKE, recorded=True)
def own_assigned(person_id: int, kind: str, key: str) -> str:
    """What was assigned to one person: another day due, or taking it back."""
    return _assigned_page(person_id, SubjectKind(kind), key)


@blueprint.post("/own/<int:person_id>/courses/<string:key>/due", defaults={"kind": "course"})
@blueprint.post("/own/<int:person_id>/paths/<string:key>/due", defaults={"kind": "path"})
@policy(Permission.ASSIGNMENT_MAKE, recorded=True)
def own_due(person_id: int, kind: str, key: str) -> Response | tuple[str, int]:
    """Set another day due, or none; the person is told."""
    form = DueForm()
    subject = SubjectKind(kind)
    if form.validate():
        try:
            change_due(
                session(),
                actor(),
                person_id,
                subject,
                key,
                day=form.due_on.data,
                reason=DueReason(form.reason.data),
                now=now(),
            )
        except BadInputError as error:
            form.due_on.errors = (gettext(error.sentence, **error.values),)
        else:
            flash(gettext("The day due is changed. The person is told."))
            return redirect(url_for("learning.own_person", person_id=person_id), 303)
    only_read_on()
    return _assigned_page(person_id, subject, key, due=form), 400


@blueprint.post("/own/<int:person_id>/courses/<string:key>/take-back", defaults={"kind": "course"})
@blueprint.post("/own/<int:person_id>/paths/<string:key>/take-back", defaults={"kind": "path"})
@policy(Permission.ASSIGNMENT_MAKE, recorded=True)
def own_take_back(person_id: int, kind: str, key: str) -> Response | tuple[str, int]:
    """Take back what was assigned; the person is told."""
    form = TakeBackForm()
    subject = SubjectKind(kind)
    if form.validate():
        reason = WithdrawalReason(form.taken_reason.data)
        take_back(session(), actor(), person_id, subject, key, reason=reason, now=now())
        flash(gettext("It is taken back. The person is told, and what they did is kept."))
        return redirect(url_for("learning.own_person", person_id=person_id), 303)
    only_read_on()
    return _assigned_page(person_id, subject, key, back=form), 400


def _assigned_page(
    person_id: int,
    kind: SubjectKind,
    key: str,
    *,
    due: DueForm | None = None,
    back: TakeBackForm | None = None,
) -> str:
    found = get_own_person(session(), actor(), person_id, now=now())
    on = next((each for each in found.on if each.kind is kind and each.key == key), None)
    if on is None or not on.is_assigned or on.state is not EnrolmentState.ACTIVE:
        raise NotFoundError(N_("There is no such course among those of this person."))
    record_access([person_id])
    (shown,) = _with_views([found])
    return render_template(
        "learning/own_assigned.html",
        person=shown[0],
        on=on,
        due=due or DueForm(formdata=None, data={"due_on": on.due_on}),
        back=back or TakeBackForm(formdata=None),
        names=STANDING_NAMES,
        sources=SOURCE_NAMES,
    )


def _with_views(people: list[OwnPerson]) -> list[tuple[Any, tuple[OnSomething, ...]]]:
    """Each person as the actor may see them, with what they are on."""
    views = disclose_to(actor(), [(each.person, each.agency) for each in people])
    on = {each.person.id: tuple(each.on) for each in people}
    return [(view, on[view.person_id]) for view in views]


def _exported() -> Table:
    """A row for each course or path a person of the filter is on, recorded as an export."""
    wanted = Wanted.of_request()
    if count_own_people(session(), actor(), wanted.filter, now=now(), most=MOST_AT_ONCE) > (
        MOST_AT_ONCE
    ):
        raise NotPossibleError(
            N_(
                "These are more than %(most)s persons, too many for one file. "
                "Choose an agency or a course first."
            ),
            most=MOST_AT_ONCE,
        )
    found = list(every_own_person(session(), actor(), wanted.filter, now=now(), most=MOST_AT_ONCE))
    record_access([each.person.id for each in found], is_export=True)
    members = member_names(session())
    return Table(
        title=gettext("What people are on"),
        definition=gettext(
            "A row is one person on one course or path; a person on nothing has one row."
        ),
        columns=[
            Column(gettext("Name")),
            Column(gettext("Member")),
            Column(gettext("Agency")),
            Column(gettext("Post")),
            Column(gettext("Course or path")),
            Column(gettext("How it stands")),
            Column(gettext("How they came to it")),
            Column(gettext("Begun"), Kind.DAY),
            Column(gettext("Due"), Kind.DAY),
            Column(gettext("Completed"), Kind.DAY),
        ],
        rows=list(_export_rows(found, members)),
        as_of=now(),
        audience=Audience.NAMED,
        filters=list(wanted.arguments.items()),
    )


def _export_rows(people: list[OwnPerson], members: dict[str, str]) -> Iterator[list[Cell]]:
    for view, on in _with_views(people):
        who: list[Cell] = [
            view.name or "",
            members.get(view.member_code or "", view.member_code or ""),
            view.agency_name or "",
            view.post or "",
        ]
        for each in on:
            yield [
                *who,
                each.title,
                gettext(STANDING_NAMES[each.standing]),
                gettext(SOURCE_NAMES[each.source]),
                each.enrolled_at.date(),
                each.due_on,
                each.completed_at.date() if each.completed_at is not None else None,
            ]
        if not on:
            yield [*who, "", "", "", None, None, None]
