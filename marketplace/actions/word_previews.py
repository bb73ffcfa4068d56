"""Asking what a change of synonyms or stop words would do, without saving it. A preview belongs to who asked."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from marketplace.models import WordKind, WordPreview
from scenarios import topics
from scenarios.actions.stop_words import checked_stop_word
from scenarios.actions.synonyms import checked_phrases
from scenarios.actor import Actor
from scenarios.errors import NotFound
from scenarios.models import Concept, StopWord
from scenarios.outbox import emit
from scenarios.policies import one_of, require_role
from scenarios.querysets import DatabaseClock

FORGOTTEN_AFTER = timedelta(days=1)


@transaction.atomic
def preview_concept(
    *, actor: Actor, phrases: Mapping[str, Sequence[str]], concept_id: UUID | None = None, version: int | None = None
) -> WordPreview:
    """Have worked out what these phrases would do as one concept, in place of those of `concept_id`.

    Raises Invalid, naming the field, as `synonyms.add_concept`.
    """
    require_role(actor, "manager")
    concept = one_of(Concept.objects.in_use(), concept_id) if concept_id else None
    checked_phrases(phrases, concept=concept)
    entered = {language: list(texts) for language, texts in phrases.items()}
    return _asked(actor, WordKind.CONCEPT, phrases=entered, target=concept_id, version=version)


@transaction.atomic
def preview_concept_retired(*, actor: Actor, concept_id: UUID) -> WordPreview:
    """Have worked out what matching would be without a concept."""
    require_role(actor, "manager")
    return _asked(actor, WordKind.CONCEPT, target=one_of(Concept.objects.in_use(), concept_id).pk)


@transaction.atomic
def preview_stop_word(*, actor: Actor, text: str) -> WordPreview:
    """Have worked out what a stop word would do; raises Invalid as `stop_words.add_stop_word`."""
    require_role(actor, "manager")
    checked_stop_word(text)
    return _asked(actor, WordKind.STOP_WORD, phrases={"text": [text.strip()]})


@transaction.atomic
def preview_stop_word_retired(*, actor: Actor, word_id: UUID) -> WordPreview:
    """Have worked out what matching would be if a stop word counted again."""
    require_role(actor, "manager")
    return _asked(actor, WordKind.STOP_WORD, target=one_of(StopWord.objects.in_use(), word_id).pk)


def my_preview(actor: Actor, preview_id: UUID) -> WordPreview:
    """Return one of the actor's own previews. Raises NotFound for anybody else's."""
    preview = WordPreview.objects.filter(pk=preview_id, account_id=actor.signed_in_id).first()
    if preview is None:
        raise NotFound
    return preview


@transaction.atomic
def forget_previews() -> None:
    """Remove previews of more than a day."""
    WordPreview.objects.filter(created_at__lt=DatabaseClock() - FORGOTTEN_AFTER).delete()


def _asked(
    actor: Actor,
    kind: str,
    *,
    phrases: Mapping[str, Sequence[str]] | None = None,
    target: UUID | None = None,
    version: int | None = None,
) -> WordPreview:
    values = {"kind": kind, "phrases": phrases or {}, "target": target, "version": version}
    preview = WordPreview.objects.create(account_id=actor.signed_in_id, **values)
    emit(topics.WORD_PREVIEW_ASKED, preview_id=str(preview.pk))
    return preview
