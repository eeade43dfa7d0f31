"""What can go wrong with entries: what was wrong, what was kept and what to do, in Chinese and English."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language

from gezhi.schemes.text import Text


class Refused(Exception):
    """The base of this room's errors. `code` is for programs, `text` for people, `field` names an answer."""

    code = "refused"

    def __init__(self, zh: str, en: str, *, field: str = "") -> None:
        super().__init__(en)
        self.text = Text(zh, en)
        self.field = field

    def __str__(self) -> str:
        return self.text.say(get_language() or "zh-hans")


class NotFound(Refused):
    """There is no such entry or register, or it may not be seen: the two are not told apart."""

    code = "not_found"

    def __init__(self, zh: str = "", en: str = "") -> None:
        super().__init__(
            zh or "没有您可以查看的这个条目。它可能已并入别的条目，或不在您的区域。",
            en or "There is no such entry that you may see. It may have been merged, or lie outside your areas.",
        )


class Forbidden(Refused):
    """The account may not do this here."""

    code = "forbidden"


class BadAnswers(Refused):
    """Answers that the form does not take; `faults` say which and why. Nothing was written."""

    code = "bad_answers"

    def __init__(self, faults: Sequence[Any]) -> None:
        first = faults[0]
        more = len(faults) - 1
        zh = first.text.zh + (f"（另有 {more} 处）" if more else "")
        en = first.text.en + (f" (and {more} more)" if more else "")
        super().__init__(zh, en, field=first.path)
        self.faults = tuple(faults)


class AskArea(Refused):
    """The area was divided meanwhile and the place does not say into which part; `choices` are codes with names."""

    code = "ask_area"

    def __init__(self, code: str, choices: Sequence[tuple[str, str]]) -> None:
        names_zh = "、".join(f"{name}（{one}）" for one, name in choices)
        names_en = ", ".join(f"{name} ({one})" for one, name in choices)
        super().__init__(
            f"网格 {code} 已经拆分。请从 {names_zh} 中选择一个再提交，填写的内容都还在。",
            f"The grid {code} was divided meanwhile. Choose {names_en} and send again; what you wrote is kept.",
            field="area",
        )
        self.choices = tuple(choices)


class Impossible(Refused):
    """The entry is not in a state in which this can be done."""

    code = "impossible"
