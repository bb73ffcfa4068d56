"""The long form of a need as a page draws it: filled from a need, from what was posted, or from a need like it."""

from ast import literal_eval
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from scenarios.actor import Actor
from scenarios.content import INDICATOR_FIELDS
from scenarios.errors import Invalid
from scenarios.facts import indicator_sentences, indicator_text, label_of
from scenarios.forms import IndicatorFormSet, IndicatorFormSetBase, NeedForm, indicator_initial, need_initial, new_key
from scenarios.models import District, MergedDemand, Need
from scenarios.policies import one_of
from scenarios.risk import QUESTIONS
from scenarios.two_versions import Differing
from scenarios.usual_indicators import usual_indicator
from scenarios.views.parts import organisations_of

PREFIX = "indicators"
ADD_USUAL = "add_usual"
"""The button that begins an indicator with what is usual; its value is a name of scenarios.usual_indicators."""


class Section(NamedTuple):
    """A part of the form: groups of fields that stand beside each other."""

    id: str
    legend: Any
    hint: Any
    groups: tuple[tuple[str, ...], ...]


SECTIONS = (
    Section(
        "what",
        _("What is needed"),
        _("One process, one place, one figure. A wish is not a need."),
        (
            ("owner",),
            ("title_zh",),
            ("title_en",),
            ("domain", "track"),
            ("problem",),
            ("users_and_site",),
            ("current_process",),
        ),
    ),
    Section(
        "boundaries",
        _("Where it ends"),
        _("Suppliers price what is included; what is excluded keeps the project small enough to succeed."),
        (("boundary_in",), ("boundary_out",)),
    ),
    Section(
        "scale",
        _("How much, where and when"),
        _("Like needs are merged by these figures until they are worth a supplier's effort."),
        (("quantity", "quantity_unit", "district"), ("start_by", "finish_by")),
    ),
    Section(
        "indicators",
        _("How it is measured"),
        _("From which value today to which value, and how it is tested. At least one is essential."),
        (),
    ),
    Section(
        "terms",
        _("Value, budget and adoption"),
        _("The budget and the contact are never shown to other enterprises or to suppliers."),
        (("value_amount",), ("value_basis",), ("budget_min", "budget_max", "funding"), ("cooperation",), ("adoption",)),
    ),
    Section("data", _("Data and operation"), "", (("data_state",), ("data_class",), ("deploy",))),
    Section(
        "risk",
        _("Ethics and risk"),
        _("Higher tiers ask for more before publication; the panel beside the form says what."),
        (("risk",), ("ethics_number",)),
    ),
    Section(
        "merging",
        _("Merging, visibility and contact"),
        _("Merging needs your consent to every version of the common core, whatever you choose here."),
        (("merge_pref",), ("blocked",), ("visibility",), ("contact",)),
    ),
)
# What the precision check calls a field, where the form calls it otherwise: the anchor that its findings point to.
ANCHORS = {"title_zh": "id_title", "risk": "id_risk_answered", "contact": "id_has_contact"}
SUFFIXES = {
    "value_amount": _("10,000 yuan a year"),
    "budget_min": _("10,000 yuan"),
    "budget_max": _("10,000 yuan"),
}
NO_ANSWER = _("None of these applies")
# What a need that starts from a like one takes over: public fields only, and nothing that is its own.
COPIED = ("domain", "track", "quantity_unit", "data_class", "deploy", "cooperation", "boundary_in", "boundary_out")
# What a return calls a field → what the form calls it.
RETURNED_AS = {"title": "title_zh", "risk_answers": "risk", "blocked_organisations": "blocked"}


class Drawn(NamedTuple):
    """A field with what surrounds it: its anchor, its unit, what a moderator wrote about it, whether it was taken from
    the author's text.
    """

    field: BoundField
    anchor: str
    suffix: Any
    reason: str
    is_taken: bool


class DrawnSection(NamedTuple):
    """A section with its bound fields."""

    section: Section
    number: int
    groups: list[list[Drawn]]
    reason: str
    is_taken: bool


@dataclass(frozen=True)
class Drafting:
    """The two forms of a need: the need itself and its indicators."""

    form: NeedForm
    indicators: IndicatorFormSetBase

    @property
    def is_valid(self) -> bool:
        """Whether everything typed has the right type; both forms are looked through, so that all errors show."""
        return all([self.form.is_valid(), self.indicators.is_valid()])

    def show(self, refusal: Invalid) -> None:
        """Put a refusal at the fields; what concerns the indicators stands above their rows."""
        fields = dict(refusal.fields)
        if messages := fields.pop("indicators", []):
            self.indicators.non_form_errors().append(" ".join(map(str, messages)))
        if fields or not refusal.fields:
            self.form.show(Invalid(fields, refusal.message))

    def sections(self, reasons: Mapping[str, str], taken: Collection[str] = ()) -> list[DrawnSection]:
        """Return the sections with their bound fields; hidden fields are drawn apart.

        taken : what was filled in from the author's text.
        """
        self.form.mark_wanted()
        self.form.list_blocked()
        by_field = {RETURNED_AS.get(name, name): text for name, text in reasons.items()}
        return [
            DrawnSection(
                section,
                number,
                [
                    rows
                    for group in section.groups
                    if (rows := [self._drawn(name, by_field, taken) for name in group if self._is_shown(name)])
                ],
                by_field.get("indicators", "") if section.id == "indicators" else "",
                section.id == "indicators" and "indicators" in taken,
            )
            for number, section in enumerate(SECTIONS, start=1)
        ]

    @property
    def sentences(self) -> list[str]:
        """What the indicators ask for, in words, as far as they are filled in."""
        rows: Any = self.indicators
        return indicator_sentences(rows.rows if rows.is_bound else [row.initial for row in rows])

    def _is_shown(self, name: str) -> bool:
        return not self.form[name].is_hidden

    def _drawn(self, name: str, reasons: Mapping[str, str], taken: Collection[str]) -> Drawn:
        anchor, suffix, reason = ANCHORS.get(name, ""), SUFFIXES.get(name, ""), reasons.get(name, "")
        return Drawn(self.form[name], anchor, suffix, reason, name in taken)


