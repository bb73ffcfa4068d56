"""What someone is told, in the product and by e-mail."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.querysets import NotificationQuerySet


class Notification(models.Model):
    """One event told to one account. Its text is made from the event's kind when it is read, in the reader's
    language.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    event = models.ForeignKey("scenarios.Event", on_delete=models.PROTECT, related_name="+", db_constraint=False)
    path = models.CharField(max_length=200)
    title_zh = models.CharField(max_length=80, blank=True)
    title_en = models.CharField(max_length=160, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(name="notification_once", fields=["account", "event"])]
        indexes = [
            models.Index(
                name="notification_unread", fields=["account", "-created_at"], condition=models.Q(read_at__isnull=True)
            )
        ]
