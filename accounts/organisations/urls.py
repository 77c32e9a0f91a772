from django.urls import URLPattern, URLResolver, path

from accounts.organisations import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("organisations/", pages.directory, name="directory"),
    path("organisations/<uuid:pk>/", pages.directory_page, name="directory-organisation"),
    path("administration/organisations/", pages.organisations, name="organisations"),
    path("administration/organisations/nouvelle/", pages.new, name="organisation-new"),
    path("administration/organisations/<uuid:pk>/", pages.organisation, name="organisation"),
    path("administration/organisations/<uuid:pk>/modifier/", pages.edit, name="organisation-edit"),
    path("administration/organisations/<uuid:pk>/fusionner/", pages.merge, name="organisation-merge"),
]
