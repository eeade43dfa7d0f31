"""What is supervised and what has no place are found without a walk over all cases."""

from django.db import migrations, models
from django.db.models import F, Q

from gezhi.foundation import again


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0007_views_bulk_sounds")]
    operations = [
        again.AddIndex(
            "case", models.Index(F("id").desc(), name="case_supervised", condition=Q(("supervised", True)))
        ),
        again.AddIndex(
            "case", models.Index(F("id").desc(), name="case_unplaced", condition=Q(("area__isnull", True)))
        ),
    ]
