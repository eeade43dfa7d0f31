"""What was written before is held to it as well, without keeping anybody from writing meanwhile."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [('duties', '0002_entries_by_key')]

    operations = [
        migrations.RunSQL('alter table "duties_activity" validate constraint "activity_of_known_entry"', ''),
        migrations.RunSQL('alter table "duties_start" validate constraint "start_of_known_entry"', ''),
    ]
