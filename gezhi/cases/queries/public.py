"""What everybody may read of cases, as far as the plan publishes it: results, their sums, and what a follower sees.

Nobody's name, no address, no text that anybody wrote, nothing of complaints about staff or of confidential matters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from gezhi.cases import number as numbers
from gezhi.cases.access import CaseRows
from gezhi.cases.models import Case, CaseEvent, CaseFile, Follow
from gezhi.cases.operations.intake import tidy_code
from gezhi.cases.operations.projection import load_state
from gezhi.cases.queries.names import names_for
from gezhi.cases.queries.paging import Page, cursor_of, read_cursor
from gezhi.cases.queries.story import Entry, desks_in, public_story
from gezhi.enactment import queries as enactment
from gezhi.foundation import crypto
from gezhi.foundation.models import StoredFile
from gezhi.people import spans
from gezhi.people.models import Account
from gezhi.schemes import engine
from gezhi.schemes.disclosure import Disclosure, disclosure, is_kept_back
from gezhi.schemes.lookback import look_back
from gezhi.schemes.model import Procedure, Scheme
from gezhi.schemes.state import REPORTER, CaseState, Clock, Light

PAGE = 20
PHOTOS_EACH = 4
PERIOD = timedelta(days=30)
# Photos of public actions. What the reporter sent, and what came with words to the reporter, is between the two; and a
# document has words and names in it.
_OF_THE_WORK = (
    Q(public=True, withdrawn_at=None, file__kind=StoredFile.Kind.PHOTO) & ~Q(desk_key=REPORTER.key) & ~Q(role="comment")
)


@dataclass(frozen=True, slots=True)
class Result:
    """A closed case as it is published. `work_seconds` is the offices' working time; `again`: it was handled twice."""

    item: str
    area: str
    area_path: str
    opened_at: datetime
    closed_at: datetime
    in_time: bool | None
    worked: bool
    again: bool
    clock: Clock | None
    work_seconds: int
    outcome: str
    scheme: Scheme
    photos: tuple[CaseFile, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The district in numbers. On time is `in_time` of all that was due: closed in time, closed late, still late."""

    green: int
    yellow: int
    red: int
    paused: int
    in_time: int
    late: int
    still_late: int
    closed: int
    unworked: int
    days: int

    @property
    def due(self) -> int:
        """What was due in the period: the honest denominator."""
        return self.in_time + self.late + self.still_late


@dataclass(frozen=True, slots=True)
class Followed:
    """A case as somebody else who follows it sees it."""

    number: str
    item: str
    area: str
    opened_at: datetime
    closed_at: datetime | None
    in_time: bool | None
    step: str
    office: str
    clock: Clock | None
    light: Light
    story: tuple[Entry, ...]
    photos: tuple[CaseFile, ...]
    scheme: Scheme
    procedure: str


def results(
    *, schemes: Sequence[Scheme], area: str = "", items: Sequence[str] = (), cursor: str = "", size: int = PAGE,
    language: str = "zh-hans",
) -> Page[Result]:  # fmt: skip
    """Return closed cases of which something is published, newest first: below an area's path, of some items.

    Two queries for a page. Raises `BadInput` for a cursor that nobody gave out.
    """
    rows = _published(schemes, items).filter(area_path__startswith=area)
    if cursor:
        at, pk = read_cursor(cursor)
        rows = rows.filter(Q(closed_at__lt=at) | Q(closed_at=at, pk__lt=pk))
    columns = ("id", "item", "state", "opened_at", "closed_at", "in_time", "outcome", "scheme", "scheme_version_id")
    rows = rows.select_related("area").only(*columns, "area_path", "area__name", "procedure")
    found = list(rows.order_by("-closed_at", "-pk")[: size + 1])
    more = len(found) > size
    last = found[: size or 1][-1] if found else None
    shown = [case for case in found[:size] if _disclosed(case) is not Disclosure.NOTHING]
    photos = _photos(shown)
    return Page(
        tuple(_result(case, photos.get(case.pk, ()), language) for case in shown),
        cursor_of(last.closed_at, last.pk) if more and last else "",
    )


def numbers_now(*, now: datetime, area: str = "") -> Numbers:
    """Return the district's (or an area's) numbers: lights of all open cases, and how the last days went.

    The district's count everything. An area's leave out complaints about staff and confidential matters: where few
    things happen, a sum that goes up by one tells the neighbours.
    """
    rows = Case.objects.unscoped(reason="sums only").filter(merged_into=None, area_path__startswith=area)
    if area:
        rows = rows.filter(about_keys=[]).exclude(_kept_back(now))
    running, late = Q(paused=False), Q(case_due__lt=now)
    soon = Q(case_warn__lte=now) & ~late
    lights = rows.filter(closed_at=None).aggregate(
        n_all=Count("pk"),
        n_red=Count("pk", filter=running & late),
        n_yellow=Count("pk", filter=running & soon),
        n_paused=Count("pk", filter=Q(paused=True)),
    )
    closed = rows.filter(closed_at__gte=now - PERIOD).aggregate(
        n_all=Count("pk"),
        n_in_time=Count("pk", filter=Q(in_time=True)),
        n_late=Count("pk", filter=Q(in_time=False)),
        n_unworked=Count("pk", filter=Q(state__doer_desk__isnull=True)),
    )
    return Numbers(
        green=lights["n_all"] - lights["n_red"] - lights["n_yellow"] - lights["n_paused"],
        yellow=lights["n_yellow"], red=lights["n_red"], paused=lights["n_paused"],
        in_time=closed["n_in_time"], late=closed["n_late"], still_late=lights["n_red"],
        closed=closed["n_all"], unworked=closed["n_unworked"], days=PERIOD.days,
    )  # fmt: skip


def _kept_back(now: datetime) -> Q:
    """Return what the plans in force keep from everybody but those who work on it."""
    kept = Q(pk__in=[])
    for _, scheme in enactment.all_in_force(spans.day_of(now)):
        kept |= Q(scheme=scheme.id, item__in=[one for one in scheme.items if is_kept_back(scheme, one)])
    return kept


def most_reported(*, now: datetime, most: int = 40) -> tuple[tuple[str, str], ...]:
    """Return what is reported most of late, as (scheme, item): one query over the newest ids."""
    rows = Case.objects.unscoped(reason="sums only").filter(pk__gte=_first_id(now - 3 * PERIOD))
    sums = rows.order_by().values_list("scheme", "item").annotate(times=Count("pk")).order_by("-times", "item")
    return tuple((scheme, item) for scheme, item, _times in sums[:most])


def _first_id(at: datetime) -> UUID:
    """Return the lowest id that a case of that moment can have: ids begin with the milliseconds."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def published_photo(file: UUID) -> CaseFile | None:
    """Return a photo that everybody may see: of a public action, on a closed case whose photos the plan publishes."""
    row = CaseFile.objects.filter(_OF_THE_WORK, pk=file).first()
    if row is None:
        return None
    case = Case.objects.unscoped(reason="the plan says whether its photos are public").get(pk=row.case_id)
    if case.closed_at is None or case.about_keys or _disclosed(case) is not Disclosure.PHOTOS:
        return None
    return row


