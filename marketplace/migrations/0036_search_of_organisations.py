import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations


def have_columns_written(apps, schema_editor):
    """A worker writes the columns of the organisations that there are."""
    if apps.get_model("marketplace", "Organisation").objects.exists():
        apps.get_model("scenarios", "Delivery").objects.create(
            topic="capability.search_outdated", task="marketplace.refresh_search", queue="batch", payload={}
        )


class Migration(migrations.Migration):

    dependencies = [
        ("marketplace", "0035_calendar_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="search",
            field=django.contrib.postgres.search.SearchVectorField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search"], name="organisation_search"),
        ),
        migrations.RunPython(have_columns_written, migrations.RunPython.noop),
    ]
