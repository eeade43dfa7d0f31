"""Who may see and do what: it follows from the posts held now, by one predicate for lists and for single objects.

`standing` reads the appointments in force at `now` and what the schemes in force say of their posts (two queries, kept
on the account object for the same `now`, so once per request). From it come the desks that a person acts for
(`desks_of`) and how far the person sees (`reach`).

- A post at an area sees that area and everything below it; a post in a department sees the department's own matters;
  everybody sees their own.
- A right (`see_contact`, `supervise`, `setup` …) is what a scheme gives to a post. It counts where the post is held:
  in that area and below, or in that department. A scheme may name any right; the rooms above ask for theirs.
- An area's office answers for its area, so a scheme can't take that sight away. What must stay narrower (a care case)
  is narrowed by its own room.
"""

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gezhi.foundation.once import Once
from gezhi.people.models import Account, Appointment, Department, Post
from gezhi.schemes.state import Desk
from gezhi.territory.models import Area

# Rights that this room asks for.
SETUP = "setup"
# What the keeper of the installation may do without holding any post.
STEWARD_RIGHTS = frozenset({SETUP, "enact"})


# What the rights that rooms ask for are called in a refusal; a scheme's other rights go by their id.
RIGHT_TITLES = {
    SETUP: gettext_lazy("Set up people, areas and schemes"),
    "enact": gettext_lazy("Put schemes into force"),
    "see_contact": gettext_lazy("See contact details"),
    "supervise": gettext_lazy("Supervise cases"),
    "merge": gettext_lazy("Merge duplicate cases"),
    "insight": gettext_lazy("See figures"),
}


# A subquery that statements of their own may join: the appointment that `desks_of` puts first.
FIRST_HELD = f"""
select p.post, area.code as area, department.code as department
from {Appointment._meta.db_table} p
left join {Area._meta.db_table} area on area.id = p.area_id
left join {Department._meta.db_table} department on department.id = p.department_id
where p.account_id = {{account}} and p.since <= {{now}} and (p.until is null or p.until > {{now}})
order by p.since, p.id limit 1
"""  # noqa: S608  names of tables come from the models


class Denied(PermissionDenied):
    """Somebody may not do this; the message says what right is missing and who gives it. Pages answer 403."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One appointment in force: the post, where it counts (one of `path` and `department`), and its rights."""

    post: str
    path: str
    area: str
    department: str
    rights: frozenset[str]
    stand_in: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a person sees. The same data filters a list (as Q) and decides about a single object."""

    account_id: UUID | None
    area_paths: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    rights: frozenset[str] = frozenset()
    grants: tuple[Grant, ...] = ()

    @property
    def is_nobody(self) -> bool:
        """Whether this is somebody without an account."""
        return self.account_id is None

    def holds(self, right: str, *, path: str = "", departments: Iterable[str] = ()) -> bool:
        """Say whether a right counts at a place: an area's path, or any of the departments concerned.

        Without a place: whether the person has the right anywhere.
        """
        concerned = frozenset(departments)
        if not path and not concerned:
            return right in self.rights
        return any(
            right in grant.rights
            and ((grant.path and path.startswith(grant.path)) or (grant.department and grant.department in concerned))
            for grant in self.grants
        )

    def sees_area(self, path: str) -> bool:
        """Say whether an area lies in the person's own areas or below them."""
        return any(path.startswith(own) for own in self.area_paths)

    def q(self, *, path: str, department: str = "", owner: str = "") -> Q:
        """Return the predicate for rows: which field holds the area's path, the department's code, the account's id.

        `covers` answers the same for one object; a test keeps the two in step.
        """
        rows = Q(pk__in=[])
        for own in self.area_paths:
            rows |= Q(**{f"{path}__startswith": own})
        if department and self.departments:
            rows |= Q(**{f"{department}__in": self.departments})
        if owner and self.account_id is not None:
            rows |= Q(**{owner: self.account_id})
        return rows

    def covers(self, *, path: str, department: str = "", owner: UUID | None = None) -> bool:
        """Say whether one object is seen: it lies in an own area, belongs to an own department, or is one's own."""
        return (
            self.sees_area(path)
            or (department != "" and department in self.departments)
            or (owner is not None and owner == self.account_id)
        )


