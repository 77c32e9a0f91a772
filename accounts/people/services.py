"""Writes about people: opening and closing accounts, identity, preferences, roles."""

from collections.abc import Mapping
from datetime import time
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.organisations.permissions import capacity_of
from accounts.people import time_zones
from accounts.people.models import User
from accounts.people.names import address, one_line
from accounts.people.traces import forget_address
from accounts.signin.services import end_all_sessions
from accounts.tokens.services import revoke_all
from filiere.refusals import Refused
from filiere.versions import locked
from projects.activity.services import PERSONAL, record


class Identity(TypedDict, total=False):
    email: str
    given_name: str
    family_name: str


class Preferences(TypedDict, total=False):
    given_name: str
    family_name: str
    language: str
    time_zone: str
    digest: str
    quiet_from: time | None
    quiet_until: time | None


def open_account(
    *,
    email: str,
    given_name: str,
    family_name: str,
    by: User | None,
    password: str | None = None,
    password_hash: str = "",
    as_administrator: bool = False,
    as_delegate: bool = False,
) -> User:
    """A new person. `by` is who lets them in (None: the application). Without a password they set one by mail.

    Password rules are the form's to ask: it alone can show them beside the field.
    """
    person = User(
        email=address(email),
        given_name=one_line("given_name", given_name),
        family_name=one_line("family_name", family_name),
        is_staff=as_administrator,
        is_delegate=as_delegate,
        password=password_hash or make_password(password),
    )
    with transaction.atomic():
        _save(person)
        record(
            actor=by,
            verb="person.opened",
            target=person,
            changes={"is_staff": (None, as_administrator), "is_delegate": (None, as_delegate)},
            capacity=capacity_of(by),
        )
    return person


def change_person(*, person: User, by: User | None, seen: str | None = None, **changes: Unpack[Identity]) -> User:
    """Identity, as an administrator corrects it."""
    return _change(person, "person.changed", by=by, seen=seen, changes=changes, capacity=capacity_of(by))


def change_preferences(*, person: User, by: User, seen: str | None = None, **changes: Unpack[Preferences]) -> User:
    """What a person decides for themselves: their name, their language, when they are left in peace."""
    if by.pk != person.pk:
        raise PermissionDenied
    return _change(person, "person.preferences_changed", by=by, seen=seen, changes=changes, capacity="")


def close_account(*, person: User, by: User | None, seen: str | None = None) -> User:
    """Nobody enters with this account any more: its sessions end and its tokens die at once."""
    with transaction.atomic():
        administrators = lock_administrators(by)
        person = locked(User.objects.all(), person.pk, seen=seen)
        if person.is_active:
            refuse_last_administrator(person, administrators)
            _set(person, "person.closed", "is_active", value=False, by=by)
            end_every_access(person, by=by)
    return person


def reopen_account(*, person: User, by: User | None, seen: str | None = None) -> User:
    with transaction.atomic():
        lock_administrators(by)
        person = locked(User.objects.all(), person.pk, seen=seen)
        refuse_anonymised(person)
        if not person.is_active:
            _set(person, "person.reopened", "is_active", value=True, by=by)
    return person


def make_administrator(*, person: User, by: User | None, seen: str | None = None) -> User:
    return _role(person, "person.made_administrator", "is_staff", value=True, by=by, seen=seen)


def withdraw_administrator(*, person: User, by: User | None, seen: str | None = None) -> User:
    return _role(person, "person.withdrawn_administrator", "is_staff", value=False, by=by, seen=seen)


def make_delegate(*, person: User, by: User | None, seen: str | None = None) -> User:
    return _role(person, "person.made_delegate", "is_delegate", value=True, by=by, seen=seen)


def withdraw_delegate(*, person: User, by: User | None, seen: str | None = None) -> User:
    return _role(person, "person.withdrawn_delegate", "is_delegate", value=False, by=by, seen=seen)


