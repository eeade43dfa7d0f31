"""Closed cases, the newest first: what the page of published results and the sums of a period read."""

from django.db import migrations, models

from gezhi.foundation import again


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0004_follow_by_code")]
    operations = [
        again.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)),
                fields=["-closed_at", "-id"],
                name="case_closed",
            ),
        ),
    ]
