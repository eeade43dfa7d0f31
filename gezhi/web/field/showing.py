"""How the field says a case: its clocks, its story, the photos before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from gezhi.cases.models import CaseFile
from gezhi.cases.queries import CasePage, clock_names, title_of
from gezhi.foundation.models import StoredFile
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.model import CLOSED
from gezhi.schemes.state import Light
from gezhi.web import wording
from gezhi.web.clocks import clock_view
from gezhi.web.components import ClockView, Picture, StoryItem
from gezhi.web.stories import Address, pictures, story_item

STORY_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """Photos side by side: as it was, and as the work left it."""

    before: Sequence[Picture]
    after: Sequence[Picture]


def step_title(page: CasePage) -> str:
    """Return the title of the step at hand; empty when the case is closed."""
    steps = page.scheme.procedures[page.state.procedure].steps
    return wording.say(steps[page.state.step].title) if page.state.step in steps else ""


def clocks_of(page: CasePage, now: datetime) -> list[ClockView]:
    """Return the running clocks, the step's before the whole one's."""
    calendar = calendar_of(page.scheme)
    titles = clock_names()
    order = {"response": 0, "step": 1, "case": 2}
    running = sorted(
        (one for one in page.clocks if one.clock.met_at is None and one.light is not Light.DONE),
        key=lambda one: order.get(one.clock.id, 3),
    )
    return [clock_view(one.clock, one.light, calendar, now, title=titles.get(one.clock.id, "")) for one in running]


def address_of(number: str) -> Address:
    """Return how a case's files are addressed in the field."""

    def address(one: CaseFile) -> tuple[str, str]:
        whole = reverse("web:field_file", kwargs={"number": number, "file": one.pk})
        return whole, f"{whole}?small"

    return address


def story_of(page: CasePage) -> list[StoryItem]:
    """Return the story, newest first, with who has it now on top."""
    address = address_of(page.case.number)
    dues = {one.hold.due for one in (*page.look_back, *page.part_times)} | {one.clock.due for one in page.clocks}
    items = [
        story_item(entry, page.scheme, page.state.procedure, address, title=title_of(entry, dues))
        for entry in page.story
    ]
    if page.state.step != CLOSED and page.state.desk:
        holder, since = page.names.desk(page.state.desk), page.state.entered_at
        items.insert(0, StoryItem(icon="hall", title=step_title(page), who=holder, state="now", at=since, since=True))
    return items


def as_reported(page: CasePage) -> tuple[Picture, ...]:
    """Return the photos that came with the report."""
    return _pictures(page, [one for one in page.files if one.role == "report"])


def before_after(page: CasePage) -> BeforeAfter | None:
    """Return both sides where the work's own photos have come; which question shows the result, the plan says."""
    after_roles = _result_questions(page)
    after = [one for one in page.files if one.role in after_roles]
    if not after:
        return None
    before = [one for one in page.files if one.role not in after_roles and one.role != "comment"]
    return BeforeAfter(_pictures(page, before), _pictures(page, after))


def _result_questions(page: CasePage) -> frozenset[str]:
    """Return the questions that show the result: the last photos that an action asks that does the work."""
    procedure = page.scheme.procedures[page.state.procedure]
    asked = ([one.id for one in action.asks if one.kind == "photos"] for action in procedure.actions.values()
             if action.does_work)  # fmt: skip
    return frozenset(ids[-1] for ids in asked if ids)


def _pictures(page: CasePage, files: list[CaseFile]) -> tuple[Picture, ...]:
    photos = tuple(one for one in files if one.file.kind == StoredFile.Kind.PHOTO)
    return pictures(photos, page.scheme, address_of(page.case.number))
