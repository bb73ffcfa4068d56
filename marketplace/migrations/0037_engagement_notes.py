"""Notes that the parties of an engagement write to each other."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import scenarios.models.event


class Migration(migrations.Migration):
    dependencies = [
        ("marketplace", "0036_search_of_organisations"),
    ]

    operations = [
        migrations.CreateModel(
            name="EngagementNote",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("text", models.TextField(max_length=2000, verbose_name="note to the parties")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=scenarios.models.event.ClockTimestamp(), editable=False, verbose_name="written"
                    ),
                ),
                (
                    "engagement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="marketplace.engagement",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="marketplace.organisation",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "note to the parties",
                "verbose_name_plural": "notes between the parties",
                "ordering": ["created_at", "id"],
                "indexes": [models.Index(fields=["engagement", "created_at", "id"], name="engagement_note_order")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="engagement_note_is_written"
                    )
                ],
            },
        ),
    ]
