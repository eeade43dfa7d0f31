"""One thing for several cases: choose it, see what it would do to each, do it, and read how each ended."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import reduce
from hashlib import sha256
from operator import or_
from os.path import commonpath
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.cases import operations, queries
from gezhi.cases.access import SUPERVISE, may
from gezhi.cases.errors import CaseError, NotFound
from gezhi.cases.models import BulkLine
from gezhi.cases.operations.bulk import MOST_CASES
from gezhi.cases.queries import Standing
from gezhi.foundation import clock
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.schemes.model import CLOSED, Action, Question
from gezhi.schemes.text import Text
from gezhi.web import questions, wording
from gezhi.web.acting import offers_for
from gezhi.web.action_icons import action_icon
from gezhi.web.desk.foreseen import Preview, previews
from gezhi.web.desk.frame import frame
from gezhi.web.desk.wishes import own_list
from gezhi.web.questions import Form, Offer
from gezhi.web.staff import for_staff

CHUNK = 10
_PREFIX = "bulk-"
# A photo shows one place: it is taken on the case's own page.
_NOT_TOGETHER = frozenset({"photos"})
_NOTE = Question(id="text", kind="text", title=Text("记事", "Note"))
_REASON = Question(id="reason", kind="text", title=Text("督办事由", "Why"))
_BY_DAY = Question(id="limit_at", kind="date", title=Text("要求在哪天前回复", "Answer wanted by"), required=False)


@dataclass(frozen=True, slots=True)
class Offered:
    """Something that can be done to some of the selected cases. `key` tells it apart in the address."""

    key: str
    kind: str
    action: str
    title: str
    icon: str
    clause: str
    asks: tuple[Question, ...]
    open_to: int
    alone: bool = False


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def page(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the selected cases, what can be done to them, and what it would do; then do it."""
    now = clock.now()
    sent = request.POST if request.method == "POST" else request.GET
    before = _run_before(account, sent)
    if before is not None:
        return redirect("web:desk_bulk_run", run=before)
    asked = sent.getlist("case")[: MOST_CASES * 5]
    numbers = [one.partition(":")[0] for one in asked][:MOST_CASES]
    found = queries.standings(account=account, numbers_given=numbers, now=now)
    offered = _offered(found, account, now)
    chosen = next((one for one in offered if one.key == sent.get("do") and not one.alone), None)
    shown: dict[str, Any] = {
        "now": now,
        "frame": frame(account, now),
        "found": found,
        "missing": len(set(numbers)) - len(found),
        "too_many": len(set(asked)) > MOST_CASES,
        "offered": offered,
        "chosen": chosen,
        "back": own_list(sent.get("back", "")),
        "most": MOST_CASES,
    }
    if chosen is None or not found:
        return render(request, "desk/bulk.html", shown | {"previews": previews(found, account, None, {}, now=now)})
    offers = _offers(found, chosen, now)
    if request.method == "GET":
        form = questions.blank(chosen.asks, offers, now, prefix=_PREFIX)
        ready = not chosen.asks
    else:
        form = questions.read(chosen.asks, request, offers, now, actor=str(account.pk), prefix=_PREFIX)
        ready = not form.errors
    if request.method == "POST" and ready and sent.get("step") == "run" and sent.get("shown") == _mark(form.answers):
        return _run(request, account, chosen, form.answers, found=found, now=now)
    return _preview(request, account, chosen, form, shown=shown, ready=ready, now=now)


@never_cache
@require_http_methods(["GET", "POST"])
@for_staff
def run(request: HttpRequest, account: Account, run: UUID) -> HttpResponse:
    """Show how each case of a run ended; carry on with what waits."""
    now = clock.now()
    if request.method == "POST":
        try:
            operations.carry_on_bulk(actor=account, run=run, most=CHUNK, now=now)
        except NotFound as missing:
            raise Http404(str(missing)) from missing
        if not request.headers.get("HX-Request"):
            return redirect("web:desk_bulk_run", run=run)
    found = queries.bulk_run(account=account, run=run)
    if found is None:
        raise Http404
    its, lines = found
    states = {state: sum(line.state == state for line in lines) for state in BulkLine.State}
    settled = len(lines) - states[BulkLine.State.WAITING]
    shown = {
        "now": now, "frame": frame(account, now), "run": its, "lines": lines, "states": states,
        "settled": settled, "share": 100 * settled // max(1, len(lines)), "waiting": settled < len(lines),
        "back": its.back or reverse("web:desk_queue"),
        "again": [line.number for line in lines if line.state == BulkLine.State.REFUSED],
    }  # fmt: skip
    return render(request, "desk/bulk_run.html", shown)


