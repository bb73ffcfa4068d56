"""A supplier's own responses over the API. Nobody else's are found here, whatever the role."""

import base64
import binascii
from typing import Any
from uuid import UUID

from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from marketplace.actions import responses
from marketplace.actions.lost_winners import withdraw_from_award
from marketplace.actions.partners import full_checklist
from marketplace.choices import PartnerRole
from marketplace.models import Response
from marketplace.outcomes import own_outcome
from marketplace.response_content import read
from scenarios.access import MEMBER
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Nothing, Strict, Version
from scenarios.api.output import Party, actor_of


class LongText(serializers.CharField):
    """A text of up to 20,000 characters that a draft may leave out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 20_000, "allow_blank": True, "required": False, **options})


class OfferPartner(Strict):
    name = serializers.CharField(max_length=80)
    role = serializers.ChoiceField(choices=PartnerRole.choices)


class OfferCommitment(Strict):
    indicator = serializers.CharField(max_length=40, help_text="Id of a frozen indicator of the call.")
    value = serializers.CharField(max_length=20, allow_blank=True, default="")
    evidence = serializers.CharField(max_length=2000, allow_blank=True, default="")


class OfferTier(Strict):
    from_quantity = serializers.CharField(max_length=20, help_text="A decimal number in text.")
    price = serializers.CharField(max_length=20, help_text="Per unit, in 10,000 yuan, as a decimal number in text.")


class OfferContent(Strict):
    role = serializers.ChoiceField(choices=PartnerRole.choices, required=False)
    lots = serializers.ListField(child=serializers.CharField(max_length=40), max_length=30, required=False)
    partners = OfferPartner(many=True, required=False, max_length=30)  # type: ignore[call-arg]
    commitments = OfferCommitment(many=True, required=False, max_length=30)  # type: ignore[call-arg]
    price_tiers = OfferTier(many=True, required=False, max_length=30)  # type: ignore[call-arg]
    plan = LongText()
    team = LongText()
    ip = LongText()
    data_needed = LongText()
    compute_needed = LongText()


class ResponseDrafted(Strict):
    call = serializers.UUIDField()
    lead = serializers.UUIDField(help_text="One of your organisations.")


class ResponseSaved(Strict):
    version = Version()
    content = OfferContent()


class ResponseSealed(Strict):
    version = Version()


class ResponseConfirmed(Strict):
    terms_version = Version(help_text="The terms of the call that you read.")


class FileWritten(Strict):
    name = serializers.CharField(max_length=120)
    base64 = serializers.CharField(max_length=6_000_000, help_text="The file, encoded.")


class FileShown(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class OutcomeScore(serializers.Serializer[Any]):
    """weight × score / 100 = points."""

    criterion = serializers.CharField(source="criterion.name")
    weight = serializers.DecimalField(source="criterion.weight", max_digits=5, decimal_places=2)
    score = serializers.DecimalField(max_digits=5, decimal_places=2)
    points = serializers.DecimalField(max_digits=7, decimal_places=4)


class OutcomePlace(serializers.Serializer[Any]):
    lot = serializers.CharField(help_text="Empty where the call has one lot.")
    rank = serializers.IntegerField(allow_null=True, help_text="Null: below a minimum score.")
    total = serializers.DecimalField(max_digits=7, decimal_places=4)
    below = serializers.CharField(help_text="The criterion whose minimum score was missed.")
    outcome = serializers.CharField()


class OutcomeFeedback(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="The criterion.")
    strengths = serializers.CharField()
    weaknesses = serializers.CharField()


class OutcomeShown(serializers.Serializer[Any]):
    """What became of your response: from the public notice on, the feedback with the award."""

    clause = serializers.CharField(help_text="Why it is not eligible; empty where it is.")
    quoted = serializers.CharField(help_text="The words of the call.")
    explanation = serializers.CharField()
    places = OutcomePlace(many=True)
    scores = OutcomeScore(many=True)
    feedback = OutcomeFeedback(many=True)


class ResponseShown(serializers.ModelSerializer[Response]):
    """Your own response: its draft while it is one, its receipt once sealed."""

    lead = Party(read_only=True)
    content = serializers.SerializerMethodField(help_text="Empty while sealed.")
    missing = serializers.SerializerMethodField(help_text="What a draft lacks before it can be sealed.")
    status = serializers.CharField(source="told", read_only=True, help_text="What the panel finds: from the notice on.")
    outcome = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField(help_text="The attachments; empty while sealed.")

    class Meta:
        model = Response
        fields = (
            *("id", "code", "call", "lead", "status", "version", "terms_version", "content", "missing", "files"),
            *("sealed_at", "digest", "opened_at", "outcome"),
        )
        read_only_fields = fields

    @extend_schema_field(OfferContent())
    def get_content(self, row: Response) -> Any:
        return read(row.content)

    @extend_schema_field(OutcomeShown(allow_null=True))
    def get_outcome(self, row: Response) -> Any:
        own = own_outcome(actor_of(self.context), row)
        if own is None:
            return None
        why = own.exclusion
        shown = {
            "clause": why.clause if why else "",
            "quoted": why.quoted if why else "",
            "explanation": why.told if why else "",
            "places": own.places,
            "scores": own.cells,
            "feedback": own.feedback,
        }
        return OutcomeShown(shown).data

    def get_missing(self, row: Response) -> list[str]:
        if row.status != "draft":
            return []
        return [check.name for check in full_checklist(row) if not check.met]

    @extend_schema_field(FileShown(many=True))
    def get_files(self, row: Response) -> Any:
        return FileShown([file for file in row.attachments.all() if file.name], many=True).data


@method_decorator(never_cache, name="dispatch")
class ResponseEndpoint(Endpoint):
    """The responses of your organisations."""

    audience = dict.fromkeys(
        (
            *("list", "retrieve", "create", "partial_update", "destroy", "files", "detach", "seal", "confirm"),
            *("withdraw", "leave"),
        ),
        (MEMBER,),
    )
    serializer_class = ResponseShown

    def rows(self) -> Any:
        return Response.objects.with_told().select_related("call", "lead").prefetch_related("attachments")

    def get_queryset(self) -> Any:
        return self.rows().of(self.actor)

    @operation(shows=ResponseShown(many=True))
    def list(self, request: Request) -> Answer:
        """List the responses of your organisations."""
        return self.page_of(self.get_queryset())

    @operation(shows=ResponseShown)
    def retrieve(self, request: Request, pk: UUID) -> Answer:
        """Show a response of yours."""
        return Answer(self.get_serializer(self.found()).data)

    @operation(reads=ResponseDrafted, shows=ResponseShown, status=201)
    def create(self, request: Request) -> Answer:
        """Begin a response to an open call, or return your organisation's draft."""
        values = self.values(ResponseDrafted)
        draft = responses.draft_response(actor=self.actor, call_id=values["call"], lead_id=values["lead"])
        return self.shown(draft, status=status.HTTP_201_CREATED)

    @operation(reads=ResponseSaved, shows=ResponseShown)
    def partial_update(self, request: Request, pk: UUID) -> Answer:
        """Save a draft; `content` replaces what was there."""
        values: Any = self.values(ResponseSaved)
        return self.shown(responses.save_response(actor=self.actor, response_id=pk, **values))

    @operation(status=204)
    def destroy(self, request: Request, pk: UUID) -> Answer:
        """Throw a draft away."""
        responses.discard_draft(actor=self.actor, response_id=pk)
        return Answer(status=status.HTTP_204_NO_CONTENT)

    @operation(reads=FileWritten, shows=ResponseShown, status=201)
    @action(detail=True, methods=["post"])
    def files(self, request: Request, pk: UUID) -> Answer:
        """Attach a file to a draft."""
        values = self.values(FileWritten)
        try:
            data = base64.b64decode(values["base64"], validate=True)
        except (binascii.Error, ValueError):
            raise serializers.ValidationError({"base64": [_("This is not base64.")]}) from None
        responses.attach_file(actor=self.actor, response_id=pk, name=values["name"], data=data)
        return self.shown(self.found(), status=status.HTTP_201_CREATED)

    @operation(status=204)
    @action(detail=True, methods=["delete"], url_path="files/<uuid:attachment>")
    def detach(self, request: Request, pk: UUID, attachment: UUID) -> Answer:
        """Take a file out of a draft."""
        responses.remove_attachment(actor=self.actor, response_id=pk, attachment_id=attachment)
        return Answer(status=status.HTTP_204_NO_CONTENT)

    @operation(reads=ResponseSealed, shows=ResponseShown)
    @action(detail=True, methods=["post"])
    def seal(self, request: Request, pk: UUID) -> Answer:
        """Seal a complete draft; it is wiped, and the answer is the receipt."""
        version = self.values(ResponseSealed)["version"]
        return self.shown(responses.seal_response(actor=self.actor, response_id=pk, version=version))

    @operation(reads=ResponseConfirmed, shows=ResponseShown)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: UUID) -> Answer:
        """Stand by a sealed response after an addendum changed an indicator."""
        terms = self.values(ResponseConfirmed)["terms_version"]
        return self.shown(responses.confirm_response(actor=self.actor, response_id=pk, terms_version=terms))

    @operation(reads=Nothing, shows=ResponseShown)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Answer:
        """Withdraw a sealed response before the close; it is wiped."""
        self.values(Nothing)
        return self.shown(responses.withdraw_response(actor=self.actor, response_id=pk))

    @operation(reads=Nothing, shows=ResponseShown)
    @action(detail=True, methods=["post"], url_path="withdraw-from-award")
    def leave(self, request: Request, pk: UUID) -> Answer:
        """Withdraw a ranked response between the result and the award."""
        self.values(Nothing)
        withdraw_from_award(actor=self.actor, response_id=pk)
        return self.shown(self.found())
