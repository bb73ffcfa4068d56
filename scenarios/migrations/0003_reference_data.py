"""Wuxi's districts and industrial chains; another city loads its own in the admin."""

from django.db import migrations

DISTRICTS = (
    ("liangxi", "梁溪区", "Liangxi"),
    ("xishan", "锡山区", "Xishan"),
    ("huishan", "惠山区", "Huishan"),
    ("binhu", "滨湖区", "Binhu"),
    ("xinwu", "新吴区", "Xinwu"),
    ("jingkai", "经开区", "Jingkai"),
    ("jiangyin", "江阴市", "Jiangyin"),
    ("yixing", "宜兴市", "Yixing"),
    ("other", "其他", "Elsewhere"),
)
CHAINS = (
    ("iot", "物联网", "Internet of things"),
    ("ic", "集成电路", "Integrated circuits"),
    ("equipment", "高端装备", "High-end equipment"),
    ("vehicle", "汽车及零部件", "Vehicles and parts"),
    ("biomedicine", "生物医药", "Biomedicine"),
    ("software", "软件与信息服务", "Software and services"),
    ("material", "先进材料", "Advanced materials"),
    ("energy", "新能源", "New energy"),
    ("ai", "人工智能", "Artificial intelligence"),
)


def load(apps, schema_editor):
    for model, rows in (("District", DISTRICTS), ("Chain", CHAINS)):
        table = apps.get_model("scenarios", model)
        for position, (code, name_zh, name_en) in enumerate(rows):
            table.objects.get_or_create(
                code=code, defaults={"name_zh": name_zh, "name_en": name_en, "position": position}
            )


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0002_code_sequences")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
