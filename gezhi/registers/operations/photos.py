"""Photos that the fields of a form ask for: the writer's own, held by their entry, gone with it.

An answer names stored files by their ids. An id that somebody merely knows opens nothing: only what the writer put up
and nothing else uses is taken. Each is held by a row of the entry, so that pages show it and an erasure finds it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from gezhi.foundation import files
from gezhi.foundation.models import StoredFile
from gezhi.registers.errors import BadAnswers
from gezhi.registers.models import Entry, EntryChange, EntryFile
from gezhi.registers.operations.writing import By, opened, values_of
from gezhi.registers.values import fields_of, has_photos, photos_in
from gezhi.schemes.filled import Fault
from gezhi.schemes.forms import Form
from gezhi.schemes.text import Text


def require_own(form: Form, values: Mapping[str, Any], by: By, entry: Entry | None = None) -> None:
    """Raise BadAnswers for photos that are not the writer's, or not here, or used for something else."""
    named = photos_in(form, values)
    if not named:
        return
    own = set(EntryFile.objects.filter(entry=entry).values_list("file_id", flat=True)) if entry is not None else set()
    bad = files.foreign(named, actor=by.id, own=own)
    if bad:
        titles = {one.id: one.title for one in fields_of(form).values()}
        raise BadAnswers(
            [
                Fault(
                    field,
                    "foreign_photo",
                    Text(
                        f"“{titles[field].say('zh')}”：有照片不是您上传的、已用在别处或没有传完整，请重新拍摄或选择。",
                        f"“{titles[field].say('en')}”: a photo was not put up by you, is used elsewhere or did not "
                        "arrive whole. Take or choose it again.",
                    ),
                )
                for field in dict.fromkeys(named[one] for one in bad)
            ]
        )


def hold(entry: Entry, form: Form, now: datetime, proposed: Mapping[str, Any] | None = None) -> None:
    """Let the entry hold the photos that its fields name, and those that are proposed; shown are the first."""
    asked = [key for key, one in fields_of(form).items() if has_photos(one)]
    if not asked:
        return
    shown, waiting = photos_in(form, values_of(entry)), photos_in(form, proposed or {})
    held = {str(pk): field for pk, field in EntryFile.objects.filter(entry=entry).values_list("file_id", "field")}
    fresh = {one: field for one, field in {**waiting, **shown}.items() if one not in held}
    rows = StoredFile.objects.filter(pk__in=fresh) if fresh else ()
    EntryFile.objects.bulk_create(
        [EntryFile(entry=entry, file=row, field=fresh[str(row.pk)], actor=row.actor, at=now) for row in rows]
    )
    for one, field in shown.items():
        if held.get(one, field) != field:  # attached before, or of another field: what is sensitive now is so here, too
            EntryFile.objects.filter(entry=entry, file__in=[one]).update(field=field)
    mine = EntryFile.objects.filter(entry=entry, field__in=asked)
    mine.exclude(file__in=list(shown)).filter(withdrawn_at=None).update(withdrawn_at=now)
    mine.filter(file__in=list(shown)).update(withdrawn_at=None)


def everything_of(entry: Entry) -> set[UUID]:
    """Return the files that an entry holds or ever named, put up by those who wrote it: what goes when it is erased."""
    held = set(EntryFile.objects.filter(entry=entry).values_list("file_id", flat=True))
    named, writers = set(files.ids_in(values_of(entry))), {""}
    for change in EntryChange.objects.filter(entry=entry):
        named |= set(files.ids_in(change.fields)) | set(files.ids_in(opened(change.sealed)))
        writers.add(change.actor)
    for proposal in entry.proposals.all():
        named |= set(files.ids_in(proposal.plain)) | set(files.ids_in(opened(proposal.sealed)))
    written = Q(pk__in=named, actor__in=writers)
    return held | set(StoredFile.objects.filter(written).values_list("pk", flat=True)) if named else held
