"""What an activity's log says, under seal where a plan made something of it sensitive since."""

from django.db import migrations

import gezhi.foundation.fields


class Migration(migrations.Migration):
    dependencies = [("duties", "0010_leaves_of_pages")]
    operations = [
        migrations.AddField(
            model_name="activityevent", name="sealed", field=gezhi.foundation.fields.EncryptedText(blank=True, null=True)
        ),
    ]
