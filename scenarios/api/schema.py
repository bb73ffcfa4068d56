"""How the endpoints are described in OpenAPI: summaries from docstrings, problems on every operation."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse

from scenarios.api.problems import MEDIA_TYPE, Problem

DESCRIPTIONS = {
    "400": _("The request is not as the API expects it."),
    "401": _("Nobody is signed in, or the token is not valid."),
    "403": _("Your role does not allow this."),
    "404": _("There is no such object, or it is not open to you."),
    "406": _("The format asked for is not offered."),
    "409": _("The step is not possible in the present state, or someone saved in between."),
    "413": _("The request is too large."),
    "415": _("The body is not JSON."),
    "422": _("Some values are missing or contradict each other."),
    "429": _("Too many requests; Retry-After says when to try again."),
}


class ProblemSchema(AutoSchema):
    """Spectacular's inspector with the problems that any operation may answer with."""

    def get_summary(self) -> str:
        return self._doc()[0]

    def get_description(self) -> str:  # type: ignore[override]
        return self._doc()[1]

    def _doc(self) -> tuple[str, str]:
        method = getattr(self.view, getattr(self.view, "action", None) or self.method.lower(), None)
        first, _space, rest = (getattr(method, "__doc__", "") or "").strip().partition("\n")
        return first.rstrip("."), " ".join(rest.split())

    def _codes(self) -> list[str]:
        codes = ["400", "406", "429"]
        if self.path.count("{") or self._is_list_view():
            codes.append("404")
        audience = getattr(self.view, "audience", ())
        if isinstance(audience, dict):
            audience = audience.get(getattr(self.view, "action", ""), ())
        if audience != ("public",):
            codes += ["401", "403"]
        if self.method in ("POST", "PATCH", "PUT", "DELETE"):
            codes += ["401", "403", "404", "409", "413", "415", "422"]
        return sorted(set(codes))

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code in self._codes():
            problem = OpenApiResponse(Problem, description=str(DESCRIPTIONS[code]))
            described: Any = self._get_response_for_code(problem, code, [MEDIA_TYPE], direction)  # type: ignore[no-untyped-call]
            bodies.setdefault(code, described)
        return bodies
