"""One thing of a plan changed on a page: a limit, a rate, an item, a name, words, hours, the version."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from gezhi.enactment import operations
from gezhi.foundation import clock
from gezhi.people.models import Account
from gezhi.schemes import edits, explain
from gezhi.schemes.durations import BadDuration, Duration, Unit
from gezhi.schemes.model import Rule, Scheme
from gezhi.territory import pinyin
from gezhi.web import wording
from gezhi.web.setup import asking, plans, rates, word_forms
from gezhi.web.setup.fields import whole
from gezhi.web.setup.pages import form_for_setup, shown
from gezhi.web.setup.plans import Plan

_LONGEST = 200
_ITEM = ("title", "title_en", "parent", "procedure", "department", "urgency", "clause")
_DEPARTMENT = ("title", "title_en", "level", "superior", "clause")


@dataclass
class Entry:
    """A form for one change: what it is about, what it says now, what may be chosen."""

    what: str
    title: str
    values: dict[str, str]
    choices: Mapping[str, list[tuple[str, str]]] = field(default_factory=dict)
    is_new: bool = False
    note: str = ""
    alternatives: tuple[tuple[int, str], ...] = ()
    facts: tuple[str, ...] = ()
    rows: Sequence[asking.Row] = ()

    @property
    def asked(self) -> list[tuple[asking.Row, str]]:
        """Each question with what is chosen for it."""
        return [(row, self.values[row.name]) for row in self.rows]


@form_for_setup
def change(request: HttpRequest, account: Account, now: datetime, plan: UUID) -> HttpResponse:
    """Show the form for one change, and make it: in the draft at hand, or in a new draft from the version at hand."""
    found = plans.find(plan, account, now)
    if found.scheme is None or found.state in ("done", "cancelled"):
        raise Http404
    entry = _entry(request, found, found.scheme)
    errors: list[str] = []
    if request.method == "POST":
        entry.values |= {key: request.POST.get(key, "").strip() for key in _fields(entry)}
        try:
            _need_short(entry.values)
            draft = _make(request, account, now, found, entry)
        except ValidationError as bad:
            errors = bad.messages
        else:
            messages.success(request, gettext("Changed in the draft. Here is what it changes."))
            return redirect(f"{reverse('web:setup_compare')}?new={draft}")
    words = {"plan": found, "entry": entry, "errors": errors, "title": found.title, "units": units()}
    return shown(request, account, now, "setup/change.html", words, status=422 if errors else 200)


def _make(request: HttpRequest, account: Account, now: datetime, plan: Plan, entry: Entry) -> UUID:
    wanted = _CHANGES[entry.what](request, plan, entry)
    if plan.draft is None:
        return operations.draft_from(actor=account, version=plan.pk, change=wanted, now=now).pk
    seen = whole(request.POST.get("seen", ""))
    return operations.change_draft(actor=account, draft=plan.pk, seen=seen, change=wanted, now=now).pk


def _fields(entry: Entry) -> tuple[str, ...]:
    return {
        "limit": ("amount", "unit", "alternative", "warn_amount", "warn_unit"),
        "item": (*_ITEM, "id", "amount", "unit"),
        "department": (*_DEPARTMENT, "id"),
        "version": ("version",),
        "rate": rates.FIELDS,
        "asks": tuple(one.name for one in entry.rows),
        "evidence": asking.EVIDENCE,
        "post": word_forms.POST,
        "notice": word_forms.NOTICE,
        "hours": word_forms.HOURS,
    }[entry.what]


def _entry(request: HttpRequest, plan: Plan, scheme: Scheme) -> Entry:
    what = request.GET.get("what", "")
    if what not in _ENTRIES:
        raise Http404
    return _ENTRIES[what](request, plan, scheme)


# ── a limit ──


def _limit_entry(request: HttpRequest, _plan: Plan, scheme: Scheme) -> Entry:
    path = request.GET.get("at", "")
    rule, title = _rule(scheme, path)
    return Entry(
        what="limit",
        title=title,
        values={"alternative": "0", **_split(rule.limit[0].value), **_warning(rule)},
        alternatives=tuple(
            (at, wording.say(explain.limit_word(one.value)) + (f" ({one.when})" if one.when else ""))
            for at, one in enumerate(rule.limit)
        ),
    )


def _rule(scheme: Scheme, path: str) -> tuple[Rule, str]:
    """Return the rule that a path names, and where it stands in words."""
    for procedure in scheme.procedures.values():
        name = wording.say(procedure.title)
        if procedure.clock and procedure.clock.path == path:
            return procedure.clock, f"{name} · {gettext('whole matter')}"
        for step in procedure.steps.values():
            for rule in (step.clock, step.response):
                if rule and rule.path == path:
                    return rule, f"{name} · {wording.say(step.title)}"
    raise Http404


def _limit_change(request: HttpRequest, _plan: Plan, entry: Entry) -> operations.Change:
    keys = tuple(request.GET.get("at", "").split("."))
    return operations.LimitChange(
        keys,
        _together(entry.values),
        at=whole(entry.values.get("alternative", "")),
        warn=word_forms.warning(entry.values),
    )


def _warning(rule: Rule) -> dict[str, str]:
    found = _split(rule.warn)
    return {"warn_amount": found["amount"], "warn_unit": found["unit"]}


def _split(limit: str) -> dict[str, str]:
    try:
        known = Duration.parse(limit)
    except BadDuration:
        return {"amount": "", "unit": Unit.WORKDAYS.value}
    return {"amount": str(known.amount), "unit": known.unit.value}


def _together(values: Mapping[str, str]) -> str:
    amount = values.get("amount", "")
    if not (amount.isascii() and amount.isdigit()):
        raise ValidationError(gettext("Write how many: a whole number, without a sign."))
    return f"{amount} {values.get('unit', '')}"


def _limit(values: Mapping[str, str]) -> str:
    try:
        return str(Duration.parse(_together(values)))
    except BadDuration as bad:
        raise ValidationError(wording.say(bad.text)) from None


def units() -> list[tuple[str, str]]:
    """Return what a limit is counted in, with its words."""
    return [
        (Unit.WORKDAYS.value, gettext("workdays")),
        (Unit.WORKHOURS.value, gettext("working hours")),
        (Unit.DAYS.value, gettext("days")),
        (Unit.HOURS.value, gettext("hours")),
        (Unit.MINUTES.value, gettext("minutes")),
        (Unit.MONTHS.value, gettext("months")),
    ]


# ── an item ──


def _item_entry(request: HttpRequest, plan: Plan, scheme: Scheme) -> Entry:
    wanted, under = request.GET.get("id", ""), request.GET.get("under", "")
    choices = {
        "parent": [("", gettext("none: at the top")), *((one.id, wording.say(one.title)) for one in _headings(scheme))],
        "procedure": [(one.id, wording.say(one.title)) for one in scheme.procedures.values()],
        "department": [(one.id, wording.say(one.title)) for one in scheme.departments.values()],
        "urgency": [(one.id, wording.say(one.title)) for one in scheme.urgencies.values()],
    }
    if not wanted:
        values = dict.fromkeys(_ITEM, "") | {"parent": under, "amount": "", "unit": Unit.WORKDAYS.value, "id": ""}
        return Entry("item", gettext("New item"), values, choices, is_new=True)
    item = scheme.items.get(wanted)
    if item is None:
        raise Http404
    values = {
        "title": item.title.zh, "title_en": item.title.en, "parent": item.parent, "procedure": item.procedure,
        "department": item.department, "urgency": item.urgency, "clause": item.clause, "id": item.id,
    } | (_split(item.limit) if item.limit else {"amount": "", "unit": Unit.WORKDAYS.value})  # fmt: skip
    note = (
        ""
        if wanted in edits.own_rows(plans.text_of(plan), "catalogue")
        else gettext(
            "This item comes from a plan that this one is built on. What you write is laid over it; what you leave "
            "empty stays."
        )
    )
    return Entry("item", wording.say(item.title), values, choices, note=note)


def _headings(scheme: Scheme) -> list[Any]:
    return [one for one in scheme.items.values() if one.heading or not one.procedure]


def _item_change(_request: HttpRequest, plan: Plan, entry: Entry) -> operations.Change:
    values = entry.values
    _need_title(values)
    row = {key: values[key] for key in _ITEM}
    row["limit"] = _limit(values) if values.get("amount") else ""
    row_id = values["id"] or _new_id(plan, values, values["parent"])
    return operations.RowChange("catalogue", row_id, row, is_new=entry.is_new)


def _new_id(plan: Plan, values: Mapping[str, str], parent: str) -> str:
    """Return an id for a new row: its heading's, and the name in pinyin; with a number where that is taken."""
    name = "".join(letter for letter in pinyin.keys(values["title"]).split(" ")[0] if letter.isalnum())[:24] or "item"
    name = "".join(letter for letter in name if letter.isascii()).lower() or "item"
    stem = f"{parent}.{name}" if parent else name
    taken = (set(plan.scheme.items) | set(plan.scheme.departments)) if plan.scheme else set()
    return next(one for one in (stem, *(f"{stem}{n}" for n in range(2, 100))) if one not in taken)


