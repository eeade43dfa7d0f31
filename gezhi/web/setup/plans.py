"""A plan as the pages take it: a version that was put into force, or a draft; found by the one id that both have."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.cache import cache
from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language

from gezhi.enactment import queries as enactment
from gezhi.enactment.models import SchemeDraft, SchemeVersion
from gezhi.people import access
from gezhi.people import queries as people
from gezhi.people.models import Account
from gezhi.schemes import parcels, source
from gezhi.schemes.compare import Change, changes
from gezhi.schemes.model import Finding, Place, Scheme, SchemeError

_CHECKED_SECONDS = 600


@dataclass(frozen=True)
class Plan:
    """What a page shows. `scheme` is None for a draft whose files can't be read yet; `state` says where it stands.

    States: in_force, coming, past, cancelled, draft, done (a draft that was put into force or dropped).
    """

    pk: UUID
    row: SchemeVersion | SchemeDraft
    scheme: Scheme | None
    state: str
    revision: int = 0

    @property
    def draft(self) -> SchemeDraft | None:
        """The draft, when it is one."""
        return self.row if isinstance(self.row, SchemeDraft) else None

    @property
    def is_open(self) -> bool:
        """Whether it is a draft that can be changed."""
        return self.state == "draft"

    @property
    def title(self) -> str:
        """Its title in the reader's language."""
        return self.row.say(get_language() or "zh-hans")

    @property
    def version(self) -> str:
        """What the version is called."""
        return self.row.version

    @property
    def sheets(self) -> Mapping[str, tuple[str, int]]:
        """In which row of which sheet each rule stood."""
        return {path: (sheet, line) for path, (sheet, line) in (self.draft.sheets if self.draft else {}).items()}


def find(pk: UUID, account: Account, now: datetime) -> Plan:
    """Return a version, or for who sets up a draft; 404 for what there is not."""
    row = enactment.versions().filter(pk=pk).first()
    if row is not None:
        return of_version(row, now)
    draft = enactment.draft(pk) if access.holds(account, access.SETUP, now) else None
    if draft is None:
        raise Http404
    return of_draft(draft)


def of_version(row: SchemeVersion, now: datetime) -> Plan:
    """Return a version as a plan."""
    current = {one.pk for one, _ in enactment.all_in_force(timezone.localdate(now))}
    return Plan(row.pk, row, enactment.scheme(row.pk), state(row, current, now))


def of_draft(draft: SchemeDraft) -> Plan:
    """Return a draft as a plan."""
    try:
        scheme = enactment.draft_scheme(draft)
    except SchemeError:
        scheme = None
    return Plan(draft.pk, draft, scheme, "draft" if draft.is_open else "done", draft.revision)


def state(row: SchemeVersion, current: set[UUID], now: datetime) -> str:
    """Return where a version stands on its way from planned to replaced."""
    if hasattr(row, "cancellation"):
        return "cancelled"
    if row.pk in current:
        return "in_force"
    return "coming" if row.in_force_from > timezone.localdate(now) else "past"


def text_of(plan: Plan) -> source.Source:
    """Return a plan's files."""
    if plan.draft is not None:
        return source.Source(plan.draft.source["main"], plan.draft.source["files"])
    return enactment.source_of(plan.pk)


def findings(plan: Plan, now: datetime) -> list[Finding]:
    """Return what the check says, errors first; kept for some minutes, because it takes a moment."""
    # who holds which post counts too: an appointment, made by whatever process, is seen at once
    held = hashlib.sha256(repr(sorted(people.filled(now).items())).encode()).hexdigest()[:16]
    kept = f"setup.findings:{plan.pk}:{plan.revision}:{held}"
    found: list[Finding] | None = cache.get(kept)
    if found is None:
        found = enactment.findings(text_of(plan), now)
        cache.set(kept, found, _CHECKED_SECONDS)
    return found


def place_of(plan: Plan, finding: Finding) -> Place:
    """Return where a finding stands: the sheet and row of the workbook that came in, else file and line."""
    return parcels.sheet_place(plan.sheets, finding.path) or finding.place


def before(plan: Plan, now: datetime) -> Plan | None:
    """Return what a plan would replace: for a draft the scheme's newest version, for a version the one before it."""
    rows = [row for row in enactment.versions(plan.row.scheme) if not hasattr(row, "cancellation")]
    if plan.draft is None:
        places = [row.pk for row in rows]
        rows = rows[places.index(plan.pk) + 1 :] if plan.pk in places else []
    else:
        rows.sort(key=lambda row: (row.enacted_at, row.pk), reverse=True)
    return of_version(rows[0], now) if rows else None


def differences(old: Plan | None, new: Plan) -> Sequence[Change]:
    """Return what changes from one plan to another; nothing where there is none before, or one can't be read."""
    if old is None or old.scheme is None or new.scheme is None:
        return ()
    return changes(old.scheme, new.scheme)
