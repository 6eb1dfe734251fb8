"""The forms of roles: whom to grant to, what, and for which term."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, EmailField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from lms.access.roles import Role
from lms.core.actor import ScopeKind
from lms.people.rules.roles import (
    FOCAL_KIND_NAMES,
    FOCAL_SCOPES,
    ROLE_REASON_NAMES,
    FocalKind,
    RoleReason,
    scope_kind_for,
)
from lms.people.services.grantable import Grantable

LONGEST_EMAIL = 320


class FindPersonForm(FlaskForm):
    """Whose roles to open, by e-mail address."""

    email = EmailField(
        _("E-mail address of the person"),
        [
            InputRequired(_("Write the e-mail address of the person.")),
            Length(max=LONGEST_EMAIL, message=_("This address is longer than any can be.")),
        ],
    )


class GrantForm(FlaskForm):
    """One role for one person. Fields that do not belong to the role are left out."""

    focal_kind = SelectField(
        _("Focal point for"),
        description=_("An agency's focal point looks after the people of that agency only."),
    )
    agency = SelectField(_("Agency"), description=_("Only for the focal point of an agency."))
    is_deputy = BooleanField(_("As deputy"))
    scope = StringField(
        _("Held for"),
        [Optional(), Length(max=64, message=_("Write at most 64 characters."))],
    )
    started_on = DateField(_("First day"), [InputRequired(_("Write the first day."))])
    ended_on = DateField(
        _("Last day"), [Optional()], description=_("Empty means until somebody ends it.")
    )

    @classmethod
    def of(
        cls,
        role: Role,
        agencies: Sequence[tuple[int, str]],
        *,
        today: datetime.date,
    ) -> GrantForm:
        """The form with the fields this role needs; `agencies` are those of the person's member."""
        form = cls()
        if not form.is_submitted():
            form.started_on.data = today
        if role is Role.FOCAL_POINT:
            form.focal_kind.choices = [
                (kind.value, gettext(name)) for kind, name in FOCAL_KIND_NAMES.items()
            ]
            form.agency.choices = [
                ("", gettext("The whole member")),
                *((str(agency_id), name) for agency_id, name in agencies),
            ]
        else:
            del form.focal_kind, form.agency, form.is_deputy
        if role is Role.FOCAL_POINT or scope_kind_for(role, None) is ScopeKind.ALL:
            del form.scope
        else:
            form.scope.description = gettext(
                "Its short name or number, in small letters, such as “victim-identification”."
            )
        return form

    def wanted(self, role: Role, member_code: str) -> Grantable:
        """What was asked for, after validation."""
        kind = FocalKind(self.focal_kind.data) if role is Role.FOCAL_POINT else None
        scope = self.scope.data or "" if "scope" in self else ""
        if kind is not None:
            is_member = FOCAL_SCOPES[kind] is ScopeKind.MEMBER
            scope = member_code if is_member else self.agency.data or ""
        return Grantable(
            role=role,
            scope=scope.strip(),
            focal_kind=kind,
            is_deputy=bool(self.is_deputy.data) if "is_deputy" in self else False,
            started_on=self.started_on.data,
            ended_on=self.ended_on.data,
        )


class TermForm(FlaskForm):
    """The last day of a role."""

    ended_on = DateField(
        _("Last day"), [Optional()], description=_("Empty means until somebody ends it.")
    )


class EndRoleForm(FlaskForm):
    """Why a role ends now."""

    reason = SelectField(_("Reason"), [InputRequired(_("Choose the reason that fits best."))])

    @classmethod
    def fresh(cls) -> EndRoleForm:
        """The form with its reasons in the page's language."""
        form = cls()
        form.reason.choices = [
            (reason.value, gettext(name)) for reason, name in ROLE_REASON_NAMES.items()
        ]
        return form

    def chosen(self) -> RoleReason:
        """The reason chosen, after validation."""
        return RoleReason(self.reason.data)
