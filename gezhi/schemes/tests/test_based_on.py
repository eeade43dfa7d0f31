"""A procedure that is based on pieces: what it may leave out, and which base is meant."""

import pytest

from gezhi.schemes.model import SchemeError
from gezhi.schemes.source import load

HEAD = """
scheme = "s"
version = "1"
title = "s"
levels = [{id = "village", title = "村"}]

[posts.clerk]
title = "经办人"
at = "village"

[pieces.service]
title = "代办"

[pieces.service.steps.accept]
title = "受理"
limit = "3 workdays"

[pieces.service.actions.finish]
from = "accept"
to = "closed"
"""


def scheme(rules: str) -> dict[str, str]:
    return {"s/scheme.toml": HEAD + rules}


def test_a_procedure_may_bear_the_name_of_the_piece_it_is_based_on() -> None:
    loaded = load(
        scheme("""
[procedures.service]
based_on = ["service"]

[procedures.service.steps.accept]
holder = "clerk"

[procedures.service.actions.finish]
clause = "P1"
""")
    )
    procedure = loaded.procedures["service"]
    assert procedure.title.zh == "代办"
    assert procedure.steps["accept"].holder[0].value == "clerk"
    assert set(procedure.actions["finish"].ways) == {"accept"}
    assert procedure.actions["finish"].clause == "P1"


def test_what_is_still_missing_after_inheriting_is_an_error_at_the_step() -> None:
    with pytest.raises(SchemeError) as caught:
        load(scheme('[procedures.plain]\nbased_on = ["service"]\n[procedures.plain.actions.extra]\ntitle = "多"\n'))
    assert {(one.code, one.path) for one in caught.value.findings} == {
        ("missing_key", "procedures.plain.steps.accept"),
        ("missing_key", "procedures.plain.actions.extra"),
    }


def test_a_base_that_leads_back_to_itself_is_an_error() -> None:
    with pytest.raises(SchemeError) as caught:
        load(scheme('[procedures.a]\nbased_on = ["b"]\n[procedures.b]\nbased_on = ["a"]\n'))
    assert {one.code for one in caught.value.findings} == {"unknown_base"}
