"""Reading the scenarios of a draft."""

from __future__ import annotations

from dataclasses import dataclass

from lms.authoring.models import Draft
from lms.authoring.queries.drafts import file_of, find_file
from lms.authoring.rules.scenarios.files import Story, path_of, read_story
from lms.core.database import Session


@dataclass(frozen=True)
class StandingStory:
    """A scenario as it stands; `story` is None when its file cannot be read as YAML."""

    path: str
    digest: str
    story: Story | None


def get_standing(session: Session, draft: Draft, key: str) -> StandingStory:
    """The scenario of this key. Raises NotFoundError when the draft has none."""
    path = path_of(key[:80])
    file = file_of(session, draft, path)
    return StandingStory(path, file.digest, read_story(path, file.content))


def has_story(session: Session, draft: Draft, key: str) -> bool:
    """Whether the draft has a scenario of this key."""
    return find_file(session, draft, path_of(key)) is not None
