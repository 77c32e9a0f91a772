"""Addresses of one deliverable."""

from django.urls import path

from projects.deliverables import due_page, following_pages, pages, sight_pages

urlpatterns = [
    path("groupes/<slug:slug>/livrables/nouveau/", pages.new, name="deliverable-new"),
    path("livrables/echeance/", due_page.due_preview, name="due-preview"),
    path("livrables/<uuid:pk>/", pages.deliverable, name="deliverable"),
    path("livrables/<uuid:pk>/qui-lit/", sight_pages.readers, name="deliverable-readers"),
    path("livrables/<uuid:pk>/modifier/", pages.change, name="deliverable-change"),
    path("livrables/<uuid:pk>/avancement/", following_pages.progress, name="deliverable-progress"),
    path("livrables/<uuid:pk>/criteres/", following_pages.criteria, name="deliverable-criteria"),
    path("livrables/<uuid:pk>/meteo/", following_pages.health, name="deliverable-health"),
    path("livrables/<uuid:pk>/suspendre/", following_pages.suspend, name="deliverable-suspend"),
    path("livrables/<uuid:pk>/abandonner/", following_pages.abandon, name="deliverable-abandon"),
    path("livrables/<uuid:pk>/reprendre/", following_pages.resume, name="deliverable-resume"),
    path("livrables/<uuid:pk>/dependances/", following_pages.depends, name="deliverable-dependencies"),
    path(
        "livrables/<uuid:pk>/dependances/<uuid:dependency>/retirer/",
        following_pages.no_longer_depends,
        name="deliverable-dependency-remove",
    ),
]
