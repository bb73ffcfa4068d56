"""The admin of what differs from city to city. Everything that has a state is moved on its own pages, never here."""

from typing import Any

from django.contrib import admin

from scenarios.models import Chain, District


class NamedReferenceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows with a stable code, which is chosen once: other rows point to it."""

    list_display = ("code", "name_zh", "name_en", "position")
    list_editable = ("position",)
    search_fields = ("code", "name_zh", "name_en")

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()


admin.site.register(District, NamedReferenceAdmin)
admin.site.register(Chain, NamedReferenceAdmin)
