"""The one door for what somebody writes into a register, from a page, a telephone, a table or another program.

Each side (a post or a department) owns the values that it wrote. What another side has otherwise is proposed, never
written over; what was changed since the writer last looked is kept beside it as a conflict.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from gezhi.foundation.ids import uuid7
from gezhi.people.models import Account
from gezhi.registers import access, ledgers
from gezhi.registers.errors import BadAnswers, Forbidden, Impossible, NotFound, Refused
from gezhi.registers.ledgers import Ledger
from gezhi.registers.models import KEY, NAME, Entry, EntryChange, Import, Kind, Proposal, State
from gezhi.registers.operations import caring, codes, photos
from gezhi.registers.operations.places import area_for, point_in
from gezhi.registers.operations.writing import (
    CHANGED,
    OPENED,
    PROPOSED,
    By,
    Pairs,
    count_waiting,
    divided,
    fill_in,
    locked,
    make_findable,
    note_change,
    opened,
    pairs_of,
    seal,
    tell,
    values_of,
)
from gezhi.registers.queries.alike import alike
from gezhi.registers.values import Values, fields_of, is_blank, sensitive_ids
from gezhi.schemes.filled import fill
from gezhi.schemes.forms import Form
from gezhi.territory.models import Area

ACCEPTED, DUPLICATE, PROPOSED_ONLY, CONFLICT = "accepted", "duplicate", "proposed", "conflict"


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of what was sent.

    `mine` and `theirs` hold both versions of the fields in conflict or proposed, sensitive ones included: they go to
    the writer only. `alike` are entries that may be the same thing. `left` are answers that today's form does not ask
    for any more; they are kept in the book of changes.
    """

    outcome: str
    entry: Entry
    mine: Values
    theirs: Values
    alike: tuple[Entry, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def version(self) -> int:
        """The entry's version now."""
        return self.entry.version


@dataclass(frozen=True, slots=True)
class _Sent:
    answers: Mapping[str, Any]
    ledger: Ledger
    form: Form
    by: By
    base: int
    note: str
    left: Values = field(default_factory=dict)
    # The writer saw an entry that was merged into this one: its version says nothing of this one's.
    elsewhere: bool = False


def save(
    *,
    actor: Account | None,
    now: datetime,
    register: str,
    answers: Mapping[str, Any],
    area: Area | str | None = None,
    entry: Entry | UUID | None = None,
    base: int = 0,
    key: str | None = None,
    form_print: str = "",
    at: datetime | None = None,
    code: str = "",
    part_of: Entry | UUID | None = None,
    purpose: str = "",
    basis: str = "",
    note: str = "",
    batch: Import | None = None,
) -> Saved:
    """Write answers into a new entry (`entry` is None) or an existing one, whose other fields stay as they are.

    `base` is the version that the writer saw, `key` the sender's own name for this writing: the same again changes
    nothing. `form_print` and `at` say under which form and when it was collected. A care case says `purpose` and
    `basis` where its form does not. Raises a `Refused` when nothing could be written.
    """
    scoped = _scoped(key, actor)
    try:
        with transaction.atomic():
            before = EntryChange.objects.filter(client_key=scoped).first() if scoped else None
            if before is not None:
                return Saved(DUPLICATE, _entry_of(before), {}, {})
            collected = min(at, now) if at is not None and at < now else None
            ledger = ledgers.ledger(register, timezone.localdate(now))
            form = ledgers.form_as_filled(ledger, form_print, timezone.localdate(collected or now))
            by = By(actor, access.Standpoint(), now, collected, scoped, batch)
            sent = _as_asked_today(_Sent(by_codes(form, answers, by), ledger, form, by, base, note))
            if entry is None:
                return _open(sent, area=area, code=code, part_of=part_of, purpose=purpose, basis=basis)
            found = _of_register(locked(entry, actor, now), ledger)
            elsewhere = found.pk != (entry.pk if isinstance(entry, Entry) else entry)
            return _change(found, replace(sent, elsewhere=elsewhere))
    except IntegrityError:  # the same key came in twice at the same moment
        made = EntryChange.objects.filter(client_key=scoped).first() if scoped else None
        if made is None:
            raise
        return Saved(DUPLICATE, _entry_of(made), {}, {})


def by_codes(form: Form, answers: Mapping[str, Any], by: By) -> Mapping[str, Any]:
    """Return answers in which entries are named by their codes: a telephone knows them by their ids."""
    asked = {key: one for key, one in fields_of(form).items() if one.kind == "entry" and answers.get(key)}
    if not asked:
        return answers
    seen = Entry.objects.visible_to(by.actor, now=by.now) if by.actor else Entry.objects.unscoped(reason="the system")
    codes = {}
    for key, one in asked.items():
        try:
            named = seen.filter(pk=UUID(str(answers[key])), register=one.register).values_list("code", flat=True)
        except ValueError:
            continue
        codes[key] = named.first() or answers[key]
    return {**answers, **codes}


def _of_register(entry: Entry, ledger: Ledger) -> Entry:
    """Return the entry if it is one of the register; another's form and rights would be held against it."""
    if entry.register != ledger.id:
        raise NotFound
    return entry


def _as_asked_today(sent: _Sent) -> _Sent:
    """Leave aside what the form asked when it was filled in and does not ask any more."""
    form = sent.ledger.form
    known, today = fields_of(sent.form), fields_of(form)
    left = {one: value for one, value in sent.answers.items() if one in known and one not in today}
    kept = {one: value for one, value in sent.answers.items() if one not in left}
    return replace(sent, form=form, answers=kept, left=left)


def _scoped(key: str | None, actor: Account | None) -> str | None:
    if not key:
        return None
    return f"{actor.pk if actor else ''}:{key}"[:KEY]


def _entry_of(change: EntryChange) -> Entry:
    rows = Entry.objects.unscoped(reason="the sender's own key names what the sender wrote")
    return rows.get(pk=change.entry_id)


# ── a new entry ──


def _open(
    sent: _Sent, *, area: Area | str | None, code: str, part_of: Entry | UUID | None, purpose: str, basis: str
) -> Saved:
    ledger, now = sent.ledger, sent.by.now
    on = timezone.localdate(now)
    whole = whole_of(ledger, sent.answers, part_of, sent.by)
    filled = fill(sent.form, linked(ledger, sent.answers, whole), at=now, scheme=ledger.scheme)
    if filled.faults:
        raise BadAnswers(filled.faults)
    photos.require_own(sent.form, filled.values, sent.by)
    place = area_for(area or (whole.area if whole else None), point_in(ledger.register, sent.form, filled.values), on)
    by = _standing(sent, place.path)
    entry = Entry(
        id=uuid7(), register=ledger.id, area=place, area_path=place.path, part_of=whole, opened_at=now, changed_at=now,
        care=ledger.register.care, purpose=purpose.strip()[:NAME], basis=basis.strip()[:NAME],
    )  # fmt: skip
    caring.state_purpose(ledger, sent.form, entry)
    entry.code = codes.given(ledger.register, code) if code else codes.fresh(ledger.register, place.code, on)
    fill_in(entry, ledger, sent.form, filled.values)
    entry.sides = dict.fromkeys((one for one, value in filled.values.items() if not is_blank(value)), by.at.side)
    entry.erase_at = caring.kept_until(entry, sent.form)
    entry.save(force_insert=True)
    make_findable(entry, sent.form)
    photos.hold(entry, sent.form, now)
    pairs = pairs_of({}, filled.values, list(filled.values))
    note_change(entry, by, Kind.OPEN, _with_left(pairs, sent), sent.form, note=sent.note)
    if entry.care:
        caring.assign_at_opening(entry, ledger, by)
    tell(OPENED, entry, now)
    return Saved(ACCEPTED, entry, {}, {}, tuple(alike(entry)), tuple(sent.left))


def whole_of(ledger: Ledger, answers: Mapping[str, Any], part_of: Entry | UUID | None, by: By) -> Entry | None:
    """Return the entry that another is part of: as given, or as the form's own field names it by its code."""
    register, link = ledger.register, link_of(ledger)
    if part_of is None and link and not is_blank(answers.get(link)):
        rows = Entry.objects.unscoped(reason="the side that counts is asked for at its area")
        named = rows.filter(register=register.part_of, code=str(answers[link]).strip(), state=State.ACTIVE).first()
        if named is None:
            said = str(answers[link])[:40]
            zh, en = f"没有编号为 {said} 的所属条目。", f"There is no entry {said} that this is part of."
            raise Refused(zh, en, field=link)
        part_of = named.pk
    if part_of is None:
        return None
    whole = locked(part_of, by.actor, by.now)
    if register.part_of and whole.register != register.part_of:
        raise Refused(
            "所属条目不在这个台账所属的台账里。", "The entry that this belongs to is not of the register it belongs to."
        )
    return whole


def link_of(ledger: Ledger) -> str:
    """Return the field that names the entry which holds this one; empty where the form has none."""
    wanted = ledger.register.part_of
    fields = fields_of(ledger.form).items()
    return next((key for key, one in fields if wanted and one.kind == "entry" and one.register == wanted), "")


def linked(ledger: Ledger, answers: Mapping[str, Any], whole: Entry | None) -> Mapping[str, Any]:
    """Return the answers with the field that names what this is part of: nobody types that again."""
    link = link_of(ledger)
    return {**answers, link: whole.code} if link and whole is not None else answers


def _standing(sent: _Sent, path: str) -> By:
    """Return who writes with the side that counts at a place; raise Forbidden."""
    by = sent.by
    at = access.standpoint(by.actor, sent.ledger, path, by.now)
    if not at.may_write:
        title = sent.ledger.register.title
        raise Forbidden(
            f"“{title.zh}”由其他岗位或部门在这里采集，您不能填写。如有不同情况，请向所在站点反映。",
            f"“{title.en or title.zh}” is collected here by other posts or departments; you may not write in it. "
            "Tell the station if you know otherwise.",
        )
    return By(by.actor, at, by.now, by.collected_at, by.key, by.batch)


def _with_left(pairs: Pairs, sent: _Sent) -> Pairs:
    return {**pairs, **{f"left.{one}": [None, value] for one, value in sent.left.items()}}


# ── an entry that is there ──


def _change(entry: Entry, sent: _Sent) -> Saved:
    if entry.state != State.ACTIVE:
        raise Impossible(
            f"条目 {entry.code} 已注销，不能修改。如仍存在，请先恢复它。",
            f"The entry {entry.code} was ended and can't be changed. If the thing still exists, reopen it first.",
        )
    by = _standing(sent, entry.area_path)
    _check_base(entry, sent)
    current = values_of(entry)
    wanted = _wanted(current, sent)
    pairs = pairs_of(current, wanted, [*dict.fromkeys([*current, *wanted])])
    photos.require_own(sent.form, {one: pair[1] for one, pair in pairs.items()}, by, entry)
    late = _changed_meanwhile(entry, pairs, sent)
    write, ask = _divided(entry, pairs, by, late)
    if write or (by.key and not ask) or sent.left:
        _write(entry, write, by, sent)
        by = By(by.actor, by.at, by.now, by.collected_at, None, by.batch)
    if ask:
        propose(entry, ask, late, by, sent.form, note=sent.note)
    mine = {one: pair[1] for one, pair in ask.items()}
    theirs = {one: current.get(one) for one in ask}
    outcome = CONFLICT if late else PROPOSED_ONLY if ask else ACCEPTED
    return Saved(outcome, entry, mine, theirs, (), tuple(sent.left))


def _check_base(entry: Entry, sent: _Sent) -> None:
    """Refuse a version that the entry never had: nothing could be told of what changed since."""
    if sent.base > entry.version and not sent.elsewhere:
        raise Refused(
            f"条目 {entry.code} 现在是第 {entry.version} 版，没有第 {sent.base} 版。请重新打开条目，核对后再提交；"
            "没有改动任何内容。",
            f"The entry {entry.code} stands at version {entry.version}; there is no version {sent.base}. Read it "
            "again, compare, and send it with the version that you saw. Nothing was changed.",
            field="version",
        )


def _wanted(current: Values, sent: _Sent) -> Values:
    """Return the values as the writer wants them: those not mentioned stay, also where today's form finds them wrong.

    Answers that conditions no longer ask for are cleared with the answer that they hung on.
    """
    known = fields_of(sent.form)
    asked = {one: value for one, value in {**current, **sent.answers}.items() if one in known or one in sent.answers}
    filled = fill(sent.form, asked, at=sent.by.now, scheme=sent.ledger.scheme)
    faults = [one for one in filled.faults if one.path.split(".")[0] in sent.answers]
    if faults:
        raise BadAnswers(faults)
    untouched = {one: value for one, value in current.items() if one not in sent.answers}
    cleared = {path.split(".")[0] for path in filled.left_out if "." not in path}
    kept = {one: value for one, value in untouched.items() if one not in cleared}
    return {**kept, **{one: value for one, value in filled.values.items() if one in sent.answers or one in kept}}


def _changed_meanwhile(entry: Entry, pairs: Pairs, sent: _Sent) -> frozenset[str]:
    """Return the fields that somebody changed since the version that the writer saw, and the writer too.

    What the writer merely sent back as it was then is no wish of the writer's, and is left as it is now.
    """
    if sent.base and sent.elsewhere:
        return frozenset(pairs)
    if not sent.base or sent.base >= entry.version:
        return frozenset()
    then: Values = {}
    for change in EntryChange.objects.filter(entry=entry, version__gt=sent.base).order_by("version", "id"):
        if change.kind == Kind.PROPOSE:
            continue
        for one, pair in {**change.fields, **opened(change.sealed)}.items():
            then.setdefault(one, pair[0])
    for one, before in then.items():
        if one in pairs and pairs[one][1] == before:
            del pairs[one]
    return frozenset(one for one in then if one in pairs)


def _divided(entry: Entry, pairs: Pairs, by: By, late: frozenset[str]) -> tuple[Pairs, Pairs]:
    """Return what may be written and what has to be asked."""
    ask = {one: pair for one, pair in pairs.items() if one in late or _others(entry, one, pair, by)}
    return {one: pair for one, pair in pairs.items() if one not in ask}, ask


def _others(entry: Entry, field: str, pair: list[Any], by: By) -> bool:
    owner = entry.sides.get(field, "")
    return not (by.at.decides or is_blank(pair[0]) or not owner or owner in by.at.sides)


def _write(entry: Entry, pairs: Pairs, by: By, sent: _Sent) -> None:
    entry.version += 1
    entry.changed_at = by.now
    put(entry, pairs, by.at.side, sent.ledger, sent.form)
    note_change(entry, by, Kind.CHANGE, _with_left(pairs, sent), sent.form, note=sent.note)
    tell(CHANGED, entry, by.now, fields=sorted(pairs))


def put(entry: Entry, pairs: Pairs, side: str, ledger: Ledger, form: Form) -> None:
    """Put the second of each pair into an entry for a side, and write the entry."""
    values = values_of(entry) | {one: pair[1] for one, pair in pairs.items()}
    entry.sides = {one: owner for one, owner in entry.sides.items() if not is_blank(values.get(one))}
    entry.sides |= {one: side for one, pair in pairs.items() if not is_blank(pair[1])}
    fill_in(entry, ledger, form, values)
    entry.erase_at = caring.kept_until(entry, form)
    entry.save()
    make_findable(entry, form)
    photos.hold(entry, form, entry.changed_at)


def propose(entry: Entry, ask: Pairs, late: frozenset[str], by: By, form: Form, *, note: str = "") -> None:
    """Keep differing values until somebody decides; what the same side proposed before for a field is overtaken."""
    change = note_change(entry, by, Kind.PROPOSE, ask, form, note=note)
    open_ones = Proposal.objects.filter(entry=entry, decision=Proposal.Decision.OPEN)
    open_ones.filter(field__in=list(ask), side=by.at.side).update(
        decision=Proposal.Decision.OVERTAKEN, decided_at=by.now, decided_by=by.id
    )
    hidden = sensitive_ids(form) | {one for one in ask if one not in form.by_id}
    for one, pair in ask.items():
        open_pair, closed_pair = divided({one: pair}, hidden)
        Proposal.objects.create(
            entry=entry, change=change, field=one, side=by.at.side, actor=by.id, at=by.now,
            why=Proposal.Why.MEANWHILE if one in late else Proposal.Why.OTHER_SIDE,
            plain=open_pair.get(one, []), sealed=seal(closed_pair),
        )  # fmt: skip
    photos.hold(entry, form, by.now, {one: pair[1] for one, pair in ask.items()})
    count_waiting(entry)
    tell(PROPOSED, entry, by.now, fields=sorted(ask), at=by.now.isoformat())
