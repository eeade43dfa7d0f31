"""How a desk is called on a page: the post with its area, the department, the person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext

from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import Desk
from gezhi.territory import queries as territory
from gezhi.web import wording


@dataclass(frozen=True, slots=True)
class Called:
    """A desk's name, the place it belongs to, and who acts for it now."""

    title: str
    place: str = ""
    people: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Place and title in one: 第3网格 网格员."""
        return f"{self.place} {self.title}".strip()


def parse(key: str) -> Desk:
    """Return the desk that a key names: `grid_worker@5111…`, `department:water`, `person:…`, `reporter`."""
    post, _, area = key.partition("@")
    if area:
        return Desk("post", post, area)
    kind, _, rest = key.partition(":")
    if kind in ("department", "person"):
        return Desk(kind, rest)  # type: ignore[arg-type]
    return Desk(kind) if kind in ("reporter", "system") else Desk("post", key)  # type: ignore[arg-type]


def called(desks: Iterable[Desk], scheme: Scheme, now: datetime, *, with_people: bool = False) -> dict[str, Called]:
    """Return desk key → how it is called. One query for areas, one for persons, one more per desk `with_people`."""
    wanted = list(desks)
    on = timezone.localdate(now)
    codes = {desk.area for desk in wanted if desk.area}
    places = {area.code: area for area in territory.areas(on).filter(code__in=codes)} if codes else {}
    ids = {desk.id for desk in wanted if desk.kind == "person" and desk.id}
    names = {str(account.pk): account.name for account in Account.objects.filter(pk__in=ids)} if ids else {}
    return {
        desk.key: Called(
            title=_title(desk, scheme, names),
            place=territory.short_name(places[desk.area].name) if desk.area in places else "",
            people=_people(desk, now) if with_people else (),
        )
        for desk in wanted
    }


def _title(desk: Desk, scheme: Scheme, names: dict[str, str]) -> str:
    if desk.kind == "post":
        post = scheme.posts.get(desk.id)
        return wording.say(post.title) if post else desk.id
    if desk.kind == "department":
        department = scheme.departments.get(desk.id)
        return wording.say(department.title) if department else desk.id
    if desk.kind == "person":
        return names.get(desk.id, gettext("a member of staff"))
    return gettext("the reporter") if desk.kind == "reporter" else gettext("the system")


def _people(desk: Desk, now: datetime) -> tuple[str, ...]:
    if desk.kind not in ("post", "department"):
        return ()
    return tuple(account.name for account in people.holders([desk], now))
