"""Which stretch of its day's hours an activity fills."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("duties", "0007_one_objection_of_a_scheme")]

    operations = [
        migrations.AddField("activity", "slot", models.PositiveSmallIntegerField(null=True)),
    ]
