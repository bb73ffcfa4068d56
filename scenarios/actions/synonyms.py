"""What a scenario manager does with the thesaurus. Every change has the index made anew in the background."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from scenarios import topics
from scenarios.actor import Actor
from scenarios.choices import ConceptOrigin, ConceptState, PhraseLanguage, SynonymProposalState
from scenarios.errors import Conflict, IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.locks import take_lock
from scenarios.models import Concept, Phrase, StopWord, SynonymProposal
from scenarios.outbox import emit
from scenarios.policies import one_of, require_role
from scenarios.querysets import DatabaseClock

MAX_PHRASES = 40
Phrases = Mapping[str, Sequence[str]]
"""Language (zh, en) → phrases, the preferred one first."""


@transaction.atomic
def add_concept(*, actor: Actor, phrases: Phrases, origin: str = ConceptOrigin.STAFF) -> Concept:
    """Enter a concept of at least two phrases.

    Raises Invalid, naming the field, for what is no phrase and for a phrase of another concept.
    """
    _begin(actor)
    forms = checked_phrases(phrases, concept=None)
    concept = Concept.objects.create(origin=origin)
    _write(concept, forms)
    _changed("concept.added", concept, actor, phrases=len(forms))
    return concept


@transaction.atomic
def edit_concept(*, actor: Actor, concept_id: UUID, version: int, phrases: Phrases) -> Concept:
    """Put other phrases in place of a concept's phrases.

    Raises Conflict when somebody changed it since `version`, Invalid as `add_concept`, IllegalMove for a retired one.
    """
    _begin(actor)
    concept = _found(concept_id, ConceptState.ACCEPTED)
    if concept.version != version:
        theirs = {language: "\n".join(concept.of_language(language)) for language in PhraseLanguage.values}
        raise Conflict({language: ("\n".join(phrases.get(language, ())), text) for language, text in theirs.items()})
    forms = checked_phrases(phrases, concept=concept)
    before = set(concept.phrases.values_list("form", flat=True))
    concept.phrases.all().delete()
    _write(concept, forms)
    concept.version += 1
    concept.save()
    counts = {"added": len(forms.keys() - before), "removed": len(before - forms.keys())}
    _changed("concept.edited", concept, actor, **counts)
    return concept


@transaction.atomic
def retire_concept(*, actor: Actor, concept_id: UUID) -> Concept:
    """Take a concept out of use; its phrases are free for others, and `reinstate_concept` undoes it."""
    _begin(actor)
    return _moved(_found(concept_id, ConceptState.ACCEPTED), ConceptState.RETIRED, actor)


@transaction.atomic
def reinstate_concept(*, actor: Actor, concept_id: UUID) -> Concept:
    """Take a retired concept back into use; raises Invalid where a phrase of it belongs to another one by now."""
    _begin(actor)
    concept = _found(concept_id, ConceptState.RETIRED)
    checked_phrases({language: concept.of_language(language) for language in PhraseLanguage.values}, concept=concept)
    return _moved(concept, ConceptState.ACCEPTED, actor)


@transaction.atomic
def import_concepts(*, actor: Actor, rows: Sequence[Phrases]) -> tuple[int, int]:
    """Enter a concept per row, or add the row's phrases to the concept that one of them belongs to, all or nothing.

    Returns how many were added and how many were extended. Raises Invalid with the number of the row that is wrong.
    """
    _begin(actor)
    added = extended = 0
    for number, row in enumerate(rows, start=2):  # the first line of the file names the columns
        try:
            if _entered(row, actor):
                added += 1
            else:
                extended += 1
        except Invalid as error:
            told = [str(message) for messages in error.fields.values() for message in messages]
            text = str(_("Line %(number)s: %(messages)s") % {"number": number, "messages": " ".join(told)})
            raise Invalid({"file": [text]}) from error
    return added, extended


@transaction.atomic
def accept_synonyms(*, actor: Actor, proposal_id: UUID) -> Concept:
    """Take what the machine proposes into the thesaurus: as a concept, or into the one that a phrase belongs to.

    Raises Invalid where the two belong to different concepts.
    """
    _begin(actor)
    proposal = _undecided(proposal_id)
    phrases = by_language([proposal.one, proposal.other])
    _entered(phrases, actor, origin=ConceptOrigin.MINED)
    _decide(proposal, SynonymProposalState.ACCEPTED)
    return Concept.objects.in_use().get(phrases__form=_forms_of([proposal.one])[0])


@transaction.atomic
def dismiss_synonyms(*, actor: Actor, proposal_id: UUID) -> SynonymProposal:
    """Set a proposed pair aside for good; the machine does not propose it again."""
    _begin(actor)
    proposal = _undecided(proposal_id)
    _decide(proposal, SynonymProposalState.DISMISSED)
    log_event("concept.proposal_dismissed", proposal, actor=actor)
    return proposal


def by_language(texts: Sequence[str]) -> dict[str, list[str]]:
    """Return phrases by their language, which their letters tell."""
    from matching.thesaurus import is_chinese

    found: dict[str, list[str]] = {language: [] for language in PhraseLanguage.values}
    for text in texts:
        found["zh" if is_chinese(text) else "en"].append(text)
    return found


def _begin(actor: Actor) -> None:
    require_role(actor, "manager")
    take_lock("synonyms")


def _found(concept_id: UUID, state: str) -> Concept:
    concept = one_of(Concept.objects.all(), concept_id, lock=True)
    if concept.state != state:
        raise IllegalMove
    return concept


def _moved(concept: Concept, state: str, actor: Actor) -> Concept:
    concept.phrases.update(state=state)
    concept.state, concept.version = state, concept.version + 1
    concept.save()
    _changed("concept.retired" if state == ConceptState.RETIRED else "concept.reinstated", concept, actor)
    return concept


def _undecided(proposal_id: UUID) -> SynonymProposal:
    proposal = one_of(SynonymProposal.objects.all(), proposal_id, lock=True)
    if proposal.state != SynonymProposalState.OPEN:
        raise IllegalMove
    return proposal


def _decide(proposal: SynonymProposal, state: str) -> None:
    proposal.state, proposal.decided_at = state, DatabaseClock()
    proposal.save()


def _entered(row: Phrases, actor: Actor, *, origin: str = ConceptOrigin.FILE) -> bool:
    """Enter a row as a concept or into one; return whether a concept was added."""
    forms = _forms_of([text for texts in row.values() for text in texts])
    owners = list(Concept.objects.in_use().filter(phrases__form__in=forms).distinct().prefetch_related("phrases"))
    if not owners:
        add_concept(actor=actor, phrases=row, origin=origin)
        return True
    if len(owners) > 1:
        names = "; ".join(map(str, owners))
        text = _("These phrases belong to different concepts: %(names)s. Put them into one first.") % {"names": names}
        raise Invalid({"zh": [text]})
    (owner,) = owners
    merged = {language: [*owner.of_language(language), *row.get(language, ())] for language in PhraseLanguage.values}
    edit_concept(actor=actor, concept_id=owner.pk, version=owner.version, phrases=merged)
    return False


def _forms_of(texts: Sequence[str]) -> list[str]:
    from matching.thesaurus import phrase_form

    return [phrase_form(text) for text in texts]


def checked_phrases(phrases: Phrases, *, concept: Concept | None) -> dict[str, tuple[str, str]]:
    """Return form → (text, language) of what is to be written; raises Invalid."""
    wrong: dict[str, list[Any]] = {}
    forms: dict[str, tuple[str, str]] = {}
    for language in PhraseLanguage.values:
        texts = [text.strip() for text in phrases.get(language, ())]
        for text, form in zip(texts, _forms_of(texts), strict=True):
            if message := _refusal(text, form, language):
                wrong.setdefault(language, []).append(message)
            forms.setdefault(form, (text, language))
    taken = Phrase.objects.in_use().filter(form__in=forms).select_related("concept")
    for phrase in taken.exclude(concept=concept).prefetch_related("concept__phrases"):
        message = _("“%(phrase)s” belongs to the concept %(concept)s already. Add your phrases there.")
        names = {"phrase": phrase.text, "concept": phrase.concept}
        wrong.setdefault(forms[phrase.form][1], []).append(message % names)
    for word in StopWord.objects.in_use().filter(form__in=forms):
        message = _("“%(phrase)s” is a stop word. Retire it there first.")
        wrong.setdefault(forms[word.form][1], []).append(message % {"phrase": word.text})
    if not wrong and not 2 <= len(forms) <= MAX_PHRASES:
        wrong["zh"] = [_("A concept has 2 to %(most)s different phrases.") % {"most": MAX_PHRASES}]
    if wrong:
        raise Invalid(wrong)
    return forms


def _refusal(text: str, form: str, language: str) -> Any:
    """Return why a text is no phrase of the language, or nothing."""
    from matching.thesaurus import MAX_PHRASE, MIN_PHRASE, is_chinese

    values = {"phrase": text, "least": MIN_PHRASE, "most": MAX_PHRASE}
    if len(form) < MIN_PHRASE or max(len(form), len(text)) > MAX_PHRASE or not any(map(str.isalnum, form)):
        return _("“%(phrase)s” is no phrase: write %(least)s to %(most)s letters or characters.") % values
    if is_chinese(form) != (language == PhraseLanguage.ZH):
        return _("“%(phrase)s” is in the other language; write it there.") % values
    return None


def _write(concept: Concept, forms: Mapping[str, tuple[str, str]]) -> None:
    Phrase.objects.bulk_create(
        Phrase(concept=concept, text=text, form=form, language=language, position=position)
        for position, (form, (text, language)) in enumerate(forms.items())
    )


def _changed(kind: str, concept: Concept, actor: Actor, **data: Any) -> None:
    log_event(kind, concept, actor=actor, changed=["phrases"], **data)
    emit(topics.SYNONYMS_CHANGED, concept_ids=[str(concept.pk)])
