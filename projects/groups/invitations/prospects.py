"""Somebody wanted in a group, and what asking for them would do today.

One invitation and a list of two hundred are foreseen by the same rule, from facts that are read once for all of them.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.invitations.models import Invitation
from accounts.organisations.models import Organisation
from accounts.people.models import User
from accounts.people.names import address, one_line
from filiere.days import today
from projects.access.enums import Role
from projects.groups.enums import Outcome
from projects.groups.models import InvitedMandate, Membership, WorkingGroup

LONGEST_ADDRESS = 254
LONGEST_NAME = 100
# The mandate somebody asks for: address or person, group, organisation.
Place = tuple[Any, UUID, UUID]


@dataclass(frozen=True)
class Prospect:
    email: str
    group: WorkingGroup
    role: str
    organisation: Organisation
    starts_on: date | None = None
    ends_on: date | None = None
    given_name: str = ""
    family_name: str = ""

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)

    def place(self, holder: Any) -> Place:
        return holder, self.group.pk, self.organisation.pk

    def overlaps(self, mandate: Membership) -> bool:
        starts = self.starts_on or today()
        return (mandate.ends_on is None or mandate.ends_on >= starts) and (
            self.ends_on is None or mandate.starts_on <= self.ends_on
        )


@dataclass
class Facts:
    """What the house knows of some addresses, in some groups."""

    people: dict[str, User]
    mandates: dict[Place, list[Membership]]
    offers: dict[Place, InvitedMandate]
    invited: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Forecast:
    outcome: Outcome
    sentence: str


def cleaned_address(text: str) -> str:
    email = address(text)
    if not email:
        raise ValidationError({"email": _("Indiquez l’adresse de la personne à inviter.")})
    try:
        validate_email(email)
    except ValidationError as error:
        raise ValidationError(
            {"email": _("«\u00a0%(email)s\u00a0» n’est pas une adresse.") % {"email": email}}
        ) from error
    if len(email) > LONGEST_ADDRESS:
        raise ValidationError({"email": _("Cette adresse est trop longue.")})
    return email


def cleaned_name(name: str, text: str) -> str:
    cleaned = one_line(name, text)
    if len(cleaned) > LONGEST_NAME:
        raise ValidationError({name: _("Un nom compte au plus %(n)d caractères.") % {"n": LONGEST_NAME}})
    return cleaned


def check_dates(prospect: Prospect) -> None:
    ends_on = prospect.ends_on
    if ends_on is None:
        if prospect.role == Role.GUEST:
            raise ValidationError({"ends_on": _("L’accès d’un invité a toujours une fin\u00a0: indiquez-la.")})
        return
    if ends_on < today():
        raise ValidationError({"ends_on": _("Cette date de fin est déjà passée.")})
    if prospect.starts_on and ends_on < prospect.starts_on:
        raise ValidationError({"ends_on": _("Un mandat ne peut pas finir avant d’avoir commencé.")})


def facts_about(emails: Collection[str], groups: Collection[WorkingGroup]) -> Facts:
    """Four queries, however many addresses and groups."""
    people = {person.email: person for person in User.objects.filter(email__in=emails)}
    mandates = defaultdict(list)
    for held in Membership.objects.filter(person__in=people.values(), group__in=groups, withdrawn_at=None):
        mandates[(held.person_id, held.group_id, held.organisation_id)].append(held)
    standing = InvitedMandate.objects.standing().filter(
        invitation__email__in=emails, invitation__expires_at__gt=timezone.now(), group__in=groups
    )
    offers = {
        (offer.invitation.email, offer.group_id, offer.organisation_id): offer
        for offer in standing.select_related("invitation")
    }
    invited = Invitation.objects.filter(
        email__in=emails, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    return Facts(people, dict(mandates), offers, set(invited.values_list("email", flat=True)))


def forecast(prospect: Prospect, facts: Facts, *, by: User | None) -> Forecast:
    """Raises ValidationError when nothing can be done."""
    check_dates(prospect)
    person = facts.people.get(prospect.email)
    if person is None:
        return _of_a_stranger(prospect, facts)
    if not person.is_active:
        raise ValidationError(
            {"email": _("Cette adresse est celle d’un compte fermé\u00a0: un administrateur peut le rouvrir.")}
        )
    if by is not None and person.pk == by.pk:
        raise ValidationError({"email": _("C’est votre adresse\u00a0: nul ne se confie son propre mandat.")})
    for held in facts.mandates.get(prospect.place(person.pk), ()):
        if prospect.overlaps(held):
            return Forecast(
                Outcome.ALREADY,
                _("Déjà dans le groupe pour cette organisation (%(role)s)\u00a0: rien ne change.")
                % {"role": held.get_role_display()},
            )
    return Forecast(
        Outcome.GIVEN, _("A déjà un compte\u00a0: le mandat lui est confié aussitôt, et un courriel l’en avertit.")
    )


def _of_a_stranger(prospect: Prospect, facts: Facts) -> Forecast:
    if offer := facts.offers.get(prospect.place(prospect.email)):
        return Forecast(
            Outcome.ALREADY,
            _("Une invitation à ce mandat est déjà en cours (%(role)s)\u00a0: rien ne change.")
            % {"role": offer.get_role_display()},
        )
    if prospect.email in facts.invited:
        return joined()
    return Forecast(Outcome.INVITED, _("Une invitation part par courriel."))


def joined() -> Forecast:
    return Forecast(Outcome.JOINED, _("Une invitation est déjà en cours à cette adresse\u00a0: ce mandat s’y ajoute."))
