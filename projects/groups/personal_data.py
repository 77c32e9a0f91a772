"""Sections of `settings.PERSONAL_DATA`: where a person sits, what they lent and borrowed, what they opened."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.people.models import User
from projects.access.models import EmergencyReading
from projects.groups.models import Delegation, InvitedMandate, Membership

Lines = list[dict[str, Any]]


def mandates(person: User) -> dict[str, Any]:
    columns = {"groupe": "group__name", "role": "role", "organisation": "organisation__name"}
    dates = {"debut": "starts_on", "fin": "ends_on"}
    offered = InvitedMandate.objects.filter(Q(offered_by=person) | Q(invitation__accepted_by=person))
    return {
        "mandats": _lines(
            Membership.objects.filter(person=person),
            **columns,
            college="college",
            **dates,
            suppleant_au_titre_du_mandat="substitute_for",
            retire="withdrawn_at",
        ),
        "mandats_proposes": _lines(offered, **columns, **dates, propose="offered_at", retire="withdrawn_at"),
    }


def delegations(person: User) -> dict[str, Any]:
    """The other person's name is theirs."""
    columns = {
        "groupe": "group__name",
        "permission": "permission",
        "debut": "starts_on",
        "fin": "ends_on",
        "motif": "reason",
        "retiree": "revoked_at",
    }
    return {
        "delegations_donnees": _lines(Delegation.objects.filter(lender=person), **columns),
        "delegations_recues": _lines(Delegation.objects.filter(borrower=person), **columns),
    }


def emergency_readings(person: User) -> dict[str, Any]:
    return {
        "lectures_d_urgence": _lines(
            EmergencyReading.objects.filter(person=person),
            groupe="group__name",
            raison="reason",
            ouverte="opened_at",
            refermee="closes_at",
        )
    }


def _lines(rows: QuerySet[Any], **columns: str) -> Lines:
    found: Any = rows.order_by("pk").values_list(*columns.values())
    return [dict(zip(columns, values, strict=True)) for values in found]
