"""A form of the field whose reply was lost comes again from the outbox, under the same key: it is taken once.

One line for each form that the outbox keeps (`data-keep`); a new one without its line fails.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import QuerySet
from django.test import Client

from gezhi.cases.models import Comment
from gezhi.duties import operations as duties
from gezhi.duties.models import Absence, Activity, Objection
from gezhi.enactment import operations as enactment
from gezhi.people.models import Account
from gezhi.sync.models import Receipt
from gezhi.sync.operations.taking import HANDLERS
from gezhi.sync.tests.conftest import Phone
from gezhi.sync.tests.test_signing import DUTY, SIGNED
from gezhi.web import field as room
from gezhi.web.tests.conftest import District

FOLDER = Path(room.__file__).parent
KEY = "key-made-once-by-the-form"
type Browser = Callable[[Account | None], Client]
pytestmark = pytest.mark.usefixtures("at_the_districts_time")


@dataclass(frozen=True)
class Form:
    """A form of a page, and the record that the outbox makes of it."""

    address: str
    sent: dict[str, str]
    kind: str
    data: dict[str, Any]
    base: int | None = None
    who: str = "worker"
    given: dict[str, Any] = field(default_factory=dict)


def _activity(district: District, *, ended: bool = True) -> Activity:
    now = district.now
    return duties.record(
        actor=district.cast.worker, now=now, key="one-activity", duty=DUTY, area=district.cast.grids[0],
        began=now - timedelta(minutes=30), ended=now if ended else None, answers={"weather": "fine"} if ended else {},
    ).activity  # fmt: skip


def _change(district: District, what: str, record: dict[str, Any], kind: str = "amend", **sent: str) -> Form:
    row = _activity(district)
    version = str(row.version)
    base = row.version if what != "withdraw" else None
    who = "head" if kind == "sign" else "worker"
    return Form(
        f"/field/activity/{row.pk}/change", {"what": what, "version": version} | sent, kind,
        {"activity": str(row.pk)} | record, base, who,
    )  # fmt: skip


def _act(district: District) -> Form:
    number, desk = district.open().number, f"grid_worker@{district.cast.grids[0].code}"
    sent = {"action": "settle", "desk": desk, "part": "0", "version": "1", "settle-result": "已经清走了"}
    data = {"number": number, "action": "settle", "desk": desk, "answers": {"result": "已经清走了"}}
    return Form(f"/field/case/{number}/do", sent, "act", data, 1)


def _note(district: District) -> Form:
    number = district.open().number
    return Form(
        f"/field/case/{number}/note",
        {"note": "钥匙在门卫"},
        "note",
        {"number": number, "text": "钥匙在门卫", "photos": []},
    )


def _correct(district: District) -> Form:
    number = district.open(district.cast.worker, channel="field").number
    sent = {"version": "1", "text": "在桥的北头", "address": "清溪路"}
    return Form(
        f"/field/case/{number}/correct",
        sent,
        "correct",
        {"number": number, "text": "在桥的北头", "address": "清溪路"},
        1,
    )


def _report(district: District) -> Form:
    lon, lat = district.cast.point(1)
    sent = {"item": "env.litter", "text": "路口垃圾", "lon": f"{lon:.6f}", "lat": f"{lat:.6f}"}
    return Form("/field/report", sent, "report", {**sent, "lon": lon, "lat": lat, "photos": []})


def _away(_district: District) -> Form:
    days = {"first": "2026-06-10", "last": "2026-06-12", "reason": "leave"}
    return Form("/field/duties/away", {"what": "away"} | days, "excuse", days)


def _back(district: District) -> Form:
    who = district.cast.worker
    row = duties.go_away(
        actor=who, account=who, first=date(2026, 6, 10), last=date(2026, 6, 12), reason="leave", now=district.now
    )
    return Form("/field/duties/away", {"what": "back", "id": str(row.pk)}, "excuse", {"back": str(row.pk)})


_MISSED = {"duty": "rounds.walk", "on": "2026-06-02"}


def _object(district: District) -> Form:
    missed = _MISSED | {"area": district.cast.grids[0].code}
    sent = {"what": "object", "why": "台风停工"} | missed
    return Form("/field/duties/away", sent, "excuse", {"reason": "台风停工"} | missed)


def _take_back(district: District) -> Form:
    row = duties.object_to(
        actor=district.cast.worker, now=district.now, duty="rounds.walk", area=district.cast.grids[0].code,
        on=date(2026, 6, 2), reason="台风停工",
    )  # fmt: skip
    return Form("/field/duties/away", {"what": "take_back", "id": str(row.pk)}, "excuse", {"take_back": str(row.pk)})


def _finding(district: District) -> Form:
    row = _activity(district, ended=False)
    one = {"text": "井盖松动", "item": "env.litter", "way": "case", "result": ""}
    found: dict[str, Any] = one | {"photos_before": [], "photos_after": []}
    return Form(f"/field/activity/{row.pk}/found", one, "amend", {"activity": str(row.pk), "findings": [found]})


def _end(district: District) -> Form:
    row = _activity(district, ended=False)
    sent = {"weather": "rain", "remarks": "走完了", "form_print": ""}
    data = {"activity": str(row.pk), "ended": district.now.isoformat(), "answers": {"weather": "rain"}}
    return Form(f"/field/activity/{row.pk}/end", sent, "activity", data | {"remarks": "走完了", "findings": []})


def _begin(district: District) -> Form:
    grid, (lon, lat) = district.cast.grids[0].code, district.cast.point(1)
    sent = {"of": "", "lon": f"{lon}", "lat": f"{lat}", "accuracy": "8"}
    data = {"duty": DUTY, "area": grid, "began": district.now.isoformat(), "place": [lon, lat, 8]}
    return Form(f"/field/duty/{DUTY}/{grid}/begin", sent, "activity", data)


FORMS: dict[str, Callable[[District], Form]] = {
    "act": _act,
    "note": _note,
    "sign": lambda it: _change(it, "sign", {"agrees": True}, "sign"),
    "decline": lambda it: _change(it, "decline", {"agrees": False, "reason": "天气不对"}, "sign", reason="天气不对"),
    "remarks": lambda it: _change(it, "remarks", {"remarks": "北门缺灯"}, remarks="北门缺灯"),
    "withdraw": lambda it: _change(it, "withdraw", {"withdraw": "记错了"}, reason="记错了"),
    "answers": lambda it: _change(it, "answers", {"answers": {"weather": "rain"}}, weather="rain", form_print=""),
    "away": _away,
    "back": _back,
    "take_back": _take_back,
    "object": _object,
    "finding": _finding,
    "end": _end,
    "begin": _begin,
    # Kept by scripts of their own.
    "report": _report,
    "correct": _correct,
}
_OWN_SCRIPT = {"report", "correct"}


@pytest.fixture
def place(district: District) -> District:
    """Return the district with a plan whose rounds the head of the station signs."""
    when = datetime(2025, 12, 31, tzinfo=UTC)
    enactment.enact(files={"rounds/scheme.toml": SIGNED}, actor=None, on=date(2026, 1, 1), now=when)
    return district


def _rows() -> dict[str, int]:
    """Return how many rows each table of the rooms has that a form may write in."""
    found: dict[str, int] = {}
    for written in ("cases", "duties", "registers", "foundation"):
        for model in apps.get_app_config(written).get_models():
            found[model.__name__] = QuerySet(model).count()
    return found


def _post(place: District, browser_of: Browser, form: Form, key: str = KEY) -> Any:
    client = browser_of(getattr(place.cast, form.who))
    return client.post(form.address, form.sent | {"key": key}, headers={"accept": "application/json"})


def _push(place: District, form: Form) -> Any:
    phone = Phone(place, getattr(place.cast, form.who))
    (result,) = phone.send(phone.record(form.kind, form.data, base=form.base, key=KEY))
    return result


def test_every_form_that_the_outbox_keeps_has_its_line() -> None:
    script = (FOLDER / "static/field/offline/from-page.js").read_text()
    table = script.partition("export const keepers = {")[2].partition("\n};")[0]
    keepers = set(re.findall(r"^  (?:async )?(\w+)[(:]", table, re.MULTILINE))
    assert keepers == set(FORMS) - _OWN_SCRIPT
    pages = "\n".join(path.read_text() for path in (FOLDER / "templates/field").glob("*.html"))
    assert set(re.findall(r'data-keep="(\w+)"', pages)) == keepers


def test_every_kind_that_the_outbox_sends_is_taken_once(place: District) -> None:
    made = {form.kind for form in (make(place) for make in FORMS.values() if make is not _take_back)}
    # no page's form makes these: the outbox does, with one key at every try
    assert made | {"photos", "entry"} == set(HANDLERS)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_whose_reply_was_lost_is_taken_once(name: str, place: District, browser_of: Browser) -> None:
    form = FORMS[name](place)
    before = _rows(), _versions()
    answer = _post(place, browser_of, form)
    assert answer.status_code == 200, answer.content.decode()
    after = _rows(), _versions()
    assert after != before
    place.later(seconds=40)
    again = _push(place, form)
    assert (again.outcome, _rows(), _versions()) == ("duplicate", *after)
    # pressed again on the page it leads where the first one led
    assert _post(place, browser_of, form).json()["to"].partition("?")[0] == answer.json()["to"].partition("?")[0]
    assert (_rows(), _versions()) == after


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_comes_late_finds_what_the_outbox_brought(name: str, place: District, browser_of: Browser) -> None:
    form = FORMS[name](place)
    before = _rows(), _versions()
    assert _push(place, form).outcome == "accepted"
    after = _rows(), _versions()
    assert after != before
    place.later(seconds=40)
    assert _post(place, browser_of, form).status_code == 200
    assert (_rows(), _versions()) == after


def test_without_a_key_or_under_another_one_it_is_another_note(place: District, browser_of: Browser) -> None:
    form = _note(place)
    for key in (KEY, "another-key-of-a-form", "", "short", "k" * 101, "bad\nkey-of-a-form"):
        assert _post(place, browser_of, form, key).status_code == 200
    assert Comment.objects.filter(text="钥匙在门卫").count() == 6
    assert set(Receipt.objects.values_list("key", flat=True)) == {KEY, "another-key-of-a-form"}


def test_what_was_refused_leaves_its_key_free(place: District, browser_of: Browser) -> None:
    form = _note(place)
    client = browser_of(place.cast.worker)
    assert client.post(form.address, {"note": "", "key": KEY}).status_code == 422
    assert client.post(form.address, {"note": "第二次写全了", "key": KEY}).status_code == 302
    assert Comment.objects.get().text == "第二次写全了"


def test_nobody_is_told_what_became_of_anothers_key(place: District, browser_of: Browser) -> None:
    form = _note(place)
    _post(place, browser_of, form)
    stranger = browser_of(place.cast.other_worker)
    assert stranger.post(form.address, form.sent | {"key": KEY}).status_code == 404
    assert Comment.objects.count() == 1


def _versions() -> list[Any]:
    """Return what changes without a row more."""
    return [
        list(Activity.objects.unscoped(reason="a test looks").values_list("version", "ended", "withdrawn_at", "found")),
        list(Absence.objects.values_list("pk", flat=True)),
        list(Objection.objects.values_list("pk", "state")),
    ]
