"""Tables of entries are put aside between the look and the taking over."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_uploads'),
    ]

    operations = [
        migrations.AlterField(
            model_name='upload',
            name='purpose',
            field=models.CharField(choices=[('areas', 'Areas'), ('staff', 'Staff'), ('table', 'Entries')], max_length=10),
        ),
    ]
