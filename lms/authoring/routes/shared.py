"""What the views of a draft share: the draft in the address, read and checked."""

from __future__ import annotations

from lms.authoring.models import Draft
from lms.authoring.queries.checked import CheckedDraft, get_checked
from lms.authoring.queries.drafts import draft_for
from lms.core.request import actor, session, settings
from lms.guides.registry import Registry
from lms.learning.pages import registry_at


def registry() -> Registry:
    """What courses may cite."""
    return registry_at(settings().content_folder / "guides")


def draft_and_checked(draft_id: int) -> tuple[Draft, CheckedDraft]:
    """The draft and all that is known of its files. Raises NotFoundError as `draft_for` does."""
    draft = draft_for(session(), actor(), draft_id)
    return draft, checked(draft)


def checked(draft: Draft) -> CheckedDraft:
    """The draft as it stands now, read and checked."""
    members = settings().content_folder / "members.csv"
    return get_checked(session(), draft, registry(), members)