def followed(
    *, number: str, secret: str = "", account: Account | None = None, now: datetime, language: str = "zh-hans"
) -> Followed | None:
    """Return the case that somebody follows, by the follower's code or account; None for everybody else."""
    tidied = numbers.tidy(number)
    mine = _follows(secret, account)
    if tidied is None or mine is None:
        return None
    rows = Case.objects.unscoped(reason="a follower sees what the plan publishes of it")
    case = rows.filter(number=tidied, follows__in=mine).select_related("area", "merged_into__area").first()
    if case is None:
        return None
    # a case may be given another item, or be joined with one that is nobody else's business
    lead = case.merged_into or case
    if any(one.about_keys or _disclosed(one) is Disclosure.NOTHING for one in (case, lead)):
        return None
    return _followed(case, lead, now, language)


def followed_by(*, account: Account, most: int = 10) -> tuple[str, ...]:
    """Return the numbers of the cases that a resident follows, newest first."""
    rows = Follow.objects.filter(account=account).order_by("-at").values_list("case__number", flat=True)
    return tuple(rows[:most])


def _follows(secret: str, account: Account | None) -> QuerySet[Follow] | None:
    if code := tidy_code(secret):
        return Follow.objects.filter(secret_hash=crypto.hash_secret(code))
    return Follow.objects.filter(account=account) if account is not None else None


