"""Tables of registers: entries as they are now, every change of theirs, differing words of other sides, who looked.

What a field of an entry holds is the scheme's business. Values that are sensitive lie in `sealed` only, encrypted with
keys outside the database; lists, words and facets never have them. `EntryChange` is never changed, but for one thing:
when the time for which something may be kept is over, `operations.forgetting` takes the values out of it too.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from gezhi.foundation.fields import EncryptedText
from gezhi.foundation.ids import uuid7
from gezhi.registers.access import Scoped

WORD = 64
CODE = 80
NAME = 200
ADDRESS = 300
SIDE = 120
KEY = 200


class State(models.TextChoices):
    """Whether an entry is current. A tombstone says that there was one, and nothing of it."""

    ACTIVE = "active"
    ENDED = "ended"
    MERGED = "merged"
    ERASED = "erased"


class Entry(models.Model):
    """One line of a register as it is now."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    register = models.CharField(max_length=WORD)
    code = models.CharField(max_length=CODE)
    # As it may be shown in lists: a name that is sensitive stands here masked.
    name = models.CharField(max_length=NAME)
    address = models.CharField(max_length=ADDRESS, blank=True, default="")
    area = models.ForeignKey("territory.Area", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    area_path = models.TextField()
    # Choices by which lists and duties select.
    facets = models.JSONField(default=dict)
    data = models.JSONField(default=dict)
    sealed = EncryptedText(blank=True)
    # Field → the side that wrote its value.
    sides = models.JSONField(default=dict)
    lon = models.FloatField(null=True, help_text="degrees, WGS-84")
    lat = models.FloatField(null=True, help_text="degrees, WGS-84")
    part_of = models.ForeignKey("self", models.DO_NOTHING, null=True, related_name="parts", db_index=False)
    merged_into = models.ForeignKey("self", models.DO_NOTHING, null=True, related_name="merged", db_index=False)

    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    form_print = models.CharField(max_length=16, blank=True, default="")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # When what is held must be erased; null: kept for as long as the entry is needed.
    erase_at = models.DateTimeField(null=True)
    # How many differing words wait for a decision.
    waiting = models.PositiveSmallIntegerField(default=0)
    # A care case: what it was opened for and why that is allowed.
    care = models.BooleanField(default=False)
    purpose = models.CharField(max_length=NAME, blank=True, default="")
    basis = models.CharField(max_length=NAME, blank=True, default="")

    objects = Scoped()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "register"], name="entry_code_once"),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="entry_point_whole",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="entry_not_into_itself"
            ),
            models.CheckConstraint(condition=Q(care=False) | ~Q(purpose=""), name="care_has_purpose"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["register", "id"], name="entry_list", condition=Q(state="active")),
            models.Index(
                F("register"), OpClass(F("area_path"), name="text_pattern_ops"), F("id"),
                name="entry_by_area", condition=Q(state="active"),
            ),
            models.Index(OpClass(F("area_path"), name="text_pattern_ops"), name="entry_on_ground"),
            models.Index(fields=["register", "area", "name"], name="entry_same_name"),
            models.Index(fields=["erase_at"], name="entry_to_erase", condition=Q(erase_at__isnull=False)),
            models.Index(fields=["part_of"], name="entry_parts", condition=Q(part_of__isnull=False)),
            models.Index(fields=["merged_into"], name="entry_merged", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["register", "id"], name="entry_waiting", condition=Q(waiting__gt=0)),
            models.Index(fields=["lat", "lon"], name="entry_near", condition=Q(lat__isnull=False, state="active")),
            GinIndex(fields=["facets"], name="entry_facets", opclasses=["jsonb_path_ops"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class EntryWords(models.Model):
    """What of an entry can be searched: code, name and address as written, and as they sound. Never what is sealed."""

    entry = models.OneToOneField(Entry, models.CASCADE, primary_key=True, related_name="words", db_constraint=False)
    words = models.TextField()
    heard = models.TextField(blank=True, default="")
    # The codes of the areas that it lies in, the top first: so a village's common word is one walk of one index.
    areas = ArrayField(models.TextField(), default=list, db_default=[])

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["areas", "words"], name="entry_words_in", opclasses=["array_ops", "gin_trgm_ops"]),
            GinIndex(fields=["areas", "heard"], name="entry_heard_in", opclasses=["array_ops", "gin_trgm_ops"]),
        ]


