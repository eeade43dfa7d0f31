"""Whether the posts have the hours that their duties take: at least so many, with one object of each duty."""

from datetime import datetime

from gezhi.schemes.check.judge import Judge
from gezhi.schemes.duties import Duty
from gezhi.schemes.rounds import parse_rule
from gezhi.schemes.worktime import WorktimeError, parse_windows

# workdays of a month: 250 in a year
WORKDAYS = 250 / 12
_PER_MONTH = {
    "day": 365 / 12, "week": 365 / 84, "half_month": 2.0, "month": 1.0, "quarter": 1 / 3, "half_year": 1 / 6,
    "year": 1 / 12,
}  # fmt: skip
_YEAR = (datetime(2026, 1, 1), datetime(2026, 12, 31))  # noqa: DTZ001  rules name days, not instants


def look(judge: Judge) -> None:
    """Remind of posts whose duties take more hours of a month than their seats have."""
    scheme = judge.scheme
    try:
        day = sum(closes - opens for opens, closes in parse_windows(scheme.calendar.hours)) / 3600
    except WorktimeError:
        return
    for post in scheme.posts.values():
        theirs = [one for one in scheme.duties.values() if _alone(one, post.id)]
        needed, have = sum(_minutes(one) for one in theirs) / 60, day * WORKDAYS * post.seats
        if needed > have:
            names = "、".join(one.id for one in theirs if one.minutes)
            zh = f"“{post.title.say('zh')}”每月任务至少要 {needed:.0f} 小时，工作时间只有 {have:.0f} 小时（{names}）。"
            en = (
                f"The duties of “{post.title.say('en')}” take at least {needed:.0f} hours a month, "
                f"the post has {have:.0f} ({names.replace('、', ', ')})."
            )
            judge.remind("too_few_hours", ("posts", post.id), zh, en)


def _alone(duty: Duty, post: str) -> bool:
    """Whether a post can't leave the duty to another one."""
    return duty.who == (post,) or (duty.together and post in duty.who)


def _minutes(duty: Duty) -> float:
    return duty.minutes * _rounds(duty)


def _rounds(duty: Duty) -> float:
    if duty.rate:
        # of a share of the objects at least one
        amount = 1 if duty.rate.share else duty.rate.amount
        daily = WORKDAYS if duty.rate.per == "day" and duty.if_holiday == "skip" else _PER_MONTH[duty.rate.per]
        return amount * daily
    if not duty.on:
        return 0.0
    try:
        return len(parse_rule(duty.on).between(*_YEAR, inc=True)) / 12
    except ValueError:
        return 0.0
