"""Reading people: who holds what, for lists of the setup pages and for telling somebody."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, F, Func, Prefetch, Q, QuerySet, TextField, Value

from gezhi.people import access, phones, spans
from gezhi.people.models import Account, ApiToken, Appointment, Department, OneTimeLogin, Post, Throttle
from gezhi.schemes.state import Desk
from gezhi.territory.models import Area


def staff(now: datetime, *, words: str = "", include_closed: bool = False) -> QuerySet[Account]:
    """Return staff with the appointments that count now (as `held`), by name; `words` search name and username."""
    held = (
        Appointment.objects.filter(access.in_force(now))
        .select_related("area", "department")
        .defer("area__boundary")
        .order_by("since")
    )
    rows = Account.objects.filter(kind=Account.Kind.STAFF).prefetch_related(
        Prefetch("appointments", queryset=held, to_attr="held")
    )
    if not include_closed:
        rows = rows.filter(is_active=True)
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(username__icontains=words))
    return rows.order_by("username")


def history(account: Account) -> QuerySet[Appointment]:
    """Return every appointment of a person, newest first."""
    return account.appointments.select_related("area", "department").defer("area__boundary").order_by("-since", "-id")


def holders(desks: Iterable[Desk], now: datetime) -> list[Account]:
    """Return the open accounts that act for any of the desks now, each once. Two queries at most."""
    places, departments, persons = Q(pk__in=[]), [], []
    for desk in desks:
        if desk.kind == "post":
            places |= Q(post=desk.id, area__code=desk.area)
        elif desk.kind == "department":
            departments.append(desk.id)
        elif desk.kind == "person":
            persons.append(desk.id)
    held = Appointment.objects.filter(access.in_force(now)).filter(places | Q(department__code__in=departments))
    wanted = Q(pk__in=held.values("account")) | Q(pk__in=persons)
    return list(Account.objects.filter(wanted, is_active=True).order_by("username"))


def holders_of(right: str, now: datetime) -> list[Account]:
    """Return the open accounts that have a right now anywhere, each once."""
    posts = [post for post, rights in access.rights_in_force(spans.day_of(now)).items() if right in rights]
    held = Appointment.objects.filter(access.in_force(now), post__in=posts)
    wanted = Q(pk__in=held.values("account"))
    if right in access.STEWARD_RIGHTS:
        wanted |= Q(steward=True)
    return list(Account.objects.filter(wanted, is_active=True).order_by("username"))


def filled(now: datetime) -> dict[str, int]:
    """Return post → how many people hold it now, stand-ins left out."""
    held = Appointment.objects.filter(access.in_force(now), stand_in=False, account__is_active=True)
    counted = held.order_by().values("post").annotate(people=Count("account", distinct=True))
    return {row["post"]: row["people"] for row in counted}


def places_held(now: datetime) -> dict[str, frozenset[str]]:
    """Return post → codes of the areas and departments where somebody holds it now, stand-ins left out."""
    held = Appointment.objects.filter(access.in_force(now), stand_in=False, account__is_active=True)
    found: dict[str, set[str]] = {}
    for post, area, office in held.order_by().values_list("post", "area__code", "department__code").distinct():
        found.setdefault(post, set()).add(area or office)
    return {post: frozenset(places) for post, places in found.items()}


def at_area(path: str, now: datetime) -> QuerySet[Appointment]:
    """Return the appointments that count now at an area and below, for boards and lists."""
    return (
        Appointment.objects.filter(access.in_force(now), area__path__startswith=path, account__is_active=True)
        .select_related("account", "area")
        .defer("area__boundary")
        .order_by("area__path", "post", "stand_in")
    )


def serving(areas: Iterable[Area | UUID], now: datetime) -> list[Appointment]:
    """Return the appointments at areas themselves that count now or are to come."""
    rows = Appointment.objects.filter(Q(until=None) | Q(until__gt=now), area__in=list(areas))
    return list(rows.select_related("account", "area").defer("area__boundary").order_by("area__path", "since", "pk"))


def counted_below(paths: Sequence[str], now: datetime) -> dict[str, int]:
    """Return for neighbouring areas, by their paths, how many people hold a post there or below: one query."""
    if not paths:
        return {}
    depth = paths[0].count("/")
    above = paths[0].rsplit("/", 2)[0] + "/" if depth > 1 else ""
    part = Func(F("area__path"), Value("/"), Value(depth), function="split_part", output_field=TextField())
    held = Appointment.objects.filter(
        access.in_force(now), area__path__startswith=above, stand_in=False, account__is_active=True
    )
    counted = held.order_by().annotate(head=part).values("head").annotate(people=Count("account", distinct=True))
    return {f"{above}{row['head']}/": row["people"] for row in counted if row["head"]}


def by_phone(raw: str) -> QuerySet[Account]:
    """Return the accounts with a telephone number; what can't be a number finds nobody."""
    try:
        number = phones.normal(raw)
    except ValidationError:
        return Account.objects.none()
    return Account.objects.filter(phone_key=phones.key(number))


def named(words: str) -> Account | None:
    """Return the account that a login name or a name means; None where there is none, or it may be several."""
    found = list(Account.objects.filter(Q(username__iexact=words) | Q(name=words)).order_by("username")[:2])
    return found[0] if len(found) == 1 else None


def names(ids: Collection[UUID]) -> dict[str, str]:
    """Return account id → name, for lists that keep ids."""
    rows = Account.objects.filter(pk__in=ids).values_list("pk", "name") if ids else ()
    return {str(pk): name for pk, name in rows}


def post_titles(now: datetime, language: str) -> dict[str, str]:
    """Return post → title by the schemes in force."""
    return {post.post: post.say(language) for post in access.posts_in_force(spans.day_of(now))}


def all_titles(language: str) -> dict[str, str]:
    """Return post → title by any scheme that ever named it, for the posts of the past."""
    return {post.post: post.say(language) for post in known_posts()}


def is_locked(account: Account, now: datetime) -> bool:
    """Say whether too many attempts keep an account from signing in now."""
    return Throttle.objects.filter(key__endswith=f":{account.pk}", locked_until__gt=now).exists()


def open_slip(account: Account, now: datetime) -> OneTimeLogin | None:
    """Return the slip that an account could still be opened with, if there is one."""
    usable = account.slips.filter(used_at=None, revoked_at=None, expires_at__gt=now)
    return usable.order_by("-issued_at").first()


def known_posts() -> QuerySet[Post]:
    """Return what any scheme, in force or to come, says of posts, the newest last."""
    return Post.objects.order_by("since", "scheme", "post")


def departments() -> QuerySet[Department]:
    """Return the departments by code."""
    return Department.objects.select_related("area").order_by("code")


def tokens() -> QuerySet[ApiToken]:
    """Return every API token, those in use first."""
    return ApiToken.objects.select_related("account", "created_by").order_by("revoked_at", "-created_at")
