"""A small district as it looks after some weeks: cases at every step and under every light, with photos and long words.

The walk through every page and the measurements of weight stand on it. Everything goes through the rooms' operations.
"""

import io
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pyotp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client
from PIL import Image, ImageDraw

from gezhi.cases import operations
from gezhi.cases.models import CaseFile
from gezhi.cases.tests.conftest import SHANGHAI, District
from gezhi.enactment import operations as enactment
from gezhi.enactment.models import SchemeVersion
from gezhi.foundation import files, outbox
from gezhi.notices import operations as notices
from gezhi.notices.models import Delivery, Message
from gezhi.people import operations as people
from gezhi.people.models import Account
from gezhi.people.tests import repertory
from gezhi.people.tests.cast import BEGAN, Cast
from gezhi.schemes import source
from gezhi.web.portal import drafts

PASSWORD = "walk the grid daily"
BEGINS = datetime(2026, 6, 1, 9, 0, tzinfo=SHANGHAI)
# As people write when they are upset: in one breath, in two writings of which one runs from the right.
LONG = (
    "清溪路 24 号门前的积水已经第三个星期了，每次下雨都漫到楼道里，老人小孩都没法走，楼下店里还往里面倒泔水，味道很大，"
    "打过电话也来过人，说要找产权单位，产权单位又说找社区。المياه أمام الباب منذ ثلاثة أسابيع。"
    "See https://example.org/a-very-long-address-without-any-place-to-break-it/photos-of-the-street-2026-06-01 。\n\n"
) * 3


@dataclass
class Lived:
    """The district with what stands in it: numbers and codes of cases by what they show, keys of drafts."""

    district: District
    numbers: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    # register and code of entries by what they show
    entries: dict[str, tuple[str, str]] = field(default_factory=dict)
    activities: dict[str, str] = field(default_factory=dict)
    draws: dict[str, str] = field(default_factory=dict)
    endpoint: str = ""

    @property
    def cast(self) -> Cast:
        """Who plays."""
        return self.district.cast

    @property
    def version(self) -> UUID:
        """The version of the scheme in force."""
        return SchemeVersion.objects.latest("enacted_at").pk

    def file(self, name: str) -> UUID:
        """Return a file of a case."""
        return CaseFile.objects.filter(case__number=self.numbers[name]).latest("pk").pk

    def open(self, name: str, actor: Account | None = None, **given: Any) -> str:
        """Take a case in and keep its number under a name."""
        opened = self.district.open(actor, **given)
        self.numbers[name], self.codes[name] = opened.number, opened.secret
        return opened.number

    def act(self, name: str, who: Account | None, action: str, **answers: Any) -> None:
        """Do something with the case of that name, a minute later."""
        self.district.act(who, self.numbers[name], action, answers=answers)

    def up(self, name: str, *by: Account) -> None:
        """Report a case up, one after the other."""
        for who in by:
            self.act(name, who, "report_up", reason="排水口在井下，没有设备，要请上级派专业队伍")

    def cookie(self, role: str, *, begun: str = "") -> str:
        """Return the session of a role's browser; `begun` names a draft that it holds: what, where, contact, receipt.

        `halfway` is somebody who gave the password and still owes the code.
        """
        client = Client()
        if role == "halfway":
            self._give_password(client)
        elif who := self.cast.role(role):
            client.force_login(who)
        if begun:
            request = HttpRequest()
            request.session = client.session
            drafts.keep(request, self._draft(begun))
            request.session.save()
            return str(request.session.session_key)
        kept = client.cookies.get("sessionid")
        return kept.value if kept is not None else ""

    def _give_password(self, client: Client) -> None:
        account, now = self.cast.outsider, self.district.now
        if not account.has_second_factor:
            people.set_password(actor=None, account=account, password=PASSWORD, now=now)
            secret = people.begin_second_factor(account=account, now=now)
            people.confirm_second_factor(account=account, code=pyotp.TOTP(secret).at(now), now=now)
        client.post("/login", {"login": account.username, "password": PASSWORD})

    def _draft(self, step: str) -> drafts.Draft:
        draft = drafts.begin(item="env.litter")
        draft.key = f"walked-{step}-walked-walked"
        draft.scheme, draft.text = "shawan", LONG[:120]
        if step in ("contact", "receipt"):
            lon, lat = self.cast.point(1)
            draft.lon, draft.lat = f"{lon}", f"{lat}"
        if step == "receipt":
            draft.number, draft.secret = self.numbers["new"], self.codes["new"]
        return draft


