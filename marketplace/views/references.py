"""The lists that differ from city to city: districts and industrial chains; what they are called, offer, and order."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from marketplace.models import Account
from marketplace.reference_use import used
from scenarios.access import access
from scenarios.actions.chain_leads import name_leads
from scenarios.actions.references import (
    LONGEST_NAME,
    add_entry,
    move_entry,
    offer_entry,
    rename_entry,
    retire_entry,
)
from scenarios.errors import Conflict, Invalid, refused_for
from scenarios.models import ChainLead
from scenarios.models.taxonomy import NamedReference
from scenarios.references import FIXED, LISTS
from scenarios.views.parts import actor_of
from scenarios.views.staff_parts import show_errors

TITLES: dict[str, str | Promise] = {
    "districts": gettext_lazy("Districts"),
    "chains": gettext_lazy("Industrial chains"),
    "domains": gettext_lazy("Domains"),
    "units": gettext_lazy("Units"),
}


class NamesForm(forms.Form):
    """What an entry is called."""

    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=LONGEST_NAME)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=LONGEST_NAME)

    @property
    def names(self) -> tuple[str, str]:
        """Return the Chinese and the English name."""
        return self.cleaned_data["name_zh"], self.cleaned_data["name_en"]


class EntryForm(NamesForm):
    """A new entry."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy("For addresses and files: lower-case letters, digits and hyphens. It stays for good."),
    )


@access("manager")
def reference_list(request: HttpRequest, name: str) -> HttpResponse:
    """Show a list with what uses its entries; a post adds one."""
    kind = _kind(name)
    form = EntryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {"code": form.cleaned_data["code"], "names": form.names}
        try:
            row = add_entry(actor=actor_of(request), list_name=name, **given)
        except Invalid as error:
            show_errors(form, error)
        else:
            messages.success(request, _("%(name)s is in the list; forms offer it from now on.") % {"name": row})
            return redirect("reference_list", name=name)
    counted = used(name)
    rows = list(kind.objects.all())
    context = {
        "name": name,
        "title": TITLES[name],
        "form": None if name in FIXED else form,
        "labels": counted.labels,
        "rows": [{"entry": row, "uses": counted.of(row.pk)} for row in rows],
        "first": rows[0].pk if rows else "",
        "last": rows[-1].pk if rows else "",
    }
    return render(request, "marketplace/references/list.html", context, status=422 if form.errors else 200)


@access("manager")
def reference_edit(request: HttpRequest, name: str, code: str) -> HttpResponse:
    """Rename an entry; the page says what shows the new name."""
    entry = _entry(name, code)
    names = {"name_zh": entry.name_zh, "name_en": entry.name_en}
    form, status = NamesForm(request.POST or None, initial=names), 200
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("seen_zh", ""), request.POST.get("seen_en", "")
        try:
            row = rename_entry(actor=actor_of(request), list_name=name, code=code, names=form.names, seen=seen)
            messages.success(request, _("It is called %(name)s from now on.") % {"name": row})
            return redirect("reference_list", name=name)
        except Invalid as error:
            show_errors(form, error)
        except Conflict as error:
            context, status = _compared(form, error), 409
    status = 422 if form.errors else status
    context |= {"name": name, "title": TITLES[name], "entry": entry, "form": form, "uses": used(name).of(code)}
    context["leads"] = _leads(code) if name == "chains" else []
    return render(request, "marketplace/references/entry.html", context, status=status)


def _compared(form: NamesForm, error: Conflict) -> dict[str, Any]:
    rows = [
        {"label": form.fields[field].label, "values": [mine, theirs], "differs": True}
        for field, (mine, theirs) in error.differences.items()
    ]
    return {"compared": rows, "compared_columns": [_("Yours"), _("The saved one")], "refusal": error.message}


@access("manager")
@require_POST
def chain_leads(request: HttpRequest, code: str) -> HttpResponse:
    """Name the moderators of a chain's lead."""
    chosen = [int(pk) for pk in request.POST.getlist("lead") if pk.isdecimal() and len(pk) < 10]
    try:
        name_leads(actor=actor_of(request), code=code, account_ids=chosen)
    except Invalid as error:
        messages.error(request, refused_for(error))
    else:
        messages.success(request, _("Who leads the chain is saved."))
    return redirect("reference_edit", name="chains", code=code)


def _leads(code: str) -> list[dict[str, Any]]:
    """Return every active moderator, and whether they lead the chain."""
    named = set(ChainLead.objects.filter(chain=code).values_list("account", flat=True))
    moderators = Account.objects.filter(is_active=True, staff_roles__role="moderator").order_by("email")
    return [{"account": one, "leads": one.pk in named} for one in moderators]


@access("manager")
@require_POST
def reference_retire(request: HttpRequest, name: str, code: str) -> HttpResponse:
    """Offer an entry no more."""
    row = retire_entry(actor=actor_of(request), list_name=_known(name), code=code)
    messages.success(request, _("Forms no longer offer %(name)s; it stays where it is used.") % {"name": row})
    return redirect("reference_list", name=name)


@access("manager")
@require_POST
def reference_offer(request: HttpRequest, name: str, code: str) -> HttpResponse:
    """Offer a retired entry again."""
    row = offer_entry(actor=actor_of(request), list_name=_known(name), code=code)
    messages.success(request, _("Forms offer %(name)s again.") % {"name": row})
    return redirect("reference_list", name=name)


@access("manager")
@require_POST
def reference_move(request: HttpRequest, name: str, code: str) -> HttpResponse:
    """Move an entry one place up or down."""
    move_entry(actor=actor_of(request), list_name=_known(name), code=code, up="up" in request.POST)
    return redirect("reference_list", name=name)


def _known(name: str) -> str:
    if name not in LISTS:
        raise Http404
    return name


def _kind(name: str) -> type[NamedReference]:
    return LISTS[_known(name)]


def _entry(name: str, code: str) -> NamedReference:
    entry: NamedReference | None = _kind(name).objects.filter(pk=code).first()
    if entry is None:
        raise Http404
    return entry
