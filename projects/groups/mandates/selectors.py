from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from filiere.days import today
from filiere.text import fold
from projects.groups.models import Membership

SOON = timedelta(days=60)


def all_mandates() -> QuerySet[Membership]:
    """Of every group, past and future ones included: for coordinators."""
    found: QuerySet[Membership] = Membership.objects.filter(withdrawn_at=None)
    return found.select_related("person", "group", "organisation")


def still_running(mandates: QuerySet[Membership]) -> QuerySet[Membership]:
    return mandates.filter(Q(ends_on=None) | Q(ends_on__gte=today()))


def ending_soon(mandates: QuerySet[Any]) -> QuerySet[Any]:
    return mandates.filter(starts_on__lte=today(), ends_on__gte=today(), ends_on__lte=today() + SOON)


def matching(mandates: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Every word, in the person's name or address, or in the name of whom they speak for."""
    for word in fold(text).split():
        mandates = mandates.filter(Q(person__searchable__contains=word) | Q(organisation__alphabetical__contains=word))
    return mandates
