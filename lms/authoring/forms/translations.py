"""The form of a translation: its pieces are read by the view, since each file has its own."""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField


class TranslationForm(FlaskForm):
    """What belongs to the whole file. `based_on` is the digest of the translation the writer
    started from, `source` names the state of the source they saw."""

    based_on = HiddenField()
    source = HiddenField()
    is_checked = BooleanField(lazy_gettext("A native speaker has read all of it"))


class StillTrueForm(FlaskForm):
    """One button: the translation is right as it stands."""

    based_on = HiddenField()
    source = HiddenField()
