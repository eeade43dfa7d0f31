"""Tables of cases: the case as it stands (for lists), its append-only log (the truth), its open and past holds.

`Case` is a projection of the log plus what was sent in; `CaseEvent` is never changed; `Hold` and the columns of
`Case` are rewritten from the folded state after each event, in the same transaction. Foreign keys that the hot
intake would pay for and that can't dangle (areas, scheme versions and accounts are never deleted) carry no database
constraint.
"""

from typing import Any, ClassVar, NoReturn

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from gezhi.cases.access import Scoped
from gezhi.foundation.fields import EncryptedText
from gezhi.foundation.ids import uuid7

KEY_LENGTH = 120
WORD_LENGTH = 64


class Channel(models.TextChoices):
    """How a case came in."""

    FIELD = "field"
    PORTAL = "portal"
    HOTLINE = "hotline"
    COUNTER = "counter"
    PHONE = "phone"
    RECEPTION = "reception"
    IMPORT = "import"
    API = "api"


class Case(models.Model):
    """One matter, from intake to the close, as it stands now."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=20, unique=True)
    # Keyed hash of the tracking code; the code itself is never kept.
    secret_hash = models.CharField(max_length=64)
    # Who sent it and the sender's own key: the same key again finds the same case.
    client_key = models.CharField(max_length=200)

    scheme = models.CharField(max_length=WORD_LENGTH)
    scheme_version = models.ForeignKey(
        "enactment.SchemeVersion", models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    procedure = models.CharField(max_length=WORD_LENGTH)
    item = models.CharField(max_length=WORD_LENGTH)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True, default="")
    channel = models.CharField(max_length=12, choices=Channel.choices)
    urgency = models.CharField(max_length=WORD_LENGTH, blank=True, default="")

    lon = models.FloatField(null=True, help_text="degrees, WGS-84")
    lat = models.FloatField(null=True, help_text="degrees, WGS-84")
    crs = models.CharField(max_length=10, blank=True, default="", help_text="the system that the point came in")
    border_m = models.FloatField(null=True, help_text="metres to the nearest border of the area")
    address = models.CharField(max_length=300, blank=True, default="")
    # Null while nobody knows where it is: the triage desk holds it, and `area_path` is the district's.
    area = models.ForeignKey(
        "territory.Area", models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    area_path = models.TextField()

    anonymous = models.BooleanField(default=False)
    contact = EncryptedText(blank=True)
    reporter = models.ForeignKey(
        "people.Account", models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    received_by = models.CharField(max_length=KEY_LENGTH, blank=True, default="")
    # Desks that this case complains about: whoever acts for one of them never learns that it exists.
    about_keys = ArrayField(models.CharField(max_length=KEY_LENGTH), default=list)
    # Desks outside the area's own line that see it: who holds it or a part, did it, received it, supervises it.
    sight_keys = ArrayField(models.CharField(max_length=KEY_LENGTH), default=list)

    step = models.CharField(max_length=WORD_LENGTH)
    desk_key = models.CharField(max_length=KEY_LENGTH, blank=True, default="")
    opened_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    step_due = models.DateTimeField(null=True)
    step_warn = models.DateTimeField(null=True)
    case_due = models.DateTimeField(null=True)
    case_warn = models.DateTimeField(null=True)
    paused = models.BooleanField(default=False)
    # The earliest instant at which something falls due; the sweeper reads nothing else.
    wake_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    in_time = models.BooleanField(null=True)
    outcome = models.CharField(max_length=WORD_LENGTH, blank=True, default="")
    supervised = models.BooleanField(default=False)
    # What went wrong when something fell due; shown to the office, tried again at `wake_at`.
    trouble = models.TextField(blank=True, default="")

    state = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    log_seq = models.PositiveIntegerField(default=1)
    log_head = models.BinaryField()
    changed_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", models.DO_NOTHING, null=True, related_name="merged", db_index=False)
    parent = models.ForeignKey("self", models.DO_NOTHING, null=True, related_name="children", db_index=False)

    objects = Scoped()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client_key"], name="case_client_key_once"),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="case_point_whole",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="case_not_into_itself"
            ),
        ]
        indexes: ClassVar = [
            models.Index(OpClass(F("area_path"), name="text_pattern_ops"), F("id").desc(), name="case_by_area"),
            models.Index(fields=["wake_at"], name="case_waking", condition=Q(wake_at__isnull=False)),
            models.Index(fields=["lat", "lon"], name="case_near", condition=Q(lat__isnull=False)),
            models.Index(fields=["reporter"], name="case_of_reporter", condition=Q(reporter__isnull=False)),
            models.Index(fields=["merged_into"], name="case_merged", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["parent"], name="case_of_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["opened_at"], name="case_opened"),
            models.Index(fields=["-closed_at", "-id"], name="case_closed", condition=Q(closed_at__isnull=False)),
            models.Index(F("id").desc(), name="case_supervised", condition=Q(supervised=True)),
            models.Index(F("id").desc(), name="case_unplaced", condition=Q(area__isnull=True)),
            GinIndex(fields=["sight_keys"], name="case_in_sight"),
            GinIndex(fields=["about_keys"], name="case_about", condition=~Q(about_keys=[])),
        ]

    def __str__(self) -> str:
        return self.number


class CaseWords(models.Model):
    """What of a case can be searched: title, text, address; never a contact. Apart, so that a step costs nothing."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="words", db_constraint=False)
    words = models.TextField()
    # The worker puts them into the index of trigrams, which would be a quarter of what intake costs PostgreSQL.
    # Those that are not there yet are read one by one.
    indexed = models.BooleanField(default=True, db_default=True)

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["words"], name="case_words_filed", opclasses=["gin_trgm_ops"], condition=Q(indexed=True)),
            models.Index(fields=["case"], name="case_words_fresh", condition=Q(indexed=False)),
        ]


