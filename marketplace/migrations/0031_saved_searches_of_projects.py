"""Searches of projects can be kept, as those of the other public lists."""

from django.db import migrations, models

LISTS = [
    ("need", "Needs"),
    ("call", "Calls"),
    ("demand", "Pools"),
    ("capability", "Capabilities"),
    ("engagement", "Projects"),
    ("lesson", "What was learnt"),
]


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0030_word_grounds_when_read")]

    operations = [
        migrations.RemoveConstraint(model_name="savedsearch", name="savedsearch_kind_known"),
        migrations.AlterField(
            model_name="savedsearch",
            name="kind",
            field=models.CharField(choices=LISTS, max_length=10, verbose_name="list"),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [name for name, _label in LISTS])), name="savedsearch_kind_known"
            ),
        ),
    ]
