"""What a report asks, what an action asks, what shows that a duty was done: questions, photos and forms, on a page."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext, ngettext, pgettext

from gezhi.enactment import operations
from gezhi.schemes import edits
from gezhi.schemes.duties import PHOTOS, Duty
from gezhi.schemes.explain_duties import KIND_WORDS
from gezhi.schemes.model import Question, Scheme
from gezhi.web import wording

EVIDENCE = ("form", "photos")
_MARK = "ask."
_STATES = ("", "optional", "required")


@dataclass(frozen=True, slots=True)
class Row:
    """A question that the plan knows: its name in the form, words and kind; near is what is asked now, or a photo."""

    name: str
    title: str
    kind: str
    hint: str
    near: bool


def entry(request: HttpRequest, scheme: Scheme) -> tuple[str, dict[str, str], list[Row], str]:
    """Return where it is asked, for each question whether, the questions in order, and whom it concerns."""
    keys = _keys(request, scheme)
    given = {one.id: one for one in edits.asked_at(scheme, keys)}
    values = {f"{_MARK}{one}": "" for one in scheme.questions}
    values |= {f"{_MARK}{one.id}": "required" if one.required else "optional" for one in given.values()}
    rows = [_row(given.get(one.id, one), asked=one.id in given) for one in _in_order(scheme, given)]
    return _title(scheme, keys), values, rows, _concerns(scheme, keys[1])


def change(request: HttpRequest, scheme: Scheme, values: Mapping[str, str]) -> operations.AsksChange:
    """Return the change that a form asks for; what is asked stays in its order, what is new comes after it."""
    keys = _keys(request, scheme)
    given = {one.id: one for one in edits.asked_at(scheme, keys)}
    said = {one.id: values.get(f"{_MARK}{one.id}", "") for one in _in_order(scheme, given)}
    if not set(said.values()) <= set(_STATES):
        raise ValidationError(gettext("Choose for each question whether it is asked."))
    wanted = {name: state == "required" for name, state in said.items() if state}
    if wanted == {one.id: one.required for one in given.values()}:
        raise ValidationError(gettext("Nothing is different from now."))
    return operations.AsksChange(keys, wanted)


def evidence(request: HttpRequest, scheme: Scheme) -> tuple[str, dict[str, str], dict[str, list[tuple[str, str]]]]:
    """Return a duty's name, its form and its photos as values of a form, and what may be chosen."""
    duty = _duty(request, scheme)
    forms = [(one.id, wording.say(one.title)) for one in scheme.forms.values()]
    choices = {
        "form": forms if duty.form else [("", gettext("no form: a remark only")), *forms],
        "photos": [(one, said) for one, said in _photo_words().items() if one in PHOTOS],
    }
    return wording.say(duty.title), {"form": duty.form, "photos": duty.photos}, choices


def evidence_change(request: HttpRequest, scheme: Scheme, values: Mapping[str, str]) -> operations.EvidenceChange:
    """Return the change of what shows that a duty was done."""
    duty = _duty(request, scheme)
    form, photos = values.get("form", ""), values.get("photos", "")
    if (form and form not in scheme.forms) or (duty.form and not form):
        raise ValidationError(gettext("Choose one of the plan's forms."))
    if photos not in PHOTOS:
        raise ValidationError(gettext("Choose which photos are needed."))
    if (form, photos) == (duty.form, duty.photos):
        raise ValidationError(gettext("Nothing is different from now."))
    return operations.EvidenceChange(duty.id, form, photos)


def states() -> list[tuple[str, str]]:
    """Return whether a question may be asked, with words."""
    said = (
        pgettext("question", "not asked"),
        pgettext("question", "optional"),
        pgettext("question", "must be answered"),
    )
    return list(zip(_STATES, said, strict=True))


def _photo_words() -> dict[str, str]:
    return {
        "none": gettext("none"),
        "after": gettext("one afterwards"),
        "before_after": gettext("before and after"),
    }


def _offices() -> dict[str, str]:
    """Return the kinds of questions that no form has."""
    return {
        "department": gettext("A department"),
        "departments": gettext("Several departments"),
        "person": gettext("A person"),
    }


def _keys(request: HttpRequest, scheme: Scheme) -> tuple[str, ...]:
    keys = tuple(request.GET.get("at", "").split("."))
    if not edits.names_asker(scheme, keys):
        raise Http404
    return keys


def _duty(request: HttpRequest, scheme: Scheme) -> Duty:
    duty = scheme.duties.get(request.GET.get("id", ""))
    if duty is None:
        raise Http404
    return duty


def _title(scheme: Scheme, keys: tuple[str, ...]) -> str:
    procedure = scheme.procedures[keys[1]]
    what = wording.say(procedure.actions[keys[3]].title) if len(keys) == 4 else gettext("When it is reported")
    return f"{wording.say(procedure.title)} · {what}"


def _concerns(scheme: Scheme, procedure: str) -> str:
    count = sum(one.procedure == procedure for one in scheme.items.values())
    return ngettext(
        "It holds for the one item of the catalogue that goes this way, and for flows that are built on this one.",
        "It holds for all %(n)d items of the catalogue that go this way, and for flows that are built on this one.",
        count,
    ) % {"n": count}


def _in_order(scheme: Scheme, given: Mapping[str, Question]) -> list[Question]:
    """Return what is asked now, then photos, then all else that the plan knows."""
    rest = [one for one in scheme.questions.values() if one.id not in given]
    return [*given.values(), *sorted(rest, key=lambda one: one.kind != "photos")]


def _row(question: Question, *, asked: bool) -> Row:
    near = asked or question.kind == "photos"
    kind = _offices().get(question.kind) or wording.say(KIND_WORDS[question.kind])
    return Row(f"{_MARK}{question.id}", wording.say(question.title), kind, wording.say(question.hint), near)
