"""Photos and documents of an entry."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from gezhi.foundation.files import take
from gezhi.people.models import Account
from gezhi.registers import access, ledgers
from gezhi.registers.errors import Forbidden, NotFound, Refused
from gezhi.registers.models import Entry, EntryFile, Kind
from gezhi.registers.operations.writing import By, locked, note_change


@transaction.atomic
def attach(
    *, actor: Account | None, now: datetime, entry: Entry, files: Sequence[UUID], field: str = ""
) -> list[EntryFile]:
    """Put stored files with an entry. One that is not here, or with another entry, is refused; twice is once."""
    kept, by = _open(actor, now, entry)
    there = take(files)
    elsewhere = set(EntryFile.objects.filter(file__in=files).exclude(entry=kept).values_list("file_id", flat=True))
    rows = []
    for pk in dict.fromkeys(files):
        if pk not in there or pk in elsewhere:
            raise Refused("有照片没有传完整，请重新发送。", "A photo did not arrive whole; send it again.", field=field)
        row, _made = EntryFile.objects.get_or_create(
            entry=kept, file_id=pk, defaults={"field": field, "actor": by.id, "at": now}
        )
        rows.append(row)
    if rows:
        note_change(kept, by, Kind.ATTACH, {"files": [None, [str(row.file_id) for row in rows]]})
    return rows


@transaction.atomic
def withdraw_file(*, actor: Account | None, now: datetime, entry: Entry, file: UUID) -> EntryFile:
    """Take a file out of sight: a wrong photo, somebody's face."""
    kept, by = _open(actor, now, entry)
    row = EntryFile.objects.filter(entry=kept, pk=file, withdrawn_at=None).first()
    if row is None:
        raise NotFound("这个文件已经不在了。", "This file is not there any more.")
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    note_change(kept, by, Kind.ATTACH, {"files": [[str(row.file_id)], None]})
    return row


def _open(actor: Account | None, now: datetime, entry: Entry) -> tuple[Entry, By]:
    kept = locked(entry, actor, now)
    ledger = ledgers.ledger(kept.register, timezone.localdate(now))
    at = access.standpoint(actor, ledger, kept.area_path, now)
    if not at.may_write:
        raise Forbidden(
            "这个条目由其他岗位或部门采集，您不能添加文件。",
            "This entry is collected by other posts or departments; you may not add files.",
        )
    return kept, By(actor, at, now)
