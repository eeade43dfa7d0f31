"""Turns the story of a case into what a page draws: an icon by what the plan says of the action, words, photos."""

from collections.abc import Callable

from django.utils.translation import gettext

from gezhi.cases.models import CaseFile
from gezhi.cases.queries import Entry
from gezhi.foundation.models import StoredFile
from gezhi.schemes.model import Scheme
from gezhi.web import wording
from gezhi.web.action_icons import action_icon
from gezhi.web.components import Picture, StoryItem

_BY_KIND = {"open": "chat", "comment": "chat", "expire": "clock", "recount": "cal", "record": "pen"}

type Address = Callable[[CaseFile], tuple[str, str]]


def story_item(entry: Entry, scheme: Scheme, procedure: str, address: Address, *, title: str = "") -> StoryItem:
    """Return one line; `address` gives a file's addresses (whole, small) for this reader."""
    return StoryItem(
        icon=_icon(entry, scheme, procedure),
        title=title or entry.title,
        at=entry.at,
        who=" · ".join(part for part in (entry.office, entry.person) if part),
        say=entry.text,
        facts=tuple(entry.words.items()),
        pictures=pictures(entry.files, scheme, address),
    )


def pictures(files: tuple[CaseFile, ...], scheme: Scheme, address: Address) -> tuple[Picture, ...]:
    """Return files as tiles, each with what it shows: the question that it answers, or that it came with the report."""
    return tuple(Picture(*address(one), label=_shows(one, scheme)) for one in files)


def _shows(one: CaseFile, scheme: Scheme) -> str:
    if one.file.kind != StoredFile.Kind.PHOTO:
        return one.file.name
    question = scheme.questions.get(one.role)
    if question is not None:
        return wording.say(question.title)
    return gettext("as reported") if one.role == "report" else ""


def _icon(entry: Entry, scheme: Scheme, procedure: str) -> str:
    if entry.kind in _BY_KIND:
        return _BY_KIND[entry.kind]
    plan = scheme.procedures.get(procedure)
    action = plan.actions.get(entry.action) if plan else None
    if plan is None or action is None:
        return "onward"
    led = (source for source, ways in action.ways.items() if any(way.value == entry.step for way in ways))
    return action_icon(action, scheme, plan, next(led, ""))
