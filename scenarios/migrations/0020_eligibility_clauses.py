"""Who may respond to a call becomes a list of named clauses; what was written as one text becomes one clause."""

from typing import Any

from django.db import migrations, models

NAME = "条件"


def to_clauses(apps: Any, schema_editor: Any) -> None:
    calls = apps.get_model("scenarios", "Call").objects
    for pk, text in calls.exclude(eligibility="").values_list("pk", "eligibility"):
        calls.filter(pk=pk).update(clauses=[{"name": NAME, "text": text}])


def to_text(apps: Any, schema_editor: Any) -> None:
    calls = apps.get_model("scenarios", "Call").objects
    for pk, clauses in calls.exclude(clauses=[]).values_list("pk", "clauses"):
        lines = [row["text"] if row["name"] == NAME else f"{row['name']}：{row['text']}" for row in clauses]
        calls.filter(pk=pk).update(eligibility="\n".join(lines))


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0019_sandbox_plans")]

    operations = [
        migrations.AddField(
            model_name="call",
            name="clauses",
            field=models.JSONField(blank=True, default=list, verbose_name="who may respond"),
        ),
        migrations.RunPython(to_clauses, to_text),
        migrations.RemoveField(model_name="call", name="eligibility"),
        migrations.RenameField(model_name="call", old_name="clauses", new_name="eligibility"),
    ]
