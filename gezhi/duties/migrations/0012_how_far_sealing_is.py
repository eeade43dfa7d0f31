"""How far activities were gone through for what plans made sensitive, so that each hour reads what is new."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("duties", "0011_words_of_logs_under_seal")]
    operations = [
        migrations.CreateModel(
            name="Sealing",
            fields=[
                ("form", models.CharField(max_length=129, primary_key=True, serialize=False)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), default=list, size=None
                    ),
                ),
                ("last", models.UUIDField()),
            ],
        ),
    ]
