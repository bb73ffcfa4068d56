"""What a scenario manager does with stop words. Every change has the index made anew in the background."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from scenarios import topics
from scenarios.actor import Actor
from scenarios.choices import ConceptState
from scenarios.errors import IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.locks import take_lock
from scenarios.models import Phrase, StopWord
from scenarios.outbox import emit
from scenarios.policies import one_of, require_role

MOST = 500
LONGEST = 40


@transaction.atomic
def add_stop_word(*, actor: Actor, text: str) -> StopWord:
    """Have matching pass over a phrase.

    Raises Invalid for what is no phrase, what is on the list already and what is a phrase of a concept.
    """
    _begin(actor)
    form = checked_stop_word(text)
    word = StopWord.objects.create(text=text.strip(), form=form, added_by_id=actor.signed_in_id)
    _changed("vocabulary.stop_word_added", word, actor)
    return word


@transaction.atomic
def retire_stop_word(*, actor: Actor, word_id: UUID) -> StopWord:
    """Have a word counted again; `reinstate_stop_word` undoes it."""
    _begin(actor)
    word = _found(word_id, ConceptState.ACCEPTED)
    return _moved(word, ConceptState.RETIRED, "vocabulary.stop_word_retired", actor)


@transaction.atomic
def reinstate_stop_word(*, actor: Actor, word_id: UUID) -> StopWord:
    """Take a retired word back; raises Invalid as `add_stop_word`, for what happened meanwhile."""
    _begin(actor)
    word = _found(word_id, ConceptState.RETIRED)
    checked_stop_word(word.text)
    return _moved(word, ConceptState.ACCEPTED, "vocabulary.stop_word_reinstated", actor)


def checked_stop_word(text: str) -> str:
    """Return how a word is compared; raises Invalid for one that cannot be put on the list."""
    form = _form_of(text)
    present = StopWord.objects.in_use()
    if present.filter(form=form).exists():
        raise Invalid({"text": [_("This word is on the list already.")]})
    if present.count() >= MOST:
        raise Invalid({"text": [_("The list has %(most)s words already. Retire one first.") % {"most": MOST}]})
    taken = Phrase.objects.in_use().filter(form=form).select_related("concept").first()
    if taken is not None:
        message = _("This phrase belongs to the concept %(concept)s. Take it out of there first.")
        raise Invalid({"text": [message % {"concept": taken.concept}]})
    return form


def _form_of(text: str) -> str:
    from matching.errors import MatchingError
    from matching.thesaurus import phrase_form, require_usable

    form = phrase_form(text)
    try:
        require_usable(form)
    except MatchingError:
        form = ""
    if not form or max(len(form), len(text.strip())) > LONGEST:
        raise Invalid({"text": [_("A stop word has 2 to 40 letters or characters.")]})
    return form


def _begin(actor: Actor) -> None:
    require_role(actor, "manager")
    take_lock("synonyms")


def _found(word_id: UUID, state: str) -> StopWord:
    word: StopWord = one_of(StopWord.objects.all(), word_id, lock=True)
    if word.state != state:
        raise IllegalMove
    return word


def _moved(word: StopWord, state: str, kind: str, actor: Actor) -> StopWord:
    word.state = state
    word.save()
    _changed(kind, word, actor)
    return word


def _changed(kind: str, word: StopWord, actor: Actor) -> None:
    log_event(kind, word, actor=actor, phrase=word.text)
    emit(topics.SYNONYMS_CHANGED, concept_ids=[])