NOBODY = Reach(account_id=None)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is at one instant: the desks acted for, and the reach."""

    at: datetime
    desks: tuple[Desk, ...]
    reach: Reach


def standing(account: Account | None, now: datetime) -> Standing:
    """Return what the account is at `now`. None, an inactive account or a stranger has no desk and no reach."""
    if account is None or not account.pk or not account.is_active:
        return Standing(now, (), NOBODY)
    kept: Standing | None = getattr(account, "_standing", None)
    if kept is None or kept.at != now:
        kept = _stand(account, now)
        account._standing = kept  # type: ignore[attr-defined]
    return kept


def forget(account: Account) -> None:
    """Drop what was kept for the same instant, after an appointment of this account changed within it."""
    account.__dict__.pop("_standing", None)
    account.__dict__.pop("_first_desk", None)


def desks_of(account: Account | None, now: datetime) -> tuple[Desk, ...]:
    """Return the desks that the person acts for now: posts at areas, departments, and always the person."""
    return standing(account, now).desks


def first_desk(account: Account, now: datetime) -> Desk | None:
    """Return the first of `desks_of`: what an intake asks, and nothing else of standing. No query where it is noted."""
    noted: tuple[datetime, Desk] | None = getattr(account, "_first_desk", None)
    if noted is not None and noted[0] == now:
        return noted[1]
    return next(iter(desks_of(account, now)), None)


def note_first_desk(account: Account, now: datetime, desk: Desk) -> None:
    """Note for `first_desk` what `desk_held` made of a statement with `FIRST_HELD` in it."""
    account._first_desk = (now, desk)  # type: ignore[attr-defined]


def desk_held(account_id: UUID, *, post: str | None, area: str | None, department: str | None) -> Desk:
    """Return the desk of a row of `FIRST_HELD`; without a post it is the person."""
    if post is None:
        return Desk("person", str(account_id))
    return Desk("department", department) if department else Desk("post", post, area or "")


def reach(account: Account | None, now: datetime) -> Reach:
    """Return how far the person sees now."""
    return standing(account, now).reach


def holds(account: Account | None, right: str, now: datetime, *, path: str = "") -> bool:
    """Say whether the person has a right now, at an area's path or anywhere."""
    return reach(account, now).holds(right, path=path)


def require(account: Account | None, right: str, now: datetime) -> None:
    """Raise `Denied` unless the person has the right now. `None` is the system itself: the command line, a task."""
    if account is not None and not holds(account, right, now):
        raise Denied(
            _("This needs the right “%(right)s”, which a post has by the scheme; ask the district's office.")
            % {"right": title_of(right)}
        )


def may_set_up(account: Account | None, now: datetime, *, path: str = "", department: str = "") -> bool:
    """Say whether somebody may change areas and appoint at a place: an area's path, a department, or everywhere.

    The right counts where its post is held, and below; at the top of the tree it counts for all departments too.
    `None` is the system itself, and the keeper of the installation may everywhere.
    """
    if account is None or (account.steward and account.is_active):
        return True
    grants = [grant for grant in reach(account, now).grants if SETUP in grant.rights]
    if any(grant.path.count("/") == 1 for grant in grants):
        return True
    if department:
        return any(grant.department == department for grant in grants)
    return bool(path) and any(grant.path and path.startswith(grant.path) for grant in grants)


def require_set_up(account: Account | None, now: datetime, *, path: str = "", department: str = "") -> None:
    """Raise `Denied` unless somebody may set up this place."""
    require(account, SETUP, now)
    if not may_set_up(account, now, path=path, department=department):
        raise Denied(_("Your right to set up does not reach this place; ask the office above it."))


def may_keep(account: Account | None, other: Account, now: datetime) -> bool:
    """Say whether somebody may keep another's account: slips, closing, tokens. Whoever may do that could act as them.

    So every post that the other holds or will hold must lie within reach; a keeper of the installation needs the
    whole of it.
    """
    if may_set_up(account, now):
        return True
    if other.steward:
        return False
    held = Appointment.objects.filter(Q(until=None) | Q(until__gt=now), account=other)
    places = held.values_list("area__path", "department__code")
    return all(may_set_up(account, now, path=path or "", department=code or "") for path, code in places)


def require_keep(account: Account | None, other: Account, now: datetime) -> None:
    """Raise `Denied` unless somebody may keep this account."""
    require(account, SETUP, now)
    if not may_keep(account, other, now):
        raise Denied(_("This person also serves where your right to set up does not reach; ask the office above it."))


