"""Cases by when they came in: what a handbook lists of a year in order, without reading all of a district's."""

from django.db import migrations, models

from gezhi.foundation import again


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0011_parts_at_hand")]
    operations = [again.AddIndex("case", models.Index(fields=["opened_at"], name="case_opened"))]
