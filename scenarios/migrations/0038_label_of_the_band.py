"""A call's band of the quantity is called so, not by the name of the quantity itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0037_merge_preview_reliability")]

    operations = [
        migrations.AlterField(
            model_name="call",
            name="quantity_band",
            field=models.CharField(blank=True, max_length=40, verbose_name="quantity as a band"),
        ),
    ]
