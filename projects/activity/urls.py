from django.urls import URLPattern, URLResolver, path

from projects.activity import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("administration/journal/", pages.journal, name="journal"),
    path("administration/journal/verification/", pages.verification, name="journal-verification"),
]
