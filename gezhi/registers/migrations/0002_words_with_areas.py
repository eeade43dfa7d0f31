"""Beside an entry's words, the areas that it lies in."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('registers', '0001_entries_changes_proposals')]

    operations = [
        migrations.AddField(
            model_name='entrywords',
            name='areas',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], default=list, size=None),
        ),
    ]
