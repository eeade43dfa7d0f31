"""The scheme versions that were put into force: the text itself, never edited afterwards."""

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
