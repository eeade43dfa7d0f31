"""Entries with their book of changes, proposals, imports, looks, care assignments and counters of codes."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import gezhi.foundation.fields
import gezhi.foundation.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        # the trigram extension that search stands on, and nothing else of that room
        ('cases', '0001_trigram_search'),
        ('foundation', '0002_journal_by_time'),
        ('territory', '0001_areas_and_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(default=gezhi.foundation.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('register', models.CharField(max_length=64)),
                ('code', models.CharField(max_length=80)),
                ('name', models.CharField(max_length=200)),
                ('address', models.CharField(blank=True, default='', max_length=300)),
                ('area_path', models.TextField()),
                ('facets', models.JSONField(default=dict)),
                ('data', models.JSONField(default=dict)),
                ('sealed', gezhi.foundation.fields.EncryptedText(blank=True)),
                ('sides', models.JSONField(default=dict)),
                ('lon', models.FloatField(help_text='degrees, WGS-84', null=True)),
                ('lat', models.FloatField(help_text='degrees, WGS-84', null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('state', models.CharField(choices=[('active', 'Active'), ('ended', 'Ended'), ('merged', 'Merged'), ('erased', 'Erased')], default='active', max_length=8)),
                ('form_print', models.CharField(blank=True, default='', max_length=16)),
                ('opened_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('erase_at', models.DateTimeField(null=True)),
                ('waiting', models.PositiveSmallIntegerField(default=0)),
                ('care', models.BooleanField(default=False)),
                ('purpose', models.CharField(blank=True, default='', max_length=200)),
                ('basis', models.CharField(blank=True, default='', max_length=200)),
                ('area', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='territory.area')),
                ('merged_into', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='merged', to='registers.entry')),
                ('part_of', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='parts', to='registers.entry')),
            ],
        ),
        migrations.CreateModel(
            name='CodeCount',
            fields=[
                ('id', models.UUIDField(default=gezhi.foundation.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('register', models.CharField(max_length=64)),
                ('prefix', models.CharField(max_length=80)),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('register', 'prefix'), name='code_count_once')],
            },
        ),
        migrations.CreateModel(
            name='CareAssignment',
            fields=[
                ('id', models.UUIDField(default=gezhi.foundation.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('worker', 'Worker'), ('supervisor', 'Supervisor')], max_length=10)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='registers.entry')),
            ],
        ),
        migrations.CreateModel(
            name='EntryFile',
            fields=[
                ('id', models.UUIDField(default=gezhi.foundation.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('field', models.CharField(blank=True, default='', max_length=64)),
                ('actor', models.CharField(blank=True, default='', max_length=64)),
                ('at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='registers.entry')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='foundation.storedfile')),
            ],
        ),
        migrations.CreateModel(
            name='EntryKey',
            fields=[
                ('id', models.UUIDField(default=gezhi.foundation.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('field', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('entry', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='registers.entry')),
            ],
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('register', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=200)),
                ('actor', models.CharField(blank=True, default='', max_length=64)),
                ('at', models.DateTimeField()),
                ('made', models.PositiveIntegerField(default=0)),
                ('changed', models.PositiveIntegerField(default=0)),
                ('proposed', models.PositiveIntegerField(default=0)),
                ('same', models.PositiveIntegerField(default=0)),
                ('undone_at', models.DateTimeField(null=True)),
                ('undone_by', models.CharField(blank=True, default='', max_length=64)),
            ],
            options={
                'indexes': [models.Index(fields=['register', '-id'], name='import_of_register')],
            },
        ),
        migrations.CreateModel(
            name='EntryChange',
            fields=[
                ('id', models.UUIDField(default=gezhi.foundation.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('open', 'Open'), ('change', 'Change'), ('propose', 'Propose'), ('accept', 'Accept'), ('refuse', 'Refuse'), ('move', 'Move'), ('end', 'End'), ('reopen', 'Reopen'), ('merge', 'Merge'), ('attach', 'Attach'), ('undo', 'Undo'), ('assign', 'Assign'), ('erase', 'Erase')], max_length=8)),
                ('at', models.DateTimeField()),
                ('collected_at', models.DateTimeField(null=True)),
                ('actor', models.CharField(blank=True, default='', max_length=64)),
                ('side', models.CharField(blank=True, default='', max_length=120)),
                ('fields', models.JSONField(default=dict)),
                ('sealed', gezhi.foundation.fields.EncryptedText(blank=True)),
                ('note', models.CharField(blank=True, default='', max_length=200)),
                ('client_key', models.CharField(max_length=200, null=True, unique=True)),
                ('entry', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='changes', to='registers.entry')),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='registers.import')),
            ],
        ),
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.UUIDField(default=gezhi.foundation.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(max_length=200)),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), default=list)),
                ('at', models.DateTimeField()),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='looks', to='registers.entry')),
            ],
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.UUIDField(default=gezhi.foundation.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('field', models.CharField(max_length=64)),
                ('why', models.CharField(choices=[('side', 'Other Side'), ('conflict', 'Meanwhile')], max_length=8)),
                ('plain', models.JSONField(default=list)),
                ('sealed', gezhi.foundation.fields.EncryptedText(blank=True)),
                ('side', models.CharField(blank=True, default='', max_length=120)),
                ('actor', models.CharField(blank=True, default='', max_length=64)),
                ('at', models.DateTimeField()),
                ('decision', models.CharField(choices=[('open', 'Open'), ('accepted', 'Accepted'), ('refused', 'Refused'), ('overtaken', 'Overtaken')], default='open', max_length=9)),
                ('decided_by', models.CharField(blank=True, default='', max_length=64)),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='registers.entrychange')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='registers.entry')),
            ],
        ),
        migrations.CreateModel(
            name='EntryWords',
            fields=[
                ('entry', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='words', serialize=False, to='registers.entry')),
                ('words', models.TextField()),
                ('heard', models.TextField(blank=True, default='')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['words'], name='entry_words_trgm', opclasses=['gin_trgm_ops']), django.contrib.postgres.indexes.GinIndex(fields=['heard'], name='entry_heard_trgm', opclasses=['gin_trgm_ops'])],
            },
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('state', 'active')), fields=['register', 'id'], name='entry_list'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(models.F('register'), django.contrib.postgres.indexes.OpClass(models.F('area_path'), name='text_pattern_ops'), models.F('id'), condition=models.Q(('state', 'active')), name='entry_by_area'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(django.contrib.postgres.indexes.OpClass(models.F('area_path'), name='text_pattern_ops'), name='entry_on_ground'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['register', 'area', 'name'], name='entry_same_name'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('erase_at__isnull', False)), fields=['erase_at'], name='entry_to_erase'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('part_of__isnull', False)), fields=['part_of'], name='entry_parts'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='entry_merged'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('waiting__gt', 0)), fields=['register', 'id'], name='entry_waiting'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('lat__isnull', False), ('state', 'active')), fields=['lat', 'lon'], name='entry_near'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=django.contrib.postgres.indexes.GinIndex(fields=['facets'], name='entry_facets', opclasses=['jsonb_path_ops']),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('code', 'register'), name='entry_code_once'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lat', None), ('lon', None)), models.Q(('lat__range', (-90, 90)), ('lon__range', (-180, 180))), _connector='OR'), name='entry_point_whole'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', None), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='entry_not_into_itself'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('care', False), models.Q(('purpose', ''), _negated=True), _connector='OR'), name='care_has_purpose'),
        ),
        migrations.AddConstraint(
            model_name='careassignment',
            constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('entry', 'account', 'role'), name='care_once'),
        ),
        migrations.AddConstraint(
            model_name='entryfile',
            constraint=models.UniqueConstraint(fields=('entry', 'file'), name='entry_file_once'),
        ),
        migrations.AddIndex(
            model_name='entrykey',
            index=models.Index(fields=['digest'], name='entry_key_digest'),
        ),
        migrations.AddIndex(
            model_name='entrychange',
            index=models.Index(fields=['entry', 'version'], name='entry_change_story'),
        ),
        migrations.AddIndex(
            model_name='look',
            index=models.Index(fields=['-at', '-id'], name='look_newest'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(condition=models.Q(('decision', 'open')), fields=['entry', 'at'], name='proposal_open'),
        ),
    ]
