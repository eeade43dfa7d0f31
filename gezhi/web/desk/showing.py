"""The parts of a case's page: clocks, parts side by side, who held it how long, the story with its hold times."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext

from gezhi.cases.models import CaseFile
from gezhi.cases.operations import MENDABLE
from gezhi.cases.queries import Alike, CasePage, Entry
from gezhi.people.models import Account
from gezhi.schemes import explain
from gezhi.schemes.clocks import calendar_of
from gezhi.schemes.model import CLOSED
from gezhi.schemes.state import HoldTime, Light, Part
from gezhi.web import limits, wording
from gezhi.web.clocks import clock_view
from gezhi.web.components import ClockView, HoldTable, StoryItem, hold_table
from gezhi.web.desk.previews import clock_name, clock_title, next_step
from gezhi.web.stories import Address, story_item

_ORDER = {"case": 0, "response": 1, "step": 2}


@dataclass(frozen=True, slots=True)
class PartRow:
    """One office's share of a jointly handled step: the lead's, or a co-handler's."""

    name: str
    lead: bool
    task: str
    state: str
    clock: ClockView | None
    result: str


def clocks_of(page: CasePage, now: datetime) -> list[ClockView]:
    """Return the clocks that run or stand still, the whole case's first."""
    calendar = calendar_of(page.scheme)
    running = [one for one in page.clocks if one.clock.met_at is None and one.light is not Light.DONE]
    running.sort(key=lambda one: (_ORDER.get(one.clock.id, 3), one.clock.id))
    titled = {one.clock.id: _clock_title(page, one.clock.id) or clock_title(one.clock) for one in running}
    scheme, state = page.scheme, page.state
    counts = {one.clock.id: limits.told(one.clock, scheme, state.procedure, state.step, state.item) for one in running}
    return [
        clock_view(one.clock, one.light, calendar, now, title=titled[one.clock.id], of=counts[one.clock.id])
        for one in running
    ]


def headline(page: CasePage, now: datetime) -> ClockView | None:
    """Return the clock that counts now: the step's, else the whole case's."""
    calendar = calendar_of(page.scheme)
    by_id = {one.clock.id: one for one in page.clocks if one.clock.met_at is None}
    found = by_id.get("step") or by_id.get("case")
    return clock_view(found.clock, found.light, calendar, now, title=clock_title(found.clock)) if found else None


def parts_of(page: CasePage, now: datetime) -> list[PartRow]:
    """Return the lead and the co-handlers of the step at hand, or nothing where one office works alone."""
    mine = [part for part in page.state.parts if part.step == page.state.step]
    if not mine or page.state.desk is None:
        return []
    lead = PartRow(
        name=page.names.desk(page.state.desk), lead=True, task=step_title(page), state="open",
        clock=headline(page, now), result="",
    )  # fmt: skip
    return [lead, *(_part(page, part, now) for part in mine)]


def holds_of(page: CasePage) -> HoldTable:
    """Return who held the case how long; neighbouring stretches of one office are one row, and all add up."""
    rows = []
    for _, group in groupby(page.look_back, key=lambda one: _holder(page, one)):
        times = list(group)
        rows.append((
            _holder(page, times[0]),
            sum(one.work_seconds for one in times),
            sum(one.overdue_seconds for one in times),
            times[-1].hold.until is None and page.state.step != CLOSED,
        ))  # fmt: skip
    return hold_table(rows)


def part_holds_of(page: CasePage) -> list[tuple[str, int, int]]:
    """Return the co-handlers' times, which run beside the lead's and are not added to them."""
    return [(_holder(page, one), one.work_seconds, one.overdue_seconds) for one in page.part_times]


def step_title(page: CasePage) -> str:
    """Return the title of the step at hand."""
    steps = page.scheme.procedures[page.state.procedure].steps
    return wording.say(steps[page.state.step].title) if page.state.step in steps else gettext("Closed")


def address_of(number: str) -> Address:
    """Return how a case's files are addressed at the desk."""

    def address(one: CaseFile) -> tuple[str, str]:
        whole = reverse("web:desk_file", kwargs={"number": number, "file": one.pk})
        return whole, f"{whole}?small"

    return address


def story_of(page: CasePage, only: str, account: Account, now: datetime) -> list[StoryItem]:
    """Return the story, newest first; `only` is empty, `moves` (hand-overs) or `public` (what the reporter sees)."""
    address, ended = address_of(page.case.number), _ended_at(page)
    shown = [entry for entry in page.story if _wanted(entry, only, ended)]
    items = [
        _mendable(page, entry, _item(page, entry, address, ended.get(entry.at, [])), account, now) for entry in shown
    ]
    return [*_ahead(page), *items]


def _mendable(page: CasePage, entry: Entry, item: StoryItem, account: Account, now: datetime) -> StoryItem:
    """Say of a note who reads it, and let its author put it right for some minutes."""
    if entry.kind != "comment":
        return item
    own = entry.actor == str(account.pk) and not entry.taken_back and now - entry.at <= MENDABLE
    return replace(
        item,
        audience="reporter" if entry.public else "inside",
        before=entry.before, named=entry.named, taken_back=entry.taken_back,
        mend=reverse("web:desk_correct", args=[page.case.number, entry.comment]) if own else "",
    )  # fmt: skip


def why_alike(one: Alike) -> str:
    """Say in a few words why a case may be the same matter."""
    told = (
        (one.metres is not None, gettext("%(n)d m away") % {"n": round(one.metres or 0)}),
        (one.same_item, gettext("same item")),
        (one.words > 0, gettext("alike in words")),
        (one.same_reporter, gettext("same reporter")),
    )
    return " · ".join(words for holds, words in told if holds)


