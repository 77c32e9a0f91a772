"""« Bris de glace »: an administrator reads a group's content without a mandate, for an hour, and everybody knows."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.organisations.permissions import capacity_of
from accounts.people.models import User
from accounts.people.services import lock_administrators
from filiere.refusals import Refused
from filiere.requests import ask_again
from projects.access.models import EmergencyReading, EmergencyReadingQuerySet
from projects.activity.services import record
from projects.groups.access.emergency_mail import tell_after_commit
from projects.groups.models import WorkingGroup

LASTS = timedelta(hours=1)
SHORTEST_REASON = 20


def emergencies_of(group: WorkingGroup) -> EmergencyReadingQuerySet:
    """Newest first."""
    readings: Any = EmergencyReading.objects.filter(group=group).select_related("person")
    found: EmergencyReadingQuerySet = readings
    return found


def open_emergency(*, group: WorkingGroup, reason: str, by: User) -> EmergencyReading:
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise ValidationError(
            {
                "reason": _("Expliquez pourquoi en %(number)d caractères au moins\u00a0: les pilotes vous liront.")
                % {"number": SHORTEST_REASON}
            }
        )
    with transaction.atomic():
        lock_administrators(by)  # refuses who no longer is one, and hears a double click once
        now = timezone.now()
        if EmergencyReading.objects.filter(person=by, group=group).open_at(now).exists():
            raise Refused(_("Une lecture d’urgence est déjà ouverte à votre nom dans ce groupe."), code="already_open")
        reading = EmergencyReading(person=by, group=group, reason=reason, opened_at=now, closes_at=now + LASTS)
        reading.full_clean()
        reading.save(force_insert=True)
        record(
            actor=by,
            capacity=capacity_of(by),
            verb="emergency.opened",
            target=reading,
            group=group,
            changes={"reason": (None, reason), "closes_at": (None, reading.closes_at)},
        )
        tell_after_commit(reading)
        ask_again()
    return reading


def close_emergency(*, reading: EmergencyReading, by: User) -> EmergencyReading:
    with transaction.atomic():
        rows = EmergencyReading.objects.select_for_update(of=("self",), no_key=True).select_related("group")
        row: EmergencyReading = rows.get(pk=reading.pk)
        if row.person_id != by.pk:
            raise PermissionDenied(_("Seule la personne qui l’a ouverte referme une lecture d’urgence."))
        now = timezone.now()
        if row.closes_at > now:
            row.closes_at = now
            row.save()
            record(actor=by, capacity=capacity_of(by), verb="emergency.closed", target=row, group=row.group)
            ask_again()
    return row
