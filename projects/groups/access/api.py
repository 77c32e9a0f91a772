"""The API of what one may do in a group, and why; and of emergency readings. Twins of `access_pages`."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.organisations.permissions import coordinates
from filiere.api.permissions import SignedIn
from filiere.api.resources import Creatable, Listable, Readable, Resource
from filiere.api.views import View
from projects.access.enums import Permission
from projects.access.models import EmergencyReading
from projects.groups.access.emergencies import close_emergency, emergencies_of, open_emergency
from projects.groups.access.explanations import explain
from projects.groups.access.forms import QuestionForm
from projects.groups.access.serializers import EmergencyInput, EmergencySerializer, ExplanationSerializer
from projects.groups.models import WorkingGroup
from projects.groups.permissions import may, may_explain, visible_group

GROUP = OpenApiParameter(
    "slug",
    OpenApiTypes.STR,
    OpenApiParameter.PATH,
    description=gettext_lazy("Identifiant du groupe, ou le dernier mot de son adresse."),
)


class ExplanationView(View):
    """Ce qu’une personne peut dans un groupe, un jour donné, et d’où elle le tient."""

    permission_classes = [SignedIn]

    @extend_schema(
        operation_id="groups_access",
        parameters=[
            GROUP,
            OpenApiParameter("person", OpenApiTypes.UUID, description="Vous-même, si rien n’est dit."),
            OpenApiParameter("day", OpenApiTypes.DATE, description="Aujourd’hui, si rien n’est dit."),
        ],
        responses=ExplanationSerializer,
    )
    def get(self, request: Request, slug: str) -> Response:
        """Pourquoi cette personne voit-elle ceci\u202f?

        De soi-même, ou de toute personne du groupe pour qui en règle les droits ou en prête.
        """
        group = visible_group(self.person, slug)
        unknown = sorted(request.query_params.keys() - {"person", "day"})
        if unknown:
            raise ValidationError({name: [_("Paramètre inconnu.")] for name in unknown})
        asked = request.query_params.get("person") or str(self.person.pk)
        about_others = may_explain(self.person, group)
        if asked.lower() == str(self.person.pk):
            about_others = False
        elif not about_others:
            raise PermissionDenied(_("Vous pouvez demander ce que vous voyez ici, pas ce que d’autres y voient."))
        form = QuestionForm(
            {"personne": asked, "le": request.query_params.get("day", "")},
            group=group,
            reader=self.person,
            about_others=about_others,
            by_address=coordinates(self.person),
        )
        if not form.is_valid():
            names = {"personne": "person", "le": "day"}
            raise ValidationError(
                {names.get(name, name): [str(error) for error in errors] for name, errors in form.errors.items()}
            )
        person, day = form.cleaned_data["person"], form.cleaned_data["day"]
        told = {"person": person.pk, "group": group.pk, "day": day, "answers": explain(person, group, day)}
        return Response(ExplanationSerializer(told).data)


@extend_schema(parameters=[GROUP])
class EmergencyResource(Listable, Readable, Creatable, Resource):
    """Lectures d’urgence d’un groupe\u00a0: une heure, pour un administrateur, avec une raison que tous lisent."""

    serializer_class = EmergencySerializer
    write_serializer_class = EmergencyInput
    permission_classes = [SignedIn]
    ordering_fields = {"opened_at": "opened_at"}

    @property
    def group(self) -> WorkingGroup:
        return visible_group(self.person, str(self.kwargs["slug"]))

    def get_queryset(self) -> QuerySet[EmergencyReading]:
        group = self.group
        if not (self.person.is_staff or may(self.person, Permission.READ_JOURNAL, group)):
            raise PermissionDenied(_("Votre mandat ne vous permet pas de faire cela dans ce groupe."))
        return emergencies_of(group).visible_to(self.person)

    def create_object(self, data: dict[str, Any]) -> EmergencyReading:
        """Ouvrir une lecture d’urgence. Réservé aux administrateurs\u202f; les pilotes du groupe l’apprennent."""
        return open_emergency(group=self.group, reason=data["reason"], by=self.person)

    @action(detail=True, methods=["post"])
    def close(self, request: Request, slug: str, pk: str) -> Response:
        """Refermer sa lecture d’urgence avant son terme"""
        reading = self.get_object()
        self.written()
        return self.item(close_emergency(reading=reading, by=self.person))
