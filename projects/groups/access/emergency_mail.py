"""Those who steer a group learn that an administrator reads it: by mail, at least once, whatever breaks.

The row says what remains to be told, the broker only hurries it. An attempt claims the row for a while, hands the mails
over, then notes it; one that died in between is repeated. Twice rather than never.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.people.models import User
from filiere.days import today
from projects.access.models import EmergencyReading
from projects.groups.enums import STEERING_ROLES
from projects.groups.models import Membership, WorkingGroup

log = structlog.get_logger(__name__)

# Longer than a mail server may take for all of them; then another attempt may begin.
LEASE = timedelta(minutes=10)
# Later than that it is no news: the page of the group and its journal keep it.
GIVEN_UP_AFTER = timedelta(days=2)


def tell_after_commit(reading: EmergencyReading) -> None:
    transaction.on_commit(lambda: hurry(reading.pk))


def hurry(pk: UUID) -> None:
    from projects.groups.tasks import tell_of_emergency  # tasks call this module

    try:
        tell_of_emergency.delay(str(pk))
    except OperationalError:
        log.warning("the broker is away; the emergency reading waits for it", reading=str(pk))


def untold() -> "QuerySet[EmergencyReading]":
    now = timezone.now()
    waiting: QuerySet[EmergencyReading] = EmergencyReading.objects.filter(
        tell_after__lte=now, opened_at__gt=now - GIVEN_UP_AFTER
    )
    return waiting


def tell(pk: UUID) -> None:
    """One attempt, if one is due."""
    if not untold().filter(pk=pk).update(tell_after=timezone.now() + LEASE):
        return
    reading = EmergencyReading.objects.select_related("group", "person").get(pk=pk)
    try:
        with get_connection() as connection:
            for person in told_of(reading.group):
                if person != reading.person:
                    message = _mail(reading, person)
                    message.connection = connection
                    message.send()
    except OSError as error:  # what smtplib raises, and what a disk or a network does
        log.warning("emergency reading not told", reading=str(pk), error=type(error).__name__)
    else:
        EmergencyReading.objects.filter(pk=pk).update(tell_after=None)


def told_of(group: WorkingGroup) -> list[User]:
    """Pilots and copilots; where there is none, the permanent delegates: somebody outside the administration knows."""
    seats = Membership.objects.in_force(today()).filter(group=group, role__in=STEERING_ROLES)
    people = User.objects.filter(is_active=True)
    steering = list(people.filter(pk__in=list(seats.values_list("person_id", flat=True))))
    return steering or list(people.filter(is_delegate=True))


def _mail(reading: EmergencyReading, person: User) -> EmailMultiAlternatives:
    with translation.override(settings.LANGUAGE_CODE):
        link = settings.BASE_URL + reverse("group-emergencies", kwargs={"slug": reading.group.slug})
        context = {"reading": reading, "person": person, "link": link}
        subject = _("Lecture d’urgence\u00a0: %(group)s") % {"group": reading.group.name}
        message = EmailMultiAlternatives(
            subject=" ".join(subject.split()),
            body=render_to_string("emails/emergency.txt", context),
            to=[person.email],
            headers={"Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(render_to_string("emails/emergency.html", context), "text/html")
    return message
