from django.db import migrations, models

from gezhi.foundation import again


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("foundation", "0001_journal_outbox_files"),
    ]

    operations = [
        again.AddIndex("journalentry", models.Index(fields=["-at", "-id"], name="journal_by_time")),
    ]
