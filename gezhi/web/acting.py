"""What somebody may do with a case, as forms, and doing it: the same in the field and at the desk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from gezhi.cases import operations as cases
from gezhi.cases.errors import CaseError, Conflict
from gezhi.cases.queries import CasePage
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.schemes.model import Action, Question, Scheme
from gezhi.schemes.state import Choice, Refused
from gezhi.schemes.text import Text
from gezhi.schemes.ways import Course, courses
from gezhi.territory import queries as territory
from gezhi.web import questions, wording
from gezhi.web.action_icons import action_icon
from gezhi.web.desks import called, parse
from gezhi.web.questions import Form, Offer


@dataclass(frozen=True, slots=True)
class Doing:
    """An action that may be taken now (or the reason why not), with its form. `key` tells it apart on the page.

    `usual`: it is the plain next thing here. A page draws only this one as its main button, and opens no other.
    """

    key: str
    action: str
    desk: str
    part: int
    title: str
    icon: str
    form: Form
    blocked: str
    clause: str
    leads: bool
    approver: str = ""
    usual: bool = False

    @property
    def plain(self) -> bool:
        """Whether a press is enough: nothing is asked."""
        return not self.form.fields


@dataclass(frozen=True, slots=True)
class Tried:
    """How an attempt ended: `done` says what was done; else `message` says why not and `wrong` keeps the form.

    `proposed`: nothing moved yet, since somebody else decides.
    """

    done: str = ""
    proposed: bool = False
    message: str = ""
    wrong: Mapping[str, Form] = field(default_factory=dict)


def doings(page: CasePage, now: datetime, wrong: Mapping[str, Form] | None = None) -> list[Doing]:
    """Return what the reader may do, the usual first; each action once, even where several desks could.

    Where the usual one is blocked for now, none is marked as usual: the next best is not what should be pressed.
    """
    offers = offers_for(
        page.scheme, [question for one in page.choices for question in _action(page, one).asks], page, now
    )
    found: dict[tuple[str, int], Doing] = {}
    for choice in page.choices:
        doing = _doing(page, choice, offers, now, wrong or {})
        kept = found.get((choice.action, choice.part))
        if kept is None or (kept.blocked and not doing.blocked):
            found[choice.action, choice.part] = doing
    return in_order(found.values(), page)


def in_order(found: Iterable[Doing], page: CasePage) -> list[Doing]:
    """Sort what may be done by what it does to the case, with what is blocked last, and mark the usual one."""
    listed = list(found)
    known = courses(page.scheme.procedures[page.state.procedure], page.state.step, [one.action for one in listed])
    # an action that lets a case go on says nothing while the case does not stand still
    ranked = sorted(
        (one for one in listed if not (one.blocked and known[one.action] is Course.GOES_ON)),
        key=lambda one: known[one.action],
    )
    first = next(iter(ranked), None)
    usual = first.key if first and not first.blocked and known[first.action].usual else ""
    ordered = sorted(listed, key=lambda one: (bool(one.blocked), known[one.action]))
    return [replace(one, usual=True) if one.key == usual else one for one in ordered]


def attempt(request: HttpRequest, account: Account, page: CasePage, now: datetime) -> Tried:
    """Do what the form says: `action`, `desk`, `part`, `version`, and the answers prefixed by the doing's key."""
    choice = _chosen(request, page)
    if choice is None:
        return Tried(message=gettext("This can't be done (any more). Nothing was changed; see below how it stands."))
    action, key = _action(page, choice), _key(choice)
    offers = offers_for(page.scheme, action.asks, page, now)
    form = questions.read(action.asks, request, offers, now, actor=str(account.pk), prefix=f"{key}-")
    if form.errors:
        return Tried(wrong={key: form})
    try:
        acted = _perform(request, account, page, choice, form.answers, now=now)
    except Conflict as conflict:
        return Tried(message=f"{conflict} {_meanwhile(page, conflict, now)}", wrong={key: form})
    except (Refused, CaseError) as refusal:
        words = wording.say(Text(refusal.zh, refusal.en)) if isinstance(refusal, Refused) else str(refusal)
        return _refused(form, key, words, refusal.field)
    pattern = (
        gettext("Proposed: %(action)s. It waits for a decision.") if acted.proposal else gettext("Done: %(action)s.")
    )
    return Tried(done=pattern % {"action": wording.say(action.title)}, proposed=acted.proposal is not None)


