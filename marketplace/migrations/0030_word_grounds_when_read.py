"""What the platform explained in the language of whoever clicked becomes its ground, worded when it is read."""

from typing import Any

from django.db import migrations

SENTENCES = {
    "unverified": (
        "The lead organisation was verified when it sealed, and is not any more.",
        "密封时牵头机构已认证，现已不再认证。",
    ),
    "withdrew": (
        "The lead organisation withdrew between the result and the award.",
        "牵头单位在结果公布后、定标前退出。",
    ),
    "blocked": (
        "An organisation that stands behind the call does not go on with the lead organisation.",
        "榜单的需求方之一不再与该牵头单位继续合作。",
    ),
}


def to_grounds(apps: Any, schema_editor: Any) -> None:
    exclusions = apps.get_model("marketplace", "Exclusion").objects
    for ground, sentences in SENTENCES.items():
        exclusions.filter(explanation__in=sentences).update(explanation="", ground=ground)


def to_sentences(apps: Any, schema_editor: Any) -> None:
    exclusions = apps.get_model("marketplace", "Exclusion").objects
    for ground, sentences in SENTENCES.items():
        exclusions.filter(ground=ground).update(explanation=sentences[1], ground="")


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0029_grounds_of_exclusion")]

    operations = [migrations.RunPython(to_grounds, to_sentences)]