def _need_short(values: Mapping[str, str]) -> None:
    """Refuse what is too long; cut off silently, an end would be missing in the plan."""
    for name, value in values.items():
        most = word_forms.LONGEST_BODY if name in ("body", "body_en") else _LONGEST
        if len(value) > most:
            words = {"most": most, "n": len(value)}
            raise ValidationError(gettext("At most %(most)d characters; these are %(n)d.") % words)


def _need_title(values: Mapping[str, str]) -> None:
    if not values.get("title"):
        raise ValidationError(gettext("Give it a name."))


# ── a department, the version ──


def _department_entry(request: HttpRequest, _plan: Plan, scheme: Scheme) -> Entry:
    choices = {
        "level": [(one.id, wording.say(one.title)) for one in scheme.levels.values()],
        "superior": [("", "–"), *((one.id, wording.say(one.title)) for one in scheme.posts.values())],
    }
    wanted = request.GET.get("id", "")
    if not wanted:
        first = next(iter(scheme.levels), "")
        values = dict.fromkeys(_DEPARTMENT, "") | {"id": "", "level": first}
        return Entry("department", gettext("New department"), values, choices, is_new=True)
    office = scheme.departments.get(wanted)
    if office is None:
        raise Http404
    values = {
        "title": office.title.zh, "title_en": office.title.en, "level": office.level, "superior": office.superior,
        "clause": office.clause, "id": office.id,
    }  # fmt: skip
    return Entry("department", wording.say(office.title), values, choices)


