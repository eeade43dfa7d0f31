"""Tables of the territory: areas as they are now, as they were before, and what changed them.

An area keeps its row (and so its duties, people and cases) through redrawing, renaming and moving: the row holds the
latest state, `Former` each earlier one with its dates. Splits and merges close rows and open others; `Succession`
joins the old to the new, so that an old case's grid still resolves and maps to today's.
Dates are half open: an area holds from `since` up to, not including, `until`.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gezhi.foundation.ids import uuid7

BASE_NET = "base"
CODE_LENGTH = 40
NAME_LENGTH = 120


class CrsName(models.TextChoices):
    """Coordinate systems that come in; what is stored is always WGS-84."""

    WGS84 = "wgs84", "WGS-84"
    CGCS2000 = "cgcs2000", "CGCS2000"
    GCJ02 = "gcj02", "GCJ-02"
    BD09 = "bd09", "BD-09"


class Outlined(models.Model):
    """What an area and its former states have in common: what may change while it stays the same area."""

    name = models.CharField(max_length=NAME_LENGTH)
    path = models.TextField(help_text="codes from the top down to this area, each followed by /")
    kind = models.CharField(max_length=40, blank=True, default="", help_text="e.g. basic, park, market, campus")
    households = models.PositiveIntegerField(null=True, blank=True)
    people = models.PositiveIntegerField(null=True, blank=True)
    boundary = models.BinaryField(null=True, blank=True, help_text="WKB, WGS-84, polygon or multipolygon")
    west = models.FloatField(null=True, blank=True)
    south = models.FloatField(null=True, blank=True)
    east = models.FloatField(null=True, blank=True)
    north = models.FloatField(null=True, blank=True)
    source_crs = models.CharField(max_length=10, choices=CrsName.choices, default=CrsName.WGS84)

    class Meta:
        abstract = True

    @property
    def bbox(self) -> tuple[float, float, float, float] | None:
        """Return west, south, east, north in degrees, or None without a boundary."""
        if self.west is None or self.south is None or self.east is None or self.north is None:
            return None
        return self.west, self.south, self.east, self.north


class Area(Outlined):
    """A node of the territory tree, in its latest state."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    net = models.CharField(max_length=40, default=BASE_NET)
    code = models.CharField(max_length=CODE_LENGTH)
    level = models.CharField(max_length=40, help_text="level id of the scheme")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    pinyin = models.TextField(blank=True, default="", help_text="full pinyin and initials of the name, for search")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    state_since = models.DateField(help_text="from when the present name, place and boundary hold")

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ("path",)
        constraints = (
            models.UniqueConstraint(fields=("net", "code", "since"), name="area_net_code_since"),
            models.UniqueConstraint(fields=("net", "code"), condition=Q(until=None), name="area_net_code_open"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="area_until_after_since"),
            models.CheckConstraint(condition=Q(state_since__gte=F("since")), name="area_state_within_life"),
        )
        indexes = (
            models.Index(fields=("path",), name="area_path_prefix", opclasses=("text_pattern_ops",)),
            models.Index(fields=("net", "level"), name="area_net_level"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.code}"


class Former(Outlined):
    """An earlier state of an area: how it was called, lay and was bounded from `since` until `until`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area = models.ForeignKey(Area, models.CASCADE, related_name="former")
    since = models.DateField()
    until = models.DateField()

    class Meta:
        verbose_name = _("former state of an area")
        verbose_name_plural = _("former states of areas")
        ordering = ("area", "since")
        constraints = (
            models.UniqueConstraint(fields=("area", "since"), name="former_area_since"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="former_until_after_since"),
        )
        indexes = (models.Index(fields=("path",), name="former_path_prefix", opclasses=("text_pattern_ops",)),)

    def __str__(self) -> str:
        return f"{self.name} {self.since}/{self.until}"


class AreaChange(models.Model):
    """A change of the territory on a date: what, when, by whom."""

    class Kind(models.TextChoices):
        """What was done."""

        IMPORT = "import", _("import")
        SPLIT = "split", _("split")
        MERGE = "merge", _("merge")
        REDRAW = "redraw", _("redrawn")
        RENAME = "rename", _("renamed")
        MOVE = "move", _("moved under another area")
        COUNTS = "counts", _("households and people counted")
        CLOSE = "close", pgettext_lazy("area", "closed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    on = models.DateField(help_text="the date from which it holds")
    at = models.DateTimeField(help_text="when it was entered")
    by = models.UUIDField(null=True, blank=True, help_text="account that entered it; none for the command line")
    note = models.TextField(blank=True, default="")
    areas = models.PositiveIntegerField(default=0, help_text="how many areas it touched")

    class Meta:
        verbose_name = _("change of the territory")
        verbose_name_plural = _("changes of the territory")
        ordering = ("on", "at")
        indexes = (models.Index(fields=("on",), name="areachange_on"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"


class Succession(models.Model):
    """One line of a change: this area was followed by that one; the same area where it stayed itself."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    change = models.ForeignKey(AreaChange, models.CASCADE, related_name="successions")
    before = models.ForeignKey(Area, models.PROTECT, related_name="followed_by")
    after = models.ForeignKey(Area, models.PROTECT, related_name="preceded_by")

    class Meta:
        verbose_name = _("succession of areas")
        verbose_name_plural = _("successions of areas")
        constraints = (models.UniqueConstraint(fields=("change", "before", "after"), name="succession_once"),)

    def __str__(self) -> str:
        return f"{self.before_id} → {self.after_id}"


class TerritoryVersion(models.Model):
    """One row: counts the changes, so that each process knows when to load its router again."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("version of the territory")
        verbose_name_plural = _("version of the territory")
        constraints = (models.CheckConstraint(condition=Q(id=1), name="territoryversion_one_row"),)

    def __str__(self) -> str:
        return str(self.number)