def _perform(
    request: HttpRequest, account: Account, page: CasePage, choice: Choice, answers: Mapping[str, Any], *, now: datetime
) -> cases.Acted:
    version = request.POST.get("version", "")
    return cases.act(
        actor=account,
        number=page.case.number,
        action=choice.action,
        answers=answers,
        desk=choice.by,
        part=choice.part,
        version=int(version) if version.isdecimal() else None,
        now=now,
    )


def offers_for(
    scheme: Scheme, asked: Sequence[Question], page: CasePage | None, now: datetime
) -> dict[str, Sequence[Offer]]:
    """Return what questions of these kinds offer: departments, people of the case's area, areas below the top."""
    kinds = {question.kind for question in asked}
    offers: dict[str, Sequence[Offer]] = {}
    if kinds & {"department", "departments"}:
        offers["departments"] = [Offer(one.id, wording.say(one.title)) for one in scheme.departments.values()]
    if "person" in kinds and page is not None:
        held = people.at_area(page.case.area_path, now)
        offers["person"] = list({one.account_id: Offer(str(one.account_id), one.account.name) for one in held}.values())
    if "area" in kinds:
        there = territory.areas(timezone.localdate(now)).order_by("path")[:500]
        offers["area"] = [Offer(area.code, area.name) for area in there]
    return offers


def _doing(
    page: CasePage, choice: Choice, offers: Mapping[str, Sequence[Offer]], now: datetime, wrong: Mapping[str, Form]
) -> Doing:
    action, key = _action(page, choice), _key(choice)
    return Doing(
        key=key,
        action=choice.action,
        desk=choice.by.key,
        part=choice.part,
        title=wording.say(action.title),
        icon=action_icon(action, page.scheme, page.scheme.procedures[page.state.procedure], page.state.step),
        form=wrong.get(key) or questions.blank(action.asks, offers, now, prefix=f"{key}-"),
        blocked=wording.say(Text(choice.zh, choice.en)) or choice.blocked,
        clause=choice.clause or action.clause,
        leads=any(way.value not in ("stay", "again") for ways in action.ways.values() for way in ways),
        approver=page.names.desk(choice.approver) if choice.approver else "",
    )


def _key(choice: Choice) -> str:
    return f"{choice.action}-{choice.part}" if choice.part else choice.action


def _action(page: CasePage, choice: Choice) -> Action:
    return page.scheme.procedures[page.state.procedure].actions[choice.action]


def _chosen(request: HttpRequest, page: CasePage) -> Choice | None:
    sent = request.POST
    desk = parse(sent.get("desk", ""))
    return next(
        (
            one
            for one in page.choices
            if one.action == sent.get("action") and str(one.part) == sent.get("part", "0") and one.by == desk
            and not one.blocked
        ),
        None,
    )  # fmt: skip


def _refused(form: Form, key: str, why: str, name: str) -> Tried:
    """Put a refusal at its field, or above everything."""
    at = next((one for one in form.fields if name and one.name.endswith(f"-{name}")), None)
    if at is None:
        return Tried(message=gettext("Not done: %(why)s") % {"why": why}, wrong={key: form})
    at.error = why
    return Tried(wrong={key: form})


def _meanwhile(page: CasePage, conflict: Conflict, now: datetime) -> str:
    """Say what others did since the page was read."""
    desks = [parse(one.desk_key) for one in conflict.meanwhile]
    names = called(desks, page.scheme, now)
    actions = page.scheme.procedures[page.state.procedure].actions
    return " ".join(
        gettext("%(moment)s %(desk)s: %(action)s.")
        % {
            "moment": wording.say_past(one.at, now),
            "desk": names[desk.key].name,
            "action": wording.say(actions[one.action].title) if one.action in actions else one.action,
        }
        for one, desk in zip(conflict.meanwhile, desks, strict=True)
    )