class CaseSound(models.Model):
    """How title and address of a case sound in pinyin, written by the worker a moment after intake, not by intake."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="+", db_constraint=False)
    heard = models.TextField()

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["heard"], name="case_heard_trgm", opclasses=["gin_trgm_ops"])]


class LogClosed(TypeError):
    """The log of a case is append-only: nothing written there is changed or removed."""


class LogRows(models.QuerySet["CaseEvent"]):
    """Rows of the log, readable and appendable."""

    def update(self, **_kwargs: Any) -> NoReturn:
        """Refuse."""
        raise LogClosed("case events are never updated; append a new one through gezhi.cases.operations")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise LogClosed("case events are never deleted")

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse."""
        raise LogClosed("case events are never updated; append a new one through gezhi.cases.operations")


class CaseEvent(models.Model):
    """One entry of a case's log. `body` is the canonical JSON that `link` was computed over, kept byte for byte.

    Kinds `open`, `act`, `expire` and `recount` are the engine's and fold to the state; `record` notes what happened
    around the flow (a comment, a merge, a look at the contact) and changes no state.
    """

    pk = models.CompositePrimaryKey("case_id", "seq")
    case = models.ForeignKey(Case, models.DO_NOTHING, related_name="events", db_constraint=False, db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    action = models.CharField(max_length=WORD_LENGTH)
    desk_key = models.CharField(max_length=KEY_LENGTH, blank=True, default="")
    actor = models.CharField(max_length=WORD_LENGTH, blank=True, default="")
    at = models.DateTimeField()
    body = models.TextField()
    link = models.BinaryField()

    objects: ClassVar[models.Manager["CaseEvent"]] = models.Manager.from_queryset(LogRows)()

    class Meta:
        indexes: ClassVar = [
            # What somebody did, in order of time. What came in without an account is not in it.
            models.Index(fields=["actor", "at"], name="event_by_actor", condition=~Q(actor="")),
        ]

    def save(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse: events are appended by the operations, in bulk, and never saved again."""
        raise LogClosed("case events are appended by gezhi.cases.operations only")

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse."""
        raise LogClosed("case events are never deleted")


class Hold(models.Model):
    """One desk's time with a case or a part of it. The open ones are the queues."""

    pk = models.CompositePrimaryKey("case_id", "seq")
    case = models.ForeignKey(Case, models.DO_NOTHING, related_name="holds", db_constraint=False, db_index=False)
    seq = models.PositiveIntegerField()
    part = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=WORD_LENGTH)
    desk_key = models.CharField(max_length=KEY_LENGTH)
    actor = models.CharField(max_length=WORD_LENGTH, blank=True, default="")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    warn = models.DateTimeField(null=True)
    paused = models.BooleanField(default=False)
    # `due`, or the end of days where nothing is due: what the queue is ordered and paged by.
    rank_at = models.DateTimeField()
    # Copies from the case, so that a filtered queue reads its own index only.
    item = models.CharField(max_length=WORD_LENGTH)
    channel = models.CharField(max_length=12)
    area_path = models.TextField()
    # A desk with two parts of one case is shown the case once: only its most pressing hold is listed.
    listed = models.BooleanField(default=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["desk_key", "rank_at", "case"],
                name="hold_queue",
                condition=Q(until=None, listed=True),
                include=["warn", "paused", "item", "channel", "area_path"],
            ),
            # what a desk ended last: how long it usually needs
            models.Index(F("desk_key"), F("until").desc(), name="hold_ended", condition=Q(until__isnull=False)),
            models.Index(F("case").desc(), name="hold_parts", condition=Q(until=None, part__gt=0)),
        ]