@require_GET
@for_staff
def result(_request: HttpRequest, account: Account, run: UUID) -> HttpResponse:
    """Hand out the list of how each case ended."""
    found = queries.bulk_run(account=account, run=run)
    if found is None:
        raise Http404
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="gezhi-{found[0].at:%Y%m%d-%H%M}.csv"'
    rows = csv.writer(answer)
    rows.writerow([gettext("Number"), gettext("Title"), gettext("Result"), gettext("Why"), gettext("Clause")])
    for line in found[1]:
        told = (line.number, line.title, STATE_WORDS[BulkLine.State(line.state)](), line.said, line.clause)
        rows.writerow([_harmless(words) for words in told])
    return answer


STATE_WORDS = {
    BulkLine.State.WAITING: lambda: gettext("waits"),
    BulkLine.State.DONE: lambda: pgettext("cases of a run", "done"),
    BulkLine.State.PROPOSED: lambda: gettext("proposed, waits for a decision"),
    BulkLine.State.REFUSED: lambda: gettext("not done"),
}


def _harmless(words: str) -> str:
    """Return words that a spreadsheet does not take for a formula."""
    return f"'{words}" if words[:1] in "=+-@\t\r" else words


def _preview(
    request: HttpRequest, account: Account, chosen: Offered, form: Form, *, shown: dict[str, Any], ready: bool,
    now: datetime,
) -> HttpResponse:  # fmt: skip
    rows = previews(shown["found"], account, chosen, form.answers if ready else None, now=now)
    shown |= {
        "form": form, "previews": rows, "ready": ready, "errors": form.errors,
        "would": sum(one.works for one in rows), "key": request.POST.get("key") or uuid4(),
        "shown": _mark(form.answers) if ready else "", "draft": _draft(chosen, shown["found"]),
    }  # fmt: skip
    return render(request, "desk/bulk.html", shown, status=422 if form.errors else 200)


def _version(said: str, now: int) -> int:
    """Return the version that the page showed; what no page of ours says counts as the present one."""
    return int(said) if said.isdecimal() and len(said) < 10 else now


def _run(
    request: HttpRequest, account: Account, chosen: Offered, answers: Mapping[str, Any], *,
    found: Sequence[Standing], now: datetime,
) -> HttpResponse:  # fmt: skip
    seen = dict(one.split(":", 1) for one in request.POST.getlist("case") if ":" in one)
    aims = [
        operations.Aim(one.case.number, one.case.title, _version(seen.get(one.case.number, ""), one.case.version))
        for one in found
    ]
    try:
        began = operations.begin_bulk(
            actor=account, key=UUID(request.POST.get("key", "")), kind=chosen.kind, title=chosen.title, aims=aims,
            action=chosen.action, answers=_kept(chosen, answers), back=own_list(request.POST.get("back", "")), now=now,
        )  # fmt: skip
        operations.carry_on_bulk(
            actor=account, run=began.pk, most=CHUNK if "scripted" in request.POST else MOST_CASES, now=now
        )
    except (CaseError, ValueError) as error:
        raise Http404(str(error)) from error
    return redirect("web:desk_bulk_run", run=began.pk)


def _run_before(account: Account, sent: QueryDict) -> UUID | None:
    """Return the run that this very form began already: a second press leads to what came of the first."""
    if sent.get("step") != "run":
        return None
    try:
        key = UUID(sent.get("key", ""))
    except ValueError:
        return None
    return key if queries.bulk_run(account=account, run=key) else None


def _kept(chosen: Offered, answers: Mapping[str, Any]) -> dict[str, Any]:
    if chosen.kind != "supervise" or not answers.get("limit_at"):
        return dict(answers)
    on = datetime.fromisoformat(str(answers["limit_at"])).date() + timedelta(days=1)
    return {**answers, "limit_at": timezone.make_aware(datetime.combine(on, time())).isoformat()}


