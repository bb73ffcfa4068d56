"""Where needs lie on the map of likeness, as it was drawn from the latest index build."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class NeedPlace(models.Model):
    """A need's place in the plane, from -1 to 1 each way: needs that say alike things lie close together."""

    need = models.OneToOneField("scenarios.Need", on_delete=models.CASCADE, primary_key=True, related_name="place")
    x = models.FloatField()
    y = models.FloatField()
    index_build = models.ForeignKey("scenarios.IndexBuild", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("place on the map of likeness")
        verbose_name_plural = _("places on the map of likeness")
        constraints = [
            models.CheckConstraint(name="need_place_in_the_plane", condition=Q(x__range=(-1, 1)) & Q(y__range=(-1, 1)))
        ]
