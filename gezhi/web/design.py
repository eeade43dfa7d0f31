"""A page for developers that shows every component in every state. Only routed in debug mode; all of it is invented."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gezhi.foundation import clock
from gezhi.schemes.model import Option, Question
from gezhi.schemes.state import Clock, Light
from gezhi.schemes.text import Text
from gezhi.schemes.worktime import WorkCalendar
from gezhi.web import contrast, questions
from gezhi.web.clocks import clock_view
from gezhi.web.components import StoryItem, hold_table, pages

# a make-up workday after the May holiday: where clocks go wrong
MOMENT = datetime(2026, 5, 9, 2, 20, tzinfo=UTC)
_KINDS = {
    "text": "哪里没办好？",
    "choice": "您的评价",
    "departments": "请哪些单位协办",
    "whole": "延几个工作日",
    "money": "需要多少钱",
    "date": "最迟哪一天",
    "photos": "办好后的照片",
    "person": "请谁来办",
    "yes_no": "到场看过了吗",
}


def page(request: HttpRequest) -> HttpResponse:
    """Show the design system."""
    calendar = WorkCalendar.of(timezone="Asia/Shanghai", statutory_code="cn", hours=("08:30-12:00", "14:00-17:30"))
    return render(
        request,
        "web/design.html",
        {
            "now": MOMENT,
            "sides": [_side(theme) for theme in contrast.THEMES],
            "meetings": contrast.meetings(),
            "lights": [light.value for light in Light],
            "clocks": [clock_view(one, light, calendar, MOMENT) for one, light in _clocks()],
            "story": _story(),
            "holds": hold_table(
                [
                    ("网格员 王某某", 85 * 60, 0, False),
                    ("清溪社区工作站", 1805 * 60, 280 * 60, False),
                    ("柳桥镇服务中心", 680 * 60, 0, False),
                    ("区监管中心", 765 * 60, 0, False),
                    ("区住建局", 1325 * 60, 0, True),
                ]
            ),
            "page": pages(3, 11),
            "icons": _icons(),
        },
    )


def _side(theme: str) -> dict[str, object]:
    """Return the forms of one theme's side; fields of the two sides have names of their own."""
    now = clock.now()
    asked = questions.blank(_questions(), _offers(), now, prefix=f"{theme}-")
    wrong = questions.blank(_questions(), _offers(), now, prefix=f"{theme}-wrong-")
    for one in wrong.fields:
        one.error = f"“{one.label}”：请写上或选一项。"
    return {"theme": theme, "asked": asked, "wrong": wrong}


def _clocks() -> list[tuple[Clock, Light]]:
    five = Clock(
        id="step",
        limit="5 workdays",
        started=MOMENT - timedelta(days=3),
        due=datetime(2026, 5, 12, 9, 30, tzinfo=UTC),
        clause="P22",
    )
    return [
        (five, Light.GREEN),
        (replace_clock(five, limit="3 workdays", due=datetime(2026, 5, 9, 9, 30, tzinfo=UTC)), Light.YELLOW),
        (replace_clock(five, limit="1 workday", due=datetime(2026, 5, 7, 9, 30, tzinfo=UTC)), Light.RED),
        (replace_clock(five, limit="4 workhours", due=MOMENT + timedelta(minutes=40)), Light.YELLOW),
        (replace_clock(five, due=None, paused_at=MOMENT), Light.PAUSED),
        (replace_clock(five, met_at=MOMENT - timedelta(days=1)), Light.DONE),
        (replace_clock(five, due=datetime(2027, 1, 6, 9, 30, tzinfo=UTC), provisional=True), Light.GREEN),
    ]


def replace_clock(clock_: Clock, **changes: object) -> Clock:
    """Return the clock with some fields changed."""
    return Clock(**{name: changes.get(name, getattr(clock_, name)) for name in Clock.__struct_fields__})  # type: ignore[arg-type]


def _story() -> list[StoryItem]:
    at = MOMENT - timedelta(days=2)
    first = StoryItem(icon="chat", title="居民上报", at=at - timedelta(days=5), say="下雨三天了，门口的水不退。")
    return [
        StoryItem(icon="check", title="接下来：网格员核实，2 个工作日", state="next"),
        StoryItem(icon="hall", title="区住建局办理", at=at, state="now", since=True, held="已持有 22小时05分"),
        replace(
            first,
            icon="up",
            title="清溪社区工作站上报",
            who="站长 李某某",
            say="掏了井口，过一夜又满。",
            held="持有 30小时05分",
            over="超期 4小时40分",
        ),
        first,
    ]


def _questions() -> list[Question]:
    choices = (
        Option("satisfied", Text("满意", "Satisfied")),
        Option("fair", Text("基本满意", "Fair")),
        Option("dissatisfied", Text("不满意", "Dissatisfied")),
    )
    return [
        Question(
            id=kind,
            kind=kind,
            title=Text(title),
            required=kind != "photos",
            choices=choices if kind == "choice" else (),
            low="1" if kind == "whole" else "",
            high="5" if kind == "whole" else "",
            hint=Text("写一句就行。") if kind == "text" else Text(),
        )
        for kind, title in _KINDS.items()
    ]


def _offers() -> questions.Offers:
    return {
        "departments": [questions.Offer("water", "区水务局"), questions.Offer("housing", "区住房和城乡建设局")],
        "person": [questions.Offer("1", "王某某", "清溪社区 第 3 网格"), questions.Offer("2", "李某某", "工作站站长")],
    }


def _icons() -> list[str]:
    sprite = Path(__file__).parent / "static/gezhi/icons.svg"
    return re.findall(r'id="i-([\w-]+)"', sprite.read_text(encoding="utf-8"))
