"""An activity in words: its answers under their titles, its story."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, pgettext

from gezhi.duties.models import ActivityEvent
from gezhi.duties.plans import Planned
from gezhi.duties.queries import ActivityPage
from gezhi.schemes.filled import flat
from gezhi.schemes.forms import Field
from gezhi.web import wording


@dataclass(frozen=True, slots=True)
class Answer:
    """A field with its answer in words; `rows` are those of a repeat."""

    title: str
    words: str = ""
    rows: tuple[tuple["Answer", ...], ...] = ()


def answers_in_words(planned: Planned, plain: Mapping[str, Any], private: Mapping[str, Any]) -> list[Answer]:
    """Return what was answered, in the form's order. What is sealed and not to be seen says that it is there."""
    form = planned.form
    if form is None:
        return []
    return list(_answers(form.fields, {**plain, **private}))


def _answers(fields: Iterable[Field], given: Mapping[str, Any]) -> Iterable[Answer]:
    for one, _conditions in flat(fields):
        value = given.get(one.id)
        if value in (None, "", [], {}):
            continue
        if one.kind == "repeat" and isinstance(value, list):
            yield Answer(wording.say(one.title), rows=tuple(tuple(_answers(one.fields, row)) for row in value))
        elif one.kind != "photos":
            yield Answer(wording.say(one.title), _word(one, value))


def _word(one: Field, value: Any) -> str:
    titles = {option.id: wording.say(option.title) or option.id for option in one.choices}
    if one.kind == "yes_no":
        return gettext("Yes") if value is True else gettext("No")
    if isinstance(value, list):
        return pgettext("between clauses", ", ").join(titles.get(str(each), str(each)) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{value[name]}" for name in ("lon", "lat") if name in value)
    unit = wording.say(one.unit)
    return titles.get(str(value), str(value)) + (f" {unit}" if unit else "")


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of an activity's log in words."""

    at: datetime
    did: str
    who: str


def story_of(page: ActivityPage) -> list[Told]:
    """Return what happened to an activity since."""
    return [Told(one.at, _did(one), page.names.get(one.actor, "")) for one in page.events]


def _did(one: ActivityEvent) -> str:
    known = {
        "record": gettext("Recorded"), "finish": pgettext("activity", "Ended"), "correct": gettext("Put right"),
        "sign": gettext("Signed"), "decline": gettext("Not signed"), "withdraw": gettext("Taken back"),
        "forget": gettext("Erased"), "seal": gettext("Sealed: the plan holds something of it sensitive now"),
        "lapse": gettext("No longer counts: one of those who verified did it, too"),
    }  # fmt: skip
    return known.get(one.kind, one.kind)
