"""From a case's effects to messages. Who holds a desk is looked up when the effect is carried out, once per topic.

Whoever the case complains about is left out, whatever the scheme's templates say. Words come from the scheme's
notices; only effects that no scheme can word (a proposal, supervision) have words here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from gezhi.cases.access import as_uuid, can_see
from gezhi.cases.models import Case, CaseEvent
from gezhi.cases.operations.intake import tracking_code
from gezhi.cases.operations.log import CHANGED, desk_from, replayed
from gezhi.cases.operations.projection import load_state
from gezhi.cases.operations.talking import seeing
from gezhi.cases.queries.names import Names, names_for
from gezhi.cases.queries.page import reporter_questions
from gezhi.cases.queries.story import event_of
from gezhi.enactment import queries as enactment
from gezhi.foundation import outbox
from gezhi.notices import operations as notices
from gezhi.notices import wording
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.schemes.disclosure import Disclosure, disclosure
from gezhi.schemes.explain import limit_word
from gezhi.schemes.model import CLOSED, Notice, Scheme
from gezhi.schemes.state import REPORTER, CaseState, Desk, Event

# Where the surfaces show a case; their own tests hold them to it.
OFFICE_LINK = "/desk/case/{number}"
REPORTER_LINK = "/track?number={number}"
FOLLOWER_LINK = "/followed/{number}"
_LANGUAGE = "zh-hans"


@dataclass(frozen=True, slots=True)
class _Told:
    """A case and what happened to it, with what its words need.

    `own` is False where `case` is a duplicate and the rest is its main case's.
    """

    case: Case
    scheme: Scheme
    state: CaseState
    event: Event
    seq: int
    own: bool = True


def register() -> None:
    """Subscribe to the effects of cases."""
    outbox.subscribe(CHANGED, "cases.notices", tell_changed)
    for topic in ("case.proposed", "case.decided", "case.supervised", "case.watch_overdue"):
        outbox.subscribe(topic, "cases.notices", _teller(topic))
    outbox.subscribe("case.commented", "cases.notices", tell_commented)
    outbox.subscribe("case.merged", "cases.notices", tell_merged)
    outbox.subscribe("case.mentioned", "cases.notices", tell_mentioned)


def tell_changed(body: dict[str, Any], now: datetime) -> None:
    """Send the notices that the scheme asks for after an event, and tell the webhooks that the case changed."""
    case = _case(body["case"])
    event = event_of(CaseEvent.objects.get(case_id=case.pk, seq=body["seq"]))
    seq = int(body["seq"])
    told = _Told(case, enactment.scheme(case.scheme_version_id), _state_after(case, seq), event, seq)
    for telling in body["tellings"]:
        template = told.scheme.notices.get(telling["template"])
        desk = msgspec.convert(telling["to"], Desk)
        if template is not None:
            _send(told, template, desk, now)
    if body["step"] == CLOSED:
        _tell_residents(told, now)
    notices.send(
        to=(), key=f"case/{case.number}/{told.seq}", topic=_topic(body), channels=("webhook",), now=now,
        subject=f"{case.number} {event.action}", body="",
        payload={
            "number": case.number, "item": case.item, "kind": event.kind, "action": event.action,
            "step": body["step"], "at": body["at"],
        },
    )  # fmt: skip


def _tell_residents(told: _Told, now: datetime) -> None:
    """Tell those who follow it from outside that it ended: the item and the place, nothing that anybody wrote.

    What became a complaint or confidential meanwhile is nobody else's business any more. A duplicate ends with its
    main case, and not before.
    """
    if told.case.merged_into_id is not None:
        return
    merged = Case.objects.unscoped(reason="who follows a duplicate hears of the main case").filter(
        merged_into=told.case
    )
    for case in (told.case, *merged.select_related("area")):
        if not (_kept_back(told.case) or _kept_back(case)):
            _tell_followers(case, told, now)


def _kept_back(case: Case) -> bool:
    """Say whether nothing of a case is published, by the version that it is pinned to."""
    scheme = enactment.scheme(case.scheme_version_id)
    return bool(case.about_keys) or disclosure(scheme, case.item) is Disclosure.NOTHING


def _tell_followers(case: Case, told: _Told, now: datetime) -> None:
    by_language: dict[str, list[Account]] = {}
    for account in _followers(case):
        if not (account.is_staff_member and can_see(account, case, now)):
            by_language.setdefault(account.language or _LANGUAGE, []).append(account)
    for language, accounts in by_language.items():
        with translation.override(language):
            notices.send(
                to=accounts, key=f"case/{case.number}/{told.seq}/followed", topic="case.closed", now=now,
                subject=_("A matter that you follow has ended: %(item)s")
                % {"item": told.scheme.items[told.state.item].title.say(language)},
                body=case.area.name if case.area else "", link=FOLLOWER_LINK.format(number=case.number),
                channels=("inbox",),
            )  # fmt: skip


def tell_commented(body: dict[str, Any], now: datetime) -> None:
    """Tell the reporter of a public note from an office, and those who hold the case of a note from the reporter."""
    case = _case(body["case"])
    from_reporter = body["by"] == REPORTER.key
    if not body["public"]:
        return
    # What comes to a duplicate concerns those who work on its main case.
    lead = case.merged_into or case
    desks = [hold.desk for hold in load_state(lead.state).holds if hold.until is None]
    readers: list[Account | str] = [*_holders(case, desks, now)] if from_reporter else _reporters(case)
    for reader in readers:
        with translation.override((reader.language if isinstance(reader, Account) else "") or _LANGUAGE):
            words = _("The reporter added to %(number)s") if from_reporter else _("A word on your report %(number)s")
            link = _link(case, to_reporter=not from_reporter)
            notices.send(
                to=[reader], key=f"case.commented/{case.number}/{body['seq']}", topic="case.commented", now=now,
                subject=words % {"number": case.number}, body=case.title, link=link,
                channels=("inbox",) if from_reporter else ("inbox", "mail"), **_about(case),
            )  # fmt: skip


def tell_merged(body: dict[str, Any], now: datetime) -> None:
    """Tell who reported a duplicate that it is handled with another one, and who held it that it is out of hand."""
    case = _case(body["case"])
    if case.merged_into_id is None:
        return  # it was taken back before anybody was told
    held = _holders(case, [desk_from(key) for key in body["holders"]], now)
    holders = [one for one in held if str(one.pk) != body["by"]]
    for reader in [*_reporters(case), *holders]:
        is_reporter = reader not in holders
        with translation.override((reader.language if isinstance(reader, Account) else "") or _LANGUAGE):
            subject = _("Your report %(number)s is handled together with another one about the same")
            text = _("Nothing is lost: it goes on under your own number and code.")
            if not is_reporter:
                subject, text = _("%(number)s was merged into another case about the same"), case.title
            notices.send(
                to=[reader], key=f"case.merged/{case.number}/{body['seq']}", topic="case.merged", now=now,
                subject=subject % {"number": case.number}, body=text,
                channels=("inbox", "mail") if is_reporter else ("inbox",),
                link=_link(case, to_reporter=is_reporter), **_about(case),
            )  # fmt: skip


def tell_mentioned(body: dict[str, Any], now: datetime) -> None:
    """Tell the colleagues whom a note names, if they may (still) see the case; never who wrote it."""
    case = _case(body["case"])
    by = as_uuid(body["by"])
    author = Account.objects.filter(pk=by).first() if by else None
    wanted = seeing(case, [UUID(one) for one in body["accounts"] if one != body["by"]], now)
    for reader in Account.objects.filter(pk__in=wanted):
        with translation.override(reader.language or _LANGUAGE):
            notices.send(
                to=[reader], key=f"case.mentioned/{case.number}/{body['seq']}", topic="case.mentioned", now=now,
                subject=_("%(name)s asks for you in a note on %(number)s")
                % {"name": author.name if author else _("A colleague"), "number": case.number},
                body=case.title, link=f"{_link(case, to_reporter=False)}#story", **_about(case),
            )  # fmt: skip


def _send(told: _Told, template: Notice, desk: Desk, now: datetime) -> None:
    if desk != REPORTER:
        _write(told, template, desk.key, _holders(told.case, [desk], now), to_reporter=False, now=now)
        return
    merged = Case.objects.unscoped(reason="who reported a duplicate hears of the main case").filter(
        merged_into=told.case
    )
    for case in (told.case, *merged.select_related("area", "reporter")):
        # Each reporter hears it of the own case: the own number and words, never another's code.
        _write(replace(told, case=case, own=case == told.case), template, desk.key, _reporters(case),
               to_reporter=True, now=now)  # fmt: skip
    followers = [one for one in _followers(told.case) if can_see(one, told.case, now)]
    _write(told, template, "followers", followers, to_reporter=False, now=now)


def _write(
    told: _Told, template: Notice, key: str, accounts: Iterable[Account | str], *, to_reporter: bool, now: datetime
) -> None:
    """Write a notice to people of one kind, each in the own language."""
    by_language: dict[str, list[Account | str]] = {}
    for account in accounts:
        language = (account.language if isinstance(account, Account) else "") or _LANGUAGE
        by_language.setdefault(language, []).append(account)
    for language, recipients in by_language.items():
        with translation.override(language):
            names = names_for(told.scheme, language, _desks(told.state), ())
            values = _values(told, names, to_reporter=to_reporter)
            notices.send(
                to=recipients, key=f"case/{told.case.number}/{told.seq}/{template.id}/{key}", topic=template.id,
                subject=wording.render(template.subject.say(language), values),
                body=wording.render(template.body.say(language), values),
                channels=("inbox", "mail") if to_reporter else ("inbox",),
                link=_link(told.case, to_reporter=to_reporter),
                now=now, **_about(told.case),
            )  # fmt: skip


def _values(told: _Told, names: Names, *, to_reporter: bool) -> dict[str, object]:
    case, state, language = told.case, told.state, names.language
    procedure = told.scheme.procedures[state.procedure]
    step, whole = state.clock("step"), state.clock("case")
    item = told.scheme.items.get(state.item)
    answers = {
        name: _said(told.scheme, name, value, language)
        for name, value in _answers(told, to_reporter=to_reporter).items()
    }
    return {
        **answers,
        "number": case.number,
        "title": case.title,
        "item": item.title.say(language) if item else state.item,
        "area": case.area.name if case.area else _("no place yet"),
        "step": procedure.steps[state.step].title.say(language) if state.step in procedure.steps else _("closed"),
        "holder": (names.office if to_reporter else names.desk)(state.desk) if state.desk else "",
        "due": _moment(step.due if step else None),
        "case_due": _moment(whole.due if whole else None),
        "limit": limit_word(step.limit).say(language) if step else "",
        "clause": step.clause if step else "",
        "url": settings.PUBLIC_ADDRESS + _link(case, to_reporter=to_reporter),
        "code": tracking_code(case.pk) if to_reporter else "—",
    }


def _answers(told: _Told, *, to_reporter: bool) -> dict[str, Any]:
    """Return the newest answers without what the reader must not learn.

    Offices learn ratings as sums only; whoever reported the same learns nothing that the main case's reporter said.
    """
    given = {**told.state.answers, **told.event.answers}
    if to_reporter and told.own:
        return given
    asked = reporter_questions(told.scheme, told.state.procedure)
    hidden = {one.id for one in asked if to_reporter or one.kind == "choice"}
    if to_reporter and told.event.by != REPORTER:
        hidden -= told.event.answers.keys()
    return {name: value for name, value in given.items() if name not in hidden}


def _teller(topic: str) -> outbox.Subscriber:
    def tell(body: dict[str, Any], now: datetime) -> None:
        case = _case(body["case"])
        desks = [desk_from(key) for key in body.get("holders", [body.get("to", "")]) if key]
        for account in _holders(case, desks, now):
            with translation.override(account.language or _LANGUAGE):
                notices.send(
                    to=[account], key=f"{topic}/{case.number}/{body['seq']}", topic=topic, now=now, body=case.title,
                    subject=_office_words(topic, body) % {"number": case.number}, link=_link(case, to_reporter=False),
                    **_about(case),
                )  # fmt: skip

    return tell


def _office_words(topic: str, body: dict[str, Any]) -> str:
    if topic == "case.proposed":
        return _("To decide: a proposal on %(number)s")
    if topic == "case.decided":
        return (
            _("Your proposal on %(number)s was approved")
            if body["approved"]
            else _("Your proposal on %(number)s was declined")
        )
    if topic == "case.supervised":
        return _("%(number)s is under supervision")
    return _("The time set for %(number)s under supervision has passed")


def _case(pk: str) -> Case:
    rows = Case.objects.unscoped(reason="its effects are carried out by nobody in particular")
    return rows.select_related("area", "reporter", "merged_into").get(pk=UUID(pk))


def _holders(case: Case, desks: Iterable[Desk], now: datetime) -> list[Account]:
    """Return the people at the desks, without those whom the case complains about, whatever other desk they hold."""
    found = people.holders(desks, now)
    if not case.about_keys:
        return found
    concerned = {account.pk for account in people.holders([desk_from(key) for key in case.about_keys], now)}
    return [account for account in found if account.pk not in concerned]


def _reporters(case: Case) -> list[Account | str]:
    """Return who reported it: the account, else the mail address that was left."""
    if case.reporter is not None and case.reporter.is_active:
        return [case.reporter]
    return [str(case.contact)] if "@" in (case.contact or "") else []


def _followers(case: Case) -> list[Account]:
    """Return those who asked to hear of it, without who reported it."""
    rows = Account.objects.filter(pk__in=case.follows.values("account"), is_active=True)
    return list(rows.exclude(pk=case.reporter_id) if case.reporter_id else rows)


def _desks(state: CaseState) -> list[Desk]:
    return [hold.desk for hold in state.holds] + ([state.desk] if state.desk else [])


def _topic(body: dict[str, Any]) -> str:
    if body["kind"] == "open" and body["action"] == "open":
        return "case.opened"
    if body["step"] == CLOSED:
        return "case.closed"
    return "case.expired" if body["kind"] == "expire" else "case.acted"


def _link(case: Case, *, to_reporter: bool) -> str:
    return (REPORTER_LINK if to_reporter else OFFICE_LINK).format(number=case.number)


class _About(TypedDict):
    about: str
    brief: str


def _about(case: Case) -> _About:
    """Return which case a message is about, and what a mail that lists it may say: number, item, place."""
    item = enactment.scheme(case.scheme_version_id).items.get(case.item)
    title = item.title.say(translation.get_language() or _LANGUAGE) if item else ""
    where = case.area.name if case.area else _("no place yet")
    return {"about": case.number, "brief": " · ".join(one for one in (case.number, title, where) if one)}


def _moment(at: datetime | None) -> str:
    return formats.date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else "—"


def _state_after(case: Case, seq: int) -> CaseState:
    """Return the state that an entry of the log led to: a notice speaks of that moment, however late it is sent."""
    if case.log_seq == seq:
        return load_state(case.state)
    return replayed(CaseEvent.objects.filter(case_id=case.pk, seq__lte=seq).order_by("seq"))


def _said(scheme: Scheme, name: str, value: Any, language: str) -> str:
    """Return an answer in words: choices and departments by their titles; a sentence without its full stop."""
    question = scheme.questions.get(name)
    titled = {option.id: option.title for option in question.choices} if question else {}
    if question and question.kind in {"department", "departments"}:
        titled = {one.id: one.title for one in scheme.departments.values()}
    words = [titled[one].say(language) if one in titled else str(one) for one in _each(value)]
    return "、".join(words).removesuffix("。")


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
