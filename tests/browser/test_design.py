"""The catalogue of components, in each theme and at each width, has no fault that a page could inherit."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.browser import faults
from tests.browser.look import EXTREMES


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("tests.browser.with_design")
def test_no_component_has_a_fault(chromium: Browser, live_server: LiveServer) -> None:
    for look in EXTREMES:
        context = chromium.new_context(
            base_url=live_server.url, locale=look.language, color_scheme=look.theme,
            viewport={"width": look.width, "height": look.height},
        )  # fmt: skip
        page = context.new_page()
        answer = page.goto("/design")
        assert answer is not None
        found = [*faults.inline(answer.text()), *faults.frame(page), *faults.axe(page, look.width)]
        # the two sides show the same parts: their landmarks are twins
        faulty = [one for one in found if not one.startswith("landmark-unique")]
        assert faulty == [], "\n".join(faulty)
        context.close()
