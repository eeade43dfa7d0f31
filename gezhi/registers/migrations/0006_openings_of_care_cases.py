"""Who opened a care case, once a day: a column for the day, and what holds it to once. Made while people work."""

from django.db import migrations, models

from gezhi.foundation import again


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registers", "0005_large_tables_in_the_background")]
    operations = [
        again.AddField(model_name="look", name="opened_on", field=models.DateField(null=True)),
        migrations.AlterField(
            model_name="look", name="purpose", field=models.CharField(blank=True, default="", max_length=200)
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint(
                    model_name="look",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("opened_on__isnull", False)),
                        fields=("entry", "account", "opened_on"),
                        name="look_opened_once",
                    ),
                ),
            ],
            database_operations=[
                again.UniqueIndex(
                    "registers_look", "look_opened_once", "entry_id, account_id, opened_on", "where opened_on is not null"
                ),
            ],
        ),
    ]
