"""Who decides what excuses somebody: the post that the plan names for the holder's post, else the superior.

A post that nobody holds (or only the person concerned) passes it to the next above; where the plan names none, or
nobody is there up the line, nobody decides: then the check of the plan and the page of coverage say so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from gezhi.enactment import queries as enactment
from gezhi.people.access import in_force
from gezhi.people.models import Account, Appointment
from gezhi.schemes.model import Scheme


@dataclass(frozen=True, slots=True)
class Excusers:
    """The posts held at an instant, and the plans in force: enough to say who decides on whom."""

    schemes: tuple[Scheme, ...]
    # Of each person the own posts with the paths of their areas; of each post and place who acts there.
    by_person: dict[UUID, list[tuple[str, str]]]
    by_place: dict[tuple[str, str], set[UUID]]

    def of(self, account: UUID, path: str, posts: Iterable[str] = (), *, scheme: str = "") -> set[UUID]:
        """Return who decides on somebody's excuse at a place, for the posts named or all that the person holds there.

        By one `scheme`, where it is about a duty of that one; an absence concerns all in force. Never the person
        concerned.
        """
        wanted = set(posts)
        own = {post for post, at in self.by_person.get(account, ()) if path.startswith(at)}
        mine = (own & wanted if wanted else own) or wanted
        asked = [one for one in self.schemes if scheme in ("", one.id)]
        return {who for one in asked for post in mine for who in self._up(one, post, account, path)}

    def _up(self, scheme: Scheme, post: str, account: UUID, path: str) -> set[UUID]:
        for above in _line(scheme, post):
            there = set().union(*(self.by_place.get((above, at), set()) for at in _above(path))) - {account}
            if there:
                return there
        return set()


def _above(path: str) -> list[str]:
    """Return the paths of the areas that a place lies in, its own among them."""
    return [path[: at + 1] for at, sign in enumerate(path) if sign == "/"]


def _line(scheme: Scheme, post: str) -> Iterator[str]:
    """Yield the posts that decide on a post's holders: the one named or the superior, then those above it."""
    known = scheme.posts.get(post)
    first = known.excuser if known else ""
    if first:
        yield first
        yield from scheme.above.get(first, ())


def excusers(now: datetime) -> Excusers:
    """Return who decides on whom at an instant: two statements, however many people there are."""
    schemes = tuple(scheme for _version, scheme in enactment.all_in_force(timezone.localdate(now)))
    rows = Appointment.objects.filter(in_force(now), area__isnull=False, account__is_active=True)
    found = Excusers(schemes, {}, {})
    for post, path, who, stand_in in rows.values_list("post", "area__path", "account", "stand_in"):
        found.by_place.setdefault((post, path or ""), set()).add(who)
        if not stand_in:
            found.by_person.setdefault(who, []).append((post, path or ""))
    return found


def excuses(actor: Account, account: Account, now: datetime, known: Excusers | None = None) -> bool:
    """Say whether somebody decides on another's absences: at any of the places where the other holds a post."""
    found = known or excusers(now)
    places = {path for _post, path in found.by_person.get(account.pk, ())}
    return any(actor.pk in found.of(account.pk, path) for path in places)
