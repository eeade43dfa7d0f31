"""Posts held by appointment: appointing, ending, transferring; and what schemes say of posts and departments."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.people import access, spans
from gezhi.people.models import Account, Appointment, Department, Post
from gezhi.people.operations import _journal
from gezhi.territory.models import Area

# Where a scheme's post stands that is held inside departments rather than at areas of a level.
IN_DEPARTMENTS = "department"


@dataclass(frozen=True, slots=True)
class Appointed:
    """An appointment made, and what the office should know about it (too many holders of one seat)."""

    appointment: Appointment
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostRule:
    """What a scheme says of a post, as the schemes' room hands it down."""

    post: str
    title: str
    title_en: str = ""
    level: str = ""
    seats: int | None = None
    rights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DepartmentRule:
    """A department that a scheme names."""

    code: str
    title: str
    title_en: str = ""
    level: str = ""


@transaction.atomic
def learn_posts(
    *, scheme: str, since: date, posts: Iterable[PostRule], departments: Iterable[DepartmentRule] = ()
) -> None:
    """Take over what a scheme put into force from `since` says of its posts and departments.

    Called by the enactment, which authorises it. A second version of the same day replaces the first.
    """
    Post.objects.filter(scheme=scheme, since=since).delete()
    Post.objects.bulk_create(
        Post(
            scheme=scheme,
            since=since,
            post=rule.post,
            title=rule.title,
            title_en=rule.title_en,
            level=rule.level,
            seats=rule.seats,
            rights=list(rule.rights),
        )
        for rule in posts
    )
    Department.objects.bulk_create(
        [
            Department(code=rule.code, title=rule.title, title_en=rule.title_en, level=rule.level)
            for rule in departments
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["title", "title_en", "level"],
    )


def forget_posts(*, scheme: str, since: date) -> None:
    """Forget what a scheme would have said of its posts from a day on, because it was taken back before."""
    Post.objects.filter(scheme=scheme, since=since).delete()


@transaction.atomic
def appoint(
    *,
    actor: Account | None,
    account: Account,
    post: str,
    area: Area | None = None,
    department: Department | None = None,
    since: datetime,
    until: datetime | None = None,
    stand_in: bool = False,
    now: datetime,
) -> Appointed:
    """Give a post to a person from an instant up to (not including) another. See `people.spans` for days.

    Raises `ValidationError` where the post is unknown, stands elsewhere, or is held by the same person already.
    """
    _require_at(actor, now, area, department)
    Account.objects.select_for_update().get(pk=account.pk)
    appointment = Appointment(
        account=account, post=post, area=area, department=department, since=since, until=until, stand_in=stand_in
    )
    _check(appointment, _rules(post))
    warnings = _seat_warnings(appointment, now)
    appointment.save(force_insert=True)
    access.forget(account)
    _journal.write("appoint", actor=actor, subject=account, now=now, **_as_json(appointment))
    return Appointed(appointment, warnings)


def foresee_appointment(wanted: Appointment, *, actor: Account | None, now: datetime) -> tuple[str, ...]:
    """Return what the office should know before appointing; raises what `appoint` would. Writes nothing."""
    _require_at(actor, now, wanted.area, wanted.department)
    _check(wanted, _rules(wanted.post))
    words = _seat_warnings(wanted, now)
    if wanted.until is not None and wanted.until <= now:
        words += (_("It lies wholly in the past: it goes into the books and gives no right now."),)
    elif wanted.since < spans.begin_of(spans.day_of(now)):
        words += (_("It begins in the past: from then on it counts as held."),)
    return words


@transaction.atomic
def end_appointment(*, actor: Account | None, appointment: Appointment, until: datetime, now: datetime) -> Appointment:
    """End an appointment at an instant, which may be this one: it takes effect with the person's next request.

    An appointment that has not begun yet and is ended before its start stays in the books and never counts.
    """
    kept = _locked(appointment)
    _require_at(actor, now, kept.area, kept.department)
    _keep_one_who_sets_up(actor, kept, until)
    return _end(actor, appointment, kept, until, now)


@transaction.atomic
def end_with_area(*, actor: Account | None, appointment: Appointment, at: datetime, now: datetime) -> Appointment:
    """End an appointment because its area ends, which whoever changes the ground may; the journal keeps what it was."""
    kept = _locked(appointment)
    was = kept.until.isoformat() if kept.until else ""
    return _end(actor, appointment, kept, at, now, was=was)


def _locked(appointment: Appointment) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("account", "area", "department")
    return rows.defer("area__boundary").get(pk=appointment.pk)


def _end(
    actor: Account | None, appointment: Appointment, kept: Appointment, until: datetime, now: datetime, **more: str
) -> Appointment:
    kept.until = max(until, kept.since)
    kept.save(update_fields=["until"])
    access.forget(appointment.account)
    _journal.write("end_appointment", actor=actor, subject=kept.account, now=now, **_as_json(kept), **more)
    return kept


@transaction.atomic
def transfer(
    *,
    actor: Account | None,
    appointment: Appointment,
    post: str = "",
    area: Area | None = None,
    department: Department | None = None,
    at: datetime,
    now: datetime,
) -> Appointed:
    """Move a person to another place or post at an instant: the old post ends where the new one begins."""
    if not appointment.since < at:
        raise ValidationError(_("The transfer must come after the start of the present post."))
    if appointment.until is not None and appointment.until < at:
        raise ValidationError(_("The present post ends before the transfer; appoint to the new one instead."))
    kept = _locked(appointment)
    _require_at(actor, now, kept.area, kept.department)
    _keep_one_who_sets_up(actor, kept, at, then=post or kept.post)
    ended = _end(actor, appointment, kept, at, now)
    return appoint(
        actor=actor,
        account=ended.account,
        post=post or ended.post,
        area=area,
        department=department,
        since=at,
        stand_in=ended.stand_in,
        now=now,
    )


def _require_at(actor: Account | None, now: datetime, area: Area | None, department: Department | None) -> None:
    """Raise `Denied` unless the actor may appoint at this place."""
    path, code = area.path if area else "", department.code if department else ""
    access.require_set_up(actor, now, path=path, department=code)


def _keep_one_who_sets_up(actor: Account | None, kept: Appointment, until: datetime, then: str = "") -> None:
    """Refuse that somebody takes from themself the last right to set up: nobody could give it back from a page."""
    if actor is None or actor.pk != kept.account_id or actor.steward:
        return
    rights = access.rights_in_force(spans.day_of(until))
    if access.SETUP not in rights.get(kept.post, ()) or access.SETUP in rights.get(then, ()):
        return
    others = Appointment.objects.filter(access.in_force(until), account=actor).exclude(pk=kept.pk)
    if not any(access.SETUP in rights.get(post, ()) for post in others.values_list("post", flat=True)):
        raise ValidationError(
            _("This is your own last post with the right to set up. Have another person of the office end it.")
        )


def _rules(post: str) -> list[Post]:
    rules = list(Post.objects.filter(post=post).order_by("-since"))
    if rules:
        return rules
    if not Post.objects.exists():
        raise ValidationError(_("No scheme was put into force yet, so there are no posts. Put one into force first."))
    raise ValidationError({"post": _("No scheme has the post “%(post)s”.") % {"post": post}})


def _check(wanted: Appointment, rules: list[Post]) -> None:
    if wanted.account.kind != Account.Kind.STAFF or not wanted.account.is_active:
        raise ValidationError(_("Only an open staff account can hold a post."))
    if (wanted.area is None) == (wanted.department is None):
        raise ValidationError(_("Name either the area or the department where the post is held."))
    if wanted.until is not None and wanted.until <= wanted.since:
        raise ValidationError({"until": _("The end must come after the start.")})
    if not any(_fits(wanted, rule) for rule in rules):
        raise ValidationError(
            {
                "area": _("The post “%(post)s” is held at “%(level)s”, not here.")
                % {"post": rules[0].say(get_language() or ""), "level": rules[0].level}
            }
        )
    same = _overlapping(wanted).filter(account=wanted.account)
    if same.exists():
        raise ValidationError(_("This person holds this post here in that time already."))


def _fits(wanted: Appointment, rule: Post) -> bool:
    if wanted.department is not None:
        return rule.level in {"", IN_DEPARTMENTS}
    return wanted.area is not None and rule.level in {"", wanted.area.level}


def _overlapping(wanted: Appointment) -> "models.QuerySet[Appointment]":
    others = Appointment.objects.filter(
        Q(until=None) | Q(until__gt=wanted.since), post=wanted.post, area=wanted.area, department=wanted.department
    )
    return others.filter(since__lt=wanted.until) if wanted.until is not None else others


def holds_already(row: Appointment, area: Area, since: datetime, until: datetime | None) -> bool:
    """Say whether the person of an appointment holds the same post at an area in that time."""
    wanted = Appointment(post=row.post, area=area, since=since, until=until)
    return _overlapping(wanted).filter(account=row.account_id).exists()


def _seat_warnings(wanted: Appointment, now: datetime) -> tuple[str, ...]:
    seats = [
        rule.seats for rule in access.posts_in_force(spans.day_of(max(now, wanted.since))) if rule.post == wanted.post
    ]
    bound = max((seat for seat in seats if seat is not None), default=None)
    if wanted.stand_in or bound is None or None in seats:
        return ()
    holders = list(_overlapping(wanted).filter(stand_in=False).select_related("account").order_by("since"))
    if len(holders) < bound:
        return ()
    names = _(", ").join(holder.account.name for holder in holders)
    return (
        _("The post has %(seats)s seat(s) here and in that time is also held by: %(names)s.")
        % {"seats": bound, "names": names},
    )


def _as_json(appointment: Appointment) -> dict[str, object]:
    return {
        "appointment": str(appointment.pk),
        "post": appointment.post,
        "area": appointment.area.code if appointment.area else "",
        "department": appointment.department.code if appointment.department else "",
        "since": appointment.since.isoformat(),
        "until": appointment.until.isoformat() if appointment.until else "",
        "stand_in": appointment.stand_in,
    }
