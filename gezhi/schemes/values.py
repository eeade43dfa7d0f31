"""One answer at a time: is it of its field's kind, within its bounds, and how is it kept."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from gezhi.schemes.forms import Field
from gezhi.schemes.id_numbers import BadNumber, id_number, phone
from gezhi.schemes.model import Option
from gezhi.schemes.moments import Moments
from gezhi.schemes.text import Text

LONGEST = {"text": 500, "long_text": 10_000, "address": 300, "area": 100, "entry": 100}
MOST_PHOTOS = 20
# what JavaScript and JSON hold exactly
_LARGEST = 2**53 - 1
_NUMBER = re.compile(r"[+-]?\d{1,16}(?:\.\d{1,10})?")
_YES = frozenset(("yes", "true", "on", "1", "y", "是", "有", "对", "√"))
_NO = frozenset(("no", "false", "off", "0", "n", "否", "无", "不是", "没有", "×"))


class BadValue(ValueError):
    """An answer that can't be kept: what was wrong and what to write."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh, en)


def empty(value: Any) -> bool:
    """Tell whether nothing was answered."""
    return value is None or value in ([], (), {}) or (isinstance(value, str) and not value.strip())


def normal(field: Field, value: Any, moments: Moments) -> Any:
    """Return an answer as it is kept; raise BadValue when it is none."""
    return _KINDS[field.kind](field, value, moments)


def _shown(field: Field, value: Any) -> tuple[str, str]:
    """Quote what was written, unless nobody is to see it."""
    said = str(value).strip()
    if field.sensitive or not said:
        return "所填内容", "what was written"
    said = said if len(said) <= 40 else said[:39] + "…"
    return f"“{said}”", f"“{said}”"


