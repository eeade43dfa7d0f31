"""The scheme versions that were put into force: the text itself, never edited afterwards. And drafts before them."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from gezhi.foundation.ids import uuid7


class SchemeVersion(models.Model):
    """One version of one scheme as it was put into force.

    `source` is every file of the scheme (name → text) as it was checked; `sha256` is of its canonical form. Several
    schemes run over one territory at the same time; of one scheme, the version with the latest `in_force_from` that
    has come applies to what begins then, and among those of one day the one enacted last. A running case points at
    its version and keeps it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scheme = models.CharField(max_length=64)
    version = models.CharField(max_length=40)
    title = models.CharField(max_length=160)
    title_en = models.CharField(max_length=200, default="", blank=True)
    source = models.JSONField()
    sha256 = models.CharField(max_length=64)
    in_force_from = models.DateField()
    enacted_at = models.DateTimeField()
    enacted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField(default="", blank=True)
    # Reminders of the check that the office accepted: [{"finding": …, "reason": …}].
    accepted = models.JSONField(default=list, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scheme", "version"], name="scheme_version_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["scheme", "-in_force_from", "-enacted_at"], name="scheme_version_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.version}"

    def say(self, language: str) -> str:
        """Return the title in a language such as `zh-hans` or `en`."""
        return (self.title_en or self.title) if language.startswith("en") else self.title


class Cancellation(models.Model):
    """A planned version taken back before its day: it never came into force, and its name is not used again."""

    version = models.OneToOneField(
        SchemeVersion, on_delete=models.PROTECT, primary_key=True, related_name="cancellation"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    because = models.TextField()

    def __str__(self) -> str:
        return f"{self.version_id} taken back"


class SchemeDraft(models.Model):
    """A version that an office works on: text only, checked before it can come into force, counting for nothing yet.

    `source` is as in `SchemeVersion`. `scheme`, `version` and titles are what the text says, empty where it can't be
    read yet. `sheets` tells for what came in a workbook where each rule stood. `revision` rises with each change, so
    that two people who work on one draft notice each other.
    """

    class Origin(models.TextChoices):
        """How a draft began."""

        VERSION = "version"
        SHIPPED = "shipped"
        WORKBOOK = "workbook"
        FOLDER = "folder"
        TEXT = "text"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scheme = models.CharField(max_length=64, blank=True, default="")
    version = models.CharField(max_length=40, blank=True, default="")
    title = models.CharField(max_length=160, blank=True, default="")
    title_en = models.CharField(max_length=200, blank=True, default="")
    source = models.JSONField()
    sheets = models.JSONField(default=dict, blank=True)
    origin = models.CharField(max_length=10, choices=Origin)
    file_name = models.CharField(max_length=200, blank=True, default="")
    base = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    # [{"name": "code path", "reason": …, "by": account id}]
    accepted = models.JSONField(default=list, blank=True)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    enacted = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, null=True, related_name="+")
    discarded_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.scheme} {self.version} (draft)"

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed."""
        return self.enacted_id is None and self.discarded_at is None

    def say(self, language: str) -> str:
        """Return the title in a language such as `zh-hans` or `en`; the file's name where there is none yet."""
        titles = (self.title_en, self.title) if language.startswith("en") else (self.title,)
        return next((one for one in (*titles, self.title, self.file_name, self.scheme) if one), "")
