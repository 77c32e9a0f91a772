from django.urls import path

from accounts.tokens import pages

urlpatterns = [
    path("compte/jetons/", pages.tokens, name="tokens"),
    path("compte/jetons/<uuid:pk>/revoquer/", pages.revoke, name="token-revoke"),
]
