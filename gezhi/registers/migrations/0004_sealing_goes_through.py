"""How far each register has been gone through since its form named what is sensitive."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registers', '0003_words_found_within_areas'),
    ]

    operations = [
        migrations.CreateModel(
            name='Sealing',
            fields=[
                ('register', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), default=list)),
                ('began_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('step', models.CharField(choices=[('entries', 'Entries'), ('changes', 'Changes'), ('proposals', 'Proposals')], default='entries', max_length=9)),
                ('last', models.UUIDField(null=True)),
                ('looked_at', models.PositiveIntegerField(default=0)),
                ('entries', models.PositiveIntegerField(default=0)),
                ('changes', models.PositiveIntegerField(default=0)),
                ('proposals', models.PositiveIntegerField(default=0)),
            ],
        ),
    ]
