"""What the platform wrote as a sentence in the language of whoever clicked becomes its ground, worded when it is read."""

from typing import Any

from django.db import migrations

CANCELLED = ("What the call asked for was taken back by its owner.", "榜单对应的需求已由提交方撤回。")
ENDED = ("The minimum scale was not reached by the deadline.", "截止时未达到规模起点。")


def to_grounds(apps: Any, schema_editor: Any) -> None:
    calls, demands = (apps.get_model("scenarios", name).objects for name in ("Call", "MergedDemand"))
    calls.filter(cancelled_reason__in=CANCELLED).update(cancelled_reason="", cancelled_ground="taken_back")
    demands.filter(reason__in=ENDED).update(reason="", end_ground="missed")


def to_sentences(apps: Any, schema_editor: Any) -> None:
    calls, demands = (apps.get_model("scenarios", name).objects for name in ("Call", "MergedDemand"))
    calls.filter(cancelled_ground="taken_back").update(cancelled_reason=CANCELLED[1], cancelled_ground="")
    demands.filter(end_ground="missed").update(reason=ENDED[1], end_ground="")


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0032_grounds_of_the_platform")]

    operations = [migrations.RunPython(to_grounds, to_sentences)]
