"""An index over what each desk ended last, built while the table is in use."""

from django.db import migrations, models

from gezhi.foundation import again


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("cases", "0009_notes_named_and_put_right")]

    operations = [
        again.AddIndex(
            model_name="hold",
            index=models.Index(
                models.F("desk_key"), models.F("until").desc(), name="hold_ended",
                condition=models.Q(until__isnull=False),
            ),
        ),
    ]
