"""Parts at hand are found without a walk over all holds."""

from django.db import migrations, models
from django.db.models import F, Q

from gezhi.foundation import again


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0010_holds_that_ended")]
    operations = [
        again.AddIndex(
            "hold",
            models.Index(F("case").desc(), name="hold_parts", condition=Q(("part__gt", 0), ("until", None))),
        ),
    ]
