"""Placeholders are filled and nothing else happens."""

from gezhi.notices.wording import render


def test_known_placeholders_are_filled_and_others_stay_to_be_seen() -> None:
    assert render("{number} 将于 {due} 到期 {who}", {"number": "A1", "due": "5月12日"}) == "A1 将于 5月12日 到期 {who}"


def test_no_attribute_index_or_format_is_followed() -> None:
    template = "{case.__class__} {case[0]} {case!r} {case:>9} {{case}}"
    assert render(template, {"case": "x"}) == "{case.__class__} {case[0]} {case!r} {case:>9} {x}"


def test_a_value_is_not_filled_a_second_time() -> None:
    assert render("{title}", {"title": "{secret}", "secret": "s"}) == "{secret}"
