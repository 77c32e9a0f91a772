"""Pages of groups, of who sits in them, and of how one is invited into them."""

from django.urls import include, path

urlpatterns = [
    path("", include("projects.groups.access.urls")),
    path("", include("projects.groups.group_urls")),
    path("", include("projects.groups.mandates.urls")),
    path("", include("projects.groups.invitations.urls")),
]
