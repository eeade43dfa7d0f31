"""What stands around every page of the desk: who is here for which desks, and how much waits where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, F, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import get_language, gettext

from gezhi.cases import queries as cases
from gezhi.cases.access import views_of
from gezhi.cases.models import SavedView
from gezhi.duties import queries as duties
from gezhi.enactment import queries as enactment
from gezhi.notices import queries as notices
from gezhi.people import access
from gezhi.people.models import Account
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import Desk
from gezhi.territory import queries as territory
from gezhi.web import wording

_NAMES_KEPT_SECONDS = 60
# The columns of a saved view, empty in the rows that only count.
_NO_VIEW = {
    f"v_{name}": Value("", output_field=TextField()) for name in ("id", "name", "page", "query", "desk")
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnDesk:
    """One of the desks that the reader acts for."""

    key: str
    name: str
    stand_in: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a page. Counts stand beside the names of pages; None where the page is not for this reader."""

    desks: tuple[OwnDesk, ...]
    unread: int
    proposals: int
    sees_areas: bool
    sees_top: bool
    can_setup: bool
    views: tuple[SavedView, ...] = ()
    hazards: int = 0
    # whether a plan in force lists hazards at all
    lists_hazards: bool = False

    @property
    def who(self) -> str:
        """The reader's office, as the header says it."""
        return self.desks[0].name if self.desks else ""


def frame(account: Account, now: datetime, schemes: Sequence[Scheme] | None = None) -> Frame:
    """Return what the frame says to this reader: three counts in one query, and names that are asked for once a minute.

    `schemes` are those in force, where the page has them at hand.
    """
    reach = access.reach(account, now)
    numbers, views = _beside(account, now)
    return Frame(
        desks=own_desks(account, now, schemes),
        unread=numbers.get("unread", 0),
        proposals=numbers.get("waiting", 0),
        hazards=numbers.get("hazards", 0),
        lists_hazards=_lists_hazards(now, schemes),
        sees_areas=bool(reach.area_paths),
        sees_top=any(path.count("/") == 1 for path in reach.area_paths),
        can_setup=access.SETUP in reach.rights,
        views=views,
    )


def _beside(account: Account, now: datetime) -> tuple[dict[str, int], tuple[SavedView, ...]]:
    """Return how many messages are unread, proposals wait and hazards are listed, and the reader's views: one query."""
    counted = {
        "unread": notices.inbox(account, unread_only=True).order_by(),
        "waiting": cases.proposals_for(account=account, now=now).order_by(),
        "hazards": duties.open_hazards(account=account, now=now).order_by(),
    }
    first, *others = (
        rows.annotate(what=Value(what))
        .values("what")
        .annotate(n=Count("pk"), **_NO_VIEW)
        .values_list("what", "n", *_NO_VIEW)
        for what, rows in counted.items()
    )
    kept = SavedView.objects.filter(views_of(account, now)).annotate(
        what=Value("view"), n=F("place"), v_id=Cast("pk", TextField()), v_name=F("name"), v_page=F("page"),
        v_query=F("query"), v_desk=F("desk_key"),
    )  # fmt: skip
    rows = list(first.union(*others, kept.values_list("what", "n", *_NO_VIEW), all=True))
    numbers = {row[0]: row[1] for row in rows}
    views = [
        SavedView(pk=UUID(row[2]), name=row[3], page=row[4], query=row[5], desk_key=row[6], place=row[1])
        for row in rows
        if row[0] == "view"
    ]
    views.sort(key=lambda view: (view.desk_key, view.place, view.pk))
    return numbers, tuple(views)


def _lists_hazards(now: datetime, schemes: Sequence[Scheme] | None) -> bool:
    """Say whether a plan in force has a step in which hazards are listed, asked for once a minute."""
    kept: bool | None = cache.get("desk.lists_hazards")
    if kept is None:
        plans = schemes or [scheme for _, scheme in enactment.all_in_force(timezone.localdate(now))]
        kept = any(step.listed for plan in plans for way in plan.procedures.values() for step in way.steps.values())
        cache.set("desk.lists_hazards", kept, _NAMES_KEPT_SECONDS)
    return kept


def own_desks(account: Account, now: datetime, schemes: Sequence[Scheme] | None = None) -> tuple[OwnDesk, ...]:
    """Return the posts and departments that the reader acts for, with their names."""
    held = [desk for desk in access.desks_of(account, now) if desk.kind != "person"]
    if not held:
        return ()
    keys = ",".join(desk.key for desk in held)
    kept = f"desk.names:{get_language()}:{account.pk}:{keys}"
    names: dict[str, str] | None = cache.get(kept)
    if names is None:
        known = schemes or [scheme for _, scheme in enactment.all_in_force(timezone.localdate(now))]
        names = _names(held, known, now)
        cache.set(kept, names, _NAMES_KEPT_SECONDS)
    stand_ins = {desk_key(grant) for grant in access.reach(account, now).grants if grant.stand_in}
    return tuple(OwnDesk(desk.key, names[desk.key], desk.key in stand_ins) for desk in held)


def desk_key(grant: access.Grant) -> str:
    """Return the key of the desk that an appointment gives."""
    return f"department:{grant.department}" if grant.department else Desk("post", grant.post, grant.area).key


def _names(desks: Sequence[Desk], schemes: Sequence[Scheme], now: datetime) -> dict[str, str]:
    codes = [desk.area for desk in desks if desk.area]
    areas = {
        area.code: territory.short_name(area.name)
        for area in territory.areas(timezone.localdate(now)).filter(code__in=codes)
    }
    return {desk.key: f"{areas.get(desk.area, '')} {_title(desk, schemes)}".strip() for desk in desks}


def _title(desk: Desk, schemes: Sequence[Scheme]) -> str:
    known = [scheme.departments if desk.kind == "department" else scheme.posts for scheme in schemes]
    found = next((offices[desk.id] for offices in known if desk.id in offices), None)
    if found is not None:
        return wording.say(found.title)
    return gettext("Department %(id)s") % {"id": desk.id} if desk.kind == "department" else desk.id
