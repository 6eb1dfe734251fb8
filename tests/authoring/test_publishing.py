"""From a draft to an edition: the checklist, the signature, publication, and who moves."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from config import ROOT
from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.authoring.models import Draft, DraftPublication
from lms.authoring.queries.drafts import digests_of
from lms.authoring.rules.checklist import Topic, checklist, topic_of
from lms.authoring.rules.drafts import DraftState
from lms.authoring.rules.reviewing import ReviewState, ReviewVerb, changes_between
from lms.authoring.services import publishing, reviewing
from lms.authoring.services.drafts import discard, take_back
from lms.authoring.services.files import write
from lms.core import clock
from lms.core.actor import ScopeKind
from lms.core.content.problems import Level
from lms.core.database import Session
from lms.core.errors import BadInputError, ConflictError, NotPossibleError, RefusedError
from lms.core.jobs.models import Job
from lms.courses.check import edition_from, examine_files
from lms.courses.models import StoredEdition
from lms.enrolments.models import Enrolment
from lms.enrolments.rules.states import Source
from lms.enrolments.services.taking import put_on
from lms.guides.models import GuideSection, StoredGuide, StoredGuideEdition
from lms.guides.queries import registry_of
from lms.guides.registry import read_registry
from lms.notices.models import Notice
from lms.people.models import RoleHeld
from tests.authoring.drafts import SMALL, SMALL_KEY, make_draft, make_trainer, trainer_actor
from tests.factories import (
    actor_of,
    give_role,
    make_account,
    make_official,
    make_secretariat,
    secretariat_actor,
)
from tests.support.small_editions import SYSTEM
from tests.support.together import at_once

REGISTRY = read_registry(ROOT / "content" / "guides")[0]
PAGE = "modules/01-first/01-asking.md"


def looked_at(files: dict[str, bytes]) -> dict[Topic, list[str]]:
    """The checklist of these files: the sentences of each line that is not passed."""
    reading, problems = examine_files(files, REGISTRY)
    found = checklist(reading, problems)
    return {
        line.topic: [problem.sentence for problem in line.problems]
        for line in found.lines
        if not line.is_passed
    }


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    assert old.encode() in SMALL[path]
    return {**SMALL, path: SMALL[path].replace(old.encode(), new.encode())}


def test_checklist_of_a_clean_course_is_passed() -> None:
    assert looked_at(SMALL) == {}


@pytest.mark.parametrize(
    ("old", "new", "topic"),
    [
        ("## Alone", "### Alone", Topic.HEADINGS),
        ("## Alone", "## Alone\n\nSee [here](https://example.org/a).", Topic.LINK_WORDS),
        ("## Alone", "## Alone\n\n| a |  |\n|---|---|\n| 1 | 2 |", Topic.TABLES),
        ("## Alone", "## Alone\n\nSee [the quay](page:nowhere).", Topic.LINKS),
        ("## Alone", "## Alone\n\nSo [@nobody:3].", Topic.CITATIONS),
        (
            "## Alone",
            "::: figure plan.svg\nalternative: plan.svg\ncaption: The room.\n:::\n\n## Alone",
            Topic.PICTURES,
        ),
        ("## Alone", "::: content-note\nOf threats.\n:::\n\n## Alone", Topic.ALTERNATIVES),
    ],
)
def test_checklist_names_what_is_to_mend(old: str, new: str, topic: Topic) -> None:
    assert topic in looked_at(changed(PAGE, old, new))


def test_checklist_counts_questions_about_each_objective_and_lists_addresses_outside() -> None:
    files = changed("quizzes/check.yaml", "from: [where-to-ask, is-it-true]", "from: [is-it-true]")
    files["quizzes/check.yaml"] = files["quizzes/check.yaml"].replace(
        b"  - question: who-answers\n", b""
    )
    assert Topic.COVERAGE in looked_at(files)
    linked = changed(PAGE, "## Alone", "## Alone\n\n[A report](https://example.org/report).")
    reading, problems = examine_files(linked, REGISTRY)
    assert checklist(reading, problems).outside == (("https://example.org/report", (PAGE,)),)
    assert all(topic_of(each) in Topic for each in problems)
    assert [each for each in problems if each.level is Level.ERROR] == []


def test_changed_files_are_named() -> None:
    found = changes_between({"a": b"1", "b": b"1", "c": b"1"}, {"b": b"2", "c": b"1", "d": b"1"})
    assert (found.added, found.changed, found.removed) == (("d",), ("b",), ("a",))


class Ground:
    """A draft of the small course, its author, a reviewer and somebody of the secretariat."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.author = make_trainer(session)
        self.reviewer = make_account(session)
        give_role(session, self.reviewer, Role.REVIEWER, ScopeKind.COURSE, SMALL_KEY)
        self.secretary = make_secretariat(session)
        self.draft = make_draft(session, self.author, SMALL_KEY)
        session.commit()
        self.writing = trainer_actor(self.author, SMALL_KEY)
        self.reading = actor_of(self.reviewer, (Role.REVIEWER, ScopeKind.COURSE, SMALL_KEY))
        self.office = secretariat_actor(self.secretary)

    def ask(self):
        return reviewing.ask_for_review(
            self.session,
            self.writing,
            self.draft.id,
            reviewers=[self.reviewer.id],
            note="",
            now=clock.now(),
        )

    def sign(self, actor=None, digest: str = "", verb=ReviewVerb.APPROVE, words: str = "Good."):
        return reviewing.decide(
            self.session,
            actor or self.reading,
            self.draft.id,
            verb,
            digest=digest or self.draft.digest,
            words=words,
            now=clock.now(),
        )

    def write(self, content: bytes = SMALL[PAGE] + b"\nMore words stand here.\n") -> None:
        based_on = self.digest(PAGE)
        write(
            self.session,
            self.writing,
            self.draft,
            PAGE,
            content,
            based_on=based_on,
            now=clock.now(),
        )

    def publish(self, actor=None, *, reason: str = "", digest: str = "", groups=(), files=SMALL):
        return publishing.publish_draft(
            self.session,
            actor or self.writing,
            self.draft.id,
            edition_from(files, REGISTRY),
            REGISTRY,
            digest=digest or self.draft.digest,
            reason=reason,
            groups=groups,
            now=clock.now(),
        )

    def edition(self, edition_id: int) -> StoredEdition:
        return self.session.get_one(StoredEdition, edition_id)

    def go_on(self) -> Draft:
        """A new draft of what was published."""
        return publishing.go_on(
            self.session, self.writing, self.draft.id, client_id="b" * 32, now=clock.now()
        )

    def digest(self, path: str) -> str:
        return digests_of(self.session, self.draft)[path]

    def some_enrolment(self) -> int:
        statement = scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS).limit(1)
        return self.session.execute(statement).scalar_one().id

    def told(self, person) -> list[str]:
        rows = self.session.execute(
            scoped(Notice, SYSTEM, Reach.ALL_MEMBERS).where(Notice.person_id == person.id)
        ).scalars()
        return [row.kind for row in rows]


