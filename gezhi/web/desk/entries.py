"""The page of one entry: what is held (masked), both sides' words, what happened, what belongs to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.duties import plans
from gezhi.duties import queries as duties
from gezhi.duties.models import Activity
from gezhi.foundation import clock, files
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.registers import operations, queries
from gezhi.registers.errors import NotFound
from gezhi.registers.ledgers import ledgers
from gezhi.registers.models import CareAssignment, Entry, EntryChange, EntryFile, Kind, Proposal
from gezhi.registers.operations import said
from gezhi.registers.queries import EntryPage
from gezhi.registers.values import sensitive_ids
from gezhi.schemes.forms import Field
from gezhi.territory import queries as territory
from gezhi.web import wording
from gezhi.web.components import MapView, Picture, StoryItem
from gezhi.web.desk.frame import frame
from gezhi.web.desk.ledgers import row_of
from gezhi.web.desk.maps import view_of
from gezhi.web.neighbours import cases_at
from gezhi.web.staff import for_staff

_ICONS = {
    Kind.OPEN: "plus", Kind.CHANGE: "pen", Kind.PROPOSE: "split", Kind.ACCEPT: "check", Kind.REFUSE: "x",
    Kind.MOVE: "pin", Kind.END: "pause", Kind.REOPEN: "refresh", Kind.MERGE: "merge", Kind.ATTACH: "camera",
    Kind.UNDO: "back", Kind.ASSIGN: "users", Kind.ERASE: "x",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown beyond the page: what was unmasked and for what, what was typed and why it was refused."""

    revealed: Mapping[str, Any] = field(default_factory=dict)
    purpose: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One field with its value in words; `rows` are those of a repeat; `side` is who wrote it."""

    title: str
    value: str = ""
    masked: bool = False
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    side: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Differing:
    """A proposal beside what stands there now."""

    row: Proposal
    title: str
    now: str
    proposed: str
    who: str
    side: str
    owner: str


@never_cache
@require_GET
@for_staff
def page(request: HttpRequest, account: Account, register: str, code: str) -> HttpResponse:
    """Show an entry; one that was merged leads to the one it was merged into."""
    now = clock.now()
    found = find(account, register, code, now)
    if found.entry.merged_into is not None:
        return redirect("web:desk_entry", register=register, code=found.entry.merged_into.code)
    return show(request, account, found, now)


@never_cache
@require_GET
@for_staff
def file(request: HttpRequest, account: Account, register: str, code: str, file: UUID) -> HttpResponseBase:
    """Hand out a file of an entry that the reader may see; `?small` gives the small copy."""
    now = clock.now()
    entry = row(account, register, code, now)
    operations.note_opening(actor=account, now=now, entry=entry)
    kept = EntryFile.objects.filter(entry=entry, pk=file, withdrawn_at=None).select_related("file").first()
    if kept is None or not queries.may_show(account=account, entry=entry, field=kept.field, now=now):
        raise Http404
    return files.respond(kept.file, "thumb" if "small" in request.GET else "full")


def find(account: Account, register: str, code: str, now: datetime) -> EntryPage:
    """Return an entry's page, or answer 404: what may not be seen is not there. Opening a care case is written down."""
    try:
        found = queries.entry_page(account=account, now=now, register=register, code=code)
        operations.note_opening(actor=account, now=now, entry=found.entry)
    except NotFound as missing:
        raise Http404(str(missing)) from missing
    return found


def row(account: Account, register: str, code: str, now: datetime) -> Entry:
    """Return the entry alone, or answer 404."""
    try:
        return queries.entry(account=account, now=now, register=register, code=code)
    except NotFound as missing:
        raise Http404(str(missing)) from missing


