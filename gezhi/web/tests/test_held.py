"""What was sent after the session's end comes back filled for the same person, without scripts, and for nobody else."""

import re
from datetime import timedelta
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from PIL import Image
from pytest_django import Settings

from gezhi.cases.models import Case
from gezhi.cases.tests.conftest import District
from gezhi.foundation import clock
from gezhi.people import operations as people
from gezhi.people.models import Account
from gezhi.web.held.filling import PRESSED, filled
from gezhi.web.held.keeping import Held

PASSWORD = "walk the grid daily"
WORDS = '不归我们管，请另派 <b>"急"</b>'


def _sign_in(client: Client, account: Account) -> None:
    people.set_password(actor=None, account=account, password=PASSWORD, now=clock.now())
    assert client.post("/login", {"login": account.username, "password": PASSWORD}).status_code == 302


@pytest.fixture
def late(settings: Settings) -> int:
    """Return after how many seconds a session is over."""
    settings.SESSION_IDLE_SECONDS = 600
    return 601


def _send_late(client: Client, district: District, late: int, **more: object) -> str:
    """Let a grid worker report up after the session's end; return where the sign-in leads afterwards."""
    number = district.open().number
    page = f"/desk/case/{number}"
    with time_machine.travel(clock.now(), tick=False) as time:
        _sign_in(client, district.cast.worker)
        assert client.get(f"{page}?do=report_up").status_code == 200
        time.shift(late)
        # the page asks by itself at that very moment, with the same cookie
        asking = Client()
        asking.cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
        assert not asking.get("/account/session").json()["signed_in"]
        sent = client.post(
            f"{page}/act", {"action": "report_up", "part": "0", "desk": "x", "report_up-reason": WORDS, **more},
            headers={"Referer": f"http://testserver{page}"},
        )  # fmt: skip
    assert sent.status_code == 302
    assert sent["Location"] == f"/login?next={page}%3Fdo%3Dreport_up"
    return f"{page}?do=report_up"


def test_words_come_back_in_their_form_and_go_when_they_were_sent(district: District, late: int) -> None:
    browser = Client()
    page = _send_late(browser, district, late)
    assert "回到原来的表单" in browser.get(f"/login?next={page}").text
    assert WORDS not in str(dict(browser.session)), "a session's row is not sealed by itself"
    _sign_in(browser, district.cast.worker)
    shown = browser.get(page)
    assert '不归我们管，请另派 &lt;b&gt;"急"&lt;/b&gt;</textarea>' in shown.text
    assert 'id="held"' in shown.text
    # loaded again it is still there; sent, it is gone
    assert 'id="held"' in browser.get(page).text
    form = {"action": "report_up", "part": "0", "report_up-reason": WORDS, "desk": _desk(shown.text)}
    assert browser.post(page.replace("?do=report_up", "/act"), form).status_code == 302
    assert Case.objects.unscoped(reason="a test").get().step == "station"
    assert 'id="held"' not in browser.get(page.partition("?")[0]).text


def test_another_deed_at_the_same_case_is_not_taken_for_it() -> None:
    held = Held("/desk/case/1/act", "/desk/case/1", "", clock.now(), {"action": ["report_up"], "part": ["0"]})
    same, other = {"action": "report_up", "part": "0"}, {"action": "settle", "part": "0"}
    post = RequestFactory().post
    assert held.is_same(post("/desk/case/1/act", same))
    assert not held.is_same(post("/desk/case/1/act", other))
    assert not held.is_same(post("/desk/case/1/note", same))


def _desk(html: str) -> str:
    return html.partition('name="desk" value="')[2].partition('"')[0]


def test_nobody_else_in_the_same_browser_gets_it(district: District, late: int) -> None:
    browser = Client()
    page = _send_late(browser, district, late)
    _sign_in(browser, district.cast.centre)
    assert "不归我们管" not in browser.get(page).text
    browser.post("/logout")
    _sign_in(browser, district.cast.worker)
    assert "不归我们管" not in browser.get(page).text, "once another has signed in, it is forgotten"


