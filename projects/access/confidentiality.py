"""Who an object exists for: one field, one query, for every feature.

    class Deliverable(Confidential):
        objects = DeliverableQuerySet.as_manager()      # a ConfidentialQuerySet
        VALIDATED = Q(approval_state="approuve_pilotes")  # what observers may read; everything, when not said

    Deliverable.objects.visible_to(person)

The groups a person may read are resolved first and named one by one: as a subquery the planner misjudges them.
"""

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.organisations.enums import College
from projects.access.enums import Confidentiality, Permission
from projects.access.roles import COLLEGES
from projects.access.standing import Standing, standing_of

if TYPE_CHECKING:
    from accounts.people.models import User

NOTHING = Q(pk__in=[])


def readable(standing: Standing, *, validated: Q | None = None, path: str = "") -> Q:
    """`path` leads from the model that is asked to the confidential one: "deliverable__"."""
    if not standing.known:
        return NOTHING
    level, group, college = f"{path}confidentiality", f"{path}group__in", f"{path}college"
    found = Q(**{level: Confidentiality.PUBLIC})
    if standing.in_filiere:
        found |= Q(**{level: Confidentiality.FILIERE})
    found |= _where(standing, Permission.READ, group, **{level: Confidentiality.GROUP})
    for side, permission in COLLEGES.items():
        found |= _where(standing, permission, group, **{level: Confidentiality.COLLEGE, college: side})
    found |= _where(standing, Permission.READ_RESTRICTED, group, **{level: Confidentiality.RESTRICTED})
    if validated is not None and Permission.READ_WORK not in standing.everywhere:
        found &= validated | Q(**{group: standing.groups(Permission.READ_WORK)})
    return found


def _where(standing: Standing, permission: Permission, group: str, **levels: Any) -> Q:
    if permission in standing.everywhere:
        return Q(**levels)
    groups: list[UUID] = standing.groups(permission)
    return Q(**{group: groups}, **levels) if groups else NOTHING


class ConfidentialQuerySet(models.QuerySet[Any]):
    def visible_to(self, reader: "User | AnonymousUser") -> "ConfidentialQuerySet":
        return self.filter(readable(standing_of(reader), validated=self.model.VALIDATED))


class Confidential(models.Model):
    """What belongs to a group and says to whom it exists. Subclasses index ("group", …) for their lists."""

    VALIDATED: ClassVar[Q | None] = None

    group = models.ForeignKey(
        "projects.WorkingGroup", on_delete=models.PROTECT, related_name="%(class)ss", verbose_name=_("groupe")
    )
    confidentiality = models.CharField(
        _("confidentialité"), max_length=10, choices=Confidentiality, default=Confidentiality.GROUP
    )
    college = models.CharField(
        _("collège auquel c’est réservé"), max_length=20, choices=College, blank=True, default=""
    )

    objects: ClassVar = ConfidentialQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(confidentiality=Confidentiality.COLLEGE, college__in=College.values)
                | (~Q(confidentiality=Confidentiality.COLLEGE) & Q(college="")),
                name="%(class)s_names_the_college_it_is_kept_for",
                violation_error_message=_("Indiquez le collège auquel c’est réservé, et lui seul."),
            )
        ]