@pytest.fixture
def ground(session: Session) -> Ground:
    return Ground(session)


def test_signature_falls_with_any_change_and_only_what_is_signed_is_published(
    session: Session, ground: Ground
) -> None:
    with pytest.raises(RefusedError):
        ground.publish()
    ground.ask()
    assert ground.ask().id == ground.ask().id
    assert ground.told(ground.reviewer) == ["draft.review_asked"]
    read = ground.draft.digest
    ground.write()
    with pytest.raises(ConflictError):
        ground.sign(digest=read)
    ground.sign()
    assert ground.draft.state is DraftState.APPROVED
    ground.write(SMALL[PAGE])
    with pytest.raises(RefusedError):
        ground.publish()
    assert ground.draft.state is DraftState.OPEN
    ground.ask()
    ground.sign()
    done = ground.publish()
    assert ground.publish().publication.id == done.publication.id
    assert ground.draft.state is DraftState.PUBLISHED
    assert session.execute(select(StoredEdition.number)).scalars().all() == [1]
    with pytest.raises(NotPossibleError):
        ground.write()
    again = publishing.go_on(
        session, ground.writing, ground.draft.id, client_id="a" * 32, now=clock.now()
    )
    assert (again.made_from, again.digest) == (done.publication.edition_id, ground.draft.digest)


