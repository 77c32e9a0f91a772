"""Addresses of approvals."""

from django.urls import path

from projects.deliverables import circuit
from projects.deliverables.approvals import lists, pages

urlpatterns = [
    path("livrables/a-approuver/", lists.approvals, name="approvals"),
    path("bureau/a-valider/", lists.bureau_queue, name="bureau-queue"),
    path("aide/circuit-d-approbation/", circuit.workflow, name="workflow"),
    path("livrables/<uuid:pk>/deport/", pages.recusal, name="recusal"),
    path("livrables/<uuid:pk>/versions/<int:number>/soumettre/", pages.submit, name="version-submit"),
    path("livrables/<uuid:pk>/versions/<int:number>/retirer/", pages.withdraw, name="version-withdraw"),
    path("livrables/<uuid:pk>/versions/<int:number>/decision/", pages.decide, name="version-decide"),
    path("livrables/<uuid:pk>/versions/<int:number>/fiche/", pages.sheet, name="approval-sheet"),
]
