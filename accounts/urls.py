"""Pages about people, organisations and sign-in; each feature declares its own addresses."""

from django.urls import include, path

urlpatterns = [
    path("", include("accounts.signin.urls")),
    path("", include("accounts.people.urls")),
    path("", include("accounts.tokens.urls")),
    path("", include("accounts.invitations.urls")),
    path("", include("accounts.organisations.urls")),
]
