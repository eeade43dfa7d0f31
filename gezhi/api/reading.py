"""Reading cases and the catalogue, by the same predicate as the pages."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.api.doors import Call, door
from gezhi.api.faults import ApiError, answer
from gezhi.api.shapes import CasePage, CaseRow, CaseWhole, Catalogue, CatalogueItem, Clock, Entry, Offer
from gezhi.cases import number as numbers
from gezhi.cases.access import CaseRows
from gezhi.cases.errors import NotFound
from gezhi.cases.models import Case, CaseEvent
from gezhi.cases.operations.log import RECORD
from gezhi.cases.operations.projection import load_state
from gezhi.cases.operations.report import plain
from gezhi.enactment import queries as enactment
from gezhi.people.access import desks_of
from gezhi.schemes import engine
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import REPORTER, CaseState, Desk

PAGE = 100
_FILTERS = frozenset({"status", "item", "step", "channel", "area", "updated_since", "limit", "after"})


@door("cases:read")
def get_case(call: Call, number: str) -> HttpResponse:
    """Answer one case with its clocks, log and open actions; 404 alike for what is not there and what is not seen."""
    tidied = numbers.tidy(number)
    case = (
        Case.objects.visible_to(call.account, now=call.now).select_related("area").filter(number=tidied).first()
        if tidied
        else None
    )
    if case is None:
        raise NotFound
    scheme, state = enactment.scheme(case.scheme_version_id), load_state(case.state)
    log = CaseEvent.objects.filter(case_id=case.pk).exclude(kind=RECORD).order_by("seq")
    whole = CaseWhole(
        case=_row(case),
        text=case.text,
        scheme=case.scheme,
        scheme_version=scheme.version,
        clocks=_clocks(state, call.now),
        log=tuple(Entry(entry.action, entry.desk_key, entry.at) for entry in log),
        actions=_offers(scheme, state, _desks(call, case), call.now),
    )
    return answer(whole)


@door("cases:read")
def get_cases(call: Call) -> HttpResponse:
    """Answer a page of cases, newest first, filtered by status, item, step, channel, area or updated_since."""
    asked = call.request.GET
    if unknown := sorted(set(asked) - _FILTERS):
        raise ApiError(
            422, "bad_input", _("There is no filter “%(name)s”.") % {"name": unknown[0][:40]}, field=unknown[0][:40]
        )
    wanted = {name: plain(value) for name, value in asked.dict().items()}
    rows = _filtered(Case.objects.visible_to(call.account, now=call.now), wanted)
    limit = limit_of(asked.get("limit", ""))
    if after := asked.get("after", ""):
        rows = rows.filter(pk__lt=cursor_of(after))
    page = list(rows.select_related("area").defer("state", "text", "contact").order_by("-pk")[: limit + 1])
    more = str(page[limit - 1].pk) if len(page) > limit else ""
    return answer(CasePage(tuple(_row(case) for case in page[:limit]), more))


@door("cases:read")
def get_catalogue(call: Call) -> HttpResponse:
    """Answer what can be reported by the plans in force today."""
    language = get_language() or "zh-hans"
    items = [
        CatalogueItem(scheme.id, item.id, item.title.say(language), item.parent, item.procedure, item.department)
        for _version, scheme in enactment.all_in_force(timezone.localdate(call.now))
        for item in scheme.items.values()
        if item.procedure
    ]
    return answer(Catalogue(tuple(items)))


def _filtered(rows: CaseRows, asked: dict[str, str]) -> CaseRows:
    status = asked.get("status", "")
    if status not in {"", "open", "closed"}:
        raise ApiError(422, "bad_input", _("status is open or closed."), field="status")
    if status:
        rows = rows.filter(closed_at__isnull=status == "open")
    for name in ("item", "step", "channel"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if asked.get("area"):
        rows = rows.filter(area_path__contains=f"{asked['area']}/")
    if asked.get("updated_since"):
        rows = rows.filter(changed_at__gte=_instant(asked["updated_since"]))
    return rows


def _instant(raw: str) -> datetime:
    try:
        at = parse_datetime(raw.replace(" ", "+"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        words = _("Give the time with its offset from UTC, for example 2026-05-09T10:20:00+08:00.")
        raise ApiError(422, "bad_input", words, field="updated_since")
    return at


def limit_of(raw: str) -> int:
    """Return how many rows a page has; raise `ApiError` for what is no such number."""
    if not raw:
        return PAGE
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw) <= PAGE:
        words = _("limit is a whole number from 1 to %(most)s.") % {"most": PAGE}
        raise ApiError(422, "bad_input", words, field="limit")
    return int(raw)


def cursor_of(raw: str) -> UUID:
    """Return the key that a page goes on after; raise `ApiError` for what is none."""
    try:
        return UUID(raw)
    except ValueError:
        words = _("after is the value that “next” of the page before gave.")
        raise ApiError(422, "bad_input", words, field="after") from None


def _desks(call: Call, case: Case) -> tuple[Desk, ...]:
    mine = (REPORTER,) if case.reporter_id == call.account.pk else ()
    return (*desks_of(call.account, call.now), *mine)


def _row(case: Case) -> CaseRow:
    return CaseRow(
        number=case.number, title=case.title, item=case.item, channel=case.channel, urgency=case.urgency,
        step=case.step, holder=case.desk_key, opened_at=case.opened_at, changed_at=case.changed_at,
        step_due=case.step_due, case_due=case.case_due, closed_at=case.closed_at, in_time=case.in_time,
        outcome=case.outcome, paused=case.paused, area=case.area.code if case.area else "", lon=case.lon, lat=case.lat,
        address=case.address, version=case.version,
    )  # fmt: skip


def _clocks(state: CaseState, now: datetime) -> tuple[Clock, ...]:
    lights = engine.lights(state, now)
    return tuple(
        Clock(one.id, one.limit, lights[one.id], one.started, one.due, one.clause, one.provisional)
        for one in state.clocks
        if one.met_at is None and one.id in lights
    )


def _offers(scheme: Scheme, state: CaseState, desks: tuple[Desk, ...], now: datetime) -> tuple[Offer, ...]:
    if state.step not in scheme.procedures[state.procedure].steps:
        return ()
    return tuple(
        Offer(one.action, one.by.key, one.blocked, one.clause, one.part, one.proposal)
        for one in engine.choices(scheme, state, desks, now)
    )
