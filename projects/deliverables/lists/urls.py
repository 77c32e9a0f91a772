"""`nouveau` and what else belongs to one deliverable have addresses of their own."""

from django.urls import path

from projects.deliverables.lists import pages

urlpatterns = [
    path("groupes/<slug:slug>/livrables/", pages.listed, name="group-deliverables"),
    path("groupes/<slug:slug>/livrables/tableau/", pages.board, name="group-deliverables-board"),
    path("groupes/<slug:slug>/livrables/frise/", pages.timeline, name="group-deliverables-timeline"),
    path("groupes/<slug:slug>/livrables/en-lot/", pages.together, name="deliverables-together"),
    path("livrables/", pages.own, name="deliverables"),
]
