"""A leaf of the handbook for each of its pages; those of whole years stay. Made while people work."""

from django.db import migrations, models

from gezhi.foundation import again

# The one that takes its place is there already, and holds the years as before.
_DROP = """
-- squawk-ignore ban-drop-constraint
alter table duties_leaf drop constraint if exists {name}
"""
_OLD = "book, account_id, area_id, first, last"
_NEW = f"{_OLD}, page"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("duties", "0009_declined_signatures")]
    operations = [
        again.AddField(
            model_name="leaf",
            name="page",
            field=models.CharField(blank=True, db_default="", default="", max_length=129),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(model_name="leaf", name="leaf_once"),
                migrations.AddConstraint(
                    model_name="leaf",
                    constraint=models.UniqueConstraint(
                        fields=("book", "account", "area", "first", "last", "page"),
                        name="leaf_of_page_once",
                        nulls_distinct=False,
                    ),
                ),
            ],
            database_operations=[
                again.UniqueIndex("duties_leaf", "leaf_of_page_once", _NEW, "nulls not distinct"),
                again.UniqueConstraint("duties_leaf", "leaf_of_page_once"),
                migrations.RunSQL(
                    _DROP.format(name="leaf_once"),
                    f"alter table duties_leaf add constraint leaf_once unique nulls not distinct ({_OLD})",
                ),
            ],
        ),
    ]
