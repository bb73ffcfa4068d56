"""Accounts say how often e-mails come, not only whether."""

from django.db import migrations, models

PACES = [
    ("at_once", "At once, one for every notification"),
    ("daily", "Once a day, all that is unread in one"),
    ("off", "Never"),
]


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0031_saved_searches_of_projects")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="mail_pace",
            field=models.CharField(
                choices=PACES, default="at_once", max_length=7, verbose_name="notifications by e-mail"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("mail_pace__in", [name for name, _label in PACES])), name="account_mail_pace_known"
            ),
        ),
    ]