def settle_in(cast: Cast) -> Lived:
    """Put the shipped scheme into force and let two weeks pass."""

    def settle() -> Lived:
        enactment.enact(files=source.shipped() / "shawan", actor=None, on=date(2026, 1, 1), now=BEGAN)
        return live(cast)

    return repertory.play("lived", settle, after="cast")


def live(cast: Cast) -> Lived:
    """Let two weeks pass in a district whose scheme is in force."""
    from tests.browser.lived_registers import write_down
    from tests.browser.lived_rounds import go_round

    lived = Lived(District(cast, now=BEGINS))
    _of_old(lived)
    lived.district.now = BEGINS + timedelta(days=15)
    _of_late(lived)
    write_down(lived)
    go_round(lived)
    lived.district.later(hours=3)
    operations.sweep(now=lived.district.now)
    # what waits to be told is delivered, so that inboxes hold something
    outbox.relay(now=lived.district.now)
    _webhook(lived)
    return lived


def _webhook(lived: Lived) -> None:
    """Another system that is told: one message arrived, one was answered wrongly and waits, one was given up."""
    now = lived.district.now
    endpoint, _secret = notices.add_endpoint(
        actor=None, title="市级平台", url="https://hooks.example/gezhi/a/long/way/in?source=district",
        topics=["*"], now=BEGINS,
    )  # fmt: skip
    notices.renew_secret(actor=None, endpoint=endpoint, keep_hours=24, now=now)
    lived.endpoint = str(endpoint.pk)
    answers = {
        "sent": (204, ""),
        "waiting": (502, "<html><body><h1>502 Bad Gateway</h1></body></html>"),
        "failed": (404, "no"),
    }
    for minute, (state, (status, excerpt)) in enumerate(answers.items()):
        at = now - timedelta(minutes=50 - minute)
        notices.send(
            to=(), key=f"case/{lived.numbers['new']}/{minute}", topic="case.changed", channels=("webhook",),
            subject=f"{lived.numbers['new']} settle", body="", payload={"number": lived.numbers["new"]}, now=at,
        )  # fmt: skip
        message = Message.objects.filter(endpoint=endpoint).latest("created_at")
        for again in range(1 if state == "sent" else 3):
            Delivery.objects.create(
                message=message, at=at + timedelta(minutes=5 * again), ok=state == "sent", status=status,
                milliseconds=84 + 611 * again, excerpt=excerpt,
            )  # fmt: skip
        Message.objects.filter(pk=message.pk).update(
            state=state, next_attempt_at=now + timedelta(minutes=9) if state == "waiting" else None
        )


def _of_old(lived: Lived) -> None:
    """What began weeks ago: overdue with two departments, closed, waiting for papers, waiting for a decision."""
    cast, district = lived.cast, lived.district
    lived.open(
        "joint", text=LONG, files=_photos(district.now), address="清溪路 24 号 3 单元门前", contact="10000000007"
    )
    _to_departments(lived, "joint")
    operations.comment(actor=cast.clerk, number=lived.numbers["joint"], text="已约产权单位周四到场。", now=district.now)
    operations.supervise(
        actor=cast.dispatcher, number=lived.numbers["joint"], reason="群众反映强烈，区里挂牌督办",
        limit_at=district.now + timedelta(days=20), now=district.now,
    )  # fmt: skip
    lived.open("closed", contact="10000000009", reporter=cast.resident, files=_photos(district.now))
    lived.act("closed", cast.worker, "settle", result="已清运，地面冲洗过。")
    lived.act("closed", cast.head, "confirm")
    lived.act("closed", cast.resident, "accept", rating="satisfied")
    lived.open("papers", item="agency.medical", contact="10000000008", text="老人住院，要报销医疗费。")
    lived.act("papers", cast.worker, "supplement", missing="发票原件；出院记录；医保卡复印件")
    lived.open("followed", text="路灯下的垃圾箱满了。")
    operations.follow_as_resident(
        actor=cast.resident, number=lived.numbers["followed"], client_key="a-key-of-the-resident", now=district.now
    )
    lived.open("stuck", text="井盖松了，车一过就响，晚上睡不着。")


