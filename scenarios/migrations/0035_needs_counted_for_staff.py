"""The index of listed needs also tells whether a need was handed in: staff count by it."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("scenarios", "0034_decision_times")]

    operations = [
        AddIndexConcurrently(
            "need",
            models.Index(
                F("published_at").desc(nulls_last=True),
                "id",
                name="need_counted",
                include=[
                    "domain",
                    "district",
                    "quantity_unit",
                    "data_class",
                    "deploy",
                    "adoption",
                    "finish_by",
                    "precision_score",
                    "quantity",
                    "owner",
                    "status",
                    "visibility",
                    "expires_at",
                    "submitted_at",
                    "imported",
                ],
                condition=Q(status__in=["published", "landed", "closed", "expired"]),
            ),
        ),
        RemoveIndexConcurrently("need", "need_listed"),
    ]
