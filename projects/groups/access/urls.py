"""Addresses of what one may do in a group, and why."""

from django.urls import path

from projects.groups.access import pages as access_pages

urlpatterns = [
    path("groupes/<slug:slug>/acces/", access_pages.explanation, name="group-access"),
    path("groupes/<slug:slug>/lectures-d-urgence/", access_pages.emergencies, name="group-emergencies"),
    path("groupes/<slug:slug>/lecture-d-urgence/", access_pages.emergency, name="group-emergency"),
    path(
        "groupes/<slug:slug>/lecture-d-urgence/<uuid:pk>/refermer/",
        access_pages.emergency_close,
        name="group-emergency-close",
    ),
]
