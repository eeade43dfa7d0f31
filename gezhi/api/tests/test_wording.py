"""What is wrong with a body is said in the caller's language, with its place; no decoder's words get through."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from django.utils import translation

from gezhi.api import wording

from .conftest import District, MakeCaller


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    n: int
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=3)] | None = None
    kind: Literal["x", "y"] = "x"
    several: Annotated[list[int], msgspec.Meta(max_length=1)] = msgspec.field(default_factory=list)
    at: datetime | None = None
    pk: UUID | None = None
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] = 0
    code: Annotated[str, msgspec.Meta(pattern="^x")] = "x"


WRONG: dict[str, tuple[str, str]] = {
    "[]": ("应为对象", "an object"),
    "{}": ("缺少字段“n”", "“n” is missing"),
    '{"n": 1, "z": 2}': ("没有字段“z”", "no field “z”"),
    '{"n": "x"}': ("n：应为整数，不是文字", "n: a whole number is expected, not text"),
    '{"n": null}': ("不是空值", "not null"),
    '{"n": 1, "text": ""}': ("至少 1 个字", "at least 1 characters"),
    '{"n": 1, "text": "four"}': ("至多 3 个字", "at most 3 characters"),
    '{"n": 1, "kind": "q"}': ("不在说明列出的取值里", "none of the values"),
    '{"n": 1, "several": ["x"]}': ("several[0]：", "several[0]: "),
    '{"n": 1, "several": [1, 2]}': ("至多 1 项", "at most 1 entries"),
    '{"n": 1, "at": "noon"}': ("带时区", "with an offset"),
    '{"n": 1, "pk": "x"}': ("UUID", "UUID"),
    '{"n": 1, "lon": 999}': ("不大于 180.0", "at most 180.0"),
    '{"n": 1, "code": "a"}': ("形式应为", "of the form"),
}


@pytest.mark.parametrize(("body", "told"), WRONG.items())
def test_each_kind_of_fault_is_said_in_both_languages(body: str, told: tuple[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(body, type=_Body)
    for language, words in zip(("zh-hans", "en"), told, strict=True):
        with translation.override(language):
            said = wording.said(str(caught.value))
        assert words in said
        assert "`" not in said
        if language == "zh-hans":
            assert not re.search(r"Expected|Object|Invalid|got", said)


@pytest.mark.parametrize(("body", "status"), [({"item": "env.litter"}, 422), ("{", 400)])
def test_a_caller_hears_it_in_the_language_it_asks_for(
    district: District, caller: MakeCaller, body: Any, status: int
) -> None:
    chinese = caller(district.cast.dispatcher, language="zh-CN").post("/cases", body)
    english = caller(district.cast.dispatcher, language="en").post("/cases", body)
    assert (chinese.status_code, english.status_code) == (status, status)
    told = chinese.json()["error"]["message"], english.json()["error"]["message"]
    assert told[0] != told[1]
    assert ("缺少字段“client_key”" if status == 422 else "没有写完") in told[0]
