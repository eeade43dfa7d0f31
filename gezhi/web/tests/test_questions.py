"""Forms made from a scheme's questions: what is taken, what is refused with which words."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import translation

from gezhi.schemes.model import Option, Question
from gezhi.schemes.text import Text
from gezhi.territory.models import Area
from gezhi.web import acting, questions
from gezhi.web.questions import Offer

NOW = datetime(2026, 5, 9, 2, 20, tzinfo=UTC)
OFFERS = {"departments": [Offer("water", "水务局"), Offer("housing", "住建局")]}


@pytest.fixture(autouse=True)
def _chinese() -> Any:
    with translation.override("zh-hans"):
        yield


def _asked(kind: str, **more: Any) -> Question:
    return Question(id="q", kind=kind, title=Text("问题", "Question"), **more)


def _read(question: Question, **sent: Any) -> questions.Form:
    return questions.read([question], RequestFactory().post("/", sent), OFFERS, NOW, actor="")


@pytest.mark.parametrize(
    ("kind", "sent", "answer"),
    [
        ("text", " 清运了 ", "清运了"),
        ("department", "water", "water"),
        ("departments", ["water", "housing"], ["water", "housing"]),
        ("whole", "3", 3),
        ("money", "1,200.50", 1200.5),
        ("date", "2026-05-12", "2026-05-12"),
        ("yes_no", "no", False),
        ("choice", "a", "a"),
    ],
)
def test_what_is_right_is_taken_with_its_type(kind: str, sent: Any, answer: Any) -> None:
    form = _read(_asked(kind, choices=(Option("a", Text("甲")),) if kind == "choice" else ()), q=sent)
    assert form.errors == {}
    assert form.answers == {"q": answer}


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("text", "字" * 4001),
        ("department", "fire"),
        ("departments", ["water", "fire"]),
        ("whole", "3.5"),
        ("whole", "9"),
        ("money", "viel"),
        ("money", "NaN"),
        ("money", "-1"),
        ("date", "12.5.2026"),
        ("date", "2027-01-01"),
        ("choice", "b"),
    ],
)
def test_what_is_wrong_says_so_and_keeps_the_words(kind: str, sent: Any) -> None:
    bounds = {"whole": ("1", "5"), "date": ("1 day", "30 days"), "money": ("", "100")}.get(kind, ("", ""))
    choices = (Option("a", Text("甲")),) if kind == "choice" else ()
    form = _read(_asked(kind, low=bounds[0], high=bounds[1], choices=choices), q=sent)
    assert form.answers == {}
    assert form.errors["q"].startswith("“问题”")
    assert form.fields[0].value == sent


@pytest.mark.parametrize("kind", ["text", "department", "departments", "whole", "money", "date", "yes_no", "photos"])
def test_what_is_required_is_missed_and_what_is_optional_is_not(kind: str) -> None:
    assert "q" in _read(_asked(kind)).errors
    assert _read(_asked(kind, required=False)).errors == {}


@pytest.mark.parametrize("high", ["5 workdays", "2 months"])
def test_a_day_that_the_plans_calendar_allows_is_not_refused_by_the_browser(high: str) -> None:
    asked = _asked("date", high=high)
    assert questions.blank([asked], OFFERS, NOW).fields[0].high == ""
    assert _read(asked, q="2026-05-15").answers == {"q": "2026-05-15"}, "a Friday, six days on"


def test_the_last_day_of_a_date_is_counted_from_the_districts_day() -> None:
    before_eight = datetime(2026, 5, 8, 20, 20, tzinfo=UTC)  # the 9th in the district
    asked = _asked("date", high="10 days")
    sent = RequestFactory().post("/", {"q": "2026-05-19"})
    form = questions.read([asked], sent, OFFERS, before_eight, actor="")
    assert (form.errors, form.answers) == ({}, {"q": "2026-05-19"})


def test_areas_are_offered_as_of_the_districts_day(monkeypatch: pytest.MonkeyPatch) -> None:
    days: list[date] = []

    def areas(on: date) -> Any:
        days.append(on)
        return Area.objects.none()

    monkeypatch.setattr("gezhi.territory.queries.areas", areas)
    acting.offers_for(None, [_asked("area")], None, datetime(2026, 5, 8, 20, 20, tzinfo=UTC))  # type: ignore[arg-type]
    assert days == [date(2026, 5, 9)]
