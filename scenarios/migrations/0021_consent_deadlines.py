from datetime import timedelta

from django.db import migrations, models
from django.db.models import F

PERIOD = timedelta(days=14)


def take_over(apps, schema_editor):
    consents = apps.get_model("scenarios", "Consent").objects
    demands = apps.get_model("scenarios", "MergedDemand").objects
    consents.update(answer_by=F("invited_at") + PERIOD)
    for pk, until in demands.filter(consent_by__isnull=False).values_list("pk", "consent_by"):
        consents.filter(demand=pk, state="invited").update(answer_by=until)


def give_back(apps, schema_editor):
    consents = apps.get_model("scenarios", "Consent").objects
    demands = apps.get_model("scenarios", "MergedDemand").objects
    for pk, until in consents.order_by("answer_by").values_list("demand", "answer_by"):
        demands.filter(pk=pk).update(consent_by=until)


class Migration(migrations.Migration):

    dependencies = [("scenarios", "0020_eligibility_clauses")]

    operations = [
        migrations.AddField("consent", "answer_by", models.DateTimeField(null=True, verbose_name="answer until")),
        migrations.RunPython(take_over, give_back),
        migrations.AlterField("consent", "answer_by", models.DateTimeField(verbose_name="answer until")),
        migrations.RemoveField("mergeddemand", "consent_by"),
    ]
