"""Words of a case that are not in the index of words yet, since the worker puts them there."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("cases", "0012_by_the_day_of_intake")]

    operations = [
        migrations.AddField("casewords", "indexed", models.BooleanField(default=True, db_default=True)),
    ]