class EntryKey(models.Model):
    """Keyed hash of a sealed value by which its entry is found when somebody knows the whole of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="keys", db_constraint=False)
    field = models.CharField(max_length=WORD)
    digest = models.CharField(max_length=64)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["digest"], name="entry_key_digest")]


class BookClosed(TypeError):
    """What happened to an entry is append-only: nothing written there is changed or removed."""


class ChangeRows(models.QuerySet["EntryChange"]):
    """Rows of the book of changes, readable and appendable."""

    def update(self, **_kwargs: Any) -> NoReturn:
        """Refuse."""
        raise BookClosed("changes of entries are never updated; append a new one through gezhi.registers.operations")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise BookClosed("changes of entries are never deleted")

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse."""
        raise BookClosed("changes of entries are never updated; append a new one through gezhi.registers.operations")

    def erased(self) -> int:
        """Take the values out, the fact of each change stays: for what may no longer be kept."""
        return super().update(fields={}, sealed="", note="", client_key=None)

    def sealed_now(self, changes: "Iterable[EntryChange]") -> None:
        """Put what became sensitive since under seal; what the change says stays as it was."""
        for one in changes:
            models.QuerySet.update(self.filter(pk=one.pk), fields=one.fields, sealed=one.sealed)


class Kind(models.TextChoices):
    """What happened to an entry."""

    OPEN = "open"
    CHANGE = "change"
    PROPOSE = "propose"
    ACCEPT = "accept"
    REFUSE = "refuse"
    MOVE = "move"
    END = "end"
    REOPEN = "reopen"
    MERGE = "merge"
    ATTACH = "attach"
    UNDO = "undo"
    ASSIGN = "assign"
    ERASE = "erase"


class EntryChange(models.Model):
    """What happened to an entry: who, when, for which side, and each field's value before and after."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(Entry, models.DO_NOTHING, related_name="changes", db_constraint=False, db_index=False)
    # The entry's version after it; a proposal leaves the version as it was.
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField()
    # When it was written down on the spot, by the telephone's clock, if that was earlier.
    collected_at = models.DateTimeField(null=True)
    actor = models.CharField(max_length=WORD, blank=True, default="")
    side = models.CharField(max_length=SIDE, blank=True, default="")
    # field → [before, after]; those of sensitive fields are in `sealed`, in the same form.
    fields = models.JSONField(default=dict)
    sealed = EncryptedText(blank=True)
    note = models.CharField(max_length=NAME, blank=True, default="")
    client_key = models.CharField(max_length=KEY, null=True, unique=True)  # noqa: DJ001  many have none, each is once
    batch = models.ForeignKey("registers.Import", models.PROTECT, null=True, related_name="changes")

    objects: ClassVar[models.Manager["EntryChange"]] = models.Manager.from_queryset(ChangeRows)()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["entry", "version"], name="entry_change_story")]


class Proposal(models.Model):
    """One field's value as another side, or a belated writer, has it. It waits until somebody decides."""

    class Decision(models.TextChoices):
        """Where it stands."""

        OPEN = "open"
        ACCEPTED = "accepted"
        REFUSED = "refused"
        OVERTAKEN = "overtaken"

    class Why(models.TextChoices):
        """Why it was not written at once."""

        OTHER_SIDE = "side"
        MEANWHILE = "conflict"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="proposals")
    change = models.ForeignKey(EntryChange, models.PROTECT, related_name="proposals")
    field = models.CharField(max_length=WORD)
    why = models.CharField(max_length=8, choices=Why)
    # [what stood there, what is proposed], one of the two columns by whether the field is sensitive.
    plain = models.JSONField(default=list)
    sealed = EncryptedText(blank=True)
    side = models.CharField(max_length=SIDE, blank=True, default="")
    actor = models.CharField(max_length=WORD, blank=True, default="")
    at = models.DateTimeField()
    decision = models.CharField(max_length=9, choices=Decision, default=Decision.OPEN)
    decided_by = models.CharField(max_length=WORD, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=NAME, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["entry", "at"], name="proposal_open", condition=Q(decision="open"))]


