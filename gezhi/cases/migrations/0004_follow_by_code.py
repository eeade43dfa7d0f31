"""Residents without an account follow a case too: by a code of their own, of which only the keyed hash is kept."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_numbers"),
        ("people", "0001_accounts_posts_tokens"),
    ]
    operations = [
        migrations.AddField(
            model_name="follow",
            name="secret_hash",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AlterField(
            model_name="follow",
            name="account",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.account"
            ),
        ),
        migrations.AddConstraint(
            model_name="follow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("secret_hash", ""), _negated=True),
                fields=("case", "secret_hash"),
                name="follow_once_by_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="follow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account", None), _negated=True),
                    models.Q(("secret_hash", ""), _negated=True),
                    _connector="OR",
                ),
                name="follow_by_somebody",
            ),
        ),
    ]
