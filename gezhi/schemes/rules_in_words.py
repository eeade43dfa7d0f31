"""Rules for days (RFC 5545) in people's words; what has no plain wording stays as it is written."""

import re

from gezhi.schemes.text import Text

_DAYS = {
    "MO": ("周一", "Monday"), "TU": ("周二", "Tuesday"), "WE": ("周三", "Wednesday"), "TH": ("周四", "Thursday"),
    "FR": ("周五", "Friday"), "SA": ("周六", "Saturday"), "SU": ("周日", "Sunday"),
}  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_NUMBERED_DAY = re.compile(r"([+-]?\d{1,2})?([A-Z]{2})")
_EVERY = {
    "DAILY": (("每天", "每 {} 天"), ("every day", "every {} days")),
    "WEEKLY": (("每周", "每 {} 周"), ("every week", "every {} weeks")),
    "MONTHLY": (("每月", "每 {} 个月"), ("every month", "every {} months")),
    "YEARLY": (("每年", "每 {} 年"), ("every year", "every {} years")),
}
_KNOWN = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "WKST"}


def rule_text(written: str) -> Text:
    """Return a rule in words: 每月 1 日、15 日; on the 1st and 15th of every month."""
    plain = written.upper().removeprefix("RRULE:")
    parts = dict(one.split("=", 1) for one in plain.split(";") if "=" in one)
    if set(parts) - _KNOWN or parts.get("FREQ") not in _EVERY:
        return Text(written, written)
    days = _days(parts)
    if days is None:
        return Text(written, written)
    every, months = _every(parts), _months(parts)
    zh = f"{every.zh} {months.zh}" if months.zh else every.zh
    if not days.zh:
        return Text(zh, f"{every.en} in {months.en}" if months.en else every.en)
    glue = "" if days.zh.startswith(("周", "第", "最")) and not months.zh else " "
    en = f"on {days.en} of {months.en}" if months.en else f"on {days.en} of {every.en}"
    if parts["FREQ"] == "WEEKLY":
        # every Monday: the week is said with the day
        return Text(
            f"{every.zh}{days.zh.replace('周', '', 1) if every.zh == '每周' else days.zh}", _weekly(every, days)
        )
    return Text(f"{zh}{glue}{days.zh}", en + (f", {every.en}" if months.en and every.en != "every year" else ""))


def _weekly(every: Text, days: Text) -> str:
    return f"every {days.en}" if every.en == "every week" else f"on {days.en}, {every.en}"


def _every(parts: dict[str, str]) -> Text:
    (zh, zh_many), (en, en_many) = _EVERY[parts["FREQ"]]
    count = parts.get("INTERVAL", "1")
    return Text(zh, en) if count == "1" else Text(zh_many.format(count), en_many.format(count))


def _months(parts: dict[str, str]) -> Text:
    numbers = [int(one) for one in parts.get("BYMONTH", "").split(",") if one.isdigit() and 1 <= int(one) <= 12]
    if not numbers:
        return Text()
    return Text("、".join(f"{one}" for one in numbers) + " 月", _and([_MONTHS[one - 1] for one in numbers]))


def _days(parts: dict[str, str]) -> Text | None:
    """Return the days in words, empty where the rule names none, None where there are no words for them."""
    of_month = [one for one in parts.get("BYMONTHDAY", "").split(",") if one]
    of_week = [one for one in parts.get("BYDAY", "").split(",") if one]
    if of_month and of_week:
        return None
    said = [_day_of_month(one) for one in of_month] + [_day_of_week(one) for one in of_week]
    if None in said:
        return None
    found = [one for one in said if one]
    return Text("、".join(one.zh for one in found), _and([one.en for one in found]))


def _day_of_month(written: str) -> Text | None:
    if written == "-1":
        return Text("最后一天", "the last day")
    return Text(f"{int(written)} 日", f"the {_nth(int(written))}") if written.isdigit() else None


def _day_of_week(written: str) -> Text | None:
    found = _NUMBERED_DAY.fullmatch(written)
    if found is None or found[2] not in _DAYS:
        return None
    zh, en = _DAYS[found[2]]
    if not found[1]:
        return Text(zh, en)
    number = int(found[1])
    if number == -1:
        return Text(f"最后一个{zh}", f"the last {en}")
    return Text(f"第 {number} 个{zh}", f"the {_nth(number)} {en}") if number > 0 else None


def _nth(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _and(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""
