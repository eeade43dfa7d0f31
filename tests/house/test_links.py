"""Links that a lower room writes lead to pages of an upper one, which it can't import."""

from urllib.parse import urlsplit

from django.urls import resolve

from gezhi.cases.events import OFFICE_LINK, REPORTER_LINK


def test_notices_lead_to_the_case() -> None:
    assert resolve(OFFICE_LINK.format(number="260509-0137")).view_name == "web:desk_case"
    assert resolve(urlsplit(REPORTER_LINK.format(number="260509-0137")).path).view_name == "web:portal_track"
