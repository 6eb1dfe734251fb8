"""Bringing questions of others into the bank of a draft: file, preview, decision, undo."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from lms.access.permissions import Permission
from lms.access.policies import policy
from lms.authoring.forms.importing import BringForm
from lms.authoring.forms.question_words import KIND_NAMES, lacking_words
from lms.authoring.models import Draft
from lms.authoring.queries.drafts import draft_for, may_write
from lms.authoring.queries.questions import DraftBank, get_bank
from lms.authoring.routes.bank import citations
from lms.authoring.routes.blueprint import blueprint
from lms.authoring.routes.shared import registry
from lms.authoring.rules.bank.carried import Carried
from lms.authoring.rules.bank.incoming import Defaults, Standing, key_of
from lms.authoring.rules.bank.merging import free_key
from lms.authoring.rules.questions.any_format import NOT_UTF_8, Format
from lms.authoring.services.importing import (
    AT_ONCE,
    READ,
    get_result,
    new_token,
    put_result,
    read_questions,
    take_questions,
    undo_import,
    versions_of_import,
)
from lms.core.errors import BadInputError, BekalError
from lms.core.jobs.services import enqueue
from lms.core.request import actor, now, only_read_on, reading, session, settings, storage
from lms.core.text import N_, whole_number
from lms.core.uploads.keeping import keep, store
from lms.core.uploads.kinds import Kind, check_upload
from lms.core.uploads.models import StorageClass
from lms.courses.routes.showing import show
from lms.guides.queries import registry_of

PAGE = 100
KINDS = frozenset({Kind.TEXT, Kind.XML, Kind.ARCHIVE, Kind.HTML})
Answer = str | Response | tuple[str, int]


@blueprint.route("/drafts/<int:draft_id>/questions/imports", methods=["GET", "POST"])
@policy(Permission.DRAFT_EDIT)
def draft_questions_bring(draft_id: int) -> Answer:
    """Choose a file or paste questions; they are read, and nothing is changed yet."""
    # Reading a file takes longer than a transaction should be open.
    with reading() as short:
        draft = draft_for(short, actor(), draft_id)
        found = get_bank(short, draft, registry_of(short, settings().content_folder / "guides"))
    form = BringForm()
    form.objective.choices = [
        SelectChoice("", gettext("None yet")),
        *(SelectChoice(one.key, one.text) for one in found.objectives),
    ]
    status = 400 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            return redirect(_read(draft, found, form), 303)
        except BekalError as error:
            status = show(form, error)
    page = render_template(
        "authoring/questions_bring.html", draft=draft, form=form, citations=citations()
    )
    return page, status


@blueprint.get("/drafts/<int:draft_id>/questions/imports/<string:import_token>")
@policy(Permission.DRAFT_EDIT)
def draft_questions_brought(draft_id: int, import_token: str) -> Answer:
    """What the file would bring; after it was taken, what it has brought."""
    draft = draft_for(session(), actor(), draft_id)
    return _brought(draft, import_token, _result(draft, import_token))


@blueprint.post("/drafts/<int:draft_id>/questions/imports/<string:import_token>/take")
@policy(Permission.DRAFT_EDIT)
def draft_questions_take(draft_id: int, import_token: str) -> Answer:
    """Put the chosen questions into the bank, all or none."""
    draft = draft_for(session(), actor(), draft_id)
    carried = _result(draft, import_token)
    takes_all = request.form.get("which") == "all"
    try:
        taken = take_questions(
            session(),
            actor(),
            draft,
            registry(),
            carried,
            token=import_token,
            places=None if takes_all else request.form.getlist("place", type=whole_number),
            replaces=request.form.get("replace") == "yes",
            file_name=request.form.get("new_file", "").strip()
            or request.form.get("file_name", "").rsplit("/", 1)[-1].removesuffix(".yaml")
            or "imported",
            now=now(),
        )
    except BekalError as error:
        only_read_on()
        sentence = gettext(error.sentence, **error.values)
        return _brought(draft_for(session(), actor(), draft_id), import_token, carried, sentence)
    flash(ngettext("%(num)s question is in the bank.", "%(num)s questions are in the bank.", taken))
    return redirect(_address(draft, import_token), 303)


@blueprint.post("/drafts/<int:draft_id>/questions/imports/<string:import_token>/undo")
@policy(Permission.DRAFT_EDIT)
def draft_questions_undo(draft_id: int, import_token: str) -> Response:
    """Make the bank what it was before this import."""
    draft = draft_for(session(), actor(), draft_id)
    try:
        undo_import(session(), actor(), draft, import_token, now=now())
    except BekalError as error:
        session().rollback()
        flash(gettext(error.sentence, **error.values), "bad")
    else:
        flash(gettext("The import is undone. The bank is as it was before."))
    return redirect(_address(draft, import_token), 303)


def _read(draft: Draft, found: DraftBank, form: BringForm) -> str:
    """Read what was sent, at once or as a job; the address to go to."""
    content, kind, name = _sent(form)
    wish = Format(form.format.data) if form.format.data else None
    defaults = Defaults(form.objective.data or "", (form.source.data or "").strip())
    token = new_token()
    address = _address(draft, token)
    # What a package unpacks to is not known by its size: it is always read by the worker.
    if len(content) <= AT_ONCE and kind is not Kind.ARCHIVE:
        carried = read_questions(found, content, name, wish, defaults)
        if carried.said is not None:
            raise BadInputError(carried.said.sentence, field="file", **carried.said.values)
        stored = put_result(storage(), draft.id, token, carried)
        keep(session(), actor(), stored, Kind.TEXT, StorageClass.TEMPORARY, now=now())
        return address
    stored = store(storage(), "authoring/questions", content, kind)
    keep(session(), actor(), stored, kind, StorageClass.TEMPORARY, now=now())
    payload = {
        "draft_id": draft.id,
        "key": stored.key,
        "token": token,
        "name": name,
        "format": wish.value if wish else "",
        "objective": defaults.objective,
        "source": defaults.source,
        "page": address,
    }
    job = enqueue(session(), READ, payload, requested_by=actor(), now=now())
    return url_for("jobs.job", run_id=job.run_id)


def _sent(form: BringForm) -> tuple[bytes, Kind, str]:
    """The bytes of the file, or of the pasted text, what they are, and a name to show."""
    sent = form.file.data
    if isinstance(sent, FileStorage) and sent.filename:
        content = sent.read()
        name = sent.filename.replace("\\", "/").rsplit("/", 1)[-1][:120]
        if not content.startswith(b"PK") and b"\0" not in content:
            _check_text(content)
        return content, check_upload(content, KINDS), name
    text = (form.text.data or "").replace("\r\n", "\n")
    if not text.strip():
        raise BadInputError(N_("Choose a file, or paste the questions."), field="file")
    content = text.encode()
    return content, check_upload(content, KINDS, field="text"), gettext("Pasted questions")


def _check_text(content: bytes) -> None:
    """Words in another encoding are told so, instead of being a file of no known kind."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInputError(NOT_UTF_8, field="file") from error


