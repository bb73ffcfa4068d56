"""Panel, openers and the opening of a call's sealed responses over the API."""

from typing import Any
from uuid import UUID

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from marketplace.actions.opening import agree_to_open
from marketplace.actions.partners import with_barred_partner
from marketplace.models import Account, Response
from scenarios.access import STAFF
from scenarios.actions.openers import OPENERS, name_openers, take_code
from scenarios.actions.panels import seat_panel
from scenarios.actor import STAFF_ROLES
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Nothing, Strict
from scenarios.api.output import Brief
from scenarios.models import Call, CallKey, Opener
from scenarios.policies import one_of


class AccountId(serializers.IntegerField):
    """The number of an account of the city's staff."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": 2**31 - 1, **options})


class PanelNamed(Strict):
    accounts = serializers.ListField(child=AccountId(), max_length=31, help_text="Reviewers, an odd number from 3 on.")
    chair = AccountId(help_text="One of them.")


class OpenersNamed(Strict):
    accounts = serializers.ListField(child=AccountId(), max_length=OPENERS, help_text="Three members of staff.")


class CodeGiven(Strict):
    code = serializers.CharField(max_length=120, help_text="Your opening code.")


class CodeShown(serializers.Serializer[Any]):
    """An opening code: this answer is the only one that ever holds it."""

    code = serializers.CharField()


class OfficialShown(serializers.ModelSerializer[Account]):
    """A member of the city's staff who can be named; reviewers for the panel, anyone as an opener."""

    name = serializers.CharField(source="__str__")
    roles = serializers.SerializerMethodField()

    class Meta:
        model = Account
        fields = ("id", "name", "roles")
        read_only_fields = fields

    def get_roles(self, row: Account) -> list[str]:
        return sorted(one.role for one in row.staff_roles.all())


class PanelistShown(serializers.Serializer[Any]):
    account = serializers.IntegerField(source="account_id")
    name = serializers.CharField(source="account")
    is_chair = serializers.BooleanField()


class OpenerShown(serializers.Serializer[Any]):
    account = serializers.IntegerField(source="account_id")
    name = serializers.CharField(source="account")
    has_code = serializers.SerializerMethodField()
    agreed_at = serializers.DateTimeField(allow_null=True, help_text="When this opener gave the code.")

    def get_has_code(self, row: Opener) -> bool:
        return row.public_key is not None


class OpenedShown(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="Anonymous: it follows neither time nor name.")
    sealed_at = serializers.DateTimeField()
    terms_confirmed = serializers.SerializerMethodField(help_text="Whether it stands by the latest terms of the call.")
    barred_partner = serializers.BooleanField(
        help_text="Whether a partner stands behind the call, or an owner has blocked it."
    )

    def get_terms_confirmed(self, row: Response) -> bool:
        return row.terms_version == row.call.terms_version


class OpeningShown(serializers.Serializer[Any]):
    """How far the opening is. Before it nothing tells how many responses there are, or whether there are any."""

    call = Brief()
    closes_at = serializers.DateTimeField(allow_null=True)
    panel = PanelistShown(many=True)
    openers = OpenerShown(many=True)
    takes_responses = serializers.BooleanField(help_text="Whether every opener has a code, so that the call has a key.")
    opened_at = serializers.DateTimeField(allow_null=True)
    responses = OpenedShown(many=True, allow_null=True, help_text="Null before the opening.")


class PlaceShown(serializers.Serializer[Any]):
    """A call that you are an opener of, and what is to be done there."""

    call = Brief()
    closes_at = serializers.DateTimeField(source="call.closes_at", allow_null=True)
    take_code = serializers.BooleanField(help_text="You have to take your code.")
    give_code = serializers.BooleanField(help_text="You have to give your code.")
    agreed_at = serializers.DateTimeField(allow_null=True)


