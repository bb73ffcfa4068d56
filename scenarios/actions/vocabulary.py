"""What a scenario manager does with the list of vague phrases. Needs keep the score with which they were checked."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from scenarios.actor import Actor
from scenarios.choices import ConceptState
from scenarios.errors import IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.locks import take_lock
from scenarios.models import VaguePhrase
from scenarios.policies import one_of, require_role
from scenarios.vagueness import phrase_key, phrase_list

SHORTEST, LONGEST = 2, 40


@transaction.atomic
def add_phrase(*, actor: Actor, text: str, group: str) -> VaguePhrase:
    """Take a phrase into the list.

    group : whose hint is shown with it; empty: it is fair and no finding any more.

    Raises Invalid, naming the field, for what is no phrase, what is there already and an unknown group.
    """
    _begin(actor)
    form = checked_form(text, group)
    phrase = VaguePhrase.objects.create(text=text.strip(), form=form, group=group, added_by_id=actor.signed_in_id)
    log_event("vocabulary.added", phrase, actor=actor, phrase=phrase.text, group=group)
    return phrase


@transaction.atomic
def retire_phrase(*, actor: Actor, phrase_id: UUID) -> VaguePhrase:
    """Take a phrase of staff out of the list; `reinstate_phrase` undoes it."""
    _begin(actor)
    return _moved(actor, phrase_id, ConceptState.ACCEPTED, ConceptState.RETIRED, "vocabulary.retired")


@transaction.atomic
def reinstate_phrase(*, actor: Actor, phrase_id: UUID) -> VaguePhrase:
    """Take a retired phrase back; raises Invalid where it stands in the list by now."""
    _begin(actor)
    retired = one_of(VaguePhrase.objects.retired(), phrase_id)
    checked_form(retired.text, retired.group)
    return _moved(actor, phrase_id, ConceptState.RETIRED, ConceptState.ACCEPTED, "vocabulary.reinstated")


def checked_form(text: str, group: str) -> str:
    """Return how a phrase is compared; raises Invalid for one that cannot be taken into the list."""
    form, present = phrase_key(text.strip()), phrase_list(VaguePhrase.objects.edits())
    if not SHORTEST <= len(form) <= LONGEST or len(text.strip()) > LONGEST:
        raise Invalid({"text": [_("A phrase has 2 to 40 characters.")]})
    if group and group not in present.groups:
        raise Invalid({"group": [_("Choose a kind.")]})
    known = form in present.group_of
    if (known and group) or VaguePhrase.objects.in_use().filter(form=form).exists():
        raise Invalid({"text": [_("This phrase is in the list already.")]})
    if not known and not group:
        raise Invalid({"text": [_("This phrase is not in the list: nothing to make fair.")]})
    return form


def _begin(actor: Actor) -> None:
    require_role(actor, "manager")
    take_lock("vocabulary")


def _moved(actor: Actor, phrase_id: UUID, source: str, target: str, kind: str) -> VaguePhrase:
    phrase = one_of(VaguePhrase.objects.all(), phrase_id, lock=True)
    if phrase.state != source:
        raise IllegalMove
    phrase.state = target
    phrase.save()
    log_event(kind, phrase, actor=actor, phrase=phrase.text, group=phrase.group)
    return phrase
