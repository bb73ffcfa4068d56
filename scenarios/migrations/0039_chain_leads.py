"""Moderators in the office of a chain's lead."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scenarios", "0038_label_of_the_band"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChainLead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "chain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="leads", to="scenarios.chain"
                    ),
                ),
            ],
            options={
                "verbose_name": "chain lead",
                "verbose_name_plural": "chain leads",
                "ordering": ["chain", "pk"],
                "constraints": [models.UniqueConstraint(fields=("chain", "account"), name="chain_lead_once")],
            },
        ),
    ]
