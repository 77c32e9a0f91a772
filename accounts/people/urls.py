from django.urls import URLPattern, URLResolver, path

from accounts.people import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("compte/preferences/", pages.preferences, name="preferences"),
    path("compte/donnees/", pages.personal_data, name="personal-data"),
    path("administration/personnes/", pages.people, name="people"),
    path("administration/personnes/<uuid:pk>/", pages.person, name="person"),
    path("administration/personnes/<uuid:pk>/modifier/", pages.edit, name="person-edit"),
    path("administration/personnes/<uuid:pk>/anonymiser/", pages.anonymise, name="person-anonymise"),
    path("administration/personnes/<uuid:pk>/<slug:slug>/", pages.act, name="person-act"),
]