def title_of(right: str) -> str:
    """Return what a right is called in the reader's language; its id where it has no name here."""
    return str(RIGHT_TITLES.get(right, right))


def rights_in_force(on: date, posts: Collection[str] | None = None) -> dict[str, frozenset[str]]:
    """Return post → rights by the schemes in force on a date, of all posts or some.

    Of several schemes that name a post, all count.
    """
    rows = _in_force_on(on) if posts is None else _in_force_on(on).filter(post__in=posts)
    merged: dict[str, frozenset[str]] = {}
    for post, rights in rows.values_list("post", "rights"):
        merged[post] = merged.get(post, frozenset()) | frozenset(rights)
    return merged


def posts_in_force(on: date) -> list[Post]:
    """Return what the schemes in force on a date say of their posts."""
    return list(_in_force_on(on).order_by("scheme", "post"))


def _in_force_on(on: date) -> QuerySet[Post]:
    newest = Post.objects.filter(scheme=OuterRef("scheme"), since__lte=on).order_by("-since").values("since")[:1]
    return Post.objects.filter(since=Subquery(newest))


def in_force(now: datetime, prefix: str = "") -> Q:
    """Return the predicate of appointments that count at an instant: begun, not ended."""
    return Q(**{f"{prefix}since__lte": now}) & (
        Q(**{f"{prefix}until__isnull": True}) | Q(**{f"{prefix}until__gt": now})
    )


@dataclass(slots=True)
class _Remembered:
    """Every appointment of the accounts that were asked for, and the rights of posts by day."""

    held: dict[UUID, list[Appointment]] = field(default_factory=dict)
    rights: dict[tuple[date, frozenset[str]], dict[str, frozenset[str]]] = field(default_factory=dict)


_remembered = Once("remembered_posts", _Remembered)


def remembering() -> AbstractContextManager[None]:
    """Read somebody's appointments once for many instants, in a piece of work that appoints nobody."""
    return _remembered.during()


def _held(account: Account, now: datetime) -> list[Appointment]:
    kept = _remembered.kept
    rows = Appointment.objects.filter(account=account).select_related("area", "department").defer("area__boundary")
    rows = rows.order_by("since", "id")
    if kept is None:
        return list(rows.filter(in_force(now)))
    if account.pk not in kept.held:
        kept.held[account.pk] = list(rows)
    return [row for row in kept.held[account.pk] if row.since <= now and (row.until is None or row.until > now)]


def _rights(on: date, posts: frozenset[str]) -> dict[str, frozenset[str]]:
    kept = _remembered.kept
    if kept is None:
        return rights_in_force(on, posts)
    if (on, posts) not in kept.rights:
        kept.rights[on, posts] = rights_in_force(on, posts)
    return kept.rights[on, posts]


def _stand(account: Account, now: datetime) -> Standing:
    held = _held(account, now)
    rights = _rights(timezone.localdate(now), frozenset(row.post for row in held)) if held else {}
    grants = tuple(_grant(row, rights.get(row.post, frozenset())) for row in held)
    all_rights = frozenset[str]().union(*(grant.rights for grant in grants))
    if account.steward:
        all_rights |= STEWARD_RIGHTS
    mine = Reach(
        account_id=account.pk,
        area_paths=_topmost(grant.path for grant in grants if grant.path),
        departments=tuple(sorted({grant.department for grant in grants if grant.department})),
        rights=all_rights,
        grants=grants,
    )
    desks = [_desk(grant) for grant in grants]
    return Standing(now, (*dict.fromkeys(desks), Desk("person", str(account.pk))), mine)


def _grant(row: Appointment, rights: frozenset[str]) -> Grant:
    return Grant(
        post=row.post,
        path=row.area.path if row.area else "",
        area=row.area.code if row.area else "",
        department=row.department.code if row.department else "",
        rights=rights,
        stand_in=row.stand_in,
    )


def _desk(grant: Grant) -> Desk:
    if grant.department:
        return Desk("department", grant.department)
    return Desk("post", grant.post, grant.area)


def _topmost(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the paths without those that lie below another of them: no row is matched twice."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(path.startswith(other) for other in kept):
            kept.append(path)
    return tuple(kept)
