"""Files that scenario managers upload."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marketplace', '0002_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportJob',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('needs', 'Needs'), ('capabilities', 'Capabilities')], max_length=12, verbose_name='what the file holds')),
                ('name', models.CharField(max_length=120, verbose_name='file')),
                ('stored', models.CharField(blank=True, max_length=120)),
                ('organisation', models.CharField(blank=True, max_length=80, verbose_name='organisation')),
                ('language', models.CharField(max_length=10)),
                ('state', models.CharField(choices=[('preview', 'Previewed'), ('running', 'Being imported'), ('done', 'Imported')], db_index=True, default='preview', max_length=8, verbose_name='state')),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('taken', models.PositiveIntegerField(default=0)),
                ('counts', models.JSONField(default=dict)),
                ('ignored', models.JSONField(default=list)),
                ('lines', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='uploaded')),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['-created_at'],
            },
        ),
        migrations.AddField(
            model_name='importjob',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='importjob',
            constraint=models.CheckConstraint(condition=models.Q(('taken__lte', models.F('rows'))), name='import_taken_within_rows'),
        ),
    ]
