"""Finding staff: by name, pinyin, login name, post or place, and by what an office looks for."""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from gezhi.people import access, spans
from gezhi.people.coverage import SOON
from gezhi.people.models import Account, Appointment, Department
from gezhi.territory.pinyin import keys

# What the list can be narrowed to; the first is what it shows unasked.
VIEWS = ("open", "no_post", "stand_in", "ending", "never", "closed")
_NAMES_KEPT = 20_000


def staff(now: datetime, *, words: str = "", view: str = "open") -> QuerySet[Account]:
    """Return staff with the appointments that count now (as `held`), narrowed to a view and to words."""
    counts = Appointment.objects.filter(access.in_force(now))
    held = counts.select_related("area", "department").defer("area__boundary").order_by("since")
    rows = Account.objects.filter(kind=Account.Kind.STAFF, is_active=view != "closed")
    rows = rows.prefetch_related(Prefetch("appointments", queryset=held, to_attr="held"))
    own = counts.filter(account=OuterRef("pk"))
    if view == "no_post":
        rows = rows.filter(~Exists(own))
    elif view == "stand_in":
        rows = rows.filter(Exists(own.filter(stand_in=True)))
    elif view == "ending":
        rows = rows.filter(Exists(own.filter(until__lte=now + SOON)))
    elif view == "never":
        rows = rows.filter(password_set_at=None)
    for word in words.replace("\x00", "").split()[:4]:
        rows = rows.filter(_with_word(word, now))
    return rows.order_by("username")


def count_views(now: datetime) -> dict[str, int]:
    """Return how many staff each view has."""
    return {view: staff(now, view=view).prefetch_related(None).count() for view in VIEWS}


def _with_word(word: str, now: datetime) -> Q:
    posts = [post.post for post in access.posts_in_force(spans.day_of(now)) if word in post.title or
             word.lower() in post.title_en.lower()]  # fmt: skip
    at = Q(area__name__contains=word) | Q(area__code__startswith=word) | Q(department__title__contains=word)
    if word.isascii():
        at |= Q(area__pinyin__contains=word.lower())
    held = Appointment.objects.filter(access.in_force(now), account=OuterRef("pk")).filter(at | Q(post__in=posts))
    named = Q(name__icontains=word) | Q(username__icontains=word) | Q(pk__in=_sounding(word))
    return named | Q(Exists(held))


def _sounding(word: str) -> list[UUID]:
    """Return the staff whose names are spelt so in pinyin, whole or by initials; a few thousand names take no time."""
    if not word.isascii() or not word.isalpha():
        return []
    plain = word.lower()
    names = Account.objects.filter(kind=Account.Kind.STAFF).values_list("pk", "name")
    return [pk for pk, name in names if plain in _keys(name)]


@lru_cache(maxsize=_NAMES_KEPT)
def _keys(name: str) -> str:
    return keys(name)


def department_rows(now: datetime) -> list[tuple[Department, list[Appointment]]]:
    """Return the departments with who holds a post there now. Two queries."""
    held = Appointment.objects.filter(access.in_force(now), department__isnull=False, account__is_active=True)
    by_department: dict[UUID | None, list[Appointment]] = {}
    for row in held.select_related("account").order_by("post", "stand_in", "since"):
        by_department.setdefault(row.department_id, []).append(row)
    departments = Department.objects.select_related("area").defer("area__boundary").order_by("level", "code")
    return [(one, by_department.get(one.pk, [])) for one in departments]


def found(words: str, most: int = 12) -> list[Account]:
    """Return the open staff that a name or login name means, for choosing one."""
    text = words.replace("\x00", "").strip()
    if not text:
        return []
    rows = Account.objects.filter(kind=Account.Kind.STAFF, is_active=True)
    exact = rows.filter(username=text.lower()).first()
    if exact is not None:
        return [exact]
    meant = rows.filter(Q(name__contains=text) | Q(username__icontains=text) | Q(pk__in=_sounding(text)))
    return list(meant.order_by("name", "username")[:most])
