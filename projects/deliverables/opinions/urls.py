"""Addresses of opinions."""

from django.urls import path

from projects.deliverables.opinions import pages

urlpatterns = [
    path("livrables/<uuid:pk>/versions/<int:number>/avis/", pages.ask, name="opinion-ask"),
    path("livrables/<uuid:pk>/versions/<int:number>/mon-avis/", pages.give, name="opinion-give"),
    path("livrables/<uuid:pk>/avis/<uuid:opinion>/retirer/", pages.take_back, name="opinion-take-back"),
]