def test_a_photo_that_was_sent_late_is_kept_with_its_form(district: District, late: int) -> None:
    picture = BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "JPEG")
    browser, number = Client(), district.open().number
    page = f"/desk/case/{number}"
    with time_machine.travel(clock.now(), tick=False) as time:
        _sign_in(browser, district.cast.worker)
        time.shift(late)
        photo = SimpleUploadedFile("vorher.jpg", picture.getvalue(), "image/jpeg")
        browser.post(
            f"{page}/note", {"to": "offices", "note": WORDS, "note_photos": photo}, headers={"Referer": f"http://testserver{page}"}
        )  # fmt: skip
    _sign_in(browser, district.cast.worker)
    shown = browser.get(page).text
    assert "您选好的 1 个文件" in shown
    assert 'name="note_photos.kept"' in shown


def test_what_was_typed_at_setup_comes_back_too(district: District, late: int) -> None:
    browser, cast = Client(), district.cast
    page = f"/setup/people/{cast.worker.pk}/edit"
    with time_machine.travel(clock.now(), tick=False) as time:
        _sign_in(browser, cast.dispatcher)
        time.shift(late)
        sent = browser.post(page, {"name": "李网格改", "phone": "10000000123"},
                            headers={"Referer": f"http://testserver{page}"})  # fmt: skip
        assert sent.status_code == 302
    _sign_in(browser, cast.dispatcher)
    assert 'value="李网格改"' in browser.get(page).text
    cast.worker.refresh_from_db()
    assert cast.worker.name != "李网格改"


def test_after_half_a_day_it_is_forgotten(district: District, late: int) -> None:
    browser = Client()
    page = _send_late(browser, district, late)
    with time_machine.travel(clock.now() + timedelta(hours=13), tick=False):
        _sign_in(browser, district.cast.worker)
        assert "不归我们管" not in browser.get(page).text


def test_it_can_be_thrown_away_and_that_taken_back_for_ten_minutes(district: District, late: int) -> None:
    browser = Client()
    page = _send_late(browser, district, late)
    now = clock.now()
    with time_machine.travel(now, tick=False) as time:
        _sign_in(browser, district.cast.worker)
        shown = browser.get(page).text
        assert 'action="/held/discard" data-discards="' in shown
        gone = browser.post("/held/discard", follow=True)
        assert (gone.redirect_chain, 'id="held"' in gone.text) == ([(page, 302)], False)
        assert "不归我们管" not in gone.text
        assert 'action="/held/back"' in gone.text, "the message takes it back"
        back = browser.post("/held/back", follow=True)
        assert back.redirect_chain == [(page, 302)]
        assert 'id="held"' in back.text
        assert "不归我们管" in back.text
        browser.post("/held/discard")
        time.shift(timedelta(minutes=11))
        assert "不能再" in browser.post("/held/back", follow=True).text
        kept = list(browser.session.keys())
        assert not [name for name in kept if name.startswith("held")], "it is deleted by then"
        assert "没有" in browser.post("/held/discard", follow=True).text
    assert Case.objects.unscoped(reason="a test").get().step == "scene"


def test_it_is_thrown_away_and_taken_back_by_nobody_else(district: District, late: int) -> None:
    browser, cast = Client(), district.cast
    page = _send_late(browser, district, late)
    # nobody is signed in
    assert browser.post("/held/discard").headers["Location"] == "/login"
    _sign_in(browser, cast.worker)
    assert "不归我们管" in browser.get(page).text, "a stranger at this browser threw nothing away"
    browser.post("/held/discard")
    # another who signs in here does not get it by taking it back
    browser.post("/logout")
    _sign_in(browser, cast.centre)
    assert "不归我们管" not in browser.post("/held/back", follow=True).text
    # nor who does it in a browser of one's own
    assert "不归我们管" not in _elsewhere(cast.worker, page)


def _elsewhere(account: Account, page: str) -> str:
    browser = Client()
    _sign_in(browser, account)
    browser.post("/held/back")
    return browser.get(page).text


def test_what_is_sent_late_anew_is_not_overwritten_by_taking_back(district: District, late: int) -> None:
    browser = Client()
    page = _send_late(browser, district, late)
    with time_machine.travel(clock.now(), tick=False) as time:
        _sign_in(browser, district.cast.worker)
        browser.post("/held/discard")
        time.shift(60)
        _sign_in(browser, district.cast.worker)
        time.shift(late)
        browser.post(page.replace("?do=report_up", "/note"), {"to": "offices", "note": "后来写的话"},
                     headers={"Referer": f"http://testserver{page}"})  # fmt: skip
        _sign_in(browser, district.cast.worker)
        browser.post("/held/back")
        shown = browser.get(page).text
    assert "后来写的话" in shown
    assert "不归我们管" not in shown


