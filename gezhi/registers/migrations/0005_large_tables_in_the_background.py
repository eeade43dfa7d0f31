"""Large tables that go in and out in the background, with how far they are."""

import django.db.models.deletion
import gezhi.foundation.fields
import gezhi.foundation.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registers', '0004_sealing_goes_through'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TableRun',
            fields=[
                ('id', models.UUIDField(default=gezhi.foundation.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('import', 'Import'), ('export', 'Export')], max_length=6)),
                ('register', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=120)),
                ('dry_run', models.BooleanField(default=False)),
                ('options', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('off', 'Called Off')], default='waiting', max_length=7)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('began_at', models.DateTimeField(null=True)),
                ('heard_at', models.DateTimeField(null=True)),
                ('stop', models.BooleanField(default=False)),
                ('done_at', models.DateTimeField(null=True)),
                ('result', gezhi.foundation.fields.EncryptedText(blank=True)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registers.import')),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'register', '-at'], name='run_of_account'), models.Index(condition=models.Q(('state', 'waiting')), fields=['at'], name='run_waiting')],
            },
        ),
    ]
