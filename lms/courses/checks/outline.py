"""The outline: what stands in which module, what the certificate needs, how long it takes."""

from __future__ import annotations

from lms.core.text import N_
from lms.courses.checks.subject import Subject
from lms.courses.folder import SourceFile
from lms.courses.values.course import Course
from lms.courses.values.page import FacilitatorNote, Page
from lms.courses.values.quiz import Quiz

_NO_ACTIVITY = N_("There is no page, quiz, scenario or task with the key %(key)s.")
_NO_OBJECTIVE = N_("%(key)s is not an objective of course.yaml.")


def check_outline(subject: Subject) -> None:
    """Modules, alternatives, objectives, certificates, minutes, guides."""
    _check_modules(subject)
    _check_placed(subject)
    _check_alternatives(subject)
    _check_objectives(subject)
    for source, note in subject.reading.of(FacilitatorNote):
        keys = {module.key for _, module in subject.modules} | subject.unread_keys
        if note.module is not None and note.module not in keys:
            sentence = N_("There is no module with the key %(key)s.")
            subject.error(source, ("module",), sentence, key=note.module)
    for source, course in subject.reading.of(Course):
        _check_certificates(subject, source, course)
        _check_guides(subject, source, course)
        if not subject.has_unread:
            _check_minutes(subject, source, course)


def _check_modules(subject: Subject) -> None:
    known = subject.activities.keys() | subject.unread_keys
    seen: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for source, module in subject.modules:
        number = source.path.split("/")[1][:2]
        if number in numbers:
            sentence = N_("Two modules have the number %(number)s. Number their folders apart.")
            subject.error(source, (), sentence, number=number)
        numbers[number] = source.path
        if not module.activities:
            subject.warn(source, (), N_("The module has no activities yet."))
        for place, key in enumerate(module.activities):
            path = ("activities", place)
            if key not in known:
                subject.error(source, path, _NO_ACTIVITY, key=key)
            elif key in seen:
                sentence = N_("%(key)s already stands in %(file)s. It can stand in one place only.")
                subject.error(source, path, sentence, key=key, file=seen[key])
            seen.setdefault(key, source.path)
            _check_place_of_page(subject, source, path, key)


def _check_place_of_page(
    subject: Subject, source: SourceFile, path: tuple[str | int, ...], key: str
) -> None:
    found = subject.activities.get(key)
    if found is None or not isinstance(found[1], Page):
        return
    if found[0].path.split("/")[1] != source.path.split("/")[1]:
        sentence = N_("The page %(key)s lies in %(file)s. Move it into this module's folder.")
        subject.error(source, path, sentence, key=key, file=found[0].path)
    if found[1].alternative_to:
        sentence = N_("%(key)s stands in for another activity and cannot stand in a module too.")
        subject.error(source, path, sentence, key=key)


def _check_placed(subject: Subject) -> None:
    for key, (source, activity) in subject.activities.items():
        if isinstance(activity, Page) and activity.alternative_to:
            continue
        if key in subject.follow_ups:
            if key in subject.placed:
                sentence = N_("A survey sent months later stands in no module. Take one away.")
                subject.error(source, ("after_months",), sentence)
            continue
        if key not in subject.placed and not _maybe_placed(subject, key):
            sentence = N_("No module lists %(key)s, so nobody sees it. Add it to a module.yaml.")
            subject.error(source, ("key",), sentence, key=key)


def _maybe_placed(subject: Subject, key: str) -> bool:
    """Whether a module.yaml that could not be read lists the key."""
    for source in subject.reading.sources:
        listed = source.marked.data.get("activities")
        if source.value is None and isinstance(listed, list) and key in listed:
            return True
    return False


