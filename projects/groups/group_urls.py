"""Addresses of groups. `nouveau` comes before the groups' own addresses: no group is called that (`RESERVED`)."""

from django.urls import path

from projects.groups import administration, pages

urlpatterns = [
    path("groupes/", pages.groups, name="groups"),
    path("groupes/nouveau/", pages.new, name="group-new"),
    path("groupes/<slug:slug>/", pages.group, name="group"),
    path("groupes/<slug:slug>/membres/", pages.members, name="group-members"),
    path("groupes/<slug:slug>/journal/", pages.group_journal, name="group-journal"),
    path("groupes/<slug:slug>/modifier/", pages.change, name="group-change"),
    path("groupes/<slug:slug>/archiver/", pages.archive, name="group-archive"),
    path("groupes/<slug:slug>/rouvrir/", pages.reopen, name="group-reopen"),
    path("bureau/", pages.bureau, name="bureau"),
    path("administration/groupes/", administration.groups, name="groups-administration"),
    path("administration/groupes/en-lot/", administration.together, name="groups-together"),
]
