"""What domains and units are called as delivered; managers name them anew on their pages."""

from django.db import migrations

DOMAINS = (
    ("transport", "智能交通", "Smart transport"),
    ("manufacturing", "智能制造", "Smart manufacturing"),
    ("health", "智慧医疗", "Smart health care"),
    ("home", "智慧家居", "Smart home"),
    ("city", "智慧城市", "Smart city"),
    ("other", "其他", "Other"),
)
UNITS = (
    ("site", "个点位", "sites"),
    ("line", "条产线", "lines"),
    ("vehicle", "辆车", "vehicles"),
    ("device", "台套", "devices"),
    ("bed", "张床位", "beds"),
    ("km", "公里", "km"),
    ("seat", "个席位", "seats"),
)


def load(apps, schema_editor):
    for model, rows in (("DomainName", DOMAINS), ("UnitName", UNITS)):
        table = apps.get_model("scenarios", model)
        table.objects.bulk_create(
            table(code=code, name_zh=name_zh, name_en=name_en, position=position)
            for position, (code, name_zh, name_en) in enumerate(rows)
        )


def clear(apps, schema_editor):
    for model in ("DomainName", "UnitName"):
        apps.get_model("scenarios", model).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0030_names_of_domains_and_units")]

    operations = [migrations.RunPython(load, clear)]
