"""Addresses of mandates, of delegations, and of who holds them."""

from django.urls import path

from projects.groups.delegations import pages as delegation_pages
from projects.groups.mandates import administration, person_pages
from projects.groups.mandates import pages as mandate_pages

urlpatterns = [
    path("groupes/<slug:slug>/membres/ajouter/", mandate_pages.new, name="mandate-new"),
    path("groupes/<slug:slug>/mandats/<uuid:pk>/", mandate_pages.mandate, name="mandate"),
    path("groupes/<slug:slug>/mandats/<uuid:pk>/modifier/", mandate_pages.change, name="mandate-change"),
    path("groupes/<slug:slug>/mandats/<uuid:pk>/prolonger/", mandate_pages.prolong, name="mandate-prolong"),
    path("groupes/<slug:slug>/mandats/<uuid:pk>/terminer/", mandate_pages.end, name="mandate-end"),
    path("groupes/<slug:slug>/mandats/<uuid:pk>/retirer/", mandate_pages.withdraw, name="mandate-withdraw"),
    path("groupes/<slug:slug>/delegations/", delegation_pages.delegations, name="group-delegations"),
    path("groupes/<slug:slug>/delegations/nouvelle/", delegation_pages.new, name="delegation-new"),
    path("groupes/<slug:slug>/delegations/<uuid:pk>/terminer/", delegation_pages.end, name="delegation-end"),
    path("administration/mandats/", administration.mandates, name="mandates-administration"),
    path("administration/mandats/en-lot/", administration.together, name="mandates-together"),
    path("personnes/<uuid:pk>/", person_pages.card, name="person-card"),
]
