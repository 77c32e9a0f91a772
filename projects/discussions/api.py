"""The API of discussions: comments, and the threads that hold them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from filiere.api.lists import FilterSet
from filiere.api.permissions import SignedIn
from filiere.api.resources import Changeable, Creatable, Listable, Readable, Removable, Resource
from projects.discussions import selectors, services
from projects.discussions.models import Comment, Thread
from projects.discussions.serializers import CommentChange, CommentSerializer, NewComment, ThreadSerializer
from projects.discussions.subjects import find


class CommentFilters(FilterSet):
    version = filters.UUIDFilter(field_name="thread__version")
    resolved = filters.BooleanFilter(field_name="thread__resolved_at", lookup_expr="isnull", exclude=True)

    class Meta(FilterSet.Meta):
        model = Comment
        fields = ["thread", "author"]


class CommentResource(Listable, Readable, Creatable, Changeable, Removable, Resource):
    """Commentaires des discussions que vous lisez."""

    serializer_class = CommentSerializer
    create_serializer_class = NewComment
    write_serializer_class = CommentChange
    # Who reads work may comment it, and corrects what they wrote: the services decide, comment by comment.
    permission_classes = [SignedIn]
    filterset_class = CommentFilters
    ordering_fields = ("written_at",)

    def get_queryset(self) -> QuerySet[Comment]:
        return selectors.comments(self.person)

    def create_object(self, data: dict[str, Any]) -> Comment:
        """Commenter

        Répond dans le fil donné, ou ouvre un fil sur la version donnée. Une personne nommée après un @ est prévenue.
        """
        if "thread" in data:
            thread = selectors.threads(self.person).filter(pk=data["thread"]).first()
            if thread is None:
                raise ValidationError({"thread": _("Ce fil n’existe pas.")})
            return services.answer(thread=thread, text=data["text"], by=self.person)
        version = find("version", data["version"], self.person)
        if version is None:
            raise ValidationError({"version": _("Cette version n’existe pas.")})
        opened = services.open_thread(
            field="version", target=version, text=data["text"], about=data.get("about", ""), by=self.person
        )
        first: Comment = opened.comments.get()
        return first

    def change_object(self, instance: Comment, data: dict[str, Any], seen: str | None) -> Comment:
        """Corriger un de ses commentaires"""
        return services.correct(comment=instance, text=data.get("text", instance.text), by=self.person, seen=seen)

    def remove_object(self, instance: Comment, seen: str | None) -> None:
        """Retirer un commentaire

        Ses mots disparaissent\u202f; sa place reste. Réservé à son auteur et aux pilotes.
        """
        services.take_back(comment=instance, by=self.person, seen=seen)


class ThreadFilters(FilterSet):
    resolved = filters.BooleanFilter(field_name="resolved_at", lookup_expr="isnull", exclude=True)

    class Meta(FilterSet.Meta):
        model = Thread
        fields = ["version"]


class ThreadResource(Listable, Readable, Resource):
    """Fils de discussion que vous lisez, résolus ou non."""

    serializer_class = ThreadSerializer
    permission_classes = [SignedIn]
    filterset_class = ThreadFilters
    ordering_fields = ("opened_at",)

    def get_queryset(self) -> QuerySet[Thread]:
        found: QuerySet[Any] = Thread.objects.visible_to(self.person)
        counted: QuerySet[Thread] = found.annotate(number=Count("comments"))
        return counted.select_related("version__deliverable__group")

    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: str) -> Response:
        """Marquer un fil comme résolu"""
        thread = self.get_object()
        self.written()
        return self.item(self.again(services.settle(thread=thread, by=self.person, seen=self.seen(thread))))

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Rouvrir un fil résolu"""
        thread = self.get_object()
        self.written()
        return self.item(self.again(services.reopen(thread=thread, by=self.person, seen=self.seen(thread))))