def _wanted(entry: Entry, only: str, ended: dict[datetime, list[HoldTime]]) -> bool:
    if only == "moves":
        return entry.at in ended or entry.kind == "open"
    return entry.public if only == "public" else True


def _ended_at(page: CasePage) -> dict[datetime, list[HoldTime]]:
    """Return the holds by the moment at which they ended: what the story says under the entry that ended them."""
    found: dict[datetime, list[HoldTime]] = {}
    for one in (*page.look_back, *page.part_times):
        if one.hold.until is not None:
            found.setdefault(one.hold.until, []).append(one)
    return found


def _item(page: CasePage, entry: Entry, address: Address, ended: Sequence[HoldTime]) -> StoryItem:
    title = record_title(entry) or _by_itself(page, entry)
    item = story_item(entry, page.scheme, page.state.procedure, address, title=title)
    if not ended or entry.kind not in ("act", "expire"):
        return item
    held = ended[0]
    return replace(item, held=_held(held), over=_over(held))


def _by_itself(page: CasePage, entry: Entry) -> str:
    """Say what a clock did: it warned, or ran out. What the plan then does by itself has the plan's own title."""
    if entry.kind == "recount":
        return gettext("Counted again: the calendar was published")
    if entry.kind != "expire" or entry.title:
        return ""
    dues = {one.hold.due for one in (*page.look_back, *page.part_times)} | {one.clock.due for one in page.clocks}
    clock = _clock_title(page, entry.clock) or clock_name(entry.clock)
    pattern = gettext("Overdue from now on: %(clock)s") if entry.at in dues else gettext("Due soon: %(clock)s")
    return pattern % {"clock": clock}


def _held(one: HoldTime) -> str:
    words = {"span": wording.say_span(one.work_seconds)}
    if one.overdue_seconds or one.hold.due is None:
        return gettext("Held %(span)s") % words
    return gettext("Held %(span)s, never overdue") % words


def _over(one: HoldTime) -> str:
    if not one.overdue_seconds:
        return ""
    return gettext("overdue by %(span)s") % {"span": wording.say_span(one.overdue_seconds)}


def _ahead(page: CasePage) -> list[StoryItem]:
    """Return what comes next and who has it now."""
    if page.state.step == CLOSED or page.state.desk is None:
        return []
    now_held = page.look_back[-1] if page.look_back else None
    holders = [page.names.desk(page.state.desk)]
    holders += [page.names.desk(part.desk) for part in page.state.parts if part.state == "open"]
    current = StoryItem(
        icon="hall", title=step_title(page), who="、".join(dict.fromkeys(holders)), state="now",
        at=page.state.entered_at, since=True,
        held=gettext("Has held it for %(span)s") % {"span": wording.say_span(now_held.work_seconds if now_held else 0)},
        over=_over(now_held) if now_held else "",
    )  # fmt: skip
    coming = _coming(page)
    return [StoryItem(icon="check", title=coming, state="next"), current] if coming else [current]


def _coming(page: CasePage) -> str:
    """Say the step that the work leads to, by the plan: the way that does the work, else the first that goes on."""
    procedure = page.scheme.procedures[page.state.procedure]
    ways = [link for link in explain.flow(page.scheme, procedure).links if link.source == page.state.step]
    ahead = [link for link in ways if not link.back and not link.by_system and link.target in procedure.steps]
    ahead.sort(key=lambda link: not procedure.actions[link.action].does_work)
    return next_step(page.scheme, procedure.steps[ahead[0].target]) if ahead else ""


def record_title(entry: Entry) -> str:
    """Return what a note of the log is called; empty where the plan's own title says it."""
    if entry.kind == "comment":
        return gettext("Note for the reporter too") if entry.public else gettext("Internal note")
    if entry.kind == "open":
        return {
            "unmerge": gettext("Merge taken back"),
            "place": gettext("Moved to another area"),
            "change_item": gettext("Given another item"),
        }.get(entry.action, gettext("Taken in"))
    known = {
        "propose": gettext("Proposed"),
        "decide": gettext("Decided"),
        "supervise": gettext("Put under supervision"),
        "release": gettext("Supervision ended"),
        "merge": gettext("Merged into another case"),
        "merged_in": gettext("A duplicate was merged in"),
        "link": gettext("Linked"),
        "restore_file": gettext("File brought back"),
        "correct": gettext("Corrected by who took it in"),
        "watch_overdue": gettext("The time set under supervision has passed"),
        "withdraw": gettext("Proposal withdrawn"),
        "withdraw_file": gettext("File taken out"),
    }
    return known.get(entry.action, "") if entry.kind == "record" or entry.action == "merge" else ""


def _part(page: CasePage, part: Part, now: datetime) -> PartRow:
    found = next((one for one in page.clocks if one.clock.id == f"part:{part.number}"), None)
    clock = clock_view(found.clock, found.light, calendar_of(page.scheme), now) if found else None
    return PartRow(
        page.names.desk(part.desk), lead=False, task=part.task, state=part.state, clock=clock, result=part.result
    )


def _holder(page: CasePage, one: HoldTime) -> str:
    return " ".join(part for part in (page.names.desk(one.hold.desk), page.names.person(one.hold.actor)) if part)


def _clock_title(page: CasePage, clock_id: str) -> str:
    """Return the plan's own title of a stage, and the office's name for a part."""
    kind, _, rest = clock_id.partition(":")
    if kind == "part":
        number = rest.partition(":")[0]
        part = next((one for one in page.state.parts if str(one.number) == number), None)
        return page.names.desk(part.desk) if part else ""
    if kind == "stage":
        stages = [
            stage
            for step in page.scheme.procedures[page.state.procedure].steps.values()
            for stage in step.stages
        ]  # fmt: skip
        return next((wording.say(one.title) for one in stages if one.id == rest and one.title.zh), "")
    return ""