def _text(field: Field, value: Any, _: Moments) -> str:
    plain = _plain(value)
    if field.kind != "long_text":
        plain = " ".join(plain.split())
    plain = "".join(one for one in plain if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs"))
    _counted(field, len(plain), ("字", "characters"), LONGEST[field.kind])
    return plain


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadValue("请填写文字。", "write a text.")
    return unicodedata.normalize("NFC", str(value)).replace("\r\n", "\n").strip()


def _counted(field: Field, count: int, what: tuple[str, str], most: int) -> None:
    low = int(field.low) if field.low.isdigit() else 0
    high = min(int(field.high), most) if field.high.isdigit() else most
    if count < low:
        raise BadValue(f"至少 {low} {what[0]}，现有 {count}。", f"at least {low} {what[1]}; there are {count}.")
    if count > high:
        raise BadValue(f"最多 {high} {what[0]}，现有 {count}。", f"at most {high} {what[1]}; there are {count}.")


def _number(field: Field, value: Any, wanted: tuple[str, str]) -> float | int:
    zh, en = _shown(field, value)
    bad = BadValue(
        f"{zh}不是{wanted[0]}。请只写数字，如 {wanted[1]}。", f"{en} is no number. Write digits, such as {wanted[1]}."
    )
    if isinstance(value, str):
        plain = unicodedata.normalize("NFKC", value).strip().replace(",", "")
        if not _NUMBER.fullmatch(plain):
            raise bad
        value = float(plain) if "." in plain else int(plain)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise bad
    if abs(value) > _LARGEST or not math.isfinite(value):
        raise BadValue("数字太大。", "the number is too large.")
    return value


def _within(field: Field, value: float) -> None:
    low, high = (float(end) if end else None for end in (field.low, field.high))
    if (low is None or value >= low) and (high is None or value <= high):
        return
    zh, en = _shown(field, f"{value:g}")
    unit_zh, unit_en = ((f" {said}" if said else "") for said in (field.unit.say("zh"), field.unit.say("en")))
    if low is not None and high is not None:
        raise BadValue(
            f"{zh}不在 {field.low} 到 {field.high}{unit_zh or ' '}的范围内。",
            f"{en} is not within {field.low} to {field.high}{unit_en}.",
        )
    if low is not None:
        raise BadValue(f"{zh}应不小于 {field.low}{unit_zh}。", f"{en} must be at least {field.low}{unit_en}.")
    raise BadValue(f"{zh}应不大于 {field.high}{unit_zh}。", f"{en} must be at most {field.high}{unit_en}.")


def _whole(field: Field, value: Any, _: Moments) -> int:
    number = _number(field, value, ("整数", "12"))
    if number != int(number):
        zh, en = _shown(field, value)
        raise BadValue(f"{zh}不是整数。请写整数，如 12。", f"{en} is no whole number. Write one, such as 12.")
    _within(field, number)
    return int(number)


def _decimal(field: Field, value: Any, _: Moments) -> float:
    number = float(_number(field, value, ("数", "12.5")))
    _within(field, number)
    return number


def _money(field: Field, value: Any, _: Moments) -> float:
    number = float(_number(field, value, ("金额", "1200.50")))
    if round(number, 2) != number:
        raise BadValue("金额最多两位小数（到分）。", "an amount has at most two decimals.")
    _within(field, number)
    return number


def _names(option: Option) -> set[str]:
    """Return what an option is called before a colon explains it: tables say “一类户”, forms say who that is, too."""
    return {re.split("[:：]", title, maxsplit=1)[0].strip() for title in (option.title.zh, option.title.en)}


def _choice(field: Field, value: Any, _: Moments) -> str:
    said = _plain(value) if isinstance(value, str | int | float) else ""
    for option in field.choices:
        if said in (option.id, option.title.zh, option.title.en) and said:
            return option.id
    named = [option.id for option in field.choices if said and said in _names(option)]
    if len(named) == 1:
        return named[0]
    zh, en = _shown(field, value)
    offered_zh, offered_en = ([one.title.say(language) or one.id for one in field.choices] for language in ("zh", "en"))
    raise BadValue(
        f"没有{zh}这个选项。可选：{'、'.join(offered_zh)}。",
        f"{en} is not offered. Choose from: {', '.join(offered_en)}.",
    )


def _choices(field: Field, value: Any, moments: Moments) -> list[str]:
    listed = value
    if isinstance(value, str):
        known = {one for option in field.choices for one in (option.title.zh, option.title.en)}
        listed = [value] if value.strip() in known else [one for one in re.split(r"[,，、;；\n]|\s+", value) if one]
    if not isinstance(listed, list | tuple):
        listed = [listed]
    chosen = {_choice(field, one, moments) for one in listed}
    _counted(field, len(chosen), ("项", "choices"), len(field.choices))
    return [option.id for option in field.choices if option.id in chosen]


def _yes_no(field: Field, value: Any, _: Moments) -> bool:
    if isinstance(value, bool):
        return value
    said = str(value).strip().lower()
    if said in _YES or said in _NO:
        return said in _YES
    zh, en = _shown(field, value)
    raise BadValue(f"{zh}不是“是”或“否”。", f"{en} is neither yes nor no.")


def _date(field: Field, value: Any, moments: Moments) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(moments.zone).date() if value.tzinfo else value.date()
    try:
        named = value if isinstance(value, date) else date.fromisoformat(str(value).strip())
    except ValueError:
        zh, en = _shown(field, value)
        raise BadValue(f"{zh}不是日期。请写成 2026-03-05。", f"{en} is not a date. Write it as 2026-03-05.") from None
    low, high = moments.day(field.low), moments.day(field.high)
    _between(low is None or named >= low, high is None or named <= high, low, high)
    return named.isoformat()


def _between(late: bool, early: bool, low: object, high: object) -> None:  # noqa: FBT001  two bounds, in order
    if late and early:
        return
    if low is not None and high is not None:
        raise BadValue(f"应在 {low} 到 {high} 之间。", f"must be from {low} to {high}.")
    if low is not None:
        raise BadValue(f"不能早于 {low}。", f"must not be before {low}.")
    raise BadValue(f"不能晚于 {high}。", f"must not be after {high}.")


def _time(field: Field, value: Any, _: Moments) -> str:
    try:
        named = value if isinstance(value, time) else time.fromisoformat(str(value).strip().replace("：", ":"))
    except ValueError:
        zh, en = _shown(field, value)
        raise BadValue(f"{zh}不是时间。请写成 08:30。", f"{en} is not a time. Write it as 08:30.") from None
    said = f"{named:%H:%M}"
    _between(
        not field.low or said >= field.low, not field.high or said <= field.high, field.low or None, field.high or None
    )
    return said


def _moment(field: Field, value: Any, moments: Moments) -> str:
    try:
        named = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
        local = named.replace(tzinfo=moments.zone) if named.tzinfo is None else named.astimezone(moments.zone)
    except (ValueError, OverflowError):
        zh, en = _shown(field, value)
        raise BadValue(
            f"{zh}不是时刻。请写成 2026-03-05 08:30。", f"{en} is not a moment. Write it as 2026-03-05 08:30."
        ) from None
    low, high = moments.instant(field.low), moments.instant(field.high)
    _between(low is None or local >= low, high is None or local <= high, _minute(low), _minute(high))
    return local.isoformat(timespec="seconds")


def _minute(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%d %H:%M}" if at else None


def _identity(field: Field, value: Any, _: Moments) -> str:
    plain = unicodedata.normalize("NFKC", _plain(value))
    try:
        return phone(plain) if field.kind == "phone" else id_number(plain)
    except BadNumber as bad:
        raise BadValue(bad.text.zh, bad.text.en) from None


def _place(_: Field, value: Any, __: Moments) -> dict[str, float]:
    known = value if isinstance(value, Mapping) else {}
    extra = set(known) - {"lon", "lat", "accuracy"}
    numbers = {key: known[key] for key in ("lon", "lat", "accuracy") if known.get(key) is not None}
    bad = BadValue(
        "不是位置。请在地图上点选，或写出经度（lon）和纬度（lat）。",
        "not a place. Pick it on the map, or write its longitude (lon) and latitude (lat).",
    )
    if extra or not {"lon", "lat"} <= set(numbers):
        raise bad
    try:
        found = {key: float(number) for key, number in numbers.items() if not isinstance(number, bool)}
    except (TypeError, ValueError):
        raise bad from None
    if len(found) != len(numbers) or not all(math.isfinite(one) for one in found.values()):
        raise bad
    if not (-180 <= found["lon"] <= 180 and -90 <= found["lat"] <= 90 and 0 <= found.get("accuracy", 0) <= 1e6):
        raise BadValue(
            "经度应在 -180 到 180、纬度应在 -90 到 90 之间；经纬度是否写反？",
            "longitude is from -180 to 180, latitude from -90 to 90; were the two exchanged?",
        )
    return {key: round(one, 1 if key == "accuracy" else 7) for key, one in found.items()}


def _photos(field: Field, value: Any, _: Moments) -> list[str]:
    listed = list(value) if isinstance(value, list | tuple) else [value]
    if not all(isinstance(one, str) and 0 < len(one.strip()) <= 200 for one in listed):
        raise BadValue("应为照片。", "photos are needed.")
    _counted(field, len(listed), ("张照片", "photos"), MOST_PHOTOS)
    return list(dict.fromkeys(one.strip() for one in listed))


_KINDS: Mapping[str, Callable[[Field, Any, Moments], Any]] = {
    "text": _text,
    "long_text": _text,
    "address": _text,
    "area": _text,
    "entry": _text,
    "whole": _whole,
    "decimal": _decimal,
    "money": _money,
    "choice": _choice,
    "choices": _choices,
    "yes_no": _yes_no,
    "date": _date,
    "time": _time,
    "moment": _moment,
    "phone": _identity,
    "id_number": _identity,
    "place": _place,
    "photos": _photos,
}
