"""Writes about invitations: sent, sent again, revoked, accepted, forgotten."""

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.invitations.enums import Sending
from accounts.invitations.models import Invitation
from accounts.invitations.permissions import check_may_grant
from accounts.invitations.selectors import asked_since, has_administrator, opened_by, still_opens
from accounts.invitations.sending import send_after_commit
from accounts.invitations.tokens import hash_of, link_of, new_token
from accounts.organisations.permissions import capacity_of
from accounts.people.models import User
from accounts.people.names import address, one_line
from accounts.people.services import open_account
from filiere.refusals import Refused
from filiere.versions import locked
from projects.activity.services import record

LIFETIME = timedelta(days=14)
# A stolen session must not turn the house into a mailing machine; a plenary of two hundred people still fits.
MOST_PER_HOUR = 200
LONGEST_MESSAGE = 1000
FORGOTTEN_AT_ONCE = 500


class InvitationVoid(Exception):
    """The link opens nothing. Whether it was used, revoked, too old or never existed is not said."""


def invite(
    *,
    email: str,
    given_name: str = "",
    family_name: str = "",
    message: str = "",
    as_administrator: bool = False,
    as_delegate: bool = False,
    by: User | None,
    capacity: str = "",
    expires_in: timedelta = LIFETIME,
) -> Invitation:
    """Called inside a transaction, it joins it: what another feature attaches to the invitation is saved with it.

    `capacity` is for who invites by another right than a coordinator's: the feature that calls has checked it.
    """
    check_may_grant(by, as_administrator=as_administrator, as_delegate=as_delegate)
    invitation = Invitation(
        email=address(email),
        given_name=one_line("given_name", given_name),
        family_name=one_line("family_name", family_name),
        message=_several_lines(message),
        as_administrator=as_administrator,
        as_delegate=as_delegate,
        invited_by=by,
        expires_at=timezone.now() + expires_in,
    )
    if not invitation.email:
        raise ValidationError({"email": _("Indiquez l’adresse de la personne à inviter.")})
    invitation.full_clean(validate_unique=False, validate_constraints=False)
    with transaction.atomic():
        _refuse_too_many(by)
        if taken := _account_at(invitation.email):
            raise ValidationError({"email": ValidationError(taken, code="account")})
        _end_expired(invitation.email, by=by)
        try:
            with transaction.atomic():
                invitation.save(force_insert=True)
        except IntegrityError as error:  # the index decides: two people may invite the same one at once
            raise ValidationError(
                {
                    "email": ValidationError(
                        _("Une invitation est déjà en cours pour cette adresse\u00a0: renvoyez-la plutôt."),
                        code="already_invited",
                    )
                }
            ) from error
        record(
            actor=by,
            capacity=capacity or capacity_of(by),
            verb="invitation.created",
            target=invitation,
            changes={"as_administrator": (None, as_administrator), "as_delegate": (None, as_delegate)},
        )
        send_after_commit(invitation)
    return invitation


def resend(*, invitation: Invitation, by: User | None, seen: str | None = None, capacity: str = "") -> Invitation:
    """A new link, valid as long as the first was; the former one opens nothing from now on."""
    with transaction.atomic():
        row = _unfinished(invitation, by=by, seen=seen)
        if not row.email:
            raise Refused(_("Ce lien n’a pas d’adresse\u00a0: relancez la commande qui l’a donné."), code="no_address")
        if taken := _account_at(row.email):
            raise Refused(taken, code="account")
        _refuse_too_many(by)
        row.token_hash = None
        row.asked_at = row.send_after = timezone.now()
        row.expires_at = row.asked_at + LIFETIME
        row.sending, row.attempts = Sending.WAITING, 0
        # Who sends it answers for it: the mail names them, and a role it gives is theirs to give.
        row.invited_by = by or row.invited_by
        row.save()
        record(actor=by, capacity=capacity or capacity_of(by), verb="invitation.resent", target=row)
        send_after_commit(row)
    return row


def revoke(*, invitation: Invitation, by: User | None, seen: str | None = None, capacity: str = "") -> Invitation:
    with transaction.atomic():
        row = _unfinished(invitation, by=by, seen=seen)
        _revoke(row, by=by, capacity=capacity)
    return row


def accept_invitation(
    *,
    token_hash: str,
    given_name: str,
    family_name: str,
    password: str,
    email: str = "",
    tell: Callable[[str], object] | None = None,
) -> User:
    """Opens the account, once. `email` counts for the first administrator alone: others are invited at an address.

    Password rules are the form's to ask. What else an invitation brings (a mandate in a group) is done, in this same
    transaction, by the functions that `settings.INVITATION_FOLLOW_UPS` names: one that raises undoes the acceptance.
    They answer with sentences about what could not be given; each is passed to `tell` once everything is saved.
    """
    if opened_by(token_hash) is None:
        raise InvitationVoid
    # Slow on purpose: done before anything is locked.
    password_hash = make_password(password)
    with transaction.atomic():
        invitation = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("invited_by")
            .filter(token_hash=token_hash)
            .first()
        )
        if invitation is None or not still_opens(invitation):
            raise InvitationVoid
        person = open_account(
            email=invitation.email or email,
            given_name=given_name,
            family_name=family_name,
            password_hash=password_hash,
            as_administrator=invitation.as_administrator,
            as_delegate=invitation.as_delegate,
            by=invitation.invited_by,
        )
        invitation.accepted_by, invitation.accepted_at = person, timezone.now()
        _erase(invitation)
        invitation.save()
        record(
            actor=person,
            verb="invitation.accepted",
            target=invitation,
            changes={"accepted_by": (None, str(person.pk))},
        )
        sentences = [
            sentence
            for path in settings.INVITATION_FOLLOW_UPS
            for sentence in import_string(path)(invitation=invitation, person=person) or ()
        ]
    if tell:
        for sentence in sentences:
            tell(sentence)
    return person