def _check_alternatives(subject: Subject) -> None:
    for source, page in subject.pages:
        if page.alternative_to is None:
            continue
        path = ("alternative_to",)
        found = subject.activities.get(page.alternative_to)
        if found is None:
            if page.alternative_to not in subject.unread_keys:
                subject.error(source, path, _NO_ACTIVITY, key=page.alternative_to)
            continue
        original = found[1]
        if isinstance(original, Page) and original.alternative_to:
            sentence = N_("%(key)s is itself an alternative. Name the activity it stands in for.")
            subject.error(source, path, sentence, key=original.key)
        if not original.minutes / 2 <= page.minutes <= original.minutes * 2:
            sentence = N_(
                "This takes %(these)s minutes and %(key)s takes %(those)s. Equal credit asks for "
                "about equal time."
            )
            subject.warn(
                source, ("minutes",), sentence,
                these=page.minutes, those=original.minutes, key=original.key,
            )  # fmt: skip


def _check_objectives(subject: Subject) -> None:
    if subject.course is None:
        return
    used: set[str] = set()
    holders = [(source, module.objectives) for source, module in subject.modules]
    holders += [
        (source, getattr(activity, "objectives", ()))
        for source, activity in subject.activities.values()
    ]
    for source, keys in holders:
        for place, key in enumerate(keys):
            if key not in subject.objectives:
                subject.error(source, ("objectives", place), _NO_OBJECTIVE, key=key)
            used.add(key)
    asked = {question.objective for question in subject.questions.values()}
    for source, course in subject.reading.of(Course):
        for place, objective in enumerate(course.objectives):
            path = ("objectives", place, "key")
            if objective.key not in used:
                subject.warn(source, path, N_("No module or activity names this objective yet."))
            if objective.key not in asked and subject.questions:
                subject.warn(source, path, N_("No question asks for this objective yet."))


def _check_certificates(subject: Subject, source: SourceFile, course: Course) -> None:
    known = subject.placed.keys() | subject.unread_keys
    kinds: set[str] = set()
    for place, rule in enumerate(course.certificates):
        if rule.kind in kinds:
            sentence = N_("Two rules give the kind %(kind)s. Keep one of them.")
            subject.error(source, ("certificates", place, "kind"), sentence, kind=rule.kind)
        kinds.add(rule.kind)
        for number, key in enumerate(rule.needs):
            path = ("certificates", place, "needs", number)
            if key not in known and not subject.has_unread:
                subject.error(source, path, _NO_ACTIVITY, key=key)
        low, high = course.minutes / 60 * 0.5, course.minutes / 60 * 1.5 + 8
        if not low <= rule.hours <= high:
            sentence = N_(
                "%(hours)s hours do not fit a course of %(minutes)s minutes. Correct one of them."
            )
            here = ("certificates", place, "hours")
            subject.warn(source, here, sentence, hours=rule.hours, minutes=course.minutes)


def _check_guides(subject: Subject, source: SourceFile, course: Course) -> None:
    for place, used in enumerate(course.guides):
        guide = subject.registry.guides.get(used.guide)
        if guide is None:
            sentence = N_("%(key)s is not a guide of content/guides.")
            subject.error(source, ("guides", place, "guide"), sentence, key=used.guide)
        elif used.edition not in {edition.key for edition in guide.editions}:
            sentence = N_("The guide has no edition %(key)s. It has: %(known)s.")
            known = ", ".join(edition.key for edition in guide.editions)
            path = ("guides", place, "edition")
            subject.error(source, path, sentence, key=used.edition, known=known)


def _check_minutes(subject: Subject, source: SourceFile, course: Course) -> None:
    total = sum(activity.minutes for activity in subject.in_outline if activity.required)
    if total and not 0.8 <= course.minutes / total <= 1.25:
        sentence = N_(
            "The required activities take %(total)s minutes together, the course says %(minutes)s."
        )
        subject.warn(source, ("minutes",), sentence, total=total, minutes=course.minutes)
    for activity in subject.in_outline:
        if isinstance(activity, Quiz):
            holder = subject.activities[activity.key][0]
            length = activity.length
            if not length * 0.4 <= activity.minutes <= length * 4:
                sentence = N_("%(minutes)s minutes for %(length)s questions is unlikely.")
                subject.warn(
                    holder, ("minutes",), sentence, minutes=activity.minutes, length=length
                )
