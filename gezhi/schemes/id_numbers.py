"""Numbers that identify or reach a person: which are good, and how each is kept."""

import re
from datetime import date

from gezhi.schemes.text import Text

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_CHINESE_ID = re.compile(r"\d{17}[\dX]")
_OTHER_ID = re.compile(r"[A-Z0-9()\-]{5,30}")
_HOME = re.compile(r"^(?:\+86|0086|86(?=1\d{10}$))")
# mobiles, fixed lines with their area code, 400 and 800, short service numbers, a local number, abroad
_PHONE = re.compile(
    r"1[3-9]\d{9}|0\d{2,3}[2-9]\d{6,7}(?:#\d{1,6})?|[48]00\d{7}|1\d{2,4}|9\d{4}|[2-9]\d{6,7}(?:#\d{1,6})?|\+[1-9]\d{6,14}"
)


class BadNumber(ValueError):
    """A number that can't be one: what is wrong with it, without saying the number again."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(zh, en)


def phone(raw: str) -> str:
    """Return a telephone number as it is kept: digits, an extension behind #, a country's code only of others."""
    plain = re.sub(r"(?:转|分机|ext\.?|x)\s*", "#", raw.strip(), flags=re.IGNORECASE)
    plain = _HOME.sub("", re.sub(r"[\s\-()./·]", "", plain))
    found = _PHONE.fullmatch(plain)
    if found is None:
        digits = sum(one.isdigit() for one in plain)
        raise BadNumber(
            f"不是电话号码（{digits} 位数字）。请写 11 位手机号，或带区号的固定电话，如 0315-1234567。",
            f"not a telephone number ({digits} digits). Write a mobile number of 11 digits, or a fixed line with its "
            "area code, such as 0315-1234567.",
        )
    return plain


def id_number(raw: str) -> str:
    """Return an identity number as it is kept; a Chinese one must have its check digit, others are kept as they are."""
    plain = re.sub(r"\s", "", raw).upper()
    if re.fullmatch(r"\d{6,}X?", plain) and len(plain) >= 16:
        return _chinese(plain)
    if not _OTHER_ID.fullmatch(plain) or not any(one.isdigit() for one in plain):
        raise BadNumber(
            "不是证件号码。请写 18 位身份证号，或护照、通行证等证件的号码（5 至 30 个字母、数字）。",
            "not an identity number. Write the 18 digits of an identity card, or the number of a passport or permit "
            "(5 to 30 letters and digits).",
        )
    return plain


def _chinese(plain: str) -> str:
    if not _CHINESE_ID.fullmatch(plain):
        raise BadNumber(
            f"身份证号应为 18 位，这里是 {len(plain)} 位。",
            f"an identity card's number has 18 digits; this has {len(plain)}.",
        )
    try:
        date(int(plain[6:10]), int(plain[10:12]), int(plain[12:14]))
    except ValueError:
        raise BadNumber(
            "身份证号第 7 至 14 位不是出生日期，请核对。",
            "the digits 7 to 14 of the identity number are no date of birth; compare it with the card.",
        ) from None
    if check_digit(plain) != plain[17]:
        raise BadNumber(
            "身份证号的校验位不对，请与证件核对，多半有一位写错。",
            "the identity number's check digit is wrong; compare it with the card, one digit was probably mistyped.",
        )
    return plain


def check_digit(plain: str) -> str:
    """Return the check digit that the first 17 digits ask for (GB 11643)."""
    return _CHECK[sum(int(one) * weight for one, weight in zip(plain, _WEIGHTS, strict=False)) % 11]
