"""Tables of people: who there is, which posts they hold from when to when, and how they prove who they are."""

from collections.abc import Iterator
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from gezhi.foundation.fields import EncryptedText
from gezhi.foundation.ids import uuid7


class Account(AbstractBaseUser):
    """One person who may sign in: staff by username, residents by telephone number.

    What staff may see and do is never written here: it follows from the appointments held now (`people.access`).
    """

    class Kind(models.TextChoices):
        """Whether somebody works for the district or lives in it."""

        STAFF = "staff", _("Staff")
        RESIDENT = "resident", _("Resident")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=60)
    phone = EncryptedText(blank=True)
    # Keyed hash of the telephone number, so that a number can be found without being readable in the table.
    phone_key = models.CharField(max_length=64, default="", blank=True)
    email = EncryptedText(blank=True)
    language = models.CharField(max_length=10, default="", blank=True)
    # Keeps the installation: may set up people and schemes without a post, sees no case for it.
    steward = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    password_set_at = models.DateTimeField(null=True)
    # Raised to end every session of this person at once.
    session_epoch = models.PositiveIntegerField(default=0)
    totp_secret = EncryptedText(blank=True)
    totp_since = models.DateTimeField(null=True)
    # The newest 30-second step whose code was accepted: a code works once.
    totp_step = models.BigIntegerField(default=0)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = BaseUserManager["Account"]()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["phone_key"],
                condition=Q(kind="resident") & ~Q(phone_key=""),
                name="account_resident_phone_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["phone_key"], name="account_phone")]

    def __str__(self) -> str:
        return f"{self.name} ({self.username})"

    @property
    def is_staff_member(self) -> bool:
        """Whether this person works for the district."""
        return self.kind == self.Kind.STAFF

    @property
    def has_second_factor(self) -> bool:
        """Whether signing in asks for a code of the authenticator app."""
        return self.totp_since is not None

    def get_session_auth_hash(self) -> str:
        """Return what a session must match: it changes with the password and whenever sessions are ended."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Return the same under retired secret keys, so that a rotation of the key signs nobody out."""
        return (self._session_hash(secret) for secret in settings.SECRET_KEY_FALLBACKS)

    def _session_hash(self, secret: str | bytes | None) -> str:
        value = f"{self.password}|{self.session_epoch}"
        return salted_hmac("gezhi.people.session", value, secret=secret, algorithm="sha256").hexdigest()


class Department(models.Model):
    """An office with a duty, at a level. `code` is the department's id in the schemes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=120, default="", blank=True)
    level = models.CharField(max_length=40, default="", blank=True)
    area = models.ForeignKey("territory.Area", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.title

    def say(self, language: str) -> str:
        """Return the title in a language such as `zh-hans` or `en`."""
        return (self.title_en or self.title) if language.startswith("en") else self.title


class Post(models.Model):
    """What a scheme in force from `since` says of a post, as far as access needs it.

    Copied here when a scheme is put into force, because access is asked on every request and the schemes' room
    stands above this one. Of one scheme, the rows with the latest `since` that is not in the future count.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scheme = models.CharField(max_length=64)
    since = models.DateField()
    post = models.CharField(max_length=64)
    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=120, default="", blank=True)
    level = models.CharField(max_length=40, default="", blank=True)
    # How many people may hold it at one place at once; null: no bound.
    seats = models.PositiveSmallIntegerField(null=True)
    rights = models.JSONField(default=list, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scheme", "since", "post"], name="post_once_per_version"),
        ]

    def __str__(self) -> str:
        return f"{self.post} ({self.scheme}, {self.since})"

    def say(self, language: str) -> str:
        """Return the title in a language such as `zh-hans` or `en`."""
        return (self.title_en or self.title) if language.startswith("en") else self.title


class Appointment(models.Model):
    """A person holding a post from an instant up to (not including) another, at an area or in a department.

    Ordinarily both are local midnights; an exact instant ends a post in the middle of a day. A stand-in (AB 岗) is
    an appointment of its own and takes no seat.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="appointments")
    post = models.CharField(max_length=64)
    area = models.ForeignKey("territory.Area", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    stand_in = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(area__isnull=True, department__isnull=False)
                | Q(area__isnull=False, department__isnull=True),
                name="appointment_at_one_place",
            ),
            # since == until is an appointment withdrawn before it began to count: kept, never in force.
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="appointment_ends_after_start"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "since"], name="appointment_of_account"),
            models.Index(fields=["area", "post"], name="appointment_at_area"),
            models.Index(fields=["department", "post"], name="appointment_at_department"),
        ]

    def __str__(self) -> str:
        return f"{self.post} @ {self.area_id or self.department_id}"


class ApiToken(models.Model):
    """A named key for programs, shown once when made; only its keyed hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    # The first characters, so that an office recognises the token in a list.
    hint = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class OneTimeLogin(models.Model):
    """A slip of paper that lets somebody set the first (or a new) password once, within some days."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="slips")
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"slip of {self.account_id}"


class RecoveryCode(models.Model):
    """A code on paper for somebody whose authenticator is lost; each works once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "digest"], name="recovery_code_once"),
        ]

    def __str__(self) -> str:
        return f"recovery code of {self.account_id}"


class Upload(models.Model):
    """A table or map file that an office has sent and looks at before it is taken over; forgotten after some days.

    The content is kept encrypted, since a table of staff has telephone numbers. `result` is what the check found.
    """

    class Purpose(models.TextChoices):
        """What it is to become."""

        AREAS = "areas", _("Areas")
        STAFF = "staff", _("Staff")
        TABLE = "table", _("Entries")

    class State(models.TextChoices):
        """How far it is. `checking` waits for, or is being worked on by, the worker."""

        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        TAKING = "taking", _("being taken over")
        TAKEN = "taken", _("taken over")
        FAILED = "failed", _("not readable")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose)
    name = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    content = EncryptedText(blank=True)
    options = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    result = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "-created_at"], name="upload_of_account")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.name}"


class Throttle(models.Model):
    """Attempts to sign in from one address or at one account within a window, and until when it is locked."""

    key = models.CharField(max_length=80, primary_key=True)
    attempts = models.PositiveIntegerField()
    window_since = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key
