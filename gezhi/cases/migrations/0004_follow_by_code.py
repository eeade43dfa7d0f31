"""Residents without an account follow a case too: by a code of their own, of which only the keyed hash is kept."""

import django.db.models.deletion
from django.db import migrations, models

# Until this migration no page wrote a row here, so what would lock a large table or surprise its clients does not.
FORWARDS = """
alter table cases_follow add column secret_hash varchar(64) default '' not null;
-- squawk-ignore ban-drop-not-null
alter table cases_follow alter column account_id drop not null;
-- squawk-ignore require-concurrent-index-creation
create unique index follow_once_by_code on cases_follow (case_id, secret_hash) where not (secret_hash = '');
-- squawk-ignore constraint-missing-not-valid
alter table cases_follow add constraint follow_by_somebody check (account_id is not null or not (secret_hash = ''));
"""
BACKWARDS = """
alter table cases_follow drop constraint follow_by_somebody;
delete from cases_follow where account_id is null;
alter table cases_follow drop column secret_hash;
alter table cases_follow alter column account_id set not null;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_numbers"),
        ("people", "0001_accounts_posts_tokens"),
    ]
    operations = [
        migrations.RunSQL(
            FORWARDS,
            BACKWARDS,
            state_operations=[
                migrations.AddField(
                    model_name="follow",
                    name="secret_hash",
                    field=models.CharField(blank=True, db_default="", default="", max_length=64),
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
            ],
        ),
    ]
