"""Conflicts of interest: from what a complaint names to every desk that must neither hold nor see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from gezhi.cases.access import as_uuid
from gezhi.cases.errors import BadInput
from gezhi.cases.operations.log import desk_from
from gezhi.people.access import in_force
from gezhi.people.models import Account, Appointment, Department, Post
from gezhi.schemes import engine
from gezhi.schemes.model import Scheme
from gezhi.schemes.state import Desk, Opening
from gezhi.territory.models import Area


@dataclass(frozen=True, slots=True)
class Interested:
    """`skipped`: desks that the engine passes over; `blind`: keys of desks whose people never see the case."""

    skipped: tuple[Desk, ...] = ()
    blind: tuple[str, ...] = ()


def interested(about: Sequence[str], now: datetime) -> Interested:
    """Return whom a complaint about these desks or persons concerns, by the appointments in force.

    A post named means also whoever holds it now, and stays so after a transfer. A person named means also every post
    that nobody else holds: it would come to the same desk. Colleagues of a shared desk are not concerned.
    Raises `BadInput` for whom nobody knows: a name written wrongly must not leave the official in sight of it.
    """
    desks = [desk_from(key) for key in about]
    if not desks:
        return Interested()
    for key, desk in zip(about, desks, strict=True):
        if not _is_known(desk):
            raise BadInput(
                _(
                    "Nobody is known as “%(name)s” here, so nobody could be kept away from this complaint. Name a post "
                    "with its area, a department or a person as the catalogue of desks lists them."
                )
                % {"name": key[:80]},
                field="about",
            )
    persons = {desk.id for desk in desks if desk.kind == "person"}
    for desk in desks:
        if desk.kind == "post":
            persons |= {str(row.account_id) for row in _holders(desk, now)}
    alone = [desk for person in persons for desk in _held_alone(person, now)]
    skipped = dict.fromkeys([*desks, *(Desk("person", person) for person in sorted(persons)), *alone])
    return Interested(tuple(skipped), tuple(sorted(desk.key for desk in skipped)))


def unnamed(scheme: Scheme, opening: Opening, now: datetime) -> Interested:
    """Return whom a complaint about staff concerns that names nobody: every post of its place below who handles it.

    Whoever complains often does not know the official's post; then none of those on the spot is to hear of it.
    """
    item = scheme.items.get(opening.item)
    if opening.about or item is None or not item.about_staff:
        return Interested()
    desk = engine.open_case(scheme, opening).state.desk
    levels = list(scheme.levels)
    handling = scheme.posts.get(desk.id) if desk is not None and desk.kind == "post" else None
    first = levels.index(handling.at) + 1 if handling is not None and handling.at in levels else 0
    below = {level: opening.areas[level] for level in levels[first:] if level in opening.areas}
    posts = [f"{post.id}@{below[post.at]}" for post in scheme.posts.values() if post.at in below]
    return interested(posts, now)


def _is_known(desk: Desk) -> bool:
    if "\x00" in desk.key:
        return False
    match desk.kind:
        case "person":
            account = as_uuid(desk.id)
            return account is not None and Account.objects.filter(pk=account).exists()
        case "department":
            return Department.objects.filter(code=desk.id).exists()
        case "post":
            posts = Post.objects.filter(post=desk.id)
            return bool(desk.area) and posts.exists() and Area.objects.filter(code=desk.area).exists()
        case _:
            return False


def _holders(desk: Desk, now: datetime) -> list[Appointment]:
    return list(Appointment.objects.filter(in_force(now), post=desk.id, area__code=desk.area))


def _held_alone(person: str, now: datetime) -> list[Desk]:
    account = as_uuid(person)
    if account is None:
        return []
    held = Appointment.objects.filter(in_force(now), account=account, area__isnull=False).select_related("area")
    desks = {Desk("post", row.post, row.area.code): row for row in held if row.area is not None}
    return [
        desk
        for desk, row in desks.items()
        if not Appointment.objects.filter(in_force(now), ~Q(account=account), post=row.post, area=row.area).exists()
    ]
