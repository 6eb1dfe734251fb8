"""Work after a new edition of a guide: what it touches, who does it, a refresher, a notice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.work import WorkForm
from lms.authoring.models import WorkItem
from lms.authoring.queries.drafts import taken_keys
from lms.authoring.queries.people import views_of
from lms.authoring.queries.work import (
    changed_in,
    count_certificates,
    editions_of,
    find_touched,
    get_item,
    get_work,
    items_of,
    list_work,
    may_work_on,
)
from lms.authoring.routes.beginning import first_words
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.shared import registry
from lms.authoring.rules.from_sections import (
    Chosen,
    Guide,
    ModulePlan,
    PagePlan,
    PageWords,
    course_of,
)
from lms.authoring.rules.new_course import CourseBegun, free_key
from lms.authoring.rules.work import (
    WORK_STATE_NAMES,
    WORK_SUBJECT_NAMES,
    WORK_VERB_NAMES,
    WorkState,
    WorkSubject,
    verbs,
)
from lms.authoring.services.drafts import begin
from lms.authoring.services.work import ask_to_tell, begin_work, take_step
from lms.core.errors import NotFoundError, NotPossibleError
from lms.core.request import actor, now, reading, session, settings
from lms.core.text import N_, is_whole_number
from lms.courses.queries import get_current, list_cards
from lms.courses.routes import page_language
from lms.courses.store import get_edition as edition_by_digest
from lms.guides.models import StoredGuideEdition
from lms.guides.queries.editions import compared_sections, get_edition, get_guide
from lms.guides.rules.comparing import CHANGE_NAMES, Change, Compared, Pair, compare

_NOWHERE = N_("There is no such page.")


@blueprint.get("/guide-work")
@policy(Permission.GUIDE_EDIT)
def guide_work_lists() -> str:
    """Every list of work, newest first."""
    titles = {guide.key: guide.title for guide in registry().guides.values()}
    return render_template(
        "authoring/work_lists.html", lists=list_work(session(), actor()), titles=titles
    )


@blueprint.post("/guides/<string:guide_key>/work")
@policy(Permission.GUIDE_EDIT)
def begin_guide_work(guide_key: str) -> Response:
    """List what the newer of two editions touches, or look for what was written since."""
    if not WorkForm().validate():
        return redirect(url_for("guides.guide", guide_key=guide_key), 303)
    # Reading every course and comparing takes a second: before this request writes anything.
    with reading() as short:
        before = get_edition(short, actor(), guide_key, request.form.get("before", "")[:80])
        after = get_edition(short, actor(), guide_key, request.form.get("after", "")[:80])
        pairs = compare(compared_sections(short, before), compared_sections(short, after))
        touched = find_touched(short, guide_key, changed_in(pairs))
    work, added = begin_work(session(), actor(), guide_key, before, after, touched, now=now())
    if added:
        flash(ngettext("%(num)s thing is listed.", "%(num)s things are listed.", added))
    else:
        flash(gettext("Nothing new is touched."))
    return redirect(url_for("authoring.guide_work", guide_work_id=work.id), 303)


@blueprint.get("/guide-work/<int:guide_work_id>")
@policy(Permission.GUIDE_EDIT)
def guide_work(guide_work_id: int) -> str:
    """What a new edition touches, by course, with who does it and where it stands."""
    work = get_work(session(), actor(), guide_work_id)
    before, after = editions_of(session(), work)
    items = items_of(session(), actor(), work)
    shown = request.args.get("state", "")
    return render_template(
        "authoring/work.html",
        work=work,
        found=get_guide(session(), actor(), _folder(), work.guide_key),
        before=before,
        after=after,
        titles={card.key: card.title(page_language()) for card in list_cards(session())},
        courses=_by_course([item for item in items if not shown or item.state == shown]),
        counts={state: sum(item.state is state for item in items) for state in WorkState},
        shown=shown,
        views=views_of(session(), [item.owner_id for item in items]),
        own_id=actor().person_id,
        may_work_on=lambda key: may_work_on(actor(), key),
        subject_names=WORK_SUBJECT_NAMES,
        state_names=WORK_STATE_NAMES,
        verb_names=WORK_VERB_NAMES,
        change_names={change.value: name for change, name in CHANGE_NAMES.items()},
        verbs=verbs,
    )


@blueprint.post("/guide-work/<int:guide_work_id>/steps")
@policy(Permission.DRAFT_EDIT)
def guide_work_step(guide_work_id: int) -> Response:
    """Take one thing on, finish it, pass it over or open it again."""
    verb, _, number = request.form.get("do", "").partition(" ")
    if verb not in WORK_VERB_NAMES or not is_whole_number(number):
        raise NotFoundError(_NOWHERE)
    if WorkForm().validate():
        try:
            take_step(session(), actor(), int(number), verb, now=now())
        except NotPossibleError as error:
            flash(gettext(error.sentence, **error.values), "bad")
    address = url_for("authoring.guide_work", guide_work_id=guide_work_id)
    return redirect(f"{address}#item-{number}", 303)


@blueprint.route("/guide-work/items/<int:work_item_id>/holders", methods=["GET", "POST"])
@policy(Permission.COURSE_PUBLISH)
def guide_work_holders(work_item_id: int) -> str | Response:
    """How many hold a certificate of the course, what they would be told, and the button."""
    item = get_item(session(), actor(), work_item_id)
    if item.subject is not WorkSubject.CERTIFICATES or not may_work_on(actor(), item.course_key):
        raise NotFoundError(_NOWHERE)
    if request.method == "POST" and WorkForm().validate():
        job = ask_to_tell(session(), actor(), work_item_id, now=now())
        return redirect(url_for("jobs.job", run_id=job.run_id), 303)
    certificates, holders = count_certificates(session(), item.course_key)
    return render_template(
        "authoring/work_holders.html", item=item, certificates=certificates, holders=holders
    )


@blueprint.post("/guide-work/<int:guide_work_id>/refresher")
@policy(Permission.DRAFT_EDIT)
def guide_work_refresher(guide_work_id: int) -> Response:
    """Begin a short course of what changed, for those who took one of the courses touched."""
    course_key = request.form.get("course", "")[:80]
    work = get_work(session(), actor(), guide_work_id)
    if not WorkForm().validate() or not may_work_on(actor(), course_key):
        raise NotFoundError(_NOWHERE)
    before, after = editions_of(session(), work)
    pairs = compare(compared_sections(session(), before), compared_sections(session(), after))
    found = get_guide(session(), actor(), _folder(), work.guide_key)
    of = edition_by_digest(session(), get_current(session(), course_key).digest).course
    # A second press gives the draft of the first.
    mark = f"refresher:{work.id}:{course_key}:{actor().person_id}"
    client_id = hashlib.sha256(mark.encode()).hexdigest()[:32]
    begun = CourseBegun(
        key=free_key(f"{course_key[:50]}-new-in-{after.key}", taken_keys(session(), client_id), ""),
        title=gettext("What is new in %(guide)s, %(edition)s", guide=found.guide.short,
                      edition=after.year or after.key),
        summary=gettext("For officers who took “%(course)s” before. It says what changed.",
                        course=of.title),
        language=of.language,
        level=of.level,
        audience=of.audience,
        topics=of.topics,
        objective=gettext("Do what the new edition asks."),
        open_to=of.open_to,
    )  # fmt: skip
    words = PageWords(
        summary=gettext("What became of “%(title)s”.", title="%(title)s"),
        module_summary=gettext("Compared with the edition before."),
        body=gettext("Write here what officers do differently from now on."),
    )
    guide = Guide(found.guide.key, after.key, found.guide.short)
    files = course_of(begun, _plans(pairs, after), guide, words, first_words(), "new-edition")
    draft = begin(
        session(), actor(), course_key=begun.key, title=begun.title, files=files,
        client_id=client_id, now=now(),
    )  # fmt: skip
    flash(gettext("The draft stands, with a page to each section that changed."))
    return redirect(url_for("authoring.draft", draft_id=draft.id), 303)


def _plans(pairs: Sequence[Pair], after: StoredGuideEdition) -> list[ModulePlan]:
    """A module each for what changed, what is new and what is gone."""
    titles = {
        Change.CHANGED: gettext("Changed"),
        Change.NEW: gettext("New"),
        Change.GONE: gettext("No longer in the guide"),
    }
    plans = []
    for change, title in titles.items():
        pages = [
            PagePlan(_chosen(pair.key, section, after.may_quote and change is not Change.GONE), ())
            for pair in pairs
            if pair.change is change and (section := pair.after or pair.before) is not None
        ]
        if pages:
            plans.append(ModulePlan(change.value, title, tuple(pages[:60])))
    if not plans:
        raise NotPossibleError(N_("Nothing changed between these editions."))
    return plans


def _chosen(key: str, section: Compared, may_quote: bool) -> Chosen:
    return Chosen(key, section.title, section.level, section.text if may_quote else "")


def _by_course(items: Sequence[WorkItem]) -> dict[str, list[WorkItem]]:
    courses: dict[str, list[WorkItem]] = {}
    for item in items:
        courses.setdefault(item.course_key, []).append(item)
    return courses


def _folder() -> Path:
    return settings().content_folder / "guides"
