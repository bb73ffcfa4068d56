"""The further industrial chains that Wuxi's districts name; another city loads its own in the admin."""

from django.db import migrations

CHAINS = (
    ("electronics", "集成电路与电子", "Integrated circuits and electronics"),
    ("iov", "车联网", "Internet of vehicles"),
    ("new-energy-vehicle", "新能源车辆", "New energy vehicles"),
    ("textile", "高端纺织", "High-end textiles"),
    ("cable", "电线电缆", "Wires and cables"),
    ("health", "医疗健康", "Health care"),
    ("logistics", "现代物流", "Modern logistics"),
    ("community", "智慧社区", "Smart communities"),
    ("industrial-internet", "工业互联网", "Industrial internet"),
    ("industrial-software", "工业软件", "Industrial software"),
    ("environment", "节能环保", "Energy saving and environment"),
)
FIRST_POSITION = 20


def load(apps, schema_editor):
    chains = apps.get_model("scenarios", "Chain")
    for position, (code, name_zh, name_en) in enumerate(CHAINS, start=FIRST_POSITION):
        chains.objects.get_or_create(
            code=code, defaults={"name_zh": name_zh, "name_en": name_en, "position": position}
        )


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0004_merge_links")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
