from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0036_need_approved")]

    operations = [
        migrations.AddField(
            model_name="mergepreview", name="reliability", field=models.JSONField(blank=True, null=True)
        ),
    ]