def show(
    request: HttpRequest, account: Account, found: EntryPage, now: datetime, more: Shown | None = None,
    *, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Show the page of an entry, with what was unmasked or refused just now."""
    more = more or Shown()
    sides = _Sides(found)
    known = ledgers(timezone.localdate(now))
    parts: dict[str, list[Any]] = {}
    for one in found.parts:
        if one.register in known:
            title = wording.say(known[one.register].register.title)
            parts.setdefault(title, []).append(row_of(one, known[one.register]))
    shown = {
        "now": now, "frame": frame(account, now), "found": found, "entry": found.entry, "ledger": found.ledger,
        "form": found.form, "groups": _groups(found, more.revealed, sides),
        "story": [_item(one, found, sides) for one in found.changes],
        "differing": [_differing(one, found, more.revealed, sides) for one in found.proposals],
        "parts": parts, "map": _map(found), "pictures": _pictures(found, more.revealed), "more": more,
        "errors": more.errors, "assigns": _assigns(found, account),
        "has_masked": bool(found.masked), "alike": [row_of(one, found.ledger) for one in found.alike],
        "place": " / ".join(territory.short_name(one.name) for one in territory.chain(found.entry.area.code)[-3:]),
        "done": [_done(one) for one in duties.of_entry(account=account, entry=found.entry.pk, now=now)],
        "cases_here": cases_at(account, found.entry, now),
        "hazards": duties.hazards(account=account, now=now, entry=found.entry.pk),
        "children": [one for one in known.values() if one.register.part_of == found.entry.register],
    }  # fmt: skip
    return render(request, "desk/registers/entry.html", shown, status=status)


def _assigns(found: EntryPage, account: Account) -> bool:
    """Say whether the reader supervises the care case: who does gives it to others."""
    role = CareAssignment.Role.SUPERVISOR
    return any(one.account_id == account.pk and one.role == role for one in found.assigned)


class _Sides:
    """How sides and people of an entry are called."""

    def __init__(self, found: EntryPage) -> None:
        scheme = found.ledger.scheme
        self._posts = {key: wording.say(one.title) for key, one in scheme.posts.items()}
        self._offices = {key: wording.say(one.title) for key, one in scheme.departments.items()}
        ids = {one.actor for one in found.changes} | {one.actor for one in found.proposals}
        self._names = people.names({UUID(one) for one in ids if _is_id(one)})

    def side(self, key: str) -> str:
        if key == "office":
            return gettext("the office")
        if key.startswith("department:"):
            code = key.removeprefix("department:")
            return self._offices.get(code, code)
        return self._posts.get(key, key)

    def who(self, actor: str) -> str:
        return self._names.get(actor, "") if actor else gettext("the system")


def _done(one: Activity) -> tuple[str, datetime, str]:
    """Return what an activity was, when it began and who did it."""
    planned = plans.of_version(one.scheme_version_id, one.duty)
    return wording.say(planned.duty.title) if planned else one.kind, one.began, one.account.name


def _is_id(said: str) -> bool:
    try:
        UUID(said)
    except ValueError:
        return False
    return True


def _groups(found: EntryPage, revealed: Mapping[str, Any], sides: _Sides) -> list[tuple[str, list[Line]]]:
    """Return the fields as the form groups them; blank ones are left out."""
    groups: list[tuple[str, list[Line]]] = [("", [])]
    for one in found.form.fields:
        if one.kind == "group":
            lines = [line for inner in one.fields if (line := _line(inner, found, revealed, sides))]
            groups.append((wording.say(one.title), lines))
        elif line := _line(one, found, revealed, sides):
            groups[0][1].append(line)
    return [(title, lines) for title, lines in groups if lines]


def _line(one: Field, found: EntryPage, revealed: Mapping[str, Any], sides: _Sides) -> Line | None:
    title = wording.say(one.title)
    side = sides.side(found.entry.sides.get(one.id, ""))
    if one.id in found.masked and one.id not in revealed:
        return Line(title, found.masked[one.id], masked=True, side=side)
    value = revealed.get(one.id, found.plain.get(one.id))
    if value in (None, "", [], {}) or one.kind == "photos" or one.id == found.ledger.register.place:
        return None  # the map shows the place
    if one.kind == "repeat" and isinstance(value, list):
        return Line(title, rows=tuple(_round(one, each) for each in value), side=side)
    href = reverse("web:desk_entry", args=[one.register, value]) if one.kind == "entry" and one.register else ""
    return Line(title, _words(one, value), side=side, href=href)


def _round(one: Field, values: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(values, Mapping):
        return ()
    return tuple(
        (wording.say(inner.title), _words(inner, values.get(inner.id)))
        for inner in one.fields
        if values.get(inner.id) not in (None, "", [])
    )


def _words(one: Field, value: Any) -> str:
    words = said(one, value, get_language() or "zh-hans")
    unit = wording.say(one.unit)
    return f"{words} {unit}".strip() if words else ""


def _item(change: EntryChange, found: EntryPage, sides: _Sides) -> StoryItem:
    titles = {
        Kind.OPEN: gettext("Written down"), Kind.CHANGE: gettext("Changed"), Kind.PROPOSE: gettext("Differs"),
        Kind.ACCEPT: gettext("Taken over"), Kind.REFUSE: gettext("Not taken over"), Kind.MOVE: gettext("Moved"),
        Kind.END: gettext("Ended"), Kind.REOPEN: gettext("Reopened"), Kind.MERGE: gettext("Merged with"),
        Kind.ATTACH: gettext("Files"), Kind.UNDO: gettext("Import taken back"), Kind.ASSIGN: gettext("Assigned anew"),
        Kind.ERASE: gettext("Erased"),
    }  # fmt: skip
    who = " · ".join(part for part in (sides.side(change.side), sides.who(change.actor)) if part)
    if change.batch_id:
        who += " · " + gettext("import %(n)s") % {"n": change.batch_id}
    facts = list(_facts(change.fields, found)) if change.kind != Kind.OPEN else []
    if change.sealed and change.kind != Kind.OPEN:
        facts.append((gettext("masked fields"), gettext("changed too; shown with a reason")))
    return StoryItem(
        icon=_ICONS[Kind(change.kind)], title=str(titles[Kind(change.kind)]), at=change.at, who=who, say=change.note,
        facts=tuple(facts),
    )  # fmt: skip


def _facts(pairs: Mapping[str, Any], found: EntryPage) -> Iterable[tuple[str, str]]:
    known = found.form.by_id
    for key, (before, after) in pairs.items():
        if key == "files":
            continue
        one = known.get(key)
        title = wording.say(one.title) if one else gettext("Area") if key == "area" else key
        old, new = (_words(one, each) if one else str(each or "") for each in (before, after))
        yield title, f"{old} → {new}" if old else new


def _differing(one: Proposal, found: EntryPage, revealed: Mapping[str, Any], sides: _Sides) -> Differing:
    spec = found.form.by_id.get(one.field)
    title = wording.say(spec.title) if spec else one.field
    proposed = one.plain[1] if one.plain else revealed.get(f"proposal:{one.pk}", "••••")
    current = revealed.get(one.field, found.plain.get(one.field, found.masked.get(one.field, "")))
    said_now, said_new = ((_words(spec, each) if spec else str(each)) for each in (current, proposed))
    owner = sides.side(found.entry.sides.get(one.field, ""))
    return Differing(one, title, said_now, said_new, sides.who(one.actor), sides.side(one.side), owner)


def _map(found: EntryPage) -> MapView | None:
    entry = found.entry
    return view_of(
        entry.area, entry.lon, entry.lat, gettext("Map of the place; the address and the area stand below it.")
    )


def _pictures(found: EntryPage, revealed: Mapping[str, Any]) -> list[Picture]:
    """Return the photos and documents; of sensitive fields only once shown for a reason."""
    hidden = sensitive_ids(found.form)
    return [
        Picture(
            address := reverse("web:desk_entry_file", args=[found.entry.register, found.entry.code, one.pk]),
            f"{address}?small",
            one.file.name,
        )
        for one in found.files
        if one.field not in hidden or one.field in revealed
    ]
