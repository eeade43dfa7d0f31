"""Activities and starts name an entry that there is: the columns stay, the database holds new rows to it from here on."""

from django.db import migrations, models


def _constrained(table: str, name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f'alter table "{table}" add constraint "{name}" foreign key ("entry_id")'
        ' references "registers_entry" ("id") deferrable initially deferred not valid',
        f'alter table "{table}" drop constraint "{name}"',
    )


def _entry() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False, null=True, on_delete=models.DO_NOTHING, related_name='+', to='registers.entry',
    )


class Migration(migrations.Migration):

    dependencies = [
        ('duties', '0001_what_is_done_and_found'),
        ('registers', '0001_entries_changes_proposals'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                _constrained('duties_activity', 'activity_of_known_entry'),
                _constrained('duties_start', 'start_of_known_entry'),
            ],
            state_operations=[
                migrations.RemoveIndex('activity', 'activity_of_entries'),
                migrations.RemoveIndex('activity', 'activity_of_entry'),
                migrations.RemoveField('activity', 'entry_id'),
                migrations.AddField('activity', 'entry', _entry()),
                migrations.AddIndex(
                    'activity',
                    models.Index(condition=models.Q(('counts', True), ('entry__isnull', False)), fields=['scheme', 'duty', 'day', 'entry'], name='activity_of_entries'),
                ),
                migrations.AddIndex(
                    'activity',
                    models.Index(condition=models.Q(('entry__isnull', False)), fields=['entry', '-began'], name='activity_of_entry'),
                ),
                migrations.RemoveField('start', 'entry_id'),
                migrations.AddField('start', 'entry', _entry()),
            ],
        ),
    ]