def _of_late(lived: Lived) -> None:
    """What came in the last days."""
    cast, district = lived.cast, lived.district
    lived.open("proposed", text="管道塌了一段，污水外溢。")
    _to_departments(lived, "proposed")
    lived.act("proposed", cast.clerk, "extend", reason="等管材", workdays=2)
    lived.open("station", text="路口的垃圾没人收。", files=_photos(district.now))
    lived.up("station", cast.worker)
    lived.open("township", text="健身器材断了一根横杆。")
    lived.up("township", cast.worker, cast.head)
    lived.open("district", text="燃气管旁边有人挖沟。", urgency="urgent")
    lived.up("district", cast.worker, cast.head, cast.centre)
    lived.open("sign", reporter=cast.resident, contact="10000000001", text="楼道灯不亮。", files=_photos(district.now))
    lived.act("sign", cast.worker, "settle", result="换了灯泡和开关，试过三次。")
    lived.act("sign", cast.head, "confirm")
    lived.open("verify", text="小区门口共享单车堵了盲道。")
    lived.act("verify", cast.worker, "settle", result="已挪开。")
    lived.open("complaint", item="staff.grid", text="三次打电话都没有人接。", anonymous=True)
    lived.open("outside", lon=0.5, lat=0.5, text="河边有人倒建筑垃圾。")
    lived.open("twin", text="路口的垃圾没人收，已经三天。")
    lived.open("seen", cast.worker, channel="field", files=_photos(district.now), address="清溪路 24 号对面")
    lived.open("new", text="围墙边堆了纸箱。", files=_photos(district.now))


def _to_departments(lived: Lived, name: str) -> None:
    cast = lived.cast
    lived.up(name, cast.worker, cast.head, cast.centre)
    lived.act(name, cast.dispatcher, "dispatch", lead="city_management", task="清运井内淤泥", **{"with": ["water"]})


def _photos(now: datetime) -> tuple[UUID, ...]:
    """Keep two photos as a resident's browser sends them."""
    kept = []
    for dusk in (False, True):
        picture = io.BytesIO()
        _street(dusk).save(picture, "JPEG", quality=88)
        upload = SimpleUploadedFile("photo.jpg", picture.getvalue(), "image/jpeg")
        kept.append(files.store(upload, actor="", now=now).pk)
    return tuple(kept)


def _street(dusk: bool) -> Image.Image:
    """Draw a street with a house and a puddle: nobody's photo, and good to look at in the documentation."""
    sky, wall, road, water = (
        ("#8fa3b8", "#9c8f80", "#55585c", "#6f8193") if dusk else ("#c9d9e6", "#cdbfa8", "#8a8c8d", "#a9bccb")
    )
    picture = Image.new("RGB", (960, 720), sky)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((90, 150, 610, 470), fill=wall)
    for left in range(140, 560, 110):
        for top in (190, 310):
            pen.rectangle((left, top, left + 62, top + 78), fill="#e8dca6" if dusk else "#6d7f8d")
    pen.polygon(((0, 470), (960, 440), (960, 720), (0, 720)), fill=road)
    pen.ellipse((330, 545, 800, 650), fill=water)
    pen.rectangle((760, 230, 774, 500), fill="#4b4d4f")
    pen.ellipse((738, 200, 796, 240), fill="#f4e3a0" if dusk else "#d8d8d0")
    return picture
