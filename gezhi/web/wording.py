"""How the product says moments, spans and limits: weekday and clock time, working time, never "in 3 days" alone."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext

from gezhi.schemes.durations import BadDuration, Duration
from gezhi.schemes.state import Light
from gezhi.schemes.text import Text

type Words = str | Promise

LIGHT_WORDS: dict[str, Words] = {
    Light.GREEN: gettext_lazy("on time"),
    Light.YELLOW: gettext_lazy("due soon"),
    Light.RED: gettext_lazy("overdue"),
    Light.PAUSED: gettext_lazy("paused"),
    Light.DONE: gettext_lazy("done"),
}
_WEEKDAYS: tuple[Words, ...] = (
    gettext_lazy("Mon"),
    gettext_lazy("Tue"),
    gettext_lazy("Wed"),
    gettext_lazy("Thu"),
    gettext_lazy("Fri"),
    gettext_lazy("Sat"),
    gettext_lazy("Sun"),
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say(text: Text | str) -> str:
    """Return a scheme's wording in the reader's language."""
    return text if isinstance(text, str) else text.say(get_language() or "zh-hans")


def weekday(day: date) -> str:
    """Return `周二` or `Tue`."""
    return str(_WEEKDAYS[day.weekday()])


def say_day(day: date, today: date) -> str:
    """Return `5月12日（周二）`; with the year when it is another one than today's."""
    words = {
        "year": day.year,
        "month": day.month,
        "name": _MONTHS[day.month - 1],
        "day": day.day,
        "weekday": weekday(day),
    }
    if day.year != today.year:
        return gettext("%(weekday)s %(day)d %(name)s %(year)d") % words
    return gettext("%(weekday)s %(day)d %(name)s") % words


def say_short_day(day: date, today: date) -> str:
    """Return `5月12日`, without the weekday, for dense lists of what is past."""
    words = {"year": day.year, "month": day.month, "name": _MONTHS[day.month - 1], "day": day.day}
    pattern = gettext("%(day)d %(name)s") if day.year == today.year else gettext("%(day)d %(name)s %(year)d")
    return pattern % words


def say_moment(moment: datetime, now: datetime) -> str:
    """Return `今天 17:30`, `明天 09:00` or `5月12日（周二）17:30`; midnight is said as 24:00 of the day before."""
    local, today = _local(moment), _local(now).date()
    day, clock = local.date(), f"{local:%H:%M}"
    if local.time() == time(0):
        day, clock = day - timedelta(days=1), "24:00"
    near = {-1: gettext("yesterday"), 0: gettext("today"), 1: gettext("tomorrow")}.get((day - today).days)
    if near:
        return pgettext("day word and time", "%(day)s %(time)s") % {"day": near, "time": clock}
    return pgettext("date and time", "%(day)s %(time)s") % {"day": say_day(day, today), "time": clock}


def say_past(moment: datetime, now: datetime) -> str:
    """Return `5月8日 09:05`, for the story of what happened."""
    local = _local(moment)
    day = say_short_day(local.date(), _local(now).date())
    return pgettext("day word and time", "%(day)s %(time)s") % {"day": day, "time": f"{local:%H:%M}"}


def say_exactly(value: date) -> str:
    """Return a day or a moment with nothing left to guess: `2026年5月12日（周二）17:30:05`."""
    local = _local(value) if isinstance(value, datetime) else None
    day = say_day(local.date() if local else value, date.min)
    if local is None:
        return day
    return pgettext("date and time", "%(day)s %(time)s") % {"day": day, "time": f"{local:%H:%M:%S}"}


def say_limit(limit: str) -> str:
    """Return a limit in words: `3 workdays` → `3个工作日`, `until 2026-11-27` → `至2026年11月27日`."""
    try:
        return say(Duration.parse(limit).text)
    except BadDuration:
        return _say_until(limit)


def _say_until(limit: str) -> str:
    """Return a limit that somebody set as a day; what is none stays as written."""
    try:
        day = date.fromisoformat(limit.removeprefix("until "))
    except ValueError:
        return limit
    words = {"year": day.year, "month": day.month, "name": _MONTHS[day.month - 1], "day": day.day}
    return gettext("until %(day)d %(name)s %(year)d") % words


def say_span(seconds: int) -> str:
    """Return a span of working time as `30小时05分`; less than a minute is said as such."""
    hours, minutes = divmod(max(0, seconds) // 60, 60)
    if hours and minutes:
        return gettext("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}
    if hours:
        return gettext("%(hours)d h") % {"hours": hours}
    if minutes:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    return gettext("less than a minute")


def say_days_and_span(seconds: int, day_seconds: int) -> str:
    """Return working time as workdays and the rest: `12个工作日6小时50分`; `day_seconds` is a workday's length."""
    days, rest = divmod(max(0, seconds), day_seconds) if day_seconds > 0 else (0, seconds)
    if not days:
        return say_span(rest)
    whole = say_limit(f"{days} workdays")
    return gettext("%(days)s %(rest)s") % {"days": whole, "rest": say_span(rest)} if rest >= 60 else whole


def say_hours(seconds: int) -> str:
    """Return `30:05`, for table columns of working time."""
    hours, minutes = divmod(max(0, seconds) // 60, 60)
    return f"{hours}:{minutes:02d}"


def say_metres(metres: float) -> str:
    """Return `180 米` or `1.2 公里`."""
    if metres < 1000:
        return gettext("%(n)d m") % {"n": round(metres, -1) if metres >= 100 else round(metres)}
    return gettext("%(n).1f km") % {"n": metres / 1000}


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment)