def lock_administrators(by: User | None) -> set[UUID]:
    """Taken before any other row, in one order, by every act on accounts and roles.

    Two administrators who demote each other are thus heard one after the other, and the second no longer has the right.
    """
    administrators = User.objects.filter(is_staff=True, is_active=True).order_by("pk").select_for_update(no_key=True)
    present = set(administrators.values_list("pk", flat=True))
    if by is not None and by.pk not in present:
        raise PermissionDenied
    return present


def refuse_last_administrator(person: User, administrators: set[UUID]) -> None:
    if administrators == {person.pk}:
        raise Refused(
            _("C’est le dernier administrateur\u00a0: désignez-en un autre auparavant."), code="dernier_administrateur"
        )


def refuse_anonymised(person: User) -> None:
    if person.anonymised_at:
        raise Refused(_("Cette personne a été anonymisée\u00a0: plus rien ne peut être modifié."), code="anonymisee")


def end_every_access(person: User, *, by: User | None) -> None:
    end_all_sessions(person=person, by=by)
    revoke_all(person=person, by=by)


def _role(person: User, verb: str, field: str, *, value: bool, by: User | None, seen: str | None) -> User:
    with transaction.atomic():
        administrators = lock_administrators(by)
        person = locked(User.objects.all(), person.pk, seen=seen)
        refuse_anonymised(person)
        if value and not person.is_active:
            raise Refused(_("Ce compte est fermé\u00a0: rouvrez-le auparavant."), code="compte_ferme")
        if getattr(person, field) != value:
            if field == "is_staff" and not value:
                refuse_last_administrator(person, administrators)
            _set(person, verb, field, value=value, by=by)
    return person


def _set(person: User, verb: str, field: str, *, value: bool, by: User | None) -> None:
    before = getattr(person, field)
    setattr(person, field, value)
    person.save()
    record(actor=by, verb=verb, target=person, changes={field: (before, value)}, capacity=capacity_of(by))


def _change(
    person: User, verb: str, *, by: User | None, seen: str | None, changes: Mapping[str, Any], capacity: str
) -> User:
    with transaction.atomic():
        person = locked(User.objects.all(), person.pk, seen=seen)
        refuse_anonymised(person)
        former = person.email
        difference = _differences(person, changes)
        if not difference:
            return person
        _check_preferences(person)
        _save(person)
        if person.email != former:
            forget_address(person, former)
        record(actor=by, verb=verb, target=person, changes=difference, capacity=capacity)
    return person


def _differences(person: User, changes: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Sets the new values, and tells what the journal may know: that a name changed, never which."""
    difference: dict[str, tuple[Any, Any]] = {}
    for field, given in changes.items():
        value = one_line(field, given) if isinstance(given, str) else given
        if field == "email":
            value = value.lower()
        before = getattr(person, field)
        if before == value:
            continue
        setattr(person, field, value)
        difference[field] = (None, None) if field in PERSONAL else (_plain(before), _plain(value))
    return difference


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="minutes") if isinstance(value, time) else value


def _check_preferences(person: User) -> None:
    refused: dict[str, str] = {}
    if person.language not in dict(settings.LANGUAGES):
        refused["language"] = _("Cette langue n’est pas proposée.")
    if not time_zones.exists(person.time_zone):
        refused["time_zone"] = _("Ce fuseau horaire n’existe pas\u00a0: choisissez-le dans la liste.")
    if (person.quiet_from is None) != (person.quiet_until is None):
        missing = "quiet_from" if person.quiet_from is None else "quiet_until"
        refused[missing] = _("Indiquez le début et la fin du silence, ou ni l’un ni l’autre.")
    elif person.quiet_from is not None and person.quiet_from == person.quiet_until:
        refused["quiet_until"] = _("Le silence doit finir à une autre heure qu’il ne commence.")
    if refused:
        raise ValidationError(refused)


def _save(person: User) -> None:
    person.full_clean()
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:  # somebody took the address between the check and the writing
        raise ValidationError({"email": _("Cette adresse a déjà un compte.")}) from error
