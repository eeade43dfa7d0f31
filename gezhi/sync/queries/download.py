"""The download: parts of what a telephone needs, whole or since a cursor, with what it must drop.

Every part has a name and a tag. What left the sender's sight (a case that went on, a grid that was given up, an entry
of a household that moved) is simply not among the parts any more, and is named as gone: nothing is remembered here.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import get_language

from gezhi.notices import queries as notices
from gezhi.people import access
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.registers.ledgers import Ledger
from gezhi.sync.queries import cases, catalogue, cursor, duties, ground, registers
from gezhi.sync.queries.cursor import Cursor
from gezhi.sync.shapes import Download
from gezhi.territory import queries as territory
from gezhi.territory.models import Area

# A telephone that was not refreshed for so long drops what it downloaded; never what it has yet to send.
KEEP_DAYS = 14
NOTICES = 20
_encode = msgspec.json.Encoder().encode
type Part = dict[str, Any]


def download(*, account: Account, now: datetime, since: str = "", only_size: bool = False) -> Download:
    """Return what is new since a cursor, or everything where the cursor does not serve (any more)."""
    language = get_language() or "zh-hans"
    known = cursor.read(since, account=str(account.pk), language=language, now=now) if since else None
    held = known.tags if known is not None else {}
    grids = ground.own_grids(account, now)
    shelves = registers.known(account, now)
    tags, packed = _whole_parts(account, now, grids, shelves)
    for some_tags, fresh in (_case_parts(account, now, grids, held), _entry_parts(account, now, grids, shelves, held)):
        tags, packed = tags | some_tags, packed | fresh
    changed = {name: body for name, body in packed.items() if held.get(name) != tags[name]}
    return Download(
        cursor=cursor.write(Cursor(str(account.pk), language, now, tags)),
        full=known is None,
        now=now,
        account=str(account.pk),
        language=language,
        keep_days=KEEP_DAYS,
        bytes=sum(len(body) + len(name) for name, body in changed.items()),
        count=len(changed),
        parts={} if only_size else {name: msgspec.Raw(body) for name, body in changed.items()},
        gone=tuple(name for name in held if name not in tags),
    )


def _whole_parts(
    account: Account, now: datetime, grids: list[Area], shelves: Mapping[str, Ledger]
) -> tuple[dict[str, str], dict[str, bytes]]:
    rounds, forms = duties.parts(account, now)
    forms |= {one.form.id: one.form for one in shelves.values()}
    parts: dict[str, Part] = {
        "me": _me(account, now),
        "items": catalogue.part(account, now),
        "notices": _notices(account),
        "rounds": rounds,
        "registers": registers.shelf_part(shelves),
        **registers.form_parts(forms.values()),
        **ground.parts(grids, ground.grids_around(grids, now)),
    }
    packed = {name: _encode(part) for name, part in parts.items()}
    return {name: cursor.tag(body) for name, body in packed.items()}, packed


def _case_parts(
    account: Account, now: datetime, grids: list[Area], held: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return tags of all own cases, and those that changed: what an unchanged one says is not worked out again.

    What may be done can change with the hour; so each is written anew every day.
    """
    seen = cases.waiting(account, now)
    day = f"{timezone.localdate(now)}"
    tags = {name: cursor.tag(f"{mark} {day}".encode()) for name, mark in seen.marks.items()}
    wanted = [name for name, tag in tags.items() if held.get(name) != tag]
    parts = cases.parts(account, now, seen, wanted, grids)
    # one that went out of sight between two statements is not sent as an empty one
    tags = {name: tag for name, tag in tags.items() if name in parts or name not in wanted}
    return tags, {name: _encode(part) for name, part in parts.items()}


def _entry_parts(
    account: Account, now: datetime, grids: list[Area], shelves: Mapping[str, Ledger], held: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return tags of all buckets of entries, and those that changed."""
    marks = registers.marks(account, now, shelves, grids)
    tags = {name: cursor.tag(mark.encode()) for name, mark in marks.items()}
    wanted = [name for name, tag in tags.items() if held.get(name) != tag]
    parts = registers.parts(account, now, shelves, grids, wanted)
    return tags, {name: _encode(part) for name, part in parts.items()}


def _me(account: Account, now: datetime) -> Part:
    titles = people.post_titles(now, get_language() or "zh-hans")
    codes = {grant.area for grant in access.reach(account, now).grants if grant.area}
    names = dict(territory.areas(timezone.localdate(now)).filter(code__in=codes).values_list("code", "name"))
    posts = [
        " ".join(
            word
            for word in (territory.short_name(names.get(grant.area, "")), titles.get(grant.post, grant.post))
            if word
        )
        for grant in access.reach(account, now).grants
    ]
    return {"name": account.name, "posts": posts}


def _notices(account: Account) -> Part:
    rows = notices.inbox(account, unread_only=True)[:NOTICES]
    return {"unread": [{"subject": one.subject, "at": one.created_at, "link": one.link} for one in rows]}
