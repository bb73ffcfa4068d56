"""A person's settings and API tokens."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from knox.models import AuthToken

from marketplace.actions import own_account
from marketplace.forms.accounts import SettingsForm
from marketplace.models import Account, CalendarAddress
from scenarios.access import access
from scenarios.addresses import site_address
from scenarios.errors import Invalid
from scenarios.views.parts import actor_of

ONE_YEAR = 365 * 24 * 3600


@access("signed_in")
def account_settings(request: HttpRequest) -> HttpResponse:
    """Show and keep name, language and the pace of e-mails; list the tokens."""
    account: Account = request.user  # type: ignore[assignment]
    stored = {"name": account.name, "language": account.language, "mail_pace": account.mail_pace}
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=stored)
    if request.method == "POST" and form.is_valid():
        saved = own_account.save_settings(actor=actor_of(request), **form.cleaned_data)
        with override(saved.language):
            messages.success(request, _("Your settings are saved."))
        response = redirect("account_settings")
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, saved.language, max_age=ONE_YEAR, samesite="Lax", path="/")
        return response
    return _page(request, form, status=422 if form.errors else 200)


def _page(request: HttpRequest, form: SettingsForm, *, status: int = 200, **shown: str) -> HttpResponse:
    """Render the page. shown : a token, or an address of the calendar, that is shown this once."""
    context = {
        "form": form,
        "tokens": AuthToken.objects.filter(user=request.user).order_by("-created"),
        "calendar": CalendarAddress.objects.filter(account=actor_of(request).signed_in_id).first(),
        **shown,
    }
    return render(request, "marketplace/account_settings.html", context, status=status)


@access("signed_in")
@require_POST
@never_cache
def token_create(request: HttpRequest) -> HttpResponse:
    """Make a token and show it in this one answer: it is stored as a hash and cannot be shown again."""
    try:
        token = own_account.create_token(actor=actor_of(request))
    except Invalid as invalid:
        messages.error(request, " ".join(str(text) for text in invalid.fields["token"]))
        return redirect("account_settings")
    return _page(request, _stored(request), token=token)


def _stored(request: HttpRequest) -> SettingsForm:
    account: Account = request.user  # type: ignore[assignment]
    names = ("name", "language", "mail_pace")
    return SettingsForm(initial={name: getattr(account, name) for name in names})


@access("signed_in")
@require_POST
@never_cache
def calendar_address(request: HttpRequest) -> HttpResponse:
    """Make the address of one's calendar anew and show it in this one answer, or take it away."""
    if "remove" in request.POST:
        own_account.remove_calendar_address(actor=actor_of(request))
        messages.success(request, _("The address of your calendar is worthless from now on."))
        return redirect("account_settings")
    secret = own_account.make_calendar_address(actor=actor_of(request))
    return _page(request, _stored(request), calendar_link=site_address(reverse("own_calendar_feed", args=[secret])))


@access("signed_in")
@require_POST
def token_revoke(request: HttpRequest, token_key: str) -> HttpResponse:
    """Make a token worthless."""
    own_account.revoke_token(actor=actor_of(request), token_key=token_key)
    messages.success(request, _("The token is revoked."))
    return redirect("account_settings")
