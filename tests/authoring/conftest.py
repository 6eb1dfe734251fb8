"""A trainer and the draft that they write."""

from __future__ import annotations

import pytest

from lms.authoring.models import Draft
from lms.core.database import Session
from lms.people.models import Person
from tests.authoring.drafts import SMALL_KEY, make_draft, make_trainer


@pytest.fixture
def author(session: Session) -> Person:
    """The trainer Sione Latu."""
    return make_trainer(session, name="Sione Latu")


@pytest.fixture
def draft(session: Session, author: Person) -> Draft:
    """A draft of the author's, of the small course as it stands."""
    return make_draft(session, author, SMALL_KEY)
