import uuid

import django.db.models.deletion
from django.db import migrations, models


def give_own_ids(apps, schema_editor):
    """Give the indicators of every core, and of the calls from it, ids that lead to no member."""
    link = apps.get_model("scenarios", "CoreIndicator")
    known = set(apps.get_model("scenarios", "Indicator").objects.values_list("pk", flat=True))
    for demand in apps.get_model("scenarios", "MergedDemand").objects.order_by("pk"):
        own = {}
        for row in (*demand.cores.all(), *demand.calls.all()):
            for one in row.indicators:
                old = one.get("id")
                if old is None or old not in own:
                    source = uuid.UUID(old) if old else None
                    made = link.objects.create(demand=demand, source_id=source if source in known else None)
                    own[old or made.pk] = str(made.pk)
                    old = old or made.pk
                one["id"] = own[old]
            row.save(update_fields=["indicators"])


def give_old_ids(apps, schema_editor):
    sources = dict(apps.get_model("scenarios", "CoreIndicator").objects.values_list("pk", "source"))
    for demand in apps.get_model("scenarios", "MergedDemand").objects.order_by("pk"):
        for row in (*demand.cores.all(), *demand.calls.all()):
            for one in row.indicators:
                one["id"] = str(sources.get(uuid.UUID(one["id"])) or one["id"])
            row.save(update_fields=["indicators"])


def check_now(apps, schema_editor):
    # What is still to be checked at the end of the transaction would keep the tables from being altered.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ("scenarios", "0007_kept_apart"),
    ]

    operations = [
        migrations.CreateModel(
            name="CoreIndicator",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "demand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="core_indicators",
                        to="scenarios.mergeddemand",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="scenarios.indicator",
                    ),
                ),
            ],
            options={
                "ordering": ["demand", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("demand", "source"), name="core_indicator_once_per_source")
                ],
            },
        ),
        migrations.RunPython(give_own_ids, give_old_ids),
        migrations.RunPython(check_now, check_now),
    ]
