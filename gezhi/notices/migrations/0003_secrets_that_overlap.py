from django.db import migrations, models

import gezhi.foundation.fields


class Migration(migrations.Migration):

    dependencies = [
        ("notices", "0002_digests_and_matters"),
    ]

    operations = [
        migrations.AddField("endpoint", "secret_since", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("endpoint", "old_secret", gezhi.foundation.fields.EncryptedText(blank=True, null=True)),
        migrations.AddField("endpoint", "old_until", models.DateTimeField(blank=True, null=True)),
    ]
