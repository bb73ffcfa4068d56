"""The switch is gone: the pace says it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0033_mail_pace_from_switch")]

    operations = [migrations.RemoveField(model_name="account", name="wants_mail")]
