"""Reads about mandates offered with an invitation: who sees them, where they stand, who answers for them."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import BooleanField, Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.invitations import selectors as invitations
from accounts.invitations.models import Invitation
from accounts.people.models import User
from filiere.days import today
from filiere.web.french import date_fr
from projects.access.enums import Permission, Role
from projects.access.roles import MAY_GIVE
from projects.groups.enums import OfferState
from projects.groups.mandates.handover import Duty, Leaving
from projects.groups.mandates.rules import roles_that
from projects.groups.models import InvitedMandate, Membership, WorkingGroup

PATH = "invitation__"


def offers_into(group: WorkingGroup, *, acted_on_by: User | None = None, at: datetime | None = None) -> QuerySet[Any]:
    """Each with the invited person's `address` and names, its `state`, and whether it is `orphaned`.

    And whether that reader `may_act` on it.
    """
    roles = roles_that(acted_on_by, group) if acted_on_by else ()
    open_to_acts = Q(role__in=roles, withdrawn_at=None, invitation__accepted_at=None, invitation__revoked_at=None)
    may_act = Case(When(open_to_acts, then=Value(True)), default=Value(False), output_field=BooleanField())
    found: QuerySet[Any] = _told(InvitedMandate.objects.filter(group=group), at=at).annotate(may_act=may_act)
    return found


def offers_of(invitation: Invitation, reader: User) -> QuerySet[Any]:
    """What it brings, as far as the reader may know of it."""
    return _told(InvitedMandate.objects.visible_to(reader).filter(invitation=invitation))


def matching(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    return invitations.matching(queryset, text, PATH)


def _told(offers: QuerySet[Any], *, at: datetime | None = None) -> QuerySet[Any]:
    told: QuerySet[Any] = offers.select_related(
        "group", "organisation", "offered_by", "invitation__accepted_by"
    ).annotate(
        state=_state(at or timezone.now()),
        address=invitations.address(PATH),
        given_name=_name("given_name"),
        family_name=_name("family_name"),
        orphaned=_orphaned(),
    )
    return told


def _state(at: datetime) -> Case:
    return Case(
        When(withdrawn_at__isnull=False, then=Value(OfferState.WITHDRAWN)),
        When(invitation__accepted_at__isnull=False, given_at=None, then=Value(OfferState.NOT_GIVEN)),
        default=invitations.state(at, PATH),
        output_field=CharField(),
    )


def _name(field: str) -> Coalesce:
    """Of the invitation, then of the account that came of it: the former keeps none."""
    return Coalesce(
        NullIf(f"{PATH}{field}", Value("")), f"{PATH}accepted_by__{field}", Value(""), output_field=CharField()
    )


def _orphaned() -> Case:
    """Still open, while whoever offered it could not offer it any more: others decide whether it stands."""
    steering = Membership.objects.in_force(today()).filter(person=OuterRef("offered_by"), group=OuterRef("group"))
    entitled: Any = Q(offered_by__is_staff=True) | Q(offered_by__is_delegate=True)
    for role, given in MAY_GIVE.items():
        entitled |= Q(role__in=given) & Exists(steering.filter(role=role))
    return Case(
        When(Q(withdrawn_at__isnull=False) | Q(invitation__accepted_at__isnull=False), then=Value(False)),
        When(Q(invitation__revoked_at__isnull=False) | Q(offered_by=None), then=Value(False)),
        When(Q(offered_by__is_active=True) & entitled, then=Value(False)),
        default=Value(True),
        output_field=BooleanField(),
    )


def promised(invitation: Invitation) -> list[str]:
    """For `settings.INVITATION_BRINGS`: what is still to be given, to the person it is for."""
    offers = InvitedMandate.objects.filter(invitation=invitation, withdrawn_at=None, group__archived_at=None)
    offers = offers.exclude(ends_on__lt=today()).select_related("group", "organisation")
    return [_in_words(offer) for offer in offers.order_by("group__alphabetical", "pk")]


def _in_words(offer: InvitedMandate) -> str:
    words = {
        "role": Role(offer.role).label,
        "group": offer.group.name,
        "organisation": offer.organisation.name,
        "day": date_fr(offer.ends_on),
    }
    if offer.ends_on:
        return _("%(role)s du groupe «\u00a0%(group)s\u00a0», au nom de %(organisation)s, jusqu’au %(day)s") % words
    return _("%(role)s du groupe «\u00a0%(group)s\u00a0», au nom de %(organisation)s") % words


def offers_pending(leaving: Leaving) -> list[Duty]:
    """For `settings.DUTIES`: they stand, and somebody must answer for them."""
    if leaving.keeps(Permission.INVITE):
        return []
    found = InvitedMandate.objects.standing().filter(
        group=leaving.mandate.group_id, offered_by=leaving.mandate.person_id
    )
    if not (number := found.count()):
        return []
    said = ngettext(
        "A invité une personne qui n’a pas encore répondu",
        "A invité %(n)d personnes qui n’ont pas encore répondu",
        number,
    )
    stays = _("l’invitation reste valable\u202f; les pilotes la voient et peuvent la retirer")
    return [
        Duty(
            what=said % {"n": number},
            with_successor=_("reste valable, et le successeur en répond"),
            without=stays,
            settle=partial(_answer_for, found),
        )
    ]


def _answer_for(offers: QuerySet[Any], successor: Membership | None, by: User | None) -> None:
    if successor is not None:
        offers.update(offered_by=successor.person_id)
