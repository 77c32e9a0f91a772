"""What a list of deliverables is narrowed by. A filter tells no more than the rows do: what is not shown of a row is
not found by it either."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from filiere.api.lists import FilterSet
from filiere.api.resources import is_id
from projects.access.confidentiality import NOTHING
from projects.access.enums import Confidentiality, Permission
from projects.access.standing import standing_of
from projects.deliverables.enums import ApprovalState, Health, Progress
from projects.deliverables.models import Deliverable, brought_before

Rows = QuerySet[Any]


class DeliverableFilters(FilterSet):
    group = filters.CharFilter(method="of_group", label=_("Son identifiant, ou le dernier mot de son adresse"))
    project = filters.UUIDFilter(field_name="projects")
    owner = filters.UUIDFilter(field_name="owners")
    organisation = filters.UUIDFilter(field_name="organisations")
    progress = filters.ChoiceFilter(choices=Progress.choices)
    health = filters.ChoiceFilter(choices=Health.choices, method="told_of_health")
    approval_state = filters.ChoiceFilter(choices=ApprovalState.choices, method="standing_at")
    confidentiality = filters.ChoiceFilter(choices=Confidentiality.choices)
    late = filters.BooleanFilter(method="being_late")
    due_before = filters.DateFilter(
        field_name="due_end", lookup_expr="lte", label=_("Échéance ce jour-là au plus tard")
    )
    due_after = filters.DateFilter(field_name="due_end", lookup_expr="gte", label=_("Échéance ce jour-là au plus tôt"))

    class Meta(FilterSet.Meta):
        model = Deliverable
        fields: Sequence[str] = ["recurrent", "needs_bureau"]

    def of_group(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(group=value) if is_id(value) else rows.filter(group__slug=value)

    def told_of_health(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(self._worked_on(), health=value)

    def standing_at(self, rows: Rows, name: str, value: str) -> Rows:
        current = self._worked_on() | brought_before(standing_of(self.request.user))
        if self._works_everywhere():
            return rows.filter(approval_state=value)
        return rows.filter(current & Q(approval_state=value) | ~current & Q(validated__state=value))

    def being_late(self, rows: Rows, name: str, value: bool) -> Rows:
        late: Rows = Deliverable.objects.late()
        return rows.filter(pk__in=late.values("pk")) if value else rows.exclude(pk__in=late.values("pk"))

    def _works_everywhere(self) -> bool:
        return Permission.READ_WORK in standing_of(self.request.user).everywhere

    def _worked_on(self) -> Q:
        if self._works_everywhere():
            return Q()
        groups = standing_of(self.request.user).groups(Permission.READ_WORK)
        return Q(group__in=groups) if groups else NOTHING
