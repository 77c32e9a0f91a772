"""Writes about opinions: asked of members, given by them, recorded. They approve nothing and hold nothing up."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.people.models import User
from filiere.days import today
from filiere.refusals import Refused
from projects.access.enums import Permission
from projects.access.standing import read_standing
from projects.deliverables.enums import OpinionKind
from projects.deliverables.holding import held, tell
from projects.deliverables.models import Deliverable, seen_by
from projects.deliverables.opinions.mail import tell_asked_after_commit
from projects.deliverables.opinions.models import Opinion
from projects.deliverables.versions.models import Version
from projects.groups.permissions import capacity_in
from projects.groups.selectors import mandate_that_gives


def ask(*, version: Version, people: Iterable[User], by: User, due_on: date | None = None) -> list[Opinion]:
    """Of members who may read it. Whoever was asked already is not asked twice."""
    with transaction.atomic():
        row = held(version.deliverable, by=by, permission=Permission.CONTRIBUTE)
        _check_current(version, row)
        if due_on is not None and due_on < today():
            raise ValidationError({"due_on": _("Cette date est déjà passée.")})
        asked = set(Opinion.objects.filter(version=version, withdrawn_at=None).values_list("person_id", flat=True))
        chosen = {person.pk: person for person in people if person.pk not in asked}
        if not chosen:
            raise ValidationError({"people": _("Choisissez au moins un membre à qui rien n’est encore demandé.")})
        for person in chosen.values():
            _check_may_give(person, row)
        found = [
            Opinion.objects.create(version=version, person=person, asked_by=by, due_on=due_on)
            for _pk, person in sorted(chosen.items())
        ]
        row.save()
        tell(
            row,
            "deliverable.opinion_asked",
            by=by,
            permission=Permission.CONTRIBUTE,
            changes={
                "version": (None, version.number),
                "people": (None, sorted(str(pk) for pk in chosen)),
                "due_on": (None, due_on.isoformat() if due_on else ""),
            },
        )
        for opinion in found:
            tell_asked_after_commit(opinion)
    return found


def give(*, version: Version, kind: str, by: User, text: str = "") -> Opinion:
    """What was asked of them, or what a member says unasked. Said again, it replaces what they said of this version."""
    text = text.replace("\r\n", "\n").strip()
    if kind not in OpinionKind.values:
        raise ValidationError({"kind": _("Choisissez un avis.")})
    if len(text) > 5000:
        raise ValidationError({"text": _("Écrivez 5\u202f000 caractères au plus.")})
    if not text and kind in {OpinionKind.WITH_RESERVES, OpinionKind.UNFAVOURABLE}:
        raise ValidationError({"text": _("Dites vos réserves, ou ce qui s’y oppose.")})
    with transaction.atomic():
        row = held(version.deliverable, by=by, permission=Permission.DISCUSS)
        _check_current(version, row)
        opinion = Opinion.objects.filter(version=version, person=by, withdrawn_at=None).first()
        if opinion is None:
            opinion = Opinion(version=version, person=by)
        mandate = mandate_that_gives(by, Permission.DISCUSS, row.group)
        before = opinion.kind
        opinion.kind, opinion.text, opinion.given_at = kind, text, timezone.now()
        opinion.organisation = mandate.organisation if mandate else None
        opinion.capacity = capacity_in(by, row.group, Permission.DISCUSS)
        opinion.save()
        row.save()
        tell(
            row,
            "deliverable.opinion_given",
            by=by,
            permission=Permission.DISCUSS,
            changes={"version": (None, version.number), "kind": (before or None, str(kind))},
        )
    return opinion


def take_back(*, opinion: Opinion, by: User) -> None:
    """A question that no longer needs an answer: by who asked it, or by a pilot."""
    with transaction.atomic():
        row = held(opinion.version.deliverable, by=by, permission=Permission.CONTRIBUTE)
        fresh = Opinion.objects.select_for_update(of=("self",), no_key=True).get(pk=opinion.pk)
        if by.pk != fresh.asked_by_id and not read_standing(by).may(Permission.APPROVE, row.group):
            raise PermissionDenied(_("Seuls qui a demandé cet avis et les pilotes retirent la demande."))
        if fresh.given_at is not None or fresh.withdrawn_at is not None:
            raise Refused(_("Cet avis a été donné, ou sa demande retirée."), code="settled")
        fresh.withdrawn_at = timezone.now()
        fresh.save()
        row.save()
        tell(
            row,
            "deliverable.opinion_no_longer_asked",
            by=by,
            permission=Permission.CONTRIBUTE,
            changes={"version": (None, opinion.version.number), "people": (None, [str(fresh.person_id)])},
        )


def _check_current(version: Version, row: Deliverable) -> None:
    if version.pk != row.current_id:
        raise Refused(_("Une version plus récente a été déposée\u00a0: c’est elle qui compte."), code="replaced")


def _check_may_give(person: User, row: Deliverable) -> None:
    standing = read_standing(person)
    if not standing.may(Permission.DISCUSS, row.group):
        raise ValidationError({"people": _("On demande un avis à qui siège dans le groupe et peut y débattre.")})
    if not Deliverable.objects.filter(seen_by(standing), pk=row.pk).exists():
        raise ValidationError({"people": _("Une de ces personnes ne peut pas lire ce livrable.")})
