"""Forms of needs: they check types and lengths and hand typed values to the actions."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.forms.models import fields_for_model
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.actions.members import OPEN_TO_CHANGE
from scenarios.actor import Actor
from scenarios.content import INDICATOR_FIELDS, IndicatorFields, NeedFields
from scenarios.errors import Invalid
from scenarios.facts import number
from scenarios.field_help import INDICATOR_HELP, NEED_HELP, help_out
from scenarios.models import District, Indicator, MergedDemand, Need
from scenarios.organisation_choice import FOUND_AT_MOST, OrganisationChoice
from scenarios.references import offer, offer_choices
from scenarios.risk import QUESTIONS

NONE_APPLIES = "none"
# A draft may be saved without them; they are marked because no need is submitted without them.
WANTED = ("title_zh", "problem", "boundary_out", "quantity", "quantity_unit", "risk")
PLAIN = tuple(name for name in NeedFields.__annotations__ if name not in ("risk_answers", "district_id", "joins_id"))
DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
DEFAULTS = {"merge_pref": choices.MergePref.ASK, "visibility": choices.Visibility.PUBLIC}
RADIOS = ("deploy", "adoption", "merge_pref", "visibility", "data_state")


def _pairs(field: Any) -> list[tuple[Any, Any]]:
    return list(field.choices)


def _model_fields(model: Any, names: tuple[str, ...], rows: Mapping[str, int]) -> dict[str, forms.Field]:
    """Return form fields that carry a model's labels, lengths and choices; none of them is required."""
    areas = {name: forms.Textarea(attrs={"rows": count}) for name, count in rows.items()}
    dates = {name: DATE for name in names if name.endswith("_by")}
    found = fields_for_model(model, fields=names, widgets={**areas, **dates})
    for name in names:
        field: Any = found[name]
        field.required = False
        if isinstance(field, forms.ChoiceField):
            values = [pair for pair in _pairs(field) if pair[0]]
            blank: list[tuple[Any, Any]] = [] if name in RADIOS else [("", _("Choose …"))]
            widget = forms.RadioSelect if name in RADIOS else forms.Select
            found[name] = forms.ChoiceField(label=field.label, choices=[*blank, *values], widget=widget, required=False)
    return found


class RefusableForm(forms.Form):
    """A form that shows what an action refused beside the field that it is about."""

    use_required_attribute = False
    renamed: Mapping[str, str] = {}

    def show(self, refusal: Invalid) -> None:
        """Put the refusal's messages at their fields; what no field carries stands above the form."""
        for name, messages in refusal.fields.items():
            field = self.renamed.get(name, name)
            # Cause and remedy are one error: a summary that lists them apart looks twice as long as it is.
            self.add_error(field if field in self.fields else None, " ".join(map(str, messages)))
        if not refusal.fields:
            self.add_error(None, refusal.message)


