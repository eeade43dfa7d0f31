import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import gezhi.foundation.ids


class Migration(migrations.Migration):

    dependencies = [
        ("enactment", "0001_scheme_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Cancellation",
            fields=[
                ("version", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="cancellation", serialize=False, to="enactment.schemeversion")),
                ("at", models.DateTimeField()),
                ("because", models.TextField()),
                ("by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="SchemeDraft",
            fields=[
                ("id", models.UUIDField(default=gezhi.foundation.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("scheme", models.CharField(blank=True, default="", max_length=64)),
                ("version", models.CharField(blank=True, default="", max_length=40)),
                ("title", models.CharField(blank=True, default="", max_length=160)),
                ("title_en", models.CharField(blank=True, default="", max_length=200)),
                ("source", models.JSONField()),
                ("sheets", models.JSONField(blank=True, default=dict)),
                ("origin", models.CharField(choices=[("version", "Version"), ("shipped", "Shipped"), ("workbook", "Workbook"), ("folder", "Folder"), ("text", "Text")], max_length=10)),
                ("file_name", models.CharField(blank=True, default="", max_length=200)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("accepted", models.JSONField(blank=True, default=list)),
                ("begun_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("discarded_at", models.DateTimeField(blank=True, null=True)),
                ("base", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="enactment.schemeversion")),
                ("begun_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("changed_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("enacted", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="enactment.schemeversion")),
            ],
        ),
    ]
