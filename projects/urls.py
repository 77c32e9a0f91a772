"""Pages of the work; each feature declares its own addresses."""

from django.urls import include, path

urlpatterns = [
    path("", include("projects.home.urls")),
    path("", include("projects.activity.urls")),
    path("", include("projects.access.urls")),
    path("", include("projects.contracts.urls")),
    path("", include("projects.deliverables.urls")),
    path("", include("projects.discussions.urls")),
    path("", include("projects.groups.urls")),
]
