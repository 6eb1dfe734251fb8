"""Forms of sign-in, passwords and links from mails."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, Optional

from lms.people.rules.passwords import LONGEST, SHORTEST
from lms.people.rules.sign_in import LONGEST_EMAIL

_EMAIL_LENGTH = Length(max=LONGEST_EMAIL, message=_("This address is longer than any can be."))
_PASSWORD_LENGTH = Length(max=LONGEST, message=_("A password here has at most 200 characters."))
_NAME_LENGTH = Length(max=200, message=_("Write it in at most 200 characters."))
PASSWORD_HELP = _(
    "At least %(shortest)s characters. Four or five words that do not belong together do well. "
    "Any signs and any script are welcome.",
    shortest=SHORTEST,
)


class SignInForm(FlaskForm):
    """E-mail and password."""

    email = EmailField(
        _("E-mail address"), [InputRequired(_("Write your e-mail address.")), _EMAIL_LENGTH]
    )
    password = PasswordField(
        _("Password"), [InputRequired(_("Write your password.")), _PASSWORD_LENGTH]
    )


class ForgottenPasswordForm(FlaskForm):
    """The address a link is mailed to."""

    email = EmailField(
        _("E-mail address"), [InputRequired(_("Write your e-mail address.")), _EMAIL_LENGTH]
    )


class NewPasswordForm(FlaskForm):
    """One new password, typed once: it can be shown while typing."""

    password = PasswordField(
        _("New password"),
        [InputRequired(_("Choose a password.")), _PASSWORD_LENGTH],
        description=PASSWORD_HELP,
    )


class ChangePasswordForm(FlaskForm):
    """The present password and the new one."""

    old_password = PasswordField(
        _("Present password"), [InputRequired(_("Write your present password.")), _PASSWORD_LENGTH]
    )
    password = PasswordField(
        _("New password"),
        [InputRequired(_("Choose a new password.")), _PASSWORD_LENGTH],
        description=PASSWORD_HELP,
    )


class DocumentsForm(FlaskForm):
    """Privacy notice and terms, one tick each."""

    privacy = BooleanField(
        _("I have read the privacy notice"),
        [InputRequired(_("Read the privacy notice, then tick this."))],
    )
    terms = BooleanField(
        _("I agree to the terms of use"),
        [InputRequired(_("Read the terms of use, then tick this."))],
    )


class InvitationForm(DocumentsForm):
    """The name checked, a password, and the documents."""

    name = StringField(
        _("Your name"),
        [InputRequired(_("Write your name.")), _NAME_LENGTH],
        description=_("As you write it in Latin letters. It is printed on your certificates."),
    )
    own_script_name = StringField(
        _("Your name in your own script"),
        [Optional(), _NAME_LENGTH],
        description=_("If you write it in other letters, such as ខ្មែរ, বাংলা or 中文."),
    )
    password = PasswordField(
        _("Password"),
        [InputRequired(_("Choose a password.")), _PASSWORD_LENGTH],
        description=PASSWORD_HELP,
    )


class ConfirmRegistrationForm(FlaskForm):
    """The password of the account to be."""

    password = PasswordField(
        _("Password"),
        [InputRequired(_("Choose a password.")), _PASSWORD_LENGTH],
        description=PASSWORD_HELP,
    )
