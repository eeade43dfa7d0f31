"""From a finding to a case in one step: taken in like a report, settled at once where it was put right on the spot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.cases import operations as cases
from gezhi.cases import queries as case_queries
from gezhi.cases.errors import AskArea, CaseError
from gezhi.cases.operations.report import plain
from gezhi.duties.errors import BadInput
from gezhi.duties.models import Activity, ActivityFile, Finding, Way
from gezhi.enactment import queries as enactment
from gezhi.people.models import Account
from gezhi.schemes.model import Action, Question
from gezhi.schemes.state import Refused
from gezhi.schemes.text import Text

TEXT_LENGTH = 4000
KEY_LENGTH = 100
MOST = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A finding as it is sent in.

    `way` says what was done: handed on as a case, put right on the spot (`result` says how), or to be put right by
    `until` with `interim` measures. Without an item it stays in the record and makes no case. `answers` answer what
    the plan asks at the opening or of the act on the spot.
    """

    text: str
    item: str = ""
    way: str = "case"
    result: str = ""
    interim: str = ""
    until: date | None = None
    photos_before: tuple[UUID, ...] = ()
    photos_after: tuple[UUID, ...] = ()
    lon: float | None = None
    lat: float | None = None
    address: str = ""
    urgency: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)


def check(findings: Sequence[Found], *, photos: str, on: date) -> None:
    """Raise BadInput for findings that can't be kept; `photos` is what the duty asks of one put right on the spot."""
    if len(findings) > MOST:
        raise BadInput(_("At most %(most)s findings can come with one activity.") % {"most": MOST}, field="findings")
    for place, one in enumerate(findings, start=1):
        said = _wrong(one, photos, on)
        if said:
            raise BadInput(_("Finding %(n)s: %(why)s") % {"n": place, "why": said}, field=f"findings.{place - 1}")


def _wrong(one: Found, photos: str, on: date) -> str:
    if one.way not in Way.values:
        return _("say what was done about it: a case, put right on the spot, or within a limit.")
    if not plain(one.text) and not one.item:
        return _("say what was found, or choose it from the list.")
    if one.way == Way.SPOT:
        return _wrong_photos(one, photos)
    return _wrong_limit(one, on) if one.way == Way.LIMITED else ""


def _wrong_photos(one: Found, photos: str) -> str:
    if photos != "none" and not one.photos_after:
        return _("the plan wants a photo of how it is now, since it was put right on the spot.")
    if photos == "before_after" and not one.photos_before:
        return _("the plan wants a photo of how it was before it was put right.")
    return ""


def _wrong_limit(one: Found, on: date) -> str:
    if not plain(one.interim) or one.until is None:
        return _("say by when it is put right and what keeps people safe until then.")
    return _("the day by which it is put right lies in the past.") if one.until < on else ""


def keep(
    actor: Account, activity: Activity, findings: Sequence[Found], *, first: int, now: datetime, key: str = ""
) -> list[Finding]:
    """Write findings beside their activity and take in the cases that they become. Inside a transaction."""
    kept: list[Finding] = []
    for place, one in enumerate(findings, start=first):
        row = Finding(
            activity=activity, place=place, item=one.item, text=plain(one.text)[:TEXT_LENGTH], way=one.way,
            interim=plain(one.interim)[:TEXT_LENGTH], until=one.until, key=key[:KEY_LENGTH],
        )  # fmt: skip
        if one.item:
            _take_in(actor, activity, one, row, now)
        elif one.way == Way.LIMITED:
            row.trouble = _("No item was chosen, so no case watches whether it is put right by that day.")
        row.save(force_insert=True)
        kept.append(row)
    ActivityFile.objects.bulk_create(_files(activity, findings, first), ignore_conflicts=True)
    return kept


def _take_in(actor: Account, activity: Activity, found: Found, row: Finding, now: datetime) -> None:
    try:
        with transaction.atomic():
            opened = _open(actor, _report(activity, found, row), activity, now)
    except (CaseError, Refused) as error:
        row.trouble = _said(error)
        return
    row.case_id, row.number = opened.case_id, opened.number
    if found.way == Way.SPOT:
        row.trouble = _settle(actor, opened.number, found, now)
    elif found.way == Way.LIMITED:
        row.trouble = _limit(actor, opened.number, found, now)


def _open(actor: Account, report: cases.Report, activity: Activity, now: datetime) -> cases.Opened:
    try:
        with transaction.atomic():
            return cases.open_case(actor=actor, report=report, now=now)
    except AskArea:
        # Whoever was on the spot has said where: at the place of the activity.
        return cases.open_case(actor=actor, report=_at_area(report, activity), now=now)


def _at_area(report: cases.Report, activity: Activity) -> cases.Report:
    return msgspec.structs.replace(report, area=activity.area_path.rstrip("/").rsplit("/", 1)[-1])


