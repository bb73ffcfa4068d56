"""Who had switched the e-mails off gets none; back again, who gets any gets them all."""

from typing import Any

from django.db import migrations


def to_pace(apps: Any, schema_editor: Any) -> None:
    apps.get_model("marketplace", "Account").objects.filter(wants_mail=False).update(mail_pace="off")


def to_switch(apps: Any, schema_editor: Any) -> None:
    apps.get_model("marketplace", "Account").objects.filter(mail_pace="off").update(wants_mail=False)


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0032_mail_pace")]

    operations = [migrations.RunPython(to_pace, to_switch)]