def _department_change(_request: HttpRequest, plan: Plan, entry: Entry) -> operations.Change:
    _need_title(entry.values)
    row = {key: entry.values[key] for key in _DEPARTMENT}
    row_id = entry.values["id"] or _new_id(plan, entry.values, "").replace(".", "_")
    return operations.RowChange("departments", row_id, row, is_new=entry.is_new)


def _version_entry(_request: HttpRequest, plan: Plan, _scheme: Scheme) -> Entry:
    if plan.draft is None:
        raise Http404
    return Entry("version", plan.title, {"version": plan.version})


def _version_change(_request: HttpRequest, _plan: Plan, entry: Entry) -> operations.Change:
    return operations.VersionChange(entry.values["version"])


def _rate_entry(request: HttpRequest, _plan: Plan, scheme: Scheme) -> Entry:
    title, values, choices, now = rates.entry(request, scheme)
    return Entry("rate", title, values, choices, alternatives=((0, now),))


def _rate_change(request: HttpRequest, plan: Plan, entry: Entry) -> operations.Change:
    if plan.scheme is None:
        raise Http404
    return rates.change(request, plan.scheme, entry.values)


# ── what is asked, what shows that it was done ──


def _asks_entry(request: HttpRequest, _plan: Plan, scheme: Scheme) -> Entry:
    title, values, rows, note = asking.entry(request, scheme)
    return Entry("asks", title, values, {"state": asking.states()}, note=note, rows=rows)


def _asks_change(request: HttpRequest, plan: Plan, entry: Entry) -> operations.Change:
    if plan.scheme is None:
        raise Http404
    return asking.change(request, plan.scheme, entry.values)


def _evidence_entry(request: HttpRequest, _plan: Plan, scheme: Scheme) -> Entry:
    return Entry("evidence", *asking.evidence(request, scheme))


def _evidence_change(request: HttpRequest, plan: Plan, entry: Entry) -> operations.Change:
    if plan.scheme is None:
        raise Http404
    return asking.evidence_change(request, plan.scheme, entry.values)


# ── words and hours ──


def _post_entry(request: HttpRequest, _plan: Plan, scheme: Scheme) -> Entry:
    title, values = word_forms.post(request, scheme)
    return Entry("post", title, values, note=gettext("Who holds the post keeps it: only its name changes."))


def _notice_entry(request: HttpRequest, _plan: Plan, scheme: Scheme) -> Entry:
    title, values, facts = word_forms.notice(request, scheme, clock.now())
    return Entry("notice", title, values, facts=facts)


def _hours_entry(_request: HttpRequest, _plan: Plan, scheme: Scheme) -> Entry:
    return Entry("hours", gettext("Business hours"), word_forms.hours(scheme))


_ENTRIES: Mapping[str, Callable[[HttpRequest, Plan, Scheme], Entry]] = {
    "limit": _limit_entry,
    "item": _item_entry,
    "department": _department_entry,
    "version": _version_entry,
    "rate": _rate_entry,
    "asks": _asks_entry,
    "evidence": _evidence_entry,
    "post": _post_entry,
    "notice": _notice_entry,
    "hours": _hours_entry,
}
_CHANGES: Mapping[str, Callable[[HttpRequest, Plan, Entry], operations.Change]] = {
    "limit": _limit_change,
    "item": _item_change,
    "department": _department_change,
    "version": _version_change,
    "rate": _rate_change,
    "asks": _asks_change,
    "evidence": _evidence_change,
    "post": lambda request, _plan, entry: word_forms.post_change(request, entry.values),
    "notice": lambda request, _plan, entry: word_forms.notice_change(request, entry.values),
    "hours": lambda _request, _plan, entry: word_forms.hours_change(entry.values),
}
