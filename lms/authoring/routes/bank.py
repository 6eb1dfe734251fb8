"""The bank of a draft as a list: filtered, exported, and found from a line of its files."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.question_words import KIND_NAMES
from lms.authoring.forms.questions import FORMS
from lms.authoring.models import Draft
from lms.authoring.queries.drafts import draft_for, may_write
from lms.authoring.queries.questions import DraftBank, get_bank
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.shared import registry
from lms.authoring.rules.bank.filters import Wanted, language_choices, narrowed
from lms.authoring.rules.bank.uses import coverage
from lms.authoring.rules.questions.written import as_gift, as_moodle_xml
from lms.core.languages import own_name
from lms.core.request import actor, session
from lms.core.text import whole_number

PAGE = 25


@blueprint.get("/drafts/<int:draft_id>/questions")
@policy(Permission.DRAFT_READ)
def draft_questions(draft_id: int) -> str:
    """The questions of a draft, by what they are and where they are asked."""
    draft = draft_for(session(), actor(), draft_id)
    found = get_bank(session(), draft, registry())
    wanted = wanted_here()
    items = narrowed(found.bank, wanted, found.uses, found.unfinished)
    pages = max(1, -(-len(items) // PAGE))
    number = min(max(request.args.get("page", 1, type=whole_number), 1), pages)
    return render_template(
        "authoring/questions.html",
        draft=draft,
        found=found,
        items=items[(number - 1) * PAGE : number * PAGE],
        count=len(items),
        number=number,
        pages=pages,
        address=lambda page: url_for(
            "authoring.draft_questions", draft_id=draft.id, **{**wanted.in_address(), "page": page}
        ),
        wanted=wanted,
        kinds=kind_choices(),
        languages=[(code, own_name(code)) for code in language_choices(found.bank)],
        tags=sorted({tag for item in found.bank.items for tag in item.tags}),
        sources=_source_choices(found),
        writes=may_write(session(), actor(), draft),
        kind_names=KIND_NAMES,
        coverage=coverage(found.objectives, found.bank.items, found.uses, found.unfinished),
    )


@blueprint.get("/drafts/<int:draft_id>/questions/export")
@policy(Permission.DRAFT_READ)
def draft_questions_export(draft_id: int) -> Response:
    """The ticked questions, or all of the filter, as GIFT or Moodle XML."""
    draft = draft_for(session(), actor(), draft_id)
    found = get_bank(session(), draft, registry())
    ticked = set(request.args.getlist("key"))
    items = narrowed(found.bank, wanted_here(), found.uses, found.unfinished)
    chosen = [item for item in items if not ticked or item.key in ticked]
    whole = [item.question for item in chosen if item.question is not None]
    if request.args.get("format") == "moodle":
        content, kind, ending = as_moodle_xml(whole), "application/xml", "xml"
    else:
        text, left_out = as_gift(whole)
        remarks = "".join(f"// Not in this file: {question.key}\n" for question in left_out)
        content, kind, ending = f"{remarks}{text}".encode(), "text/plain; charset=utf-8", "gift.txt"
    answer = Response(content, content_type=kind)
    name = f"{draft.course_key}.{ending}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@blueprint.get("/drafts/<int:draft_id>/questions/at")
@policy(Permission.DRAFT_READ)
def draft_question_at(draft_id: int) -> BaseResponse:
    """From a line of a bank file to the question that stands there; else to the file's text."""
    draft = draft_for(session(), actor(), draft_id)
    path, line = request.args.get("path", ""), request.args.get("line", 0, type=whole_number)
    file = get_bank(session(), draft, registry()).bank.file(path)
    before = [n for n, begin in enumerate(file.spans) if begin <= line] if file else []
    if file is None or file.language is not None or not before:
        return redirect(url_for("authoring.draft_file", draft_id=draft.id, path=path, line=line))
    return redirect(question_address(draft, file.items[before[-1]].key))


def wanted_here() -> Wanted:
    """The filter in the address."""
    return Wanted.of({name: value for name, value in request.args.items() if len(value) <= 200})


def kind_choices() -> list[tuple[str, str]]:
    """The types of question there is a form for."""
    return [(kind, gettext(KIND_NAMES[kind])) for kind in FORMS]


def citations() -> list[tuple[str, str]]:
    """What can be cited, with its short name: guides by section, other sources as a whole."""
    known = registry()
    found = [
        (f"{guide.key}:{section.key}", f"{guide.short}: {section.title}")
        for guide in known.guides.values()
        for section in guide.sections
    ]
    return sorted(found) + sorted((key, source.short) for key, source in known.sources.items())


def question_address(draft: Draft, key: str) -> str:
    """Where one question of a draft stands."""
    return url_for("authoring.draft_question", draft_id=draft.id, item_key=key)


def _source_choices(found: DraftBank) -> list[tuple[str, str]]:
    """The citations this bank uses, by their short names."""
    used = {source for item in found.bank.items for source in item.sources}
    named = [(source, found.registry.reference(source)) for source in used]
    return sorted(
        ((key, named.short if named else key) for key, named in named),
        key=lambda pair: pair[1].casefold(),
    )
