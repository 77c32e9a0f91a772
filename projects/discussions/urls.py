"""Discussions are about many things: an address names which, then its key."""

from django.urls import path

from projects.discussions import pages

urlpatterns = [
    path("discussions/<uuid:pk>/", pages.thread, name="thread"),
    path("discussions/<uuid:pk>/resoudre/", pages.settle, name="thread-settle"),
    path("discussions/<uuid:pk>/rouvrir/", pages.reopen, name="thread-reopen"),
    path("discussions/sur/<slug:field>/<uuid:pk>/", pages.open_thread, name="thread-open"),
    path("discussions/commentaires/<uuid:pk>/corriger/", pages.correct, name="comment-correct"),
    path("discussions/commentaires/<uuid:pk>/retirer/", pages.take_back, name="comment-take-back"),
]
