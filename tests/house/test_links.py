"""Links lead somewhere: those that a lower room writes to pages above it, and those of the first pages people read."""

import re
from urllib.parse import urlsplit

from django.urls import resolve

from gezhi.cases.events import OFFICE_LINK, REPORTER_LINK
from tests.house.sources import ROOT


def test_notices_lead_to_the_case() -> None:
    assert resolve(OFFICE_LINK.format(number="260509-0137")).view_name == "web:desk_case"
    assert resolve(urlsplit(REPORTER_LINK.format(number="260509-0137")).path).view_name == "web:portal_track"


def test_the_readmes_lead_to_files_that_there_are() -> None:
    for readme in ("README.md", "README.zh.md", "CONTRIBUTING.md"):
        targets = re.findall(r"\]\(([^)#]+)", (ROOT / readme).read_text())
        assert [one for one in targets if "://" not in one and not (ROOT / one).exists()] == [], readme
