"""Writes about what a deliverable waits for. A circle would wait for ever: it is refused, whoever closes it."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.people.models import User
from accounts.people.names import one_line
from filiere.versions import locked
from projects.access.enums import Permission
from projects.contracts.models import Contract
from projects.deliverables.holding import held, tell
from projects.deliverables.models import Deliverable, Dependency


def depend(*, deliverable: Deliverable, needs: Deliverable, by: User | None, why: str = "") -> Dependency:
    with transaction.atomic():
        # One at a time in the whole contract: two halves of a circle, noted at once, would each look innocent.
        locked(Contract.objects.all(), deliverable.group.contract_id)
        row = held(deliverable, by=by, permission=Permission.PLAN)
        if by is not None and not Deliverable.objects.visible_to(by).filter(pk=needs.pk).exists():
            raise Http404
        if needs.group.contract_id != row.group.contract_id:
            raise ValidationError({"needs": _("Ce livrable appartient à un autre contrat.")})
        if Dependency.objects.filter(deliverable=row, needs=needs).exists():
            raise ValidationError({"needs": _("Cette dépendance est déjà notée.")})
        if row.pk == needs.pk or row.pk in needed_from(needs.pk):
            raise ValidationError(
                {"needs": _("Ce livrable attend déjà celui-ci, même de loin\u00a0: ils s’attendraient l’un l’autre.")}
            )
        dependency = Dependency(deliverable=row, needs=needs, why=one_line("why", why))
        dependency.full_clean(validate_unique=False, validate_constraints=False)
        dependency.save(force_insert=True)
        row.save()
        # By its key: not everybody who reads this story may know the other deliverable.
        tell(
            row,
            "deliverable.dependency_added",
            by=by,
            permission=Permission.PLAN,
            changes={"needs": (None, str(needs.pk))},
        )
    return dependency


def stop_depending(*, dependency: Dependency, by: User | None) -> None:
    with transaction.atomic():
        row = held(dependency.deliverable, by=by, permission=Permission.PLAN)
        gone, _details = Dependency.objects.filter(pk=dependency.pk).delete()
        if gone:
            row.save()
            tell(
                row,
                "deliverable.dependency_removed",
                by=by,
                permission=Permission.PLAN,
                changes={"needs": (str(dependency.needs_id), "")},
            )


def needed_from(start: UUID) -> set[UUID]:
    """All that one deliverable waits for, near and far: a query a step, and no step twice."""
    found: set[UUID] = set()
    frontier = {start}
    while frontier:
        further = set(Dependency.objects.filter(deliverable__in=frontier).values_list("needs_id", flat=True))
        frontier = further - found
        found |= frontier
    return found
