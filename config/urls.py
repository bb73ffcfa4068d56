"""Every address of the product."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("scenarios.urls")),
    path("", include("marketplace.urls")),
    path("staff/", include("scenarios.staff_urls")),
    path("staff/", include("marketplace.staff_urls")),
    path("api/v1/", include("config.api_urls")),
    path("about/", views.about, name="about"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("contact/", views.contact, name="contact"),
    path("help/", views.guides, name="help"),
    path("help/<slug:name>/", views.guide, name="help_guide"),
    path("design/", views.design, name="design"),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
