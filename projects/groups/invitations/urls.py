"""Addresses of invitations."""

from django.urls import URLPattern, path

from projects.groups.invitations import pages as invitation_pages

urlpatterns: list[URLPattern] = [
    path("groupes/<slug:slug>/inviter/", invitation_pages.invite, name="group-invite"),
    path("groupes/<slug:slug>/inviter/plusieurs/", invitation_pages.invite_many, name="group-invite-many"),
    path("groupes/<slug:slug>/invitations/", invitation_pages.invitations, name="group-invitations"),
    path(
        "groupes/<slug:slug>/invitations/<uuid:pk>/renvoyer/",
        invitation_pages.resend,
        name="group-invitation-resend",
    ),
    path(
        "groupes/<slug:slug>/invitations/<uuid:pk>/retirer/",
        invitation_pages.withdraw,
        name="group-invitation-withdraw",
    ),
    path("administration/invitations/nouvelle/", invitation_pages.new, name="invitation-new"),
    path("administration/mandats/importer/", invitation_pages.gather_many, name="gather"),
]
