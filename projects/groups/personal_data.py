from typing import Any

from accounts.people.models import User
from projects.groups.models import Membership


def mandates(person: User) -> dict[str, Any]:
    """A section of `settings.PERSONAL_DATA`."""
    rows = Membership.objects.filter(person=person).order_by("starts_on", "pk")
    columns = {
        "groupe": "group__name",
        "role": "role",
        "organisation": "organisation__name",
        "debut": "starts_on",
        "fin": "ends_on",
    }
    return {"mandats": [dict(zip(columns, values, strict=True)) for values in rows.values_list(*columns.values())]}
