"""One sequence per prefix of public codes; see scenarios.codes."""

from django.db import migrations

PREFIXES = ("xq", "nl", "hb", "fb", "ld")


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0001_initial")]

    operations = [
        migrations.RunSQL(f"CREATE SEQUENCE code_{prefix}", f"DROP SEQUENCE code_{prefix}") for prefix in PREFIXES
    ]