class NeedForm(RefusableForm):
    """A need as its author types it, complete or not."""

    named: int | None = None
    """How many organisations bear the name looked for; None where none was."""
    renamed = {"title": "title_zh", "risk_answers": "risk", "owner": "owner", "joins_id": "joins"}

    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    need = forms.UUIDField(required=False, widget=forms.HiddenInput)
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    risk = forms.MultipleChoiceField(
        label=_("What applies to it?"),
        help_text=_("Tick everything that applies. The risk tier follows from your answers; you do not choose it."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(
        self, *args: Any, actor: Actor, organisations: list[Any], owner_id: UUID | None = None, **options: Any
    ) -> None:
        """organisations : those that the actor may write for; owner_id : the need's, once it has one."""
        super().__init__(*args, **options)
        rows = {"problem": 6, "users_and_site": 3, "current_process": 3, "boundary_in": 4, "boundary_out": 4}
        self.fields |= _model_fields(Need, PLAIN, {**rows, "value_basis": 3, "contact": 2})
        district: Any = fields_for_model(Need, fields=("district",))["district"]
        district.required, district.empty_label = False, _("Choose …")
        self.fields["district"] = district
        offer(self, "district", District)
        offer_choices(self, "domain", "domain")
        offer_choices(self, "quantity_unit", "unit")
        self.fields["risk"].choices = [*QUESTIONS.items(), (NONE_APPLIES, _("None of these applies"))]  # type: ignore[attr-defined]
        help_out(self.fields, EXAMPLES)
        self.fields["owner"] = self._owner_field(organisations)
        self.fields["blocked"] = self._blocked_field(actor, owner_id)
        self.fields["blocked_name"] = forms.CharField(label=_("Find an enterprise"), max_length=80, required=False)
        pools = MergedDemand.objects.visible_to(actor).filter(status__in=OPEN_TO_CHANGE)
        self.fields["joins"] = forms.ModelChoiceField(pools, required=False, widget=forms.HiddenInput)
        help_out(self.fields, NEED_HELP)
        self.order_fields(ORDER)

    @staticmethod
    def _owner_field(organisations: list[Any]) -> forms.Field:
        pairs = [(str(row.pk), str(row)) for row in organisations]
        widget = forms.Select() if len(pairs) > 1 else forms.HiddenInput()
        first = pairs[0][0] if pairs else None
        return forms.ChoiceField(label=_("Posted by"), choices=pairs, widget=widget, initial=first, required=False)

    @staticmethod
    def _blocked_field(actor: Actor, owner_id: UUID | None) -> forms.Field:
        related: Any = Need._meta.get_field("blocked_organisations").related_model
        others = (
            related._default_manager.visible_to(actor).filter(kind="enterprise").exclude(pk__in=actor.organisation_ids)
        )
        return OrganisationChoice(
            others.exclude(pk=owner_id),
            label=_("Never pool my need with these"),
            help_text=_("Nobody but you and the government staff sees this."),
            required=False,
        )

    def clean_risk(self) -> list[str]:
        """None of these cannot stand beside one that applies."""
        ticked: list[str] = self.cleaned_data["risk"]
        if NONE_APPLIES in ticked and len(ticked) > 1:
            raise forms.ValidationError(_("You ticked “None of these applies” and something that applies. Keep one."))
        return ticked

    @property
    def values(self) -> NeedFields:
        """What is typed and valid, as the actions take it; a field with an error is left as it was."""
        given = self.cleaned_data
        fields: dict[str, Any] = {name: given[name] for name in PLAIN if name in given}
        for name in DEFAULTS:
            fields[name] = fields.get(name) or DEFAULTS[name]
        if "district" in given:
            fields["district_id"] = given["district"].pk if given["district"] else None
        if "joins" in given:
            fields["joins_id"] = given["joins"].pk if given["joins"] else None
        if "risk" in given:
            fields["risk_answers"] = {name: name in given["risk"] for name in QUESTIONS} if given["risk"] else {}
        return NeedFields(**fields)  # type: ignore[typeddict-item]

    @property
    def blocked_ids(self) -> list[UUID] | None:
        """The organisations ticked, or None when that answer was not valid."""
        rows = self.cleaned_data.get("blocked")
        return None if rows is None else [row.pk for row in rows]

    def mark_wanted(self) -> None:
        """Mark, for drawing only, what must be there before the need can be submitted."""
        for name in WANTED:
            self.fields[name].required = True

    def list_blocked(self) -> None:
        """List, for drawing only, the organisations that are ticked and those that bear the name looked for."""
        field: Any = self.fields["blocked"]
        name = str(self["blocked_name"].value() or "").strip()
        self.named = field.list_for(self["blocked"].value() or [], name)

    @property
    def most_named(self) -> int | None:
        """How many are listed where that is as many as ever are: others may bear the name too."""
        return FOUND_AT_MOST if self.named == FOUND_AT_MOST else None


ORDER = (
    *("owner", "title_zh", "title_en", "domain", "track", "problem", "users_and_site", "current_process"),
    *("boundary_in", "boundary_out", "quantity", "quantity_unit", "district", "start_by", "finish_by"),
    *("value_amount", "value_basis", "budget_min", "budget_max", "funding", "cooperation", "adoption"),
    *("data_state", "data_class", "deploy", "risk", "ethics_number", "merge_pref", "blocked"),
    *("blocked_name", "visibility", "contact"),
)


# What a good answer looks like, before anything is typed: all of one need, so that it can be followed.
EXAMPLES = {
    "title_zh": _("What is done, to what, where: “In-line inspection of casting surfaces”."),
    "title_en": _("For readers abroad; leave it to later if you are in a hurry."),
    "problem": _(
        "Tell it as you would tell a colleague: “Three inspectors look at 12,000 castings a day. At night 3 % of the "
        "faults pass, and 40 parts a month come back”."
    ),
    "users_and_site": _("Who works with it, and where: “Inspectors in two shifts, casting shop 2”."),
    "current_process": _("How it is done today: “By eye under a lamp, 6 seconds for each part”."),
    "boundary_in": _("What belongs to it: “Surface faults; cameras, light and the signal to reject”."),
    "boundary_out": _("What does not belong to it: “No faults inside, no change of the line’s control”."),
}


class IndicatorForm(forms.Form):
    """One row of indicators; a row without any answer is dropped."""

    use_required_attribute = False

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields |= _model_fields(Indicator, INDICATOR_FIELDS, {"test_method": 2})
        self.fields["comparator"] = forms.ChoiceField(
            label=_("Comparison"), choices=choices.Comparator.choices, required=False, initial=choices.Comparator.GE
        )
        self.fields["essential"].label = _("Essential: without it the need is not met")
        self.fields["essential"].initial = True
        self.fields["unit"].widget.attrs["list"] = "known-units"
        help_out(self.fields, INDICATOR_HELP)

    def has_changed(self) -> bool:
        """Whether the row says anything; the preset comparison and tick say nothing."""
        texts = ("id", "metric", "unit", "baseline", "target", "target_max", "test_method", "weight")
        return any((self.data.get(self.add_prefix(name)) or "") != "" for name in texts) if self.is_bound else False

    @property
    def values(self) -> IndicatorFields:
        """What is typed and valid."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "DELETE"}
        given["comparator"] = given.get("comparator") or choices.Comparator.GE
        given.setdefault("metric", "")
        return IndicatorFields(**given)  # type: ignore[typeddict-item]


class IndicatorFormSetBase(forms.BaseFormSet):  # type: ignore[type-arg]
    """The indicators of a need, in the order of the page."""

    @property
    def rows(self) -> list[IndicatorFields]:
        """Every row that says something and was not removed, as far as it is valid."""
        read = [form for form in self.forms if form.has_changed() and hasattr(form, "cleaned_data")]
        return [form.values for form in read if not form.cleaned_data.get("DELETE")]


IndicatorFormSet = forms.formset_factory(
    IndicatorForm, formset=IndicatorFormSetBase, extra=0, can_delete=True, max_num=30, absolute_max=40
)


def need_initial(need: Need) -> dict[str, Any]:
    """Return a need's values by the names of its form."""
    answers = need.risk_answers
    ticked = [name for name, value in answers.items() if value] or ([NONE_APPLIES] if answers else [])
    return {name: _typed(getattr(need, name)) for name in PLAIN} | {
        "district": need.district_id,
        "joins": need.joins_id,
        "risk": ticked,
        "owner": str(need.owner_id),
        "blocked": [row.pk for row in need.blocked_organisations.all()],
        "version": need.version,
        "need": need.pk,
    }


def _typed(value: Any) -> Any:
    """Return a value as its author would type it: a number without the zeros that the column adds."""
    return number(value) if isinstance(value, Decimal) else value


def indicator_initial(need: Need) -> list[dict[str, Any]]:
    """Return the rows of a need's indicators by the names of their form."""
    return [
        {"id": row.pk} | {name: _typed(getattr(row, name)) for name in INDICATOR_FIELDS}
        for row in need.indicators.all()
    ]


def new_key() -> str:
    """Return an idempotency key for a form that is drawn now."""
    return uuid4().hex


class EthicsForm(forms.Form):
    """The number of an ethics review that was made after the need was handed in."""

    ethics_number = forms.CharField(label=_("Ethics review number"), max_length=60)
