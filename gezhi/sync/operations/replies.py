"""From what a room answered to what the sender is told: in the reader's language, with what to do and what was kept."""

from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.cases.errors import AskArea, CaseError, Conflict
from gezhi.duties.errors import BadAnswers as BadActivity
from gezhi.duties.errors import DutyError
from gezhi.foundation.files import FileRefused
from gezhi.people.models import Account
from gezhi.registers.errors import AskArea as AskPart
from gezhi.registers.errors import Refused as NotWritten
from gezhi.schemes.state import Refused
from gezhi.sync.errors import ActivityChanged, RecordRefused, SigningChanged
from gezhi.sync.operations.done import Done
from gezhi.sync.queries.signing import stands_to_sign
from gezhi.sync.queries.standing import activity_stands, theirs_of
from gezhi.sync.shapes import Choice, Record, Result

type Refusal = (
    CaseError | Refused | RecordRefused | FileRefused | DutyError | NotWritten | ActivityChanged | SigningChanged
)
REFUSALS = (
    CaseError, Refused, RecordRefused, FileRefused, DutyError, NotWritten, ActivityChanged, SigningChanged
)  # fmt: skip


def refusal(record: Record, error: Refusal, actor: Account, now: datetime) -> Result:
    """Return what is told of a record that was not taken."""
    if isinstance(error, Conflict):
        return conflict(record, error, actor, now)
    if isinstance(error, ActivityChanged):
        return _of_activity(record, error, actor)
    if isinstance(error, SigningChanged):
        return _of_signing(record, error, actor, now)
    code = getattr(error, "code", "refused")
    return Result(
        key=record.key,
        outcome="refused",
        code=code,
        reason=_words(error),
        todo=_todo(code),
        kept=_("Nothing of it was written. What you wrote and photographed stays on this phone."),
        field=getattr(error, "field", ""),
        choices=_choices(error),
        missing=getattr(error, "missing", ()),
    )


def conflict(record: Record, error: Conflict, actor: Account, now: datetime) -> Result:
    """Return both versions of a case that others acted on meanwhile."""
    number = str(record.data.get("number", ""))
    return Result(
        key=record.key,
        outcome="conflict",
        subject=number,
        code=error.code,
        reason=_("Others acted on this case after your phone had last heard of it."),
        todo=_("Compare both. Then do it again on the case as it now is, or keep yours as a note."),
        kept=_("Nothing of it was written. What you wrote and photographed stays on this phone."),
        mine=record.data,
        theirs=theirs_of(actor, number, error.seen, now),
    )


def _of_activity(record: Record, error: ActivityChanged, actor: Account) -> Result:
    """Return both versions of an activity that its doer ended or put right elsewhere, field by field."""
    theirs, differences = activity_stands(actor, error.activity, record.data)
    return Result(
        key=record.key, outcome="conflict", subject=theirs.title, code=error.code,
        facts={"activity": str(error.activity)},
        reason=_("You ended or changed this on another page after this phone had last heard of it."),
        todo=_("Choose field by field which of the two stands. What you found in addition can be added."),
        kept=_("Nothing of it was written. What you wrote and photographed stays on this phone."), mine=record.data,
        theirs=theirs, differences=differences,
    )  # fmt: skip


def _of_signing(record: Record, error: SigningChanged, actor: Account, now: datetime) -> Result:
    """Return what the sender decided on a record beside how that stands now. Its version is 0 where nobody signs it."""
    return Result(
        key=record.key, outcome="conflict", subject=str(record.data.get("title", "")), code=error.code,
        facts={"activity": str(error.activity)},
        reason=_("This record was changed, signed or taken back after your phone had last heard of it."),
        todo=_("Look at it as it is now. Then decide anew, or delete this."),
        kept=_("Nothing of it was written. What you wrote and photographed stays on this phone."), mine=record.data,
        theirs=stands_to_sign(actor, error.activity, now),
    )  # fmt: skip


def told_of(record: Record, done: Done) -> Result:
    """Return what is told of a record that was taken; where both versions stand beside each other, both."""
    if done.theirs is not None:
        return Result(
            key=record.key, outcome="conflict", subject=done.subject, code="conflict", facts=done.facts,
            reason=_("Others changed the same fields after your phone had last heard of it."),
            todo=_("Choose field by field, or leave it to whoever decides."),
            kept=_("Yours is kept as a proposal beside what stands."), mine=record.data, theirs=done.theirs,
            differences=done.differences,
        )  # fmt: skip
    proposed = _("Another side answers for some of these fields; yours was kept as a proposal.")
    return Result(
        key=record.key, outcome="accepted" if done.fresh else "duplicate", subject=done.subject, facts=done.facts,
        warnings=(*done.warnings, proposed) if done.proposed else done.warnings,
        differences=done.differences if done.proposed else (),
    )  # fmt: skip


def said(record: Record, reply: dict[str, Any]) -> Result:
    """Return what was told the first time: as a duplicate, or as the conflict that it was."""
    if reply.get("outcome") == "conflict":
        return msgspec.convert(reply | {"mine": record.data}, Result)
    kept = {name: value for name, value in reply.items() if name in ("subject", "facts")}
    return Result(key=record.key, outcome="duplicate", warnings=tuple(reply.get("warnings", ())), **kept)


def _words(error: Refusal) -> str:
    if isinstance(error, Refused):
        return error.en if (get_language() or "").startswith("en") else error.zh
    if isinstance(error, BadActivity):
        language = get_language() or "zh-hans"
        return " ".join([str(error), *(f"{path}: {text.say(language)}" for path, text in error.faults[:3])])
    return str(error)


def _choices(error: Refusal) -> tuple[Choice, ...]:
    if isinstance(error, AskArea):
        return tuple(Choice(one.code, one.name) for one in error.candidates)
    if isinstance(error, AskPart):
        return tuple(Choice(code, name) for code, name in error.choices)
    return error.choices if isinstance(error, RecordRefused) else ()


def _todo(code: str) -> str:
    known = {
        "ask_area": _("Choose the side of the border and send again."),
        "grid_split": _("Choose the grid as it now is and send again."),
        "photos_missing": _("Press “Send now”: the photos go first."),
        "future": _("Put the time right and send again."),
        "not_found": _("Keep your words as you need them, then delete the record; or ask your station who has it now."),
        "not_yours": _("Ask who has it now; your words can be copied from here."),
        "forbidden": _("Ask who has it now; your words can be copied from here."),
    }
    return known.get(code) or _("Put right what is named, then send it again; or delete it.")
