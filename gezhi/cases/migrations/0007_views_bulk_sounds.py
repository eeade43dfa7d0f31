"""Saved views, things done to several cases at once, and how cases sound."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import gezhi.foundation.ids

STATES = [("waiting", "Waiting"), ("done", "Done"), ("proposed", "Proposed"), ("refused", "Refused")]


def account() -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_log_by_actor"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gezhi.foundation.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("page", models.CharField(max_length=10)),
                ("query", models.CharField(blank=True, default="", max_length=600)),
                ("account", account()),
                ("desk_key", models.CharField(blank=True, default="", max_length=120)),
                ("place", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(condition=Q(("desk_key", "")), fields=["account"], name="view_of_account"),
                    models.Index(condition=~Q(("desk_key", "")), fields=["desk_key"], name="view_of_desk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkRun",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account", account()),
                ("kind", models.CharField(max_length=10)),
                ("action", models.CharField(blank=True, default="", max_length=64)),
                ("title", models.CharField(max_length=200)),
                ("answers", models.JSONField(default=dict)),
                ("back", models.CharField(blank=True, default="", max_length=800)),
                ("at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["account", "at"], name="bulk_of_account")]},
        ),
        migrations.CreateModel(
            name="BulkLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run_id", "place", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="cases.bulkrun",
                    ),
                ),
                ("place", models.PositiveSmallIntegerField()),
                ("number", models.CharField(max_length=20)),
                ("title", models.CharField(max_length=200)),
                ("version", models.PositiveIntegerField()),
                ("state", models.CharField(choices=STATES, default="waiting", max_length=10)),
                ("said", models.TextField(blank=True, default="")),
                ("clause", models.CharField(blank=True, default="", max_length=80)),
                ("settled_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="CaseSound",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("heard", models.TextField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["heard"], name="case_heard_trgm", opclasses=["gin_trgm_ops"]
                    )
                ],
            },
        ),
    ]
