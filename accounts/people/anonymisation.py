"""The right to be forgotten: the name and the address go, the acts stay."""

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.organisations.permissions import capacity_of
from accounts.people.enums import Digest
from accounts.people.models import User
from accounts.people.services import end_every_access, lock_administrators, refuse_last_administrator
from accounts.people.traces import forget_person
from filiere.versions import locked
from projects.activity.services import record

# Reserved by RFC 2606: mail to it goes nowhere, for ever.
DOMAIN = "anonyme.invalid"


def anonymise(*, person: User, confirmation: str, by: User | None, seen: str | None = None) -> User:
    """Irreversible. `confirmation` is the person's address, typed again; a second call changes nothing.

    What they hold elsewhere is ended, in this same transaction, by the functions of `settings.DEPARTURE_FOLLOW_UPS`.
    """
    with transaction.atomic():
        administrators = lock_administrators(by)
        person = locked(User.objects.all(), person.pk, seen=seen)
        if person.anonymised_at:
            return person
        refuse_last_administrator(person, administrators)
        if confirmation.strip().lower() != person.email:
            raise ValidationError(
                {"confirmation": _("Ce n’est pas l’adresse de cette personne\u00a0: recopiez-la pour confirmer.")}
            )
        end_every_access(person, by=by)
        for path in settings.DEPARTURE_FOLLOW_UPS:
            import_string(path)(person=person, by=by)
        person.api_tokens.all().delete()
        forget_person(person)
        _erase(person)
        record(actor=by, verb="person.anonymised", target=person, capacity=capacity_of(by))
    return person


def _erase(person: User) -> None:
    """Written out field by field: a field added to a person is thought about here, and a test asks for it."""
    person.email = f"{person.pk}@{DOMAIN}"
    # Kept as a name, so that whatever sorts, searches or exports people shows it without knowing of this rule.
    person.given_name, person.family_name = "Personne", "anonymisée"
    person.password = make_password(None)
    person.is_active = person.is_staff = person.is_superuser = person.is_delegate = False
    person.language, person.time_zone, person.digest = "fr", "Europe/Paris", Digest.APPLICATION
    person.quiet_from = person.quiet_until = person.last_login = None
    person.anonymised_at = timezone.now()
    person.save()
    person.groups.clear()
    person.user_permissions.clear()