def test_a_resident_who_was_signed_out_goes_on_reporting(district: District, late: int) -> None:
    browser, cast = Client(), district.cast
    lon, lat = cast.point(1)
    with time_machine.travel(clock.now(), tick=False) as time:
        _sign_in(browser, cast.resident)
        began = browser.post("/report", {"item": "env.litter", "text": "路口的垃圾没人收"})
        assert began.status_code == 302
        time.shift(late)
        where = browser.post(began["Location"], {"lon": str(lon), "lat": str(lat)})
        assert where.status_code == 302
        assert "/contact" in where["Location"] or "/similar" in where["Location"]
        contact = began["Location"].replace("/where", "/contact")
        _sign_in(browser, cast.resident)
        assert "路口的垃圾没人收" in browser.get(contact).text
        browser.post(contact, {"who": "x"})
        time.shift(late)
        # sent under nobody's account without a word? no: said, and one press more
        held = browser.post(contact, {"who": "contact", "name": "何居民", "phone": "10000000009"})
        assert held.status_code == 200
        assert "您已退出登录" in held.text
        assert "何居民" in held.text
        assert browser.post(contact, {"who": "contact", "name": "何居民", "phone": "10000000009"}).status_code == 302
    assert Case.objects.unscoped(reason="a test").count() == 1


def test_a_page_is_filled_and_else_stays_byte_for_byte() -> None:
    other = '<form method="post" action="/b"><input type=hidden name=k value="2"><input name="a"></form> & </main>'
    page = (
        '<main><details><summary>x</summary><form method="post" action="/b" hidden><input type=hidden name=k value="1">'
        '<input name="a"><textarea name="t">old &amp;</textarea><select name="s"><option value="1">1<option value="2">2'
        '</select><input type="checkbox" name="c" value="y" checked><button name="go" value="no">no</button></form>'
        f"</details>{other}"
    )
    values = {"k": ["1"], "a": ['"x"'], "t": ["</textarea>"], "s": ["2"], "go": ["yes"], "row.1": ["z"]}
    done = filled(page, page="/p", to="/b", values=values, extra={"f.kept": ["tok"]}) or ""
    assert '<input name="a" value="&quot;x&quot;">' in done
    assert '<textarea name="t">\n&lt;/textarea&gt;</textarea>' in done
    assert '<option value="2" selected>' in done
    assert '<input type="checkbox" name="c" value="y">' in done
    assert '<input type="hidden" name="row.1" value="z"><input type="hidden" name="f.kept" value="tok">' in done
    assert '<form method="post" action="/b"><input type="hidden"' in done, "it is not hidden any more"
    assert "<details open>" in done
    assert done.endswith(
        '<form method="post" action="/b"><input type=hidden name=k value="2"><input name="a"></form> & </main>'
    )
    assert done.count("yes") == 0, "a button that was pressed is not pressed again by itself"
    assert filled(page, page="/p", to="/c", values=values, extra={}) is None


@pytest.mark.parametrize("odd", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\r"])
def test_words_with_odd_breaks_in_a_page_move_nothing(odd: str) -> None:
    page = f'<main><p>pasted{odd}words</p>\n<p>{odd}</p><form method="post" action="/b"><input name="a"></form></main>'
    done = filled(page, page="/p", to="/b", values={"a": ["x"]}, extra={})
    assert done == page.replace('<input name="a">', '<input name="a" value="x">')


def test_a_button_of_another_page_is_not_pressed_unseen() -> None:
    page = '<main><form method="post" action="/b"><select name="area"><option value="1">1</select></form></main>'
    values = {"area": ["1"], "take": ["yes"], "sure": ["yes"], "rooms.1.area": ["7"]}
    done = filled(page, page="/b", to="/b", values=values, extra={}) or ""
    assert "rooms.1.area" in done
    assert "take" not in done
    assert "sure" not in done


def test_every_button_that_says_what_happens_is_known() -> None:
    web = Path(__file__).parents[1]
    named = {
        name
        for room in ("desk", "setup", "templates/web/parts")
        for template in (web / room).rglob("*.html")
        for name in re.findall(r'<button[^>]*\bname="(\w+)"', template.read_text("utf-8"))
    }
    # how a page looks is kept nowhere
    assert named - {"text", "theme", "language", "rows"} <= PRESSED