class Import(models.Model):
    """A table that was taken in at once, under a number by which it is undone."""

    id = models.BigAutoField(primary_key=True)
    register = models.CharField(max_length=WORD)
    name = models.CharField(max_length=NAME)
    actor = models.CharField(max_length=WORD, blank=True, default="")
    at = models.DateTimeField()
    made = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    proposed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=WORD, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["register", "-id"], name="import_of_register")]


class EntryFile(models.Model):
    """A photo or document of an entry."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="files")
    file = models.ForeignKey("foundation.StoredFile", models.PROTECT, related_name="+")
    field = models.CharField(max_length=WORD, blank=True, default="")
    actor = models.CharField(max_length=WORD, blank=True, default="")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "file"], name="entry_file_once")]


class Look(models.Model):
    """Who looked at what is masked, when and what for; and who opened a care case, once a day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(Entry, models.DO_NOTHING, related_name="looks", db_constraint=False)
    account = models.ForeignKey("people.Account", models.PROTECT, related_name="+", null=True)
    # Empty where a care case was opened and nothing unmasked.
    purpose = models.CharField(max_length=NAME, blank=True, default="")
    fields = ArrayField(models.CharField(max_length=WORD), default=list)
    at = models.DateTimeField()
    # The day of such an opening; none for a look at what is masked.
    opened_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entry", "account", "opened_on"], condition=Q(opened_on__isnull=False), name="look_opened_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-at", "-id"], name="look_newest")]


class CareAssignment(models.Model):
    """Who works on a care case and who supervises that; nobody else sees it."""

    class Role(models.TextChoices):
        """As what."""

        WORKER = "worker"
        SUPERVISOR = "supervisor"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="assignments")
    account = models.ForeignKey("people.Account", models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=Role)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry", "account", "role"], condition=Q(until=None), name="care_once"),
        ]


class CodeCount(models.Model):
    """The last number given under the fixed part of a register's codes; its row is the lock."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    register = models.CharField(max_length=WORD)
    prefix = models.CharField(max_length=CODE)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["register", "prefix"], name="code_count_once")]


class Sealing(models.Model):
    """How far a register has been gone through since its form named what is sensitive, and what was sealed by that."""

    class Step(models.TextChoices):
        """What is gone through, in this order."""

        ENTRIES = "entries"
        CHANGES = "changes"
        PROPOSALS = "proposals"

    register = models.CharField(primary_key=True, max_length=WORD)
    fields = ArrayField(models.CharField(max_length=WORD), default=list)
    began_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    step = models.CharField(max_length=9, choices=Step, default=Step.ENTRIES)
    last = models.UUIDField(null=True)
    looked_at = models.PositiveIntegerField(default=0)
    entries = models.PositiveIntegerField(default=0)
    changes = models.PositiveIntegerField(default=0)
    proposals = models.PositiveIntegerField(default=0)


class TableRun(models.Model):
    """A large table that goes in or out in the background: its owner's, with how far it is and what came of it."""

    class Kind(models.TextChoices):
        """Which way."""

        IMPORT = "import"
        EXPORT = "export"

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CALLED_OFF = "off"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("people.Account", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind)
    register = models.CharField(max_length=WORD)
    name = models.CharField(max_length=120)
    dry_run = models.BooleanField(default=False)
    options = models.JSONField(default=dict)
    at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    # Rows read of how many; 0 where that is not known before the end.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    stop = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True)
    # What came of it as JSON: counts and faults, or why it failed. Words of a table may be in it.
    result = EncryptedText(blank=True)
    size = models.PositiveBigIntegerField(default=0)
    batch = models.ForeignKey(Import, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "register", "-at"], name="run_of_account"),
            models.Index(fields=["at"], name="run_waiting", condition=Q(state="waiting")),
        ]
