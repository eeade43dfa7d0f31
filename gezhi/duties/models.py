"""Tables of duties: what was done (with an append-only log), what was found, and what excuses or starts a round.

Rounds themselves are in no table: they are reckoned from the plan, the calendar and the activities. Foreign keys to
what is never deleted (areas, scheme versions, accounts) carry no database constraint where a bulk of activities would
pay for it.
"""

from typing import Any, ClassVar, NoReturn

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gezhi.duties.access import Scoped
from gezhi.duties.logbook import ActivityLogRows, LogClosed
from gezhi.foundation.fields import EncryptedText
from gezhi.foundation.ids import uuid7

WORD_LENGTH = 64
KEY_LENGTH = 120


class Activity(models.Model):
    """What somebody did for a duty: begun and ended at a place, with answers, and findings in `Finding`.

    `day` is the local day that it counts for. `counts` says whether it fills a round: ended, not withdrawn, with all
    posts that go together, signed where the plan asks. `marks` name what is odd about it (far away, a clock ahead):
    such a record is kept and shown, not thrown away. The position is the one of the check-in; there is no other.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Who sent it and the sender's own key: the same key again finds the same activity.
    key = models.CharField(max_length=200)
    scheme = models.CharField(max_length=WORD_LENGTH)
    scheme_version = models.ForeignKey(
        "enactment.SchemeVersion", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    duty = models.CharField(max_length=WORD_LENGTH)
    kind = models.CharField(max_length=16)
    area = models.ForeignKey("territory.Area", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    area_path = models.TextField()
    # The entry of a register that it was about; empty for what is about the area itself.
    entry = models.ForeignKey("registers.Entry", models.DO_NOTHING, null=True, related_name="+", db_index=False)
    entry_name = models.CharField(max_length=200, blank=True, default="")
    # Of a care case: seen by who did it and who answers for the care case only.
    guarded = models.BooleanField(default=False)
    case = models.ForeignKey("cases.Case", models.DO_NOTHING, null=True, related_name="+", db_index=False)
    confirms = models.ForeignKey("self", models.PROTECT, null=True, related_name="confirmed_by", db_index=False)

    day = models.DateField()
    began = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    account = models.ForeignKey(
        "people.Account", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    desk_key = models.CharField(max_length=KEY_LENGTH)
    others = ArrayField(models.UUIDField(), default=list)

    lon = models.FloatField(null=True, help_text="degrees, WGS-84, at check-in only")
    lat = models.FloatField(null=True, help_text="degrees, WGS-84, at check-in only")
    accuracy_m = models.FloatField(null=True)
    distance_m = models.FloatField(null=True, help_text="metres from the check-in to the object or into the area")

    form = models.CharField(max_length=WORD_LENGTH, blank=True, default="")
    form_print = models.CharField(max_length=32, blank=True, default="")
    answers = models.JSONField(default=dict)
    # Answers of sensitive fields as JSON, sealed; `answers` has none of them.
    sealed = EncryptedText(blank=True)
    # What of the answers did not fit, where the form had changed meanwhile: kept for somebody to put right.
    faults = models.JSONField(default=list)
    remarks = models.TextField(blank=True, default="")
    nil = models.BooleanField(default=False)
    marks = ArrayField(models.CharField(max_length=20), default=list)
    found = models.PositiveSmallIntegerField(default=0)

    agrees = models.BooleanField(null=True)
    signed_by = models.ForeignKey(
        "people.Account", models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    signed_at = models.DateTimeField(null=True)
    # Whoever would sign it and did not agree says why; until it is put right nobody is asked again.
    declined_by = models.ForeignKey(
        "people.Account", models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    declined_at = models.DateTimeField(null=True)
    declined_why = models.TextField(blank=True, default="", db_default="")
    withdrawn_at = models.DateTimeField(null=True)
    counts = models.BooleanField(default=False)
    # Of a duty with several stretches of hours: which one it fills, 1 for the first. Two of one stretch fill one.
    slot = models.PositiveSmallIntegerField(null=True)

    version = models.PositiveIntegerField(default=1)
    log_seq = models.PositiveIntegerField(default=0)
    log_head = models.BinaryField()

    objects = Scoped()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], name="activity_key_once"),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="activity_point_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended=None) | Q(ended__gte=F("began")), name="activity_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(counts=False) | Q(withdrawn_at=None), name="activity_withdrawn_not_counted"
            ),
        ]
        indexes: ClassVar = [
            # What a round of entries asks: who was there in the period. Answered from the index alone.
            models.Index(
                fields=["scheme", "duty", "day", "entry"], name="activity_of_entries",
                condition=Q(counts=True, entry__isnull=False),
            ),
            models.Index(fields=["scheme", "duty", "area", "day"], name="activity_of_areas", condition=Q(counts=True)),
            models.Index(fields=["entry", "-began"], name="activity_of_entry", condition=Q(entry__isnull=False)),
            models.Index(fields=["account", "day"], name="activity_of_account"),
            models.Index(
                OpClass(F("area_path"), name="text_pattern_ops"), F("id").desc(), name="activity_by_place"
            ),
            models.Index(fields=["case"], name="activity_of_case", condition=Q(case__isnull=False)),
            models.Index(fields=["confirms"], name="activity_confirming", condition=Q(confirms__isnull=False)),
            GinIndex(fields=["others"], name="activity_with", condition=~Q(others=[])),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.duty} {self.day}"


class ActivityEvent(models.Model):
    """One entry of an activity's log: `record`, then `correct`, `sign`, `decline`, `withdraw`; `link` covers `body`."""

    pk = models.CompositePrimaryKey("activity_id", "seq")
    activity = models.ForeignKey(
        Activity, models.DO_NOTHING, related_name="events", db_constraint=False, db_index=False
    )
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    actor = models.CharField(max_length=WORD_LENGTH, blank=True, default="")
    at = models.DateTimeField()
    body = models.TextField()
    # The same under seal, in place of `body`, once a plan made something of it sensitive.
    sealed = EncryptedText(null=True, blank=True)
    link = models.BinaryField()

    objects: ClassVar[models.Manager["ActivityEvent"]] = models.Manager.from_queryset(ActivityLogRows)()

    @property
    def words(self) -> str:
        """What the link is computed over; empty where it may no longer be kept."""
        return self.body or self.sealed or ""

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse."""
        raise LogClosed("activity events are never deleted")


class Report(models.Model):
    """A report as it was handed in: its figures and lines are those of that moment. Its words stand in the activity."""

    activity = models.OneToOneField(Activity, models.PROTECT, primary_key=True, related_name="handed")
    # What it tells of: from the day after the report before to the day on which it was handed in.
    first = models.DateField()
    last = models.DateField()
    handed_at = models.DateTimeField()
    figures = models.JSONField(default=dict)
    lines = models.JSONField(default=list)
    received_by = models.ForeignKey("people.Account", models.PROTECT, null=True, related_name="+", db_index=False)
    received_at = models.DateTimeField(null=True)
    # What whoever received it said to it.
    answer = models.TextField(blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["activity"], name="report_to_receive", condition=Q(received_at=None)),
            GinIndex(fields=["lines"], name="report_lines", opclasses=["jsonb_path_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.last}"


class Way(models.TextChoices):
    """What was done about a finding at once."""

    CASE = "case", _("handed on as a case")
    SPOT = "spot", _("put right on the spot")
    LIMITED = "limited", _("to be put right within a limit")


class Finding(models.Model):
    """What an activity found, and the case that it became. The case's page and the activity both show the link."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="findings", db_index=False)
    place = models.PositiveSmallIntegerField()
    # The sender's own key, where it was added later: the same key again adds nothing.
    key = models.CharField(max_length=100, blank=True, default="", db_default="")
    item = models.CharField(max_length=WORD_LENGTH)
    text = models.TextField()
    way = models.CharField(max_length=10, choices=Way)
    # Until a limited one is put right: how people are kept safe meanwhile, and by when.
    interim = models.TextField(blank=True, default="")
    until = models.DateField(null=True)
    case = models.ForeignKey(
        "cases.Case", models.DO_NOTHING, null=True, related_name="findings", db_constraint=False, db_index=False
    )
    number = models.CharField(max_length=20, blank=True, default="")
    # Why the plan did not take it in as a case, or not settle it, in words; the finding itself is kept.
    trouble = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["activity", "place"], name="finding_once")]
        indexes: ClassVar = [models.Index(fields=["case"], name="finding_of_case", condition=Q(case__isnull=False))]

    @property
    def outcome(self) -> str:
        """Say what was done about it. Meant as a case, but of no item: it is no case, and must not be called one."""
        return str(self.get_way_display() if self.item or self.way != Way.CASE else _("kept as a note; no case"))


