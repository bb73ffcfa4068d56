"""What the API reads of engagements."""

from typing import Any

from rest_framework import serializers

from marketplace import engagement_choices as choices
from marketplace.models.engagement_note import NOTE_LIMIT
from scenarios.api.input import MAX_VERSION, Strict, Version, Words
from scenarios.choices import CorePart


class Text(serializers.CharField):
    """A text of up to 4,000 characters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 4000, "allow_blank": True, **options})


class SeenVersion(serializers.IntegerField):
    """The version that the author read; what was written since is not overwritten unseen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MAX_VERSION, "default": 0, **options})


class Money(serializers.DecimalField):
    """An amount in 10,000 yuan."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 14, "decimal_places": 2, **options})


class EngagementOpened(Strict):
    response = serializers.UUIDField(help_text="An awarded response.")


class EngagementProposed(Strict):
    need = serializers.UUIDField()
    capability = serializers.UUIDField()
    organisation = serializers.UUIDField(help_text="Yours: the need's owner or the capability's.")


class AcceptanceGiven(Strict):
    version = Version(help_text="Of the engagement whose measurements you read.")


class GatePlanned(Strict):
    stage = serializers.ChoiceField(choices=choices.Stage.choices)
    version = serializers.IntegerField(min_value=0, default=0, help_text="Of the gate that you read; 0 for a new one.")
    entry = Words(required=False)
    stop_loss = Words(required=False)
    trials = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    cost_cap = Money(required=False, help_text="In 10,000 yuan.")
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)


class CostBooked(Strict):
    payer = serializers.UUIDField(help_text="A party; your own one, unless you are the manager.")
    amount = Money(help_text="In 10,000 yuan; beyond the cap of the gate it is refused.")
    what = serializers.CharField(max_length=400)
    spent_on = serializers.DateField()


class TrialRecorded(Strict):
    tried_on = serializers.DateField()
    what = serializers.CharField(max_length=400)
    outcome = Words()
    cost = serializers.UUIDField(required=False, allow_null=True, help_text="A cost that is booked to this gate.")


class Measured(Strict):
    indicator = serializers.UUIDField(help_text="The id of a line of `indicators`.")
    value = serializers.DecimalField(max_digits=16, decimal_places=4)
    test_method = serializers.CharField(max_length=1000)
    measured_by = serializers.CharField(max_length=200)
    measured_on = serializers.DateField()
    evidence = Words(required=False, default="")
    version = SeenVersion(help_text="Of the engagement that you read; 0 for whoever read no earlier value.")


class DecisionProposed(Strict):
    verdict = serializers.ChoiceField(choices=choices.GateVerdict.choices)
    reason = Words()
    lesson_title = serializers.CharField(max_length=120, allow_blank=True, required=False)
    lesson = Text(required=False, help_text="Needed to stop without fault; it is public.")
    accused = serializers.UUIDField(required=False, allow_null=True, help_text="A party; needed to stop for breach.")
    evidence = Text(required=False)


class Statement(Strict):
    statement = Text()
    version = SeenVersion(help_text="Of the decision that you read; 0 before the first statement.")


class ElementPromised(Strict):
    giver = serializers.UUIDField(help_text="Your own party.")
    receiver = serializers.UUIDField()
    element = serializers.ChoiceField(choices=choices.Element.choices)
    what = serializers.CharField(max_length=400)
    quantity = serializers.DecimalField(max_digits=14, decimal_places=2, required=False, allow_null=True)
    unit = serializers.CharField(max_length=30, required=False, allow_blank=True)
    due_on = serializers.DateField()


class ContactChanged(Strict):
    contact = serializers.CharField(max_length=400, allow_blank=True)
    version = SeenVersion(help_text="Of your party as you read it; 0 before the first contact.")


class LessonWritten(Strict):
    title = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=4000)


class NoteWritten(Strict):
    text = serializers.CharField(max_length=NOTE_LIMIT, help_text="What is written stands.")
    organisation = serializers.UUIDField(
        required=False, help_text="A party for which you write; needed where you act for several."
    )


class DaySet(Strict):
    day = serializers.DateField()


class DayPlanned(DaySet):
    version = SeenVersion(help_text="Of the rollout that you read; 0 before the first day.")


class DeviationNoted(Strict):
    part = serializers.ChoiceField(choices=CorePart.choices)
    value = serializers.CharField(max_length=20_000)
    reason = serializers.CharField(max_length=2000)