def _mark(answers: Mapping[str, Any]) -> str:
    """Return what tells the answers of the preview from others."""
    return sha256(msgspec.json.encode(dict(answers), order="sorted", enc_hook=str)).hexdigest()[:16]


def _draft(chosen: Offered, found: Iterable[Standing]) -> str:
    """Return where the browser keeps what is typed: words for these cases must not come back for others."""
    numbers = " ".join(sorted(one.case.number for one in found))
    return f"bulk-{chosen.key}-{sha256(numbers.encode()).hexdigest()[:16]}"


def _offered(found: Iterable[Standing], account: Account, now: datetime) -> list[Offered]:
    """Return what some of the cases are open for, what most are first; a note and supervision by right at the end."""
    known: dict[str, Offered] = {}
    counts: dict[str, int] = {}
    cases = list(found)
    for one in cases:
        for action in {choice.action: one.action(choice) for choice in one.choices if not choice.blocked}.values():
            key = _key(action)
            known.setdefault(key, _of_action(key, action, one))
            counts[key] = counts.get(key, 0) + 1
    listed = [_counted(one, counts[one.key]) for one in known.values()]
    listed.sort(key=lambda one: (one.alone, -one.open_to))
    listed.append(Offered("note", "note", "", gettext("Write a note"), "chat", "", (_NOTE,), len(cases)))
    watch = [
        one for one in cases if one.state.step != CLOSED and may(account, SUPERVISE, one.case, now)
    ]  # fmt: skip
    if watch:
        asks = (_REASON, _BY_DAY)
        listed.append(
            Offered("supervise", "supervise", "", gettext("Put under supervision"), "flag", "", asks, len(watch))
        )
    return listed


def _of_action(key: str, action: Action, one: Standing) -> Offered:
    icon = action_icon(action, one.scheme, one.scheme.procedures[one.state.procedure], one.state.step)
    asks = tuple(one for one in action.asks if one.required or one.kind not in _NOT_TOGETHER)
    alone = any(one.kind in _NOT_TOGETHER for one in asks)
    return Offered(
        key, "act", action.id, wording.say(action.title), icon, action.clause, asks, 0, alone
    )  # fmt: skip


def _counted(one: Offered, count: int) -> Offered:
    return Offered(one.key, one.kind, one.action, one.title, one.icon, one.clause, one.asks, count, one.alone)


def _key(action: Action) -> str:
    """Return a key under which actions are the same: same id, same words, same questions."""
    told = (action.id, action.title.zh, *((one.id, one.kind, one.required) for one in action.asks))
    return f"{action.id}-{sha256(repr(told).encode()).hexdigest()[:6]}"


def _offers(found: Sequence[Standing], chosen: Offered, now: datetime) -> Mapping[str, Sequence[Offer]]:
    offers = offers_for(found[0].scheme, chosen.asks, None, now)
    if any(question.kind == "person" for question in chosen.asks):
        offers = {**offers, "person": _people(found, now)}
    return offers


def _people(found: Sequence[Standing], now: datetime) -> list[Offer]:
    """Return who holds a post at the place of any of the cases, who serves most of them first; each says how many."""
    paths = [one.case.area_path for one in found]
    serves: dict[str, tuple[str, set[int]]] = {}
    at_any = reduce(or_, (Q(area__path__startswith=path) for path in set(paths)))
    for held in people.at_area(_common(paths), now).filter(at_any):
        here = {at for at, path in enumerate(paths) if held.area and held.area.path.startswith(path)}
        serves.setdefault(str(held.account_id), (held.account.name, set()))[1].update(here)
    listed = sorted(((key, name, len(here)) for key, (name, here) in serves.items() if here), key=lambda one: -one[2])
    words = gettext("for %(n)d of %(all)d cases")
    return [Offer(key, name, "" if n == len(paths) else words % {"n": n, "all": len(paths)}) for key, name, n in listed]


def _common(paths: Sequence[str]) -> str:
    """Return the smallest area's path that holds all of these."""
    shared = commonpath(paths)
    return f"{shared}/" if shared else ""


__all__ = ["Preview", "page", "result", "run"]
