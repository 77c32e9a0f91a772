"""Pages of groups, of who sits in them, and of how one is invited into them."""

from django.urls import include, path

urlpatterns = [
    path("", include("projects.groups.access_urls")),
    path("", include("projects.groups.group_urls")),
    path("", include("projects.groups.mandate_urls")),
    path("", include("projects.groups.invitation_urls")),
]
