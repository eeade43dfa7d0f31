"""The download: parts of what a telephone needs, whole or since a cursor, with what it must drop.

Every part has a name and a mark, from which its tag is made. A mark is cheaper than what the part says: versions, what
changed last, the day. Only parts whose tag the telephone does not hold are worked out. What left the sender's sight (a
case that went on, a grid that was given up, an entry of a household that moved) is simply not among the marks any more,
and is named as gone: nothing is remembered here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import get_language

from gezhi import __version__
from gezhi.enactment import queries as enactment
from gezhi.notices import queries as notices
from gezhi.people import access
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.registers.ledgers import Ledger
from gezhi.sync.queries import (
    at_once,
    cases,
    catalogue,
    cursor,
    duties,
    excuses,
    ground,
    mine,
    registers,
    signing,
)
from gezhi.sync.queries.cursor import Cursor
from gezhi.sync.queries.ground import Ground
from gezhi.sync.shapes import Download
from gezhi.territory import queries as territory

# A telephone that was not refreshed for so long drops what it downloaded; never what it has yet to send.
KEEP_DAYS = 14
NOTICES = 20
_encode = msgspec.json.Encoder().encode
type Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """Some parts: their marks by name, and how those are made that are wanted."""

    marks: Mapping[str, str]
    make: Callable[[Sequence[str]], Mapping[str, Part]]


def download(*, account: Account, now: datetime, since: str = "", only_size: bool = False) -> Download:
    """Return what is new since a cursor, or everything where the cursor does not serve (any more)."""
    language = get_language() or "zh-hans"
    known = cursor.read(since, account=str(account.pk), language=language, now=now) if since else None
    held = known.tags if known is not None else {}
    with enactment.remembering():
        tags, changed = _new(_sources(account, now), held)
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


def _new(sources: Iterable[Source], held: Mapping[str, str]) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the tags of everything, and the parts that the telephone does not hold so."""
    tags: dict[str, str] = {}
    changed: dict[str, bytes] = {}
    for source in sources:
        some = {name: cursor.tag(f"{__version__} {mark}".encode()) for name, mark in source.marks.items()}
        wanted = [name for name, tag in some.items() if held.get(name) != tag]
        made = source.make(wanted) if wanted else {}
        # one that went out of sight between two statements is not sent as an empty one
        tags |= {name: tag for name, tag in some.items() if name in made or name not in wanted}
        changed |= {name: _encode(part) for name, part in made.items()}
    return tags, changed


def _sources(account: Account, now: datetime) -> list[Source]:
    mine_ground = ground.of(account, now)
    shelves = registers.known(account, now)
    entries = registers.marks(account, now, shelves, mine_ground.own)
    recent = mine.recent(account, now)
    to_sign = signing.waiting(account, now)
    return [
        _plain(account, now, mine_ground, shelves),
        Source(mine_ground.marks, lambda wanted: ground.parts(mine_ground, wanted)),
        _forms(account, now, shelves),
        _rounds(account, now, entries, wide=len(mine_ground.own) > registers.MOST_GRIDS),
        _notices(account),
        Source(recent.marks, lambda wanted: mine.parts(recent, wanted, now)),
        Source(to_sign.marks, lambda wanted: signing.parts(to_sign, wanted)),
        _cases(account, now, mine_ground),
        Source(entries, lambda wanted: registers.parts(account, now, shelves, mine_ground.own, wanted)),
    ]


def _plain(account: Account, now: datetime, where: Ground, shelves: Mapping[str, Ledger]) -> Source:
    """Return what follows from plans, posts and territory: it changes with their versions, and is new every day."""
    grants = access.reach(account, now).grants
    versions = " ".join(str(version.pk) for version, _ in enactment.all_in_force(timezone.localdate(now)))
    mark = f"{timezone.localdate(now)} {versions} {where.version} {account.name} {_posts(account, now)}"
    made: dict[str, Callable[[], Part]] = {
        "me": lambda: _me(account, now),
        "items": lambda: catalogue.part(account, now),
        "registers": lambda: registers.shelf_part(shelves),
        "spot": lambda: at_once.part(account, now, where.own),
        "colleagues": lambda: mine.colleagues(account, now),
    }
    marks = dict.fromkeys(made, mark) | {"colleagues": f"{mark} {mine.colleagues_mark(grants, now)}"}
    return Source(marks, lambda wanted: {name: made[name]() for name in wanted})


def _posts(account: Account, now: datetime) -> str:
    return " ".join(
        f"{one.post}@{one.path or one.department}{'~' * one.stand_in}" for one in access.reach(account, now).grants
    )


def _forms(account: Account, now: datetime, shelves: Mapping[str, Ledger]) -> Source:
    forms = {one.form.id: one.form for one in shelves.values()} | duties.forms(account, now)
    return Source(
        {f"forms/{one.id}": one.print for one in forms.values()},
        lambda wanted: registers.form_parts(one for one in forms.values() if f"forms/{one.id}" in wanted),
    )


def _rounds(account: Account, now: datetime, entries: Mapping[str, str], *, wide: bool) -> Source:
    mark = duties.mark(account, now, f"{_posts(account, now)} {sorted(entries.items())}", wide=wide)
    made: dict[str, Callable[[], Part]] = {
        "rounds": lambda: duties.part(account, now), "away": lambda: excuses.part(account, now)
    }  # fmt: skip
    return Source(dict.fromkeys(made, mark), lambda wanted: {name: made[name]() for name in wanted})


def _cases(account: Account, now: datetime, where: Ground) -> Source:
    """Return own cases. What may be done can change with the hour; so each is written anew every day."""
    seen = cases.waiting(account, now)
    day = f"{timezone.localdate(now)}"
    return Source(
        {name: f"{mark} {day}" for name, mark in seen.marks.items()},
        lambda wanted: cases.parts(account, now, seen, wanted, where.own),
    )


def _notices(account: Account) -> Source:
    rows = list(notices.inbox(account, unread_only=True)[:NOTICES])
    told = {"unread": [{"subject": one.subject, "at": one.created_at, "link": one.link} for one in rows]}
    return Source({"notices": " ".join(str(one.pk) for one in rows)}, lambda _wanted: {"notices": told})


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
