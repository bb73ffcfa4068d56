"""Forms by which organisations answer: to the core of a pool, with a change of it, to a call."""

from collections.abc import Sequence
from typing import Any, TypedDict
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from scenarios.choices import CorePart
from scenarios.forms import RefusableForm
from scenarios.models import Need


class Answer(TypedDict):
    """What an owner says to a core, as `answer_invitation` takes it."""

    organisation_id: UUID
    core_version: int
    state: str
    reservation: str


class ConsentForm(RefusableForm):
    """An owner's answer to exactly the core version that it read."""

    organisation = forms.UUIDField(widget=forms.HiddenInput)
    core_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    state = forms.CharField(max_length=30, required=False, widget=forms.HiddenInput)
    reservation = forms.CharField(
        label=_("Reservation"),
        help_text=_("Only for “accept with this reservation”: what you accept, and what not."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @property
    def answer(self) -> Answer:
        given = self.cleaned_data
        return {
            "organisation_id": given["organisation"],
            "core_version": given["core_version"],
            "state": given["state"],
            "reservation": given["reservation"],
        }


class CoreChangeForm(RefusableForm):
    """What a part of a pool's core should say in its next version, and why."""

    need_id = forms.TypedChoiceField(label=_("Your need"), coerce=UUID)
    part = forms.ChoiceField(label=_("Part of the core"), choices=CorePart.choices)
    value = forms.CharField(label=_("What it should say"), widget=forms.Textarea(attrs={"rows": 3}))
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("What you learned, and where; the scenario manager reads it, other members do not."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, needs: Sequence[Need], data: Any = None) -> None:
        super().__init__(data, prefix="change", initial={"need_id": needs[0].pk if needs else None})
        self.fields["need_id"].choices = [(need.pk, str(need)) for need in needs]  # type: ignore[attr-defined]


class Declaration(TypedDict):
    """A declared interest, as `declare_interest` takes it."""

    organisation_id: UUID
    message: str


class InterestForm(RefusableForm):
    """A supplier's interest in a call."""

    organisation = forms.ChoiceField(label=_("On behalf of"))
    message = forms.CharField(
        label=_("Message to the owners"),
        help_text=_("What you would bring, in a few sentences. No prices: offers come sealed, later."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, organisations: list[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["organisation"]
        field.choices = [(str(row.pk), str(row)) for row in organisations]
        if len(organisations) == 1:
            field.widget, field.initial = forms.HiddenInput(), str(organisations[0].pk)

    @property
    def declaration(self) -> Declaration:
        given = self.cleaned_data
        return {"organisation_id": UUID(given["organisation"]), "message": given["message"]}
