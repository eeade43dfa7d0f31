"""Who covers what at an instant: every seat that the plan wants at every place, who holds it, and where nobody does."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from gezhi.people import access, spans
from gezhi.people.models import Appointment, Department, Post
from gezhi.people.operations.posts import IN_DEPARTMENTS
from gezhi.territory import queries as territory

SOON = timedelta(days=30)
# From so many seats on, one person can hardly fill them all.
MANY_SEATS = 3
EMPTY, ENDING, CROWDED, MANY = "empty", "ending", "crowded", "many"


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody at a seat."""

    pk: UUID
    account: UUID
    name: str
    stand_in: bool
    until: datetime | None
    ending: bool


@dataclass(slots=True)
class Seat:
    """A post at a place, and who is there."""

    post: str
    title: str
    seats: int | None
    held: list[Held] = field(default_factory=list)

    @property
    def holders(self) -> list[Held]:
        """Who holds it in their own right."""
        return [one for one in self.held if not one.stand_in]

    @property
    def stand_ins(self) -> list[Held]:
        """Who stands in."""
        return [one for one in self.held if one.stand_in]

    @property
    def empty(self) -> bool:
        """Whether nobody holds it; a stand-in does not fill a seat, but somebody is there."""
        return not self.holders

    @property
    def crowded(self) -> bool:
        """Whether more people hold it than it has seats."""
        return self.seats is not None and len(self.holders) > self.seats

    @property
    def ending(self) -> bool:
        """Whether its last holder's time ends soon."""
        return bool(self.holders) and all(one.ending for one in self.holders)


@dataclass(slots=True)
class Place:
    """An area or a department with its seats."""

    code: str
    name: str
    path: str
    level: str
    seats: list[Seat]
    department: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the office should look at: an empty seat, one that empties soon, too many at one."""

    kind: str
    place: Place
    seat: Seat


@dataclass(frozen=True, slots=True)
class Loaded:
    """Somebody who holds many seats at once."""

    account: UUID
    name: str
    seats: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Board:
    """All places of some ground with their seats, by level from the top down."""

    places: list[Place]
    loaded: list[Loaded]

    def gaps(self, kind: str) -> list[Gap]:
        """Return the gaps of a kind, place by place."""
        return [Gap(kind, place, seat) for place in self.places for seat in place.seats if _is(kind, seat)]

    def of_level(self, level: str) -> list[Place]:
        """Return the places of a level."""
        return [place for place in self.places if place.level == level]


def _is(kind: str, seat: Seat) -> bool:
    if kind == EMPTY:
        return seat.empty
    return seat.ending if kind == ENDING else seat.crowded


def board(at: datetime, language: str, path: str = "") -> Board:
    """Return who covers what at an instant: below a path, or everywhere with the departments. Five queries."""
    on = spans.day_of(at)
    posts: dict[str, list[Post]] = {}
    for post in access.posts_in_force(on):
        known = posts.setdefault(post.level, [])
        if all(one.post != post.post for one in known):
            known.append(post)
    places: dict[UUID, Place] = {}
    rows = territory.subtree(path, on) if path else territory.areas(on)
    levelled = rows.filter(level__in=posts).order_by("path")
    for pk, code, name, level, own in levelled.values_list("pk", "code", "name", "level", "path"):
        places[pk] = Place(code, name, own, level, _seats(posts[level], language))
    if not path and IN_DEPARTMENTS in posts:
        for department in Department.objects.order_by("level", "code"):
            seats = _seats(posts[IN_DEPARTMENTS], language)
            title = department.say(language)
            places[department.pk] = Place(department.code, title, "", IN_DEPARTMENTS, seats, department=True)
    held = Appointment.objects.filter(access.in_force(at), account__is_active=True)
    if path:
        held = held.filter(area__path__startswith=path)
    loads = _take_seats(held.select_related("account").order_by("since"), places, at)
    ordered = sorted(places.values(), key=lambda one: (one.department, one.path.count("/"), one.path, one.code))
    return Board(ordered, loads)


def _seats(posts: Iterable[Post], language: str) -> list[Seat]:
    return [Seat(post.post, post.say(language), post.seats) for post in posts]


def _take_seats(held: Iterable[Appointment], places: dict[UUID, Place], at: datetime) -> list[Loaded]:
    loads: dict[UUID, tuple[str, list[tuple[str, str]]]] = {}
    for row in held:
        place = places.get(row.area_id or row.department_id)  # type: ignore[arg-type]
        seat = next((one for one in place.seats if one.post == row.post), None) if place else None
        if place is None or seat is None:
            continue
        ending = row.until is not None and row.until <= at + SOON
        seat.held.append(Held(row.pk, row.account_id, row.account.name, row.stand_in, row.until, ending))
        if not row.stand_in:
            loads.setdefault(row.account_id, (row.account.name, []))[1].append((place.name, seat.title))
    many = [Loaded(pk, name, tuple(seats)) for pk, (name, seats) in loads.items() if len(seats) >= MANY_SEATS]
    return sorted(many, key=lambda one: (-len(one.seats), one.name))