def _form(actor: Actor, owner_id: UUID | None = None, **options: Any) -> NeedForm:
    return NeedForm(actor=actor, organisations=organisations_of(actor.editor_of), owner_id=owner_id, **options)


def _rows(**options: Any) -> IndicatorFormSetBase:
    rows: Any = IndicatorFormSet(prefix=PREFIX, **options)
    return cast(IndicatorFormSetBase, rows)


def posted(actor: Actor, data: QueryDict) -> Drafting:
    """Return what was typed; “add” without JavaScript makes one more row, a usual indicator one that is begun."""
    usual = usual_indicator(data.get(ADD_USUAL, ""))
    if f"add_{PREFIX}" in data or usual:
        data = data.copy()
        total = data.get(f"{PREFIX}-TOTAL_FORMS", "0")
        rows = int(total) if total.isdecimal() and len(total) < 4 else 0
        data[f"{PREFIX}-TOTAL_FORMS"] = str(rows + 1)
        for name, value in ({**usual._asdict(), "essential": "on"} if usual else {}).items():
            data[f"{PREFIX}-{rows}-{name}"] = str(value)
    return Drafting(_form(actor, data=data), _rows(data=data))


def stored(actor: Actor, need: Need) -> Drafting:
    """Return the form filled with a need."""
    initial = {**need_initial(need), "key": new_key()}
    return Drafting(
        _form(actor, need.owner_id, initial=initial),
        _rows(initial=indicator_initial(need) or [{}]),
    )


def stored_and_checked(actor: Actor, need: Need) -> Drafting:
    """Return the form bound to a need as if it had been posted, so that a refusal can be shown at its fields."""
    rows = indicator_initial(need)
    data: dict[str, Any] = {f"{PREFIX}-TOTAL_FORMS": len(rows), f"{PREFIX}-INITIAL_FORMS": 0}
    data |= {f"{PREFIX}-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
    drafting = Drafting(
        _form(actor, need.owner_id, data={**need_initial(need), "key": new_key()}),
        _rows(data=data),
    )
    drafting.form.full_clean()
    drafting.indicators.full_clean()
    return drafting


def blank(actor: Actor, like: Need | None = None, pool: MergedDemand | None = None) -> Drafting:
    """Return an empty form, or one that starts from what the public reads of a like need, or of a pool's core."""
    initial: dict[str, Any] = {"key": new_key(), "merge_pref": "ask", "visibility": "public"}
    rows: list[dict[str, Any]] = [{}]
    if like is not None:
        initial |= {name: getattr(like, name) for name in COPIED} | {"merge_pref": "open"}
        rows = [{name: getattr(row, name) for name in INDICATOR_FIELDS} for row in like.indicators.all()]
    if pool is not None:
        core = pool.cores.get(version=pool.core_version)
        initial |= {"quantity_unit": pool.unit, "boundary_in": core.boundary_in, "boundary_out": core.boundary_out}
        initial |= {"merge_pref": "open", "joins": pool.pk}
        rows = [{name: row.get(name) for name in INDICATOR_FIELDS} for row in core.indicators]
    return Drafting(_form(actor, initial=initial), _rows(initial=rows))


def joined_pool(actor: Actor, pk: Any) -> MergedDemand | None:
    """Return the pool that the author wants to join with this need."""
    return one_of(MergedDemand.objects.visible_to(actor), pk) if pk else None


def difference_rows(differences: Mapping[str, tuple[Any, Any]], form: NeedForm) -> list[Differing]:
    """Return what differs in a conflict, in words; what says the same in other words is left out."""
    rows = [
        Differing(name, _label(name, form), _worded(name, mine, form), _worded(name, theirs, form))
        for name, (mine, theirs) in differences.items()
    ]
    return [row for row in rows if row.mine != row.saved]


def _label(name: str, form: NeedForm) -> str:
    if name == "blocked":
        return str(form.fields["blocked"].label)
    return str(label_of(Need, name.removesuffix("_id")))


def _worded(name: str, value: Any, form: NeedForm) -> str:
    if value in ("None", "", "{}"):
        return ""
    if name == "indicators":
        return "\n".join(_indicator_line(row) for row in value)
    if name == "blocked":
        field: Any = form.fields["blocked"]
        return "\n".join(str(row) for row in field.queryset.filter(pk__in=value))
    if name == "risk_answers":
        answers = literal_eval(value)
        return "\n".join(str(label) for question, label in QUESTIONS.items() if answers.get(question)) or str(NO_ANSWER)
    if name == "district_id":
        return str(District.objects.filter(pk=value).first() or value)
    field = Need._meta.get_field(name.removesuffix("_id"))
    labels = {str(key): str(label) for key, label in getattr(field, "flatchoices", ())}
    return labels.get(value, value)


def _indicator_line(row: Mapping[str, str]) -> str:
    """Return an indicator with everything that its author typed: ``漏检率 ≤ 0.5 % (3 %) · 抽检 · 必达 · 60``."""
    essential = str(_("Essential")) if row["essential"] == "True" else ""
    parts = [indicator_text(row), row["test_method"], essential, row["weight"]]
    return " · ".join(part for part in parts if part)