class CaseFile(models.Model):
    """A photo or document of a case, and who may see it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="files")
    file = models.ForeignKey("foundation.StoredFile", models.PROTECT, related_name="+")
    # What it shows: the answer's question (photos_after …), or `report` for what came with the report.
    role = models.CharField(max_length=WORD_LENGTH)
    public = models.BooleanField(default=False)
    desk_key = models.CharField(max_length=KEY_LENGTH, blank=True, default="")
    actor = models.CharField(max_length=WORD_LENGTH, blank=True, default="")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "file", "role"], name="case_file_once")]


class Comment(models.Model):
    """A note about a case: for the offices, or also for who reported it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="comments")
    desk_key = models.CharField(max_length=KEY_LENGTH)
    actor = models.CharField(max_length=WORD_LENGTH, blank=True, default="")
    at = models.DateTimeField()
    public = models.BooleanField(default=False)
    text = models.TextField()
    # Colleagues named with @ who could see the case then; they are told.
    mentions = ArrayField(models.UUIDField(), null=True)
    # The note whose words this one puts right; the earlier words stay in their own row.
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="replaced_by", db_constraint=False, db_index=False
    )
    withdrawn_at = models.DateTimeField(null=True)


class Presence(models.Model):
    """That a colleague has a case open just now, and which action that person is writing in.

    Told to the others on the same page and forgotten within a minute or two: no record of anybody's work.
    """

    pk = models.CompositePrimaryKey("case_id", "account_id")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    account = models.ForeignKey("people.Account", models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    seen_at = models.DateTimeField()
    writing = models.CharField(max_length=WORD_LENGTH, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["seen_at"], name="presence_old")]


class Proposal(models.Model):
    """An action that a desk asked another to approve; the clocks go on until it is decided."""

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open"
        APPROVED = "approved"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        LAPSED = "lapsed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="proposals")
    action = models.CharField(max_length=WORD_LENGTH)
    part = models.PositiveSmallIntegerField(default=0)
    answers = models.JSONField(default=dict)
    by_key = models.CharField(max_length=KEY_LENGTH)
    by_actor = models.CharField(max_length=WORD_LENGTH, blank=True, default="")
    # The step entry (log position) that it was made in: once the case has moved on, it lapses.
    entered_at = models.DateTimeField()
    approver_key = models.CharField(max_length=KEY_LENGTH)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_actor = models.CharField(max_length=WORD_LENGTH, blank=True, default="")
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "action", "part"], condition=Q(state="open"), name="proposal_one_open"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["approver_key", "at"], name="proposal_waiting", condition=Q(state="open")),
        ]


