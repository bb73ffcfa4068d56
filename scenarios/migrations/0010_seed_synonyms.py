"""The thesaurus that comes with the product; staff change it on its page."""

from django.db import migrations

from matching.thesaurus import phrase_form
from scenarios.migrations._synonyms import SEED


def load(apps, schema_editor):
    concepts, phrases = apps.get_model("scenarios", "Concept"), apps.get_model("scenarios", "Phrase")
    for line in SEED.strip().splitlines():
        concept = concepts.objects.create(origin="seed")
        for language, side in zip(("zh", "en"), line.split("=")):
            texts = [text.strip() for text in side.split(",")]
            phrases.objects.bulk_create(
                phrases(concept=concept, text=text, form=phrase_form(text), language=language, position=position)
                for position, text in enumerate(texts)
            )


def unload(apps, schema_editor):
    apps.get_model("scenarios", "Concept").objects.filter(origin="seed").delete()


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0009_synonyms")]

    operations = [migrations.RunPython(load, unload)]
