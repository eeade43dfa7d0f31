"""Whoever a case is about never gets a part of it."""

from datetime import UTC, datetime

from gezhi.schemes import engine
from gezhi.schemes.source import load
from gezhi.schemes.state import Act, Desk, Opening

RULES = """
scheme = "s"
version = "1"
title = "s"
levels = [{id = "town", title = "镇"}]

[posts.office]
title = "镇办"
at = "town"
superior = "leader"

[posts.leader]
title = "领导"
at = "town"

[questions.with]
kind = "departments"
title = "协办"

[procedures.p]
[procedures.p.steps.office]
holder = "office"
[procedures.p.actions.call]
from = "office"
asks = ["with"]
joint = {desks = ["answer.with"], limit = "3 workdays"}
[procedures.p.actions.finish_part]
from = "office"
by = "parts"
part = "finish"
[procedures.p.actions.finish]
from = "office"
to = "closed"
"""
FILES = {
    "s/scheme.toml": RULES,
    "s/departments.csv": "id,title,superior\nwater,水利站,leader\nroads,道路站,office\nland,国土所,leader\n",
    "s/catalogue.csv": "id,title,procedure\nditch,沟渠,p\n",
}
AT = datetime(2026, 3, 16, 2, tzinfo=UTC)


def parts_when_about(*about: Desk) -> list[str]:
    scheme = load(FILES)
    state = engine.open_case(scheme, Opening("ditch", "portal", AT, about=about)).state
    called = Act("call", Desk("post", "office"), AT, {"with": ["water", "roads", "land"]})
    return [part.desk.name for part in engine.act(scheme, state, called).state.parts]


def test_each_named_department_gets_a_part() -> None:
    assert parts_when_about() == ["department:water", "department:roads", "department:land"]


def test_the_part_of_a_department_complained_about_goes_to_the_post_above_it() -> None:
    assert parts_when_about(Desk("department", "water")) == ["leader", "department:roads", "department:land"]


def test_one_desk_gets_one_part_though_it_steps_in_for_two() -> None:
    about = (Desk("department", "water"), Desk("department", "land"))
    assert parts_when_about(*about) == ["leader", "department:roads"]


def test_no_part_where_the_holder_is_the_one_above() -> None:
    assert parts_when_about(Desk("department", "roads")) == ["department:water", "department:land"]
