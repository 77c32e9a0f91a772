"""Addresses of versions."""

from django.urls import path

from projects.deliverables.versions import pages

urlpatterns = [
    path("livrables/<uuid:pk>/deposer/", pages.deposit, name="version-deposit"),
    path("livrables/<uuid:pk>/versions/<int:number>/", pages.version, name="version"),
    path("livrables/<uuid:pk>/versions/<int:number>/fichier/", pages.file, name="version-file"),
    path("livrables/<uuid:pk>/versions/<int:number>/apercu/", pages.preview, name="version-preview"),
    path("livrables/<uuid:pk>/versions/<int:number>/comparer/", pages.compare, name="version-compare"),
]
