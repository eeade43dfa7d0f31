"""Any form of a plan is drawn and read back, rows and conditions too, and what is masked stays unless it is written."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory

from gezhi.schemes.filled import fill
from gezhi.schemes.forms import Field, Form
from gezhi.schemes.model import Option
from gezhi.schemes.text import Text
from gezhi.web import forms

NOW = datetime(2026, 6, 3, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ROOMS = (
    Field("area", "decimal", Text("面积", "Area"), required=True),
    Field("lets", "yes_no", Text("出租", "Let")),
    Field("tenant", "text", Text("租户", "Tenant"), when="lets"),
)
FORM = Form(
    "home",
    Text("户", "Home"),
    (
        Field("head", "text", Text("户主", "Head"), required=True),
        Field("phone", "phone", Text("电话", "Telephone"), sensitive=True),
        Field("class", "choice", Text("类别", "Class"), choices=(Option("1", Text("一类")), Option("2", Text("二类")))),
        Field("needs", "choices", Text("需要"), choices=(Option("meals", Text("助餐")), Option("care", Text("照看")))),
        Field("dog", "yes_no", Text("养犬")),
        Field("dogs", "whole", Text("几只"), low="1", when="dog"),
        Field("spot", "place", Text("位置")),
        Field("place", "group", Text("地方"), fields=(Field("floor", "whole", Text("楼层")),)),
        Field("rooms", "repeat", Text("房间"), fields=ROOMS),
        Field("seen", "moment", Text("见面")),
        Field("note", "note", Text("请当面填写")),
    ),
)


def sent(**answers: Any) -> forms.Sent:
    query = QueryDict(mutable=True)
    for path, value in answers.items():
        query.setlist(path.replace("__", "."), value if isinstance(value, list) else [value])
    request = RequestFactory().post("/", query.urlencode(), content_type="application/x-www-form-urlencoded")
    return forms.read(FORM, request, actor="", now=NOW)


def page(drawn: forms.Drawn) -> str:
    return render_to_string("web/parts/scheme_form.html", {"drawn": drawn})


def test_what_was_sent_comes_to_the_form_with_rows_groups_and_places() -> None:
    got = sent(
        head="王", dog="yes", dogs="2", needs=["meals", "care"], floor="3", spot__lon="103.5", spot__lat="29.4",
        rooms__rows="3", rooms__0__area="12", rooms__0__lets="yes", rooms__0__tenant="赵", rooms__2__area="8",
        form_print=FORM.print,
    )  # fmt: skip
    filled = fill(FORM, got.answers, at=NOW)
    assert filled.faults == ()
    assert filled.values == {
        "head": "王", "dog": True, "dogs": 2, "needs": ["meals", "care"], "floor": 3,
        "spot": {"lon": 103.5, "lat": 29.4},
        "rooms": [{"area": 12.0, "lets": True, "tenant": "赵"}, {"area": 8.0}],
    }  # fmt: skip
    assert got.form_print == FORM.print


def test_faults_stand_at_their_fields_and_nothing_typed_is_lost() -> None:
    got = sent(head="", rooms__rows="1", rooms__0__area="大", dog="yes", dogs="许多")
    filled = fill(FORM, got.answers, at=NOW)
    drawn = forms.draw(FORM, got.answers, faults=filled.faults)
    assert set(drawn.errors) == {"head", "rooms.0.area", "dogs"}
    words = page(drawn)
    assert 'id="f-rooms.0.area-error"' in words
    assert 'value="大"' in words
    assert 'value="许多"' in words


def test_every_kind_is_drawn_with_its_label_and_conditions_come_along() -> None:
    words = page(forms.draw(FORM, {"rooms": [{"area": 3.5}], "needs": ["care"], "dog": False}))
    for title in ("户主", "电话", "类别", "需要", "养犬", "位置", "地方", "楼层", "房间", "面积", "见面", "请当面填写"):
        assert title in words
    assert 'data-when="[&quot;name&quot;, &quot;dog&quot;]"' in words
    assert words.count("data-row=") == 2  # what is there, and a blank one


def test_what_is_masked_is_never_in_the_page_and_stays_when_left_empty() -> None:
    drawn = forms.draw(FORM, {"head": "王"}, masked={"phone": "138****1234"})
    assert "138****1234" in page(drawn)
    request = RequestFactory().post("/", {"head": "王", "phone": ""})
    assert "phone" not in forms.read(FORM, request, actor="", now=NOW, masked=["phone"]).answers
    cleared = RequestFactory().post("/", {"head": "王", "phone": "", "phone.clear": "yes"})
    assert forms.read(FORM, cleared, actor="", now=NOW, masked=["phone"]).answers["phone"] == ""


@pytest.mark.parametrize("rows", ["-1", "x", "999999999", ""])
def test_a_forged_count_of_rows_does_no_harm(rows: str) -> None:
    assert sent(head="王", rooms__rows=rows).answers["rooms"] == []
