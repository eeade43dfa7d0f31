"""Whom a note on a case can name with @: people of the offices in its line who may see it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from gezhi.cases.models import Case
from gezhi.cases.operations.log import desk_from
from gezhi.people import access
from gezhi.people.models import Account, Appointment
from gezhi.schemes.model import Scheme
from gezhi.territory import pinyin
from gezhi.territory.queries import short_name

# Of a big district no more than these are looked through; who is further away is found by typing the whole name.
MOST = 400
_AFTER_AT = re.compile(r"[@\uff20]([^\s@\uff20,\uff0c.\u3002:\uff1a;\uff1b!\uff01?\uff1f()\uff08\uff09]{1,60})")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may be named: the name, and the office by which to tell two of one name apart."""

    id: UUID
    name: str
    office: str

    def fits(self, words: str) -> bool:
        """Say whether what was typed after the @ is in name or office, or begins the pinyin or initials of the name."""
        typed = words.strip().lower()
        known = f"{self.name} {self.office}".lower()
        return typed in known or any(one.startswith(typed) for one in pinyin.keys(self.name).split())


def colleagues(*, account: Account, case: Case, scheme: Scheme, language: str, now: datetime) -> list[Colleague]:
    """Return whom the account may name on a case that it sees, nearest offices first: two queries."""
    line = [code for code in case.area_path.split("/") if code]
    desks = [desk_from(key) for key in {*case.sight_keys, case.desk_key} if key]
    wanted = Q(area__code__in=line) | Q(department__code__in=[one.id for one in desks if one.kind == "department"])
    for desk in desks:
        if desk.kind == "post":
            wanted |= Q(post=desk.id, area__code=desk.area)
    held = (
        Appointment.objects.filter(access.in_force(now), wanted, account__is_active=True)
        .exclude(account=account)
        .exclude(account__in=_concerned(case, now))
        .select_related("account", "area", "department")
        .defer("area__boundary")
        .order_by("-area__path", "account__name")[:MOST]
    )
    found: dict[UUID, Colleague] = {}
    for one in held:
        found.setdefault(one.account_id, Colleague(one.account_id, one.account.name, _office(one, scheme, language)))
    return list(found.values())


def mentioned_in(text: str, known: Iterable[Colleague], chosen: Sequence[UUID] = ()) -> tuple[list[UUID], list[str]]:
    """Return who is named with @ in a text, and the words after an @ that name nobody here.

    `chosen` says who is meant where two have one name; it counts only while the name stands in the text.
    """
    listed = sorted(known, key=lambda one: -len(one.name))
    found: list[UUID] = []
    strangers = []
    for match in _AFTER_AT.finditer(text):
        same = [one for one in listed if match[1].startswith(one.name)]
        same = [one for one in same if one.name == same[0].name]
        meant = [one for one in same if one.id in chosen] or (same if len(same) == 1 else [])
        if meant:
            found += [one.id for one in meant]
        else:
            strangers.append(match[1])
    return list(dict.fromkeys(found)), list(dict.fromkeys(strangers))


def _concerned(case: Case, now: datetime) -> set[UUID]:
    """Return who acts for a desk that the case complains about: they never learn of it."""
    about = [desk_from(key) for key in case.about_keys]
    if not about:
        return set()
    wanted = Q(department__code__in=[one.id for one in about if one.kind == "department"])
    for desk in about:
        if desk.kind == "post":
            wanted |= Q(post=desk.id, area__code=desk.area)
    held = Appointment.objects.filter(access.in_force(now), wanted).values_list("account_id", flat=True)
    return {*held, *(UUID(one.id) for one in about if one.kind == "person")}


def _office(one: Appointment, scheme: Scheme, language: str) -> str:
    post = scheme.posts.get(one.post)
    title = post.title.say(language) if post else one.post
    if one.department is not None:
        known = scheme.departments.get(one.department.code)
        return f"{known.title.say(language) if known else one.department.code} {title}"
    return f"{short_name(one.area.name)} {title}" if one.area else title
