"""Forms of accounts: what the sign-up asks, and a person's own settings."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from marketplace.choices import MailPace


class SignupForm(forms.Form):
    """What allauth's sign-up asks besides e-mail and password."""

    name = forms.CharField(label=_("Name shown to others"), max_length=80)

    def signup(self, request: HttpRequest, user: Any) -> None:
        user.name = self.cleaned_data["name"]
        user.language = get_language() or "zh-hans"
        user.save(update_fields=["name", "language"])


def _own_names() -> list[tuple[str, str]]:
    """Return each language under its own name, so that whoever reads only that one finds it."""
    return [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


class MailForm(forms.Form):
    """When an account is told of news by e-mail."""

    mail_pace = forms.ChoiceField(
        label=_("Notifications by e-mail"), choices=MailPace.choices, widget=forms.RadioSelect
    )


class SettingsForm(MailForm):
    """How an account is called and told of news."""

    field_order = ("name", "language", "mail_pace")

    name = forms.CharField(label=_("Name shown to others"), max_length=80)
    language = forms.ChoiceField(label=_("Language of pages and e-mails"), choices=_own_names, widget=forms.RadioSelect)
