"""The pages of a draft as its writers use them, without a script."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from PIL import Image

from lms.access.roles import Role
from lms.authoring.models import Draft
from lms.authoring.queries.drafts import digests_of, files_of
from lms.core.actor import ScopeKind
from lms.core.database import Session
from lms.people.models import Person
from tests.authoring.drafts import SMALL_KEY, content_files, make_draft, make_trainer
from tests.factories import give_role, make_account
from tests.support.client import Client

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SignIn = Callable[[Person], Client]
Statements = Callable[[], AbstractContextManager[list[str]]]
PAGE = "modules/01-first/01-asking.md"


def test_a_trainer_begins_a_course_and_it_stands_with_its_outline(
    session: Session, author: Person, sign_in: SignIn
) -> None:
    client = sign_in(author)
    assert "You have no draft" in client.get("/drafts").text
    form = client.get("/drafts/new/empty")
    client.submit(form, "Begin the draft", {"title": "x"}, status=400)
    stood = client.submit(
        form,
        "Begin the draft",
        {
            "title": "First contact at sea",
            "summary": "Who asks what, on a deck.",
            "objective": "Ask a person alone.",
            "language": "en",
            "level": "practitioner",
            "audience": ["coast-guard"],
            "topics": ["trafficking"],
            "open_to": "officials",
        },
    )
    assert "First contact at sea" in stood.text
    assert "First module" in stood.text
    assert "stop" not in stood.text
    assert "first-contact-at-sea" in client.get("/drafts").text


def test_outline_is_arranged_by_buttons(
    session: Session, author: Person, draft: Draft, sign_in: SignIn
) -> None:
    client = sign_in(author)
    here = f"/drafts/{draft.id}"
    client.get(here)
    client.post(f"{here}/arrange", {"down": "asking"})
    assert "modules/01-first/02-asking.md" in digests_of(session, draft)
    client.submit(
        client.get(f"{here}/modules/new"), "Add the module", {"title": "Next", "summary": "x"}
    )
    client.post(f"{here}/arrange", {"key": "asking", "module": "next"})
    assert "modules/02-next/01-asking.md" in digests_of(session, draft)
    # An address from before the move still leads to the page.
    moved = client.get(f"{here}/pages/{PAGE}", follow=True)
    assert moved.path.endswith("modules/02-next/01-asking.md")
    client.submit(client.get(f"{here}/modules/next/new/page"), "Add", {"title": "On deck"})
    client.submit(
        client.get(f"{here}/title/modules/02-next/02-on-deck.md"),
        "Change the title",
        {"title": "Below deck"},
    )
    gone = client.get(f"{here}/remove/activity/asking")
    after = client.submit(gone, "Take it out")
    assert "Below deck" in after.text
    assert sorted(p for p in digests_of(session, draft) if p.startswith("modules/")) == [
        "modules/01-first/01-listening.md",
        "modules/01-first/module.yaml",
        "modules/02-next/01-on-deck.md",
        "modules/02-next/module.yaml",
    ]
    history = client.get(f"{here}/history/modules/02-next/01-asking.md")
    assert "taken out" in history.text


def test_a_page_is_written_looked_at_and_saved_however_unfinished(
    session: Session, author: Person, draft: Draft, sign_in: SignIn
) -> None:
    client = sign_in(author)
    here = f"/drafts/{draft.id}/pages/{PAGE}"
    form = client.get(here)
    looked = client.submit(
        form, "Preview", {"body": "A **bold** word.\n\n::: case\nShe waits.\n:::"}
    )
    assert "Case note. People and places are invented" in looked.text
    assert "bold" not in files_of(session, draft)[PAGE].decode()
    sources = client.submit(form, "Look", {"find": "palermo", "body": "Kept while looking."})
    assert "Kept while looking." in sources.text
    assert "palermo-protocol: " in sources.text
    saved = client.submit(form, "Save", {"title": "", "minutes": "soon", "body": "::: case\nOpen"})
    assert "things to mend on this page" in saved.text
    kept = files_of(session, draft)[PAGE].decode()
    assert "minutes: soon" in kept
    assert "::: case\nOpen" in kept
    # The history has what stood before, and puts it back.
    history = client.get(f"/drafts/{draft.id}/history/{PAGE}")
    first = str(history.soup.select("h2 a")[-1]["href"])
    client.submit(client.get(first), "Put this version back")
    assert "title: Asking" in files_of(session, draft)[PAGE].decode()


def test_two_writers_of_one_page_are_led_to_both_texts(
    session: Session, author: Person, draft: Draft, sign_in: SignIn
) -> None:
    client = sign_in(author)
    here = f"/drafts/{draft.id}/pages/{PAGE}"
    first, second = client.get(here), client.get(here)
    client.submit(first, "Save", {"title": "Asking first", "body": "Mine.\n\nEnd."})
    both = client.submit(second, "Save", {"minutes": "9", "body": "Theirs.\n\nEnd."})
    assert "Two texts of one page" in both.text
    assert "Mine." in both.text
    assert "Theirs." in both.text
    assert "Nothing of yours is lost" in both.text
    client.submit(both, "Save the joined text", {"body": "Mine. Theirs.\n\nEnd."})
    kept = files_of(session, draft)[PAGE].decode()
    assert "title: Asking first" in kept
    assert "minutes: 9" in kept
    assert "Mine. Theirs." in kept
    assert "A text of yours waits" not in client.get(here).text


def test_comments_people_files_and_pictures(
    session: Session, author: Person, draft: Draft, sign_in: SignIn
) -> None:
    colleague, official = make_trainer(session, "scam-centres"), make_account(session)
    client = sign_in(author)
    here = f"/drafts/{draft.id}"
    page = client.get(f"{here}/pages/{PAGE}")
    client.submit(page, "Send the comment", {"text": "Who says so?", "line": "12"})
    page = client.get(f"{here}/comments")
    assert "Who says so?" in page.text
    client.submit(page, "Send the answer", {"text": "The protocol."})
    number = page.soup.select("section[id^=comment-]")[0]["id"].removeprefix("comment-")
    assert "No comment is open" in client.submit(page, f"Settled comment {number}").text
    people = client.get(f"{here}/people")
    for address in (official.email, "nobody@plw.example"):
        refused = client.submit(people, "Add", {"email": address}, status=400)
        assert "No trainer has this address" in refused.text
    client.submit(people, "Add", {"email": colleague.email})
    assert sign_in(colleague).get(here).status == 200
    course = client.get(f"{here}/files/course.yaml")
    broken = client.submit(course, "Save", {"text": "key: small-course\nlevel: high\n"})
    assert "Line 2" in broken.text
    client.get(f"{here}/problems")
    files = client.get(f"{here}/files")
    client.submit(files, "Add", {"path": "notes.txt"}, status=400)
    added = client.submit(files, "Add", {"path": "facilitator/03-evening.md"})
    assert "Sensitive moments" in added.text
    assert "facilitator/03-evening.md" not in client.submit(added, "Take it out").text
    assert "course.yaml" in client.get(f"{here}/history").text
    client.post(f"{here}/discard")
    assert "A small course" in client.get("/drafts?show=discarded").text
    sign_in(official).get(here, status=403)


def test_forms_of_files_change_nothing_when_nothing_is_typed(
    session: Session, author: Person, sign_in: SignIn
) -> None:
    files = content_files("border-screening")
    draft = make_draft(session, author, "border-screening")
    client = sign_in(author)
    here = f"/drafts/{draft.id}"
    key = next(path for path in files if path.endswith("module.yaml")).split("/")[1][3:]
    for page in (f"{here}/course", f"{here}/glossary", f"{here}/module/{key}"):
        client.submit(client.get(page), "Save")
    assert files_of(session, draft) == files
    form = client.get(f"{here}/course")
    words = [str(field["value"]) for field in form.soup.select("[name=objective-words]")]
    words[len([word for word in words if word])] = "Say when to stop."
    client.submit(form, "Save", {"objective-words": words, "title": ""})
    kept = files_of(session, draft)["course.yaml"].decode()
    assert "key: say-when-to-stop" in kept
    assert "title is missing" in client.get(f"{here}/course").text


def test_a_picture_is_made_harmless_and_put_on_a_page(
    session: Session, author: Person, draft: Draft, sign_in: SignIn
) -> None:
    client = sign_in(author)
    here = f"/drafts/{draft.id}"
    form = client.get(f"{here}/pictures")
    words = {"alternative": "Two chairs.", "caption": "The room.", "page": PAGE}
    evil = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>x()</script></svg>'
    refused = client.submit(
        form, "Bring it", {**words, "file": (io.BytesIO(evil), "a.svg")}, status=400
    )
    assert "script" in refused.error("file")
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "PNG")
    sent = (io.BytesIO(picture.getvalue() + b"<script>"), "The Room.png")
    assert "40 by 30 pixels" in client.submit(form, "Bring it", {**words, "file": sent}).text
    files = files_of(session, draft)
    assert b"<script>" not in files["media/the-room.png"]
    assert b"::: figure the-room.png\nalternative: Two chairs.\n" in files[PAGE]
    shown = client.raw("GET", f"{here}/media/the-room.png")
    assert shown.data == files["media/the-room.png"]
    pictures = client.get(f"{here}/pictures")
    assert "1 page shows it and will have to be mended." in pictures.main
    assert "the-room.png" not in client.submit(pictures, "Take it out the-room.png").main


def test_a_picture_names_the_pages_it_stands_on_also_in_translation(
    session: Session, sign_in: SignIn
) -> None:
    person = make_trainer(session, "victim-identification")
    draft = make_draft(session, person, "victim-identification")
    page = sign_in(person).get(f"/drafts/{draft.id}/pictures")
    assert page.links("Two kinds of error")
    assert page.links("Two kinds of error (Bahasa Indonesia)")
    assert ".md" not in page.main


def test_autosave_answers_with_what_it_is_now_based_on_and_keeps_a_lost_race(
    session: Session, author: Person, draft: Draft, sign_in: SignIn
) -> None:
    client = sign_in(author)
    here = f"/drafts/{draft.id}/pages/{PAGE}"
    _, data = client.get(here).form_of("Save")
    fields = {**data, "act": "autosave", "csrf_token": client.csrf_token()}
    said = client.raw("POST", here, data={**fields, "body": "First."}).get_json()
    assert said == {"state": "saved", "digest": digests_of(session, draft)[PAGE]}
    # From the same start once more, as a second window would: kept beside, once however often.
    for body in ("Second.", "Second, longer."):
        said = client.raw("POST", here, data={**fields, "body": body}).get_json()
        assert said["state"] == "moved"
    assert "First." in files_of(session, draft)[PAGE].decode()
    both = client.get(said["address"])
    assert "Second, longer." in both.text
    assert "First." in both.text
    client.submit(both, "Leave it")
    assert "A text of yours waits" not in client.get(here).text
    assert "Second, longer." in client.get(said["address"].removesuffix("/merge")).text


def test_reviewer_reads_and_comments_and_is_shown_no_way_to_write(
    session: Session, draft: Draft, sign_in: SignIn
) -> None:
    reviewer = make_account(session)
    give_role(session, reviewer, Role.REVIEWER, ScopeKind.COURSE, SMALL_KEY)
    client = sign_in(reviewer)
    assert "A small course" in client.get("/drafts").text
    outline = client.get(f"/drafts/{draft.id}")
    assert not outline.soup.select("#arrange")
    page = client.get(f"/drafts/{draft.id}/pages/{PAGE}")
    assert not page.soup.select("textarea[name=body]")
    assert "answers for her" in page.text
    assert "Well said." in client.submit(page, "Send the comment", {"text": "Well said."}).text
    client.post(f"/drafts/{draft.id}/arrange", {"down": "asking"}, status=403)


def test_pages_of_a_draft_ask_the_database_alike_however_large_it_is(
    session: Session, author: Person, draft: Draft, sign_in: SignIn, statements: Statements
) -> None:
    large = make_draft(session, author, "border-screening")
    client = sign_in(author)
    counts = []
    for each, path in ((draft, PAGE), (large, next(iter(_pages(large, session))))):
        seen = []
        for place in ("", f"/pages/{path}", "/files", "/pictures", "/history"):
            client.get(f"/drafts/{each.id}{place}")
            with statements() as asked:
                client.get(f"/drafts/{each.id}{place}")
            seen.append(len(asked))
        counts.append(seen)
    assert counts[0] == counts[1]


def _pages(draft: Draft, session: Session) -> list[str]:
    written = re.compile(r"modules/.*\.md")
    return [path for path in digests_of(session, draft) if written.fullmatch(path)]