class Follow(models.Model):
    """Somebody who wants to hear of a case: a resident with the same matter, a colleague.

    Without an account, a code of the follower's own opens it; only its keyed hash is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="follows")
    account = models.ForeignKey("people.Account", models.CASCADE, null=True, related_name="+")
    secret_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "account"], name="follow_once"),
            models.UniqueConstraint(
                fields=["case", "secret_hash"], condition=~Q(secret_hash=""), name="follow_once_by_code"
            ),
            models.CheckConstraint(condition=~Q(account=None) | ~Q(secret_hash=""), name="follow_by_somebody"),
        ]


class MergeLink(models.Model):
    """A duplicate that follows its main case, from when to when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    duplicate = models.ForeignKey(Case, models.PROTECT, related_name="merges")
    main = models.ForeignKey(Case, models.PROTECT, related_name="duplicates")
    at = models.DateTimeField()
    actor = models.CharField(max_length=WORD_LENGTH)
    reason = models.TextField(blank=True, default="")
    undone_at = models.DateTimeField(null=True)
    undone_actor = models.CharField(max_length=WORD_LENGTH, blank=True, default="")


class Bounce(models.Model):
    """A case that was moved from one area to another, or from nowhere to somewhere: border quarrels show by it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="bounces")
    before = models.CharField(max_length=40, blank=True, default="", help_text="area code; empty from triage")
    after = models.CharField(max_length=40)
    border_m = models.FloatField(null=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=WORD_LENGTH)
    reason = models.TextField(blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["before", "after", "at"], name="bounce_between")]


class SupervisionWatch(models.Model):
    """A superior who watches a case, perhaps with a time by which an answer is wanted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="watches")
    desk_key = models.CharField(max_length=KEY_LENGTH)
    actor = models.CharField(max_length=WORD_LENGTH)
    reason = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    limit_at = models.DateTimeField(null=True)
    # When the limit's passing was told; it is told once.
    told_at = models.DateTimeField(null=True)


class ContactLook(models.Model):
    """Who looked at a reporter's contact details, when and what for."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="looks")
    account = models.ForeignKey("people.Account", models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=200)
    at = models.DateTimeField()


class CaseDay(models.Model):
    """Where a day's numbers begin in the one sequence that all numbers come from."""

    day = models.DateField(primary_key=True)
    base = models.BigIntegerField()


class SavedView(models.Model):
    """A list with its filters under a name: somebody's own, or that of a desk, for whoever acts for the desk."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=40)
    # Which list (`queue`, `cases`) and its filters as in its address, names sorted.
    page = models.CharField(max_length=10)
    query = models.CharField(max_length=600, blank=True, default="")
    # Whose it is: the person who made it, or the desk it was given to.
    account = models.ForeignKey("people.Account", models.PROTECT, related_name="+")
    desk_key = models.CharField(max_length=KEY_LENGTH, blank=True, default="")
    place = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account"], name="view_of_account", condition=Q(desk_key="")),
            models.Index(fields=["desk_key"], name="view_of_desk", condition=~Q(desk_key="")),
        ]

    def __str__(self) -> str:
        return self.name


class BulkRun(models.Model):
    """One thing done to several cases. Its id is the sender's own key: the same key again is the same run."""

    id = models.UUIDField(primary_key=True, editable=False)
    account = models.ForeignKey("people.Account", models.PROTECT, related_name="+")
    # `act` (an action of the plan), `note`, `supervise`.
    kind = models.CharField(max_length=10)
    action = models.CharField(max_length=WORD_LENGTH, blank=True, default="")
    title = models.CharField(max_length=200)
    answers = models.JSONField(default=dict)
    back = models.CharField(max_length=800, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "at"], name="bulk_of_account")]

    def __str__(self) -> str:
        return self.title


class BulkLine(models.Model):
    """A case of a run: waiting, or how it ended. A line is settled in the transaction of its change, so only once."""

    class State(models.TextChoices):
        """How it stands."""

        WAITING = "waiting"
        DONE = "done"
        PROPOSED = "proposed"
        REFUSED = "refused"

    pk = models.CompositePrimaryKey("run_id", "place")
    run = models.ForeignKey(BulkRun, models.CASCADE, related_name="lines", db_index=False)
    place = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    # The version that was seen in the preview: what moved since is refused, not acted on blindly.
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # Why not, in the words of whoever pressed; or what came of it.
    said = models.TextField(blank=True, default="")
    clause = models.CharField(max_length=80, blank=True, default="")
    settled_at = models.DateTimeField(null=True)