# The role of photos that a sensitive field asked for: held, shown nowhere.
SEALED = "sealed"


class ActivityFile(models.Model):
    """A photo or document of an activity: `before`, `after`, `record`, or one that its form asked for (`answer`).

    `finding` says of which finding it is (0: none).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="files", db_index=False)
    file = models.ForeignKey("foundation.StoredFile", models.PROTECT, related_name="+")
    role = models.CharField(max_length=WORD_LENGTH)
    finding = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["activity", "file", "role", "finding"], name="activity_file_once")
        ]


class Hazard(models.Model):
    """A case on the list of hazards under supervised rectification: since when, and until it closed.

    Follows what cases tell; everything else that the list says is read from the case.
    """

    case = models.OneToOneField(
        "cases.Case", models.DO_NOTHING, primary_key=True, related_name="listed_hazard", db_constraint=False
    )
    since = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["since"], name="hazard_open", condition=Q(closed_at=None)),
            models.Index(fields=["-closed_at"], name="hazard_closed", condition=Q(closed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.case_id)


class Start(models.Model):
    """An event that starts a duty once: a case that closed, a new entry. Open until an activity answers it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scheme = models.CharField(max_length=WORD_LENGTH)
    scheme_version = models.ForeignKey(
        "enactment.SchemeVersion", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    duty = models.CharField(max_length=WORD_LENGTH)
    # What started it (`look_back`, `entry:households`), and for which case or entry: once each.
    by_event = models.CharField(max_length=WORD_LENGTH)
    source = models.CharField(max_length=WORD_LENGTH)
    area = models.ForeignKey("territory.Area", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    area_path = models.TextField()
    entry = models.ForeignKey("registers.Entry", models.DO_NOTHING, null=True, related_name="+", db_index=False)
    entry_name = models.CharField(max_length=200, blank=True, default="")
    case = models.ForeignKey(
        "cases.Case", models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    due = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Activity, models.PROTECT, null=True, related_name="answers_to", db_index=False)
    called_off_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scheme", "duty", "by_event", "source", "at"], name="start_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                OpClass(F("area_path"), name="text_pattern_ops"), F("due"), name="start_open",
                condition=Q(answered_by=None, called_off_at=None),
            ),
            models.Index(fields=["answered_by"], name="start_answered", condition=Q(answered_by__isnull=False)),
            models.Index(fields=["case"], name="start_of_case", condition=Q(case__isnull=False)),
        ]  # fmt: skip