def _published(schemes: Sequence[Scheme], items: Sequence[str]) -> CaseRows:
    kept = Q(pk__in=[])
    for scheme in schemes:
        open_to_all = [one for one in scheme.items if disclosure(scheme, one) is not Disclosure.NOTHING]
        kept |= Q(scheme=scheme.id, item__in=[one for one in open_to_all if one in items] if items else open_to_all)
    rows = Case.objects.unscoped(reason="what the plan publishes of closed cases")
    return rows.filter(kept, closed_at__isnull=False, merged_into=None, about_keys=[], area__isnull=False)


def _disclosed(case: Case) -> Disclosure:
    """Return what is published by the version that the case is pinned to."""
    return disclosure(enactment.scheme(case.scheme_version_id), case.item)


def _photos(cases: Sequence[Case]) -> dict[UUID, tuple[CaseFile, ...]]:
    """Return the public photos of those cases whose items publish them, a few each: one query, or none."""
    wanted = [case.pk for case in cases if _disclosed(case) is Disclosure.PHOTOS]
    if not wanted:
        return {}
    rows = CaseFile.objects.filter(_OF_THE_WORK, case__in=wanted)
    rows = rows.annotate(nth=Window(RowNumber(), partition_by=F("case"), order_by=F("at").asc()))
    found: dict[UUID, list[CaseFile]] = {}
    for row in rows.filter(nth__lte=PHOTOS_EACH).select_related("file"):
        found.setdefault(row.case_id, []).append(row)
    return {pk: tuple(some) for pk, some in found.items()}


def _result(case: Case, photos: tuple[CaseFile, ...], language: str) -> Result:
    scheme, state = enactment.scheme(case.scheme_version_id), load_state(case.state)
    closed = case.closed_at or case.opened_at
    return Result(
        item=scheme.items[case.item].title.say(language),
        area=case.area.name if case.area else "",
        area_path=case.area_path,
        opened_at=case.opened_at,
        closed_at=closed,
        in_time=case.in_time,
        worked=state.doer_desk is not None,
        again=_was_redone(scheme.procedures[state.procedure], state),
        clock=state.clock("case"),
        work_seconds=sum(row.work_seconds for row in look_back(scheme, state, closed) if row.hold.desk != REPORTER),
        outcome=_ending(scheme, state, language),
        scheme=scheme,
        photos=photos,
    )


def _was_redone(procedure: Procedure, state: CaseState) -> bool:
    """Say whether the reporter sent it back to whoever did the work."""
    waits = {step.id for step in procedure.steps.values() if any(one.value == REPORTER.key for one in step.holder)}
    return any(
        state.counts.get(one.id, 0)
        and any(way.value == "doer" for step, ways in one.ways.items() if step in waits for way in ways)
        for one in procedure.actions.values()
    )


def _ending(scheme: Scheme, state: CaseState, language: str) -> str:
    """Return the words of the action that ended it, by the outcome that it left."""
    actions = scheme.procedures[state.procedure].actions.values()
    return next((one.title.say(language) for one in actions if one.outcome and one.outcome == state.outcome), "")


def _followed(case: Case, lead: Case, now: datetime, language: str) -> Followed:
    scheme, state = enactment.scheme(lead.scheme_version_id), load_state(lead.state)
    log = list(CaseEvent.objects.filter(case_id=lead.pk).order_by("seq"))
    names = names_for(scheme, language, desks_in(log) | {hold.desk for hold in state.holds}, ())
    photos = _photos([lead]).get(lead.pk, ()) if lead.closed_at else ()
    clock = state.clock("case") or state.clock("step")
    step = scheme.procedures[state.procedure].steps.get(state.step)
    return Followed(
        number=case.number,
        item=scheme.items[state.item].title.say(language),
        area=case.area.name if case.area else "",
        opened_at=case.opened_at,
        closed_at=lead.closed_at,
        in_time=state.in_time,
        step=step.title.say(language) if step else "",
        office=names.office(state.desk) if state.desk else "",
        clock=clock,
        light=Light.DONE if lead.closed_at else engine.light(clock, now) if clock else Light.GREEN,
        story=_neutral(public_story(scheme, names, log, (), (), own=False)),
        photos=photos,
        scheme=scheme,
        procedure=state.procedure,
    )


def _neutral(story: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return a story without anybody's words: what was done, by which office, when."""
    return tuple(replace(one, words={}, text="", files=()) for one in story if one.kind != "comment")