def _result(draft: Draft, token: str) -> Carried:
    if not (token.isascii() and token.isalnum() and len(token) == 16):
        abort(404)
    carried = get_result(storage(), draft.id, token)
    if carried is None:
        abort(404)
    return carried


def _brought(draft: Draft, token: str, carried: Carried, wrong: str = "") -> Answer:
    found = get_bank(session(), draft, registry())
    taken = versions_of_import(session(), draft, token)
    is_taken = any(found.digests.get(version.path) == version.digest for version in taken)
    new = carried.of(Standing.NEW)
    pages = max(1, -(-len(new) // PAGE))
    number = min(max(request.args.get("page", 1, type=whole_number), 1), pages)
    page = render_template(
        "authoring/questions_brought.html",
        draft=draft,
        found=found,
        token=token,
        carried=carried,
        new=new[(number - 1) * PAGE : number * PAGE],
        count=len(new),
        changed=carried.of(Standing.CHANGED),
        same=carried.of(Standing.SAME),
        doubled=carried.of(Standing.DOUBLED),
        number=number,
        pages=pages,
        address=lambda page: url_for(
            "authoring.draft_questions_brought", draft_id=draft.id, import_token=token, page=page
        ),
        taken=taken,
        is_taken=is_taken,
        wrong=wrong,
        wished_name=free_key(
            key_of(carried.name.rsplit(".", 1)[0]) or "imported",
            {file.path.removeprefix("bank/").removesuffix(".yaml") for file in found.bank.files},
        ),
        kind_names=KIND_NAMES,
        lacking_words=lambda line: lacking_words((one.sentence, one.values) for one in line.lacks),
        writes=may_write(session(), actor(), draft),
    )
    return (page, 409) if wrong else page


def _address(draft: Draft, token: str) -> str:
    return url_for("authoring.draft_questions_brought", draft_id=draft.id, import_token=token)
