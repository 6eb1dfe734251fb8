"""Forms of work after a new edition of a guide."""

from __future__ import annotations

from flask_wtf import FlaskForm


class WorkForm(FlaskForm):
    """A button that needs nothing but the token."""
