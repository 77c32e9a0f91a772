"""Pages of the work; each feature declares its own addresses."""

from django.urls import include, path

urlpatterns = [
    path("", include("projects.home.urls")),
    path("", include("projects.activity.urls")),
]
