"""What everybody may read about who may do what. Pages about one group are the groups' own."""

from django.urls import path

from projects.access import pages

urlpatterns = [path("aide/roles/", pages.roles, name="roles")]
