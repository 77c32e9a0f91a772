"""The API, version 1."""

from django.urls import include, path

from filiere.api import pages
from filiere.api.discovery import OpenApi, Root

urlpatterns = [
    path("", Root.as_view(), name="api-root"),
    path("schema/", OpenApi.as_view(), name="api-schema"),
    path("docs/", pages.docs, name="api-docs"),
    path("docs/<slug:name>/", pages.docs_section, name="api-docs-section"),
    path("", include("accounts.api_urls")),
    path("", include("projects.api_urls")),
]