def test_two_tabs_and_two_drafts_of_one_course_publish_one_after_the_other(
    app, session: Session, ground: Ground
) -> None:
    other = make_draft(session, ground.author, SMALL_KEY, changed(PAGE, "## Alone", "## Apart"))
    session.commit()
    editions = {
        ground.draft.id: (edition_from(SMALL, REGISTRY), ground.draft.digest),
        other.id: (edition_from(changed(PAGE, "## Alone", "## Apart"), REGISTRY), other.digest),
    }

    def publishing_of(draft_id: int):
        edition, digest = editions[draft_id]

        def publish(own: Session) -> None:
            publishing.publish_draft(
                own, ground.office, draft_id, edition, REGISTRY,
                digest=digest, reason="At once.", groups=(), now=clock.now(),
            )  # fmt: skip

        return publish

    here = publishing_of(ground.draft.id)
    assert at_once(app, here, here, publishing_of(other.id)) == [None, None, None]
    numbers = session.execute(select(StoredEdition.number).order_by(StoredEdition.number))
    assert numbers.scalars().all() == [1, 2]
    assert len(session.execute(select(DraftPublication)).all()) == 2


def test_nobody_signs_what_they_wrote_and_a_return_says_what_to_do(ground: Ground) -> None:
    ground.ask()
    both = actor_of(
        ground.author,
        (Role.TRAINER, ScopeKind.COURSE, SMALL_KEY),
        (Role.REVIEWER, ScopeKind.COURSE, SMALL_KEY),
    )
    with pytest.raises(RefusedError):
        ground.sign(both)
    with pytest.raises(BadInputError):
        ground.sign(verb=ReviewVerb.RETURN, words=" ")
    ground.sign(verb=ReviewVerb.RETURN, words="Cite the guide.")
    assert ground.draft.state is DraftState.RETURNED
    assert ground.told(ground.author) == ["draft.returned"]


def test_draft_discarded_while_somebody_was_asked_can_be_asked_about_again(
    session: Session, ground: Ground
) -> None:
    first = ground.ask()
    discard(session, ground.writing, ground.draft, now=clock.now())
    take_back(session, ground.writing, ground.draft, now=clock.now())
    second = ground.ask()
    assert (first.state, second.state) == (ReviewState.TAKEN_BACK, ReviewState.ASKED)
    ground.sign()
    assert ground.draft.state is DraftState.APPROVED


def test_secretariat_publishes_without_review_with_a_reason_that_is_kept(
    session: Session, ground: Ground
) -> None:
    with pytest.raises(BadInputError):
        ground.publish(ground.office)
    done = ground.publish(ground.office, reason="A wrong number to call.")
    assert done.publication.reason == "A wrong number to call."
    assert ground.told(ground.author) == ["draft.published"]


def test_trainers_who_wrote_a_new_course_teach_it(session: Session) -> None:
    author = make_trainer(session, "another-course")
    ground = Ground(session)
    ground.author, ground.writing = author, trainer_actor(author, "another-course")
    ground.draft = make_draft(session, author, SMALL_KEY)
    session.commit()
    ground.ask()
    ground.sign()
    ground.publish()
    held = scoped(RoleHeld, SYSTEM, Reach.ALL_MEMBERS).where(
        RoleHeld.person_id == author.id, RoleHeld.scope == SMALL_KEY
    )
    assert session.execute(held).scalar_one().role is Role.TRAINER


