"""Who an object exists for: one field, one query, for every feature.

    class Deliverable(Confidential):
        VALIDATED = Q(approval_state="approuve_pilotes")  # what observers may read; everything, when not said

        class Meta(Confidential.Meta):
            indexes = lists_of("deliverable", "-due_end", "-id")

    Deliverable.objects.visible_to(person)

Each row carries the name of its audience, which the database itself keeps; a reader belongs to so many. Asked as
« this level, or that one in these groups », the same question reads the whole table for who may see little of it.
"""

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast, Concat, Replace
from django.utils.translation import gettext_lazy as _

from accounts.organisations.enums import College
from projects.access.enums import Confidentiality, Permission
from projects.access.roles import COLLEGES
from projects.access.standing import Standing, standing_of

if TYPE_CHECKING:
    from accounts.people.models import User
    from projects.groups.models import WorkingGroup

NOTHING = Q(pk__in=[])
# The same audience whatever the group.
OPEN = (Confidentiality.PUBLIC, Confidentiality.FILIERE)


def audience(level: str, group: UUID, college: str = "") -> str:
    """As the generated column writes it."""
    return level if level in OPEN else f"{level}:{college}:{group.hex}"


def audiences_of(standing: Standing) -> list[str]:
    """Those that this reader belongs to by name: what is held everywhere comes on top."""
    if not standing.known:
        return []
    found: list[str] = [Confidentiality.PUBLIC]
    if standing.in_filiere:
        found.append(Confidentiality.FILIERE)
    if Permission.READ not in standing.everywhere:
        found += [audience(Confidentiality.GROUP, group) for group in standing.groups(Permission.READ)]
    for side, permission in COLLEGES.items():
        found += [audience(Confidentiality.COLLEGE, group, side) for group in standing.groups(permission)]
    found += [audience(Confidentiality.RESTRICTED, group) for group in standing.groups(Permission.READ_RESTRICTED)]
    return found


def readable(standing: Standing, *, validated: Q | None = None, path: str = "") -> Q:
    """`path` leads from the model that is asked to the confidential one: "deliverable__"."""
    if not standing.known:
        return NOTHING
    found = Q(**{f"{path}audience__in": audiences_of(standing)})
    if Permission.READ in standing.everywhere:
        found |= Q(**{f"{path}confidentiality": Confidentiality.GROUP})
    if validated is not None and Permission.READ_WORK not in standing.everywhere:
        found &= validated | Q(**{f"{path}group__in": standing.groups(Permission.READ_WORK)})
    return found


def levels_open_to(standing: Standing, group: "WorkingGroup") -> list[Confidentiality]:
    """What this person may choose there: nobody writes what they could not read afterwards."""
    needed = {Confidentiality.GROUP: Permission.READ, Confidentiality.RESTRICTED: Permission.READ_RESTRICTED}
    chosen = {
        Confidentiality.PUBLIC: standing.known,
        Confidentiality.FILIERE: standing.in_filiere,
        Confidentiality.COLLEGE: bool(colleges_open_to(standing, group)),
        **{level: standing.may(permission, group) for level, permission in needed.items()},
    }
    return [level for level in Confidentiality if chosen[level]]


def colleges_open_to(standing: Standing, group: "WorkingGroup") -> list[College]:
    return [college for college, permission in COLLEGES.items() if standing.may(permission, group)]


def check_chosen(standing: Standing, group: "WorkingGroup", *, confidentiality: str, college: str = "") -> None:
    """What a service asks before it writes: the form, the serializer and a script are held to the same."""
    if confidentiality not in levels_open_to(standing, group):
        raise ValidationError(
            {"confidentiality": _("Vous ne pourriez plus lire ce que vous écrivez\u00a0: choisissez un autre niveau.")}
        )
    if confidentiality != Confidentiality.COLLEGE and college:
        raise ValidationError({"college": _("N’indiquez un collège que pour ce qui lui est réservé.")})
    if confidentiality == Confidentiality.COLLEGE and college not in colleges_open_to(standing, group):
        raise ValidationError({"college": _("Choisissez un collège pour lequel vous siégez dans ce groupe.")})


def lists_of(table: str, *order: str) -> list[models.Index]:
    """The indexes that lists of a confidential model read: of one group, and across all of them."""
    return [
        models.Index(fields=["group", *order], name=f"{table}_by_group"),
        models.Index(fields=["audience", *order], name=f"{table}_by_audience"),
        models.Index(fields=[*order], name=f"{table}_by_order"),
    ]


class ConfidentialQuerySet(models.QuerySet[Any]):
    def visible_to(self, reader: "User | AnonymousUser") -> "ConfidentialQuerySet":
        return self.filter(readable(standing_of(reader), validated=self.model.VALIDATED))


class Confidential(models.Model):
    """What belongs to a group and says to whom it exists."""

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
    audience = models.GeneratedField(
        expression=Case(
            When(confidentiality__in=OPEN, then=F("confidentiality")),
            default=Concat(
                F("confidentiality"),
                Value(":"),
                F("college"),
                Value(":"),
                # SQLite keeps identifiers without hyphens, PostgreSQL writes them with.
                Replace(Cast("group", models.CharField()), Value("-"), Value("")),
            ),
        ),
        output_field=models.CharField(max_length=80),
        db_persist=True,
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