def invite_first_administrator(*, expires_in: timedelta = LIFETIME) -> str:
    """The link that opens an empty installation; asking for it again voids the former one."""
    with transaction.atomic():
        if has_administrator():
            raise Refused(_("Cette installation a déjà un administrateur."), code="has_administrator")
        for former in Invitation.objects.select_for_update().filter(email="", accepted_at=None, revoked_at=None):
            _revoke(former, by=None)
        token = new_token()
        invitation = Invitation(
            as_administrator=True,
            token_hash=hash_of(token),
            sending=Sending.SENT,
            sent_at=timezone.now(),
            expires_at=timezone.now() + expires_in,
        )
        try:
            with transaction.atomic():
                invitation.save(force_insert=True)
        except IntegrityError as error:
            raise Refused(
                _("Un autre lien vient d’être créé\u00a0: relancez la commande."), code="concurrent"
            ) from error
        record(actor=None, verb="invitation.first_administrator", target=invitation)
    return link_of(token)


def forget_expired(before: datetime) -> int:
    """Erases names and addresses of invitations that ended without an account before that moment."""
    ended = Q(revoked_at__lt=before) | Q(revoked_at=None, expires_at__lt=before)
    forgotten = 0
    while True:
        with transaction.atomic():
            rows = list(
                Invitation.objects.select_for_update()
                .filter(ended, accepted_at=None)
                .exclude(searchable="", message="")
                .order_by("pk")[:FORGOTTEN_AT_ONCE]
            )
            for row in rows:
                # Without an address it must not pass for an open link of the first administrator.
                row.revoked_at = row.revoked_at or timezone.now()
                _erase(row)
                row.save()
                record(actor=None, verb="invitation.forgotten", target=row)
        forgotten += len(rows)
        if len(rows) < FORGOTTEN_AT_ONCE:
            return forgotten


def _unfinished(invitation: Invitation, *, by: User | None, seen: str | None) -> Invitation:
    row = locked(Invitation.objects.all(), invitation.pk, seen=seen)
    check_may_grant(by, as_administrator=row.as_administrator, as_delegate=row.as_delegate)
    if row.accepted_at:
        raise Refused(_("Cette invitation a déjà été acceptée."), code="accepted")
    if row.revoked_at:
        raise Refused(_("Cette invitation a été révoquée."), code="revoked")
    return row


def _revoke(row: Invitation, *, by: User | None, capacity: str = "") -> None:
    row.revoked_at = timezone.now()
    row.token_hash = None
    row.save()
    record(actor=by, capacity=capacity or capacity_of(by), verb="invitation.revoked", target=row)


def _erase(row: Invitation) -> None:
    row.email = row.given_name = row.family_name = row.message = ""
    row.token_hash = None


def _end_expired(email: str, *, by: User | None) -> None:
    """An invitation whose time has passed makes room for a new one."""
    expired = Invitation.objects.filter(email=email, accepted_at=None, revoked_at=None, expires_at__lte=timezone.now())
    for row in expired.select_for_update():
        _revoke(row, by=by)


def _account_at(email: str) -> str:
    """The sentence that says so; empty when nobody has this address. Only who may invite ever reads it."""
    person = User.objects.filter(email=email).only("is_active").first()
    if person is None:
        return ""
    if person.is_active:
        return _("Cette adresse a déjà un compte.")
    return _("Cette adresse est celle d’un compte fermé\u00a0: un administrateur peut le rouvrir.")


def left_this_hour(by: User | None) -> int:
    """How many more mails somebody may ask for."""
    asked = 0 if by is None else asked_since(timezone.now() - timedelta(hours=1), by=by)
    return max(0, MOST_PER_HOUR - asked)


def _refuse_too_many(by: User | None) -> None:
    if not left_this_hour(by):
        raise Refused(
            _("Vous avez envoyé %(number)d invitations en une heure\u00a0: continuez dans un moment.")
            % {"number": MOST_PER_HOUR},
            code="too_many",
        )


def _several_lines(text: str) -> str:
    lines = unicodedata.normalize("NFC", text.strip()).splitlines()
    kept = "\n".join(" ".join(one_line("message", line.replace("\t", " ")).split()) for line in lines)
    if len(kept) > LONGEST_MESSAGE:
        raise ValidationError(
            {"message": _("Un mot d’accueil compte au plus %(n)d caractères.") % {"n": LONGEST_MESSAGE}}
        )
    return kept
