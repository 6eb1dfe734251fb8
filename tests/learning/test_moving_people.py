"""The pages of editions: withdrawing, offering again, moving one person and groups."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.access.reaches import Reach, scoped
from lms.access.roles import Role
from lms.completion.services.moving import MOVE
from lms.core.actor import ScopeKind
from lms.core.jobs.models import Job
from lms.courses.models import StoredEdition
from lms.enrolments.models import Enrolment
from tests.factories import give_role, make_account, make_official
from tests.support.small_editions import KEY, SYSTEM, SmallCourse, Tree, activity

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What differs between the databases is proved by the tests of the services."""

EDITIONS = f"/teaching/{KEY}/editions"


def newer(tree: Tree) -> None:
    activity(tree, "asking")["title"] = "Asking anew"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    return SmallCourse(tmp_path_factory.mktemp("content"))


def test_trainer_withdraws_restores_and_moves_one_person_and_groups(
    session, sign_in, small
) -> None:
    small.publish(session)
    for _ in range(2):
        sign_in(make_official(session)).post(f"/learning/{KEY}/begin")
    small.publish(session, small.changed(newer))
    person = make_account(session)
    give_role(session, person, Role.TRAINER, ScopeKind.COURSE, KEY)
    trainer = sign_in(person, second_factor=True)
    page = trainer.get(EDITIONS)
    assert "Under way: 2" in page.main
    first, second = session.execute(
        scoped(Enrolment, SYSTEM, Reach.ALL_MEMBERS).order_by(Enrolment.id)
    ).scalars()

    page = trainer.get(f"{EDITIONS}/1/withdraw")
    assert "Choose a reason" in trainer.submit(page, "Withdraw", status=400).main
    page = trainer.submit(page, "Withdraw", {"reason": "out_of_date"})
    assert "Edition 1 is withdrawn" in page.text
    trainer.get(f"{EDITIONS}/1/move", status=409)
    assert "offered again" in trainer.submit(page, "Offer it again edition 1").text

    here = f"/teaching/{KEY}/people/{first.id}"
    assert trainer.get(here).soup.select_one(f'a[href="{here}/move"]') is not None
    page = trainer.get(f"{here}/move")
    assert "4 activities kept, 0 new, 0 gone" in page.main
    assert "Choose an edition" in trainer.submit(page, "Move", status=400).main
    newest = session.execute(select(StoredEdition.id).where(StoredEdition.is_current)).scalar_one()
    trainer.submit(page, "Move", {"edition": str(newest)})
    session.expire_all()
    assert (first.edition_id, second.edition_id == newest) == (newest, False)

    page = trainer.get(f"{EDITIONS}/2/move")
    assert "Not begun: 1" in page.main
    assert "Choose who moves" in trainer.submit(page, "Move them", status=400).main
    page = trainer.submit(page, "Move them", {"groups": "not_begun"})
    assert page.h1 == "Working on it"
    assert session.execute(select(Job.payload).where(Job.kind == MOVE)).scalar_one() == {
        "course": KEY,
        "edition": newest,
        "groups": ["not_begun"],
    }


def test_who_teaches_another_course_finds_no_editions_of_this(session, sign_in, small) -> None:
    small.publish(session)
    person = make_account(session)
    give_role(session, person, Role.TRAINER, ScopeKind.COURSE, "another-course")
    trainer = sign_in(person, second_factor=True)
    for path in ("", "/1/withdraw", "/1/move"):
        trainer.get(f"{EDITIONS}{path}", status=404)
    trainer.post(f"{EDITIONS}/1/restore", status=404)
    sign_in(make_official(session)).get(EDITIONS, status=403)
