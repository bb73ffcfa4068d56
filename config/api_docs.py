"""The schema of the API and its page."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from scenarios.access import PUBLIC


class ApiSchema(SpectacularAPIView):
    """OpenAPI 3.1, as YAML or with `?format=json`."""

    audience = (PUBLIC,)
    authentication_classes = ()


class ApiDocs(SpectacularSwaggerSplitView):
    """Swagger UI from this host, its script as a file of its own: the site's CSP holds here without exception."""

    audience = (PUBLIC,)
    authentication_classes = ()
    url_name = "api-schema"
    template_name = "api/docs.html"
