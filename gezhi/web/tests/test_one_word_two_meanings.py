"""An English word that means two things is said in Chinese as what it means there: catalogues of all rooms are one."""

from collections.abc import Callable

from django.test import Client
from django.utils.translation import override, pgettext

from gezhi.people.models import Account
from gezhi.web.tests.conftest import District

type Browser = Callable[[Account | None], Client]


def test_a_resident_is_asked_for_the_code_of_a_matter(district: District, browser_of: Browser) -> None:
    assert 'for="secret">查询码' in browser_of(None).get("/track").content.decode()


def test_a_key_opens_a_case_and_a_light_is_no_theme() -> None:
    with override("zh-hans"):
        said = [pgettext(*one) for one in (("a case", "open"), ("lamp", "Light"), ("entry", "Code"), ("plan", "Posts"))]
        ended = pgettext("activity", "Ended")
    assert said == ["打开", "灯", "编号", "岗位"]
    assert ended == "已结束"