class Absence(models.Model):
    """Days on which somebody is away, with the kind of reason and nothing more of it."""

    class Reason(models.TextChoices):
        """Why, as far as anybody needs to know."""

        LEAVE = "leave", _("leave")
        SICK = "sick", _("sick leave")
        TRAINING = "training", _("training")
        ERRAND = "errand", _("on other duty")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey("people.Account", models.PROTECT, related_name="+", db_index=False)
    first = models.DateField()
    last = models.DateField()
    reason = models.CharField(max_length=10, choices=Reason)
    entered_by = models.ForeignKey("people.Account", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="absence_ends_after_start"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "first"], name="absence_of", condition=Q(withdrawn_at=None)),
        ]


class Objection(models.Model):
    """Why a round was missed, said by who owed it, decided by the office above."""

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", _("waits for a decision")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("not accepted")
        WITHDRAWN = "withdrawn", _("taken back")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scheme = models.CharField(max_length=WORD_LENGTH)
    duty = models.CharField(max_length=WORD_LENGTH)
    area = models.ForeignKey("territory.Area", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    area_path = models.TextField()
    period = models.CharField(max_length=16)
    first = models.DateField()
    last = models.DateField()
    account = models.ForeignKey("people.Account", models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField()
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey("people.Account", models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    why = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scheme", "duty", "area", "period", "account"],
                condition=Q(state__in=("open", "accepted")),
                name="objection_open_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(OpClass(F("area_path"), name="text_pattern_ops"), F("first"), name="objection_by_place"),
            models.Index(fields=["account", "-at"], name="objection_of"),
        ]  # fmt: skip


class Draw(models.Model):
    """A random sample for a verification. From `seed` and the population (`Population`) anybody draws it again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scheme = models.CharField(max_length=WORD_LENGTH)
    scheme_version = models.ForeignKey(
        "enactment.SchemeVersion", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    duty = models.CharField(max_length=WORD_LENGTH)
    area = models.ForeignKey("territory.Area", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    area_path = models.TextField()
    period = models.CharField(max_length=16)
    first = models.DateField()
    last = models.DateField()
    share = models.PositiveSmallIntegerField(help_text="percent")
    population = models.PositiveIntegerField()
    population_hash = models.CharField(max_length=64)
    seed = models.CharField(max_length=64)
    drawn_by = models.ForeignKey("people.Account", models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    why = models.TextField(blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(OpClass(F("area_path"), name="text_pattern_ops"), F("at").desc(), name="draw_by_place"),
        ]


class Population(models.Model):
    """What a draw was from: the ids of all objects in their order, sixteen bytes each, and nothing else of them.

    An id names nobody by itself: what it stands for is in the register, under that register's own protection.
    """

    draw = models.OneToOneField(Draw, models.CASCADE, primary_key=True, related_name="from_population")
    ids = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.draw_id} {len(self.ids) // 16}"


class Drawn(models.Model):
    """An object that a draw chose: an entry, or an area. `verified_by` is the activity that went to see."""

    pk = models.CompositePrimaryKey("draw_id", "place")
    draw = models.ForeignKey(Draw, models.CASCADE, related_name="drawn", db_index=False)
    place = models.PositiveIntegerField()
    object_id = models.UUIDField()
    name = models.CharField(max_length=200)
    area_path = models.TextField()
    verified_by = models.ForeignKey(Activity, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["object_id"], name="drawn_object"),
            models.Index(fields=["verified_by"], name="drawn_verified", condition=Q(verified_by__isnull=False)),
        ]


class Leaf(models.Model):
    """A leaf of a book that writes itself: somebody's day or week, an area's month. Kept here: its remark and close.

    What the leaf says is read from activities, cases and registers whenever it is opened; what was recorded after
    the close shows as such.
    """

    class Book(models.TextChoices):
        """Which book."""

        DAY = "day", _("Work diary")
        WEEK = "week", _("Weekly ledger")
        MONTH = "month", _("Monthly ledger")
        REPORT = "report", _("Report to the chief")
        NOTICE = "notice", _("Monthly notice")
        HANDBOOK = "handbook", _("Handbook")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    book = models.CharField(max_length=10, choices=Book)
    # Whose: a person's books have an account, an area's have none.
    account = models.ForeignKey("people.Account", models.PROTECT, null=True, related_name="+", db_index=False)
    area = models.ForeignKey(
        "territory.Area", models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    first = models.DateField()
    last = models.DateField()
    # Of a handbook: the page, by its plan and form; empty for the whole year.
    page = models.CharField(max_length=2 * WORD_LENGTH + 1, blank=True, default="", db_default="")
    remark = models.TextField(blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("people.Account", models.PROTECT, null=True, related_name="+", db_index=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["book", "account", "area", "first", "last", "page"],
                name="leaf_of_page_once",
                nulls_distinct=False,
            ),
        ]


class Remark(models.Model):
    """Earlier and present words of a leaf's remark: nothing that was written there is lost."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    leaf = models.ForeignKey(Leaf, models.CASCADE, related_name="remarks")
    text = models.TextField()
    by = models.ForeignKey("people.Account", models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


class Sealing(models.Model):
    """How far activities were gone through for a form (by its plan), since it named its last sensitive field."""

    form = models.CharField(primary_key=True, max_length=2 * WORD_LENGTH + 1)
    fields = ArrayField(models.CharField(max_length=WORD_LENGTH), default=list)
    last = models.UUIDField()
