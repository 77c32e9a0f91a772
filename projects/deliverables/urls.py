"""Addresses of deliverables, feature by feature."""

from django.urls import include, path

urlpatterns = [
    path("", include("projects.deliverables.approvals.urls")),
    path("", include("projects.deliverables.opinions.urls")),
    path("", include("projects.deliverables.versions.urls")),
    path("", include("projects.deliverables.page_urls")),
    path("", include("projects.deliverables.lists.urls")),
]
