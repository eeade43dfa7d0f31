from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("foundation", "0001_journal_outbox_files"),
    ]

    operations = [
        AddIndexConcurrently("journalentry", models.Index(fields=["-at", "-id"], name="journal_by_time")),
    ]
