from django.urls import URLPattern, URLResolver, path

from accounts.invitations import acceptance_pages, pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("invitation/", acceptance_pages.accept, name="acceptance"),
    path("invitation/<str:token>/", acceptance_pages.follow, name="invitation-link"),
    path("administration/invitations/", pages.invitations, name="invitations"),
    path("administration/invitations/<uuid:pk>/", pages.invitation, name="invitation"),
    path("administration/invitations/<uuid:pk>/renvoyer/", pages.resend, name="invitation-resend"),
    path("administration/invitations/<uuid:pk>/revoquer/", pages.revoke, name="invitation-revoke"),
]
