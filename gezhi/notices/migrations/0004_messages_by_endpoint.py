from django.db import migrations, models
from django.db.models import Q

from gezhi.foundation import again


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("notices", "0003_secrets_that_overlap"),
    ]

    operations = [
        again.AddIndex(
            "message",
            models.Index(
                fields=["endpoint", "-created_at", "-id"],
                condition=Q(endpoint__isnull=False),
                name="message_to_endpoint",
            ),
        ),
    ]
