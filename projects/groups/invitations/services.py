"""Invitations into a group: the account and the mandate come together. Reads are in `offers`.

Locks are taken in one order by everybody: the open invitation, the person, the group, the organisation.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.invitations import services as accounts
from accounts.invitations.models import Invitation
from accounts.organisations.models import Organisation
from accounts.organisations.services import hold
from accounts.people.models import User
from filiere.days import today
from filiere.refusals import Refused
from filiere.versions import Stale, locked, version_of
from filiere.web.french import date_fr
from projects.access.enums import Permission
from projects.activity.services import record
from projects.groups.enums import Outcome
from projects.groups.invitations.prospects import (
    Forecast,
    Prospect,
    cleaned_address,
    cleaned_name,
    facts_about,
    forecast,
    joined,
)
from projects.groups.invitations.welcome_mail import welcome_after_commit
from projects.groups.mandates.rules import demand_role
from projects.groups.mandates.services import give_mandate
from projects.groups.models import InvitedMandate, Membership, WorkingGroup
from projects.groups.permissions import capacity_in
from projects.groups.services import held_group


@dataclass(frozen=True)
class Invited:
    """What was done, in a word and in a sentence, and the offer or the mandate that stands for it."""

    outcome: Outcome
    sentence: str
    offer: InvitedMandate | None = None
    mandate: Membership | None = None


def invite_into_group(
    *,
    group: WorkingGroup,
    email: str,
    role: str,
    organisation: Organisation,
    by: User | None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    given_name: str = "",
    family_name: str = "",
    message: str = "",
) -> Invited:
    """Whoever has an account is given the mandate at once; others find it when they accept. Repeated, does nothing."""
    email = cleaned_address(email)
    given_name, family_name = cleaned_name("given_name", given_name), cleaned_name("family_name", family_name)
    with transaction.atomic():
        hold_open_invitations([email])
        list(User.objects.filter(email=email).select_for_update(no_key=True).values_list("pk"))
        group = held_group(group)
        demand_role(by, role, group)
        _refuse_archived(group)
        represented = hold(organisation.pk)
        prospect = Prospect(email, group, role, represented, starts_on, ends_on, given_name, family_name)
        facts = facts_about([email], [group])
        foreseen = forecast(prospect, facts, by=by)
        if foreseen.outcome is Outcome.ALREADY:
            return Invited(foreseen.outcome, foreseen.sentence, offer=facts.offers.get(prospect.place(email)))
        return carry_out(
            prospect,
            foreseen,
            person=facts.people.get(email),
            message=message,
            by=by,
            capacity=capacity_in(by, group, Permission.INVITE),
        )


def carry_out(
    prospect: Prospect, foreseen: Forecast, *, person: User | None, message: str, by: User | None, capacity: str
) -> Invited:
    """What was foreseen, by who holds the locks and has checked the right: of one person, or of a whole list."""
    if person is not None:
        return Invited(foreseen.outcome, foreseen.sentence, mandate=_give_at_once(prospect, person, by=by))
    made = None
    if foreseen.outcome is Outcome.INVITED:
        made = _invite(prospect, message, by=by, capacity=capacity)
    # Somebody may have invited the same address into another group since we looked: theirs is completed.
    invitation = made or next(iter(hold_open_invitations([prospect.email])), None)
    if invitation is None:
        raise Refused(_("Cette invitation vient de changer\u00a0: recommencez."), code="concurrent")
    offer = _offer(prospect, invitation, by=by, founding=made is not None, capacity=capacity)
    if made is None:
        foreseen = joined()
    return Invited(foreseen.outcome, foreseen.sentence, offer=offer)


def resend_offer(*, offer: InvitedMandate, by: User | None, seen: str | None = None) -> InvitedMandate:
    """A new link. Whoever sends it again answers for the mandate, in place of somebody who has left, say."""
    with transaction.atomic():
        offer = _held(offer, seen=seen)
        demand_role(by, offer.role, offer.group)
        _refuse_archived(offer.group)
        _refuse_settled(offer)
        if offer.ends_on is not None and offer.ends_on < today():
            raise Refused(
                _("Ce mandat devait finir le %(day)s\u00a0: retirez-le, puis invitez de nouveau.")
                % {"day": date_fr(offer.ends_on)},
                code="ended",
            )
        capacity = capacity_in(by, offer.group, Permission.INVITE)
        accounts.resend(invitation=offer.invitation, by=by, capacity=capacity)
        offer.offered_by = by or offer.offered_by
        offer.save()
        _tell(offer, "mandate.offer_resent", by=by, capacity=capacity)
    return offer


def withdraw_offer(*, offer: InvitedMandate, by: User | None, seen: str | None = None) -> InvitedMandate:
    """Accepting will not give it any more. The invitation goes with it when it was written for nothing else."""
    with transaction.atomic():
        offer = _held(offer, seen=seen)
        demand_role(by, offer.role, offer.group)
        _refuse_settled(offer)
        offer.withdrawn_at = timezone.now()
        offer.save()
        capacity = capacity_in(by, offer.group, Permission.INVITE)
        _tell(offer, "mandate.offer_withdrawn", by=by, capacity=capacity)
        if _brings_nothing_more(offer.invitation):
            accounts.revoke(invitation=offer.invitation, by=by, capacity=capacity)
    return offer


def give_invited_mandates(*, invitation: Invitation, person: User) -> list[str]:
    """A follow-up of `settings.INVITATION_FOLLOW_UPS`, in the transaction that opens the account.

    Whoever offered a mandate was entitled to on that day, and those who steer the group could withdraw it since: it is
    given, whatever became of them. But never more than the group allows today, and never at the price of the account.
    """
    offers = InvitedMandate.objects.filter(invitation=invitation, withdrawn_at=None)
    return [
        sentence
        for offer in offers.select_related("group", "organisation").order_by("group_id", "pk")
        if (sentence := _give_offered(offer, person))
    ]


def _give_offered(offer: InvitedMandate, person: User) -> str:
    """A sentence when it cannot be given."""
    try:
        with transaction.atomic():
            give_mandate(
                person=person,
                group=offer.group,
                role=offer.role,
                organisation=offer.organisation,
                starts_on=max(offer.starts_on or today(), today()),
                ends_on=offer.ends_on,
                by=None,
            )
            offer.given_at = timezone.now()
            offer.save()
    except (Refused, ValidationError):
        return _why_not(offer)
    return ""


def _why_not(offer: InvitedMandate) -> str:
    words = {"group": offer.group, "day": date_fr(offer.ends_on)}
    group = WorkingGroup.objects.get(pk=offer.group_id)
    if group.is_archived:
        return _("Le groupe «\u00a0%(group)s\u00a0» a été archivé\u00a0: son mandat ne vous a pas été confié.") % words
    if offer.ends_on is not None and offer.ends_on < today():
        sentence = _(
            "Le mandat dans «\u00a0%(group)s\u00a0» devait finir le %(day)s\u00a0: il ne vous a pas été confié."
        )
        return sentence % words
    return (
        _("Le mandat dans «\u00a0%(group)s\u00a0» n’a pas pu vous être confié\u00a0: parlez-en à ses pilotes.") % words
    )


def _invite(prospect: Prospect, message: str, *, by: User | None, capacity: str) -> Invitation | None:
    """None when another invitation to this address was written at this very moment."""
    try:
        return accounts.invite(
            email=prospect.email,
            given_name=prospect.given_name,
            family_name=prospect.family_name,
            message=message,
            by=by,
            capacity=capacity,
        )
    except ValidationError as error:
        codes = {each.code for each in getattr(error, "error_dict", {}).get("email", ())}
        if "already_invited" not in codes:
            raise
    return None


def _give_at_once(prospect: Prospect, person: User, *, by: User | None) -> Membership:
    mandate = give_mandate(
        person=person,
        group=prospect.group,
        role=prospect.role,
        organisation=prospect.organisation,
        starts_on=prospect.starts_on,
        ends_on=prospect.ends_on,
        by=by,
    )
    welcome_after_commit(mandate, by)
    return mandate


def _offer(
    prospect: Prospect, invitation: Invitation, *, by: User | None, founding: bool, capacity: str
) -> InvitedMandate:
    offer = InvitedMandate(
        invitation=invitation,
        group=prospect.group,
        role=prospect.role,
        organisation=prospect.organisation,
        starts_on=prospect.starts_on,
        ends_on=prospect.ends_on,
        offered_by=by,
        founding=founding,
    )
    offer.save(force_insert=True)
    content = {
        "role": str(offer.role),
        "organisation": str(offer.organisation),
        "starts_on": offer.starts_on,
        "ends_on": offer.ends_on,
    }
    told = {name: (None, value) for name, value in content.items() if value}
    _tell(offer, "mandate.offered", by=by, capacity=capacity, changes=told)
    return offer


def hold_open_invitations(emails: Collection[str]) -> list[Invitation]:
    """Before the groups: whoever accepts one holds it too, and then asks for its groups."""
    found = Invitation.objects.filter(email__in=emails, accepted_at=None, revoked_at=None)
    return list(found.order_by("pk").select_for_update(no_key=True))


def _held(offer: InvitedMandate, *, seen: str | None) -> InvitedMandate:
    invitation = locked(Invitation.objects.all(), offer.invitation_id)
    group = held_group(offer.group)
    row: InvitedMandate = InvitedMandate.objects.select_related("organisation").get(pk=offer.pk)
    if seen is not None and seen != version_of(row):
        raise Stale(row)
    row.invitation, row.group = invitation, group
    return row


def _refuse_archived(group: WorkingGroup) -> None:
    if group.is_archived:
        raise Refused(_("Ce groupe est archivé\u00a0: rouvrez-le pour y inviter."), code="archived")


def _refuse_settled(offer: InvitedMandate) -> None:
    if offer.withdrawn_at:
        raise Refused(_("Ce mandat n’est plus proposé."), code="withdrawn")
    if offer.invitation.accepted_at:
        raise Refused(_("Cette invitation a déjà été acceptée\u00a0: voyez les membres du groupe."), code="accepted")
    if offer.invitation.revoked_at:
        raise Refused(_("Cette invitation a été révoquée."), code="revoked")


def _brings_nothing_more(invitation: Invitation) -> bool:
    if invitation.as_administrator or invitation.as_delegate:
        return False
    offers = list(invitation.mandates.values_list("founding", "withdrawn_at"))
    return any(founding for founding, _at in offers) and all(withdrawn_at for _founding, withdrawn_at in offers)


def _tell(
    offer: InvitedMandate,
    verb: str,
    *,
    by: User | None,
    capacity: str,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> None:
    record(actor=by, capacity=capacity, verb=verb, target=offer, group=offer.group, changes=changes)
