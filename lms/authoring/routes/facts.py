"""course.yaml, modules and the glossary as forms. What a form does not show stays as it is."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms import SelectMultipleField

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.facts import CourseForm, FactsForm, ModuleFactsForm
from lms.authoring.models import Draft, DraftFile
from lms.authoring.queries.checked import CheckedDraft
from lms.authoring.queries.drafts import draft_for, file_of, may_write
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.saving import save
from lms.authoring.routes.shared import checked as checked_of
from lms.authoring.routes.shared import registry
from lms.authoring.rules.yaml_text import (
    Row,
    as_before,
    certificates_from,
    is_writable,
    objectives_from,
    read_yaml,
    rewritten,
    rows_of,
    terms_from,
    text_of,
    texts_of,
)
from lms.core.errors import NotFoundError
from lms.core.request import actor, session
from lms.core.text import N_, clean_line
from lms.courses.folder import SourceFile
from lms.courses.layout import place_of
from lms.courses.queries import list_cards
from lms.courses.routes import page_language

NEW_ROWS = 3
"""Empty rows below a list; saving brings three more."""
_TICKED = ("audience", "topics", "route_stages", "prerequisites")
_KINDS = ("completion", "participation", "trainer")


@blueprint.route("/drafts/<int:draft_id>/course", methods=["GET", "POST"])
@policy(Permission.DRAFT_EDIT)
def draft_course(draft_id: int) -> Response | tuple[str, int]:
    """What the catalogue says of the course, its objectives and certificates."""
    draft, file, source = _opened(draft_id, "course.yaml")
    if not is_writable(source):
        return redirect(url_for("authoring.draft_file", draft_id=draft_id, path=file.path))
    data = source.marked.data
    rules = {text_of(rule.get("kind")): rule for rule in rows_of(data.get("certificates"))}
    form = CourseForm(
        data={
            "based_on": file.digest,
            **{name: text_of(data.get(name)) for name in ("title", "summary", "level", "minutes")},
            "open_to": text_of(data.get("open_to")) or "officials",
            **{name: texts_of(data.get(name)) for name in _TICKED},
            "adelaide_actions": ", ".join(texts_of(data.get("adelaide_actions"))),
            "guides": [_guide(used) for used in rows_of(data.get("guides"))],
            **{
                f"hours_{kind}": text_of(rules[kind].get("hours")) if kind in rules else ""
                for kind in _KINDS
            },
        }
    )
    _offer(form.prerequisites, [(c.key, c.title(page_language())) for c in list_cards(session())])
    _offer(form.guides, _guide_choices())
    rows = [
        Row(text_of(each.get("key")), text_of(each.get("text")))
        for each in rows_of(data.get("objectives"))
    ]
    if form.validate_on_submit():
        changes: dict[str, object] = {
            "title": clean_line(form.title.data or ""),
            "summary": (form.summary.data or "").replace("\r\n", "\n").strip(),
            "level": form.level.data,
            "minutes": clean_line(form.minutes.data or ""),
            "open_to": form.open_to.data,
            **{
                name: as_before(texts_of(data.get(name)), form[name].data or []) for name in _TICKED
            },
            "route_stages": as_before(
                texts_of(data.get("route_stages")), form.route_stages.data or []
            ),
            "adelaide_actions": _parts(form.adelaide_actions.data),
            "prerequisites": as_before(
                texts_of(data.get("prerequisites")), form.prerequisites.data or []
            ),
            "guides": [
                _used(choice)
                for choice in as_before(
                    [_guide(used) for used in rows_of(data.get("guides"))], form.guides.data or []
                )
            ],
            "objectives": objectives_from(_typed_rows("objective")),
            "certificates": certificates_from(
                rows_of(data.get("certificates")),
                {kind: clean_line(form[f"hours_{kind}"].data or "") for kind in _KINDS},
            ),
        }
        return _saved(draft, source, form, changes, url_for("authoring.draft", draft_id=draft.id))
    page = _show("authoring/course_facts.html", draft, file, form, rows=rows, new_rows=NEW_ROWS)
    return page, 400 if form.is_submitted() else 200


@blueprint.route("/drafts/<int:draft_id>/module/<string:module_key>", methods=["GET", "POST"])
@policy(Permission.DRAFT_EDIT)
def draft_module(draft_id: int, module_key: str) -> Response | tuple[str, int]:
    """Title, summary and objectives of a module."""
    draft = draft_for(session(), actor(), draft_id)
    checked = checked_of(draft)
    module = next((m for m in checked.outline.modules if m.key == module_key), None)
    if module is None:
        raise NotFoundError(N_("There is no such module in this draft."))
    draft, file, source = _opened(draft_id, module.path)
    if not is_writable(source):
        return redirect(url_for("authoring.draft_file", draft_id=draft_id, path=file.path))
    data = source.marked.data
    form = ModuleFactsForm(
        data={
            "based_on": file.digest,
            "title": text_of(data.get("title")),
            "summary": text_of(data.get("summary")),
            "objectives": texts_of(data.get("objectives")),
        }
    )
    _offer(form.objectives, _objectives(checked))
    if form.validate_on_submit():
        changes: dict[str, object] = {
            "title": clean_line(form.title.data or ""),
            "summary": (form.summary.data or "").replace("\r\n", "\n").strip(),
            "objectives": as_before(texts_of(data.get("objectives")), form.objectives.data or []),
        }
        after = url_for("authoring.draft", draft_id=draft.id, _anchor=f"m-{module_key}")
        return _saved(draft, source, form, changes, after)
    page = _show("authoring/module_facts.html", draft, file, form, module=module)
    return page, 400 if form.is_submitted() else 200


@blueprint.route("/drafts/<int:draft_id>/glossary", methods=["GET", "POST"])
@policy(Permission.DRAFT_EDIT)
def draft_glossary(draft_id: int) -> Response | tuple[str, int]:
    """The words that are explained once."""
    draft, file, source = _opened(draft_id, "glossary.yaml")
    if source.marked.data and not is_writable(source):
        return redirect(url_for("authoring.draft_file", draft_id=draft_id, path=file.path))
    form = FactsForm(data={"based_on": file.digest})
    rows = [
        Row(
            text_of(each.get("key")),
            text_of(each.get("term")),
            text_of(each.get("definition")),
            ", ".join(texts_of(each.get("also"))),
        )
        for each in rows_of(source.marked.data.get("terms"))
    ]
    if form.validate_on_submit():
        changes: dict[str, object] = {"terms": terms_from(_typed_rows("term"))}
        here = url_for("authoring.draft_glossary", draft_id=draft.id)
        return _saved(draft, source, form, changes, here)
    page = _show("authoring/glossary.html", draft, file, form, rows=rows, new_rows=NEW_ROWS)
    return page, 400 if form.is_submitted() else 200


def _opened(draft_id: int, path: str) -> tuple[Draft, DraftFile, SourceFile]:
    draft = draft_for(session(), actor(), draft_id)
    if place_of(path) is None:
        raise NotFoundError(N_("There is no such file in this draft."))
    file = file_of(session(), draft, path)
    return draft, file, read_yaml(path, file.content)


def _saved(
    draft: Draft, source: SourceFile, form: FactsForm, changes: dict[str, object], after: str
) -> Response:
    content = rewritten(source, changes)
    moved = save(draft, source.path, content, based_on=form.based_on.data or None)
    if moved is not None:
        return moved
    flash(gettext("It is saved."))
    return redirect(after, 303)


def _show(template: str, draft: Draft, file: DraftFile, form: FactsForm, **values: object) -> str:
    return render_template(
        template,
        draft=draft,
        file=file,
        form=form,
        problems=checked_of(draft).problems_in(file.path),
        writes=may_write(session(), actor(), draft),
        **values,
    )


def _typed_rows(name: str) -> list[Row]:
    """The rows of a list in a form: their keys hidden, their words typed, in order."""
    form = request.form
    keys = form.getlist(f"{name}-key")
    words = form.getlist(f"{name}-words")
    more = form.getlist(f"{name}-more")
    also = form.getlist(f"{name}-also")
    return [
        Row(
            clean_line(keys[place])[:80] if place < len(keys) else "",
            clean_line(word),
            more[place].replace("\r\n", "\n").strip() if place < len(more) else "",
            clean_line(also[place]) if place < len(also) else "",
        )
        for place, word in enumerate(words)
    ]


def _offer(field: SelectMultipleField, choices: Sequence[tuple[str, str]]) -> None:
    """Choices of a field, and what is chosen already and not among them."""
    known = dict(choices)
    field.choices = [*choices, *((key, key) for key in field.data or [] if key not in known)]


def _objectives(checked: CheckedDraft) -> list[tuple[str, str]]:
    course = checked.course
    return [(each.key, each.text) for each in course.objectives] if course else []


def _guide_choices() -> list[tuple[str, str]]:
    return [
        (f"{guide.key}:{edition.key}", f"{guide.title} ({edition.key})")
        for guide in registry().guides.values()
        for edition in guide.editions
    ]


def _guide(used: object) -> str:
    data = used if isinstance(used, dict) else {}
    return f"{text_of(data.get('guide'))}:{text_of(data.get('edition'))}"


def _used(choice: str) -> dict[str, str]:
    guide, _, edition = choice.partition(":")
    return {"guide": guide, "edition": edition}


def _parts(typed: str | None) -> list[str]:
    return [part.strip() for part in (typed or "").split(",") if part.strip()]