def opening_of(call: Call) -> dict[str, Any]:
    """Return what everyone of the staff may know of the opening of a call."""
    key = CallKey.objects.filter(call=call).first()
    opened_at = key.opened_at if key else None
    rows = Response.objects.opened().filter(call=call).select_related("call").order_by("number")
    opened: list[Any] = list(rows) if opened_at else []
    barred = with_barred_partner(call, opened) if opened else set()
    for row in opened:
        row.barred_partner = row.pk in barred
    return {
        "call": call,
        "closes_at": call.closes_at,
        "panel": call.panel.select_related("account"),
        "openers": call.openers.select_related("account"),
        "takes_responses": key is not None,
        "opened_at": opened_at,
        "responses": opened if opened_at else None,
    }


@method_decorator(never_cache, name="dispatch")
class OpeningEndpoint(Endpoint):
    """The opening of the call in the address."""

    audience = {
        **dict.fromkeys(("retrieve", "code", "give_code", "places"), (STAFF,)),
        **dict.fromkeys(("officials", "panel", "openers"), ("manager",)),
    }
    serializer_class = OpeningShown

    def get_queryset(self) -> Any:
        return Call.objects.visible_to(self.actor).select_related("need", "demand")

    def opening(self, pk: UUID) -> Answer:
        """Show the opening as it stands now."""
        return Answer(OpeningShown(opening_of(one_of(self.get_queryset(), pk))).data)

    @operation(shows=PlaceShown(many=True))
    def places(self, request: Request) -> Answer:
        """List the calls whose responses you open together with another opener."""
        take, give = (
            set(rows.values_list("pk", flat=True))
            for rows in (Opener.objects.to_take(self.actor), Opener.objects.to_give(self.actor))
        )
        mine = self.paginate_queryset(Opener.objects.of(self.actor).select_related("call__need", "call__demand"))
        for row in mine or ():
            row.take_code, row.give_code = row.pk in take, row.pk in give
        return self.get_paginated_response(PlaceShown(mine, many=True).data)

    @operation(shows=OpeningShown)
    def retrieve(self, request: Request, pk: UUID) -> Answer:
        """Show panel, openers and how far the opening is."""
        return self.opening(pk)

    @operation(shows=OfficialShown(many=True))
    def officials(self, request: Request, pk: UUID) -> Answer:
        """List the staff who can be named for the panel and as openers."""
        self.found()
        staff = Account.objects.filter(is_active=True, staff_roles__role__in=STAFF_ROLES).distinct().order_by("email")
        return self.page_of(staff.prefetch_related("staff_roles"), OfficialShown)

    @operation(reads=PanelNamed, shows=OpeningShown)
    def panel(self, request: Request, pk: UUID) -> Answer:
        """Name the panel of a call that is not open yet."""
        values = self.values(PanelNamed)
        seat_panel(actor=self.actor, call_id=pk, account_ids=values["accounts"], chair_id=values["chair"])
        return self.opening(pk)

    @operation(reads=OpenersNamed, shows=OpeningShown, keyed=True)
    def openers(self, request: Request, pk: UUID) -> Answer:
        """Name the three openers of a call that is not open yet; the codes of earlier ones are void."""
        accounts = self.values(OpenersNamed)["accounts"]
        name_openers(actor=self.actor, call_id=pk, account_ids=accounts, key=self.key())
        return self.opening(pk)

    @operation(reads=Nothing, shows=CodeShown)
    def code(self, request: Request, pk: UUID) -> Answer:
        """Take your opening code.

        It is stored nowhere: whoever loses this answer asks the manager to name the openers again.
        """
        self.values(Nothing)
        return Answer({"code": take_code(actor=self.actor, call_id=pk)})

    @operation(reads=CodeGiven, shows=OpeningShown)
    def give_code(self, request: Request, pk: UUID) -> Answer:
        """Give your opening code after the close; with the second opener's every response is opened.

        An attempt before the close is refused and logged.
        """
        agree_to_open(actor=self.actor, call_id=pk, code=self.values(CodeGiven)["code"])
        return self.opening(pk)
