"""What telephones bring to registers: a new entry, or other words for one that is there.

Where somebody changed the same fields meanwhile, or another side answers for them, the room keeps the sender's words as
a proposal beside what stands: nothing is written over and nothing is lost. The sender is told field by field.
"""

from django.utils import timezone

from gezhi.registers import ledgers
from gezhi.registers import operations as registers
from gezhi.registers.models import Entry
from gezhi.registers.operations import Saved
from gezhi.registers.values import fields_of
from gezhi.schemes.forms import Form
from gezhi.sync.operations.context import Taking
from gezhi.sync.operations.done import Done
from gezhi.sync.operations.onto_duties import id_of
from gezhi.sync.operations.reports import words_of
from gezhi.sync.queries.asking import say
from gezhi.sync.queries.changed import in_words, what_changed
from gezhi.sync.shapes import Difference, Record, Theirs


def entry(taking: Taking, record: Record) -> Done:
    """Write answers into an entry. `base` is the version that was seen, `form` the digest of what was asked."""
    data, at = record.data, taking.when(record)
    register = words_of(data, "register")
    saved = registers.save(
        actor=taking.actor, now=taking.now, register=register, answers=taking.answers(data.get("answers", {})),
        area=words_of(data, "area") or None, entry=id_of(data.get("entry"), "entry"), base=record.base or 0,
        key=record.key, form_print=record.form, at=at, part_of=id_of(data.get("part_of"), "part_of"),
        purpose=words_of(data, "purpose"), basis=words_of(data, "basis"), note=words_of(data, "note"),
    )  # fmt: skip
    ledger = ledgers.ledger(register, timezone.localdate(taking.now))
    facts: dict[str, object] = {"entry": str(saved.entry.pk), "code": saved.entry.code, "version": saved.entry.version}
    differing = differences(ledger.form, saved)
    theirs = _theirs(saved.entry) if saved.outcome == registers.CONFLICT else None
    words = what_changed(record.form, ledger.form, ledgers.form_as_filled(ledger, record.form, timezone.localdate(at)))
    if words:
        facts["form_changed"] = True
    return Done(
        saved.entry.code, facts, words, fresh=saved.outcome != registers.DUPLICATE, differences=differing,
        theirs=theirs, proposed=saved.outcome == registers.PROPOSED_ONLY,
    )  # fmt: skip


def _theirs(entry: Entry) -> Theirs:
    return Theirs(version=entry.version, title=f"{entry.code} {entry.name}")


def differences(form: Form, saved: Saved) -> tuple[Difference, ...]:
    """Return both versions of what differs, in words; what is sensitive masked."""
    known = fields_of(form)
    return tuple(
        Difference(one, say(known[one].title) if one in known else one, in_words(known.get(one), saved.mine.get(one)),
                   in_words(known.get(one), saved.theirs.get(one)))
        for one in saved.mine
    )  # fmt: skip
