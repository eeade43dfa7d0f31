"""What somebody did, in order of time: the diary that writes itself and “what became of it” read this index only."""

from django.db import migrations, models

from gezhi.foundation import again


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0005_closed_newest_first")]
    operations = [
        again.AddIndex(
            "caseevent",
            models.Index(fields=["actor", "at"], name="event_by_actor", condition=~models.Q(actor="")),
        ),
    ]
