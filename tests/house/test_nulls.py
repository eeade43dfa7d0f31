"""No address answers a form full of null characters with a fault of the server, whoever sends it."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from gezhi.people.models import Account
from gezhi.people.tests.cast import Cast
from gezhi.web.nulls import WithoutNulls
from tests.house.url_table import TABLE

GEZHI = Path(__file__).resolve().parents[2] / "gezhi"
_IN_CODE = re.compile(r"""(?:POST|sent|typed|asked|given)\b[^"'\n]{0,24}["']([a-z_]{2,20})["']""")
_IN_PAGES = re.compile(r"""\bname="([a-z_]{2,20})\"""")
# Sends one out of the session that the rest of the test needs, or answers to no form.
_NOT_SENT = ("web:logout", "healthz")
# One who is out in the streets and one who sets everything up.
ASKERS = ("worker", "dispatcher")


def _names() -> Iterator[str]:
    """Yield what forms of pages ask for, as code and templates name it."""
    for path in GEZHI.glob("web/**/*"):
        if path.suffix == ".py" and "tests" not in path.parts:
            yield from _IN_CODE.findall(path.read_text())
        elif path.suffix == ".html":
            yield from _IN_PAGES.findall(path.read_text())


def test_no_form_of_null_characters_is_a_fault_of_the_server(cast: Cast) -> None:
    names = sorted(set(_names()))
    assert {"area", "reason", "remark", "name", "phone", "purpose"} <= set(names)
    full = urlencode(dict.fromkeys(names, "a\x00b") | {"a\x00b": "c"})
    broken, read = [], 0
    for name, row in sorted(TABLE.items()):
        if name in _NOT_SENT or name.startswith("api:"):
            continue
        address = reverse(name, kwargs=dict(row.args(cast)))
        for role in ASKERS:
            client = Client(raise_request_exception=False)
            if (account := cast.role(role)) is not None:
                # read again: some form before may have ended this one's sessions
                client.force_login(Account.objects.get(pk=account.pk))
            status = client.post(address, full, content_type="application/x-www-form-urlencoded").status_code
            read += status == 422  # a form said what was wrong
            if status >= 500:
                broken.append((name, role))
    assert broken == []
    assert read > 10


@pytest.mark.parametrize("kind", ["multipart/form-data", "application/x-www-form-urlencoded"])
def test_what_a_page_reads_has_no_null_character(kind: str) -> None:
    make = RequestFactory()
    sent = {"na\x00me": ["李\x00网格", "b"], "area": "\x00"}
    if kind == "multipart/form-data":
        request = make.post("/desk/inbox", sent)
    else:
        request = make.post("/desk/inbox", "na%00me=%E6%9D%8E%00%E7%BD%91%E6%A0%BC&na%00me=b&area=%00", kind)
    request.resolver_match = resolve("/desk/inbox")
    WithoutNulls(lambda _request: pytest.fail("not asked")).process_view(request, lambda: None, (), {})  # type: ignore[arg-type, return-value]
    assert dict(request.POST.lists()) == {"name": ["李网格", "b"], "area": [""]}
    with pytest.raises(AttributeError):
        request.POST["more"] = "x"  # type: ignore[misc]


def test_a_path_with_a_null_character_leads_nowhere(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.dispatcher)
    for address in ("/desk/case/a%00b", "/setup/areas/5%00", "/track/a%00b", "/desk/registers/a%00b"):
        assert client.get(address).status_code == 404
