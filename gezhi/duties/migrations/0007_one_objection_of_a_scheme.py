"""One open objection to a round is one of its scheme: two plans may name a duty alike. Made while people work."""

from django.db import migrations, models

from gezhi.foundation import again


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("duties", "0006_populations_of_draws")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(model_name="objection", name="objection_one_open"),
                migrations.AddConstraint(
                    model_name="objection",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("state__in", ("open", "accepted"))),
                        fields=("scheme", "duty", "area", "period", "account"),
                        name="objection_open_once",
                    ),
                ),
            ],
            database_operations=[
                again.UniqueIndex(
                    "duties_objection", "objection_open_once", "scheme, duty, area_id, period, account_id",
                    "where state in ('open', 'accepted')",
                ),
                migrations.RunSQL(
                    "drop index concurrently if exists objection_one_open",
                    "create unique index concurrently objection_one_open on duties_objection"
                    " (duty, area_id, period, account_id) where state in ('open', 'accepted')",
                ),
            ],
        ),
    ]