def _report(activity: Activity, found: Found, row: Finding) -> cases.Report:
    lon, lat = (found.lon, found.lat) if found.lon is not None else (activity.lon, activity.lat)
    if "far" in activity.marks and found.lon is None:
        lon = lat = None
    interim = [_("Until %(day)s: %(interim)s") % {"day": row.until, "interim": row.interim}] if row.interim else []
    return cases.Report(
        client_key=f"activity:{activity.pk}:{row.place}", item=found.item, channel="field", scheme="",
        text="\n".join([row.text, *interim]), lon=lon, lat=lat, address=found.address, urgency=found.urgency,
        area="" if lon is not None else activity.area_path.rstrip("/").rsplit("/", 1)[-1],
        facts=found.answers if found.way != Way.SPOT else {}, files=found.photos_before,
        happened_at=min(activity.began, activity.recorded_at),
    )  # fmt: skip


def _limit(actor: Account, number: str, found: Found, now: datetime) -> str:
    """Set the date on the new case where the plan lets the finder do so; else the words stand in the report."""
    page = case_queries.case_page(account=actor, number=number, now=now)
    actions = page.scheme.procedures[page.state.procedure].actions
    free = [one for one in page.choices if _sets_a_date(actions[one.action]) and not one.blocked and not one.part]
    if not free or found.until is None:
        return ""
    asks = actions[free[0].action].asks
    words = {one.id: plain(found.interim) for one in asks if one.kind == "text" and one.required}
    days = {one.id: found.until.isoformat() for one in asks if one.kind == "date"}
    photos = {one.id: [str(each) for each in found.photos_before] for one in asks if one.kind == "photos"}
    try:
        with transaction.atomic():
            cases.act(
                actor=actor, number=number, action=free[0].action, desk=free[0].by, now=now,
                answers=words | days | {key: value for key, value in photos.items() if value},
            )  # fmt: skip
    except (CaseError, Refused) as error:
        return _said(error)
    return ""


def _sets_a_date(action: Action) -> bool:
    """Whether an action asks for a day, in words what holds until then, and for nothing else that must be said."""
    needed = [one.kind for one in action.asks if one.required]
    return not action.does_work and sorted(needed) == ["date", "text"]


def _settle(actor: Account, number: str, found: Found, now: datetime) -> str:
    """Do on the new case what the plan calls doing the work; return why not, if the plan does not let it be done so."""
    page = case_queries.case_page(account=actor, number=number, now=now)
    actions = page.scheme.procedures[page.state.procedure].actions
    free = [one for one in page.choices if actions[one.action].does_work and not one.blocked and not one.part]
    if not free:
        return _("The plan does not let this be settled on the spot; it goes its way as a case.")
    asks = actions[free[0].action].asks
    try:
        with transaction.atomic():
            cases.act(
                actor=actor,
                number=number,
                action=free[0].action,
                answers=_answers(asks, found),
                desk=free[0].by,
                now=now,
            )
    except (CaseError, Refused) as error:
        return _said(error)
    return ""


def _answers(asks: Sequence[Question], found: Found) -> dict[str, Any]:
    """Answer what the act asks from what was said of the finding: its words, its photos of before and after."""
    given: dict[str, Any] = dict(found.answers)
    shown = [one for one in asks if one.kind == "photos"]
    for one in asks:
        if one.id in given:
            continue
        if one.kind == "text":
            given[one.id] = plain(found.result) or plain(found.text)
        elif one.kind == "photos":
            before = len(shown) > 1 and one is shown[0]
            given[one.id] = [str(each) for each in (found.photos_before if before else found.photos_after)]
    return {name: value for name, value in given.items() if value not in ("", [])}


def _files(activity: Activity, findings: Sequence[Found], first: int) -> list[ActivityFile]:
    return [
        ActivityFile(activity=activity, file_id=photo, role=role, finding=place)
        for place, one in enumerate(findings, start=first)
        for role, photos in (("before", one.photos_before), ("after", one.photos_after))
        for photo in dict.fromkeys(photos)
    ]


def _said(error: CaseError | Refused) -> str:
    if isinstance(error, Refused):
        return Text(error.zh, error.en).say(get_language() or "zh-hans")
    return str(error)


def items_for(duty_items: Sequence[str], now: datetime) -> list[tuple[str, Text]]:
    """Return what can be found on a duty: the items that the plan lists for it, else none in particular."""
    wanted = set(duty_items)
    return [
        (item.id, item.title)
        for _version, scheme in enactment.all_in_force(timezone.localdate(now))
        for item in scheme.items.values()
        if item.procedure and (item.id in wanted or wanted & set(scheme.lineage(item.id)))
    ]
