"""What the reader was told."""

from django.contrib import messages
from django.db.models import F
from django.db.models.lookups import IsNull
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions.notifications import mark_read, set_mail
from marketplace.forms.accounts import MailForm
from marketplace.models import Notification
from marketplace.notices import sentence_of
from marketplace.views.invitations import open_invitations
from scenarios.access import access
from scenarios.policies import one_of
from scenarios.views.parts import actor_of, page_of


@access("signed_in")
def notification_list(request: HttpRequest) -> HttpResponse:
    """List what the reader was told, unread first, then the newest."""
    mine = Notification.objects.filter(account_id=actor_of(request).signed_in_id).select_related("event")
    rows = mine.order_by(IsNull(F("read_at"), False), "-created_at", "-pk")
    page = page_of(request, rows)
    context = {
        "page": page,
        "rows": [(notification, sentence_of(notification)) for notification in page.object_list],
        "invitations": open_invitations(actor_of(request)),
        "mail_form": MailForm(initial={"mail_pace": request.user.mail_pace}),  # type: ignore[union-attr]
    }
    return render(request, "marketplace/notification_list.html", context)


@access("signed_in")
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and go where it leads. It is a link, so that it opens in a new tab too; twice does no harm."""
    actor = actor_of(request)
    notification = one_of(Notification.objects.filter(account_id=actor.signed_in_id), pk)
    mark_read(actor=actor, notification_id=pk)
    return redirect(notification.path)


@access("signed_in")
@require_POST
def notifications_read(request: HttpRequest) -> HttpResponse:
    """Mark one notification (`notification`) or all as read."""
    wanted = request.POST.get("notification", "")
    mark_read(actor=actor_of(request), notification_id=int(wanted) if wanted.isdigit() else None)
    return redirect("notification_list")


@access("signed_in")
@require_POST
def notifications_mail(request: HttpRequest) -> HttpResponse:
    """Keep how often the e-mails come."""
    form = MailForm(request.POST)
    if form.is_valid():
        set_mail(actor=actor_of(request), mail_pace=form.cleaned_data["mail_pace"])
        messages.success(request, _("Your settings are saved."))
    return redirect("notification_list")