def test_lesson_names_the_section_of_a_guide_accepted_here(
    session: Session, sign_in, ground: Ground
) -> None:
    now = clock.now()
    guide = StoredGuide(
        key="guide-of-ports", title="A guide of ports", short="Ports", publisher="A body",
        created_at=now,
    )  # fmt: skip
    session.add(guide)
    session.flush()
    accepted = StoredGuideEdition(
        guide_id=guide.id, key="2026-en", language="en", year=2026, publisher="A body",
        file_digest="0", accepted_at=now,
    )  # fmt: skip
    session.add(accepted)
    session.flush()
    session.add(
        GuideSection(
            guide_edition_id=accepted.id, position=0, key="gangway", title="At the gangway",
            level=1, page=3, digest="0", text="Ask ashore.",
        )
    )  # fmt: skip
    session.flush()
    files = changed(PAGE, "## Alone", "Ask ashore [@guide-of-ports:gangway].\n\n## Alone")
    ground.write(files[PAGE])
    registry = registry_of(session)
    publishing.publish_draft(
        session,
        ground.office,
        ground.draft.id,
        edition_from(files, registry),
        registry,
        digest=ground.draft.digest,
        reason="The first.",
        groups=(),
        now=now,
    )
    client = sign_in(make_official(session))
    client.post(f"/learning/{SMALL_KEY}/begin")
    page = client.get(f"/learning/{SMALL_KEY}/asking")
    assert "A guide of ports" in page.main
    assert "guide-of-ports" not in page.main


def test_walk_from_the_checklist_to_an_edition_to_which_learners_move(
    session: Session, sign_in, ground: Ground
) -> None:
    first = ground.publish(ground.office, reason="The first.")
    stored = ground.edition(first.publication.edition_id)
    learner = make_official(session)
    put_on(session, SYSTEM, learner, stored, source=Source.SELF, language="en", now=clock.now())
    ground.draft = ground.go_on()
    ground.write()
    session.commit()
    here = f"/drafts/{ground.draft.id}"
    author = sign_in(ground.author, second_factor=True)
    page = author.get(f"{here}/review")
    assert "Nothing keeps it from being published" in page.main
    assert "What no line of this list judges" in page.main
    refused = author.submit(page, "Ask for review", {}, status=400)
    assert "Choose who reads it" in refused.main
    author.submit(page, "Ask for review", {"reviewers": str(ground.reviewer.id)})
    author.get(f"{here}/publish")
    reviewer = sign_in(ground.reviewer, second_factor=True)
    page = reviewer.get(f"{here}/review")
    assert "What is different from edition 1" in page.main
    page = reviewer.submit(page, "Sign it", {"words": "It reads well."})
    assert "Signed as it stands" in page.main
    page = author.get(f"{here}/publish")
    assert "Compared with edition 1" in page.main
    assert "Not begun: 1" in page.main
    author.submit(page, "Publish", {"groups": "not_begun"})
    author.post(f"{here}/publish", {"digest": ground.draft.digest, "groups": "not_begun"})
    session.expire_all()
    published = session.execute(select(DraftPublication).order_by(DraftPublication.id.desc()))
    assert published.scalars().first().moved == {"groups": ["not_begun"]}
    assert (
        len(session.execute(select(Job).where(Job.kind == "completion.move_to_edition")).all()) == 1
    )
    stranger = sign_in(make_trainer(session, "another-course"), second_factor=True)
    stranger.get(f"{here}/review", status=404)
    stranger.get(f"{here}/publish", status=404)
    assert session.execute(select(Draft.state).where(Draft.id == ground.draft.id)).scalar_one() is (
        DraftState.PUBLISHED
    )
    assert ground.some_enrolment()
