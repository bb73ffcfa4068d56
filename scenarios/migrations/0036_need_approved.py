"""When each need was approved, in an index of its own: the funnel of the staff asks it of every need."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("scenarios", "0035_needs_counted_for_staff")]

    operations = [
        AddIndexConcurrently(
            "moderationdecision",
            models.Index(
                name="need_approved",
                fields=["subject_id", "created_at"],
                condition=Q(subject_type="need", verdict="approve"),
            ),
        ),
    ]
